//! Takes in the picture of the payment: the clock stops, staff decide.

use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderId, OrderState};
use registration::pictures::clean::{PICTURE_BYTES_MAX, PictureError};
use registration::seats::HandInError;
use registration::store::StoreError;

use crate::failure::Failure;
use crate::pages::order::{instead, refused};
use crate::request::next::with_said;
use crate::request::order::{find_now, page_of};
use crate::request::sent::picture::{SentPicture, picture_or_upload};
use crate::request::signed_in::SignedIn;
use crate::request::visit::Candidate;
use crate::words::choice::subject;

/// A reload of a refused upload that became a GET: back to the order.
pub(crate) async fn back(candidate: SignedIn, Path(order): Path<String>) -> Result<Redirect, Failure> {
    let (order, _) = find_now(&candidate.app, &candidate.account, &order).await?;
    Ok(Redirect::to(&format!("/orders/{}", order.id)))
}

pub(crate) async fn hand_in(
    candidate: Candidate,
    Path(order): Path<String>,
    form: Multipart,
) -> Result<Response, Failure> {
    let (part, upload) = picture_or_upload(form).await?;
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let w = candidate.visit.words;
    let orders = &candidate.visit.app.outside.registration.orders;
    // A picture that comes with the form is newer than what has arrived.
    let (bytes, is_upload) = match (part, upload) {
        (SentPicture::File(bytes), _) => (bytes, false),
        (SentPicture::TooLarge, _) => {
            let error = HandInError::Picture(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX });
            return not_taken(&candidate, &order, &exam, error).await;
        }
        (SentPicture::Nothing, Some(key)) => match orders.uploaded(candidate.account.id, order.id, key).await? {
            Some(bytes) => (bytes, true),
            // The same form twice: the first one was answered into nothing.
            None if order.state == OrderState::WaitingReview => return Ok(to_receipt(&order)),
            None => return nothing(w, &candidate, &order, &exam).await,
        },
        (SentPicture::Nothing, None) => return nothing(w, &candidate, &order, &exam).await,
    };
    let result = orders.hand_in(candidate.account.id, order.id, bytes).await;
    if is_upload && matches!(result, Ok(_) | Err(HandInError::Picture(_))) {
        orders.forget_upload(candidate.account.id, order.id).await?;
    }
    match result {
        Ok(order) => Ok(to_receipt(&order)),
        Err(error) => not_taken(&candidate, &order, &exam, error).await,
    }
}

/// Hands in once more what was refused.
pub(crate) async fn again(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let orders = &candidate.visit.app.outside.registration.orders;
    // Tapped twice.
    if order.state == OrderState::WaitingReview {
        return Ok(to_receipt(&order));
    }
    let Some(jpeg) = orders.screenshot(candidate.account.id, order.id).await? else {
        return nothing(candidate.visit.words, &candidate, &order, &exam).await;
    };
    match orders.hand_in(candidate.account.id, order.id, jpeg.into()).await {
        Ok(order) => Ok(to_receipt(&order)),
        Err(error) => not_taken(&candidate, &order, &exam, error).await,
    }
}

fn to_receipt(order: &Order) -> Response {
    Redirect::to(&format!("/orders/{}/receipt", order.id)).into_response()
}

async fn nothing(w: Words, candidate: &Candidate, order: &Order, exam: &Exam) -> Result<Response, Failure> {
    let text = w.t("upload-none").into_owned();
    refused(candidate, order, exam, StatusCode::UNPROCESSABLE_ENTITY, text).await
}

/// Where a picture that was not taken leads.
async fn not_taken(candidate: &Candidate, order: &Order, exam: &Exam, error: HandInError) -> Result<Response, Failure> {
    match error {
        HandInError::Store(error) => Err(error.into()),
        HandInError::UnknownOrder => Err(Failure::NotFound),
        HandInError::Superseded(other) => Ok(Redirect::to(&elsewhere(candidate, other).await?).into_response()),
        HandInError::Full { .. } | HandInError::Begun(_) => late(candidate, order, exam, &error).await,
        error => match in_its_place(candidate, exam, order, &error).await? {
            Some(other) => Ok(Redirect::to(&elsewhere(candidate, other).await?).into_response()),
            None => {
                let (status, text) = sentence(candidate.visit.words, exam, &error, candidate.visit.now);
                refused(candidate, order, exam, status, text).await
            }
        },
    }
}

/// Where a picture leads that came when the seat had gone: it is kept where another sitting can be had for it.
async fn late(candidate: &Candidate, order: &Order, exam: &Exam, error: &HandInError) -> Result<Response, Failure> {
    if let Some(page) = instead::for_picture(candidate, order, exam).await? {
        // What arrived in pieces is the one that is kept.
        candidate.visit.app.outside.registration.orders.forget_upload(candidate.account.id, order.id).await?;
        return Ok(page);
    }
    let (status, text) = sentence(candidate.visit.words, exam, error, candidate.visit.now);
    refused(candidate, order, exam, status, text).await
}

/// The order for which this one's seat was given, on another tab or device. Where a part may have several orders none
/// stands for another: its payment is another subject's.
async fn in_its_place(
    candidate: &Candidate,
    exam: &Exam,
    order: &Order,
    error: &HandInError,
) -> Result<Option<OrderId>, StoreError> {
    let is_given_back = matches!(error, HandInError::NotPayable(OrderState::Released | OrderState::Cancelled));
    let orders = candidate.visit.orders_of(exam).await?;
    let mut others = orders.iter().filter(|other| other.part == order.part && other.state.is_live());
    Ok(others.next().filter(|_| is_given_back && !exam.is_many(&order.part)).map(|other| other.id))
}

/// The page of the order that has this one's place, which says that the picture was not taken.
async fn elsewhere(candidate: &Candidate, other: OrderId) -> Result<String, StoreError> {
    Ok(with_said(&page_of(&candidate.visit, other).await?, "late"))
}

/// The same where the file is no picture of an order.
fn picture_sentence(w: Words, fault: PictureError) -> (StatusCode, String) {
    let status = match fault {
        PictureError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let text = match fault {
        PictureError::TooLarge { limit_bytes } => {
            w.with("upload-too-large", &[("limit", (limit_bytes / (1024 * 1024)).into())])
        }
        PictureError::NotAPicture => w.t("upload-not-a-picture"),
        PictureError::Heic => w.t("upload-heic"),
        PictureError::Damaged => w.t("upload-damaged"),
        PictureError::TooManyPixels { .. } => w.t("upload-too-many-pixels"),
        PictureError::TooLong { limit_pixels } => w.with("upload-too-long", &[("limit", limit_pixels.into())]),
        PictureError::TooSmall { width, height } => {
            w.with("upload-too-small", &[("width", width.into()), ("height", height.into())])
        }
        PictureError::Blank => w.t("upload-blank"),
        PictureError::NoText => w.t("upload-no-text"),
    };
    (status, text.into_owned())
}

/// The status and what the candidate reads.
fn sentence(w: Words, exam: &Exam, error: &HandInError, now: Timestamp) -> (StatusCode, String) {
    let (status, text) = match error {
        HandInError::Picture(fault) => return picture_sentence(w, *fault),
        HandInError::TooManyPictures(count) => {
            (StatusCode::TOO_MANY_REQUESTS, w.with("upload-too-many", &[("count", (*count).into())]))
        }
        HandInError::NeedsFirst(id) => {
            (StatusCode::CONFLICT, w.with("upload-needs-first", &[("subject", subject(w, exam, id).into())]))
        }
        HandInError::OtherChosen(_) => (StatusCode::CONFLICT, w.t("upload-other-chosen")),
        HandInError::Lapsed => (StatusCode::CONFLICT, w.t("upload-lapsed-closed")),
        HandInError::Begun(_) => (StatusCode::CONFLICT, w.t("upload-lapsed-begun")),
        HandInError::Locked(lock) => {
            let until = when::dated(w.language, lock.until, now);
            (StatusCode::CONFLICT, w.with("upload-locked", &[("when", until.into())]))
        }
        HandInError::NotByPicture => (StatusCode::CONFLICT, w.t("upload-not-by-picture")),
        HandInError::Full { .. } => (StatusCode::CONFLICT, w.t("upload-lapsed-full")),
        HandInError::NotPayable(_) | HandInError::Superseded(_) | HandInError::UnknownOrder => {
            (StatusCode::CONFLICT, w.t("upload-not-now"))
        }
        HandInError::Busy | HandInError::Unavailable(_) | HandInError::Store(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, w.t("upload-busy"))
        }
    };
    (status, text.into_owned())
}
