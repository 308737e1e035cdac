//! WeChat Pay's interface, third version: every call is signed over its raw bytes, every answer but a bill's as well.

mod answer;
pub(crate) mod authorization;
mod bill;
mod body;
pub(crate) mod h5;
pub(crate) mod notice;
mod order;
mod refund;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::desk::Desk;
use crate::digests::percent_decoded;
use crate::pay::clock::rfc3339;
use crate::pay::conduct::{Call as Purpose, Conduct};
use crate::pay::keys::{WECHAT_PLATFORM_CERT, WECHAT_PLATFORM_SERIAL};
use crate::pay::rsa::Key;
use crate::pay::trade::{Channel, Product};
use crate::vendors::call::Call;
use answer::{Reply, sealed, wanted_key};
use authorization::{Problem, problem};
use order::Named;

/// What is asked for.
enum Asked<'a> {
    Order(Product),
    Query(Named<'a>),
    Close(&'a str),
    Refund,
    QueryRefund(&'a str),
    RedirectRefund(&'a str),
    Certificates,
    Bill,
    BillFile,
}

impl<'a> Asked<'a> {
    fn of(method: &Method, path: &[&'a str]) -> Option<Self> {
        Some(match (method.as_str(), path) {
            ("POST", ["v3", "pay", "transactions", "h5"]) => Self::Order(Product::H5),
            ("POST", ["v3", "pay", "transactions", "native"]) => Self::Order(Product::Native),
            ("GET", ["v3", "pay", "transactions", "out-trade-no", number]) => Self::Query(Named::Number(number)),
            ("GET", ["v3", "pay", "transactions", "id", reference]) => Self::Query(Named::Reference(reference)),
            ("POST", ["v3", "pay", "transactions", "out-trade-no", number, "close"]) => Self::Close(number),
            ("POST", ["v3", "refund", "domestic", "refunds"]) => Self::Refund,
            ("GET", ["v3", "refund", "domestic", "refunds", number]) => Self::QueryRefund(number),
            ("POST", ["v3", "refund", "domestic", "refunds", reference, "apply-abnormal-refund"]) => {
                Self::RedirectRefund(reference)
            }
            ("GET", ["v3", "certificates"]) => Self::Certificates,
            ("GET", ["v3", "bill", "tradebill"]) => Self::Bill,
            ("GET", ["v3", "billdownload", "file"]) => Self::BillFile,
            _ => return None,
        })
    }

    fn purpose(&self) -> Purpose {
        match self {
            Self::Order(_) => Purpose::Order,
            Self::Query(_) => Purpose::Query,
            Self::Close(_) => Purpose::Close,
            Self::Refund | Self::RedirectRefund(_) => Purpose::Refund,
            Self::QueryRefund(_) => Purpose::RefundQuery,
            Self::Certificates => Purpose::Certificates,
            Self::Bill => Purpose::Bill,
            Self::BillFile => Purpose::BillFile,
        }
    }
}

pub(crate) async fn call(
    State(desk): State<Arc<Desk>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = Call { method, uri, headers, body };
    let conduct = desk.pay.conduct(Channel::WechatPay);
    let decoded: Vec<String> = call
        .uri
        .path()
        .split('/')
        .skip(1)
        .map(|part| String::from_utf8_lossy(&percent_decoded(part.as_bytes())).into_owned())
        .collect();
    let path: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let asked = Asked::of(&call.method, &path);
    let wrong = asked.as_ref().and_then(|asked| desk.pay.conducted(Channel::WechatPay).take_answer(asked.purpose()));
    let checked = authorization::check(&call).and_then(|()| wanted_key(&call, conduct.has_no_certificate));
    let key = checked.as_ref().map_or(Key::Wechat, |key| *key);
    let outcome = match (checked, asked) {
        (Err(problem), _) => Err(problem),
        (Ok(_), _) if wrong.is_some_and(|wrong| wrong.is_undone) => {
            Err(problem(500, "SYSTEM_ERROR", "系统异常，请稍后重试"))
        }
        (Ok(_), None) => Err(problem(404, "RESOURCE_NOT_EXISTS", "请求的资源不存在")),
        (Ok(_), Some(asked)) => answered(&desk, &call, &asked, &conduct),
    };
    let twist = wrong.map(|wrong| wrong.twist);
    sealed(key, outcome, twist).send(twist, Duration::from_millis(conduct.silence_ms)).await
}

fn answered(desk: &Desk, call: &Call, asked: &Asked<'_>, conduct: &Conduct) -> Result<Reply, Problem> {
    match asked {
        Asked::Order(product) => order::order(desk, call, *product),
        Asked::Query(named) => order::query(desk, call, named),
        Asked::Close(number) => order::close(desk, call, number),
        Asked::Refund => refund::refund(desk, call),
        Asked::QueryRefund(number) => refund::query(desk, number),
        Asked::RedirectRefund(reference) => refund::redirect(desk, call, reference),
        Asked::Certificates => certificates(conduct.has_no_certificate),
        Asked::Bill => bill::address(desk, call),
        Asked::BillFile => bill::file(desk, call),
    }
}

/// Merchants that began with a public key have none.
fn certificates(has_none: bool) -> Result<Reply, Problem> {
    if has_none {
        return Err(problem(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥"));
    }
    let (since, year) = (Timestamp::now(), SignedDuration::from_hours(365 * 24));
    Ok(Reply::Json(json!({ "data": [{
        "serial_no": WECHAT_PLATFORM_SERIAL,
        "effective_time": rfc3339(since.checked_sub(year).unwrap_or(since)),
        "expire_time": rfc3339(since.checked_add(year * 4).unwrap_or(since)),
        "encrypt_certificate": notice::encrypted(WECHAT_PLATFORM_CERT.as_bytes(), "certificate"),
    }] })))
}
