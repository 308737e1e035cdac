// Pictures before they are sent: upright, turned so often by a quarter, made smaller, as JPEG. It stands at the head of the
// scripts that send pictures.

// Browsers before Chrome 81 and iOS 13.4 draw a photo as it lies in the file and not as it was taken. There it is sent as it
// is, because the server turns it.
const turnsByItself = "imageOrientation" in document.documentElement.style;

const load = (file) => new Promise((done, failed) => {
  const image = new Image();
  image.onload = () => done(image);
  image.onerror = () => failed(new Error("unread"));
  image.src = URL.createObjectURL(file);
});

// "good" for JPEG and PNG, "heic", or "other".
const kindOf = (file) => new Promise((done) => {
  const reader = new FileReader();
  reader.onloadend = () => {
    const head = reader.result ? String.fromCharCode(...new Uint8Array(reader.result)) : "";
    if (/^(\xff\xd8\xff|\x89PNG)/.test(head)) return done("good");
    done(/^ftyp(hei|hev|mif1|msf1)/.test(head.slice(4)) ? "heic" : "other");
  };
  reader.readAsArrayBuffer(file.slice(0, 12));
});

// The picture of a file. Fails with "heic" or "unread".
const opened = (file) => load(file).catch(async () => {
  throw new Error((await kindOf(file)) === "heic" ? "heic" : "unread");
});

// What is on a canvas. Fails with "unread" where the device makes nothing of it.
const jpegOf = (canvas, quality) => new Promise((done, failed) => {
  canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("unread"))), "image/jpeg", quality);
});

const drawn = (image, turns, scale, quality) => new Promise((done) => {
  const [w, h] = [image.naturalWidth, image.naturalHeight].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = turns % 2 ? [h, w] : [w, h];
  const context = canvas.getContext("2d");
  // JPEG knows no transparency.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(image, -w / 2, -h / 2, w, h);
  canvas.toBlob(done, "image/jpeg", quality);
});

// What is to be sent of a file: at most `side` pixels long, or `area` pixels large, and at most `limit` bytes if that can be
// had. Fails with "heic" or "unread".
async function prepare(file, turns, { side, area, limit }) {
  const image = await opened(file);
  const asItIs = turns === 0 && (await kindOf(file)) === "good" ? file : null;
  try {
    if (asItIs && !turnsByItself && file.size <= limit) return asItIs;
    const { naturalWidth: w, naturalHeight: h } = image;
    const scale = Math.min(1, side ? side / Math.max(w, h) : Math.sqrt(area / (w * h)));
    let blob = null;
    // A canvas that is too large for the device makes nothing of it.
    for (const [smaller, quality] of [[1, 0.88], [1, 0.7], [0.7, 0.7], [0.5, 0.7]]) {
      blob = await drawn(image, turns, scale * smaller, quality);
      if (blob && blob.size <= limit) return blob;
    }
    if (asItIs || blob) return asItIs || blob;
    throw new Error("unread");
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

