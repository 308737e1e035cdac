//! Forms: label above, hint below it, error beside the field, and a summary on top that links to each.

pub(crate) mod captcha;
pub(crate) mod code_field;
pub(crate) mod password;
pub(crate) mod person;
pub(crate) mod photo;
pub(crate) mod picture_tile;
pub(crate) mod sandboxed;
pub(crate) mod sending;

use std::borrow::Cow;

use maud::{Markup, html};
use pagekit::words::Words;

use super::icons::{Icon, icon};

/// A field in trouble and what to do about it. An empty field name means the whole form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// The field's name, which is also its id.
    pub(crate) field: Cow<'static, str>,
    /// What is wrong, as a sentence.
    pub(crate) text: String,
}

/// A text field.
#[derive(Default)]
pub(crate) struct Field<'a> {
    /// Its name and id.
    pub(crate) name: &'static str,
    /// `text`, `password` or `tel`.
    pub(crate) kind: &'static str,
    /// The label above the field.
    pub(crate) label: &'a str,
    /// What it is for, when the label does not say it.
    pub(crate) hint: &'a str,
    /// What was typed before. Never for a password.
    pub(crate) value: &'a str,
    /// What a browser may fill in.
    pub(crate) autocomplete: &'static str,
    /// Which keyboard a phone shows.
    pub(crate) inputmode: &'static str,
    /// Most characters that it takes.
    pub(crate) length_max: u16,
    /// May it stay empty?
    pub(crate) is_optional: bool,
}

/// The errors, with links to their fields. Nothing when there are none.
pub(crate) fn error_summary(w: Words, errors: &[FieldError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div class="summary" role="alert" tabindex="-1" autofocus {
                h2 { (icon(Icon::Alert)) (w.t("form-errors")) }
                ul {
                    @for error in errors {
                        li {
                            @if error.field.is_empty() { (error.text) }
                            @else { a href={ "#" (error.field) } { (error.text) } }
                        }
                    }
                }
            }
        }
    }
}

/// The error of one field.
pub(crate) fn error_of<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
}

/// A field with its label, hint and error.
pub(crate) fn field(w: Words, field: &Field<'_>, errors: &[FieldError]) -> Markup {
    let error = error_of(errors, field.name);
    let secret = field.kind == "password";
    let hint_id = (!field.hint.is_empty()).then(|| format!("{}-hint", field.name));
    let error_id = error.map(|_| format!("{}-error", field.name));
    let described: Vec<String> = hint_id.iter().chain(&error_id).cloned().collect();
    html! {
        div class="field" data-error[error.is_some()] {
            label for=(field.name) id=[secret.then(|| format!("{}-label", field.name))] { (field.label) }
            @if let Some(id) = &hint_id { p class="hint" id=(id) { (field.hint) } }
            @if let (Some(id), Some(error)) = (&error_id, error) {
                p class="error" id=(id) { (icon(Icon::Cross)) span { (error) } }
            }
            div class="input" {
                input id=(field.name) name=(field.name) type=(field.kind) required[!field.is_optional] maxlength=(field.length_max)
                    value=[(!secret).then_some(field.value)] autocomplete=(field.autocomplete)
                    inputmode=[(!field.inputmode.is_empty()).then_some(field.inputmode)]
                    autocapitalize="off" spellcheck="false"
                    aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[(!described.is_empty()).then(|| described.join(" "))];
                @if secret {
                    button type="button" class="reveal" hidden data-reveal=(field.name) aria-describedby={ (field.name) "-label" }
                        data-show=(w.t("password-show")) data-hide=(w.t("password-hide")) { (w.t("password-show")) }
                }
            }
        }
    }
}

/// Longest login name that is read, spaces included.
pub(crate) const LOGIN_CHARS_MAX: u16 = 254;

/// An error about the form as a whole.
pub(crate) fn whole(text: impl Into<String>) -> FieldError {
    FieldError { field: "".into(), text: text.into() }
}

/// An error of one field.
pub(crate) fn of(field: &'static str, text: impl Into<String>) -> FieldError {
    FieldError { field: field.into(), text: text.into() }
}
