// Asking the server, and the queue of what this device has scanned: kept before anything is said of it, sent in its order,
// again after every failure, by one tab at a time. What an entry says of itself is never more than is true: `queued`, until
// the server has answered for that very scan.
// Longest silence of a server, and of one that is brought a photo; and longest answer, however steadily it comes.
const ANSWER_MS = 20000;
const PATIENT_MS = 120000;
const ANSWER_MS_MAX = 10 * 60 * 1000;
const BATCH = 100;
const QUEUED_READ = 1000;
const KEPT_MAX = 20000;
const PAUSES_MS = [2000, 4000, 8000, 16000, 32000, 60000];
const LEASE_MS = 30000;
const LOCK = "check-in-sending";
const CLOCK_JUMP_MS = 2000;
// Servers say their time in whole seconds.
const CLOCK_STEP_MS = 1000;

// By how much this device's clock is ahead of the server's, as every answer tells.
const serverClock = (() => {
  let skew = 0, ahead = Date.now() - performance.now(), told = () => null;
  const move = (to) => {
    skew = Math.round(to);
    told(skew);
  };
  // A clock that was set back is seen against the browser's own. One that was set forward looks the same as a device that has
  // slept, and waits for the next answer.
  const look = () => {
    const seen = Date.now() - performance.now(), jump = seen - ahead;
    ahead = seen;
    if (jump < -CLOCK_JUMP_MS) move(skew + jump);
    return skew;
  };
  return {
    skew: look,
    now: () => Date.now() - look(),
    // As it was known when the page was open last; `changed` hears what it becomes.
    start: (known, changed) => {
      skew = known;
      told = changed;
    },
    // The time that a server said in an answer that took so long, so long ago: what agrees with it stays, so that
    // times do not flutter.
    heard: (date, took, ago) => {
      const said = Date.parse(date), known = look();
      if (Number.isNaN(said)) return;
      const most = Date.now() - ago - said, least = most - took - CLOCK_STEP_MS;
      if (known < least - CLOCK_STEP_MS || known > most + CLOCK_STEP_MS) move((least + most) / 2);
    },
  };
})();

// Why there is no usable answer: `away` (no network, or a server that cannot), `signed-out`, `not-yours`, `over`, `bad`, `none`
// (no such place); and the server's own word for it.
class NoAnswer extends Error {
  constructor(kind, word) {
    super(kind);
    this.kind = kind;
    this.word = word || kind;
  }
}

// The server's own words. Whatever else comes with a status, a guest network's page or a gateway's, is no answer.
const KINDS = new Map([
  ["signed-out", "signed-out"], ["not-yours", "not-yours"], ["over", "over"], ["not-found", "none"],
  ["malformed", "bad"], ["too-large", "bad"], ["picture", "bad"], ["taken", "bad"],
]);

// The text of an answer; `alive` hears of every part of it.
const textOf = async (response, alive) => {
  if (!response.body || !response.body.getReader) return response.text();
  const reader = response.body.getReader(), decoder = new TextDecoder();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    alive();
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
};

const ask = async (path, body, patience = ANSWER_MS) => {
  const giveUp = new AbortController();
  const stop = () => giveUp.abort();
  let timer = setTimeout(stop, patience);
  const last = setTimeout(stop, ANSWER_MS_MAX);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, patience);
  };
  const options = { credentials: "same-origin", cache: "no-store", redirect: "error", signal: giveUp.signal };
  if (body) {
    Object.assign(options, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  }
  try {
    const began = performance.now();
    const response = await fetch(path, options);
    // The body may take minutes more.
    const answered = performance.now();
    alive();
    const answer = JSON.parse(await textOf(response, alive));
    const kind = response.ok ? null : KINDS.get(answer.error) || "away";
    if (kind !== "away") serverClock.heard(response.headers.get("date"), answered - began, performance.now() - answered);
    if (kind) throw new NoAnswer(kind, answer.error);
    return answer;
  } catch (error) {
    throw error instanceof NoAnswer ? error : new NoAnswer("away");
  } finally {
    clearTimeout(timer);
    clearTimeout(last);
  }
};

// One tab of the device sends: the browser's lock, or where there is none, a lease in the cabinet. Null: another one does.
const alone = async (cabinet, owner, work) => {
  if (navigator.locks) return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? work(() => true) : null));
  const renew = () => {
    const now = Date.now();
    const isOthers = (kept) => kept && kept.owner !== owner && kept.until > now && kept.until < now + 2 * LEASE_MS;
    const decide = (kept) => (isOthers(kept) ? undefined : { owner, until: now + LEASE_MS });
    // Where the storage is gone, two may send the same; the server knows them by their ids.
    return cabinet.change("meta", "lease", decide).catch(() => true);
  };
  if (!(await renew())) return null;
  const done = await work(renew);
  await cabinet.put("meta", { owner, until: 0 }, "lease").catch(() => null);
  return done;
};

// The queue. `told` hears what has become of the connection: `{ kind, answer, place }`; `changed` of every entry that is new or
// says something else now.
// `sinceOf` says when the list of a place was made, if it is here.
// `makeRoom` gives up what the device can do without.
const createQueue = ({ cabinet, key, device, sinceOf, makeRoom, told, changed }) => {
  const owner = newId();
  const entries = new Map();
  // Those that the device could not keep: in this tab only.
  const unkept = new Set();
  // Those that are kept and cannot be read: their key is gone.
  const unread = new Set();
  // Places that whoever is signed in may not send for, or that the server does not have; the others go on.
  const barred = new Set();
  let failures = 0, timer = null, isSending = false, batch = BATCH;

  const opened = async (kept) => Object.assign({}, kept, { data: await unsealJson(key, kept.sealed), sealed: null });
  const openedOrNull = (kept) =>
    opened(kept).catch(() => {
      unread.add(kept.id);
      return null;
    });
  const note = (entry) => {
    entries.set(entry.id, entry);
    changed(entry);
  };
  const keep = async (entry) => {
    const { id, place, kind, at, skew, until, state, why, conflict, isDismissed } = entry;
    const sealed = await sealJson(key, entry.data);
    await cabinet.put("scans", { id, place, kind, at, skew, until, state, why, conflict, isDismissed, sealed });
  };
  const remove = async (id) => {
    entries.delete(id);
    unkept.delete(id);
    await cabinet.remove("scans", id).catch(() => null);
  };
  // Other tabs of this device read anew what has changed.
  const tell = (ids) => {
    try {
      localStorage.setItem(CABINET, JSON.stringify({ ids, owner, at: Date.now() }));
    } catch (error) {
      // They see it when they are opened anew.
    }
  };
  const heard = async (event) => {
    if (event.key !== CABINET || !event.newValue) return;
    const { ids } = JSON.parse(event.newValue);
    for (const id of ids) {
      const kept = await cabinet.get("scans", id).catch(() => null);
      const entry = kept && (await openedOrNull(kept));
      if (entry) note(entry);
      // What is in this tab only is not in the cabinet either.
      else if (!kept && !unkept.has(id)) entries.delete(id);
    }
  };

  // Where that cannot be written, it is sent once more after a reload, and the server knows it by its id.
  const say = async (entry, said) => {
    Object.assign(entry, said);
    note(entry);
    const isKept = await keep(entry).then(() => true, () => false);
    if (isKept || entry.state === "uploaded") unkept.delete(entry.id);
    else if (entry.state === "queued") unkept.add(entry.id);
  };

  // What waits, oldest first and of one place; scans before the photos that belong to them.
  const next = async () => {
    const isWanted = ({ id, place }) => {
      const known = entries.get(id);
      return !barred.has(place) && !unread.has(id) && (!known || known.state === "queued");
    };
    const known = Array.from(entries.values()).filter((entry) => entry.state === "queued" && isWanted(entry));
    // Without its storage a tab still sends what it knows.
    const kept = await cabinet.inState("queued", QUEUED_READ, isWanted).catch(() => known);
    const mine = known.filter((entry) => unkept.has(entry.id) && kept.indexOf(entry) < 0);
    const all = kept.concat(mine).sort((one, other) => one.at - other.at);
    const scans = all.filter((entry) => entry.kind === "scan");
    const first = scans.length > 0 ? scans : all;
    const those = first.filter((entry) => entry.place === first[0].place).slice(0, scans.length > 0 ? batch : 1);
    const read = await Promise.all(those.map((entry) => entries.get(entry.id) || openedOrNull(entry)));
    const readable = read.filter(Boolean);
    // Those that could not be read are not wanted again.
    return those.length > 0 && readable.length === 0 ? next() : readable;
  };

  // As it is sent: the server moves a time by what this device's clock says now, which may not be what it said then.
  const written = ({ id, data, skew }) => {
    const moved = typeof skew === "number" ? serverClock.skew() - skew : 0;
    const at = new Date(Date.parse(data.at) + moved).toISOString();
    return Object.assign({ id }, data, { at, sent_at: new Date().toISOString() });
  };
  const sendScans = async (scans) => {
    const { place } = scans[0];
    const body = { device, since: sinceOf(place), scans: scans.map(written) };
    const answer = await ask(`/check-in/${place}/scans`, body);
    if (!Array.isArray(answer.results)) throw new NoAnswer("away");
    const results = new Map(answer.results.map((result) => [result.id, result]));
    const answered = scans.filter((entry) => results.has(entry.id));
    for (const entry of answered) {
      const { state, why, conflict } = results.get(entry.id);
      const isRefused = state === "refused";
      await say(entry, { state: isRefused ? "refused" : "uploaded", why: (isRefused && why) || null, conflict: conflict === true });
    }
    tell(answered.map((entry) => entry.id));
    told({ kind: "answered", answer, place });
    // A server that answers for none of them would be asked for ever.
    if (answered.length === 0) throw new NoAnswer("away");
  };
  const sendDoubt = async (entry) => {
    // The photo to a scan that was refused belongs to nothing, and keeps none behind it waiting.
    const scan = entries.get(entry.data.scan);
    if (scan && scan.state === "refused") {
      await say(entry, { state: "refused", why: scan.why });
      return void tell([entry.id]);
    }
    const answer = await ask(`/check-in/${entry.place}/doubts`, written(entry), PATIENT_MS);
    if (typeof answer.state !== "string") throw new NoAnswer("away");
    await say(entry, { state: "uploaded", why: null });
    tell([entry.id]);
    told({ kind: "answered", answer: null, place: entry.place });
  };
  const send = async (those) => {
    try {
      await (those[0].kind === "scan" ? sendScans(those) : sendDoubt(those[0]));
    } catch (problem) {
      if (problem.kind === "not-yours" || problem.kind === "none") {
        barred.add(those[0].place);
        return void told({ kind: problem.kind, place: those[0].place });
      }
      if (problem.kind !== "bad" && problem.kind !== "over") throw problem;
      // One of them is at fault: each by itself, and that one is said to be refused.
      if (those.length > 1) return void (batch = 1);
      await say(those[0], { state: "refused", why: problem.word });
      tell([those[0].id]);
    }
  };

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(pump, wait);
  };
  const pump = async () => {
    if (isSending) return later(PAUSES_MS[0]);
    isSending = true;
    barred.clear();
    try {
      const sendAll = async (renew) => {
        for (let those = await next(); those.length > 0 && (await renew()); those = await next()) {
          await send(those);
          failures = 0;
        }
        batch = BATCH;
        return true;
      };
      // Another tab sends; it may be closed any moment.
      if ((await alone(cabinet, owner, sendAll)) === null) later(PAUSES_MS[1]);
      else if (barred.size > 0) later(PAUSES_MS[PAUSES_MS.length - 1]);
    } catch (problem) {
      told({ kind: problem.kind || "fault", problem });
      const pause = PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)];
      failures += 1;
      later(pause * (0.8 + 0.4 * Math.random()));
    } finally {
      isSending = false;
    }
  };
  const now = () => {
    failures = 0;
    return pump();
  };

  // Takes away what is over, and the oldest that the server has where there are more than may be kept. What let somebody in
  // goes last: a copy of that ticket is known by it.
  const letIn = ({ kind, data }) => kind === "scan" && data.act !== "refused";
  const tidy = async () => {
    const done = Array.from(entries.values()).filter((entry) => entry.state === "uploaded" || entry.isDismissed);
    done.sort((one, other) => letIn(one) - letIn(other) || one.at - other.at);
    const now = serverClock.now();
    const over = done.filter((entry) => entry.until < now);
    for (const entry of over.concat(done.slice(0, Math.max(0, entries.size - KEPT_MAX)))) await remove(entry.id);
  };
  // Nothing is left of it, or while its ticket could be shown again, no more than whose it was.
  const shrink = async (entry) => {
    if (!letIn(entry) || entry.until < serverClock.now()) return remove(entry.id);
    const { serial, act } = entry.data;
    Object.assign(entry, { isDismissed: true, data: { serial, act } });
    await keep(entry).catch(() => remove(entry.id));
  };

  return {
    entries,
    unkept,
    unread,
    tidy,
    // Reads what is kept, of all places.
    load: async () => {
      for (const kept of await cabinet.all("scans")) {
        const entry = await openedOrNull(kept);
        if (entry) entries.set(kept.id, entry);
      }
      await tidy();
      addEventListener("storage", heard);
    },
    // Keeps it, then sends it. False: the device could not keep it, it is in this tab only.
    add: async (entry) => {
      let isKept = !cabinet.isLoose;
      try {
        await keep(entry).catch(() => makeRoom().then(() => keep(entry)));
      } catch (error) {
        unkept.add(entry.id);
        isKept = false;
      }
      note(entry);
      tell([entry.id]);
      later(0);
      return isKept;
    },
    // Somebody has read why it was refused. Whom it let in has been let in all the same.
    dismiss: (id) => {
      const entry = entries.get(id);
      return entry && letIn(entry) ? say(entry, { isDismissed: true }) : remove(id);
    },
    // Somebody wants it sent once more.
    again: async (id) => {
      const entry = entries.get(id);
      if (!entry || entry.state !== "refused") return;
      await say(entry, { state: "queued", why: null });
      tell([id]);
      later(0);
    },
    // Takes away what the server has; the rest stays until it is sent.
    forget: async () => {
      const those = Array.from(entries.values()).filter((entry) => entry.state === "uploaded" && !entry.isDismissed);
      for (const entry of those) await shrink(entry);
      tell(those.map((entry) => entry.id));
    },
    send: now,
    waiting: () => Array.from(entries.values()).filter((entry) => entry.state === "queued").length,
  };
};
