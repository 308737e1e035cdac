//! The photo of a form in its frame: enlarged with two fingers, moved with one or by keys; what the frame shows is sent.

use std::time::Duration;

use fantoccini::actions::{Actions, InputSource, PointerAction, TouchActions};
use serde_json::Value;
use testkit::Walker;

/// What the frame shows, pixel by pixel as one number, and how far what has arrived, by itself, is from it.
const LOOK: &str = r##"
const done = arguments[arguments.length - 1];
const pixels = (picture) => {
  const copy = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  copy.drawImage(picture, 0, 0);
  return copy.getImageData(0, 0, picture.width, picture.height).data;
};
const shown = pixels(document.querySelector(".crop canvas"));
const sum = shown.reduce((sum, byte, at) => (sum * 31 + byte + at) % 4294967291, 7);
fetch(location.href).then((page) => page.text()).then((page) => {
  const { src } = new DOMParser().parseFromString(page, "text/html").querySelector(".photo-here");
  return fetch(src);
}).then((photo) => photo.blob()).then((photo) => createImageBitmap(photo).then((kept) => {
  const sent = pixels(kept);
  const far = shown.reduce((far, byte, at) => far + Math.abs(byte - sent[at]), 0) / shown.length;
  done({ sum, far, width: kept.width, height: kept.height, type: photo.type, zoom: document.querySelector("#photo-zoom").value });
}));
"##;

async fn look(phone: &Walker) -> Value {
    // The frame has to be still for a moment; then it is sent.
    phone.find_one("#photo[data-here]").await;
    phone.execute_async(LOOK, Vec::new()).await.expect("the page looks at its frame")
}

fn sum(look: &Value) -> u64 {
    assert_eq!((look["width"].as_u64(), look["height"].as_u64()), (Some(413), Some(626)), "{look}");
    assert_eq!(look["type"], "image/jpeg");
    assert!(look["far"].as_f64().is_some_and(|far| far < 6.0), "what is shown is what is sent: {look}");
    look["sum"].as_u64().expect("a number")
}

/// One finger on the frame: where it is put from the middle, and how far it then goes, in steps as small as fingers make.
fn finger(frame: &fantoccini::elements::Element, name: &str, from: f64, step: f64, steps: usize) -> TouchActions {
    let at = PointerAction::MoveToElement { element: frame.clone(), duration: None, x: from, y: 0.0 };
    let go = || PointerAction::MoveBy { duration: Some(Duration::from_millis(20)), x: step, y: 0.0 };
    let touch = TouchActions::new(name.to_owned()).then(at).then(PointerAction::Down { button: 0 });
    (0..steps).fold(touch, |touch, _| touch.then(go())).then(PointerAction::Up { button: 0 })
}

/// Enlarges and moves the photo that was chosen.
pub(crate) async fn place(phone: &Walker) {
    let frame = phone.find_one(".crop canvas").await;
    phone.tap("#photo-zoom ~ .hint").await;
    let whole = look(phone).await;
    assert_eq!(whole["zoom"], "1");
    // As wide as the frame already: it stays.
    let drag = || Actions::from(finger(&frame, "one", -30.0, 2.0, 20));
    phone.perform_actions(drag()).await.expect("a finger moves");
    assert_eq!(sum(&look(phone).await), sum(&whole));
    // Slowly apart.
    let apart = Actions::from(finger(&frame, "one", -70.0, -1.0, 50)).and(finger(&frame, "two", 70.0, 1.0, 50));
    phone.perform_actions(apart).await.expect("two fingers move");
    let large = look(phone).await;
    assert!(large["zoom"].as_str().and_then(|zoom| zoom.parse().ok()).is_some_and(|zoom: f64| zoom > 1.5), "{large}");
    assert_ne!(sum(&large), sum(&whole));
    phone.perform_actions(drag()).await.expect("a finger moves");
    let moved = look(phone).await;
    assert_ne!(sum(&moved), sum(&large));
    frame.send_keys("\u{e013}").await.expect("the frame takes keys");
    assert_ne!(sum(&look(phone).await), sum(&moved), "an arrow moves it too");
}
