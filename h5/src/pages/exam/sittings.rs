//! Choosing sittings of a part of an exam: what can be chosen, by whom, and why not.

pub(crate) mod campus;
pub(crate) mod choice;
pub(crate) mod chooser;
pub(crate) mod gate;
pub(crate) mod hold;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::{Exam, Window};
use registration::model::exam_rules::TaskKind;
use registration::model::order::Order;
use registration::rules::standing::Standing;
use registration::rules::steps::{StepView, blocked_by};
use reservation::engine::waiting_list::Waiting;

use self::choice::{ChoicePlan, Offer, plan};
use self::chooser::chooser;
use self::gate::{Gate, gate};
use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::chosen::Chosen;
use crate::request::exam::find;
use crate::request::visit::{Candidate, Progress, Visit, WithOrders};
use crate::view::exam::draws::draws_link;
use crate::view::exam::facts::exam_facts;
use crate::view::form::{FieldError, error_summary};
use crate::view::layout::{heading, page};
use crate::view::steps::{progress_at, progress_of};
use crate::words::standing::Reader;
use crate::words::task as task_words;

/// The page of an exam whose steps come before the choice.
pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let chosen = Chosen::read(&pairs);
    if crate::paths::is_simple(&exam) {
        return Ok(Redirect::to(&format!("/exams/{}{}", exam.id, chosen.query())).into_response());
    }
    let progress = visit.progress(&exam).await?;
    if blocked_by(&progress.steps, &TaskKind::Sittings(chosen.part_in(&exam))).is_some() {
        return Ok(Redirect::to(&path_of(&exam)).into_response());
    }
    Ok(render(visit, &exam, &chosen, &progress, &[]).await.into_response())
}

/// The page after a refused choice.
pub(crate) async fn refused(
    visit: &Visit,
    exam: &Exam,
    chosen: &Chosen,
    error: FieldError,
) -> Result<(StatusCode, Markup), Failure> {
    let status = if error.field == "agree" || error.field.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::CONFLICT
    };
    let progress = visit.progress(exam).await?;
    Ok((status, render(visit, exam, chosen, &progress, &[error]).await))
}

/// The whole page.
pub(crate) async fn render(
    visit: &Visit,
    exam: &Exam,
    chosen: &Chosen,
    progress: &Progress,
    errors: &[FieldError],
) -> Markup {
    let waits = visit.waits(exam).await;
    render_known(visit, exam, chosen, (gate(visit, exam).await, &waits), progress, errors)
}

/// The page once everything about the visitor is known.
pub(crate) fn render_known(
    visit: &Visit,
    exam: &Exam,
    chosen: &Chosen,
    (gate, waits): (Gate, &[Waiting]),
    progress: &Progress,
    errors: &[FieldError],
) -> Markup {
    let w = visit.words;
    let available = visit.app.outside.engine.availability(&exam.id);
    // While a pool restores there are no numbers: the page says so instead of guessing.
    let available = available.inspect_err(|error| tracing::warn!(%error, exam = %exam.id, "no availability")).ok();
    let orders: Vec<&Order> = progress.orders.iter().filter(|order| order.state.is_live()).collect();
    let (eligibility, part) = (&progress.eligibility, chosen.part_in(exam));
    let offer = Offer { exam, part, orders: &orders, eligibility, waits, chosen, now: visit.now };
    let may_choose = may_choose(exam, visit.now, gate);
    let plan = plan(w, &offer, available.as_deref(), may_choose, visit.account.is_some());
    let (steps, standing, reader) = (&progress.steps[..], &progress.standing, visit.reader());
    let has_draws = visit.app.outside.registration.rooms.has_draws(&exam.id);
    let view = View { exam, steps, standing, reader, offer: &offer, now: visit.now, errors, gate, plan, has_draws };
    page(&visit.frame_of(w.pick(&exam.title.zh, &exam.title.en), exam, progress), &body(w, &view))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    /// Where the registration stands, and to whom it is said.
    pub(crate) standing: &'a Standing,
    pub(crate) reader: Reader,
    pub(crate) offer: &'a Offer<'a>,
    pub(crate) now: Timestamp,
    pub(crate) errors: &'a [FieldError],
    pub(crate) gate: Gate,
    pub(crate) plan: ChoicePlan,
    /// Is a sitting of the exam arranged?
    pub(crate) has_draws: bool,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    let task = TaskKind::Sittings(view.offer.part.clone());
    let (above, title, progress) = match crate::paths::is_simple(exam) {
        true => (
            w.pick(&exam.organiser.zh, &exam.organiser.en),
            w.pick(&exam.title.zh, &exam.title.en).to_owned(),
            // It is the exam's own page, too.
            progress_of(w, view.steps, view.now),
        ),
        false => (
            w.pick(&exam.title.zh, &exam.title.en),
            task_words::name(w, exam, &task),
            progress_at(w, view.steps, &task, view.now),
        ),
    };
    html! {
        div class="wide" {
            div class="wide-head" {
                (error_summary(w, view.errors))
                (heading(Some(above), &title))
                (progress)
            }
            // Who has come here by steps has read it on the exam's own page.
            @if crate::paths::is_simple(exam) { aside class="side" { (exam_facts(w, exam, view.now)) (draws_link(w, exam, view.has_draws)) } }
            div class="wide-main" {
                (chooser(w, view))
                // A page of one part is not the exam's own: whoever has chosen, or chooses nothing, goes back to it.
                @if !crate::paths::is_simple(exam) { p class="beside" { a href=(path_of(exam)) { (w.t("exam-back")) } } }
            }
        }
    }
}

/// Can this visitor take seats now?
pub(crate) fn may_choose(exam: &Exam, now: Timestamp, gate: Gate) -> bool {
    exam.window(now) == Window::Open && !matches!(gate, Gate::Closed { .. })
}
