//! The first page: which exams one can register for.

use std::sync::Arc;

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::exams::{ExamPage, Window};
use registration::order::Order;

use super::order_parts::state_word;
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page, phrases};
use crate::view::notice::{Tone, tag};
use crate::visit::Visit;

pub(crate) async fn show(visit: Visit) -> Markup {
    render(&visit)
}

pub(crate) fn render(visit: &Visit) -> Markup {
    let w = visit.words;
    let exams = visit.app.outside.registration.exams.list();
    page(&visit.frame(w.t("home-title")), &body(w, &exams, &visit.orders, visit.now))
}

pub(crate) fn body(w: Words, exams: &[Arc<ExamPage>], orders: &[Order], now: Timestamp) -> Markup {
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
                        ul class="exams" { @for exam in those { (card(w, exam, orders, now)) } }
                    }
                }
            }
        }
    }
}

fn card(w: Words, exam: &ExamPage, orders: &[Order], now: Timestamp) -> Markup {
    let mine = orders.iter().find(|order| order.exam == exam.id && order.state.is_live());
    html! {
        li class="exam" {
            a href={ "/exams/" (exam.id) } {
                span class="above" { (w.pick(&exam.organiser.zh, &exam.organiser.en)) }
                h3 { (phrases(w.pick(&exam.title.zh, &exam.title.en))) }
                span class="exam-state" {
                    (window_tag(w, exam.window(now)))
                    span { (window_words(w, exam, now)) }
                }
                @if let Some(order) = mine {
                    @let (tone, word) = state_word(w, &order.state);
                    span class="exam-mine" { (w.t("home-mine")) " " (tag(tone, &word)) }
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
