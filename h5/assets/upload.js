// Pictures of documents and payments: made smaller and turned here, sent at once and in pieces, gone on with after a lost
// connection and after a lost session.
const PIECE_MIN = 32 * 1024, PIECE_MAX = 256 * 1024, TRIES = 12, SIGNED_OUT_TRIES = 20, SIDE = 2000, AREA = 16e6;
const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name]);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const once = (target, ...names) => new Promise((done) => names.forEach((name) => target.addEventListener(name, done, { once: true })));
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const under = new Set();

// One request, with what has left so far; `null` when there was no answer.
const call = (method, url, body, sent) => new Promise((done) => {
  const request = new XMLHttpRequest();
  request.open(method, url);
  request.timeout = 90000;
  if (sent) request.upload.onprogress = (event) => sent(event.loaded);
  request.onloadend = () => done(request.status ? request : null);
  request.send(body);
});

const json = (answer) => {
  try {
    return JSON.parse(answer.responseText);
  } catch (_) {
    return null;
  }
};

// Sends a picture. Resolves to its key, or to a sentence that refuses it, or to nothing when it could not be sent.
async function send(path, blob, isCurrent, tell) {
  const key = newKey();
  // Small at first, so that something is seen to move on a slow line.
  let at = 0, failed = 0, size = PIECE_MIN, ended = 0;
  while (isCurrent()) {
    tell("sending", at);
    const query = `?key=${key}&total=${blob.size}&offset=${at}`;
    const piece = blob.slice(at, Math.min(at + size, blob.size));
    const answer = await call("PUT", path + query, piece, (sent) => isCurrent() && tell("sending", Math.min(blob.size, at + sent)));
    const from = answer && answer.responseURL;
    if (answer && window.isSignedOut({ redirected: new URL(from).pathname !== path, url: from })) {
      tell("signedOut");
      // For some minutes it is tried again by itself; then, and where nobody sees it, once somebody looks.
      const looked = [once(window, "focus", "pageshow"), once(document, "visibilitychange")];
      await Promise.race(++ended > SIGNED_OUT_TRIES || document.hidden ? looked : looked.concat(pause(30000)));
      continue;
    }
    if (answer && answer.status === 422) return { refused: answer.responseText };
    const told = answer && (answer.status === 200 || answer.status === 409) && json(answer);
    if (told && told.done) return { key };
    if (told) {
      failed = told.received > at ? 0 : failed + 1;
      size = failed ? PIECE_MIN : Math.min(size * 2, PIECE_MAX);
      at = told.received;
    } else if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      return {};
    } else {
      // Being offline is no failure, however long it lasts.
      if (navigator.onLine) failed++;
      tell("waiting");
      if (!navigator.onLine) await Promise.race([once(window, "online"), pause(60000)]);
      await pause(Math.min(500 * 2 ** failed, 15000) * (0.5 + Math.random()));
      // What did arrive?
      const known = await call("GET", `${path}?key=${key}`);
      const here = known && known.status === 200 && json(known);
      if (here) at = here.received;
    }
    if (failed > TRIES) return {};
  }
  return {};
}

for (const tile of document.querySelectorAll("[data-put]")) {
  const data = tile.dataset;
  const inputs = [...tile.querySelectorAll("input[type=file]")];
  const named = tile.querySelector("input[type=hidden]");
  const view = tile.querySelector(".tile-view");
  const image = view.querySelector("img");
  const say = view.querySelector("[data-say]");
  const turn = view.querySelector("[data-turn]");
  const error = tile.querySelector(".error");
  const limit = Number(data.limit);
  const shrunk = "screenshot" in data ? { area: AREA, limit } : { side: SIDE, limit };
  let file, turns = 0, round = 0;

  // What the page said of the picture before is no longer so.
  const forget = () => {
    error.textContent = "";
    delete data.here;
    if (named) named.value = "";
    const link = document.querySelector(`.summary a[href="#${tile.id}"]`);
    const summary = link && link.closest(".summary");
    if (link) (link.closest("li") || link).remove();
    if (summary && !summary.querySelector("a")) summary.hidden = true;
  };
  const refuse = (text) => {
    error.textContent = text;
    say.textContent = "";
    view.hidden = true;
    for (const input of inputs) input.value = "";
  };
  const work = async () => {
    const mine = ++round;
    const isCurrent = () => mine === round;
    forget();
    view.hidden = false;
    turn.hidden = true;
    say.textContent = data.preparing;
    let blob;
    try {
      blob = await prepare(file, turns, shrunk);
    } catch (fault) {
      return isCurrent() && refuse(fault.message === "heic" ? data.heic : data.unread);
    }
    if (!isCurrent()) return;
    if (blob.size > limit) return refuse(data.tooLarge);
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(blob);
    const kilobytes = (bytes) => Math.ceil(bytes / 1024);
    const tell = (state, bytes) => {
      const places = { percent: Math.floor((100 * bytes) / blob.size), sent: kilobytes(bytes), total: kilobytes(blob.size) };
      const text = fill(data[state], places);
      if (say.textContent !== text) say.textContent = text;
    };
    const { key, refused } = await send(data.put, blob, isCurrent, tell);
    if (!isCurrent()) return;
    if (!key) return refuse(refused || data.refused);
    say.textContent = data.sent;
    turn.hidden = false;
    data.here = "";
    if (named) named.value = key;
    // It is there already: the form need not bring it again.
    for (const input of inputs) input.value = "";
  };
  const begin = () => {
    const job = work().catch(() => refuse(data.refused)).then(() => under.delete(job));
    under.add(job);
  };
  for (const input of inputs) {
    const chosen = () => {
      if (!input.files.length) return;
      [file, turns] = [input.files[0], 0];
      for (const other of inputs) if (other !== input) other.value = "";
      begin();
    };
    input.addEventListener("change", chosen);
    // Before this script was there.
    chosen();
  }
  turn.onclick = () => {
    turns = (turns + 1) % 4;
    begin();
  };
}

// A form waits until its pictures are there, says so, and then goes on by itself. Listened to above the form, because older
// browsers call what listens on the form itself in the order in which it came.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!under.size || !form.matches("[data-tiles]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const say = form.querySelector("[data-await]");
  if (say.textContent) return;
  say.textContent = say.dataset.await;
  while (under.size) await Promise.all([...under]);
  say.textContent = "";
  const bad = [...form.querySelectorAll("[data-put]")].find((tile) => tile.querySelector(".error").textContent);
  if (bad) bad.scrollIntoView({ block: "center" });
  else form.querySelector("[type=submit]").click();
}, true);
