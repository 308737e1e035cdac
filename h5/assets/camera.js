// The camera of the face check: a frame, one hint at a time, and what to do when it may not be used.
const SIDE = 1280;
const finder = document.querySelector("[data-camera]");

if (finder) {
  const form = finder.closest("form");
  const part = (name) => form.querySelector(`[data-${name}]`);
  const say = finder.querySelector("[data-say]");
  const video = finder.querySelector("video");
  const canvas = finder.querySelector("canvas");
  const [start, shoot, again, send] = ["start", "shoot", "again", "send"].map(part);
  const inputs = [...form.querySelectorAll("input[type=file]")];
  const words = finder.dataset, limit = Number(form.querySelector("[data-put]").dataset.limit);
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
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
  };
  // Off, live, taken by this camera, or chosen as a file.
  const show = (state) => {
    finder.dataset.state = state;
    form.dataset.face = state;
    const isHere = state === "taken" || state === "chosen";
    start.hidden = state !== "off" && state !== "chosen";
    shoot.hidden = state !== "live";
    again.hidden = state !== "taken";
    send.hidden = canvas.hidden = !isHere;
    video.hidden = isHere;
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
    // Safari and Chrome have a menu for each site; in other browsers it is the phone's settings that allow it.
    const isApp = apple ? !/Version\/.*Safari/.test(agent) : /MiuiBrowser|Huawei|UCBrowser|QQ|Vivo|HeyTap|Quark|baidu|SamsungBrowser|; wv\)/i.test(agent);
    const denied = apple
      ? (isApp ? words.deniedIosApp : words.deniedIos)
      : /Android/.test(agent) ? (isApp ? words.deniedAndroidApp : words.deniedAndroid) : words.deniedOther;
    const text = {
      NotAllowedError: denied, SecurityError: denied,
      NotFoundError: words.none, OverconstrainedError: words.none,
      NotReadableError: words.used, AbortError: words.used,
    };
    tell(text[error.name] || words.insecure, "bad");
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

  const begin = sender(form.querySelector("[data-put]"), tell, {
    sent() {
      send.focus();
    },
    refused() {
      show("off");
    },
  });
  again.onclick = start.onclick = () => {
    begin();
    for (const one of inputs) one.value = "";
    open();
  };
  const draw = (picture, w, h) => {
    const scale = Math.min(1, SIDE / Math.max(w, h));
    canvas.width = w * scale;
    canvas.height = h * scale;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  };
  const turnOff = () => {
    wanted = false;
    stop();
  };
  shoot.onclick = () => {
    // Nothing is seen yet.
    if (!video.videoWidth) return;
    draw(video, video.videoWidth, video.videoHeight);
    turnOff();
    show("taken");
    begin(() => jpegOf(canvas, 0.9), words.taken);
  };

  show("off");
  // A file instead: shown as it is sent.
  whenChosen(inputs, (file) => {
    turnOff();
    show("off");
    begin(async (isCurrent) => {
      const small = await prepare(file, 0, { side: SIDE, limit });
      const image = await load(small);
      if (isCurrent()) {
        draw(image, image.naturalWidth, image.naturalHeight);
        show("chosen");
      }
      URL.revokeObjectURL(image.src);
      return small;
    }, fill(words.chosen, { name: file.name }));
  });

  // Nobody is filmed while the page is hidden.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
    else if (wanted) open();
  });
  addEventListener("pagehide", stop);
}
