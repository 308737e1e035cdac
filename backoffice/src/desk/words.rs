//! What several desks call something: a kind of document, an exam, an answer of a form.

use pagekit::words::Words;
use registration::model::document::{DocumentKind, Sex};
use registration::model::exam_rules::{FieldKind, FieldRule};
use registration::rules::details::sex_of;

/// Of which kind a document was that was shown in person, as the audit keeps it; `None`: it keeps something else.
pub(crate) fn document_shown(w: Words, detail: &str) -> Option<String> {
    detail.parse().ok().map(|kind| kind_name(w, kind))
}

/// What a kind of document is called.
pub(crate) fn kind_name(w: Words, kind: DocumentKind) -> String {
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

/// What a sex is called.
pub(crate) fn sex_word(w: Words, sex: Sex) -> String {
    match sex {
        Sex::Male => w.t("sex-male"),
        Sex::Female => w.t("sex-female"),
    }
    .into_owned()
}

/// An answer of a form, as candidates read it.
pub(crate) fn answer_words(w: Words, field: &FieldRule, answer: &str) -> String {
    let choice = field.choices.iter().find(|choice| choice.value == answer);
    match (field.kind, choice) {
        (FieldKind::Choice, Some(choice)) => w.pick(&choice.zh, &choice.en).to_owned(),
        (FieldKind::Sex, _) => sex_of(answer).map_or_else(String::new, |sex| sex_word(w, sex)),
        (FieldKind::Photo, _) if !answer.is_empty() => w.t("form-photo").into_owned(),
        _ => answer.to_owned(),
    }
}
