// What this device keeps, in IndexedDB: lists, photos and scans, all of them encrypted (AES-GCM) under keys that no script can
// read. Where the browser keeps nothing, the same is kept in memory, and the page says so.
const CABINET = "check-in";
const CABINET_VERSION = 1;
const OPEN_MS = 5000;
const IV_BYTES = 12;
const STORES = ["meta", "keys", "lists", "photos", "scans"];

// A request, or a whole transaction, as a promise.
const settled = (request, event) =>
  new Promise((resolve, reject) => {
    request[event] = () => resolve(request.result);
    request.onerror = request.onabort = () => reject(request.error || new Error("aborted"));
  });

const openDatabase = async () => {
  const opening = indexedDB.open(CABINET, CABINET_VERSION);
  opening.onupgradeneeded = () => {
    const database = opening.result;
    for (const name of STORES.slice(0, 4)) database.createObjectStore(name);
    database.createObjectStore("scans", { keyPath: "id" }).createIndex("state", "state");
  };
  return settled(opening, "onsuccess");
};

// Some browsers never answer.
const connected = async () => {
  const late = new Promise((_, reject) => setTimeout(reject, OPEN_MS, new Error("no answer")));
  const database = await Promise.race([openDatabase(), late]);
  // A page of a later version would wait for this one.
  database.onversionchange = () => database.close();
  return database;
};

// What a browser says that has lost its database under a page that was long in the background; it may be opened anew.
const LOST = ["InvalidStateError", "UnknownError"];

// The cabinet in IndexedDB. Every call is a transaction of its own, but `change`, which reads and writes in one, and `putAll`.
const keptIn = (first) => {
  let database = first, connecting = null;
  const reconnect = async (lost) => {
    if (database !== lost) return;
    connecting = connecting || connected();
    try {
      database = await connecting;
    } finally {
      connecting = null;
    }
  };
  const attempt = async (names, mode, work) => {
    const transaction = database.transaction(names, mode);
    const ended = settled(transaction, "oncomplete");
    const request = work(transaction.objectStore([].concat(names)[0]), transaction);
    await ended;
    return request && request.result;
  };
  const within = async (names, mode, work) => {
    const mine = database;
    try {
      return await attempt(names, mode, work);
    } catch (error) {
      if (LOST.indexOf(error.name) < 0) throw error;
      await reconnect(mine);
      return attempt(names, mode, work);
    }
  };
  return {
    isLoose: false,
    get: (name, key) => within(name, "readonly", (store) => store.get(key)),
    put: (name, value, key) => within(name, "readwrite", (store) => store.put(value, key)),
    // All of these `[name, value, key]`, or none.
    putAll: (those) => {
      const work = (store, transaction) => those.forEach(([name, value, key]) => transaction.objectStore(name).put(value, key));
      return within(those.map(([name]) => name), "readwrite", work);
    },
    remove: (name, key) => within(name, "readwrite", (store) => store.delete(key)),
    keys: (name) => within(name, "readonly", (store) => store.getAllKeys()),
    all: (name) => within(name, "readonly", (store) => store.getAll()),
    // Scans in this state that are wanted, in no order.
    inState: (state, most, isWanted) => {
      const work = (store) => {
        const result = [];
        store.index("state").openCursor(state).onsuccess = ({ target }) => {
          const cursor = target.result;
          if (!cursor) return;
          if (isWanted(cursor.value)) result.push(cursor.value);
          if (result.length < most) cursor.continue();
        };
        return { result };
      };
      return within("scans", "readonly", work);
    },
    // What `decide` makes of the value; undefined: it stays as it is. True where it was changed.
    change: (name, key, decide) => {
      let isChanged = false;
      const work = (store, transaction) => {
        const reading = store.get(key);
        reading.onsuccess = () => {
          const next = decide(reading.result);
          isChanged = next !== undefined;
          try {
            if (isChanged) store.put(next, store.keyPath ? undefined : key);
          } catch (error) {
            // Some browsers do not keep every kind of value.
            transaction.abort();
          }
        };
      };
      return within(name, "readwrite", work).then(() => isChanged);
    },
  };
};

// The same in memory.
const loose = () => {
  const stores = {};
  for (const name of STORES) stores[name] = new Map();
  const put = (name, value, key) => stores[name].set(key === undefined ? value.id : key, value);
  return {
    isLoose: true,
    get: async (name, key) => stores[name].get(String(key)) || stores[name].get(key),
    put: async (name, value, key) => void put(name, value, key),
    putAll: async (those) => those.forEach(([name, value, key]) => put(name, value, key)),
    remove: async (name, key) => void stores[name].delete(key),
    keys: async (name) => Array.from(stores[name].keys()),
    all: async (name) => Array.from(stores[name].values()),
    inState: async (state, most, isWanted) =>
      Array.from(stores.scans.values()).filter((entry) => entry.state === state && isWanted(entry)).slice(0, most),
    change: async (name, key, decide) => {
      const next = decide(stores[name].get(key));
      if (next !== undefined) put(name, next, name === "scans" ? undefined : key);
      return next !== undefined;
    },
  };
};

const openCabinet = async () => {
  try {
    const cabinet = keptIn(await connected());
    await cabinet.put("meta", Date.now(), "opened");
    return cabinet;
  } catch (error) {
    return loose();
  }
};

const AES = { name: "AES-GCM", length: 256 };

const seal = async (key, bytes) => {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { iv, bytes: await crypto.subtle.encrypt({ name: AES.name, iv }, key, bytes) };
};
const unseal = async (key, sealed) =>
  new Uint8Array(await crypto.subtle.decrypt({ name: AES.name, iv: sealed.iv }, key, sealed.bytes));
const sealJson = (key, value) => seal(key, utf8(JSON.stringify(value)));
const unsealJson = async (key, sealed) => JSON.parse(new TextDecoder().decode(await unseal(key, sealed)));

const importKey = (bytes) => crypto.subtle.importKey("raw", bytes, AES, false, ["encrypt", "decrypt"]);

// The key of what waits to be sent: made on this device, because it outlives every sign-in. Some browsers keep no keys; there
// its bytes are kept, which hides nothing from whoever has the device, and loses no scan. Tabs that open at once each make
// one: the first that is kept is everybody's.
const queueKey = async (cabinet) => {
  const firstKept = async (made) => {
    await cabinet.change("keys", "queue", (kept) => (kept ? undefined : made));
    return cabinet.get("keys", "queue");
  };
  const made = await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);
  const kept = (await firstKept(made).catch(() => null)) || (await firstKept(crypto.getRandomValues(new Uint8Array(32))));
  return kept instanceof Uint8Array ? importKey(kept) : kept;
};

// A random name in the form of RFC 9562, version 4.
const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

// Which device this is, to the server: a random name that means nothing elsewhere.
const deviceOf = async (cabinet) => {
  await cabinet.change("meta", "device", (kept) => (kept ? undefined : newId()));
  return cabinet.get("meta", "device");
};
