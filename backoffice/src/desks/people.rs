//! Reviews of identities and faces: the queue on the left, the pictures side by side, the person, the decision.

mod decide;
mod view;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use pagekit::callout::Tone;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::people::{PersonCase, Side};
use reservation::ids::ExamId;
use serde::Deserialize;

use crate::desk::frame::page;
use crate::desk::lines::Queue;
use crate::desk::message::Message;
use crate::desk::picture::jpeg;
use crate::desk::queue::RELOAD_SECONDS;
use crate::failure::Failure;
use crate::request::visit::Visit;

pub(crate) use decide::{confirm, refuse};
pub(crate) use view::{People, body, nothing};

/// What is decided here.
pub(crate) const KINDS: &[CaseKind] = &[CaseKind::Identity, CaseKind::Face];

/// What the last decision was, carried over the redirect.
#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// The longest waiting case.
pub(crate) async fn first(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let w = visit.words;
    let text = match done.done.as_str() {
        "confirmed" => Some(w.t("people-done-confirmed")),
        "refused" => Some(w.t("people-done-refused")),
        _ => None,
    };
    let message = text.map(|text| Message::new(Tone::Good, text));
    draw(&visit, None, StatusCode::OK, message).await
}

/// One case that waits.
pub(crate) async fn show(visit: Visit, Path(case): Path<String>) -> Result<Response, Failure> {
    let id = subject(&case)?;
    draw(&visit, Some(id), StatusCode::OK, None).await
}

/// What was handed in. Every look is written down.
pub(crate) async fn handed_in(visit: Visit, Path(case): Path<String>) -> Result<Response, Failure> {
    picture(&visit, &case, Side::HandedIn).await
}

/// The verified photo. Every look is written down.
pub(crate) async fn verified(visit: Visit, Path(case): Path<String>) -> Result<Response, Failure> {
    picture(&visit, &case, Side::Verified).await
}

/// A reload of a refused decision that became a GET.
pub(crate) async fn back(Path(case): Path<String>) -> Result<Redirect, Failure> {
    let id = subject(&case)?;
    Ok(Redirect::to(&format!("/people/{id}")))
}

async fn picture(visit: &Visit, case: &str, side: Side) -> Result<Response, Failure> {
    let id = subject(case)?;
    Ok(jpeg(visit.app.outside.registration.identity_reviews.picture(&visit.staff, &id, side).await?))
}

/// The identity or the face that an address names.
pub(super) fn subject(text: &str) -> Result<Subject, Failure> {
    let subject: Subject = text.parse().map_err(|_| Failure::NotFound)?;
    if KINDS.contains(&subject.kind()) { Ok(subject) } else { Err(Failure::NotFound) }
}

/// Draws the desk with that case, or with the longest waiting one. A case that does not wait any more is said so.
async fn draw(
    visit: &Visit,
    id: Option<Subject>,
    status: StatusCode,
    message: Option<Message>,
) -> Result<Response, Failure> {
    let w = visit.words;
    let reviews = &visit.app.outside.registration.identity_reviews;
    let queue = Queue::of(visit, KINDS).await?;
    let named: Option<PersonCase> = match &id {
        Some(id) => reviews.get(&visit.staff, id).await?,
        None => None,
    };
    // A reason that was typed for a case that is gone is nobody else's.
    let message = message.filter(|message| named.is_some() || message.refusal.is_none());
    let (gone, mut case) = (id.is_some() && named.is_none() && message.is_none(), named);
    if let (None, Some(first)) = (&case, queue.first()) {
        case = reviews.get(&visit.staff, first).await?;
    }
    let message = if gone { Some(Message::new(Tone::Care, w.t("people-gone"))) } else { message };
    let Some(case) = case else {
        let mut frame = visit.frame(w.t("people-title"), &queue.counts, KINDS);
        frame.reload_seconds = Some(RELOAD_SECONDS);
        return Ok((status, page(&frame, &nothing(w, message.as_ref()))).into_response());
    };
    let history = visit.app.outside.registration.cases.history(&visit.staff, &case.subject).await?;
    let (message, now) = (message.as_ref(), visit.now);
    let titles = &|exam: &ExamId| visit.exam_title(exam);
    let view = People { queue: &queue, titles, case: &case, history: &history, message, now };
    Ok((status, page(&visit.frame(w.t("people-title"), &queue.counts, KINDS), &body(w, &view))).into_response())
}
