// Keys of the desk. Every key is shown on what it does; everything works without.
const typing = (target) => target.closest?.("input:not([type=radio]), textarea, select");

// A key that was meant for the case before decides nothing about this one.
const SEEN_MS = 1000;
let shownAt = performance.now();

// Numbers choose a reason while the reasons are shown, and decide while they are not. Letters of before go on working.
const keyed = (key) => {
  const panel = /^[1-9]$/.test(key) && document.querySelector("details.refuse[open]");
  const name = /^[1-9]$/.test(key) && !panel ? "number" : "key";
  const found = [...(panel || document).querySelectorAll(`[data-${name}="${CSS.escape(key)}"]`)];
  return found.find((target) => !target.closest("[hidden]"));
};

addEventListener("keydown", (event) => {
  if (event.key === "Escape") return document.activeElement?.blur();
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const target = keyed(event.key.toLowerCase());
  if (!target || target.matches("a:not([href])")) return;
  event.preventDefault();
  if (target.type === "submit" && performance.now() - shownAt < SEEN_MS) return;
  target.click();
  if (target.type === "radio") target.focus();
});

// A decision is sent once; again when sending it was given up, when no answer came, and on a page that came back.
const SENT_MS = 15000;
const revive = () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
addEventListener("pageshow", revive);
addEventListener("offline", revive);
addEventListener("keydown", (event) => event.key === "Escape" && revive());

// What a case needs when it is shown, with its page or in the place of another one.
const begin = (root) => {
  // Nobody confirms a picture that has not arrived, nor a card by one of its sides.
  const pictures = [...root.querySelectorAll("[data-picture]")];
  root.querySelectorAll("[data-needs-picture]").forEach((button) => {
    const isHere = (picture) => picture.complete && picture.naturalWidth > 0;
    const ready = () => (button.disabled = !pictures.length || !pictures.every(isHere));
    pictures.forEach((picture) => ["load", "error"].forEach((name) => picture.addEventListener(name, ready)));
    ready();
  });
  // A long screenshot is shown as wide as there is room, to be scrolled.
  pictures.forEach((picture) => {
    const look = () => picture.toggleAttribute("data-long", picture.naturalHeight > 3 * picture.naturalWidth);
    picture.addEventListener("load", look);
    look();
  });
  // The reason comes into view with the form that asks for it.
  root.querySelectorAll("details.refuse").forEach((details) =>
    details.addEventListener("toggle", () => details.open && details.scrollIntoView({ block: "nearest" })));
  root.querySelectorAll("form[method=post]:not([data-file])").forEach((form) =>
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = true;
      setTimeout(() => delete form.dataset.sent, SENT_MS);
    }));
  root.querySelector('.queue [aria-current="true"]')?.scrollIntoView({ block: "nearest" });
};

begin(document);
addEventListener("pageshow", () => (shownAt = performance.now()));
