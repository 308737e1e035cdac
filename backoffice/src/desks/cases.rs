//! What pages of every desk ask about a case: to have it longer, to give it back, to take it over; and how the queues move.

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use registration::desk::case::{CaseId, CaseKind, ClaimToken};
use registration::desk::cases::{CLAIM_LASTS, CaseError, Move};
use serde::Deserialize;
use serde_json::json;

use crate::desk::claim::to_case;
use crate::desk::message::claimed;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// By which claim somebody has a case.
#[derive(Deserialize)]
pub(crate) struct Had {
    claim: String,
}

impl Had {
    pub(crate) fn token(&self) -> Result<ClaimToken, Failure> {
        self.claim.parse().map_err(|_| Failure::Bad)
    }
}

/// The case of a page, and by which claim it has it.
#[derive(Deserialize)]
pub(crate) struct Page {
    case: i64,
    #[serde(flatten)]
    had: Had,
}

impl Page {
    pub(crate) fn claim(&self) -> Result<(CaseId, ClaimToken), Failure> {
        Ok((CaseId(self.case), self.had.token()?))
    }
}

/// Has it longer: somebody uses the page. A conflict, with whose it is, when it is somebody else's.
pub(crate) async fn keep(visit: Visit, Path(case): Path<i64>, Form(had): Form<Had>) -> Result<Response, Failure> {
    let cases = &visit.app.outside.registration.cases;
    match cases.keep(&visit.staff, CaseId(case), had.token()?, CLAIM_LASTS).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(CaseError::Claimed(claim)) => {
            let said = claimed(visit.words, &claim, claim.by == visit.staff.id);
            Ok((StatusCode::CONFLICT, axum::Json(json!({ "message": said }))).into_response())
        }
        Err(CaseError::NotWaiting) => {
            let said = visit.words.t("case-lost");
            Ok((StatusCode::CONFLICT, axum::Json(json!({ "message": said }))).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Gives it back: the page was left.
pub(crate) async fn back(visit: Visit, Path(case): Path<i64>, Form(had): Form<Had>) -> Result<StatusCode, Failure> {
    visit.app.outside.registration.cases.give_back(&visit.staff, CaseId(case), had.token()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same by a button, and on to where all queues are.
pub(crate) async fn leave(visit: Visit, case: Path<i64>, had: Form<Had>) -> Result<Redirect, Failure> {
    back(visit, case, had).await?;
    Ok(home().await)
}

/// Takes it over from whoever has it.
pub(crate) async fn take_over(visit: Visit, Path(case): Path<i64>) -> Result<Response, Failure> {
    let cases = &visit.app.outside.registration.cases;
    Ok(to_case(&cases.take_over(&visit.staff, CaseId(case), CLAIM_LASTS).await?.subject))
}

/// Takes back what they decided. Too late, the page of the case says what became of it.
pub(crate) async fn undo(visit: Visit, Path(case): Path<i64>) -> Result<Response, Failure> {
    let cases = &visit.app.outside.registration.cases;
    match cases.take_back(&visit.staff, CaseId(case)).await {
        Ok(subject) => Ok(to_case(&subject)),
        Err(CaseError::NotWaiting) => {
            let found = cases.get(&visit.staff, CaseId(case)).await?.ok_or(Failure::NotFound)?;
            Ok(to_case(&found.subject))
        }
        Err(error) => Err(error.into()),
    }
}

/// A reload of what became a GET.
pub(crate) async fn home() -> Redirect {
    Redirect::to("/queues")
}

/// Which queues a page follows, and what it knows of them.
#[derive(Deserialize)]
pub(crate) struct Asked {
    kinds: String,
    #[serde(default)]
    known: String,
}

/// How the queues stand, as soon as that is another thing than what the page knows.
pub(crate) async fn moves(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let kinds = asked.kinds.split('.').map(str::parse::<CaseKind>).collect::<Result<Vec<_>, _>>();
    let kinds = kinds.map_err(|_| Failure::Bad)?;
    let known = u64::from_str_radix(&asked.known, 16).ok();
    let moves = visit.app.outside.registration.cases.follow(&visit.staff, &kinds, known).await?;
    let w = visit.words;
    let line = |one: Move| match one.by {
        Some((is_own, name)) => json!({
            "case": one.case.0, "own": is_own, "over": false,
            "said": if is_own { String::new() } else { w.with("queue-taken", &[("name", name.into())]).into_owned() },
        }),
        None => json!({ "case": one.case.0, "own": false, "over": true, "said": w.t("queue-over") }),
    };
    let body = json!({
        "revision": format!("{:x}", moves.revision),
        "waiting": moves.waiting,
        "free": moves.free,
        "said": w.with("waiting", &[("count", moves.waiting.into())]),
        "moves": moves.moves.into_iter().map(line).collect::<Vec<_>>(),
    });
    Ok(axum::Json(body).into_response())
}
