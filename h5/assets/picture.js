// A picture upright, turned so often by a quarter, at most so many pixels long, as JPEG. It stands at the head of the
// scripts that send pictures.
async function prepare(file, turns = 0, side = 2000) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const [w, h] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = turns % 2 ? [h, w] : [w, h];
  const context = canvas.getContext("2d");
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(picture, -w / 2, -h / 2, w, h);
  picture.close();
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
}

