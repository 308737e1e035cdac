//! Which order a request is about.

use std::sync::Arc;

use registration::model::exam::{Exam, ExamSitting};
use registration::model::order::{Order, OrderId, OrderState};
use registration::people::accounts::Account;
use registration::store::StoreError;

use crate::app::App;
use crate::failure::Failure;
use crate::request::visit::{Candidate, Visit};

/// The candidate's order of that number, with its exam: for a page, as it was read a moment ago with all of them.
pub(crate) async fn find(candidate: &Candidate, order: &str) -> Result<(Order, Arc<Exam>), Failure> {
    let Candidate { visit, account } = candidate;
    let id: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    match visit.orders().await?.iter().find(|known| known.id == id) {
        Some(known) => {
            let exam = visit.app.outside.registration.exams.get(&known.exam).ok_or(Failure::NotFound)?;
            Ok((known.clone(), exam))
        }
        // Of very many orders the oldest are not read with every page.
        None => find_now(&visit.app, account, order).await,
    }
}

/// The same, as it is now: for what is done with it, however long the form was on its way.
pub(crate) async fn find_now(app: &App, account: &Account, order: &str) -> Result<(Order, Arc<Exam>), Failure> {
    let id: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    let registration = &app.outside.registration;
    let order = registration.orders.get(account.id, id).await?.ok_or(Failure::NotFound)?;
    let exam = registration.exams.get(&order.exam).ok_or(Failure::NotFound)?;
    Ok((order, exam))
}

/// Where the candidate looks at an order: its receipt, once something was handed in.
pub(crate) async fn page_of(visit: &Visit, order: OrderId) -> Result<String, StoreError> {
    let known = visit.orders().await?.iter().find(|known| known.id == order);
    let is_in = known.is_some_and(|order| matches!(order.state, OrderState::WaitingReview | OrderState::Confirmed));
    Ok(format!("/orders/{order}{}", if is_in { "/receipt" } else { "" }))
}

/// The order of these that has this sitting.
pub(crate) fn own<'a>(mut orders: impl Iterator<Item = &'a Order>, sitting: &ExamSitting) -> Option<&'a Order> {
    orders.find(|order| order.sittings.iter().any(|seat| seat.sitting == sitting.id))
}

/// The live order that has the place of one that is over, where a part may have only one.
pub(crate) fn instead<'a>(exam: &Exam, orders: &'a [Order], over: &Order) -> Option<&'a Order> {
    let has_place = |other: &&Order| other.id != over.id && other.part == over.part && other.state.is_live();
    orders.iter().find(has_place).filter(|_| !exam.is_many(&over.part))
}
