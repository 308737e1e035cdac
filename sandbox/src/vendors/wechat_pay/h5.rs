//! The page that an `h5_url` opens: only from a registered site, outside WeChat, within five minutes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use url::{Host, Url};

use crate::desk::Desk;
use crate::pages;
use crate::pay::key_of;
use crate::pay::trade::{Channel, Product, Trade};

const PAGE_LASTS: SignedDuration = SignedDuration::from_mins(5);

/// Checks what the real page checks, then goes to the page to pay on.
pub(crate) async fn open(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let conduct = desk.pay.conduct(Channel::WechatPay);
    let is_registered = |address: &str| {
        let host = Url::parse(address).ok().and_then(|url| url.host().map(|host| host.to_owned()));
        host.is_some_and(|host: Host| conduct.h5_hosts.contains(&host.to_string()))
    };
    if text("user-agent").contains("MicroMessenger") {
        return refused("请在微信外打开订单，进行支付", "This page does not open inside WeChat.");
    }
    let referer = text("referer");
    if referer.is_empty() {
        return refused("商家参数格式有误，请联系商家解决", "The request named no Referer.");
    }
    if !is_registered(referer) {
        return refused("商家存在未配置的参数，请联系商家解决", "The Referer is no registered site of the merchant's.");
    }
    let back = query.get("redirect_url");
    if back.is_some_and(|back| !is_registered(back)) {
        return refused("商家参数格式有误，请联系商家解决", "redirect_url is no registered site of the merchant's.");
    }
    let code = query.get("prepay_id").map(String::as_str).unwrap_or_default();
    let known = desk.pay.by_code(code).filter(|(trade, _)| trade.product == Product::H5);
    let Some((trade, since)) = known else {
        return refused("支付请求已失效，请重新发起支付", "This page is over: order again.");
    };
    if desk.pay.now().duration_since(since) > PAGE_LASTS {
        return refused("支付请求已失效，请重新发起支付", "This page is over after five minutes: order again.");
    }
    if conduct.is_address_checked && !is_payer(&trade, from) {
        return refused(
            "网络环境未能通过安全验证，请稍后再试",
            "The page is opened from another address than was said.",
        );
    }
    let back = back.map_or_else(|| referer.to_owned(), String::clone);
    desk.pay.with(|books, _| books.set_return(&key_of(&trade), &back));
    axum::response::Redirect::to(&format!("/pay/{code}")).into_response()
}

fn is_payer(trade: &Trade, from: SocketAddr) -> bool {
    let said = trade.asked.pointer("/scene_info/payer_client_ip").and_then(serde_json::Value::as_str);
    said.is_some_and(|said| said.parse() == Ok(from.ip()))
}

fn refused(words: &str, english: &str) -> Response {
    let page = pages::till_message("微信支付：无法支付", &format!("{words}。"), english);
    (StatusCode::FORBIDDEN, Html(page.into_string())).into_response()
}
