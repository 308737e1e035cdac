// Keeps the check-in page, which has nothing personal in it, and what it is drawn with, so that it opens without a network. All
// that is personal is sealed by the page itself and never comes by here: only these addresses are answered.
const NAME = "check-in-1";
const PAGE = /^\/check-in\/[^/]+\/[^/]+\/[^/]+\/scan$/;
const PART = /^\/static\/[^/]+\/[^/]+$/;
const PATIENCE_MS = 4000;
const MOST = 60;

const opened = () => caches.open(NAME);
const kept = async (path) => (await opened()).match(path, { ignoreVary: true });

// The oldest go first.
const tidy = async (cache) => {
  const requests = await cache.keys();
  for (const request of requests.slice(0, Math.max(0, requests.length - MOST))) await cache.delete(request);
};
const keep = async (path, response) => {
  if (response.status !== 200 || response.redirected) return;
  const cache = await opened();
  await cache.delete(path, { ignoreVary: true });
  await cache.put(path, response);
  await tidy(cache);
};

// From the network while it answers in time, else as it was kept.
const page = async (event, path) => {
  const found = await kept(path);
  // It is not kept yet: what it is drawn with may not be here, and it says itself what that is.
  const asked = fetch(event.request);
  if (!found) return asked;
  event.waitUntil(asked.catch(() => null));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, found));
  return Promise.race([asked.then((response) => (response.status >= 500 ? found : response), () => found), late]);
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const begin = async () => {
    for (const name of await caches.keys()) if (name.startsWith("check-in-") && name !== NAME) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(begin());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && PAGE.test(pathname)) event.respondWith(page(event, pathname));
  else if (PART.test(pathname)) event.respondWith(kept(pathname).then((found) => found || fetch(request)));
});
// The page says what it is and what it needs.
self.addEventListener("message", (event) => {
  const { path, parts, beside } = event.data;
  const all = async () => {
    if (!PAGE.test(path)) return;
    for (const part of parts.concat(beside || []).filter((part) => PART.test(part))) {
      if (!(await kept(part))) await keep(part, await fetch(part));
      if (!(await kept(part))) return;
    }
    // The page last: where it is kept, it can be drawn. One of a later version needs others, and says so when it is opened.
    const response = await fetch(path);
    const text = await response.clone().text();
    if (parts.every((part) => text.includes(part))) await keep(path, response);
  };
  event.waitUntil(all().catch(() => null));
});
