// Keys of the desk. Every key is shown on what it does; everything works without.
const typing = (target) => target.closest("input:not([type=radio]), textarea, select");

// A key that was meant for the case before decides nothing about this one.
const SEEN_MS = 1000;
let shownAt = performance.now();

addEventListener("keydown", (event) => {
  if (event.key === "Escape") return document.activeElement?.blur();
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target || target.matches("a:not([href])")) return;
  const details = target.closest("details");
  if (target.type === "radio" && !details.open) return;
  event.preventDefault();
  if (target.type === "submit" && performance.now() - shownAt < SEEN_MS) return;
  target.click();
  if (target.type === "radio") target.focus();
});

// Nobody confirms a picture that has not arrived.
document.querySelectorAll("[data-needs-picture]").forEach((button) => {
  const picture = document.querySelector("[data-picture]");
  const ready = () => (button.disabled = !(picture?.complete && picture.naturalWidth));
  picture?.addEventListener("load", ready);
  picture?.addEventListener("error", ready);
  ready();
});

// A long screenshot is shown as wide as there is room, to be scrolled.
document.querySelectorAll("[data-picture]").forEach((picture) => {
  const look = () => picture.toggleAttribute("data-long", picture.naturalHeight > 3 * picture.naturalWidth);
  picture.addEventListener("load", look);
  look();
});

// The reason comes into view with the form that asks for it.
document.querySelectorAll("details.refuse").forEach((details) =>
  details.addEventListener("toggle", () => details.open && details.scrollIntoView({ block: "nearest" })));

// A decision is sent once; again when sending it was given up, when no answer came, and on a page that came back.
const SENT_MS = 15000;
document.querySelectorAll("form[method=post]").forEach((form) => {
  const revive = () => delete form.dataset.sent;
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = true;
    setTimeout(revive, SENT_MS);
  });
  addEventListener("pageshow", revive);
  addEventListener("offline", revive);
  addEventListener("keydown", (event) => event.key === "Escape" && revive());
});
addEventListener("pageshow", () => (shownAt = performance.now()));
document.querySelector('.queue [aria-current="true"]')?.scrollIntoView({ block: "nearest" });
