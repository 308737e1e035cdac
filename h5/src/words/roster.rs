//! What the roster says, as candidates know it.

use pagekit::words::Words;
use registration::model::exam::Exam;

/// A value as candidates know it: `(99301) 临江大学` for an organisation, the words of a choice.
pub(crate) fn column(w: Words, exam: &Exam, column: &str, value: &str) -> String {
    if let Some(one) = exam.organisations.iter().find(|one| one.code.as_str() == value) {
        return format!("({}) {}", one.code, w.pick(&one.name.zh, &one.name.en));
    }
    let field = exam.rules.form.fields.iter().find(|field| field.name.as_str() == column);
    let choice = field.and_then(|field| field.choices.iter().find(|choice| choice.value == value));
    if column == "years" && value.parse::<u8>().is_ok() {
        return w.with("record-years-of", &[("years", value.into())]).into_owned();
    }
    choice.map_or_else(|| value.to_owned(), |choice| w.pick(&choice.zh, &choice.en).to_owned())
}
