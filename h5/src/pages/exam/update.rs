//! 更新: channels are asked once more after what is unpaid, and the exam's page shows what they said.

use axum::extract::Path;
use axum::response::Redirect;
use registration::model::order::OrderState;
use registration::payments::Looking;

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::visit::{Candidate, WithOrders};

pub(crate) async fn ask(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
) -> Result<Redirect, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    let payments = &candidate.visit.app.outside.registration.payments;
    let orders = candidate.visit.orders_of(&exam).await?;
    for order in orders.iter().filter(|order| matches!(order.state, OrderState::Unpaid | OrderState::Lapsed)) {
        payments.page(candidate.account.id, order.id, Looking::Person).await?;
    }
    Ok(Redirect::to(&format!("{}#mine", path_of(&exam))))
}
