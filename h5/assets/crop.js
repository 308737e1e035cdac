// The photo of a form: moved and enlarged in a frame of the right shape; what is in the frame is what is sent.
for (const tile of document.querySelectorAll("[data-crop]")) {
  const { width, height, unread, heic } = tile.dataset;
  const inputs = [...tile.querySelectorAll("input[type=file]")];
  const box = tile.querySelector(".crop");
  const frame = box.querySelector("canvas");
  const zoom = box.querySelector("input[type=range]");
  const error = tile.querySelector(".error");
  const context = frame.getContext("2d");
  const touches = new Map();
  let picture, x = 0, y = 0, size = 1, used;

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
  const keep = () => {
    frame.toBlob((blob) => {
      if (!blob) return;
      attach(used, blob, "photo.jpg");
    }, "image/jpeg", 0.92);
  };
  for (const input of inputs) {
    input.addEventListener("change", async () => {
      if (!input.files.length || isAttached(input.files[0])) return;
      for (const other of inputs) if (other !== input) other.value = "";
      error.textContent = "";
      const file = input.files[0];
      // An old browser sends the photo whole, and the server keeps its middle.
      if (!canAttach || !turnsByItself) return;
      try {
        picture = await load(file);
      } catch (_) {
        error.textContent = (await kindOf(file)) === "heic" ? heic : unread;
        input.value = "";
        return;
      }
      if (input.files[0] !== file) return;
      used = input;
      zoom.value = size = 1;
      const scale = Math.max(width / picture.width, height / picture.height);
      [x, y] = [(width - picture.width * scale) / 2, (height - picture.height * scale) / 4];
      box.hidden = false;
      const here = tile.querySelector(".photo-here");
      if (here) here.hidden = true;
      draw();
      keep();
    });
  }
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
    if (picture) keep();
  };
  zoom.onchange = () => picture && keep();
  frame.onkeydown = (event) => {
    const step = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
    if (!step || !picture) return;
    event.preventDefault();
    [x, y] = [x + step[0], y + step[1]];
    draw();
    keep();
  };
}
