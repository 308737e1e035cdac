// What others do shows within the second: who works on what, what is decided, how many wait. Asked for while the page is
// looked at; the answer comes when something has moved.
const AGAIN_MS = 5000;

// The keys lead to the next line that nobody else works on.
const lead = () => {
  const here = document.querySelector('.queue a[aria-current="true"]')?.closest("li");
  const seek = (line, step) => {
    while (line && line.matches("[data-taken], [data-over]")) line = line[step];
    return line?.querySelector("a");
  };
  const first = document.querySelector(".queue li");
  const next = seek(here ? here.nextElementSibling : first, "nextElementSibling");
  const previous = here && seek(here.previousElementSibling, "previousElementSibling");
  [["j", next], ["k", previous]].forEach(([key, to]) => {
    const link = document.querySelector(`.queue [data-key="${key}"]`);
    if (to) link?.setAttribute("href", to.getAttribute("href"));
    else link?.removeAttribute("href");
  });
};

// What was told last: a case that takes the place of another one is painted with it.
let last = null;

const paint = (told) => {
  last = told;
  const moved = new Map(told.moves.map((one) => [String(one.case), one]));
  document.querySelectorAll(".queue li[data-case]").forEach((line) => {
    // What has ended stays so until the page is another one.
    if (line.hasAttribute("data-over")) return;
    const one = moved.get(line.dataset.case);
    line.toggleAttribute("data-over", Boolean(one?.over));
    line.toggleAttribute("data-taken", Boolean(one && !one.own && !one.over));
    line.querySelector("[data-said]").textContent = one?.said ?? "";
  });
  lead();
  document.querySelectorAll("[data-count]").forEach((count) => (count.textContent = told.said));
  const desk = document.querySelector(`.desks [data-kinds="${told.kinds}"] small`);
  if (desk) desk.textContent = told.waiting || "";
  const isSending = document.querySelector("form[data-sent]");
  held().forEach((own) => {
    const one = moved.get(own.part.dataset.case);
    if (one && !one.own && !isSending) ask(own);
  });
  const free = document.querySelector("[data-free]");
  if (free) free.hidden = moved.has(free.closest("main").dataset.case);
};

// A page that is nothing but what it counts is drawn anew.
const redraw = async (main) => {
  const at = new URL(location.href);
  at.search += `${at.search ? "&" : "?"}unattended`;
  const answer = await fetch(at).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (drawn) main.replaceWith(document.adoptNode(drawn));
};

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const follow = async () => {
  let known = "";
  for (;;) {
    const of = document.querySelector("[data-follows], [data-empty], [data-reloads]");
    if (!of) return;
    if (document.hidden) {
      await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
      continue;
    }
    const { follows, empty, reloads } = of.dataset;
    let isRedrawn = false;
    try {
      // Asked by the page itself: it keeps no sign-in open.
      const answer = await fetch(`/queues/moves?kinds=${follows ?? empty ?? reloads}&known=${known}&unattended`);
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const told = await answer.json();
      if (told.revision !== known) {
        // Whoever sits there opens it: nobody else has it before, and no look is written down.
        const came = empty && of.querySelector("[data-came]");
        if (came) came.hidden = told.free === 0;
        isRedrawn = Boolean(reloads && known);
        if (isRedrawn) await redraw(of);
        paint({ ...told, kinds: follows ?? empty ?? reloads });
      }
      known = told.revision;
      // What it counts is counted over a week.
      if (isRedrawn) await pause(AGAIN_MS);
    } catch {
      await pause(AGAIN_MS);
    }
  }
};
follow();
