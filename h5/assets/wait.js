// What staff, or a phone, decide shows by itself: asked about while somebody looks, at first often, then ever more
// rarely, and not for ever.
const FIRST = 5000, LAST = 60000, OFTEN_MAX = 100, ASKS_MAX = 200, ANSWER_WAIT = 20000;

for (const part of document.querySelectorAll("[data-waits]")) {
  const data = part.dataset;
  const say = part.querySelector("[role=status]");
  const first = data.every * 1000 || FIRST;
  let pause = first, asks = 0, isAsking = false, timer;
  // A picture that was chosen and not handed in is not thrown away.
  const isBusy = () =>
    [...document.querySelectorAll("input[type=file], [data-put] input[type=hidden]")].some((input) => input.value) ||
    [...document.querySelectorAll("[data-await]")].some((awaited) => awaited.textContent);
  const reload = say.innerHTML;
  say.textContent = data.live;

  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden || isAsking) return;
    if (asks++ >= ASKS_MAX) return (say.innerHTML = reload);
    isAsking = true;
    const response = await window.answerWithin(ANSWER_WAIT, fetch(data.waits)).catch(() => null);
    const isOver = response && window.isSignedOut(response);
    const answer = response && !isOver && (await response.json().catch(() => null));
    isAsking = false;
    // Nobody is told anything here any more; the page asks again when it is looked at again.
    if (isOver) return (say.textContent = "");
    if (answer && answer.state !== undefined && answer.state !== data.was) {
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
    if (!say.textContent) say.textContent = data.live;
    timer = setTimeout(ask, pause);
    if (!data.every || asks > OFTEN_MAX) pause = Math.min(pause * 1.5, LAST);
  };
  const askAnew = () => {
    pause = first;
    ask();
  };
  document.addEventListener("visibilitychange", askAnew);
  addEventListener("focus", askAnew);
  timer = setTimeout(ask, pause);
}
