//! The field for a code that goes to the mobile above it. With a script a button sends it; without, handing in the form
//! while the code is missing does.

use jiff::SignedDuration;
use maud::{Markup, html};
use pagekit::words::Words;

use crate::view::form::{FieldError, error_of};
use crate::view::icons::{Icon, icon};

/// What the field shows.
pub(crate) struct CodeField<'a> {
    /// Where the script asks for a code with what the form has.
    pub(crate) sender: &'a str,
    /// What was typed before: it is good until the form goes through.
    pub(crate) value: &'a str,
    /// How long until the next code, when one was just sent.
    pub(crate) wait: Option<SignedDuration>,
}

/// The field with its label, hint and error.
pub(crate) fn code_field(w: Words, field: &CodeField<'_>, errors: &[FieldError]) -> Markup {
    let error = error_of(errors, "code");
    let described = if error.is_some() { "code-hint code-error" } else { "code-hint" };
    let hint = if field.wait.is_some() { w.t("field-code-sent") } else { w.t("field-code-hint") };
    html! {
        div class="field" data-error[error.is_some()] {
            label for="code" { (w.t("field-code")) }
            p class="hint" id="code-hint" role="status" { (hint) }
            @if let Some(error) = error { p class="error" id="code-error" { (icon(Icon::Cross)) span { (error) } } }
            div class="beside-input" {
                div class="input" {
                    input id="code" name="code" type="text" maxlength="20" inputmode="numeric" autocomplete="one-time-code"
                        value=(field.value) spellcheck="false" aria-invalid=[error.map(|_| "true")]
                        aria-describedby=(described);
                }
                button type="button" class="button second" hidden data-code=(field.sender) data-wait=(w.t("code-wait"))
                    data-failed=(w.t("code-failed")) data-rest=[field.wait.map(|wait| wait.as_secs().max(0))] {
                    (w.t("code-send"))
                }
            }
        }
    }
}
