// A page that comes back into view asks whether its registration still stands as it says: a sitting was changed, or
// paid for, on another tab or device. It is drawn anew, unless something was typed or chosen on it.
{
  const { asks, mark } = root.dataset;
  const bar = document.querySelector("[data-changed]");
  let isTouched = false;
  addEventListener("input", () => (isTouched = true));
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch(asks).then((answer) => answer.json()).catch(() => null);
    if (!answer || !answer.said || answer.state === mark) return;
    if (!isTouched) return location.reload();
    bar.querySelector("span").textContent = answer.said;
    bar.hidden = false;
  };
  if (asks) document.addEventListener("visibilitychange", ask);
}
