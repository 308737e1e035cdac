// What is shown once can be copied with a button where the browser lets us; a tap selects the whole of it anyway.
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const shown = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(shown.value ?? shown.textContent);
    button.textContent = button.dataset.done;
  });
});
