//! Invoices as files for whoever makes them: tax numbers stay text.

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::model::payment::invoice::Invoice;
use registration::model::payment::tax_number::TaxNumber;

use super::{Rows, Taken, too_many};
use crate::desk::message::Message;
use crate::failure::Failure;
use crate::finance::invoices::{Asked, draw, words};
use crate::finance::sheet::{Cell, at};
use crate::request::visit::Visit;

const HEADS: [&str; 9] = [
    key("money-order"),
    key("invoice-asked"),
    key("invoice-title"),
    key("invoice-code"),
    key("invoice-amount"),
    key("money-state"),
    key("invoice-issued"),
    key("invoice-to-credit"),
    key("invoice-credited"),
];

pub(crate) async fn csv(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let taken = taken(&visit, &asked, "csv").await?;
    Ok(super::csv(&visit, taken))
}

pub(crate) async fn xlsx(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let taken = taken(&visit, &asked, "xlsx").await?;
    match super::xlsx(&visit, taken).await? {
        Some(file) => Ok(file),
        None => {
            let message = Message::new(Tone::Bad, too_many(visit.words));
            draw(&visit, &asked, StatusCode::UNPROCESSABLE_ENTITY, Some(&message)).await
        }
    }
}

async fn taken(visit: &Visit, asked: &Asked, form: &str) -> Result<Taken, Failure> {
    let exam = asked.exam(visit).ok_or(Failure::NotFound)?;
    let payments = &visit.app.outside.registration.payments;
    payments.begin_invoice_export(&visit.staff, &asked.wanted(&exam), form).await?;
    let (app, staff, w, asked) = (visit.app.clone(), visit.staff.clone(), visit.words, asked.clone());
    Ok(Taken::new(w, "invoices", &HEADS, move |after| {
        let (app, staff, asked, exam) = (app.clone(), staff.clone(), asked.clone(), exam.clone());
        async move {
            let payments = &app.outside.registration.payments;
            let page = payments.invoice_export_page(&staff, &asked.wanted(&exam), after).await?;
            let rows: Rows = page.invoices.iter().map(|invoice| row(w, invoice)).collect();
            Ok((rows, page.next))
        }
    }))
}

fn row(w: Words, invoice: &Invoice) -> Vec<Cell> {
    let to_credit = invoice.to_credit();
    vec![
        Cell::Id(invoice.order.to_string()),
        at(Some(invoice.asked_at)),
        Cell::Text(invoice.title.name().to_owned()),
        Cell::Id(invoice.title.code().map(TaxNumber::to_string).unwrap_or_default()),
        Cell::Amount(Some(invoice.amount)),
        Cell::Text(words::stage(w, invoice.stage()).1),
        Cell::Amount(invoice.issued.map(|(amount, _)| amount)),
        Cell::Amount((to_credit.0 > 0).then_some(to_credit)),
        Cell::Amount(invoice.credited.map(|(amount, _)| amount)),
    ]
}
