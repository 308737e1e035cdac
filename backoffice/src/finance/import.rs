//! The bill of a day as a file, from a channel's console: brought, and compared like one that was fetched.

pub(crate) mod form;

use axum::extract::Multipart;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use pagekit::words::Words;
use registration::desk::finance::{BILL_BYTES_MAX, FinanceError};
use registration::desk::permits::Right;
use registration::model::payment::Method;
use registration::reconciliation::ReconcileError;

use crate::finance::days::draw;
use crate::finance::frame::Telling;
use crate::finance::words;
use crate::request::failure::Failure;
use crate::request::upload::{Part, Upload};
use crate::request::visit::Visit;

/// Most bytes of the whole form.
pub(crate) const FORM_BYTES_MAX: usize = BILL_BYTES_MAX + 64 * 1024;

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/finance/days")
}

pub(crate) async fn take(visit: Visit, form: Multipart) -> Result<Response, Failure> {
    visit.demand(Right::MoveMoney)?;
    let (mut upload, mut channel, mut day, mut file) = (Upload::new(form), None, None, None);
    while let Some(part) = upload.next(BILL_BYTES_MAX).await? {
        match part {
            Part::Text(name, text) if name == "channel" => channel = text.parse::<Method>().ok(),
            Part::Text(name, text) if name == "day" => day = text.parse::<Date>().ok(),
            Part::Text(..) => {}
            Part::File { bytes, .. } => file = Some(bytes),
        }
    }
    let w = visit.words;
    let (Some(channel), Some(day)) = (channel, day) else {
        return refused(&visit, w.t("bill-file-which").into_owned()).await;
    };
    let file = match file {
        None => return refused(&visit, w.t("bill-file-none").into_owned()).await,
        Some(None) => {
            let most = (BILL_BYTES_MAX / 1024 / 1024).to_string();
            return refused(&visit, w.with("bill-file-large", &[("most", most.into())]).into_owned()).await;
        }
        Some(Some(file)) => file,
    };
    match visit.app.outside.registration.finance.import(&visit.staff, (channel, day), &file).await {
        Ok(_) => Ok(Redirect::to(&format!("/finance/days/{channel}/{day}?done=imported")).into_response()),
        Err(FinanceError::Reconcile(error)) => {
            let why = why(w, &error, (channel, day));
            refused(&visit, why).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Why a file was not taken in.
pub(crate) fn why(w: Words, error: &ReconcileError, (channel, day): (Method, Date)) -> String {
    let date = || pagekit::when::date(w.language, day);
    match error {
        ReconcileError::NotConfigured(_) => w.t("bill-no-channel"),
        ReconcileError::NotOver(_) => w.t("bill-not-over"),
        ReconcileError::OtherDay(_) => w.with("bill-other-day", &[("day", date().into())]),
        ReconcileError::OtherChannel(other) => w.with(
            "bill-other-channel",
            &[("channel", words::method(w, channel).into()), ("other", words::method(w, *other).into())],
        ),
        ReconcileError::Bill(error) => w.with("bill-file-failed", &[("why", error.to_string().into())]),
        ReconcileError::Store(_) => w.t("error-unavailable-text"),
    }
    .into_owned()
}

async fn refused(visit: &Visit, why: String) -> Result<Response, Failure> {
    draw(visit, None, &Telling::unusable(why)).await
}
