//! Fields for who somebody is, and what is wrong with a number.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::document::{DocumentError, DocumentKind};
use registration::model::person::NAME_FIELD_MAX;

use crate::view::form::{Field, FieldError, field, of};
use crate::words::document::kind_word;

/// Longest document number that is read, spaces included.
pub(crate) const DOCUMENT_CHARS_MAX: u16 = 60;

/// The name as on the document.
pub(crate) fn name_field(w: Words, value: &str, hint: &str, errors: &[FieldError]) -> Markup {
    field(
        w,
        &Field {
            name: "name",
            kind: "text",
            label: &w.t("field-name"),
            hint,
            value,
            autocomplete: "name",
            length_max: NAME_FIELD_MAX,
            ..Field::default()
        },
        errors,
    )
}

/// Which document of these, and its number.
pub(crate) fn document_fields(
    w: Words,
    kinds: &[DocumentKind],
    kind: &str,
    number: &str,
    hint: &str,
    errors: &[FieldError],
) -> Markup {
    let kind = kind.parse().unwrap_or(DocumentKind::ResidentId);
    html! {
        div class="field" {
            label for="kind" { (w.t("field-kind")) }
            select id="kind" name="kind" {
                @for each in kinds { option value=(each.as_str()) selected[*each == kind] { (kind_word(w, *each)) } }
            }
        }
        (field(w, &Field {
            name: "document", kind: "text", label: &w.t("field-document"), hint, value: number,
            autocomplete: "off", length_max: DOCUMENT_CHARS_MAX, ..Field::default()
        }, errors))
    }
}

/// What is wrong with a document number.
pub(crate) fn document_error(w: Words, error: DocumentError) -> FieldError {
    let text = match error {
        DocumentError::Length => w.t("field-document-length").into_owned(),
        DocumentError::Character => w.t("field-document-character").into_owned(),
        DocumentError::Place => w.t("field-document-place").into_owned(),
        DocumentError::BirthDate => w.t("field-document-date").into_owned(),
        DocumentError::Check => w.t("field-document-check").into_owned(),
        DocumentError::ForeignResident => w.t("field-document-foreign").into_owned(),
        DocumentError::Form(kind) => w.with("field-document-form", &[("kind", kind_word(w, kind).into())]).into_owned(),
    };
    of("document", text)
}
