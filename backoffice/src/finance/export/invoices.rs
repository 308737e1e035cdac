//! Invoices as files for whoever makes them: tax numbers stay text.

use axum::response::Response;
use pagekit::words::{Words, key};
use registration::model::payment::invoice::Invoice;
use registration::model::payment::tax_number::TaxNumber;

use super::{Begun, Export, Rows, Taken};
use crate::finance::frame::Telling;
use crate::finance::invoices::{Asked, draw, words};
use crate::finance::sheet::{Cell, at};
use crate::request::failure::Failure;
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

/// The invoices that the list shows.
pub(crate) struct Invoices;

impl Export for Invoices {
    type Asked = Asked;

    async fn begin(visit: &Visit, asked: &Asked, form: &'static str) -> Result<Begun, Failure> {
        let exam = asked.exam(visit).ok_or(Failure::NotFound)?;
        let payments = &visit.app.outside.registration.payments;
        payments.begin_invoice_export(&visit.staff, &asked.wanted(&exam), form).await?;
        let (app, staff, w, asked) = (visit.app.clone(), visit.staff.clone(), visit.words, asked.clone());
        Ok(Begun::Taken(Taken::new(w, "invoices", &HEADS, move |after| {
            let (app, staff, asked, exam) = (app.clone(), staff.clone(), asked.clone(), exam.clone());
            async move {
                let payments = &app.outside.registration.payments;
                let page = payments.invoice_export_page(&staff, &asked.wanted(&exam), after).await?;
                let rows: Rows = page.invoices.iter().map(|invoice| row(w, invoice)).collect();
                Ok((rows, page.next))
            }
        })))
    }

    async fn again(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
        draw(visit, asked, telling).await
    }
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
