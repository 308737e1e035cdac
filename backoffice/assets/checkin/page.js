// The page at the door: what is shown to it is recognised, judged, looked at and decided here; then kept, and sent.
const STATE_PAUSES_MS = [20000, 40000, 80000, 160000, 300000];
const CLOCK_OFF_MS = 2 * 60 * 1000;
const DRAW_MS = 30;
const PHOTOS_AGAIN_MS = 30000;
const SHOWN_CHARS_MAX = 256;
const FORGOTTEN = "check-in-forgotten";

const words = new Map(Array.from(document.querySelectorAll("[data-words] data"), (one) => [one.value, one.textContent]));
const word = (name, values = {}) =>
  (words.get(`scan-${name}`) || "").replace(/\{(\w+)\}/g, (all, place) => (place in values ? values[place] : all));
const language = document.documentElement.lang;
const clockTime = (at) => new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false });
const dayTime = (at) =>
  new Date(at).toLocaleString(language, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
const { home, reader, verifier } = document.body.dataset;
const place = home.replace("/check-in/", "");
const notice = (name, is, text) => {
  const one = document.querySelector(`[data-notice="${name}"]`);
  if (text) say(one.querySelector("span"), text);
  show(one, is);
};
const fault = (what) => notice("fault", true, word("fault", { what: String((what && what.name) || what).slice(0, 60) }));
addEventListener("error", (event) => fault(event.error || event.message));
addEventListener("unhandledrejection", (event) => fault(event.reason));

const begin = async () => {
  const cabinet = await openCabinet();
  const lists = createLists({ cabinet, place });
  const signal = createSignals();
  // Serials that this device has let in, and when it last did.
  const admitted = new Map();
  let list = null, room = null, verify = null, isOnline = navigator.onLine, isFirst = true;
  let site = null, statePauses = 0, stateTimer = null, isForgotten = false, isFetching = false, isPhotos = false;
  let isLooking = false, drawing = null;
  const { now, skew } = serverClock;
  serverClock.start((await cabinet.get("meta", "skew")) || 0, (known) => {
    cabinet.put("meta", known, "skew").catch(() => null);
    draw();
  });

  // What is drawn of it all.
  const queue = createQueue({
    cabinet,
    key: await queueKey(cabinet),
    device: await deviceOf(cabinet),
    makeRoom: lists.dropPhotos,
    sinceOf: (one) => (one === place && list ? list.snapshot.made_at : undefined),
    changed: (entry) => {
      remember(entry);
      draw();
    },
    told: heardOf,
  });
  const camera = createCamera({
    video: find("video"),
    findReader: () => {
      say(find("camera-say"), word("camera-starting"));
      return findReader(reader);
    },
    told: drawCamera,
    read: seen,
  });
  const field = createField({ listNow: () => (isForgotten ? null : list), isFree: () => !sheet.isOpen(), roomText, signal, shownAs });
  const sheet = createSheet({ word, camera, signal, about, decided, photoOf: (serial) => lists.photo(serial) });

  function remember(entry) {
    const { serial, act } = entry.data;
    if (entry.kind !== "scan" || entry.place !== place || act === "refused" || !serial) return;
    const first = admitted.get(serial);
    if (!first || entry.at > first) admitted.set(serial, entry.at);
  }

  function roomText(number, of = list) {
    const text = word("room", { number: String(number).padStart(3, "0") });
    const known = of && of.snapshot.rooms.find((one) => one.number === number);
    if (!known) return text;
    return `${text} · ${known.name}${known.floor ? ` · ${known.floor}` : ""}`;
  }

  // What is said of somebody beside the verdict: by the list by which it was found, which may be forgotten by now.
  function about({ list, verdict, person, place: seat, serial }) {
    const { sitting, sittings } = list.snapshot;
    const other = verdict === "other_sitting" && seat && sittings.find((one) => one.tag === seat.sitting);
    const values = {
      time: {
        late: clockTime(sitting.starts_at), too_early: clockTime(sitting.opens_at), too_late: clockTime(sitting.late_until),
        again: admitted.has(serial) ? clockTime(admitted.get(serial)) : "", other_sitting: other ? dayTime(other.starts_at) : "",
      }[verdict] || "",
      until: clockTime(sitting.late_until),
      room: seat && seat.room ? roomText(seat.room, list) : "",
      site: seat ? list.elsewhere.get(seat.room) || "" : "",
      title: other ? other.title : "",
    };
    const bare = verdict === "other_sitting" && !other;
    const number = person && seat === person && person.label ? person.label : seat && seat.seat ? word("seat", { seat: seat.seat }) : "";
    const isPlaced = seat && seat.room && ["unknown", "forged", "other_exam", "other_sitting"].indexOf(verdict) < 0;
    return {
      hint: word(`${verdict.replace("_", "-")}-${bare ? "bare" : "hint"}`, values),
      place: isPlaced ? `${roomText(seat.room, list)}\n${number}` : "",
      notes: person && person.notes ? person.notes.join(language === "en" ? ", " : "、") : "",
    };
  }

  // Something was shown to the device: a code, a number, or somebody of the list.
  async function shownAs(shown) {
    if (!list || isForgotten) return;
    if (sheet.isOpen() || isLooking) return sheet.busy();
    isLooking = true;
    try {
      const at = Date.now(), mine = list;
      const known = await recognise(mine, shown, verify);
      const found = Object.assign(judge(mine, known, { now: now(), room, admitted }), { shown, at, skew: skew(), list: mine });
      field.clear();
      // Whoever is turned away has been turned away by the look at the ticket; letting in is somebody's decision.
      if (ADMITTED.indexOf(found.verdict) < 0) await record(found, "refused");
      sheet.open(found);
    } finally {
      isLooking = false;
    }
  }
  // The camera sees whatever hangs on the wall.
  function seen(code) {
    const isTicket = readCode(code) !== null;
    say(find("camera-say"), word(isTicket ? "camera-look" : "camera-other"));
    return isTicket ? shownAs({ code }) : signal("bad");
  }

  async function record({ list, shown, at, skew, verdict, serial }, act, photo) {
    const until = Date.parse(list.snapshot.forget_at);
    const short = (text) => (text ? text.slice(0, SHOWN_CHARS_MAX) : null);
    const scan = newId(), moment = new Date(at).toISOString();
    const fresh = { place, skew, until, state: "queued", why: null, conflict: false, isDismissed: false };
    const entry = (kind, id, data, later) => Object.assign({ id, kind, at: at + later, data }, fresh);
    const data = { at: moment, code: short(shown.code), number: short(shown.number), serial: serial || null, room, verdict, act };
    await queue.add(entry("scan", scan, data, 0));
    if (photo) {
      const doubt = { scan, at: moment, serial, jpeg: photo.jpeg, tries: photo.tries };
      await queue.add(entry("doubt", newId(), doubt, 1));
    }
    pollSoon();
  }
  async function decided(found, act, photo) {
    if (act) await record(found, act, photo);
    field.focus();
  }

  // What became of asking the server.
  function heardOf({ kind, answer, problem, place: where }) {
    isOnline = kind !== "away";
    if (kind === "answered" && where === place && answer) {
      site = Object.assign({}, site, { in: answer.in });
      takeVoid(answer.voided);
    }
    if (kind === "answered") notice("signed-out", false);
    if (kind === "signed-out") notice("signed-out", document.querySelector('[data-notice="signed-out-start"]').hidden);
    if (kind === "not-yours" && where === place) notice("not-yours", true);
    if (kind === "fault") fault(problem);
    draw();
  }
  async function takeVoid(serials) {
    const fresh = (serials || []).filter((serial) => list && !list.void.has(serial));
    if (fresh.length === 0) return;
    fresh.forEach((serial) => list.void.add(serial));
    list.snapshot.void = Array.from(list.void);
    await lists.keep(list.snapshot).catch(() => null);
  }

  // Many entries change at once.
  function draw() {
    if (!drawing) drawing = setTimeout(drawNow, DRAW_MS);
  }
  function drawNow() {
    drawing = null;
    const waiting = queue.waiting();
    const state = `${isOnline && navigator.onLine ? "online" : "offline"}-${waiting > 0 ? "queued" : "clear"}`;
    const line = find("line");
    show(line, true);
    line.dataset.tone = state === "online-clear" ? "good" : "care";
    say(line, word(state, { count: waiting }));
    say(find("count-here"), String(admitted.size));
    const here = room !== null && site && site.by_room && site.by_room.find((one) => one.number === room);
    const counted = here || (site && { in: site.in, expected: list ? list.snapshot.people.length : "–" });
    say(find("count-site"), counted ? word("of", { count: counted.in, expected: counted.expected }) : "–");
    notice("unkept", queue.unkept.size > 0, word("unkept", { count: queue.unkept.size }));
    notice("unread", queue.unread.size > 0, word("unread", { count: queue.unread.size }));
    const off = Math.abs(skew());
    notice("clock", off > CLOCK_OFF_MS, word("clock", { count: Math.round(off / 60000) }));
    drawRecent({ queue, place, list });
  }
  function drawCamera(state) {
    const isLive = state === "live";
    find("finder").dataset.state = isLive ? "live" : state === "off" ? "off" : "failed";
    show(find("camera-open"), !isLive);
    show(find("camera-close"), isLive);
    show(find("torch"), isLive && camera.hasTorch());
    say(find("camera-say"), isLive ? word("camera-look") : state === "off" ? "" : word(`camera-${state}`));
    cabinet.put("meta", isLive, "camera").catch(() => null);
    if (isLive && navigator.wakeLock) navigator.wakeLock.request("screen").catch(() => null);
  }

  // The list, from the cabinet or the server.
  async function use(found) {
    list = listOf(found.snapshot);
    const { snapshot } = list;
    say(find("where"), snapshot.site.name);
    say(find("what"), `${snapshot.sitting.title} · ${dayTime(snapshot.sitting.starts_at)}`);
    say(find("list-made"), word("list-made", { time: dayTime(snapshot.made_at), count: snapshot.people.length }));
    const choice = find("room");
    choice.textContent = "";
    const option = (value, text) => choice.appendChild(Object.assign(document.createElement("option"), { value, textContent: text }));
    option("", word("at-site"));
    snapshot.rooms.forEach((one) => option(String(one.number), roomText(one.number)));
    choice.value = room === null || !snapshot.rooms.some((one) => one.number === room) ? "" : String(room);
    notice("no-list", false);
    show(find("work"), true);
    show(find("device"), true);
    draw();
  }
  function drop() {
    list = null;
    show(find("work"), false);
    camera.close();
  }
  async function refresh() {
    if (isFetching || isForgotten) return;
    isFetching = true;
    try {
      const found = await lists.fetched();
      if (isForgotten || !found) return;
      isOnline = true;
      ["signed-out", "signed-out-start", "not-yours"].forEach((name) => notice(name, false));
      notice("list-loose", !found.isKept && !cabinet.isLoose);
      await use(found);
      fetchPhotos();
    } catch (problem) {
      await missed(problem);
    } finally {
      isFetching = isFirst = false;
      draw();
    }
  }
  // Behind everything else; what is missing comes next time.
  async function fetchPhotos() {
    if (isPhotos) return;
    isPhotos = true;
    const told = (count, expected) => say(find("photos"), word("photos", { count, expected }));
    const mine = list;
    await lists.photos(mine, told).catch((problem) => {
      if (!problem.kind) return fault(problem);
      return problem.kind === "away" ? setTimeout(() => list && fetchPhotos(), PHOTOS_AGAIN_MS) : null;
    });
    isPhotos = false;
    // A list that came meanwhile has others, or another key.
    if (list && list !== mine) fetchPhotos();
  }
  async function missed(problem) {
    const kind = problem.kind || "fault";
    if (kind === "away") isOnline = false;
    if (kind === "signed-out" && isFirst) {
      // Signed out when the page opens: nothing of anybody stays here. Under whoever works on, the list stays.
      await lists.forgetAll();
      drop();
      return notice("signed-out-start", true);
    }
    if (kind === "signed-out") return notice("signed-out", true);
    if (kind === "not-yours" || kind === "over") {
      await lists.forget();
      drop();
      return notice(kind, true);
    }
    if (["away", "bad", "none"].indexOf(kind) >= 0) return notice("no-list", list === null);
    return fault(problem);
  }
  // Nothing is shown, and nothing stays, once the sitting is long over.
  async function lookAtClock() {
    await queue.tidy();
    if (!list || Date.parse(list.snapshot.forget_at) > now()) return;
    await lists.forget();
    drop();
    notice("over", true);
  }

  // The numbers of the whole site, asked for ever more rarely.
  async function poll() {
    clearTimeout(stateTimer);
    if (!document.hidden && list && !isForgotten) {
      const answer = await ask(`/check-in/${place}/state`).catch(() => null);
      if (answer) site = answer;
      if (answer) draw();
    }
    stateTimer = setTimeout(poll, STATE_PAUSES_MS[Math.min(statePauses, STATE_PAUSES_MS.length - 1)]);
    statePauses += 1;
  }
  function pollSoon() {
    statePauses = 0;
  }

  find("camera-open").onclick = () => camera.open();
  find("camera-close").onclick = () => camera.close();
  find("torch").onclick = async (event) => {
    const button = event.currentTarget, on = button.getAttribute("aria-pressed") !== "true";
    await camera.light(on).then(() => button.setAttribute("aria-pressed", String(on)), () => show(button, false));
  };
  find("room").onchange = async (event) => {
    room = event.target.value === "" ? null : Number(event.target.value);
    await cabinet.put("meta", room, `room ${place}`).catch(() => null);
    draw();
  };
  find("list-refresh").onclick = refresh;
  find("forget").onclick = () => show(find("forget-sure"), true);
  async function forget() {
    isForgotten = true;
    drop();
    await lists.forgetAll();
    await queue.forget();
    const waiting = queue.waiting();
    show(find("device"), false);
    notice("forgotten", true, waiting > 0 ? word("forgotten-queued", { count: waiting }) : word("forgotten"));
    draw();
  }
  find("forget-sure").onclick = async () => {
    try {
      localStorage.setItem(FORGOTTEN, String(Date.now()));
    } catch (error) {
      // Other tabs are not told, and keep what they fetch.
    }
    await forget();
  };
  // Said in another tab of this device: what this one fetches would stay.
  addEventListener("storage", (event) => event.key === FORGOTTEN && !isForgotten && forget());

  // Begins.
  show(find("starting"), false);
  await lists.forgetOver();
  await queue.load();
  queue.entries.forEach(remember);
  room = (await cabinet.get("meta", `room ${place}`)) || null;
  verify = await findVerifier(verifier);
  notice("no-verifier", verify === null);
  notice("loose", cabinet.isLoose);
  const found = await lists.kept();
  if (found) await use(found);
  draw();
  if (navigator.storage && navigator.storage.persist) {
    navigator.storage.persist().then((is) => show(find("evictable"), !is), () => null);
  }
  await refresh();
  queue.send();
  addEventListener("online", () => {
    isOnline = true;
    queue.send();
    if (!list || Date.parse(list.snapshot.made_at) + LIST_AGAIN_MS < now()) refresh();
    draw();
  });
  addEventListener("offline", draw);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    pollSoon();
    queue.send();
    lookAtClock();
  });
  setInterval(lookAtClock, 60000);
  setInterval(() => !document.hidden && navigator.onLine && refresh(), LIST_AGAIN_MS);
  poll();
  field.focus();
  if (list && (await cabinet.get("meta", "camera"))) camera.open();
};

// Keeps the page itself for when there is no network.
const keepPage = async () => {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register("/check-in/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  const { readerParts } = document.body.dataset;
  const parts = Array.from(document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]"), (part) => part.href || part.src);
  const paths = parts.map((address) => new URL(address).pathname).concat([reader, verifier]);
  // The reader's other half is asked for beside it.
  const beside = [new URL(readerParts.split("/").pop(), new URL(reader, location.href)).pathname];
  active.postMessage({ path: location.pathname, parts: paths, beside });
};

if (!window.crypto || !crypto.subtle || !window.indexedDB) {
  show(find("starting"), false);
  notice("insecure", true);
} else {
  begin().catch(fault);
  keepPage().catch(() => null);
}
