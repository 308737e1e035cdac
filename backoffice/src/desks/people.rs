//! Reviews of identities and faces: the queue on the left, the pictures side by side, the person, the decision.

mod decide;
mod view;

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::Markup;
use pagekit::callout::Tone;
use registration::desk::case::{CaseId, CaseKind, ClaimToken, Subject};
use registration::desk::cases::CLAIM_LASTS;
use registration::desk::people::{PersonCase, Side};
use registration::model::text::Text;
use reservation::ids::ExamId;
use serde::Deserialize;

use crate::desk::ahead::{Ahead, sealed_or_back};
use crate::desk::claim::Work;
use crate::desk::frame::page;
use crate::desk::lines::Queue;
use crate::desk::message::Message;
use crate::desk::picture::jpeg;
use crate::desk::queue::RELOAD_SECONDS;
use crate::desk::reason::usual;
use crate::desks::cases::Page;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

pub(crate) use decide::{confirm, refuse};
use view::picture_at;
pub(crate) use view::{People, REASONS, body, nothing};

/// What is decided here.
pub(crate) const KINDS: &[CaseKind] = &[CaseKind::Identity, CaseKind::Face];

/// What the last decision was, carried over the redirect.
#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
    /// The case whose decision can be taken back.
    case: Option<i64>,
}

/// The case that is due first of those that nobody else has.
pub(crate) async fn first(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let w = visit.words;
    let text = match done.done.as_str() {
        "confirmed" => Some(w.t("people-done-confirmed")),
        "refused" => Some(w.t("people-done-refused")),
        _ => None,
    };
    let message = text.map(|text| Message::new(Tone::Good, text).with_undo(done.case));
    draw_next(&visit, StatusCode::OK, message).await
}

/// One case that waits.
pub(crate) async fn show(visit: Visit, Path(case): Path<String>) -> Result<Response, Failure> {
    let id = subject(&case)?;
    draw(&visit, id, StatusCode::OK, None).await
}

/// What was handed in. Every look is written down.
pub(crate) async fn handed_in(visit: Visit, Path(case): Path<String>) -> Result<Response, Failure> {
    picture(&visit, &case, Side::HandedIn).await
}

/// The back of the card that was handed in. Every look is written down.
pub(crate) async fn back_of_card(visit: Visit, Path(case): Path<String>) -> Result<Response, Failure> {
    picture(&visit, &case, Side::Back).await
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

/// Draws the desk with that case. One that does not wait any more is said so, beside the next one.
async fn draw(visit: &Visit, id: Subject, status: StatusCode, message: Option<Message>) -> Result<Response, Failure> {
    let reviews = &visit.app.outside.registration.identity_reviews;
    let Some(case) = reviews.get(&visit.staff, &id).await? else {
        // A reason that was typed for a case that is gone is nobody else's.
        let message = message.filter(|message| message.refusal.is_none());
        let gone = || Message::new(Tone::Care, visit.words.t("people-gone"));
        return draw_next(visit, status, Some(message.unwrap_or_else(gone))).await;
    };
    let work = Work::on(visit, &id).await?;
    draw_case(visit, &case, &work, status, message.as_ref()).await
}

/// Draws the desk with the case that is due first of those that nobody else has.
async fn draw_next(visit: &Visit, status: StatusCode, message: Option<Message>) -> Result<Response, Failure> {
    let (w, registration) = (visit.words, &visit.app.outside.registration);
    if let Some((subject, work)) = Work::next(visit, KINDS).await?
        && let Some(case) = registration.identity_reviews.get(&visit.staff, &subject).await?
    {
        return draw_case(visit, &case, &work, status, message.as_ref()).await;
    }
    let counts = registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(w.t("people-title"), &counts, KINDS);
    frame.reload_seconds = Some(RELOAD_SECONDS);
    Ok((status, page(&frame, &nothing(w, message.as_ref(), counts.of(KINDS), visit.is_attended))).into_response())
}

async fn draw_case(
    visit: &Visit,
    case: &PersonCase,
    work: &Work,
    status: StatusCode,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    let (w, queue) = (visit.words, Queue::of(visit, KINDS).await?);
    let body = markup(visit, &queue, case, work, message).await?;
    Ok((status, page(&visit.frame(w.t("people-title"), &queue.counts, KINDS), &body)).into_response())
}

async fn markup(
    visit: &Visit,
    queue: &Queue,
    case: &PersonCase,
    work: &Work,
    message: Option<&Message>,
) -> Result<Markup, Failure> {
    let registration = &visit.app.outside.registration;
    let mut history = registration.cases.history(&visit.staff, &case.subject).await?;
    history.retain(|entry| registration.identity.still_holds(entry, &case.person));
    let titles = &|exam: &ExamId| visit.exam_title(exam);
    let (reasons, now) = (&reasons(visit, &case.subject), visit.now);
    Ok(body(visit.words, &People { queue, titles, case, work, reasons, history: &history, message, now }))
}

/// The usual reasons to refuse it; an identity is of no exam.
fn reasons(visit: &Visit, subject: &Subject) -> Vec<Text> {
    usual(visit, subject.exam(), |rules| &rules.face, &REASONS)
}

/// The next case, sealed until it is shown.
pub(crate) async fn ahead(visit: Visit, Form(from): Form<Page>) -> Result<Response, Failure> {
    let cases = &visit.app.outside.registration.cases;
    let next = cases.ahead(&visit.staff, KINDS, from.claim()?, CLAIM_LASTS).await?;
    let Some((id, subject, claim)) = next else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let loaded = load(&visit, id, subject, claim.token).await;
    sealed_or_back(&visit, (id, claim.token), loaded).await
}

/// `None`: the case does not wait any more.
async fn load(visit: &Visit, id: CaseId, subject: Subject, token: ClaimToken) -> Result<Option<Ahead>, Failure> {
    let reviews = &visit.app.outside.registration.identity_reviews;
    let Some((case, pictures)) = reviews.ahead(&visit.staff, &subject).await? else { return Ok(None) };
    let (queue, work) = (Queue::of(visit, KINDS).await?, Work::theirs(visit, id, token).await?);
    Ok(Some(Ahead {
        case: id,
        token,
        version: case.picture.to_string(),
        title: visit.words.t("people-title").into_owned(),
        body: markup(visit, &queue, &case, &work, None).await?,
        pictures: pictures.into_iter().map(|(side, jpeg)| (picture_at(&subject, side), jpeg)).collect(),
        subject,
    }))
}

/// Writes down that they look at what was loaded ahead.
pub(crate) async fn looked(visit: &Visit, subject: &Subject, version: &str) -> Result<(), Failure> {
    let picture = version.parse().map_err(|_| Failure::Bad)?;
    Ok(visit.app.outside.registration.identity_reviews.looked(&visit.staff, subject, picture).await?)
}
