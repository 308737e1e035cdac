// The camera of the face check: a frame, one hint at a time, and what to do when it may not be used.
const finder = document.querySelector("[data-camera]");
const form = finder?.closest("form");
const part = (name) => form.querySelector(`[data-${name}]`);

if (finder) {
  const say = finder.querySelector("[data-say]");
  const video = finder.querySelector("video");
  const canvas = finder.querySelector("canvas");
  const [start, shoot, again, send] = ["start", "shoot", "again", "send"].map(part);
  const input = form.querySelector("input[type=file]");
  const others = [...form.querySelectorAll("input[type=file]")];
  const words = finder.dataset;
  let stream, timer, wanted = false;
  finder.hidden = false;
  send.hidden = true;
  form.classList.add("has-camera");

  const tell = (text, tone = "plain") => {
    if (say.textContent !== text) say.textContent = text;
    say.dataset.tone = tone;
  };
  const stop = () => {
    clearInterval(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
  };
  const show = (state) => {
    finder.dataset.state = state;
    start.hidden = state !== "off";
    shoot.hidden = state !== "live";
    again.hidden = send.hidden = state !== "taken";
    canvas.hidden = state !== "taken";
    video.hidden = state === "taken";
  };

  // How light the face is: the mean of the middle of the picture.
  const probe = Object.assign(document.createElement("canvas"), { width: 24, height: 32 });
  const measure = () => {
    if (!video.videoWidth) return;
    const { videoWidth: w, videoHeight: h } = video;
    const context = probe.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, w * 0.3, h * 0.15, w * 0.4, h * 0.6, 0, 0, 24, 32);
    const { data } = context.getImageData(0, 0, 24, 32);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += 0.3 * data[i] + 0.6 * data[i + 1] + 0.1 * data[i + 2];
    const light = sum / (data.length / 4);
    tell(light < 55 ? words.dark : light > 225 ? words.bright : words.look);
  };

  const failed = (error) => {
    wanted = false;
    show("off");
    const agent = navigator.userAgent;
    const apple = /iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);
    const denied = apple ? words.deniedIos : /Android/.test(agent) ? words.deniedAndroid : words.deniedOther;
    const text = {
      NotAllowedError: denied, SecurityError: denied,
      NotFoundError: words.none, OverconstrainedError: words.none,
      NotReadableError: words.used, AbortError: words.used,
    };
    tell(text[error.name] ?? words.insecure, "bad");
  };

  const open = async () => {
    wanted = true;
    try {
      if (!navigator.mediaDevices) throw new Error("no camera without TLS");
      const video_ = { facingMode: { ideal: "user" }, width: { ideal: 1280 } };
      const opened = await navigator.mediaDevices.getUserMedia({ video: video_, audio: false });
      if (!wanted || document.hidden) return opened.getTracks().forEach((track) => track.stop());
      stop();
      stream = opened;
      video.srcObject = stream;
      stream.getVideoTracks()[0].onended = () => wanted && open();
      await video.play().catch(() => {});
      show("live");
      tell(words.look);
      shoot.focus();
      timer = setInterval(measure, 700);
    } catch (error) {
      failed(error);
    }
  };

  start.onclick = open;
  again.onclick = () => {
    for (const one of others) one.value = "";
    open();
  };
  shoot.onclick = () => {
    const scale = Math.min(1, 1280 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    wanted = false;
    stop();
    canvas.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "face.jpg", { type: "image/jpeg" }));
      input.files = files.files;
      show("taken");
      tell(words.taken, "good");
      send.focus();
    }, "image/jpeg", 0.9);
  };

  // A file instead.
  for (const one of others) {
    one.addEventListener("change", async () => {
      const file = one.files[0];
      if (!file) return;
      for (const other of others) if (other !== one) other.value = "";
      wanted = false;
      stop();
      show("off");
      start.hidden = false;
      tell(file.name);
      // A browser that cannot make it smaller sends it as it is.
      const small = await prepare(file, 0, 1280).catch(() => null);
      if (one.files[0] !== file) return;
      if ((small ?? file).size > words.limit) {
        one.value = "";
        return tell(words.tooLarge, "bad");
      }
      if (small) {
        const files = new DataTransfer();
        files.items.add(new File([small], "face.jpg", { type: "image/jpeg" }));
        one.files = files.files;
      }
      send.hidden = false;
      send.focus();
    });
  }

  // Nobody is filmed while the page is hidden.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
    else if (wanted) open();
  });
  addEventListener("pagehide", stop);
  show("off");
}
