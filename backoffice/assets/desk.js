// Keys of the desk. Every key is shown on what it does; everything works without.
const typing = (target) => target.closest("input:not([type=radio]), textarea, select");

addEventListener("keydown", (event) => {
  if (event.key === "Escape") return document.activeElement?.blur();
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target || target.matches("a:not([href])")) return;
  const details = target.closest("details");
  if (target.type === "radio" && !details.open) return;
  event.preventDefault();
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

// A decision is sent once.
document.querySelectorAll("form[method=post]").forEach((form) =>
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = true;
  }));
document.querySelector('.queue [aria-current="true"]')?.scrollIntoView({ block: "nearest" });
