// Keeps tickets and receipts that somebody has looked at, so that they are there without a network: at the gate it dies. It
// runs beside the pages of orders and touches nothing but these two, and what they need to be drawn. What may be used here is
// listed in tests/floor.rs.
const NAME = "kept-1";
const PAGE = /^\/orders\/[0-9A-Z-]+\/(ticket|receipt)$/;
const PART = /^\/(static\/[^/]+\/[^/]+|orders\/[0-9A-Z-]+\/ticket\/photo\.jpg)$/;
const PATIENCE_MS = 4000;
const MOST = 60;

const isOver = (kept) => Number(kept.headers.get("kept-until")) < Date.now();

// Another account on this browser takes the place of the one before; what is over goes.
const tidy = async (cache, owner) => {
  const requests = await cache.keys();
  for (const request of requests) {
    const kept = await cache.match(request);
    const isPage = kept && kept.headers.has("kept-owner");
    const isOthers = isPage && owner && kept.headers.get("kept-owner") !== owner;
    if (isOthers) return caches.delete(NAME);
    if (isPage && isOver(kept)) await cache.delete(request);
  }
  for (const request of requests.slice(0, Math.max(0, requests.length - MOST))) await cache.delete(request);
  return false;
};

// Keeps a page that says that it may be kept. By its path alone: what stands behind it says only what has just been done.
const keep = async (path, response) => {
  const owner = response.headers.get("kept-owner");
  if (response.status !== 200 || response.redirected || !owner) return false;
  const before = await caches.open(NAME);
  const cache = (await tidy(before, owner)) ? await caches.open(NAME) : before;
  await cache.put(path, response);
  return true;
};

const kept = async (path) => {
  const cache = await caches.open(NAME);
  const found = await cache.match(path);
  return found && !(found.headers.has("kept-until") && isOver(found)) ? found : undefined;
};

// From the network while it answers in time, else as it was kept. Who has just looked at it is not asked to send it twice.
let last = { path: "", at: 0 };
const page = async (event, path) => {
  const found = await kept(path);
  const asked = fetch(event.request).then(async (response) => {
    const copy = response.clone();
    if (await keep(path, copy)) last = { path, at: Date.now() };
    return response;
  });
  if (!found) return asked;
  event.waitUntil(asked.catch(() => null));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, found));
  const fresh = asked.then((response) => (response.status >= 500 ? found : response), () => found);
  return Promise.race([fresh, late]);
};

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const begin = async () => {
    for (const name of await caches.keys()) if (name.startsWith("kept-") && name !== NAME) await caches.delete(name);
    await tidy(await caches.open(NAME));
    await self.clients.claim();
  };
  event.waitUntil(begin());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && PAGE.test(pathname)) event.respondWith(page(event, pathname));
  // Static files never change under their address; a photo does.
  else if (pathname.startsWith("/static/")) event.respondWith(kept(pathname).then((found) => found || fetch(request)));
  else if (PART.test(pathname)) event.respondWith(fetch(request).catch(() => kept(pathname)));
});

// A page says what it is and what it needs; it is told when all of it is here.
self.addEventListener("message", (event) => {
  const { path, parts } = event.data;
  const [port] = event.ports;
  const all = async () => {
    if (!PAGE.test(path)) return false;
    const isHere = last.path === path && Date.now() - last.at < 30000;
    if (!isHere && !(await keep(path, await fetch(path)))) return false;
    const cache = await caches.open(NAME);
    for (const part of parts.filter((part) => PART.test(part))) {
      const response = await fetch(part);
      if (response.status === 200) await cache.put(part, response);
    }
    return true;
  };
  event.waitUntil(all().catch(() => false).then((done) => port.postMessage(done)));
});
