//! One exam: what to know, the notice, and the sittings to choose from.

use std::sync::Arc;

use axum::extract::{Path, Query};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::exams::{ExamPage, Window};
use registration::order::Order;
use registration::steps::steps;
use reservation::ids::SittingId;

use super::exam_choice::{ChoicePlan, plan};
use super::exam_chooser::chooser;
use super::steps_view::step_list;
use crate::failure::Failure;
use crate::view::facts::{facts, pieces};
use crate::view::form::{FieldError, error_summary};
use crate::view::layout::{heading, page};
use crate::view::progress::progress;
use crate::visit::Visit;

/// What the visitor chose so far: from the address after signing in, or from a form that was refused.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    pub(crate) sittings: Vec<SittingId>,
    pub(crate) has_agreed: bool,
}

/// Most sittings that an address or a form may name.
const CHOSEN_MAX: usize = 64;

impl Chosen {
    /// Reads fields named `sitting` or `sitting-…`, and `agree`. Values that are no ids are dropped.
    pub(crate) fn read(pairs: &[(String, String)]) -> Self {
        let is_sitting = |name: &str| name == "sitting" || name.starts_with("sitting-");
        Self {
            sittings: pairs
                .iter()
                .filter(|(name, _)| is_sitting(name))
                .filter_map(|(_, value)| value.parse().ok())
                .take(CHOSEN_MAX)
                .collect(),
            has_agreed: pairs.iter().any(|(name, _)| name == "agree"),
        }
    }
}

pub(crate) async fn show(
    visit: Visit,
    Path(exam): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Markup, Failure> {
    let exam = find(&visit, &exam)?;
    Ok(render(&visit, &exam, &Chosen::read(&pairs), &[]))
}

/// The exam of that name.
pub(crate) fn find(visit: &Visit, exam: &str) -> Result<Arc<ExamPage>, Failure> {
    let id = exam.parse().map_err(|_| Failure::NotFound)?;
    visit.app.outside.registration.exams.get(&id).ok_or(Failure::NotFound)
}

/// The page after a refused choice.
pub(crate) fn refused(visit: &Visit, exam: &ExamPage, chosen: &Chosen, error: FieldError) -> (StatusCode, Markup) {
    let status = if error.field == "agree" || error.field.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::CONFLICT
    };
    (status, render(visit, exam, chosen, &[error]))
}

pub(crate) fn render(visit: &Visit, exam: &ExamPage, chosen: &Chosen, errors: &[FieldError]) -> Markup {
    let w = visit.words;
    let order = visit.orders.iter().find(|order| order.exam == exam.id && order.state.is_live());
    let available = visit.app.outside.engine.availability(&exam.id);
    // While a pool restores there are no numbers: the page says so instead of guessing.
    let available = available.inspect_err(|error| tracing::warn!(%error, exam = %exam.id, "no availability")).ok();
    let view = View {
        exam,
        order,
        now: visit.now,
        errors,
        plan: plan(w, exam, order, available.as_deref(), chosen, visit.now, visit.account.is_some()),
    };
    page(&visit.frame(w.pick(&exam.title.zh, &exam.title.en)), &body(w, &view))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a ExamPage,
    pub(crate) order: Option<&'a Order>,
    pub(crate) now: Timestamp,
    pub(crate) errors: &'a [FieldError],
    pub(crate) plan: ChoicePlan,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    let list = step_list(w, &steps(exam, view.order, view.now), view.order, view.now);
    html! {
        div class="wide" {
            div class="wide-head" {
                (error_summary(w, view.errors))
                (heading(Some(w.pick(&exam.organiser.zh, &exam.organiser.en)), w.pick(&exam.title.zh, &exam.title.en)))
                (progress(w, &list))
            }
            aside class="side" { (exam_facts(w, exam, view.now)) }
            div class="wide-main" { (chooser(w, view)) }
        }
    }
}

fn exam_facts(w: Words, exam: &ExamPage, now: Timestamp) -> Markup {
    let minutes = w.with("exam-hold-minutes", &[("minutes", exam.hold.as_mins().into())]);
    let moment = |at| pieces(w, &when::pieces(w.language, at, now));
    let (window, fee) = (w.t("exam-window"), w.t("exam-fee"));
    let (deadline, hold) = (w.t("exam-deadline"), w.t("exam-hold"));
    facts(&[
        (
            &window,
            html! {
                (super::home::window_tag(w, exam.window(now)))
                p { (moment(exam.opens_at)) }
                p { (w.t("exam-window-to")) " " (moment(exam.closes_at)) }
            },
        ),
        (&fee, html! { (exam.fee) }),
        (&hold, html! { (minutes) }),
        (&deadline, moment(exam.payment_deadline)),
    ])
}

/// Can seats be taken now?
pub(crate) fn is_open(exam: &ExamPage, now: Timestamp) -> bool {
    exam.window(now) == Window::Open
}
