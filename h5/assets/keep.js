// What is typed into a form is kept on the server, sealed like all that candidates tell, and not in the browser: it may
// be a computer that others use, and the next look may be from a phone whose battery has not died.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const say = form.querySelector("[data-kept]");
  const typed = () => {
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    return body;
  };
  const text = (body) => new URLSearchParams(body).toString();
  let stop = new AbortController();
  const first = text(typed());
  let kept = first, timer;

  const keep = async () => {
    clearTimeout(timer);
    const [body, before] = [typed(), kept];
    if (stop.signal.aborted || text(body) === before) return;
    kept = text(body);
    body.append("action", "keep");
    // Its buttons are called `action`, too, so the form has no `form.action`.
    const options = { method: "POST", body, keepalive: true, signal: stop.signal };
    const answer = await fetch(form.getAttribute("action"), options).catch(() => null);
    const isKept = !!answer && !window.isSignedOut(answer) && answer.status === 204;
    if (!isKept) kept = before;
    // Put back as it was when the page came: there is nothing to say.
    const words = !isKept ? say.dataset.lost : kept === first ? "" : say.dataset.kept;
    if (say.textContent !== words) say.textContent = words;
  };
  form.addEventListener("change", keep);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 2000);
  });
  addEventListener("online", keep);
  document.addEventListener("visibilitychange", keep);
  addEventListener("pagehide", keep);
  form.addEventListener("submit", () => stop.abort());
  form.addEventListener("revived", () => {
    stop = new AbortController();
  });
}
