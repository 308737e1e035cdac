//! A mobile that serves other accounts already: who proved it is asked whether it is to serve this one, too.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::people::accounts::SharedMobile;

use crate::view::form::{FieldError, error_of};
use crate::words::account::who;

/// What is said of it, beside the tick that agrees.
pub(crate) fn error(w: Words, shared: &SharedMobile) -> FieldError {
    let (field, text) = match shared {
        SharedMobile::Others(others) => {
            let names: Vec<String> = others.iter().map(|account| who(w, account)).collect();
            ("share", w.with("mobile-shared", &[("accounts", names.join(&*w.t("list-comma")).into())]))
        }
        SharedMobile::Full => ("mobile", w.t("mobile-full")),
    };
    FieldError { field: field.into(), text: text.into_owned() }
}

/// The tick; nothing where nobody was asked.
pub(crate) fn tick(w: Words, is_ticked: bool, errors: &[FieldError]) -> Markup {
    let error = error_of(errors, "share");
    html! {
        @if is_ticked || error.is_some() {
            div class="field" data-error[error.is_some()] {
                @if let Some(error) = error { p class="error" id="share-error" { (error) } }
                label class="tick" for="share" {
                    input type="checkbox" id="share" name="share" value="on" checked[is_ticked]
                        aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "share-error")];
                    span { (w.t("mobile-share-tick")) }
                }
            }
        }
    }
}
