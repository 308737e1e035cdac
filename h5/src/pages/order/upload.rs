//! A picture of a payment on its way: pieces that arrive, how far it is, and what has arrived or was handed in, to look at.

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use pagekit::when;
use registration::seats::ReceiveError;

use crate::failure::Failure;
use crate::request::order::find_now;
use crate::request::sent::upload::{Asked, picture, progress, refused, sentence};
use crate::request::signed_in::SignedIn;

/// Takes a piece; what is answered stands in [`upload`](crate::request::sent::upload).
pub(crate) async fn receive(
    candidate: SignedIn,
    Path(order): Path<String>,
    Query(asked): Query<Asked>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let order = order.parse().map_err(|_| Failure::NotFound)?;
    let piece = asked.piece(bytes)?;
    let w = candidate.words;
    match candidate.app.outside.registration.orders.receive(candidate.account.id, order, piece).await {
        Ok(received) => Ok(asked.received(received)),
        Err(ReceiveError::UnknownOrder) => Err(Failure::NotFound),
        Err(ReceiveError::NotPayable(_)) => Ok(sentence(w.t("upload-not-now").into_owned())),
        Err(ReceiveError::Locked(until)) => {
            let until = when::dated(w.language, until, Timestamp::now());
            Ok(sentence(w.with("upload-locked", &[("when", until.into())]).into_owned()))
        }
        Err(ReceiveError::Upload(error)) => refused(w, error),
    }
}

/// How far an upload is.
pub(crate) async fn look(
    candidate: SignedIn,
    Path(order): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let order = order.parse().map_err(|_| Failure::NotFound)?;
    let orders = &candidate.app.outside.registration.orders;
    let received = orders.received(candidate.account.id, order, asked.key()?).await?;
    Ok(progress(StatusCode::OK, received, false))
}

/// What has arrived and was not handed in yet, as it came.
pub(crate) async fn arrived(candidate: SignedIn, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, _) = find_now(&candidate.app, &candidate.account, &order).await?;
    let orders = &candidate.app.outside.registration.orders;
    let Some(key) = orders.arrived(candidate.account.id, order.id).await? else { return Err(Failure::NotFound) };
    let found = orders.uploaded(candidate.account.id, order.id, key).await?.ok_or(Failure::NotFound)?;
    let media_type = if found.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
    Ok(picture(media_type, found.into()))
}

/// What was handed in last.
pub(crate) async fn handed_in(candidate: SignedIn, Path(order): Path<String>) -> Result<Response, Failure> {
    let order = order.parse().map_err(|_| Failure::NotFound)?;
    let found = candidate.app.outside.registration.orders.screenshot(candidate.account.id, order).await?;
    found.map(|jpeg| picture("image/jpeg", jpeg)).ok_or(Failure::NotFound)
}
