//! The fields of the sign-up form, as the rules ask for them; and the two fields of a document, which other forms share.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::{LoginKind, MobileRule};

use crate::pages::sign::sign_up::View;
use crate::view::account::mobile_shared::tick;
use crate::view::form::code_field::{CodeField, code_field};
use crate::view::form::password::{PASSWORD_CHARS_MAX, password_hint};
use crate::view::form::person::{document_fields, name_field};
use crate::view::form::{Field, error_of, field};
use crate::view::icons::{Icon, icon};

/// All fields of the form.
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
                value: &entered.email, autocomplete: "username", inputmode: "email", length_max: 254, ..Field::default()
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
            value: &view.entered.mobile, autocomplete: "tel", inputmode: "numeric", length_max: 30, ..Field::default()
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
