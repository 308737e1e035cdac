//! What was handed in with the registration form, to be read again: on the receipt of a seat.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::{FieldKind, FieldRule};
use registration::model::person::Mobile;
use registration::people::accounts::Account;
use registration::rules::details::Answers;

/// The answers as the form names them. Name and document stand on the receipt already, a photo is no text, and a mobile
/// is masked.
pub(crate) fn answer_rows(w: Words, exam: &Exam, account: &Account, answers: &Answers) -> Vec<(String, Markup)> {
    let value = |field: &FieldRule| match field.kind {
        FieldKind::Mobile => account.mobile.as_ref().map(Mobile::masked),
        FieldKind::Text => Some(answers.get(&field.name).to_owned()),
        FieldKind::Choice => {
            let answer = answers.get(&field.name);
            let choice = field.choices.iter().find(|choice| choice.value == answer);
            Some(choice.map_or(answer, |choice| w.pick(&choice.zh, &choice.en)).to_owned())
        }
        FieldKind::Name | FieldKind::Document | FieldKind::BirthDate | FieldKind::Sex | FieldKind::Photo => None,
    };
    let fields = exam.rules.form.fields.iter();
    fields
        .filter_map(|field| {
            let value = value(field).filter(|value| !value.is_empty())?;
            Some((w.pick(&field.label.zh, &field.label.en).to_owned(), html! { (value) }))
        })
        .collect()
}
