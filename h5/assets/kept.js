// Has this page kept by the worker of the pages of orders (offline.js), and says so once it is. Browsers without one print it.
const ask = (worker) => {
  const said = document.querySelector("[data-kept]");
  const addresses = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], img")].map((part) => part.href || part.src);
  const own = addresses.filter((address) => address.startsWith(location.origin));
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (event) => {
    if (event.data && said) said.textContent = said.dataset.kept;
  };
  worker.postMessage({ path: location.pathname, parts: own.map((address) => new URL(address).pathname) }, [port2]);
};

const { serviceWorker } = navigator;
if (serviceWorker && navigator.onLine) {
  const ready = serviceWorker.register("/orders/offline.js").then(() => serviceWorker.ready);
  ready.then(({ active }) => ask(active)).catch(() => null);
}
