//! Whether the money of an order has moved, as a word for the page that waits for it. Asking asks the channel, too.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use registration::payments::Looking;

use crate::failure::Failure;
use crate::request::order::find_now;
use crate::request::signed_in::SignedIn;
use crate::view::order::money::money_mark;

/// `{"state":"…"}`: a mark of all that pages say of the money.
pub(crate) async fn show(candidate: SignedIn, Path(order): Path<String>) -> Result<Response, Failure> {
    let id = order.parse().map_err(|_| Failure::NotFound)?;
    let payments = &candidate.app.outside.registration.payments;
    let money = payments.page(candidate.account.id, id, Looking::Person).await?.ok_or(Failure::NotFound)?;
    let (order, _) = find_now(&candidate.app, &candidate.account, &order).await?;
    let mark = money_mark(&order, &money, Timestamp::now());
    Ok(([(CONTENT_TYPE, "application/json")], format!("{{\"state\":\"{mark}\"}}")).into_response())
}
