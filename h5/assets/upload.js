// Pictures of documents and payments: made smaller and turned here, and sent at once.
const SIDE = 2000, AREA = 16e6;

for (const view of document.querySelectorAll("[data-put] .tile-view")) {
  const tile = view.closest("[data-put]");
  const image = view.querySelector("img");
  const say = view.querySelector("[data-say]");
  const turn = view.querySelector("[data-turn]");
  const limit = Number(tile.dataset.limit);
  const shrunk = "screenshot" in tile.dataset ? { area: AREA, limit } : { side: SIDE, limit };
  let file, turns = 0;

  const tell = (text) => {
    if (say.textContent !== text) say.textContent = text;
  };
  const begin = sender(tile, tell, {
    sent() {
      turn.hidden = false;
    },
    refused() {
      view.hidden = true;
    },
  });
  const make = async (isCurrent) => {
    const blob = await prepare(file, turns, shrunk);
    if (isCurrent()) {
      URL.revokeObjectURL(image.src);
      image.src = URL.createObjectURL(blob);
    }
    return blob;
  };
  const show = () => {
    view.hidden = false;
    turn.hidden = true;
    begin(make);
  };
  whenChosen([...tile.querySelectorAll("input[type=file]")], (chosen) => {
    [file, turns] = [chosen, 0];
    show();
  });
  turn.onclick = () => {
    turns = (turns + 1) % 4;
    show();
  };
}
