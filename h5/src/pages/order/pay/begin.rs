//! Begins a payment, or goes on with the one that was begun, and leads to where the channel is. And back from there:
//! coming back proves nothing.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::OrderId;
use registration::model::payment::Method;
use registration::payments::{Going, PayRefusal, Payer, Start, Surface};
use serde::Deserialize;

use super::By;
use crate::failure::Failure;
use crate::pages::order::not_begun;
use crate::request::order::find_now;
use crate::request::signed_in::SignedIn;
use crate::request::surface::named;
use crate::request::visit::Candidate;
use crate::words::pay::refusal;

/// What the form has.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    #[serde(flatten)]
    by: By,
    #[serde(default)]
    on: String,
    #[serde(default)]
    bank: String,
}

pub(crate) async fn pay(
    candidate: Candidate,
    headers: HeaderMap,
    Path(order): Path<String>,
    Form(wish): Form<Wish>,
) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let (visit, by, surface) =
        (&candidate.visit, wish.by.channel()?, named(&wish.on).unwrap_or(candidate.visit.surface));
    let base = visit.app.base_url(&headers);
    let (notify_url, return_url) = (notify_url(&base, by), return_url(&base, by, order.id));
    let payer = Payer {
        surface,
        // The listener says of every request where it comes from.
        ip: visit.address.ok_or(Failure::Broken)?,
        subject: subject(visit.words, &exam),
        notify_url: &notify_url,
        return_url: &return_url,
        bank: Some(wish.bank.as_str()).filter(|bank| !bank.is_empty() && by == Method::Bank),
    };
    let payments = &visit.app.outside.registration.payments;
    match payments.pay(candidate.account.id, order.id, by, &payer).await {
        Ok(Going::Start { start, .. }) => Ok(Redirect::to(&going_path(order.id, by, &start)).into_response()),
        Ok(Going::Paid) => Ok(to_order(order.id)),
        Err(PayRefusal::Store(error)) => Err(error.into()),
        Err(PayRefusal::UnknownOrder) => Err(Failure::NotFound),
        Err(why) => match refusal(visit.words, &why) {
            Some((status, text)) => not_begun(&candidate, &order, &exam, (status, text.into_owned())).await,
            None => Ok(to_order(order.id)),
        },
    }
}

/// A browser that comes back from the channel, whatever the address says happened there.
pub(crate) async fn back(candidate: SignedIn, Path(order): Path<String>) -> Result<Redirect, Failure> {
    let (order, _) = find_now(&candidate.app, &candidate.account, &order).await?;
    Ok(Redirect::to(&format!("/orders/{}/going?asked=1", order.id)))
}

/// The same by a form of the channel's, which carries what it signed. Nothing of it is read: the channel is asked.
pub(crate) async fn brought_back(Path((_, order)): Path<(String, String)>) -> Result<Redirect, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    Ok(Redirect::to(&format!("/orders/{order}/back")))
}

fn to_order(order: OrderId) -> Response {
    Redirect::to(&format!("/orders/{order}")).into_response()
}

/// The page that waits for the money. Only what opens an app is gone on to at once.
fn going_path(order: OrderId, by: Method, start: &Start) -> String {
    let go = if matches!(start, Start::Go { .. }) { "&go=1" } else { "" };
    format!("/orders/{order}/going?by={by}{go}")
}

/// Where a channel tells what became of a payment.
fn notify_url(base: &str, by: Method) -> String {
    format!("{base}/pay/{by}/notify")
}

/// Where a browser comes back to. A bank's platform brings it by a form, which no page of the site takes from elsewhere.
fn return_url(base: &str, by: Method, order: OrderId) -> String {
    match by {
        Method::Bank => format!("{base}/pay/{by}/back/{order}"),
        _ => format!("{base}/orders/{order}/back"),
    }
}

/// What is paid for, as the channel's page shows it.
fn subject(w: Words, exam: &Exam) -> &str {
    let text = exam.rules.payment.item.as_ref().unwrap_or(&exam.title);
    w.pick(&text.zh, &text.en)
}

/// Which kind of screen a start is for: an app opens on a phone, a code is scanned from a desk, a bank is anywhere.
pub(super) fn surface_of(start: &Start) -> Option<Surface> {
    match start {
        Start::Go { .. } => Some(Surface::Phone),
        Start::Scan { .. } => Some(Surface::Desk),
        Start::Send(_) => None,
    }
}
