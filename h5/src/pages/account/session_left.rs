//! How long the sign-in still lasts, for the script that says so before it ends. To ask does not count as a use.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use jiff::{SignedDuration, Timestamp};
use registration::people::accounts::Left;

use crate::app::App;
use crate::failure::Failure;
use crate::request::cookies::session;
use crate::request::signing_in::signed_out::to_sign_in_again;

/// What lasts no longer is about to end: two minutes, and what an answer takes.
const SOON: SignedDuration = SignedDuration::from_secs(130);

/// `{"left":"on","seconds":7200}`: it goes on for so long at least; or `idle` or `last`: it is about to end, because nobody
/// used it or however much it is used.
pub(crate) async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    let over = || to_sign_in_again("/me");
    let Some(session) = session::read(&headers, &app.seal(), Timestamp::now()) else { return Ok(over()) };
    let accounts = &app.outside.registration.accounts;
    let (left, seconds) = match accounts.time_left(session.account, session.id, SOON).await? {
        Left::AtLeast(left) => ("on", left.as_secs()),
        Left::Idle => ("idle", 0),
        Left::Last => ("last", 0),
        Left::Nothing => return Ok(over()),
    };
    let answer = format!("{{\"left\":\"{left}\",\"seconds\":{seconds}}}");
    Ok(([(CONTENT_TYPE, "application/json")], answer).into_response())
}
