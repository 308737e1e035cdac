//! The code that a channel's app scans, as a picture.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use pagekit::qr_code::code;
use registration::payments::{Looking, Start};

use super::By;
use crate::failure::Failure;
use crate::request::order::find_now;
use crate::request::signed_in::SignedIn;

pub(crate) async fn show(
    candidate: SignedIn,
    Path(order): Path<String>,
    Query(by): Query<By>,
) -> Result<Response, Failure> {
    let (order, _) = find_now(&candidate.app, &candidate.account, &order).await?;
    let by = by.channel()?;
    let payments = &candidate.app.outside.registration.payments;
    let money = payments.page(candidate.account.id, order.id, Looking::Nobody).await?.ok_or(Failure::NotFound)?;
    let said = money.attempts.iter().filter(|attempt| attempt.method == by).find_map(|attempt| match &attempt.start {
        Some(Start::Scan { code, .. }) => Some(code),
        Some(Start::Go { .. } | Start::Send(_)) | None => None,
    });
    let picture = code(said.ok_or(Failure::NotFound)?).ok_or(Failure::Broken)?;
    let headers = [
        (CONTENT_TYPE, "image/png".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"payment-{}.png\"", order.id)),
    ];
    Ok((headers, picture).into_response())
}
