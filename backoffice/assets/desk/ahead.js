// The next case is loaded while this one is looked at: page and pictures, sealed. The key comes when it is shown, and with it
// the look is written down. Where there is no WebCrypto, a decision leads to the next page as it does without a script.
let ahead = null;
let loading = null;
// So long the next one may take, unless the page says otherwise; what takes longer is asked for as any page.
const LOADS_MS = 8000;
const loadsMs = () => Number(document.documentElement.dataset.loadsMs ?? LOADS_MS);

const words = new TextDecoder();
// What stands in front, with its length before it, and where it ends.
const front = (bytes) => {
  const end = 4 + new DataView(bytes).getUint32(0);
  return [JSON.parse(words.decode(new Uint8Array(bytes, 4, end - 4))), end];
};

const fetched = async (kind, body) => {
  const sent = { method: "POST", body, signal: AbortSignal.timeout(loadsMs()) };
  const answer = await fetch(`/ahead/${kind}`, sent);
  if (answer.status !== 200) return null;
  const bytes = await answer.arrayBuffer();
  const [head, end] = front(bytes);
  return { ...head, sealed: bytes.slice(end) };
};

// Loads the next one, once: whoever asks meanwhile waits for the same.
const load = () => {
  const main = document.querySelector("main[data-ahead][data-claim]");
  if (!main || ahead || !globalThis.crypto?.subtle) return loading;
  const of = new URLSearchParams({ case: main.dataset.case, claim: main.dataset.claim });
  loading ??= fetched(main.dataset.ahead, of)
    .catch(() => null)
    .then((loaded) => {
      ahead = loaded;
      loading = null;
    });
  return loading;
};

const open = async ({ case: id, claim, seen, sealed }) => {
  const answer = await fetch(`/cases/${id}/shown`, { method: "POST", body: new URLSearchParams({ claim, seen }) });
  if (answer.status !== 200) throw new Error(answer.statusText);
  const key = await crypto.subtle.importKey("raw", await answer.arrayBuffer(), "AES-GCM", false, ["decrypt"]);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.slice(0, 12) }, key, sealed.slice(12));
};

// The page in the place of this one, with its pictures in it.
const show = (next, plain, { decides, undo }) => {
  const [page, end] = front(plain);
  const main = new DOMParser().parseFromString(page.body, "text/html").querySelector("main");
  let from = end;
  page.pictures.forEach(({ at, length }) => {
    const picture = URL.createObjectURL(new Blob([plain.slice(from, from + length)], { type: "image/jpeg" }));
    from += length;
    main.querySelectorAll("img").forEach((image) => image.getAttribute("src") === at && (image.src = picture));
  });
  const before = document.querySelector("main");
  before.querySelectorAll('img[src^="blob:"]').forEach((image) => URL.revokeObjectURL(image.src));
  main.querySelector(`.queue li[data-case="${before.dataset.case}"]`)?.remove();
  const said = main.querySelector("[data-told]");
  said.querySelector("h2").textContent = decides;
  const back = said.querySelector("[data-undoes]");
  if (undo) back.setAttribute("action", undo);
  back.hidden = !undo;
  said.hidden = false;
  before.replaceWith(document.adoptNode(main));
  history.pushState(null, "", next.at);
  document.title = page.title;
  const language = document.querySelector("a.language");
  if (language) language.href = `/language?to=${new URL(language.href).searchParams.get("to")}&next=${encodeURIComponent(next.at)}`;
  begin(main);
  shownAt = keptAt = performance.now();
  if (last) paint(last);
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.decides || event.defaultPrevented) return;
  // One decision is under way: a second one, by the other form, would be about the same case.
  if ([...document.querySelectorAll("form[data-sent]")].some((sent) => sent !== form)) {
    event.preventDefault();
    delete form.dataset.sent;
    return;
  }
  // Who decides before the next one is here decides once it is: the key is not lost, and the page is not left.
  if (!ahead && !load()) return;
  event.preventDefault();
  if (!ahead) {
    const waits = document.querySelector("[data-waits]");
    waits.hidden = false;
    await loading;
    waits.hidden = true;
    // Given up with Escape, or somebody else's since.
    if (!form.dataset.sent || !form.isConnected) return;
  }
  if (!ahead) return form.submit();
  const next = ahead;
  const sent = { method: "POST", headers: { "x-by-script": "1" }, body: new URLSearchParams(new FormData(form)) };
  const answer = await fetch(form.getAttribute("action"), sent).catch(() => null);
  // What is wrong is said by a page.
  if (answer?.status !== 204) return form.submit();
  ahead = null;
  try {
    show(next, await open(next), form.dataset);
    load();
  } catch {
    location.assign(answer.headers.get("x-goes-on"));
  }
});
addEventListener("popstate", () => location.reload());
addEventListener("pagehide", () => {
  if (ahead) navigator.sendBeacon(`/cases/${ahead.case}/back`, new URLSearchParams({ claim: ahead.claim }));
  ahead = null;
});
addEventListener("pageshow", () => setTimeout(load, 200));
