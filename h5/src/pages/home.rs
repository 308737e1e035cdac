//! The first page: which exams one can register for.

use std::sync::Arc;

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::exams::{ExamPage, Window};
use registration::steps::{StepView, TaskState, is_complete, next};
use reservation::ids::ExamId;

use super::task_words;
use crate::failure::Failure;
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page, phrases};
use crate::view::notice::{Tone, tag};
use crate::visit::Visit;

/// Most exams whose steps are worked out for one page.
const BEGUN_MAX: usize = 12;

pub(crate) async fn show(visit: Visit) -> Result<Markup, Failure> {
    let begun = begun(&visit).await?;
    Ok(render(&visit, &begun))
}

/// How far the candidate is, by exam: those in which something was begun.
pub(crate) async fn begun(visit: &Visit) -> Result<Vec<(ExamId, Mine)>, Failure> {
    let Some(account) = &visit.account else { return Ok(Vec::new()) };
    let registration = &visit.app.outside.registration;
    let mut ids: Vec<ExamId> =
        visit.orders.iter().filter(|order| order.state.is_live()).map(|o| o.exam.clone()).collect();
    ids.extend(registration.applications.exams_of(account.id).await?);
    let mut begun: Vec<(ExamId, Mine)> = Vec::new();
    for id in ids {
        let Some(exam) = registration.exams.get(&id) else { continue };
        if begun.len() < BEGUN_MAX && !begun.iter().any(|(known, _)| *known == id) {
            let mine = mine(visit.words, &exam, &visit.steps(&exam).await?);
            begun.push((id, mine));
        }
    }
    Ok(begun)
}

/// How far the candidate is in an exam, as a label.
pub(crate) type Mine = (Tone, String);

/// The label: what comes next, or that all is done.
pub(crate) fn mine(w: Words, exam: &ExamPage, steps: &[StepView]) -> Mine {
    let Some(task) = next(steps).filter(|task| !is_complete(steps) || task.is_optional) else {
        return (Tone::Good, w.t("home-complete").into_owned());
    };
    let name = task_words::name(w, exam, &task.kind);
    let (tone, word) = match task.state {
        TaskState::Waiting { .. } => (Tone::Plain, w.with("home-waiting", &[("task", name.into())])),
        TaskState::Refused { .. } => (Tone::Bad, w.with("home-refused", &[("task", name.into())])),
        TaskState::Locked | TaskState::NotYet { .. } | TaskState::Over { .. } => (Tone::Plain, name.into()),
        TaskState::Open { .. } | TaskState::Passed => (Tone::Care, w.with("home-next", &[("task", name.into())])),
    };
    (tone, word.into_owned())
}

pub(crate) fn render(visit: &Visit, begun: &[(ExamId, Mine)]) -> Markup {
    let w = visit.words;
    let exams = visit.app.outside.registration.exams.list();
    page(&visit.frame(w.t("home-title")), &body(w, &exams, begun, visit.now))
}

pub(crate) fn body(w: Words, exams: &[Arc<ExamPage>], begun: &[(ExamId, Mine)], now: Timestamp) -> Markup {
    let groups =
        [(Window::Open, w.t("home-open")), (Window::NotYet, w.t("home-soon")), (Window::Closed, w.t("home-closed"))];
    html! {
        div class="column" {
            (heading(None, &w.t("home-title")))
            @if exams.is_empty() {
                div class="empty" {
                    h2 { (w.t("home-empty-title")) }
                    p { (w.t("home-empty-text")) }
                    p { a href="/me" { (w.t("home-me")) } }
                }
            }
            @for (window, title) in &groups {
                @let those: Vec<_> = exams.iter().filter(|exam| exam.window(now) == *window).collect();
                @if !those.is_empty() {
                    section {
                        h2 class="group" { (title) }
                        ul class="exams" { @for exam in those { (card(w, exam, begun, now)) } }
                    }
                }
            }
        }
    }
}

fn card(w: Words, exam: &ExamPage, begun: &[(ExamId, Mine)], now: Timestamp) -> Markup {
    let mine = begun.iter().find(|(id, _)| *id == exam.id).map(|(_, mine)| mine);
    html! {
        li class="exam" {
            a href={ "/exams/" (exam.id) } {
                span class="above" { (w.pick(&exam.organiser.zh, &exam.organiser.en)) }
                h3 { (phrases(w.pick(&exam.title.zh, &exam.title.en))) }
                span class="exam-state" {
                    (window_tag(w, exam.window(now)))
                    span { (window_words(w, exam, now)) }
                }
                @if let Some(from) = exam.tickets_from() {
                    span class="exam-state" { (w.with("home-tickets", &[("when", when::near(w.language, from, now).into())])) }
                }
                @if let Some((tone, word)) = mine {
                    span class="exam-mine" { (w.t("home-mine")) " " (tag(*tone, word)) }
                }
                span class="exam-more" { span class="fee" { (exam.fee) } span { (w.t("exam-enter")) } (icon(Icon::Chevron)) }
            }
        }
    }
}

/// The state of a registration window as a label.
pub(crate) fn window_tag(w: Words, window: Window) -> Markup {
    match window {
        Window::Open => tag(Tone::Good, &w.t("exam-open")),
        Window::NotYet => tag(Tone::Plain, &w.t("exam-soon")),
        Window::Closed => tag(Tone::Bad, &w.t("exam-closed")),
    }
}

fn window_words(w: Words, exam: &ExamPage, now: Timestamp) -> String {
    match exam.window(now) {
        Window::Open => w.with("exam-until", &[("when", when::near(w.language, exam.closes_at, now).into())]),
        Window::NotYet => w.with("exam-from", &[("when", when::near(w.language, exam.opens_at, now).into())]),
        Window::Closed => w.with("exam-ended", &[("when", when::near(w.language, exam.closes_at, now).into())]),
    }
    .into_owned()
}
