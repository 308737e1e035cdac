// On to the app, or to the channel's page, at once, from a page that waits for the money. It is left as one that is come
// back to: the back button leads to whether the money has come, and not off again.
for (const link of document.querySelectorAll("[data-go]")) {
  history.replaceState(history.state, "", link.dataset.go);
  location.href = link.href;
}
