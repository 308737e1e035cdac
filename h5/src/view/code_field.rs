//! The field for a code that goes to the mobile above it. With a script a button sends it; without, handing in the form
//! while the code is missing does.

use maud::{Markup, html};
use pagekit::words::Words;

use super::form::{FieldError, error_of};
use super::icons::{Icon, icon};

/// The field. `sender` is where the script asks for a code with what the form has.
pub(crate) fn code_field(w: Words, sender: &str, is_sent: bool, errors: &[FieldError]) -> Markup {
    let error = error_of(errors, "code");
    let described = if error.is_some() { "code-hint code-error" } else { "code-hint" };
    html! {
        div class="field" data-error[error.is_some()] {
            label for="code" { (w.t("field-code")) }
            p class="hint" id="code-hint" role="status" { (if is_sent { w.t("field-code-sent") } else { w.t("field-code-hint") }) }
            @if let Some(error) = error { p class="error" id="code-error" { (icon(Icon::Cross)) span { (error) } } }
            div class="beside-input" {
                div class="input" {
                    input id="code" name="code" type="text" maxlength="12" inputmode="numeric" autocomplete="one-time-code"
                        spellcheck="false" aria-invalid=[error.map(|_| "true")] aria-describedby=(described);
                }
                button type="button" class="button second" hidden data-code=(sender) data-wait=(w.t("code-wait"))
                    data-failed=(w.t("code-failed")) { (w.t("code-send")) }
            }
        }
    }
}
