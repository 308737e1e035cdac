//! The fields of a registration form as markup.

use std::borrow::Cow;

use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::when;
use pagekit::words::Words;
use registration::model::document::{Document, Sex};
use registration::model::exam_rules::{Choice, FieldKind, FieldRule};
use registration::model::person::Mobile;

use super::{View, field_id};
use crate::paths::path_of;
use crate::view::facts::{facts, person_name};
use crate::view::form::error_of;
use crate::view::form::photo::{PhotoField, photo_field};
use crate::view::icons::{Icon, icon};

/// More choices than these are a list that opens.
const RADIOS_MAX: usize = 6;

/// All fields: what is known and locked first, then what is asked.
pub(super) fn fields(w: Words, view: &View<'_>) -> Markup {
    let all = &view.exam.rules.form.fields;
    let locked: Vec<(&str, Markup)> = all
        .iter()
        .filter_map(|field| Some((w.pick(&field.label.zh, &field.label.en), known(w, view, field.kind)?)))
        .collect();
    let document = view.account.document.as_ref();
    let asked = || all.iter().filter(|field| !field.kind.is_locked(document));
    // A field that depends on the one before stands within it, so that the style sheet can fold it.
    let is_folded = |field: &FieldRule| {
        field.when.as_ref().is_some_and(|when| all.iter().any(|other| other.name == when.field && is_radio(other)))
    };
    html! {
        @if !locked.is_empty() {
            section {
                h2 { (w.t("details-locked")) }
                (facts(&locked))
                p class="hint" { (w.t("details-locked-hint")) }
                @if all.iter().any(|field| field.kind == FieldKind::Mobile) {
                    @let next = query_value(&format!("{}/details", path_of(view.exam)));
                    p class="hint" {
                        (w.t("details-mobile-hint")) " " a href={ "/me/mobile?next=" (next) } { (w.t("details-mobile-link")) }
                    }
                }
            }
        }
        section {
            h2 { (w.t("details-asked")) }
            @for field in asked().filter(|field| !is_folded(field)) { (with_folded(w, view, field)) }
        }
    }
}

fn with_folded(w: Words, view: &View<'_>, field: &FieldRule) -> Markup {
    let all = &view.exam.rules.form.fields;
    let folded: Vec<&FieldRule> =
        all.iter().filter(|other| other.when.as_ref().is_some_and(|when| when.field == field.name)).collect();
    html! {
        @if folded.is_empty() || !is_radio(field) {
            (one(w, view, field, &[]))
        } @else {
            div class="asks" {
                (one(w, view, field, &folded))
                @for other in folded { div class="when" { (with_folded(w, view, other)) } }
            }
        }
    }
}

fn is_radio(field: &FieldRule) -> bool {
    field.kind == FieldKind::Choice && field.choices.len() <= RADIOS_MAX
}

fn one(w: Words, view: &View<'_>, field: &FieldRule, folded: &[&FieldRule]) -> Markup {
    let id = field_id(field);
    let error = error_of(view.errors, &id);
    let hint = field.hint.as_ref().map(|hint| w.pick(&hint.zh, &hint.en));
    let described: Vec<String> =
        [hint.map(|_| format!("{id}-hint")), error.map(|_| format!("{id}-error"))].into_iter().flatten().collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let label = html! {
        (w.pick(&field.label.zh, &field.label.en))
        @if field.is_optional { " " span class="optional" { (w.t("field-optional")) } }
    };
    let notes = html! {
        @if let Some(hint) = hint { p class="hint" id={ (id) "-hint" } { (hint) } }
        @if let Some(error) = error { p class="error" id={ (id) "-error" } { (icon(Icon::Cross)) span { (error) } } }
    };
    let answer = view.answers.get(&field.name);
    // What is folded is not asked for by the browser: it may not be visible.
    let is_required = !field.is_optional && field.when.is_none();
    if field.kind == FieldKind::Photo {
        let shown_at = (!answer.is_empty()).then(|| format!("/me/photos/{answer}.jpg"));
        let put = format!("{}/details/photo", path_of(view.exam));
        let part = PhotoField { rules: &view.exam.rules.form.photo, put: &put, shown_at: shown_at.as_deref(), error };
        return photo_field(w, &part);
    }
    html! {
        @if is_radio(field) {
            fieldset class="field choice" id=(id) tabindex="-1" data-error[error.is_some()] aria-describedby=[described] {
                legend { (label) }
                (notes)
                @for (index, choice) in field.choices.iter().enumerate() {
                    @let opens = folded.iter().any(|other| other.when.as_ref().is_some_and(|when| when.is.contains(&choice.value)));
                    label class="tick" for={ (id) "-" (index) } {
                        input type="radio" id={ (id) "-" (index) } name=(id) value=(choice.value) required[is_required]
                            checked[choice.value == answer] data-opens[opens];
                        span { (w.pick(&choice.zh, &choice.en)) }
                    }
                }
            }
        } @else {
            div class="field" data-error[error.is_some()] {
                label for=(id) { (label) }
                (notes)
                @if let Some(choices) = choices_of(w, field) {
                    select id=(id) name=(id) required[is_required] aria-invalid=[error.map(|_| "true")] aria-describedby=[described] {
                        option value="" selected[answer.is_empty()] { (w.t("field-choose")) }
                        @for (value, shown) in &choices {
                            option value=(value) selected[*value == answer] { (shown) }
                        }
                    }
                } @else if field.kind == FieldKind::BirthDate {
                    div class="input" {
                        input id=(id) name=(id) type="date" value=(answer) min="1900-01-01"
                            required[is_required] autocomplete="bday" aria-invalid=[error.map(|_| "true")]
                            aria-describedby=[described];
                    }
                } @else {
                    div class="input" {
                        input id=(id) name=(id) type="text" value=(answer) maxlength=(field.chars_max) required[is_required]
                            aria-invalid=[error.map(|_| "true")] aria-describedby=[described] spellcheck="false";
                    }
                }
            }
        }
    }
}

/// What is known of the candidate already; nothing for a field that is asked.
fn known(w: Words, view: &View<'_>, kind: FieldKind) -> Option<Markup> {
    let account = view.account;
    let document = account.document.as_ref();
    Some(match kind {
        FieldKind::Name => person_name(account.name.as_ref().map_or("", |name| name.expose())),
        FieldKind::Document => html! { (document.map(Document::masked).unwrap_or_default()) },
        FieldKind::BirthDate => html! { (when::date(w.language, document.and_then(Document::birth_date)?)) },
        FieldKind::Sex => html! { (sex_word(w, document.and_then(Document::sex)?)) },
        FieldKind::Mobile => html! { (account.mobile.as_ref().map(Mobile::masked).unwrap_or_default()) },
        FieldKind::Text | FieldKind::Choice | FieldKind::Photo => return None,
    })
}

/// The answers of a field that one chooses from a list: what is kept, and what is shown.
fn choices_of<'a>(w: Words, field: &'a FieldRule) -> Option<Vec<(&'a str, Cow<'a, str>)>> {
    match field.kind {
        FieldKind::Choice => {
            let shown = |choice: &'a Choice| (choice.value.as_str(), w.pick(&choice.zh, &choice.en).into());
            Some(field.choices.iter().map(shown).collect())
        }
        FieldKind::Sex => Some(vec![("male", sex_word(w, Sex::Male)), ("female", sex_word(w, Sex::Female))]),
        _ => None,
    }
}

fn sex_word(w: Words, sex: Sex) -> Cow<'static, str> {
    match sex {
        Sex::Male => w.t("sex-male"),
        Sex::Female => w.t("sex-female"),
    }
}
