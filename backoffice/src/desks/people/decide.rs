//! Says yes or no to what was looked at: a picture that came since is not decided unseen.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use pagekit::callout::Tone;
use registration::desk::case::Subject;
use registration::desk::cases::CaseError;
use registration::pictures::kept::PictureId;
use serde::Deserialize;

use super::view::REASONS;
use super::{draw, subject};
use crate::desk::message::{Message, claimed};
use crate::desk::reason::Refusal;
use crate::failure::Failure;
use crate::request::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// The picture on the page.
    seen: String,
    #[serde(flatten)]
    refusal: Refusal,
}

pub(crate) async fn confirm(
    visit: Visit,
    Path(case): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (id, seen) = named(&case, &entered)?;
    let done = visit.app.outside.registration.identity_reviews.confirm(&visit.staff, &id, seen).await;
    answer(&visit, id, done, ("confirmed", Refusal::default())).await
}

pub(crate) async fn refuse(
    visit: Visit,
    Path(case): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (id, seen) = named(&case, &entered)?;
    let reviews = &visit.app.outside.registration.identity_reviews;
    let done = reviews.refuse(&visit.staff, &id, seen, &entered.refusal.reason(&REASONS)).await;
    answer(&visit, id, done, ("refused", entered.refusal)).await
}

fn named(case: &str, entered: &Entered) -> Result<(Subject, PictureId), Failure> {
    Ok((subject(case)?, entered.seen.parse().map_err(|_| Failure::Bad)?))
}

async fn answer(
    visit: &Visit,
    id: Subject,
    done: Result<(), CaseError>,
    (word, refusal): (&'static str, Refusal),
) -> Result<Response, Failure> {
    let w = visit.words;
    let (status, text) = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/people?done={word}")).into_response()),
        Err(error @ (CaseError::Forbidden(_) | CaseError::Store(_))) => return Err(error.into()),
        Err(CaseError::Reason(_)) => {
            let message = Message::of_refusal(w, refusal);
            return draw(visit, Some(id), StatusCode::UNPROCESSABLE_ENTITY, Some(message)).await;
        }
        Err(CaseError::NotWaiting) => (StatusCode::CONFLICT, w.t("people-gone")),
        Err(CaseError::NotLooked) => (StatusCode::CONFLICT, w.t("people-not-looked")),
        Err(CaseError::Claimed(claim)) => (StatusCode::CONFLICT, claimed(w, &claim).into()),
        Err(CaseError::Changed) => (StatusCode::CONFLICT, w.t("people-changed")),
        Err(CaseError::OtherAccount) => (StatusCode::CONFLICT, w.t("people-other-account")),
    };
    draw(visit, Some(id), status, Some(Message::new(Tone::Care, text))).await
}
