//! Pages that browsers keep to be read without a network (`assets/offline.js`): tickets and receipts. They say whose they are
//! and until when they are kept.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::HeaderName;
use jiff::{SignedDuration, Timestamp};
use registration::model::ids::AccountId;

/// Whose page it is: another's on the same browser takes its place.
const OWNER: HeaderName = HeaderName::from_static("kept-owner");
/// Until when it is kept, in milliseconds since 1970.
const UNTIL: HeaderName = HeaderName::from_static("kept-until");
/// So long after the exam it can still be read: results may be asked for by its number.
const AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The page, to be kept until a day after the exam is over. Where nothing says when that is, it is not kept.
pub(crate) fn kept(page: impl IntoResponse, account: AccountId, over_at: Option<Timestamp>) -> Response {
    let mut response = page.into_response();
    if let Some(over_at) = over_at {
        let until = (over_at + AFTER).as_millisecond().to_string();
        if let (Ok(owner), Ok(until)) = (HeaderValue::try_from(mark(account)), HeaderValue::try_from(until)) {
            response.headers_mut().insert(OWNER, owner);
            response.headers_mut().insert(UNTIL, until);
        }
    }
    response
}

/// Tells accounts apart, and nothing of them.
fn mark(account: AccountId) -> String {
    let mut hasher = DefaultHasher::new();
    account.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
