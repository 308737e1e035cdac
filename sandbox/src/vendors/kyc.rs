//! `kyc1.qcloud.com`: tokens, tickets, the registration of a person, the login page, the record.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::check::{Decision, Kind, NewCheck};
use crate::desk::Desk;
use crate::digests::{is_same, random, sha1};
use crate::faults::{Fail, Service};
use crate::keys::{KYC_APP, KYC_SECRET};
use crate::pages;

const TOKEN_LASTS: Duration = Duration::from_secs(7_200);
const SIGN_LASTS: Duration = Duration::from_secs(3_600);
const NONCE_LASTS: Duration = Duration::from_secs(120);
const VERSION: &str = "1.0.0";
const ILLEGAL: &str = "400101";

type Pairs = Query<HashMap<String, String>>;

fn refusal(code: &str, message: &str) -> Json<Value> {
    Json(json!({ "code": code, "msg": message, "transactionTime": now() }))
}

fn now() -> String {
    Timestamp::now().to_zoned(TimeZone::UTC).strftime("%Y%m%d%H%M%S").to_string()
}

pub(crate) async fn access_token(State(desk): State<Arc<Desk>>, Query(query): Pairs) -> Json<Value> {
    let is = |name: &str, wanted: &str| query.get(name).is_some_and(|value| is_same(value, wanted));
    if !is("appId", KYC_APP) || !is("secret", KYC_SECRET) || !is("grant_type", "client_credential") {
        return refusal(ILLEGAL, "不合法请求");
    }
    let token = random();
    desk.tickets.put(&format!("TOKEN:{token}"), TOKEN_LASTS);
    Json(json!({ "code": "0", "msg": "请求成功", "transactionTime": now(), "access_token": token, "expire_in": 7200 }))
}

pub(crate) async fn api_ticket(State(desk): State<Arc<Desk>>, Query(query): Pairs) -> Json<Value> {
    let value = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let token = format!("TOKEN:{}", value("access_token"));
    if value("appId") != KYC_APP || !desk.tickets.beginning(&token).contains(&token) {
        return refusal(ILLEGAL, "不合法请求");
    }
    let ticket = random() + &random();
    let (lasts, known) = match (value("type"), value("user_id")) {
        ("SIGN", _) => (SIGN_LASTS, format!("SIGN:{ticket}")),
        ("NONCE", user) if !user.is_empty() => (NONCE_LASTS, format!("NONCE:{user}:{ticket}")),
        _ => return refusal(ILLEGAL, "type 或 user_id 不正确"),
    };
    desk.tickets.put(&known, lasts);
    let ticket = json!({ "value": ticket, "expire_in": lasts.as_secs().to_string() });
    Json(json!({ "code": "0", "msg": "请求成功", "transactionTime": now(), "tickets": [ticket] }))
}

/// The ticket of this kind with which the values come to the signature.
fn ticket_of(desk: &Desk, kind: &str, values: &[&str], sign: &str) -> Option<String> {
    desk.tickets.beginning(kind).into_iter().find(|known| {
        let mut values = values.to_vec();
        values.push(known.rsplit(':').next().unwrap_or_default());
        values.sort_unstable();
        is_same(&sha1(values.concat().as_bytes()), &sign.to_lowercase())
    })
}

/// `getAdvFaceId` and the older `geth5faceid`, which signs other values.
pub(crate) async fn register(State(desk): State<Arc<Desk>>, uri: http::Uri, Json(body): Json<Value>) -> Json<Value> {
    let fault = desk.fault(Service::TencentKyc).await;
    match fault {
        Some(Fail::Signature) => return refusal(ILLEGAL, "签名错误"),
        Some(Fail::Throttle) => return refusal("66660017", "验证次数超限"),
        Some(Fail::Balance) => return refusal("400604", "账户欠费"),
        Some(Fail::Unavailable | Fail::Timeout) => return refusal("999999", "网络不给力"),
        _ => {}
    }
    let value = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (app, order, user) = (value("appId"), value("orderNo"), value("userId"));
    let (name, number, nonce, sign) = (value("name"), value("idNo"), value("nonce"), value("sign"));
    let is_advanced = uri.path().ends_with("getAdvFaceId");
    let signed: &[&[&str]] = if is_advanced {
        &[&[app, user, VERSION, nonce], &[app, order, VERSION, nonce]]
    } else {
        &[&[app, order, name, number, user, VERSION]]
    };
    let is_signed = signed.iter().any(|values| ticket_of(&desk, "SIGN:", values, sign).is_some());
    if app != KYC_APP || value("version") != VERSION || !is_signed {
        return refusal(ILLEGAL, "签名错误");
    }
    let is_order = (1..=32).contains(&order.len()) && order.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_order || name.is_empty() || number.is_empty() || desk.checks.of_order(Kind::TencentKyc, order).is_some() {
        return refusal("400604", "参数不合法，或订单号重复");
    }
    let decided = (fault == Some(Fail::Mismatch)).then_some(Decision::Mismatch);
    let token = desk.checks.begin(NewCheck { kind: Kind::TencentKyc, order, return_url: "", decided });
    let id = if is_advanced { "faceId" } else { "h5faceId" };
    let result = json!({ "orderNo": order, id: token, "optimalDomain": desk.host, "success": true });
    Json(json!({ "code": "0", "msg": "请求成功", "result": result, "transactionTime": now() }))
}

/// Good once: the ticket is forgotten whatever happens next.
pub(crate) async fn login(State(desk): State<Arc<Desk>>, Query(query): Pairs) -> Response {
    let value = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let first = |one: &str, other: &str| -> String {
        Some(value(one)).filter(|one| !one.is_empty()).unwrap_or(value(other)).into()
    };
    let (app, token) = (first("appId", "webankAppId"), first("faceId", "h5faceId"));
    let (user, url) = (value("userId"), value("url"));
    let values = [app.as_str(), user, value("orderNo"), VERSION, &token, value("nonce")];
    let ticket = ticket_of(&desk, &format!("NONCE:{user}:"), &values, value("sign"));
    let is_address = url::Url::parse(url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    let (Some(ticket), true, true) = (ticket, app == KYC_APP, is_address) else {
        let words = "签名错误，或链接已使用、已过期（120 秒）。The signature is wrong, or the link was used or is older than 120 s.";
        return (StatusCode::FORBIDDEN, Html(pages::message("无法打开", words).into_string())).into_response();
    };
    desk.tickets.forget(&ticket);
    desk.checks.set_return_url(&token, url);
    Redirect::to(&format!("/checks/{token}")).into_response()
}

pub(crate) async fn record(State(desk): State<Arc<Desk>>, Json(body): Json<Value>) -> Json<Value> {
    let value = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (app, order, nonce) = (value("appId"), value("orderNo"), value("nonce"));
    let values = [app, order, VERSION, nonce];
    if app != KYC_APP || nonce.len() != 32 || ticket_of(&desk, "SIGN:", &values, value("sign")).is_none() {
        return refusal(ILLEGAL, "签名错误");
    }
    let Some(check) = desk.checks.of_order(Kind::TencentKyc, order) else {
        return refusal("66660011", "无此查询结果");
    };
    match code_of(check.decision) {
        "0" => {
            let photo = check.photo.as_ref().filter(|_| ["1", "2"].contains(&value("getFile")));
            let result = json!({
                "orderNo": order,
                "liveRate": "99",
                "similarity": format!("{:.2}", check.similarity()),
                "occurredTime": now(),
                "appId": app,
                "photo": photo.map(|photo| STANDARD.encode(photo)),
            });
            Json(json!({ "code": "0", "msg": "请求成功", "result": result, "transactionTime": now() }))
        }
        code => refusal(code, "核身未通过"),
    }
}

/// What a decision is called here.
pub(crate) fn code_of(decision: Option<Decision>) -> &'static str {
    match decision {
        None => "66660011",
        Some(Decision::Passed) => "0",
        Some(Decision::Failed) => "66660004",
        Some(Decision::Mismatch) => "66660010",
        Some(Decision::Cancelled) => "3003",
    }
}
