//! The code of the school's payment page as a picture that can be saved.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use pagekit::qr_code::code;

use crate::failure::Failure;
use crate::request::order::find_now;
use crate::request::signed_in::SignedIn;

pub(crate) async fn show(candidate: SignedIn, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.app, &candidate.account, &order).await?;
    let picture = code(&exam.payment_url).ok_or(Failure::Broken)?;
    let headers = [
        (CONTENT_TYPE, "image/png".to_owned()),
        (CACHE_CONTROL, "private, max-age=600".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"payment-{}.png\"", order.id)),
    ];
    Ok((headers, picture).into_response())
}
