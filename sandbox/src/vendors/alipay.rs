//! Alipay's gateway, second version: one address, told apart by `method`. Whose `sign` is wrong learns only that.

pub(crate) mod bill;
mod envelope;
pub(crate) mod notice;
mod request;
mod trade;
pub(crate) mod wap;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

use crate::desk::Desk;
use crate::pay::conduct::Call as Purpose;
use crate::pay::trade::Channel;
use crate::vendors::call::Call;
use request::Parameters;

fn purpose(method: &str) -> Option<Purpose> {
    Some(match method {
        "alipay.trade.precreate" => Purpose::Order,
        "alipay.trade.query" => Purpose::Query,
        "alipay.trade.close" => Purpose::Close,
        "alipay.trade.refund" => Purpose::Refund,
        "alipay.trade.fastpay.refund.query" => Purpose::RefundQuery,
        "alipay.data.dataservice.bill.downloadurl.query" => Purpose::Bill,
        _ => return None,
    })
}

pub(crate) async fn gateway(
    State(desk): State<Arc<Desk>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = Parameters::of(&Call { method, uri, headers, body });
    let conduct = desk.pay.conduct(Channel::Alipay);
    let checked = parameters.check(conduct.is_certificate_mode);
    let name = parameters.text("method");
    if name == "alipay.trade.wap.pay" {
        return wap::open(&desk, &parameters, checked);
    }
    let purpose = purpose(&name);
    let wrong = purpose.and_then(|purpose| desk.pay.conducted(Channel::Alipay).take_answer(purpose));
    let is_undone = wrong.is_some_and(|wrong| wrong.is_undone);
    let outcome = match (checked, purpose) {
        (Err(refusal), _) => Err(refusal),
        (Ok(()), None) => Err(envelope::UNAVAILABLE),
        (Ok(()), Some(_)) if is_undone => Err(envelope::UNAVAILABLE),
        (Ok(()), Some(Purpose::Order)) => trade::precreate(&desk, &parameters),
        (Ok(()), Some(Purpose::Close)) => trade::close(&desk, &parameters),
        (Ok(()), Some(Purpose::Refund)) => trade::refund(&desk, &parameters),
        (Ok(()), Some(Purpose::RefundQuery)) => trade::query_refund(&desk, &parameters),
        (Ok(()), Some(Purpose::Bill)) => bill::address(&desk, &parameters),
        (Ok(()), Some(_)) => trade::query(&desk, &parameters),
    };
    let twist = wrong.map(|wrong| wrong.twist);
    let answer = envelope::sealed(&parameters, outcome, twist);
    answer.send(twist, Duration::from_millis(conduct.silence_ms)).await
}
