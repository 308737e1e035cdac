//! What a phone's camera does with a code on another screen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use testkit::Walker;

/// The picture of the code on a page to pay on, as a `data:` URL.
const PICTURE: &str = r##"
const done = arguments[arguments.length - 1];
fetch(document.querySelector(".code img").src).then((answer) => answer.blob()).then((picture) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.readAsDataURL(picture);
});
"##;

/// The address in the code by which a page asks to be paid.
pub(crate) async fn scanned(desk: &Walker) -> String {
    let picture = desk.execute_async(PICTURE, Vec::new()).await.unwrap();
    link_in(picture.as_str().unwrap())
}

/// The address in the picture of a `data:` URL.
pub(crate) fn link_in(source: &str) -> String {
    let picture = STANDARD.decode(source.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
    let picture = image::load_from_memory(&picture).unwrap().into_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        picture.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap())[0]
    });
    let (_, address) = seen.detect_grids().first().expect("a code is in the picture").decode().unwrap();
    address
}
