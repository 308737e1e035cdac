//! After handing in and after the decision: a page worth a screenshot.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::accounts::Account;
use registration::exam_rules::TaskKind;
use registration::exams::ExamPage;
use registration::order::{Order, OrderState};
use registration::steps::{TaskState, task};
use uuid::Uuid;

use super::answers::answer_rows;
use super::decided::order_waits;
use super::order::find;
use super::order_parts::{lines, upload_form};
use super::steps_view::step_list;
use crate::failure::Failure;
use crate::view::facts::{facts, person_name, pieces};
use crate::view::form::{FieldError, error_summary};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{page, phrases};
use crate::view::notice::{Tone, notice};
use crate::view::progress::{Step, progress};
use crate::visit::Candidate;

pub(crate) async fn show(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find(&candidate, &order).await?;
    if !matches!(order.state, OrderState::WaitingReview | OrderState::Confirmed) {
        return Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response());
    }
    Ok(render(&candidate, &order, &exam, &[]).await?.into_response())
}

/// The receipt, with what was wrong with a picture that was sent from it.
pub(crate) async fn render(
    candidate: &Candidate,
    order: &Order,
    exam: &ExamPage,
    errors: &[FieldError],
) -> Result<Markup, Failure> {
    let (visit, account) = (&candidate.visit, &candidate.account);
    let w = visit.words;
    let mut frame = visit.frame(title(w, order));
    let steps = visit.steps(exam).await?;
    let list = step_list(w, &steps, visit.now);
    let registration = &visit.app.outside.registration;
    let answers = registration.applications.get(account.id, &exam.id).await?.details;
    let answers = answers.map(|answers| answer_rows(w, exam, account, &answers)).unwrap_or_default();
    let review = task(&steps, &TaskKind::Review).map(|task| &task.state);
    let review = review.filter(|state| matches!(state, TaskState::Waiting { .. } | TaskState::Refused { .. }));
    let mut arrived = None;
    if order.state != OrderState::Confirmed {
        frame.script = Some("upload.js");
        arrived = registration.orders.arrived(account.id, order.id).await?;
    }
    let view = View { exam, order, account, answers: &answers, review, steps: &list, arrived, errors };
    Ok(page(&frame, &body(w, &view)))
}

fn title(w: Words, order: &Order) -> String {
    if order.state == OrderState::Confirmed { w.t("receipt-confirmed-title") } else { w.t("receipt-review-title") }
        .into_owned()
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a ExamPage,
    pub(crate) order: &'a Order,
    pub(crate) account: &'a Account,
    /// What was handed in with the form, labelled.
    pub(crate) answers: &'a [(String, Markup)],
    /// Where the review of the form stands, if it still stands in the way.
    pub(crate) review: Option<&'a TaskState>,
    pub(crate) steps: &'a [Step],
    /// A picture that is here and was not handed in yet.
    pub(crate) arrived: Option<Uuid>,
    /// What was wrong with the one that was sent from here.
    pub(crate) errors: &'a [FieldError],
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let order = view.order;
    let is_confirmed = order.state == OrderState::Confirmed;
    let text = if is_confirmed { w.t("receipt-confirmed-text") } else { w.t("receipt-review-text") };
    html! {
        div class="column" {
            (error_summary(w, view.errors))
            div class="outcome" data-tone=(if is_confirmed { "good" } else { "plain" }) {
                span class="outcome-mark" { (icon(if is_confirmed { Icon::Tick } else { Icon::Clock })) }
                h1 { (title(w, order)) }
                p { (text) }
                @if !is_confirmed { (order_waits(w, order)) }
            }
            (review_part(w, view))
            (progress(w, view.steps, None))
            (slip(w, view))
            (next_part(w, is_confirmed))
            @if !is_confirmed {
                details class="release-part" open[!view.errors.is_empty() || view.arrived.is_some()] {
                    summary { (w.t("receipt-again")) (icon(Icon::Chevron)) }
                    p { (w.t("receipt-again-text")) }
                    (upload_form(w, order, view.arrived, view.errors))
                }
            }
        }
    }
}

/// A payment is not all: the form that was changed since is still looked at, or was refused.
fn review_part(w: Words, view: &View<'_>) -> Markup {
    let form = format!("/exams/{}/details", view.exam.id);
    match view.review {
        Some(TaskState::Refused { reason, .. }) => notice(
            Tone::Bad,
            &w.t("receipt-form-refused"),
            &html! {
                p class="reason" { (w.with("exam-reason", &[("reason", reason.as_str().into())])) }
                p { a class="button second" href=(form) { (w.t("change-details")) } }
            },
        ),
        Some(_) => notice(Tone::Care, &w.t("receipt-form-waits"), &html! { p { (w.t("receipt-form-waits-text")) } }),
        None => html! {},
    }
}

/// The slip: number, who, what, when, how much.
fn slip(w: Words, view: &View<'_>) -> Markup {
    let View { exam, order, account, answers, .. } = *view;
    let moment = |at: Timestamp| pieces(w, &when::pieces_full(w.language, at));
    let labels = [
        w.t("receipt-number"),
        w.t("receipt-exam"),
        w.t("receipt-sittings"),
        w.t("receipt-candidate"),
        w.t("receipt-document"),
        w.t("receipt-amount"),
        w.t("receipt-submitted"),
        w.t("receipt-decided"),
    ];
    let mut rows: Vec<(&str, Markup)> = vec![
        (&labels[0], html! { b class="number" { (order.id) } }),
        (&labels[1], phrases(w.pick(&exam.title.zh, &exam.title.en))),
        (&labels[2], lines(w, exam, order)),
    ];
    rows.extend(account.name.as_ref().map(|name| (&*labels[3], person_name(name.expose()))));
    rows.extend(account.document.as_ref().map(|document| (&*labels[4], html! { (document.masked()) })));
    rows.extend(answers.iter().map(|(label, value)| (label.as_str(), value.clone())));
    rows.push((&labels[5], html! { (order.amount) }));
    rows.extend(order.submitted_at.map(|at| (&*labels[6], moment(at))));
    rows.extend(order.decided_at.filter(|_| order.state == OrderState::Confirmed).map(|at| (&*labels[7], moment(at))));
    html! { div class="slip" { (facts(&rows)) } }
}

fn next_part(w: Words, is_confirmed: bool) -> Markup {
    html! {
        section {
            h2 { (w.t("receipt-next")) }
            ul class="plain-list" {
                @if is_confirmed {
                    li { (w.t("receipt-next-ticket")) }
                } @else {
                    li { (w.t("receipt-next-review")) }
                    li { (w.t("receipt-next-refused")) }
                }
                li { (w.t("receipt-next-keep")) }
            }
            p { a class="button second" href="/me" { (w.t("receipt-me")) } }
        }
    }
}
