//! Putting an account right: found by its number or by a document, looked at, then corrected, or given a code for another
//! password. For administrators; written to the audit of the account.

mod view;

use std::borrow::Cow;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use registration::desk::case::CaseKind;
use registration::desk::permits::Right;
use registration::model::document::{Document, DocumentKind};
use registration::model::person::{NameError, PersonName};
use registration::people::accounts::{AccountNumber, CorrectError, Corrected, StaffCodeError};
use serde::Deserialize;

use crate::accounts::found::{Found, found};
use crate::desk::frame::page;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

pub(crate) use view::{Correction, Outcome, body};

/// Whose account is to be corrected.
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
    /// Why, for the audit.
    #[serde(default)]
    pub(crate) reason: String,
}

/// The search, or the account of that account number: an address holds nothing else, as addresses are kept and shown.
pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.demand(Right::CorrectAccounts)?;
    let Ok(number) = asked.account.trim().parse::<AccountNumber>() else {
        return draw(&visit, StatusCode::OK, &Correction::Ask { typed: "" }, &Outcome::Nothing).await;
    };
    match visit.app.outside.registration.accounts.looked_at(&visit.staff, number).await? {
        Some(account) => {
            let found = found(&visit, account).await?;
            let entered = entered_of(&found);
            let correction = Correction::Mend { found: &found, entered: &entered };
            draw(&visit, StatusCode::OK, &correction, &Outcome::Nothing).await
        }
        None => unknown(&visit, "").await,
    }
}

/// Finds the account that an account number or a document number means.
pub(crate) async fn find(visit: Visit, Form(asked): Form<Asked>) -> Result<Response, Failure> {
    visit.demand(Right::CorrectAccounts)?;
    let typed = asked.account.trim();
    let accounts = visit.app.outside.registration.accounts.named_by(&visit.staff, typed).await?;
    match &accounts[..] {
        [] => unknown(&visit, typed).await,
        [account] => Ok(Redirect::to(&format!("/accounts/correct?account={}", account.number)).into_response()),
        several => draw(&visit, StatusCode::OK, &Correction::Choose { accounts: several }, &Outcome::Nothing).await,
    }
}

async fn unknown(visit: &Visit, typed: &str) -> Result<Response, Failure> {
    let outcome = Outcome::Refused(visit.words.t("correct-unknown").into_owned());
    draw(visit, StatusCode::NOT_FOUND, &Correction::Ask { typed }, &outcome).await
}

pub(crate) async fn correct(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    visit.demand(Right::CorrectAccounts)?;
    visit.demand_fresh()?;
    let found = posted(&visit, &entered.account).await?;
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

/// A code for another password, to be told.
pub(crate) async fn code(visit: Visit, Form(asked): Form<Asked>) -> Result<Response, Failure> {
    visit.demand(Right::TellCodes)?;
    visit.demand_fresh()?;
    let found = posted(&visit, &asked.account).await?;
    let accounts = &visit.app.outside.registration.accounts;
    let code = match accounts.code_by_staff(&visit.staff, found.account.number).await {
        Ok(code) => code,
        Err(StaffCodeError::Forbidden(_)) => return Err(Failure::Forbidden),
        Err(StaffCodeError::Unknown(_)) => return Err(Failure::NotFound),
        Err(StaffCodeError::Store(error)) => return Err(error.into()),
    };
    let w = visit.words;
    let said = w.with("correct-code", &[("code", code.into())]).into_owned();
    let outcome = Outcome::Done(vec![said, w.t("correct-code-how").into_owned()]);
    let entered = entered_of(&found);
    draw(&visit, StatusCode::OK, &Correction::Mend { found: &found, entered: &entered }, &outcome).await
}

/// A reload of an answer to a form.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/accounts/correct")
}

type Refusal = Cow<'static, str>;

/// The account that a form of ours names.
async fn posted(visit: &Visit, number: &str) -> Result<Found, Failure> {
    let number: AccountNumber = number.parse().map_err(|_| Failure::NotFound)?;
    let account = visit.app.outside.registration.accounts.looked_at(&visit.staff, number).await?;
    found(visit, account.ok_or(Failure::NotFound)?).await
}

/// Checks what was typed, and corrects the account.
async fn mend(
    visit: &Visit,
    found: &Found,
    entered: &Entered,
) -> Result<Result<Corrected, (StatusCode, Refusal)>, Failure> {
    let w = visit.words;
    let mistyped = |text: Refusal| Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, text)));
    let name: PersonName = match entered.name.parse() {
        Ok(name) => name,
        Err(NameError::Character(sign)) => {
            return mistyped(w.with("correct-bad-sign", &[("sign", sign.to_string().into())]));
        }
        Err(NameError::Empty | NameError::TooLong) => return mistyped(w.t("correct-bad-name")),
    };
    let kind = entered.kind.parse().unwrap_or(DocumentKind::ResidentId);
    let document = match (entered.number.trim(), &found.account.document) {
        ("", Some(document)) => document.clone(),
        (number, _) => match Document::parse(kind, number) {
            Ok(document) => document,
            Err(_) => return mistyped(w.t("correct-bad-number")),
        },
    };
    let accounts = &visit.app.outside.registration.accounts;
    match accounts.correct(&visit.staff, found.account.number, name, document, &entered.reason).await {
        Ok(corrected) => Ok(Ok(corrected)),
        Err(CorrectError::Reason(_)) => mistyped(w.t("correct-bad-reason")),
        Err(CorrectError::Same) => Ok(Err((StatusCode::CONFLICT, w.t("correct-same")))),
        Err(CorrectError::Taken) => Ok(Err((StatusCode::CONFLICT, w.t("correct-taken")))),
        Err(error @ (CorrectError::Forbidden(_) | CorrectError::Unknown(_) | CorrectError::Store(_))) => {
            Err(error.into())
        }
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
        reason: String::new(),
    }
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    correction: &Correction<'_>,
    outcome: &Outcome,
) -> Result<Response, Failure> {
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    // What was asked for may be a document's number: no link of the page repeats it.
    let path = match correction {
        Correction::Mend { found, .. } => format!("/accounts/correct?account={}", found.account.number),
        Correction::Ask { .. } | Correction::Choose { .. } => "/accounts/correct".to_owned(),
    };
    let mut frame = visit.frame(visit.words.t("correct-title"), &counts, &CaseKind::ALL);
    frame.path = &path;
    Ok((status, page(&frame, &body(visit.words, correction, outcome))).into_response())
}
