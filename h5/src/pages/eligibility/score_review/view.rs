//! The review of an earlier score as markup: where it stands, and the form.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::eligibility::{RosterPerson, ScoreReview, SeenPerson};
use registration::model::exam::Exam;
use registration::model::exam_rules::{ScoreReviewRules, TaskKind};
use registration::model::facts::ScoreReviewState;
use registration::rules::steps::StepView;

use crate::pages::eligibility::facts::{person_rows, state_tag, subjects};
use crate::pages::eligibility::person_path;
use crate::paths::path_of;
use crate::view::callout::{Tone, callout};
use crate::view::facts::{list, person_name};
use crate::view::form::{Field, FieldError, error_of, error_summary, field};
use crate::view::icons::{Icon, icon};
use crate::view::layout::heading;
use crate::view::steps::progress_at;
use crate::words::exam::reason as reason_words;

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    pub(crate) rules: &'a ScoreReviewRules,
    /// Who is bound, or was looked up.
    pub(crate) person: Option<&'a RosterPerson>,
    pub(crate) seen: Option<&'a SeenPerson>,
    pub(crate) review: Option<&'a ScoreReview>,
    pub(crate) is_offered: bool,
    /// What was typed.
    pub(crate) past_number: &'a str,
    /// Was it ticked?
    pub(crate) has_agreed: bool,
    pub(crate) errors: &'a [FieldError],
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let (exam, rules) = (view.exam, view.rules);
    let title = w.pick(&rules.title.zh, &rules.title.en);
    let back = person_path(exam, view.seen.map(SeenPerson::as_str));
    let back = if view.person.is_some() { back } else { path_of(exam) };
    html! {
        div class="column narrow" {
            (error_summary(w, view.errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), title))
            (progress_at(w, view.steps, &TaskKind::Eligibility, view.now))
            @if let Some(review) = view.review { (standing(w, view, review)) }
            @match view.review.map(|review| &review.state) {
                None if !view.is_offered => p class="closed" { (w.t("score-review-none")) },
                None => (form(w, view)),
                Some(ScoreReviewState::Refused { .. }) => {
                    @if view.is_offered { (form(w, view)) }
                    @else {
                        p class="hint" { (w.t("score-review-look")) }
                        a class="button second" href={ (path_of(exam)) "/eligibility" } { (w.t("eligibility-submit")) }
                    }
                    (delete(w, view))
                },
                Some(ScoreReviewState::Waiting { .. } | ScoreReviewState::Passed { .. }) => {},
            }
            p { a href=(back) { (w.t("score-review-back")) } }
        }
    }
}

/// What was handed in, and what became of it.
fn standing(w: Words, view: &View<'_>, review: &ScoreReview) -> Markup {
    let rows = [
        (w.t("eligibility-name").into_owned(), person_name(review.name.expose())),
        (
            w.t("eligibility-kind").into_owned(),
            html! { (crate::pages::eligibility::kind_name(w, review.document.kind())) },
        ),
        (w.t("eligibility-number").into_owned(), html! { (review.document.masked()) }),
        (w.t("score-review-ticket").into_owned(), html! { (review.past_number.expose()) }),
        (w.t("score-review-state").into_owned(), state_tag(w, &review.state)),
    ];
    html! {
        section { (list(&rows)) }
        @match &review.state {
            ScoreReviewState::Waiting { .. } => {
                (callout(Tone::Care, &w.t("score-review-waiting"), &html! { p { (w.t("score-review-waiting-text")) } }))
            },
            ScoreReviewState::Refused { reason } => {
                (callout(Tone::Bad, &w.t("score-review-refused"), &html! {
                    p class="reason" { (w.with("exam-reason", &[("reason", reason_words(w, view.exam, reason).into())])) }
                    p { (w.t("score-review-refused-text")) }
                }))
            },
            ScoreReviewState::Passed { .. } => {
                (callout(Tone::Good, &w.t("score-review-passed"), &html! {
                    p { (w.t("score-review-passed-text")) }
                    (subjects(w, view.exam, &review.grants))
                }))
            },
        }
    }
}

fn form(w: Words, view: &View<'_>) -> Markup {
    let (rules, error) = (view.rules, error_of(view.errors, "agree"));
    let is_again = view.review.is_some();
    let title = [("title", w.pick(&rules.title.zh, &rules.title.en).into())];
    let year = [("year", rules.year_min.to_string().into())];
    html! {
        form method="post" action={ (path_of(view.exam)) "/score-review" } data-busy=(w.t("form-busy")) novalidate class="stack" {
            @if let Some(seen) = view.seen { input type="hidden" name="p" value=(seen.as_str()); }
            @if let (Some(person), false) = (view.person, is_again) {
                h2 { (w.with("score-review-new", &title)) }
                (list(&person_rows(w, &person.record)))
            }
            p class="hint" { (w.with("score-review-lead", &year)) }
            (field(w, &Field {
                name: "ticket", kind: "text", label: &w.t("score-review-ticket"), value: view.past_number,
                autocomplete: "off", length_max: 60, ..Field::default()
            }, view.errors))
            @if let Some(error) = error { p class="error" id="agree-error" { (icon(Icon::Cross)) span { (error) } } }
            label class="tick" for="agree" {
                input type="checkbox" id="agree" name="agree" value="on" required checked[view.has_agreed]
                    aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "agree-error")];
                span { (w.with("score-review-tick", &[("score", rules.score_min.into())])) }
            }
            p class="hint" { (w.t("score-review-warn")) }
            button class="button" type="submit" {
                (if is_again { w.t("score-review-again") } else { w.t("score-review-submit") })
            }
        }
    }
}

fn delete(w: Words, view: &View<'_>) -> Markup {
    html! {
        form method="post" action={ (path_of(view.exam)) "/score-review/delete" } data-busy=(w.t("form-busy")) {
            @if let Some(seen) = view.seen { input type="hidden" name="p" value=(seen.as_str()); }
            button class="button second" type="submit" { (w.t("score-review-delete")) }
        }
    }
}
