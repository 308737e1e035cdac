// Reads codes with the camera: by the browser's own reader where it proves that it reads, else by the library's. Nobody is
// filmed while the page is hidden, and no picture leaves this file but the one that is asked for.
const LOOK_MS = 120;
const LOOK_SIDE = 720;
const DECODE_MS = 60;
// A ticket that is still held before the camera is not read again.
const SAME_MS = 3000;
const PHOTO_SIDE = 800;
const PHOTO_BYTES_MAX = 180 * 1024;
// The word SEATHOLD as a code, a row of 21 squares a number.
const KNOWN_CODE = [
  0x1fd27f, 0x104941, 0x17475d, 0x17575d, 0x17575d, 0x105d41, 0x1fd57f, 0x1400, 0x117df9, 0x13a5c6, 0xde185, 0x108b2f, 0x13c278,
  0x1b0b, 0x1fd27e, 0x104cf4, 0x1759c5, 0x1749ff, 0x174d80, 0x104f11, 0x1fde7f,
];

const knownPicture = () => {
  const scale = 8, edge = 4, side = (KNOWN_CODE.length + 2 * edge) * scale;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, side, side);
  context.fillStyle = "#000";
  KNOWN_CODE.forEach((row, y) => {
    for (let x = 0; x < KNOWN_CODE.length; x += 1) {
      const isDark = (row >> (KNOWN_CODE.length - 1 - x)) & 1;
      if (isDark) context.fillRect((x + edge) * scale, (y + edge) * scale, scale, scale);
    }
  });
  return canvas;
};

// Some browsers have a reader that finds nothing, ever, or that answers never: it reads a code that is known, or is not used.
const ownReader = async () => {
  if (!("BarcodeDetector" in window)) return null;
  try {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const late = new Promise((resolve) => setTimeout(resolve, 2000, []));
    const found = await Promise.race([detector.detect(knownPicture()), late]);
    if (!found.some((code) => code.rawValue === "SEATHOLD")) return null;
    return async (video) => {
      const codes = await detector.detect(video);
      return codes.length > 0 ? codes[0].rawValue : null;
    };
  } catch (error) {
    return null;
  }
};

// The library's reader over the middle of the picture.
const libraryReader = async (library) => {
  try {
    const { decodeQR } = await import(library);
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const read = (picture, width, height) => {
      const side = Math.min(width, height), scale = Math.min(1, LOOK_SIDE / side);
      canvas.width = canvas.height = Math.round(side * scale);
      context.drawImage(picture, (width - side) / 2, (height - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
      try {
        return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height), { timeLimit: DECODE_MS });
      } catch (error) {
        // There is no code to be read in this one.
        return null;
      }
    };
    const known = knownPicture();
    if (read(known, known.width, known.height) !== "SEATHOLD") return null;
    return async (video) => read(video, video.videoWidth, video.videoHeight);
  } catch (error) {
    return null;
  }
};

const findReader = async (library) => (await ownReader()) || libraryReader(library);

// Why the camera is not there, as one word for the page to say.
const whyNot = (error) => {
  const kinds = {
    NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none",
    NotReadableError: "used", AbortError: "used",
  };
  return kinds[error.name] || "insecure";
};

// A picture as a JPEG that is small enough, in base 64.
const smallJpeg = (canvas) => {
  for (let quality = 0.85; quality > 0.2; quality -= 0.15) {
    const text = canvas.toDataURL("image/jpeg", quality).split(",")[1];
    if (text.length * 0.75 <= PHOTO_BYTES_MAX) return text;
  }
  return null;
};
const drawn = (picture, width, height) => {
  const scale = Math.min(1, PHOTO_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
};

// The camera over a video element. `told` hears `live`, `off`, or why it is not there; `read` gets every code once.
const createCamera = ({ video, findReader, told, read }) => {
  let stream = null, reader = null, timer = null, wanted = false, paused = false, looking = 0;
  let last = { code: "", at: 0 };

  const stop = () => {
    clearTimeout(timer);
    looking += 1;
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
  };
  const track = () => stream && stream.getVideoTracks()[0];
  const look = async (number) => {
    if (number !== looking) return;
    try {
      const code = paused || !video.videoWidth ? null : await reader(video);
      const now = Date.now();
      if (code && number === looking && !paused) {
        const isSame = code === last.code && now - last.at < SAME_MS;
        last = { code, at: now };
        if (!isSame) read(code);
      }
    } catch (error) {
      // This picture could not be read; the next one may.
    }
    timer = setTimeout(look, LOOK_MS, number);
  };
  const open = async () => {
    wanted = true;
    try {
      if (!navigator.mediaDevices) throw new Error("no camera without TLS");
      reader = reader || (await findReader());
      if (!reader) return void told("no-reader");
      const wishes = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
      const opened = await navigator.mediaDevices.getUserMedia({ video: wishes, audio: false });
      if (!wanted || document.hidden) return void opened.getTracks().forEach((one) => one.stop());
      stop();
      stream = opened;
      video.srcObject = stream;
      track().onended = () => wanted && open();
      await video.play().catch(() => null);
      told("live");
      look(looking);
    } catch (error) {
      wanted = false;
      stop();
      told(whyNot(error));
    }
  };
  const close = () => {
    wanted = false;
    stop();
    told("off");
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
    else if (wanted) open();
  });
  addEventListener("pagehide", stop);

  return {
    open,
    close,
    isLive: () => stream !== null,
    stream: () => stream,
    // Nothing is read while somebody is looked at; what lies before the camera then is not read again afterwards.
    pause: (is) => {
      paused = is;
      last.at = Date.now();
    },
    hasTorch: () => {
      const capabilities = track() && track().getCapabilities ? track().getCapabilities() : {};
      return capabilities.torch === true;
    },
    light: (on) => track().applyConstraints({ advanced: [{ torch: on }] }),
    photo: (from) => drawn(from, from.videoWidth, from.videoHeight),
  };
};

// A file that was chosen, drawn.
const drawnFile = (file) =>
  new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => {
      URL.revokeObjectURL(image.src);
      resolve(drawn(image, image.naturalWidth, image.naturalHeight));
    };
    image.onerror = () => reject(new Error("no picture"));
    image.src = URL.createObjectURL(file);
  });
