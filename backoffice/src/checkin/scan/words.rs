//! What the script of the scanner says, by itself and at any moment: all of it comes with the page, which must speak without a
//! network.

use maud::{Markup, html};
use pagekit::words::{Value, Words, key};

/// A key, and the places in its message that the script fills.
type Said = (&'static str, &'static [&'static str]);

/// What the page says of itself, of its connection and of the camera.
const STATES: [Said; 27] = [
    (key("scan-unkept"), &["count"]),
    (key("scan-unread"), &["count"]),
    (key("scan-clock"), &["count"]),
    (key("scan-fault"), &["what"]),
    (key("scan-online-clear"), &[]),
    (key("scan-online-queued"), &["count"]),
    (key("scan-offline-clear"), &[]),
    (key("scan-offline-queued"), &["count"]),
    (key("scan-of"), &["count", "expected"]),
    (key("scan-camera-look"), &[]),
    (key("scan-camera-starting"), &[]),
    (key("scan-camera-other"), &[]),
    (key("scan-camera-denied"), &[]),
    (key("scan-camera-none"), &[]),
    (key("scan-camera-used"), &[]),
    (key("scan-camera-insecure"), &[]),
    (key("scan-camera-no-reader"), &[]),
    (key("scan-found-none"), &["text"]),
    (key("scan-found-many"), &["count", "shown"]),
    (key("scan-busy"), &[]),
    (key("scan-list-made"), &["time", "count"]),
    (key("scan-photos"), &["count", "expected"]),
    (key("scan-forgotten"), &[]),
    (key("scan-forgotten-queued"), &["count"]),
    (key("scan-at-site"), &[]),
    (key("scan-room"), &["number"]),
    (key("scan-seat"), &["seat"]),
];
/// What became of a scan.
const RECORDS: [Said; 14] = [
    (key("scan-state-queued"), &[]),
    (key("scan-state-uploaded"), &[]),
    (key("scan-state-refused"), &[]),
    (key("scan-state-unkept"), &[]),
    (key("scan-state-conflict"), &[]),
    (key("scan-refused-malformed"), &[]),
    (key("scan-refused-full"), &[]),
    (key("scan-refused-picture"), &[]),
    (key("scan-refused-other"), &["word"]),
    (key("scan-send-again"), &[]),
    (key("scan-dismiss"), &[]),
    (key("scan-act-admitted"), &[]),
    (key("scan-act-refused"), &[]),
    (key("scan-act-doubtful"), &[]),
];
/// The verdicts, and what is to be done.
const VERDICTS: [Said; 34] = [
    (key("scan-good"), &[]),
    (key("scan-good-hint"), &[]),
    (key("scan-late"), &[]),
    (key("scan-late-hint"), &["time", "until"]),
    (key("scan-again"), &[]),
    (key("scan-again-hint"), &["time"]),
    (key("scan-too-early"), &[]),
    (key("scan-too-early-hint"), &["time"]),
    (key("scan-too-late"), &[]),
    (key("scan-too-late-hint"), &["time"]),
    (key("scan-other-room"), &[]),
    (key("scan-other-room-hint"), &["room"]),
    (key("scan-other-site"), &[]),
    (key("scan-other-site-hint"), &["site", "room"]),
    (key("scan-other-sitting"), &[]),
    (key("scan-other-sitting-hint"), &["title", "time"]),
    (key("scan-other-sitting-bare"), &[]),
    (key("scan-other-exam"), &[]),
    (key("scan-other-exam-hint"), &[]),
    (key("scan-void"), &[]),
    (key("scan-void-hint"), &[]),
    (key("scan-older"), &[]),
    (key("scan-older-hint"), &[]),
    (key("scan-forged"), &[]),
    (key("scan-forged-hint"), &[]),
    (key("scan-unknown"), &[]),
    (key("scan-unknown-hint"), &[]),
    (key("scan-newer"), &[]),
    (key("scan-photo"), &["name"]),
    (key("scan-admit"), &[]),
    (key("scan-admit-again"), &[]),
    (key("scan-tries"), &["count"]),
    (key("scan-doubt-bad"), &[]),
    (key("scan-doubt-taken"), &[]),
];

/// The messages, each under its key, with places as `{name}` that the script fills.
pub(super) fn said(w: Words) -> Markup {
    let all = STATES.iter().chain(&RECORDS).chain(&VERDICTS);
    html! {
        div hidden data-words {
            @for (key, places) in all { data value=(key) { (message(w, key, places)) } }
        }
    }
}

fn message(w: Words, key: &'static str, places: &'static [&'static str]) -> String {
    let values: Vec<(&'static str, Value<'_>)> =
        places.iter().map(|place| (*place, format!("{{{place}}}").into())).collect();
    w.with(key, &values).into_owned()
}
