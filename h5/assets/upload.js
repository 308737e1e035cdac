// Pictures of documents: made smaller and turned here, sent at once and in pieces, gone on with after a lost connection.
const PIECE = 256 * 1024, TRIES = 8;
const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name]);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const under = new Set();

// Sends a picture; resolves to nothing, or to a sentence that refuses it.
async function send(path, blob, isCurrent, tell) {
  const key = crypto.randomUUID();
  let at = 0, failed = 0;
  while (isCurrent()) {
    tell(Math.floor((100 * at) / blob.size));
    try {
      const end = Math.min(at + PIECE, blob.size);
      const query = `?key=${key}&total=${blob.size}&offset=${at}`;
      const answer = await fetch(path + query, { method: "PUT", body: blob.slice(at, end) });
      if (answer.status === 422) return await answer.text();
      if (!answer.ok && answer.status !== 409) throw answer.status;
      const { received, done } = await answer.json();
      if (done) return "";
      [at, failed] = [received, 0];
    } catch (status) {
      if (++failed > TRIES || (status >= 400 && status < 500 && status !== 429)) return null;
      tell(-1);
      if (!navigator.onLine) await Promise.race([new Promise((on) => addEventListener("online", on, { once: true })), pause(60000)]);
      await pause(Math.min(1000 * 2 ** failed, 15000) * (0.5 + Math.random()));
      // What did arrive?
      const answer = await fetch(`${path}?key=${key}`).catch(() => null);
      if (answer?.ok) at = (await answer.json()).received;
    }
  }
  return "";
}

for (const tile of document.querySelectorAll("[data-put]")) {
  const data = tile.dataset;
  const inputs = [...tile.querySelectorAll("input")];
  const view = tile.querySelector(".tile-view");
  const image = view.querySelector("img");
  const say = view.querySelector("[data-say]");
  const turn = view.querySelector("[data-turn]");
  const error = tile.querySelector(".error");
  let file, turns = 0, round = 0;

  const refuse = (text) => {
    error.textContent = text;
    say.textContent = "";
    delete tile.dataset.here;
    view.hidden = true;
  };
  const work = async () => {
    const mine = ++round;
    const isCurrent = () => mine === round;
    error.textContent = "";
    view.hidden = false;
    say.textContent = fill(data.sending, { percent: 0 });
    let blob;
    try {
      blob = await prepare(file, turns);
    } catch {
      const head = new TextDecoder("latin1").decode(await file.slice(4, 12).arrayBuffer());
      return refuse(/^ftyp(hei|mif|msf)/.test(head) ? data.heic : data.unread);
    }
    if (!isCurrent()) return;
    if (blob.size > data.limit) return refuse(data.tooLarge);
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(blob);
    const tell = (percent) => {
      say.textContent = percent < 0 ? data.waiting : fill(data.sending, { percent });
    };
    const refused = await send(data.put, blob, isCurrent, tell);
    if (!isCurrent()) return;
    if (refused === null) return refuse(data.refused);
    if (refused) return refuse(refused);
    say.textContent = data.sent;
    turn.hidden = false;
    tile.dataset.here = "";
    // It is there already: the form need not bring it again.
    for (const input of inputs) input.value = "";
  };
  const begin = () => {
    const job = work().finally(() => under.delete(job));
    under.add(job);
  };
  for (const input of inputs) {
    input.addEventListener("change", () => {
      if (!input.files.length) return;
      [file, turns] = [input.files[0], 0];
      for (const other of inputs) if (other !== input) other.value = "";
      begin();
    });
  }
  turn.onclick = () => {
    turns = (turns + 1) % 4;
    begin();
  };
}

// A form waits until its pictures are there.
for (const form of document.querySelectorAll("[data-tiles]")) {
  form.addEventListener("submit", async (event) => {
    if (!under.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    while (under.size) await Promise.allSettled([...under]);
    if ([...form.querySelectorAll("[data-put]")].every((tile) => "here" in tile.dataset)) form.requestSubmit();
  }, true);
}
