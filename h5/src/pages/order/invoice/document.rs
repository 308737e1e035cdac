//! The documents that the finance office has handed back, to download.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use registration::model::order::OrderId;
use registration::payments::InvoiceDocument;

use crate::failure::Failure;
use crate::request::signed_in::SignedIn;

pub(crate) async fn invoice(candidate: SignedIn, Path(order): Path<String>) -> Result<Response, Failure> {
    send(&candidate, &order, InvoiceDocument::Invoice, "invoice").await
}

pub(crate) async fn credit_note(candidate: SignedIn, Path(order): Path<String>) -> Result<Response, Failure> {
    send(&candidate, &order, InvoiceDocument::CreditNote, "credit-note").await
}

/// The document as a file: a name may stand in it, so that nothing on the way keeps it.
async fn send(
    candidate: &SignedIn,
    order: &str,
    which: InvoiceDocument,
    name: &'static str,
) -> Result<Response, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    let payments = &candidate.app.outside.registration.payments;
    let found = payments.invoice_document(candidate.account.id, order, which).await?.ok_or(Failure::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}-{order}.pdf\"")),
    ];
    Ok((headers, found).into_response())
}
