// The photo of a form: moved and enlarged in a frame of the right shape; what is in the frame is what is sent.
const STILL_MS = 1000, WHOLE_SIDE = 2000;

for (const tile of document.querySelectorAll("[data-crop]")) {
  const { width, height } = tile.dataset;
  const box = tile.querySelector(".crop");
  const frame = box.querySelector("canvas");
  const zoom = box.querySelector("input[type=range]");
  const say = tile.querySelector("[data-say]");
  const context = frame.getContext("2d");
  const touches = new Map();
  let picture, x = 0, y = 0, size = 1;

  const draw = () => {
    const scale = Math.max(width / picture.width, height / picture.height) * size;
    const [w, h] = [picture.width * scale, picture.height * scale];
    x = Math.min(0, Math.max(width - w, x));
    y = Math.min(0, Math.max(height - h, y));
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.drawImage(picture, x, y, w, h);
  };
  // The slider has steps; fingers that move slowly are less than one at a time, so the size is kept beside it.
  const enlarge = (value) => {
    const before = size;
    zoom.value = size = Math.min(zoom.max, Math.max(zoom.min, value));
    const ratio = size / before;
    [x, y] = [width / 2 - (width / 2 - x) * ratio, height / 2 - (height / 2 - y) * ratio];
    draw();
  };
  zoom.oninput = () => picture && enlarge(Number(zoom.value));
  const begin = sender(tile, (text) => {
    if (say.textContent !== text) say.textContent = text;
  }, { sent() {}, refused() {} });
  // Sent once the frame has been still for a moment.
  const framed = async (isCurrent) => {
    await pause(STILL_MS);
    return isCurrent() ? jpegOf(frame, 0.92) : null;
  };
  const moved = () => begin(framed);
  const limit = Number(tile.dataset.limit);
  whenChosen([...tile.querySelectorAll("input[type=file]")], (file) => begin(async (isCurrent) => {
    // An old browser sends the photo whole, and the server keeps its middle.
    if (!turnsByItself) return prepare(file, 0, { side: WHOLE_SIDE, limit });
    const read = await opened(file);
    if (!isCurrent()) return null;
    picture = read;
    zoom.value = size = 1;
    const scale = Math.max(width / picture.width, height / picture.height);
    [x, y] = [(width - picture.width * scale) / 2, (height - picture.height * scale) / 4];
    box.hidden = false;
    const here = tile.querySelector(".photo-here");
    if (here) here.hidden = true;
    draw();
    return framed(isCurrent);
  }));
  const ratio = () => width / frame.getBoundingClientRect().width;
  frame.onpointerdown = (event) => {
    frame.setPointerCapture(event.pointerId);
    touches.set(event.pointerId, event);
  };
  frame.onpointermove = (event) => {
    const before = touches.get(event.pointerId);
    if (!before || !picture) return;
    const other = [...touches.values()].find((one) => one.pointerId !== event.pointerId);
    if (other) {
      const far = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      enlarge(size * (far(event) / Math.max(1, far(before))));
    } else {
      x += (event.clientX - before.clientX) * ratio();
      y += (event.clientY - before.clientY) * ratio();
      draw();
    }
    touches.set(event.pointerId, event);
  };
  frame.onpointerup = frame.onpointercancel = (event) => {
    touches.delete(event.pointerId);
    if (picture) moved();
  };
  zoom.onchange = () => picture && moved();
  frame.onkeydown = (event) => {
    const step = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
    if (!step || !picture) return;
    event.preventDefault();
    [x, y] = [x + step[0], y + step[1]];
    draw();
    moved();
  };
}
