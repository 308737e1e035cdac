// Who may come in: a pure function of the list, the clock, the room of the device and what was shown to it. The server judges
// anew by itself, by the same vectors (tests/vectors).
const base64Bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const bytesBase64 = (bytes) => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode.apply(null, bytes.subarray(at, at + 0x8000));
  return btoa(text);
};

// A number as it is compared: people type it with spaces and in small letters.
const plainNumber = (text) => text.replace(/\s/g, "").toUpperCase();

// A snapshot, so that people are found in it.
const listOf = (snapshot) => {
  const list = { snapshot, keys: readKeys(snapshot.keys), byHash: new Map(), bySerial: new Map(), byNumber: new Map() };
  for (const person of snapshot.people) {
    list.byHash.set(person.code_hash, person);
    list.bySerial.set(person.serial, person);
    list.byNumber.set(plainNumber(person.number), person);
  }
  list.void = new Set(snapshot.void);
  list.elsewhere = new Map(snapshot.elsewhere.map((room) => [room.number, room.site]));
  return list;
};

// What was shown to the device, as far as the list and the keys know it: `{ person }` of the list, `{ entry }` of a genuine
// code, or `{ verdict }` where no more is to be said.
const recognise = async (list, shown, verify) => {
  if (shown.serial) {
    const person = list.bySerial.get(shown.serial);
    return person ? { person } : { verdict: list.void.has(shown.serial) ? "void" : "unknown" };
  }
  if (shown.number) {
    const person = list.byNumber.get(plainNumber(shown.number));
    return person ? { person } : { verdict: "unknown" };
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(shown.code)));
  const person = list.byHash.get(bytesBase64(hash));
  if (person) return { person };
  const entry = readCode(shown.code);
  if (!entry) return { verdict: "unknown" };
  if (entry.exam !== list.snapshot.exam.tag) return { entry, verdict: "other_exam" };
  const signed = await isSigned(entry, list.keys, verify);
  if (signed === null) return { entry, verdict: "unknown" };
  return signed ? { entry } : { verdict: "forged" };
};

// Too early, too late, or null: doors are open.
const doorAt = (sitting, now) => {
  if (now < Date.parse(sitting.opens_at)) return "too_early";
  return now > Date.parse(sitting.late_until) ? "too_late" : null;
};

// The verdict, with whom and which place it is about, as far as that is known. `now` is in milliseconds by the server's clock,
// as well as the device knows it; `room` is where the device stands, or null for all of the site; `admitted` has the serials
// that this device has let in.
const judge = (list, known, { now, room, admitted }) => {
  const { sitting } = list.snapshot;
  const { entry } = known;
  if (known.verdict) return { verdict: known.verdict, person: null, place: entry || null, serial: null };
  if (entry && entry.sitting !== sitting.tag) return { verdict: "other_sitting", person: null, place: entry, serial: null };
  const serial = entry ? entry.serial : known.person.serial;
  const person = known.person || list.bySerial.get(serial) || null;
  // A ticket that was issued after the list was made says itself where its seat is.
  const isNewer = entry && person && entry.generation > person.generation;
  const place = person && !isNewer ? person : entry;
  const told = (verdict) => ({ verdict, person, place, serial, isNewer: Boolean(isNewer) });
  if (list.void.has(serial)) return told("void");
  if ((!person || isNewer) && list.elsewhere.has(place.room)) return told("other_site");
  if (!person) return told("unknown");
  if (entry && entry.generation < person.generation) return told("older");
  if (admitted.has(serial)) return told("again");
  const door = doorAt(sitting, now);
  if (door) return told(door);
  if (room !== null && place.room !== room) return told("other_room");
  return told(now > Date.parse(sitting.starts_at) ? "late" : "good");
};

// Letting in may be offered for these; the others are turned away, and where to is said.
const ADMITTED = ["good", "late", "again"];
