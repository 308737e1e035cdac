// Pictures on their way: sent at once and in pieces, gone on with after a lost connection and after a lost session; a form
// waits until its pictures are there.
const PIECE_MIN = 32 * 1024, PIECE_MAX = 256 * 1024, TRIES = 12, SIGNED_OUT_TRIES = 20;
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

// Sends the pictures of one part of a form; the newest one takes the place of those before. What there is to say of it goes to
// `tell`; then it is `sent`, or `refused`. What comes back takes what makes a picture (which may ask whether
// it is the newest one still), and what to say once it is there; without it the one before is given up.
function sender(part, tell, { sent, refused }) {
  const words = part.querySelector("[data-say]").dataset;
  const inputs = [...part.querySelectorAll("input[type=file]")];
  const named = part.querySelector("input[type=hidden]");
  const error = part.querySelector(".error");
  const { put, limit } = part.dataset;
  let round = 0;

  // What the page said of the picture before is no longer so.
  const forget = () => {
    error.textContent = "";
    delete part.dataset.here;
    if (named) named.value = "";
    const link = document.querySelector(`.summary a[href="#${part.id}"]`);
    const summary = link && link.closest(".summary");
    if (link) (link.closest("li") || link).remove();
    if (summary && !summary.querySelector("a")) summary.hidden = true;
  };
  const refuse = (text) => {
    error.textContent = text;
    tell("");
    for (const input of inputs) input.value = "";
    refused();
  };
  const work = async (make, done) => {
    const mine = ++round;
    const isCurrent = () => mine === round;
    forget();
    if (!make) return tell("");
    tell(words.preparing);
    let blob;
    try {
      blob = await make(isCurrent);
    } catch (fault) {
      return isCurrent() && refuse(fault.message === "heic" ? words.heic : words.unread);
    }
    if (!isCurrent()) return;
    if (blob.size > limit) return refuse(words.tooLarge);
    const kilobytes = (bytes) => Math.ceil(bytes / 1024);
    const onTheWay = (state, bytes) => {
      tell(fill(words[state], { percent: Math.floor((100 * bytes) / blob.size), sent: kilobytes(bytes), total: kilobytes(blob.size) }));
    };
    const { key, refused: why } = await send(put, blob, isCurrent, onTheWay);
    if (!isCurrent()) return;
    if (!key) return refuse(why || words.refused);
    tell(done || words.sent, "good");
    part.dataset.here = "";
    // It is there already: the form need not bring it again.
    for (const input of inputs) input.value = "";
    if (!named) return sent();
    named.value = key;
    sent();
    // The form is another one now, for whoever keeps what is typed.
    part.dispatchEvent(new Event("change", { bubbles: true }));
  };
  return (make, done) => {
    const job = work(make, done).catch(() => refuse(words.refused)).then(() => under.delete(job));
    under.add(job);
  };
}

// Whichever of the inputs is filled is used, and the others are emptied; also what was chosen before this script was there.
function whenChosen(inputs, take) {
  for (const input of inputs) {
    const chosen = () => {
      if (!input.files.length) return;
      for (const other of inputs) if (other !== input) other.value = "";
      take(input.files[0]);
    };
    input.addEventListener("change", chosen);
    chosen();
  }
}

// The button with which a form is sent, also where a browser does not tell it.
let tapped = null;
document.addEventListener("click", (event) => {
  tapped = event.target.closest("[type=submit]") || tapped;
}, true);

// A form waits until its pictures are there, says so, and then goes on by itself. Listened to above the form, because older
// browsers call what listens on the form itself in the order in which it came.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!under.size || !form.matches("[data-tiles]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const say = form.querySelector("[data-await]");
  if (say.textContent) return;
  const button = tapped && tapped.form === form ? tapped : form.querySelector("[type=submit]");
  say.textContent = say.dataset.await;
  while (under.size) await Promise.all([...under]);
  say.textContent = "";
  const bad = [...form.querySelectorAll("[data-put]")].find((tile) => tile.querySelector(".error").textContent);
  if (bad) bad.scrollIntoView({ block: "center" });
  else button.click();
}, true);
