//! What the pages of a person have in common.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::document::Sex;
use registration::model::exam::Exam;
use registration::model::exam_rules::SubjectId;
use registration::model::facts::ScoreReviewState;
use registration::model::roster::RosterRecord;

use crate::pages::eligibility::kind_name;
use crate::view::callout::{Tone, tag};
use crate::view::facts::person_name;

/// Name, sex, document: what both pages begin with.
pub(crate) fn person_rows(w: Words, record: &RosterRecord) -> Vec<(String, Markup)> {
    let mut rows = vec![(w.t("eligibility-name").into_owned(), person_name(record.name.expose()))];
    if let Some(sex) = record.document.sex() {
        let word = match sex {
            Sex::Male => w.t("person-sex-male"),
            Sex::Female => w.t("person-sex-female"),
        };
        rows.push((w.t("person-sex").into_owned(), html! { (word) }));
    }
    rows.push((w.t("eligibility-kind").into_owned(), html! { (kind_name(w, record.document.kind())) }));
    rows.push((w.t("eligibility-number").into_owned(), html! { (record.document.masked()) }));
    rows
}

/// Subjects by name, one below the other.
pub(crate) fn subjects(w: Words, exam: &Exam, ids: &[SubjectId]) -> Markup {
    html! {
        ul class="subjects" {
            @for id in ids {
                li {
                    @match exam.rules.subject(id) {
                        Some(subject) => (w.pick(&subject.title.zh, &subject.title.en)),
                        None => (id),
                    }
                }
            }
        }
    }
}

/// Where a review stands, in a word.
pub(crate) fn state_tag(w: Words, state: &ScoreReviewState) -> Markup {
    match state {
        ScoreReviewState::Waiting { .. } => tag(Tone::Care, &w.t("score-review-waiting")),
        ScoreReviewState::Refused { .. } => tag(Tone::Bad, &w.t("score-review-refused")),
        ScoreReviewState::Passed { .. } => tag(Tone::Good, &w.t("score-review-passed")),
    }
}
