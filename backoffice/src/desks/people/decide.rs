//! Says yes or no to what was looked at: a picture that came since is not decided unseen.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use pagekit::callout::Tone;
use registration::desk::case::{CaseId, Subject};
use registration::desk::cases::CaseError;
use registration::pictures::kept::PictureId;
use serde::Deserialize;

use super::{draw, reasons, subject};
use crate::desk::message::{Message, claimed};
use crate::desk::reason::Refusal;
use crate::desk::undo::{decided, with_case};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// The picture on the page.
    seen: String,
    /// The claim of the page.
    #[serde(default)]
    claim: String,
    #[serde(flatten)]
    refusal: Refusal,
}

pub(crate) async fn confirm(
    visit: Visit,
    Path(case): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (id, seen) = named(&case, &entered)?;
    let done = decide(&visit, &id, seen, &entered.claim, None).await;
    answer(&visit, id, done, ("confirmed", Refusal::default())).await
}

pub(crate) async fn refuse(
    visit: Visit,
    Path(case): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (id, seen) = named(&case, &entered)?;
    let reason = entered.refusal.reason(&reasons(&visit, &id));
    let done = decide(&visit, &id, seen, &entered.claim, Some(&reason)).await;
    answer(&visit, id, done, ("refused", entered.refusal)).await
}

/// Decides, or notes what was decided where that can be taken back; then the case.
async fn decide(
    visit: &Visit,
    id: &Subject,
    picture: PictureId,
    claim: &str,
    refusal: Option<&str>,
) -> Result<Option<CaseId>, CaseError> {
    let reviews = &visit.app.outside.registration.identity_reviews;
    let at_once = async {
        match refusal {
            None => reviews.confirm(visit.decider(claim), id, picture).await,
            Some(why) => reviews.refuse(visit.decider(claim), id, picture, why).await,
        }
    };
    decided(visit, (id, &picture.to_string()), claim, refusal, at_once).await
}

fn named(case: &str, entered: &Entered) -> Result<(Subject, PictureId), Failure> {
    Ok((subject(case)?, entered.seen.parse().map_err(|_| Failure::Bad)?))
}

async fn answer(
    visit: &Visit,
    id: Subject,
    done: Result<Option<CaseId>, CaseError>,
    (word, refusal): (&'static str, Refusal),
) -> Result<Response, Failure> {
    let w = visit.words;
    let (status, text) = match done {
        Ok(case) => {
            let address = with_case(format!("/people?done={word}"), case);
            return Ok(Redirect::to(&address).into_response());
        }
        Err(error @ (CaseError::Forbidden(_) | CaseError::Store(_))) => return Err(error.into()),
        Err(CaseError::Reason(_)) => {
            let message = Message::of_refusal(w, refusal);
            return draw(visit, id, StatusCode::UNPROCESSABLE_ENTITY, Some(message)).await;
        }
        Err(CaseError::NotWaiting | CaseError::ToBeNoted) => (StatusCode::CONFLICT, w.t("people-gone")),
        Err(CaseError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, w.t("people-busy")),
        Err(CaseError::NotLooked) => (StatusCode::CONFLICT, w.t("people-not-looked")),
        Err(CaseError::Claimed(claim)) => (StatusCode::CONFLICT, claimed(w, &claim, claim.by == visit.staff.id).into()),
        Err(CaseError::Changed) => (StatusCode::CONFLICT, w.t("people-changed")),
        Err(CaseError::OtherAccount) => (StatusCode::CONFLICT, w.t("people-other-account")),
    };
    draw(visit, id, status, Some(Message::new(Tone::Care, text))).await
}
