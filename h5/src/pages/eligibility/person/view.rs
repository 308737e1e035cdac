//! A person of the roster as markup: who, what they may sit, their school record, and saving it.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::eligibility::{RosterPerson, ScoreReview, SeenPerson};
use registration::model::exam::Exam;
use registration::model::exam_rules::{FieldName, TaskKind};
use registration::model::roster::{COLUMNS, RosterRecord};
use registration::rules::steps::{StepView, TaskState, task};

use crate::pages::eligibility::facts::{person_rows, state_tag, subjects};
use crate::pages::eligibility::{opens_at, person_path};
use crate::paths::path_of;
use crate::view::callout::{Tone, callout};
use crate::view::facts::list;
use crate::view::form::{FieldError, error_of, error_summary};
use crate::view::icons::{Icon, icon};
use crate::view::layout::heading;
use crate::view::steps::progress_at;
use crate::words::roster::column;

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    pub(crate) person: &'a RosterPerson,
    /// The mark of whom was looked up; nothing when the person is bound.
    pub(crate) seen: Option<&'a SeenPerson>,
    pub(crate) review: Option<&'a ScoreReview>,
    /// May a review of an earlier score be asked for?
    pub(crate) is_offered: bool,
    pub(crate) errors: &'a [FieldError],
    pub(crate) has_changed: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    let title = if view.person.bound_at.is_some() { w.t("person-title-bound") } else { w.t("person-title") };
    html! {
        div class="column" {
            (error_summary(w, view.errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &title))
            (progress_at(w, view.steps, &TaskKind::Eligibility, view.now))
            @if view.has_changed { (callout(Tone::Care, &w.t("person-changed"), &html! {})) }
            section { (who(w, view)) }
            (review_part(w, view))
            section aria-labelledby="record" {
                h2 id="record" { (w.t("record-title")) }
                (record(w, exam, &view.person.record))
                @if view.person.bound_at.is_none() { p class="hint" { (w.t("record-wrong")) } }
            }
            (saving(w, view))
        }
    }
}

fn who(w: Words, view: &View<'_>) -> Markup {
    let mut rows = person_rows(w, &view.person.record);
    let eligible = html! {
        @if view.person.eligible.is_empty() { (w.t("person-subjects-none")) }
        @else { (subjects(w, view.exam, &view.person.eligible)) }
    };
    rows.push((w.t("person-subjects").into_owned(), eligible));
    list(&rows)
}

/// The way to the review of an earlier score, or where it stands.
fn review_part(w: Words, view: &View<'_>) -> Markup {
    let Some(rules) = &view.exam.rules.eligibility.score_review else { return html! {} };
    let query = view.seen.map(|seen| format!("?p={}", seen.as_str())).unwrap_or_default();
    let href = format!("{}/score-review{query}", path_of(view.exam));
    let title = [("title", w.pick(&rules.title.zh, &rules.title.en).into())];
    html! {
        @match view.review {
            Some(review) => p class="beside" {
                a class="button second" href=(href) { (w.with("score-review-see", &title)) } " "
                (state_tag(w, &review.state))
            },
            None if view.is_offered => section {
                p class="hint" { (w.t("score-review-hint")) }
                a class="button second" href=(href) { (w.with("score-review-go", &title)) }
            },
            None => {},
        }
    }
}

/// The school record: the usual columns, whether they have a value or not, then the exam's own.
fn record(w: Words, exam: &Exam, record: &RosterRecord) -> Markup {
    let own = record.columns.iter().filter(|(name, _)| !COLUMNS.contains(&name.as_str()));
    html! {
        table class="record" {
            tbody {
                @for name in COLUMNS {
                    tr { th scope="row" { (column_name(w, name)) } td { (column(w, exam, name, record.column(name))) } }
                }
                @for (name, value) in own {
                    tr { th scope="row" { (own_name(w, exam, name)) } td { (column(w, exam, name.as_str(), value)) } }
                }
            }
        }
    }
}

fn column_name(w: Words, column: &str) -> String {
    match column {
        "school" => w.t("record-school"),
        "campus" => w.t("record-campus"),
        "level" => w.t("record-level"),
        "years" => w.t("record-years"),
        "entry_year" => w.t("record-entry-year"),
        "grade" => w.t("record-grade"),
        "department" => w.t("record-department"),
        "major" => w.t("record-major"),
        "class" => w.t("record-class"),
        "student_number" => w.t("record-student-number"),
        _ => w.t("record-note"),
    }
    .into_owned()
}

/// A column of the exam's own is called as the form calls it, else by its name.
fn own_name(w: Words, exam: &Exam, name: &FieldName) -> String {
    let field = exam.rules.form.field(name);
    field.map_or_else(|| name.to_string(), |field| w.pick(&field.label.zh, &field.label.en).to_owned())
}

/// The tick and the button; before the window only when it opens; once bound since when.
fn saving(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    let other = html! {
        a class="button second" href={ (path_of(exam)) "/eligibility" } { (w.t("person-other")) }
    };
    let back = html! { a class="button second" href=(path_of(exam)) { (w.t("person-back")) } };
    if let Some(at) = view.person.bound_at {
        let text = w.with("person-bound", &[("when", when::dated(w.language, at, view.now).into())]);
        return html! { p class="hint" { (text) } p { (back) } };
    }
    let is_open =
        matches!(task(view.steps, &TaskKind::Eligibility).map(|task| &task.state), Some(TaskState::Open { .. }));
    match (is_open, opens_at(exam, view.steps, view.now), view.seen) {
        (true, _, Some(seen)) => form(w, view, seen, &other),
        (false, Some(at), _) => html! {
            (callout(Tone::Care, &w.t("person-early-title"), &html! {
                p { (w.with("person-early-text", &[("when", when::dated(w.language, at, view.now).into())])) }
            }))
            p { (other) }
        },
        _ => html! { p { (back) } },
    }
}

fn form(w: Words, view: &View<'_>, seen: &SeenPerson, other: &Markup) -> Markup {
    let error = error_of(view.errors, "agree");
    let hours = view.exam.rules.eligibility.unused_hours;
    html! {
        form method="post" action=(person_path(view.exam, None)) data-busy=(w.t("form-busy")) novalidate class="stack" {
            input type="hidden" name="p" value=(seen.as_str());
            @if let Some(error) = error { p class="error" id="agree-error" { (icon(Icon::Cross)) span { (error) } } }
            label class="tick" for="agree" {
                input type="checkbox" id="agree" name="agree" value="on" required
                    aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "agree-error")];
                span { (w.t("person-tick")) }
            }
            p class="hint" { (w.with("person-warn", &[("hours", hours.into())])) }
            div class="actions" {
                button class="button" type="submit" { (w.t("person-submit")) }
                (other)
            }
        }
    }
}
