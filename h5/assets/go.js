// On to the app, or to the channel's page, at once, from a page that waits for the money. Whoever
// comes back finds whether the money has come, and is not sent off again.
for (const link of document.querySelectorAll("[data-go]")) {
  history.replaceState(history.state, "", link.dataset.go);
  location.href = link.href;
}
