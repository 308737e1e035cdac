//! Says yes or no to what was looked at: a picture that came since is not decided unseen.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use pagekit::notice::Tone;
use registration::identity_pictures::PictureId;
use registration::identity_reviews::{CaseError, CaseId};
use serde::Deserialize;

use super::draw;
use super::view::REASONS;
use crate::failure::Failure;
use crate::pages::case_view::Message;
use crate::reason::reason;
use crate::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// The picture on the page.
    seen: String,
    #[serde(default)]
    usual: String,
    #[serde(default)]
    own: String,
}

pub(crate) async fn confirm(
    visit: Visit,
    Path(case): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (id, seen) = named(&case, &entered)?;
    let done = visit.app.outside.registration.identity_reviews.confirm(visit.staff.id, &id, seen).await;
    answer(&visit, id, done, "confirmed").await
}

pub(crate) async fn refuse(
    visit: Visit,
    Path(case): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (id, seen) = named(&case, &entered)?;
    let reviews = &visit.app.outside.registration.identity_reviews;
    let done = reviews.refuse(visit.staff.id, &id, seen, &reason(&REASONS, &entered.usual, &entered.own)).await;
    answer(&visit, id, done, "refused").await
}

fn named(case: &str, entered: &Entered) -> Result<(CaseId, PictureId), Failure> {
    let id = case.parse().map_err(|_| Failure::NotFound)?;
    Ok((id, entered.seen.parse().map_err(|_| Failure::Bad)?))
}

async fn answer(
    visit: &Visit,
    id: CaseId,
    done: Result<(), CaseError>,
    word: &'static str,
) -> Result<Response, Failure> {
    let w = visit.words;
    let (status, text) = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/people?done={word}")).into_response()),
        Err(CaseError::Store(error)) => return Err(error.into()),
        Err(CaseError::Reason) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("refused-reason")),
        Err(CaseError::NotWaiting) => (StatusCode::CONFLICT, w.t("people-gone")),
        Err(CaseError::Changed) => (StatusCode::CONFLICT, w.t("people-changed")),
        Err(CaseError::OtherAccount) => (StatusCode::CONFLICT, w.t("people-other-account")),
    };
    let message = Message { tone: Tone::Care, text: text.into_owned() };
    draw(visit, Some(id), status, Some(message)).await
}
