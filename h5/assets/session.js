// The sign-in ends by itself: said two minutes before, because it was not used, or however much it was. To ask is no use;
// to stay is one.
const ends = document.getElementById("session-ends");
if (ends) {
  const say = ends.querySelector("span"), stay = ends.querySelector("button");
  let timer, isDue = false;
  const plan = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(60, seconds - 120) * 1000);
  };
  const ask = async () => {
    isDue = document.hidden;
    if (isDue) return;
    const response = await window.answerWithin(20000, fetch("/me/session")).catch(() => null);
    // It is said above, with the way to sign in.
    if (response && window.isSignedOut(response)) return (ends.hidden = true);
    const answer = response && (await response.json().catch(() => null));
    if (!answer) return plan(0);
    ends.hidden = answer.left === "on";
    stay.hidden = answer.left !== "idle";
    if (!ends.hidden) say.textContent = ends.dataset[answer.left];
    plan(answer.seconds);
  };
  stay.onclick = async () => {
    const response = await window.answerWithin(20000, fetch("/me/bar")).catch(() => null);
    if (response && (window.isSignedOut(response) || response.ok)) ends.hidden = true;
  };
  document.addEventListener("visibilitychange", () => isDue && ask());
  plan(Number(ends.dataset.endsIn));
}
