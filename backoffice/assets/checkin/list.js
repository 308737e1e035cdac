// The list of a site's candidates on this device: fetched while there is a network, sealed under the server's key, kept until
// the sitting is long over. Their photos follow, page by page.
const LIST_AGAIN_MS = 10 * 60 * 1000;
const PHOTO_PAGES_MAX = 2000;

// A key's name: enough of its hash to tell it from others, and nothing to open anything with.
const fingerprint = async (bytes) => {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const createLists = ({ cabinet, place }) => {
  const keyName = `list ${place}`;
  // The server's key, and what tells it from others: it changes with every sign-in, and what was sealed before it is lost.
  let key = null, under = null;
  // How often this tab was told to forget: what was asked for before that is not kept any more.
  let forgotten = 0;

  const photoName = (serial) => `${place} ${serial}`;
  const isOf = (name, place) => String(name).startsWith(`${place} `);

  // Takes the list of a place away, with its photos and its key.
  const forget = async (place) => {
    forgotten += 1;
    await cabinet.remove("keys", `list ${place}`);
    await cabinet.remove("lists", place);
    for (const name of await cabinet.keys("photos")) if (isOf(name, place)) await cabinet.remove("photos", name);
  };
  // Whatever is over, of every place; and what is left of places without a list.
  const forgetOver = async () => {
    for (const place of await cabinet.keys("lists")) {
      const kept = await cabinet.get("lists", place);
      if (kept && kept.forget_at <= serverClock.now()) await forget(place);
    }
    const places = new Set(await cabinet.keys("lists"));
    for (const name of await cabinet.keys("keys")) {
      if (name.startsWith("list ") && !places.has(name.slice(5))) await cabinet.remove("keys", name);
    }
    for (const name of await cabinet.keys("photos")) {
      if (!places.has(name.slice(0, name.lastIndexOf(" ")))) await cabinet.remove("photos", name);
    }
  };
  const forgetAll = async () => {
    for (const one of await cabinet.keys("lists")) await forget(one);
    await forget(place);
  };

  // The list as it is kept; null: none, or its key is gone.
  const kept = async () => {
    const found = await cabinet.get("lists", place);
    key = (await cabinet.get("keys", keyName)) || null;
    if (!found || !key) return null;
    under = found.under;
    try {
      return { snapshot: await unsealJson(key, found.sealed) };
    } catch (error) {
      return null;
    }
  };
  const sealed = async (snapshot) => {
    const mine = under;
    return { forget_at: Date.parse(snapshot.forget_at), under: mine, sealed: await sealJson(key, snapshot) };
  };
  // Keeps what has changed in a list that is kept. One that was forgotten stays so, and that of another key is a newer one.
  const keep = async (snapshot) => {
    const list = await sealed(snapshot);
    await cabinet.change("lists", place, (old) => (old && old.under === list.under ? list : undefined));
  };

  // From the server. `isKept` is false where the browser keeps no keys, or has no room: it is gone with the page. Null: this tab
  // was told to forget meanwhile.
  const fetched = async () => {
    const before = forgotten;
    const snapshot = await ask(`/check-in/${place}/snapshot`);
    if (!Array.isArray(snapshot.people) || typeof snapshot.key !== "string") throw new NoAnswer("away");
    const bytes = base64Bytes(snapshot.key);
    const [made, name] = [await importKey(bytes), await fingerprint(bytes)];
    if (forgotten !== before) return null;
    key = made;
    under = name;
    delete snapshot.key;
    let isKept = !cabinet.isLoose;
    try {
      const list = await sealed(snapshot);
      if (forgotten !== before) return null;
      // One without the other opens nothing.
      await cabinet.putAll([["keys", made, keyName], ["lists", list, place]]);
    } catch (error) {
      isKept = false;
    }
    if (forgotten === before) return { snapshot, isKept };
    await forget(place);
    return null;
  };

  const byNumber = (one, other) => one.length - other.length || (one < other ? -1 : 1);
  // The whole number before, in decimal digits of any length.
  const justBefore = (serial) => {
    const digits = serial.replace(/0*$/, "");
    if (digits === "") return "0";
    const last = Number(digits.slice(-1)) - 1;
    return (digits.slice(0, -1) + last + "9".repeat(serial.length - digits.length)).replace(/^0+(?=.)/, "");
  };

  // Fetches the photos that are missing, or older than their tickets. `told` hears how many are here, of how many.
  const photos = async (list, told) => {
    const { people } = list.snapshot;
    const before = forgotten;
    const wanted = new Map(people.filter((person) => person.photo).map((person) => [person.serial, person]));
    const had = new Map();
    for (const serial of wanted.keys()) {
      const photo = await cabinet.get("photos", photoName(serial));
      if (photo && photo.under === under) had.set(serial, photo.generation);
    }
    const isHere = (serial) => had.get(serial) === wanted.get(serial).generation;
    let missing = Array.from(wanted.keys()).filter((serial) => !isHere(serial)).sort(byNumber);
    told(wanted.size - missing.length, wanted.size);
    for (let pages = 0; missing.length > 0 && pages < PHOTO_PAGES_MAX; pages += 1) {
      const answer = await ask(`/check-in/${place}/photos?after=${justBefore(missing[0])}`);
      for (const { serial, jpeg } of answer.photos) {
        const person = wanted.get(serial);
        if (!person) continue;
        const { generation } = person;
        const mine = under;
        // Some have none.
        const sealed = jpeg ? await seal(key, base64Bytes(jpeg)) : null;
        if (forgotten !== before) return;
        await cabinet.put("photos", { generation, under: mine, sealed }, photoName(serial));
        if (forgotten !== before) return void (await cabinet.remove("photos", photoName(serial)));
        had.set(serial, generation);
      }
      // What the server has passed over it does not have.
      const last = answer.next;
      missing = last === null ? [] : missing.filter((serial) => !isHere(serial) && byNumber(serial, last) > 0);
      told(Array.from(wanted.keys()).filter(isHere).length, wanted.size);
    }
  };

  // The address of somebody's photo, to be given back when it is not shown any more; null: it is not here.
  const photo = async (serial) => {
    const kept = await cabinet.get("photos", photoName(serial));
    if (!kept || !kept.sealed || !key || kept.under !== under) return null;
    return URL.createObjectURL(new Blob([await unseal(key, kept.sealed)], { type: "image/jpeg" }));
  };

  return {
    kept,
    keep,
    fetched,
    photos,
    photo,
    forgetOver,
    forget: () => forget(place),
    forgetAll,
    // Where there is no room for a scan, faces are compared with the document.
    dropPhotos: async () => {
      for (const name of await cabinet.keys("photos")) await cabinet.remove("photos", name);
    },
  };
};
