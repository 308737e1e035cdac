// Keeps the wall going: each part comes as an event of its name and takes the place of the one before. Ages go on ticking
// where nothing comes, so that a wall that stands still is seen to.
const main = document.querySelector("[data-stream]");
const LATE_MS = 4000;
let shownAt = performance.now();

const stream = new EventSource(main.dataset.stream);
for (const name of ["live", "strip", "needs", "foot"]) {
  stream.addEventListener(name, (event) => {
    const part = document.getElementById(name);
    // Whoever is about to follow a way keeps it under the finger.
    if (part.contains(document.activeElement)) return;
    part.innerHTML = event.data;
    if (name === "live") shownAt = performance.now();
  });
}
stream.addEventListener("error", () => {
  // What was is over at its end; what is asks again by itself, and whoever is signed out signs in.
  if ("once" in main.dataset) return stream.close();
  if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
});

setInterval(() => {
  const silent = performance.now() - shownAt;
  const late = silent > LATE_MS && stream.readyState !== EventSource.CLOSED && !("once" in main.dataset);
  main.toggleAttribute("data-is-late", late);
  const age = document.querySelector(".age");
  if (late && age) age.textContent = `${main.dataset.late} ${Math.round((Number(age.dataset.age) + silent) / 1000)} s`;
}, 1000);
