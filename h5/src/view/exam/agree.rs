//! The tick by which the notice is agreed to, where that is no step of its own.

use maud::{Markup, html};
use pagekit::words::Words;

use crate::view::icons::{Icon, icon};

/// The tick, and that it is missing. Its name in the form is `agree`.
pub(crate) fn agree_tick(w: Words, is_ticked: bool, error: Option<&str>) -> Markup {
    html! {
        @if let Some(error) = error { p class="error" id="agree-error" { (icon(Icon::Cross)) span { (error) } } }
        label class="tick" for="agree" {
            input type="checkbox" id="agree" name="agree" value="on" required checked[is_ticked]
                aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "agree-error")];
            span { (w.t("notice-agree")) }
        }
    }
}
