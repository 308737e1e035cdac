//! Payments as files, with what was asked for on the list.

use axum::response::Response;
use pagekit::words::{Words, key};
use registration::desk::finance::EXPORT_PAGE_MAX;
use registration::model::payment::listed::Listed;

use super::{Begun, Export, Rows, Taken};
use crate::finance::frame::Telling;
use crate::finance::list::{Asked, draw};
use crate::finance::sheet::{Cell, at};
use crate::finance::words;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 13] = [
    key("money-begun"),
    key("money-paid-at"),
    key("money-ours"),
    key("money-order"),
    key("money-exam"),
    key("money-method"),
    key("money-state"),
    key("money-wanted"),
    key("money-came"),
    key("money-refunded"),
    key("money-refunding"),
    key("money-reference"),
    key("money-why"),
];

/// The payments that the list shows.
pub(crate) struct Payments;

impl Export for Payments {
    type Asked = Asked;

    async fn begin(visit: &Visit, asked: &Asked, form: &'static str) -> Result<Begun, Failure> {
        let wanted = asked.wanted();
        visit.app.outside.registration.finance.begin_export(&visit.staff, &wanted, form).await?;
        let (app, staff, w) = (visit.app.clone(), visit.staff.clone(), visit.words);
        Ok(Begun::Taken(Taken::new(w, "payments", &HEADS, move |after| {
            let (app, staff, wanted) = (app.clone(), staff.clone(), wanted.clone());
            async move {
                let page = app.outside.registration.finance.export_page(&staff, &wanted, after).await?;
                let next = page.last().filter(|_| page.len() >= EXPORT_PAGE_MAX).map(Listed::bookmark);
                let rows: Rows = page.iter().map(|listed| row(w, listed)).collect();
                Ok((rows, next))
            }
        })))
    }

    async fn again(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
        draw(visit, asked, telling).await
    }
}

/// A payment as a row.
fn row(w: Words, listed: &Listed) -> Vec<Cell> {
    let payment = &listed.payment;
    let orders: Vec<String> = payment.orders.iter().map(|(order, _)| order.to_string()).collect();
    let exam = listed.exam.as_ref().map(ToString::to_string);
    vec![
        at(Some(payment.created_at)),
        at(listed.paid_at.or(payment.received_at)),
        Cell::Id(payment.number()),
        Cell::Id(orders.join(" ")),
        Cell::Text(exam.unwrap_or_default()),
        Cell::Text(words::method(w, payment.method)),
        Cell::Text(words::state_of(w, payment).1),
        Cell::Amount(Some(payment.amount)),
        Cell::Amount(payment.received),
        Cell::Amount(Some(listed.refunded)),
        Cell::Amount(Some(listed.refunding)),
        Cell::Id(payment.reference.clone().unwrap_or_default()),
        Cell::Text(payment.reason.clone().unwrap_or_default()),
    ]
}
