//! What is done about a payment: money goes back, somebody agrees, the channel is asked.

use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use registration::Fen;
use registration::desk::finance::FinanceError;
use registration::model::payment::PaymentId;
use registration::model::payment::refund::RefundId;
use registration::payments::RefundError;

use super::{After, Entered, draw};
use crate::finance::frame::Telling;
use crate::finance::numbered::{Of, done};
use crate::finance::words::refund_state;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Wants a refund: sent at once, or waiting for a second person.
pub(crate) async fn refund(
    visit: Visit,
    Of(id): Of<PaymentId>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let order = entered.order.parse().map_err(|_| Failure::Bad)?;
    let Ok(amount) = entered.amount.trim().trim_start_matches('¥').parse::<Fen>() else {
        let telling = Telling::unusable(visit.words.t("refund-refused-figure"));
        return draw(&visit, id, After::Refused(telling, Some(&entered))).await;
    };
    let (finance, limit) = (&visit.app.outside.registration.finance, visit.app.outside.refund_alone_max);
    if amount > limit {
        visit.demand_fresh()?;
    }
    match finance.refund(&visit.staff, (id, order), amount, (&entered.reason, limit)).await {
        Ok(_) => Ok(done(id, if amount > limit { "asked" } else { "refunded" })),
        Err(error) => refused(&visit, id, error, Some(&entered)).await,
    }
}

/// Agrees to a refund, withdraws it, or has it sent again.
pub(crate) async fn decide(visit: Visit, Path((refund, act)): Path<(String, String)>) -> Result<Response, Failure> {
    let id = RefundId::of_number(&refund).ok_or(Failure::NotFound)?;
    // What waits for a second person is above what one gives alone.
    if matches!(act.as_str(), "agree" | "by-hand-agree") {
        visit.demand_fresh()?;
    }
    let finance = &visit.app.outside.registration.finance;
    let (decided, word) = match act.as_str() {
        "agree" => (finance.decide_refund(&visit.staff, id, true).await, "agreed"),
        "withdraw" => (finance.decide_refund(&visit.staff, id, false).await, "withdrawn"),
        "by-hand-agree" => (finance.decide_by_hand(&visit.staff, id, true).await, "hand"),
        "by-hand-undo" => (finance.decide_by_hand(&visit.staff, id, false).await, "hand-undone"),
        "again" => (finance.refund_again(&visit.staff, id).await, "again"),
        _ => return Err(Failure::NotFound),
    };
    match decided {
        Ok(payment) => Ok(done(payment, word)),
        Err(error) => {
            let payment = finance.payment_of(id).await?;
            refused(&visit, payment, error, None).await
        }
    }
}

/// Asks the channel now.
pub(crate) async fn ask(visit: Visit, Of(id): Of<PaymentId>) -> Result<Response, Failure> {
    visit.app.outside.registration.finance.ask(&visit.staff, id).await?;
    Ok(done(id, "heard"))
}

/// The payment again, with why it was not done.
pub(super) async fn refused(
    visit: &Visit,
    id: PaymentId,
    error: FinanceError,
    entered: Option<&Entered>,
) -> Result<Response, Failure> {
    let w = visit.words;
    let (status, text) = match error {
        FinanceError::Reason(_) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("refund-refused-reason")),
        FinanceError::Refund(RefundError::Amount(left)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, w.with("refund-refused-amount", &[("left", left.to_string().into())]))
        }
        FinanceError::Refund(RefundError::Whole(left)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, w.with("refund-refused-whole", &[("left", left.to_string().into())]))
        }
        FinanceError::Refund(RefundError::Settling) => (StatusCode::CONFLICT, w.t("refund-refused-settling")),
        FinanceError::Refund(RefundError::Twice) => (StatusCode::CONFLICT, w.t("refund-refused-twice")),
        FinanceError::Refund(RefundError::SamePerson) => (StatusCode::CONFLICT, w.t("refund-refused-same")),
        FinanceError::Refund(RefundError::Tied) => (StatusCode::CONFLICT, w.t("refund-refused-tied")),
        FinanceError::Refund(RefundError::Reference) => {
            (StatusCode::UNPROCESSABLE_ENTITY, w.t("hand-refused-reference"))
        }
        FinanceError::Refund(RefundError::ByChannel) => (StatusCode::CONFLICT, w.t("hand-refused-channel")),
        FinanceError::Refund(RefundError::Expired) => (StatusCode::CONFLICT, w.t("refund-refused-expired")),
        FinanceError::Refund(RefundError::Moved(state)) => {
            (StatusCode::CONFLICT, w.with("refund-refused-moved", &[("state", refund_state(w, state).1.into())]))
        }
        other => return Err(other.into()),
    };
    draw(visit, id, After::Refused(Telling::refused(status, text), entered)).await
}
