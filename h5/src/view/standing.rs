//! The box in which a page says where a registration stands.

use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::model::exam::Exam;
use registration::model::facts::ScoreReviewState;
use registration::rules::standing::{Action, Standing, State};

use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::layout::hold_banner::while_held;
use crate::words::exam::reason as reason_words;
use crate::words::standing::{Reader, Said, said};

/// The box in which a page says it: sentence, button, whom to ask. What is said of a seat gives way, on the open page,
/// to what is said once its time is up.
pub(crate) fn standing_box(w: Words, exam: &Exam, standing: &Standing, reader: &Reader, more: &Markup) -> Markup {
    let told = said_box(w, exam, standing, &said(w, exam, standing, reader), more);
    match &standing.state {
        State::Unpaid { order, part, .. } | State::SchoolPays { order, part, .. } => {
            let can_choose = reader.now < exam.closes_at;
            let state = State::Lost { order: *order, part: part.clone(), is_cancelled: false, can_choose };
            let action = can_choose.then(|| Action::ChooseAgain(part.clone()));
            let lost = Standing { state, action, until: None, score_review: None, ..standing.clone() };
            while_held(&told, &said_box(w, exam, &lost, &said(w, exam, &lost, reader), &html! {}))
        }
        _ => told,
    }
}

fn said_box(w: Words, exam: &Exam, standing: &Standing, said: &Said, more: &Markup) -> Markup {
    let body = html! {
        @if let Some(reason) = &said.reason {
            p class="reason" { (w.with("exam-reason", &[("reason", reason.as_str().into())])) }
        }
        @if !said.text.is_empty() { p { (said.text) } }
        (more)
        @if said.button.is_some() || said.other.is_some() {
            p class="acts" {
                @if let Some((href, word)) = &said.button { a class="button" href=(href) { (word) } }
                @if let Some((href, word)) = &said.other { a class="button second" href=(href) { (word) } }
            }
        }
        @if said.asks { (ask(w, exam.rules.contact.as_ref())) }
    };
    html! {
        (callout(said.tone, &said.title, &body))
        @if let Some(review) = &standing.score_review { (score_review(w, exam, review)) }
    }
}

/// Where the review of an earlier score stands, beside everything else.
fn score_review(w: Words, exam: &Exam, review: &ScoreReviewState) -> Markup {
    let Some(rules) = &exam.rules.eligibility.score_review else { return html! {} };
    let (tone, word) = match review {
        ScoreReviewState::Waiting { .. } => (Tone::Plain, key("stand-score-waiting")),
        ScoreReviewState::Refused { .. } => (Tone::Bad, key("stand-score-refused")),
        ScoreReviewState::Passed { .. } => (Tone::Good, key("stand-score-passed")),
    };
    let title = w.with(word, &[("task", w.pick(&rules.title.zh, &rules.title.en).into())]);
    let body = html! {
        @if let ScoreReviewState::Refused { reason } = review {
            p class="reason" { (w.with("exam-reason", &[("reason", reason_words(w, exam, reason).into())])) }
        }
        p { a href={ "/exams/" (exam.id) "/score-review" } { (w.t("stand-score-look")) } }
    };
    callout(tone, &title, &body)
}
