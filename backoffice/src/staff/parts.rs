//! What pages about the second factor share: where one was going, the field for a code, and the forms that ask a browser for a
//! passkey.

use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::local_path::{local_path, query_value};
use pagekit::words::Words;
use registration::desk::staff::PasskeyQuestion;
use serde::Deserialize;

/// Longest code that is typed, blanks included.
const CODE_CHARS_MAX: u16 = 12;
/// Where one was going.
#[derive(Default, Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    pub(crate) fn path(&self) -> &str {
        local_path(&self.next).unwrap_or("/")
    }
}

/// The field for six digits. `is_first`: nothing else on the page is done before, so that it has the cursor.
pub(crate) fn code_field(w: Words, is_first: bool) -> Markup {
    html! {
        div class="field" {
            label for="code" { (w.t("factor-code")) }
            div class="input" {
                input id="code" class="digits" name="code" required autofocus[is_first] inputmode="numeric"
                    autocomplete="one-time-code" maxlength=(CODE_CHARS_MAX);
            }
        }
    }
}

/// A form that waits, sealed, as a field of another one; nothing where none waits.
pub(crate) fn waiting(carried: &str) -> Markup {
    html! { @if !carried.is_empty() { input type="hidden" name="carried" value=(carried); } }
}

/// The form by which a passkey is used. A script shows it where the browser has passkeys.
pub(crate) fn using(w: Words, question: &PasskeyQuestion, next: &str, waiting: &Markup) -> Markup {
    html! {
        form method="post" action={ "/factor?next=" (query_value(next)) } hidden data-passkey="get"
            data-challenge=(question.challenge) data-credentials=(question.credentials.join(" ")) {
            (waiting)
            @for name in ["credential", "client", "data", "signature"] { input type="hidden" name=(name); }
            button class="button" type="button" { (w.t("passkey-use")) }
            p class="hint" { (w.t("passkey-use-hint")) }
            (failed(w))
        }
        noscript { p class="hint" { (w.t("passkey-script")) } }
    }
}

/// The form by which a passkey is made.
pub(crate) fn making(w: Words, question: &PasskeyQuestion, name: &str, (next, waiting): (&str, &Markup)) -> Markup {
    html! {
        form method="post" action={ "/factor/passkey?next=" (query_value(next)) } hidden data-passkey="create"
            data-challenge=(question.challenge) data-credentials=(question.credentials.join(" "))
            data-user=(question.user) data-name=(name) {
            h2 { (w.t("passkey-title")) }
            p class="hint" { (w.t("passkey-lead")) }
            (waiting)
            @for name in ["client", "data", "key", "algorithm"] { input type="hidden" name=(name); }
            button class="button" type="button" { (w.t("passkey-add")) }
            (failed(w))
        }
    }
}

fn failed(w: Words) -> Markup {
    html! { p class="error" role="alert" hidden data-failed { (icon(Icon::Cross)) span { (w.t("passkey-failed")) } } }
}
