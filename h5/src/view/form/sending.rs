//! What the script that sends pictures says of one on its way, in a part of a form.

use maud::{Markup, html};
use pagekit::words::Words;

/// The line in which it is said. `said` is what stands there at first.
pub(crate) fn sending(w: Words, class: Option<&str>, bytes_max: usize, said: &Markup) -> Markup {
    let megabytes = bytes_max / (1024 * 1024);
    let places = [("percent", "{percent}".into()), ("sent", "{sent}".into()), ("total", "{total}".into())];
    html! {
        p class=[class] role="status" data-say data-too-large=(w.with("tile-too-large", &[("limit", megabytes.into())]))
            data-unread=(w.t("tile-unread")) data-heic=(w.t("tile-heic")) data-preparing=(w.t("tile-preparing"))
            data-sending=(w.with("tile-sending", &places)) data-waiting=(w.t("tile-waiting"))
            data-signed-out=(w.t("tile-signed-out")) data-sent=(w.t("tile-sent")) data-refused=(w.t("tile-refused")) {
            (said)
        }
    }
}
