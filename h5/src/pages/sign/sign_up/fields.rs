//! The fields of the sign-up form, as the rules ask for them; and the two fields of a document, which other forms share.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::document::{DocumentError, DocumentKind};
use registration::exam_rules::{LoginKind, MobileRule};
use registration::person::NAME_FIELD_MAX;

use crate::pages::sign::sign_up::View;
use crate::request::signing_in::{PASSWORD_CHARS_MAX, of, password_hint};
use crate::view::account::mobile_shared::tick;
use crate::view::form::code_field::{CodeField, code_field};
use crate::view::form::{Field, FieldError, error_of, field};
use crate::view::icons::{Icon, icon};

/// Longest document number that is read, spaces included.
pub(crate) const DOCUMENT_CHARS_MAX: u16 = 60;

/// All fields.
pub(crate) fn fields(w: Words, view: &View<'_>) -> Markup {
    let (entered, errors, rules) = (view.entered, view.errors, view.rules);
    html! {
        @match rules.login {
            LoginKind::Username => (field(w, &Field {
                name: "username", kind: "text", label: &w.t("field-username"), hint: &w.t("field-username-hint"),
                value: &entered.username, autocomplete: "username", length_max: 40, ..Field::default()
            }, errors)),
            LoginKind::Email => (field(w, &Field {
                name: "email", kind: "email", label: &w.t("field-email"), hint: &w.t("field-email-login-hint"),
                value: &entered.email, autocomplete: "username", inputmode: "email", length_max: 254
            }, errors)),
            LoginKind::Document => (person(w, view)),
        }
        @if rules.mobile != MobileRule::No { (mobile(w, view)) }
        @let hint = if view.kept.is_some() { w.t("field-password-kept").into_owned() } else { password_hint(w, rules.password) };
        @if let Some(kept) = view.kept { input type="hidden" name="kept" value=(kept); }
        (field(w, &Field {
            name: "password", kind: "password", label: &w.t("field-password"), hint: &hint,
            autocomplete: "new-password", length_max: PASSWORD_CHARS_MAX, ..Field::default()
        }, errors))
        @if rules.login == LoginKind::Email {
            details class="more" open[!entered.document.is_empty() || !entered.name.is_empty()] {
                summary { (w.t("sign-up-more")) }
                (name_field(w, &entered.name, &w.t("field-name-optional"), errors))
                (document_fields(w, view.kinds, &entered.kind, &entered.document, "", errors))
            }
        }
        @if rules.agreement { (agreement(w, view)) }
    }
}

fn person(w: Words, view: &View<'_>) -> Markup {
    let (entered, errors) = (view.entered, view.errors);
    html! {
        (name_field(w, &entered.name, &w.t("field-name-hint"), errors))
        (document_fields(w, view.kinds, &entered.kind, &entered.document, &w.t("field-document-hint"), errors))
    }
}

fn mobile(w: Words, view: &View<'_>) -> Markup {
    let is_optional = view.rules.mobile == MobileRule::Optional;
    let hint = if is_optional { w.t("field-mobile-optional") } else { w.t("field-mobile-hint") };
    html! {
        (field(w, &Field {
            name: "mobile", kind: "tel", label: &w.t("field-mobile"), hint: &hint,
            value: &view.entered.mobile, autocomplete: "tel", inputmode: "numeric", length_max: 30
        }, view.errors))
        @if view.proves_mobile {
            (code_field(w, &CodeField {
                sender: &format!("/sign-up/code?{}", view.next.query()),
                value: &view.entered.code,
                wait: view.code_wait,
            }, view.errors))
            (tick(w, !view.entered.share.is_empty(), view.errors))
        }
    }
}

fn agreement(w: Words, view: &View<'_>) -> Markup {
    let error = error_of(view.errors, "agree");
    html! {
        div class="field" data-error[error.is_some()] {
            @if let Some(error) = error { p class="error" id="agree-error" { (icon(Icon::Cross)) span { (error) } } }
            label class="tick" for="agree" {
                input type="checkbox" id="agree" name="agree" value="on" checked[!view.entered.agree.is_empty()]
                    aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "agree-error")];
                span { (w.t("agreement-tick")) a href="/agreement" target="_blank" { (w.t("agreement-link")) } }
            }
        }
    }
}

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

/// What a document is called.
pub(crate) fn kind_word(w: Words, kind: DocumentKind) -> String {
    match kind {
        DocumentKind::ResidentId => w.t("kind-resident-id"),
        DocumentKind::HkMacauPermit => w.t("kind-hk-macau-permit"),
        DocumentKind::TaiwanPermit => w.t("kind-taiwan-permit"),
        DocumentKind::Passport => w.t("kind-passport"),
        DocumentKind::HongKongId => w.t("kind-hong-kong-id"),
        DocumentKind::MacauId => w.t("kind-macau-id"),
        DocumentKind::ForeignResidentId => w.t("kind-foreign-resident-id"),
    }
    .into_owned()
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
