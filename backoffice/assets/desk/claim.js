// The cases of a page are claimed for five minutes: longer while the page is used, no longer than it is open. Without this
// script a claim simply runs out.
const KEEP_MS = 60_000;
let keptAt = performance.now();

// The claims that are ours: of the case that is shown, or of each of many.
const held = () =>
  [...document.querySelectorAll("[data-claim]")].map((part) => ({
    part,
    at: `/cases/${part.dataset.case}`,
    claim: new URLSearchParams({ claim: part.dataset.claim }),
  }));

// It is ours no more: what was read stays, and nothing is decided.
const lose = (part, said) => {
  delete part.dataset.claim;
  part.querySelectorAll(".decision, .verdicts, .leave, .tick").forEach((decides) => decides.remove());
  const lost = part.querySelector("[data-lost]");
  if (!lost) return;
  if (said) (lost.querySelector("h2") ?? lost).textContent = said;
  lost.hidden = false;
};

// Whose it is the server says, and not what was told of the queues a moment ago.
const ask = async ({ part, at, claim }) => {
  const answer = await fetch(`${at}/keep`, { method: "POST", body: claim }).catch(() => null);
  if (answer?.status === 409) lose(part, (await answer.json()).message);
};

const keep = () => {
  keptAt = performance.now();
  held().forEach(ask);
};
["keydown", "pointermove", "input", "wheel"].forEach((use) =>
  addEventListener(use, () => performance.now() - keptAt > KEEP_MS && keep(), { passive: true }));
addEventListener("pageshow", (event) => event.persisted && keep());
addEventListener("pagehide", () => held().forEach(({ at, claim }) => navigator.sendBeacon(`${at}/back`, claim)));

// Many are ticked at once, once there is a script for it.
document.querySelectorAll("[data-tick-all]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () =>
    button.form.querySelectorAll("input[type=checkbox]").forEach((tick) => (tick.checked = true)));
});
