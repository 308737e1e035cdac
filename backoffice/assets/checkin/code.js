// Reads the code of a ticket: base 45 (RFC 9285), ten numbers in CBOR (RFC 8949), an Ed25519 signature over them. The other
// side of it is the crate `ticketcode`, whose spelling is the only one that is read here, too.
const CODE_CHARS_MAX = 165;
const SIGNATURE_BYTES = 64;
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
// Most that each number may be: version, key, exam, sitting, serial, room, seat, from, until, generation.
const NUMBERS_MAX = [255, 0xffff, 0xffffffff, 0xffffffff, Infinity, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0xffff];
const CODE_VERSION = 1;

// The bytes, or null where the text is no base 45.
const fromBase45 = (text) => {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const values = Array.from(text.slice(at, at + 3), (letter) => LETTERS.indexOf(letter));
    if (values.length < 2 || values.indexOf(-1) >= 0) return null;
    const sum = values.reduce((total, value, place) => total + value * Math.pow(45, place), 0);
    if (sum > (values.length === 3 ? 0xffff : 0xff)) return null;
    if (values.length === 3) bytes.push(sum >> 8);
    bytes.push(sum & 0xff);
  }
  return Uint8Array.from(bytes);
};

// The number that begins at `at` and where the next one does; null where it is none, or not in its shortest form. Numbers
// that a double does not hold come as text, like all serials.
const numberAt = (bytes, at) => {
  const kind = bytes[at];
  if (kind < 24) return { value: kind, next: at + 1 };
  const length = { 24: 1, 25: 2, 26: 4, 27: 8 }[kind];
  if (!length || at + 1 + length > bytes.length) return null;
  const part = (from, to) => bytes.slice(from, to).reduce((total, byte) => total * 256 + byte, 0);
  if (length < 8) {
    const value = part(at + 1, at + 1 + length);
    const isShortest = value >= { 1: 24, 2: 0x100, 4: 0x10000 }[length];
    return isShortest ? { value, next: at + 1 + length } : null;
  }
  const high = part(at + 1, at + 5), low = part(at + 5, at + 9);
  if (high === 0) return null;
  const isExact = high < 0x200000;
  const value = isExact ? high * 0x100000000 + low : String(BigInt(high) * BigInt(0x100000000) + BigInt(low));
  return { value, next: at + 9 };
};

const tagText = (tag) => tag.toString(16).padStart(8, "0");

// What a code says, unverified; null where it is no code of a ticket that this version reads.
const readCode = (code) => {
  if (code.length > CODE_CHARS_MAX) return null;
  const bytes = fromBase45(code);
  if (!bytes || bytes.length <= SIGNATURE_BYTES) return null;
  const payload = bytes.slice(0, bytes.length - SIGNATURE_BYTES);
  if (payload[0] !== 0x80 + NUMBERS_MAX.length) return null;
  const numbers = [];
  let at = 1;
  for (const most of NUMBERS_MAX) {
    const read = at < payload.length ? numberAt(payload, at) : null;
    if (!read || (most !== Infinity && !(read.value <= most))) return null;
    numbers.push(read.value);
    at = read.next;
  }
  const [version, key, exam, sitting, serial, room, seat, from, until, generation] = numbers;
  if (at !== payload.length || version !== CODE_VERSION) return null;
  return {
    key, exam: tagText(exam), sitting: tagText(sitting), serial: String(serial), room, seat, from, until, generation,
    payload, signature: bytes.slice(bytes.length - SIGNATURE_BYTES),
  };
};

const hexBytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const utf8 = (text) => new TextEncoder().encode(text);
const joined = (first, second) => {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
};

// What is signed begins with this.
const DOMAIN = utf8("seathold ticket\0");

// The keys of an exam, `tag.number.64 hexadecimal digits` each.
const readKeys = (texts) =>
  texts.map((text) => text.split(".")).map(([exam, number, hex]) => ({ exam, number: Number(number), bytes: hexBytes(hex) }));

// RFC 8032, 7.1, test 1: the empty message.
const KNOWN = {
  key: hexBytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
  signature: hexBytes(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ),
};

// Does a verifier say yes to what is signed, and no to what is not? Half-built ones do neither.
const isSound = async (verify) => {
  try {
    const right = await verify(KNOWN.key, KNOWN.signature, new Uint8Array(0));
    const wrong = await verify(KNOWN.key, KNOWN.signature, Uint8Array.of(1));
    return right === true && wrong === false;
  } catch (error) {
    return false;
  }
};

// Verifies Ed25519: the browser's own, else the library's. Null where neither runs here: then only what stands in the list
// is known to be genuine.
const findVerifier = async (library) => {
  const own = async (key, signature, message) => {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  };
  if (await isSound(own)) return own;
  try {
    const { verifyAsync } = await import(library);
    const strict = (key, signature, message) => verifyAsync(signature, message, key, { zip215: false });
    return (await isSound(strict)) ? strict : null;
  } catch (error) {
    return null;
  }
};

// Did one of the keys sign what a code says? Null: none of that number is known here, or nothing verifies.
const isSigned = async (entry, keys, verify) => {
  const those = keys.filter((key) => key.exam === entry.exam && key.number === entry.key);
  if (!verify || those.length === 0) return null;
  for (const key of those) {
    if (await verify(key.bytes, entry.signature, joined(DOMAIN, entry.payload))) return true;
  }
  return false;
};
