//! A field to type in.

use maud::{Markup, html};

/// A field of one line.
#[derive(Default)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    pub(crate) value: &'a str,
    pub(crate) hint: Option<&'a str>,
    pub(crate) is_optional: bool,
    /// Most characters that it takes.
    pub(crate) max: u16,
}

/// A field with its label above and its hint below. Nothing of it is remembered or corrected by the browser.
pub(crate) fn field(field: &Field<'_>) -> Markup {
    let hint = format!("{}-hint", field.name);
    html! {
        div class="field" {
            label for=(field.name) { (field.label) }
            div class="input" {
                input id=(field.name) name=(field.name) value=(field.value) required[!field.is_optional]
                    maxlength=(field.max) autocomplete="off" autocapitalize="characters" spellcheck="false"
                    aria-describedby=[field.hint.map(|_| &hint)];
            }
            @if let Some(text) = field.hint { p class="hint" id=(hint) { (text) } }
        }
    }
}
