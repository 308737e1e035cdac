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
use registration::steps::{Facts, StepView, steps};
use reservation::engine::room::{RoomPlace, Standing};
use reservation::ids::SittingId;
use reservation::room::RoomMode;

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

/// What a waiting room does to this visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// There is none.
    None,
    /// It will be there before the opening.
    Later,
    /// It must be passed first.
    Closed {
        /// Is the visitor in its line?
        has_place: bool,
    },
    /// It was passed; seats may be taken until then.
    Admitted(Timestamp),
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

    /// The choice as the query of an address, with its question mark; empty when nothing was chosen.
    pub(crate) fn query(&self) -> String {
        let mut pairs: Vec<String> = self.sittings.iter().map(|sitting| format!("sitting={sitting}")).collect();
        if self.has_agreed {
            pairs.push("agree=on".to_owned());
        }
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

pub(crate) async fn show(
    visit: Visit,
    Path(exam): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Markup, Failure> {
    let exam = find(&visit, &exam)?;
    let gate = gate(&visit, &exam).await;
    let steps = visit.steps(&exam).await?;
    Ok(render(&visit, &exam, &Chosen::read(&pairs), gate, &steps, &[]))
}

/// The exam of that name.
pub(crate) fn find(visit: &Visit, exam: &str) -> Result<Arc<ExamPage>, Failure> {
    let id = exam.parse().map_err(|_| Failure::NotFound)?;
    visit.app.outside.registration.exams.get(&id).ok_or(Failure::NotFound)
}

/// The page after a refused choice.
pub(crate) async fn refused(
    visit: &Visit,
    exam: &ExamPage,
    chosen: &Chosen,
    error: FieldError,
) -> Result<(StatusCode, Markup), Failure> {
    let status = if error.field == "agree" || error.field.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::CONFLICT
    };
    let steps = visit.steps(exam).await?;
    Ok((status, render(visit, exam, chosen, gate(visit, exam).await, &steps, &[error])))
}

/// What the waiting room means for whoever is not signed in.
fn gate_of_guest(visit: &Visit, exam: &ExamPage) -> Gate {
    let engine = &visit.app.outside.engine;
    let has_room = engine.exam(&exam.id).is_some_and(|exam| exam.waiting_room.mode != RoomMode::Off);
    if !has_room || exam.window(visit.now) == Window::Closed {
        return Gate::None;
    }
    match engine.is_waiting_room_on(&exam.id) {
        true => Gate::Closed { has_place: false },
        false if exam.window(visit.now) == Window::NotYet => Gate::Later,
        false => Gate::None,
    }
}

/// Asks the waiting room, if one is before the exam.
async fn gate(visit: &Visit, exam: &ExamPage) -> Gate {
    let gate = gate_of_guest(visit, exam);
    let Some(account) = visit.account.as_ref().filter(|_| matches!(gate, Gate::Closed { .. })) else { return gate };
    match visit.app.outside.engine.look_for_place(&exam.id, &account.id.candidate_id()).await {
        Ok(RoomPlace { standing: Standing::Open, .. }) => Gate::None,
        Ok(RoomPlace { standing: Standing::Admitted { expires_at, .. }, .. }) => Gate::Admitted(expires_at),
        Ok(RoomPlace { standing: Standing::Waiting { .. }, .. }) => Gate::Closed { has_place: true },
        // The waiting page says what is the matter, and comes back by itself.
        Ok(RoomPlace { standing: Standing::Nowhere, .. }) | Err(_) => gate,
    }
}

/// The page as everybody sees it who is not signed in.
pub(crate) fn render_for_guests(guest: &Visit, exam: &ExamPage) -> Markup {
    let steps = steps(exam, &Facts::default(), guest.now);
    render(guest, exam, &Chosen::default(), gate_of_guest(guest, exam), &steps, &[])
}

fn render(
    visit: &Visit,
    exam: &ExamPage,
    chosen: &Chosen,
    gate: Gate,
    steps: &[StepView],
    errors: &[FieldError],
) -> Markup {
    let w = visit.words;
    let order = visit.orders.iter().find(|order| order.exam == exam.id && order.state.is_live());
    let available = visit.app.outside.engine.availability(&exam.id);
    // While a pool restores there are no numbers: the page says so instead of guessing.
    let available = available.inspect_err(|error| tracing::warn!(%error, exam = %exam.id, "no availability")).ok();
    let may_choose = may_choose(exam, visit.now, gate);
    let view = View {
        exam,
        steps,
        order,
        now: visit.now,
        errors,
        gate,
        plan: plan(w, exam, order, available.as_deref(), chosen, may_choose, visit.account.is_some()),
    };
    page(&visit.frame(w.pick(&exam.title.zh, &exam.title.en)), &body(w, &view))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a ExamPage,
    pub(crate) steps: &'a [StepView],
    pub(crate) order: Option<&'a Order>,
    pub(crate) now: Timestamp,
    pub(crate) errors: &'a [FieldError],
    pub(crate) gate: Gate,
    pub(crate) plan: ChoicePlan,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    let list = step_list(w, view.steps, view.now);
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

/// Can this visitor take seats now?
pub(crate) fn may_choose(exam: &ExamPage, now: Timestamp, gate: Gate) -> bool {
    exam.window(now) == Window::Open && !matches!(gate, Gate::Closed { .. })
}
