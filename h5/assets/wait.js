// What staff, or a phone, decide shows by itself: asked about while somebody looks, at first often, then ever more
// rarely, and not for ever.
const FIRST = 5000, LAST = 60000, ASKS_MAX = 200;

for (const part of document.querySelectorAll("[data-waits]")) {
  const data = part.dataset;
  const say = part.querySelector("[role=status]");
  const first = data.every * 1000 || FIRST;
  let pause = first, asks = 0, isAsking = false, timer;
  // A picture that was chosen and not sent is not thrown away.
  const isBusy = () => [...document.querySelectorAll("input[type=file]")].some((input) => input.files.length);
  const reload = say.innerHTML;
  say.textContent = data.live;

  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden || isAsking) return;
    if (asks++ >= ASKS_MAX) return (say.innerHTML = reload);
    isAsking = true;
    const signal = AbortSignal.timeout(20000);
    const answer = await fetch(data.waits, { signal }).then((answer) => answer.json()).catch(() => null);
    isAsking = false;
    if (answer?.state !== undefined && answer.state !== data.was) {
      if (isBusy()) {
        say.innerHTML = reload;
        say.firstElementChild.textContent = data.ready;
        return;
      }
      say.textContent = data.done;
      // What was just done when the page came is not what has just been decided.
      const to = new URL(location);
      to.searchParams.delete("said");
      return to.href === location.href ? location.reload() : location.replace(to);
    }
    timer = setTimeout(ask, pause);
    if (!data.every) pause = Math.min(pause * 1.5, LAST);
  };
  document.addEventListener("visibilitychange", () => {
    pause = first;
    ask();
  });
  timer = setTimeout(ask, pause);
}
