// Clocks, live seat numbers, copying: every page works without. What may be used here is listed in tests/floor.rs.
const root = document.documentElement;
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name]);
root.classList.add("js");

// Has the session ended, so that this answer to a script is the page for signing in? It is said on top of the page, with
// a way that leaves the page as it is, until an answer comes that is none; whoever asked keeps what was typed or chosen,
// and asks again once the page is looked at again. For all scripts of the site.
window.isSignedOut = (response) => {
  const isThere = response.redirected && new URL(response.url).pathname === "/sign-in";
  const isOver = isThere || response.status === 401;
  const bar = document.getElementById("signed-out");
  const next = encodeURIComponent(location.pathname + location.search);
  if (bar) {
    bar.hidden = !isOver;
    bar.querySelector("a").href = `/sign-in?ended=1&next=${next}`;
  }
  return isOver;
};

// Back to what answered a form: by its address, nothing is sent twice.
history.replaceState(history.state, "");

// A page that the back button brings back is older than it looks.
addEventListener("pageshow", (event) => event.persisted && location.reload());

// An answer, or none if it takes longer. For all scripts of the site.
window.answerWithin = (ms, answer) => Promise.race([answer, new Promise((_, late) => setTimeout(late, ms, new Error("late")))]);

// Clocks count by the server's. It is what the page says of its first byte, and goes on by a clock of the browser that nobody
// can set. That one may stand still while a phone sleeps, so the server is asked again when the page is looked at again, and
// before anything is said to have ended.
const { timing } = performance;
const [entry] = performance.getEntriesByType("navigation");
const firstByte = entry ? entry.responseStart : timing.responseStart - timing.navigationStart;
let zero = null;
const serverNow = (data) => (zero === null ? (zero = data.now - firstByte) : zero) + performance.now();
const askClock = async () => {
  const asked = performance.now();
  const answer = await window.answerWithin(10000, fetch("/clock")).then((answer) => answer.json()).catch(() => null);
  if (answer) zero = answer.now - (asked + performance.now()) / 2;
  return !!answer;
};
document.addEventListener("visibilitychange", () => document.hidden || zero === null || askClock());

const two = (n) => String(Math.floor(n)).padStart(2, "0");
const minutes = (s) => `${Math.floor(s / 60)}:${two(s % 60)}`;

// Until an opening.
each("[data-until]", (clock) => {
  const tick = () => {
    const rest = Math.max(0, clock.dataset.until - serverNow(clock.dataset));
    const s = Math.ceil(rest / 1000);
    clock.textContent = s < 3600 ? minutes(s) : `${minutes(s / 60)}:${two(s % 60)}`;
    if (rest) setTimeout(tick, rest % 1000 || 1000);
  };
  tick();
});

// The hold.
each("[data-deadline]", (hold) => {
  const data = hold.dataset;
  const left = hold.querySelector("[data-left]");
  const say = hold.querySelector("[data-say]");
  let isSure = data.state === "lapsed";
  const tick = async () => {
    let rest = data.deadline - serverNow(data);
    if (rest <= 0 && !isSure) {
      left.textContent = minutes(0);
      isSure = await askClock();
      rest = data.deadline - serverNow(data);
      if (!isSure) return setTimeout(tick, 5000);
    }
    const seconds = Math.max(0, Math.ceil(rest / 1000));
    const state = seconds === 0 ? "lapsed" : seconds <= data.short ? "short" : "running";
    left.textContent = minutes(seconds);
    if (state !== data.state) say.textContent = state === "short" ? data.sayShort : state === "lapsed" ? data.sayLapsed : "";
    data.state = state;
    if ("own" in data) root.dataset.hold = state;
    isSure = false;
    if (rest > 0) setTimeout(tick, rest % 1000 || 1000);
  };
  tick();
});

// Once another sitting is selected than the one that is held, its button stands where the bar of the hold stood.
each(".choose", (form) => {
  const show = () => root.classList.toggle("chosen", !!form.querySelector("[data-above-hold]") && !!form.querySelector(".sitting :checked"));
  form.addEventListener("change", show);
  show();
});

// Live seat numbers. A hidden page lets go of its connection.
each("[data-events]", (list) => {
  const data = list.dataset;
  const status = list.querySelector("[data-status]");
  let source, timer, wait = 1000;
  const say = (text, live) => {
    status.textContent = text;
    status.dataset.on = live;
  };
  const near = (at) => {
    const ms = Date.parse(at) - data.midnight;
    return (data.days.split("|")[(ms / 864e5) | 0] || "") + new Date(ms).toISOString().slice(11, 16);
  };
  const show = (sitting) => {
    const card = list.querySelector(`[data-sitting="${sitting.id}"]`);
    if (!card) return;
    const { level, free, capacity, next_release_at: next } = sitting;
    card.dataset.level = level;
    card.querySelector("[data-words]").textContent = fill(data[level], sitting);
    card.querySelector("[data-taken]").setAttribute("width", capacity ? Math.floor((1000 * (capacity - free)) / capacity) : 1000);
    const release = card.querySelector("[data-release]");
    release.hidden = !(level === "full" && next);
    if (next) release.textContent = fill(data.release, { time: near(next) });
    const input = card.querySelector("input");
    if (input && !input.checked) input.disabled = level === "full";
  };
  const open = () => {
    source = new EventSource(data.events);
    source.onmessage = (event) => {
      wait = 1000;
      say(data.live, true);
      JSON.parse(event.data).forEach(show);
    };
    source.onerror = () => {
      say(data.lost, false);
      // The browser itself tries again after a broken connection, but not after a refusal.
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, 30000);
    };
  };
  const follow = () => {
    clearTimeout(timer);
    if (source) source.close();
    if (!document.hidden) open();
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("online", follow);
  addEventListener("offline", () => say(data.lost, false));
  follow();
});

// A form is sent once, and says so. An answer may never come: the browser was told to stop, the line is gone, the page is
// come back to. So it can be sent again after a while.
const BUSY_MS = 15000;
each("form[data-busy]", (form) => {
  let button = null, label, timer;
  const revive = () => {
    clearTimeout(timer);
    if (!button) return;
    button.textContent = "";
    button.append(...label);
    button = null;
    form.dispatchEvent(new Event("revived"));
  };
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (button) return event.preventDefault();
    button = event.submitter || form.querySelector("[type=submit]");
    label = [...button.childNodes];
    button.textContent = form.dataset.busy;
    timer = setTimeout(revive, BUSY_MS);
  });
  addEventListener("pageshow", revive);
  addEventListener("offline", revive);
  addEventListener("keydown", (event) => event.key === "Escape" && revive());
});

// Who signs out leaves no ticket on this device (offline.js keeps them under this name).
each("form[action='/sign-out']", (form) => form.addEventListener("submit", () => window.caches && caches.delete("kept-1")));

each("[data-reveal]", (button) => {
  const input = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.onclick = () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? button.dataset.show : button.dataset.hide;
  };
});

each("[data-copy]", (button) => {
  const input = document.getElementById(button.dataset.copy);
  const label = button.querySelector("span");
  button.hidden = false;
  button.onclick = async () => {
    if (input.select) input.select();
    const { clipboard } = navigator;
    const done = clipboard && (await clipboard.writeText(input.value).then(() => true, () => false));
    label.textContent = done || document.execCommand("copy") ? button.dataset.done : button.dataset.failed;
  };
});

each("[data-offline]", (bar) => {
  const show = () => {
    bar.hidden = navigator.onLine;
    bar.textContent = bar.hidden ? "" : bar.dataset.offline;
  };
  for (const on of ["online", "offline"]) addEventListener(on, show);
  show();
});

// What is typed anew is not wrong any more, until it is looked at again.
each(".field[data-error]", (field) =>
  field.addEventListener("input", () => {
    delete field.dataset.error;
    field.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
    field.querySelectorAll(".error").forEach((error) => (error.hidden = true));
  }, { once: true }));
