//! Correcting who an account says to be, by the number that the candidate tells: found first, looked at, then corrected.
//! For administrators; written to the audit of the account.

mod view;

use std::borrow::Cow;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use registration::accounts::{Account, AccountNumber, CorrectError, Corrected};
use registration::document::{Document, DocumentKind};
use registration::person::PersonName;
use registration::staff::Role;
use registration::steps::IdentityState;
use serde::Deserialize;

use crate::failure::Failure;
use crate::view::page;
use crate::visit::Visit;

pub(crate) use view::{Correction, Outcome, body};

/// Whose account.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) account: String,
}

/// What is right, as typed.
#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) account: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) kind: String,
    /// Empty: the document stays as it is.
    #[serde(default)]
    pub(crate) number: String,
}

/// An account as it is, for staff.
pub(crate) struct Found {
    pub(crate) account: Account,
    pub(crate) identity: IdentityState,
    pub(crate) is_login: bool,
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    administrators(&visit)?;
    if asked.account.trim().is_empty() {
        return draw(&visit, StatusCode::OK, &Correction::Ask { typed: "" }, &Outcome::Nothing).await;
    }
    match found(&visit, &asked.account).await? {
        Ok(found) => {
            let entered = entered_of(&found);
            draw(&visit, StatusCode::OK, &Correction::Mend { found: &found, entered: &entered }, &Outcome::Nothing)
                .await
        }
        Err(refusal) => unknown(&visit, &asked.account, refusal).await,
    }
}

pub(crate) async fn correct(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    administrators(&visit)?;
    let found = match found(&visit, &entered.account).await? {
        Ok(found) => found,
        Err(refusal) => return unknown(&visit, &entered.account, refusal).await,
    };
    match mend(&visit, &found, &entered).await? {
        Ok(corrected) => {
            let outcome = Outcome::Done(done(&visit, corrected));
            draw(&visit, StatusCode::OK, &Correction::Ask { typed: "" }, &outcome).await
        }
        Err((status, refusal)) => {
            let correction = Correction::Mend { found: &found, entered: &entered };
            draw(&visit, status, &correction, &Outcome::Refused(refusal.into_owned())).await
        }
    }
}

type Refusal = Cow<'static, str>;

/// The account that the number names, or why there is none.
async fn found(visit: &Visit, typed: &str) -> Result<Result<Found, Refusal>, Failure> {
    let w = visit.words;
    let Ok(number) = typed.parse::<AccountNumber>() else { return Ok(Err(w.t("rebind-number"))) };
    let registration = &visit.app.outside.registration;
    let Some(account) = registration.accounts.account(number.account()).await? else {
        return Ok(Err(w.with("rebind-unknown", &[("number", number.to_string().into())])));
    };
    let identity = registration.identity.state(account.id).await?;
    let is_login = registration.accounts.signs_in_by_document(account.id).await?;
    Ok(Ok(Found { account, identity, is_login }))
}

/// Checks what was typed, and corrects the account.
async fn mend(
    visit: &Visit,
    found: &Found,
    entered: &Entered,
) -> Result<Result<Corrected, (StatusCode, Refusal)>, Failure> {
    let w = visit.words;
    let mistyped = |text: Refusal| Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, text)));
    let Ok(name) = entered.name.parse::<PersonName>() else { return mistyped(w.t("correct-bad-name")) };
    let kind = entered.kind.parse().unwrap_or(DocumentKind::ResidentId);
    let document = match (entered.number.trim(), &found.account.document) {
        ("", Some(document)) => document.clone(),
        (number, _) => match Document::parse(kind, number) {
            Ok(document) => document,
            Err(_) => return mistyped(w.t("correct-bad-number")),
        },
    };
    let accounts = &visit.app.outside.registration.accounts;
    match accounts.correct(&visit.staff, found.account.number, name, document).await {
        Ok(corrected) => Ok(Ok(corrected)),
        Err(CorrectError::Forbidden) => Err(Failure::Forbidden),
        Err(CorrectError::Unknown(_)) => Err(Failure::NotFound),
        Err(CorrectError::Same) => Ok(Err((StatusCode::CONFLICT, w.t("correct-same")))),
        Err(CorrectError::Taken) => Ok(Err((StatusCode::CONFLICT, w.t("correct-taken")))),
        Err(CorrectError::Store(error)) => Err(error.into()),
    }
}

/// What to tell the candidate, sentence by sentence.
fn done(visit: &Visit, corrected: Corrected) -> Vec<String> {
    let w = visit.words;
    let mut all = vec![w.t("correct-done")];
    all.extend(corrected.has_new_login.then(|| w.t("correct-done-login")));
    all.extend(corrected.must_prove.then(|| w.t("correct-done-prove")));
    if corrected.reviews > 0 {
        all.push(w.with("correct-done-reviews", &[("count", corrected.reviews.into())]));
    }
    all.into_iter().map(Cow::into_owned).collect()
}

fn entered_of(found: &Found) -> Entered {
    let account = &found.account;
    Entered {
        account: account.number.to_string(),
        name: account.name.as_ref().map(|name| name.expose().to_owned()).unwrap_or_default(),
        kind: account.document.as_ref().map(|document| document.kind().as_str().to_owned()).unwrap_or_default(),
        number: String::new(),
    }
}

fn administrators(visit: &Visit) -> Result<(), Failure> {
    if visit.staff.role == Role::Administrator { Ok(()) } else { Err(Failure::Forbidden) }
}

async fn unknown(visit: &Visit, typed: &str, refusal: Refusal) -> Result<Response, Failure> {
    let outcome = Outcome::Refused(refusal.into_owned());
    draw(visit, StatusCode::UNPROCESSABLE_ENTITY, &Correction::Ask { typed }, &outcome).await
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    correction: &Correction<'_>,
    outcome: &Outcome,
) -> Result<Response, Failure> {
    let waiting = visit.app.outside.registration.reviews.count().await?;
    let frame = visit.frame(visit.words.t("correct-title"), waiting);
    Ok((status, page(&frame, &body(visit.words, correction, outcome))).into_response())
}
