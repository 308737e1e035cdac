//! UnionPay's gateway, version 5.1.0: messages are forms, answers are pairs that are not encoded, and what signs them comes
//! with them. Whose signature is wrong learns only that.

mod bill;
mod envelope;
pub(crate) mod front;
mod message;
pub(crate) mod notice;
mod trade;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;

use crate::desk::Desk;
use crate::pay::conduct::Call as Purpose;
use crate::pay::trade::Channel;
use message::{Message, Refusal};

pub(crate) async fn call(State(desk): State<Arc<Desk>>, Path(file): Path<String>, body: Bytes) -> Response {
    answer(&desk, &file, &body).await
}

/// What the address and the kind of a message ask for.
fn purpose(desk: &Desk, file: &str, message: &Message) -> Option<Purpose> {
    match (file, message.text("txnType")) {
        ("queryTrans.do", "00") if trade::is_refund(desk, message.text("orderId")) => Some(Purpose::RefundQuery),
        ("queryTrans.do", "00") => Some(Purpose::Query),
        ("backTransReq.do", "04") => Some(Purpose::Refund),
        ("/", "76") => Some(Purpose::Bill),
        _ => None,
    }
}

pub(crate) async fn answer(desk: &Desk, file: &str, body: &[u8]) -> Response {
    let message = Message::of(body);
    let purpose = purpose(desk, file, &message);
    let wrong = purpose.and_then(|purpose| desk.pay.conducted(Channel::Unionpay).take_answer(purpose));
    let outcome = match (message.check(), purpose) {
        (Err(refusal), _) => Err(refusal),
        (Ok(()), None) => Err(Refusal("32", "无此交易权限")),
        (Ok(()), Some(_)) if wrong.is_some_and(|wrong| wrong.is_undone) => Err(envelope::BUSY),
        (Ok(()), Some(Purpose::Refund)) => trade::refund(desk, &message),
        (Ok(()), Some(Purpose::RefundQuery)) => trade::query_refund(desk, &message),
        (Ok(()), Some(Purpose::Bill)) => bill::file(desk, &message),
        (Ok(()), Some(_)) => trade::query(desk, &message),
    };
    let (twist, silence) = (wrong.map(|wrong| wrong.twist), desk.pay.conduct(Channel::Unionpay).silence_ms);
    envelope::sealed(&message, outcome, twist).send(twist, Duration::from_millis(silence)).await
}
