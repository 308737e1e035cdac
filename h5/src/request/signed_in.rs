//! Who is signed in, for what draws no page: pieces of pictures, pictures, answers to scripts. Their orders are not read.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::Method;
use http::request::Parts;
use jiff::Timestamp;
use pagekit::language::Language;
use pagekit::words::Words;
use registration::people::accounts::{Account, SignedInAccount};
use registration::store::StoreError;

use super::cookies::{phone_session, session};
use super::signing_in::signed_out::signed_out;
use crate::app::App;
use crate::catalogue::words;
use crate::failure::Failure;

/// A candidate who is signed in.
pub(crate) struct SignedIn {
    pub(crate) app: App,
    pub(crate) words: Words,
    pub(crate) account: Account,
}

/// The same, or the phone that scanned the candidate's code.
pub(crate) struct SignedInOrPhone(pub(crate) SignedIn);

/// The account that the request's session is of, if it is not over.
pub(crate) async fn account_of(parts: &Parts, app: &App, now: Timestamp) -> Result<Option<Account>, StoreError> {
    Ok(signed_in(parts, app, now).await?.map(|found| found.account))
}

/// The same, and when the session ends if nobody uses it any more.
pub(crate) async fn signed_in(parts: &Parts, app: &App, now: Timestamp) -> Result<Option<SignedInAccount>, StoreError> {
    let Some(session) = session::read(&parts.headers, &app.seal(), now) else { return Ok(None) };
    let found = app.outside.registration.accounts.signed_in(session.account, session.id).await?;
    Ok(found.filter(|found| session.is_of(&found.account)))
}

/// The account whose code this phone scanned.
pub(crate) async fn account_of_phone(parts: &Parts, app: &App, now: Timestamp) -> Result<Option<Account>, StoreError> {
    let Some(phone) = phone_session::read(&parts.headers, &app.seal(), now) else { return Ok(None) };
    // Where the owner signs out, here or everywhere, the phone is let out, too.
    let found = app.outside.registration.accounts.signed_in(phone.account, phone.owner).await?;
    Ok(found.map(|found| found.account).filter(|account| account.session_epoch == phone.epoch))
}

/// Counts what this candidate sends.
pub(crate) fn count(parts: &Parts, app: &App, account: &Account) -> Result<(), Failure> {
    if parts.method == Method::GET {
        return Ok(());
    }
    Ok(app.outside.limits.candidate(&account.id.0.to_string())?)
}

impl SignedIn {
    fn of(parts: &Parts, app: &App, account: Option<Account>) -> Result<Self, Response> {
        let Some(account) = account else {
            let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            return Err(signed_out(parts, path));
        };
        count(parts, app, &account).map_err(Failure::into_response)?;
        Ok(Self { app: app.clone(), words: words(Language::of(&parts.headers)), account })
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let account = account_of(parts, app, Timestamp::now()).await;
        Self::of(parts, app, account.map_err(|error| Failure::from(error).into_response())?)
    }
}

impl FromRequestParts<App> for SignedInOrPhone {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let now = Timestamp::now();
        let found = match account_of(parts, app, now).await {
            Ok(None) => account_of_phone(parts, app, now).await,
            found => found,
        };
        SignedIn::of(parts, app, found.map_err(|error| Failure::from(error).into_response())?).map(Self)
    }
}
