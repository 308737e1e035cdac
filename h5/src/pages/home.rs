//! The first page: which exams one can register for.

use std::sync::Arc;

use axum::extract::Query;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::{Exam, Window};
use registration::model::facts::Facts;
use registration::rules::steps::{StepView, steps};

use serde::Deserialize;

use crate::failure::Failure;
use crate::request::begun::{Begun, begun};
use crate::request::visit::{Visit, WithOrders};
use crate::view::callout::tag;
use crate::view::exam::window::{window_line, window_tag};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page, phrases};
use crate::view::progress::{step_dot, step_name};
use crate::words::exam::{days, fees};
use crate::words::step::{Look, look, optional_word, passed_word, state_word};

/// Of so many open exams the steps stand there at once; of more they are unfolded one by one.
const UNFOLDED_MAX: usize = 2;

/// More exams than these can be searched.
const LISTED_MAX: usize = 6;
/// Longest text that is searched for, in characters.
const SOUGHT_CHARS_MAX: usize = 60;

/// What is searched for.
#[derive(Default, Deserialize)]
pub(crate) struct Sought {
    #[serde(default)]
    q: String,
}

pub(crate) async fn show(
    WithOrders(visit): WithOrders<Visit>,
    Query(sought): Query<Sought>,
) -> Result<Markup, Failure> {
    let begun = begun(&visit).await?;
    Ok(render(&visit, &begun, &sought.q))
}

pub(crate) fn render(visit: &Visit, begun: &[Begun], sought: &str) -> Markup {
    let w = visit.words;
    let exams = visit.app.outside.registration.exams.list();
    page(&visit.frame(w.t("home-title")), &body(w, &exams, begun, (sought, visit.now)))
}

pub(crate) fn body(w: Words, all: &[Arc<Exam>], begun: &[Begun], (sought, now): (&str, Timestamp)) -> Markup {
    let sought: String = sought.trim().chars().take(SOUGHT_CHARS_MAX).collect();
    let exams: Vec<&Arc<Exam>> = all.iter().filter(|exam| is_sought(exam, &sought)).collect();
    let groups =
        [(Window::Open, w.t("home-open")), (Window::NotYet, w.t("home-soon")), (Window::Closed, w.t("home-closed"))];
    let is_own = |exam: &Exam| begun.iter().any(|begun| begun.exam.id == exam.id);
    html! {
        div class="column gallery" {
            (heading(None, &w.t("home-title")))
            // What is one's own comes first, whatever else is open.
            @if !begun.is_empty() {
                section {
                    h2 class="group" { (w.t("me-orders")) }
                    ul class="exams" { @for own in begun { (own_card(w, own, begun.len() == 1, now)) } }
                }
            }
            @if all.len() > LISTED_MAX || !sought.is_empty() { (search(w, &sought)) }
            @if exams.is_empty() && !sought.is_empty() {
                div class="empty" role="status" {
                    h2 { (w.with("home-search-none", &[("sought", sought.as_str().into())])) }
                    p { a href="/" { (w.t("home-search-all")) } }
                }
            } @else if exams.is_empty() {
                div class="empty" {
                    h2 { (w.t("home-empty-title")) }
                    p { (w.t("home-empty-text")) }
                    p { a href="/me" { (w.t("home-me")) } }
                }
            }
            @for (window, title) in &groups {
                @let here: Vec<_> = exams.iter().filter(|exam| exam.window(now) == *window).collect();
                @let those: Vec<_> = here.iter().filter(|exam| !is_own(exam)).collect();
                @if !those.is_empty() {
                    section {
                        h2 class="group" { (title) }
                        ul class="exams" { @for exam in &those { (card(w, exam, here.len() <= UNFOLDED_MAX, now)) } }
                    }
                }
            }
        }
    }
}

/// Does the exam, whoever holds it, or one of its schools have all of these words in its name? An exam may have thousands of schools,
/// and most who come search for nothing: their names are read where nothing else says it.
fn is_sought(exam: &Exam, sought: &str) -> bool {
    if sought.is_empty() {
        return true;
    }
    let (title, organiser) = (&exam.title, &exam.organiser);
    let own = [&title.zh, &title.en, &organiser.zh, &organiser.en].map(|name| name.to_lowercase());
    let is_of_school = |word: &str| {
        let mut names = exam.organisations.iter().flat_map(|school| [&school.name.zh, &school.name.en]);
        names.any(|name| name.to_lowercase().contains(word))
    };
    let sought = sought.to_lowercase();
    sought.split_whitespace().all(|word| own.iter().any(|name| name.contains(word)) || is_of_school(word))
}

fn search(w: Words, sought: &str) -> Markup {
    html! {
        form class="home-search" method="get" action="/" role="search" {
            label for="q" { (w.t("home-search")) }
            div class="beside-input" {
                div class="input" { input id="q" name="q" type="search" value=(sought) maxlength=(SOUGHT_CHARS_MAX) autocomplete="off"; }
                button class="button second" type="submit" { (w.t("home-search-go")) }
            }
        }
    }
}

/// One's own registration: where it stands, and the one thing to do.
fn own_card(w: Words, own: &Begun, is_unfolded: bool, now: Timestamp) -> Markup {
    let Begun { exam, said, steps, pay_until, school } = own;
    html! {
        li class="exam" data-own {
            a href={ "/exams/" (exam.id) } {
                span class="above" { (w.pick(&exam.organiser.zh, &exam.organiser.en)) }
                h3 { (phrases(w.pick(&exam.title.zh, &exam.title.en))) }
                span class="exam-mine" { (w.t("home-mine")) " " (tag(said.tone, &said.title)) }
                @if let Some(school) = school { span class="exam-state" { (school) } }
                @if said.button.is_none() { span class="exam-more" { span {} span { (w.t("exam-look")) } (icon(Icon::Chevron)) } }
            }
            @if let Some((href, word)) = &said.button {
                p class="exam-do" {
                    @if let Some(until) = pay_until {
                        span class="exam-state" { (w.with("home-pay-until", &[("when", when::near(w.language, *until, now).into())])) }
                    }
                    a class="button" href=(href) { (word) }
                }
            }
            (steps_part(w, exam, Some(steps), is_unfolded && exam.window(now) != Window::Closed, now))
        }
    }
}

fn card(w: Words, exam: &Exam, is_unfolded: bool, now: Timestamp) -> Markup {
    let window = exam.window(now);
    // What is over is looked at when somebody wants to know.
    let is_unfolded = is_unfolded && window == Window::Open;
    let state = |word: String| html! { span class="exam-state" { (word) } };
    let near = |at: Timestamp| when::near(w.language, at, now);
    html! {
        li class="exam" {
            a href={ "/exams/" (exam.id) } {
                span class="above" { (w.pick(&exam.organiser.zh, &exam.organiser.en)) }
                h3 { (phrases(w.pick(&exam.title.zh, &exam.title.en))) }
                span class="exam-state" {
                    (window_tag(w, window))
                    span { (window_words(w, exam, now)) }
                }
                @if let Some(days) = days(w, exam, now) { (state(w.with("home-days", &[("days", days.into())]).into_owned())) }
                @if window != Window::Closed && !is_unfolded {
                    (state(w.with("home-pay-until", &[("when", near(exam.payment_deadline).into())]).into_owned()))
                }
                @if let Some(from) = exam.tickets_from() {
                    (state(w.with("home-tickets", &[("when", near(from).into())]).into_owned()))
                }
                span class="exam-more" { span class="fee" { (fees(exam)) } span { (w.t("exam-enter")) } (icon(Icon::Chevron)) }
            }
            @if window != Window::Closed { (steps_part(w, exam, None, is_unfolded, now)) }
        }
    }
}

/// The exam's steps: their names while folded; each with its window and its state below.
fn steps_part(w: Words, exam: &Exam, own: Option<&Vec<StepView>>, is_open: bool, now: Timestamp) -> Markup {
    let of_nobody = if own.is_none() { steps(exam, &Facts::default(), now) } else { Vec::new() };
    let list = own.map_or(of_nobody.as_slice(), Vec::as_slice);
    let name = |step: &StepView| w.pick(&step.title.zh, &step.title.en).to_owned();
    html! {
        details class="exam-steps" open[is_open] {
            summary {
                span class="exam-steps-title" { (w.t("steps-title")) }
                (icon(Icon::Chevron))
                span class="exam-steps-names" {
                    @for (index, step) in list.iter().enumerate() {
                        span class="whole" { (name(step)) @if index + 1 < list.len() { span aria-hidden="true" { " →" } } } " "
                    }
                }
            }
            ol {
                @for (index, step) in list.iter().enumerate() {
                    @let (look, word) = state_of(w, step, own.is_some(), now);
                    li data-standing=(step_name(look)) {
                        (step_dot(index, look))
                        span class="step-name" {
                            (name(step))
                            @if let Some(word) = optional_word(w, step) { " " span class="optional" { (word) } }
                        }
                        @if let Some(word) = word { span class="step-state" { (word) } }
                        (window_line(w, step, now))
                        @if let (None, None, Some(note)) = (step.opens_at, step.closes_at, &step.note) {
                            p class="window" { (w.pick(&note.zh, &note.en)) }
                        }
                    }
                }
            }
        }
    }
}

/// How far the candidate is in a step; of an exam that is not begun, whether the step's window is open.
fn state_of(w: Words, step: &StepView, is_begun: bool, now: Timestamp) -> (Look, Option<String>) {
    if is_begun {
        let (look, _) = look(w, step, now);
        return (look, Some(passed_word(w, step).unwrap_or_else(|| state_word(w, look))));
    }
    let word = match (step.opens_at, step.closes_at) {
        (_, Some(closes_at)) if closes_at <= now => Some(w.t("home-step-over")),
        (Some(opens_at), _) if opens_at > now => Some(w.t("home-step-soon")),
        (Some(_), _) => Some(w.t("home-step-open")),
        (None, _) => None,
    };
    (Look::Later, word.map(|word| word.into_owned()))
}

fn window_words(w: Words, exam: &Exam, now: Timestamp) -> String {
    match exam.window(now) {
        Window::Open => w.with("exam-until", &[("when", when::near(w.language, exam.closes_at, now).into())]),
        Window::NotYet => w.with("exam-from", &[("when", when::near(w.language, exam.opens_at, now).into())]),
        Window::Closed => w.with("exam-ended", &[("when", when::near(w.language, exam.closes_at, now).into())]),
    }
    .into_owned()
}
