//! How long one must wait.

use jiff::SignedDuration;
use pagekit::words::Words;

/// A wait in words: seconds up to two minutes, then minutes.
pub(crate) fn wait(w: Words, wait: SignedDuration) -> String {
    let seconds = wait.as_secs().max(0) + 1;
    let text = if seconds < 120 {
        w.with("wait-seconds", &[("count", seconds.into())])
    } else {
        w.with("wait-minutes", &[("count", (seconds / 60 + 1).into())])
    };
    text.into_owned()
}
