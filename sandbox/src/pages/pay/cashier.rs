//! The page to pay on, of every channel: pay, pay and close the window, go in without paying, go back. A card's bank is
//! chosen before.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderValue, StatusCode};
use jiff::SignedDuration;
use maud::{Markup, html};
use serde::Deserialize;
use url::Url;

use crate::desk::Desk;
use crate::digests::pairs;
use crate::pages::{till, till_message};
use crate::pay::books::NotPayable;
use crate::pay::clock::china;
use crate::pay::conduct::PayTwist;
use crate::pay::trade::{Channel, Product, Trade, TradeState, yuan};
use crate::pay::{Pay, key_of};
use crate::vendors::alipay::wap::return_address;
use crate::vendors::unionpay::front::{BANKS, bank_name, return_fields};

/// A code to be scanned is good so long, whatever the order's own time.
const CODE_LASTS: SignedDuration = SignedDuration::from_hours(2);

/// Which bank's page it is, where the merchant did not say.
#[derive(Debug, Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    bank: String,
}

pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    let trade = match opened(&desk.pay, &code) {
        Ok(trade) => trade,
        Err(response) => return response,
    };
    let bank = bank_name(trade.asked_text("issInsCode").unwrap_or(&chosen.bank));
    let page = if trade.channel == Channel::Unionpay && bank.is_none() { banks(&trade) } else { form(&trade, bank) };
    Html(page.into_string()).into_response()
}

/// The platform's own page: from here one goes on to a bank's.
fn banks(trade: &Trade) -> Markup {
    till(
        "选择银行",
        None,
        &html! {
            p class="above" { (trade.channel.name()) }
            h1 class="sum" { "¥" (yuan(trade.amount_fen)) }
            p { "选择付款银行" span lang="en" { " Choose the bank that pays" } }
            ul class="messages" {
                @for (code, name) in BANKS { li { a class="button second" href={ "?bank=" (code) } { (name) } } }
            }
        },
    )
}

pub(crate) async fn decide(State(desk): State<Arc<Desk>>, Path(code): Path<String>, body: Bytes) -> Response {
    let trade = match opened(&desk.pay, &code) {
        Ok(trade) => trade,
        Err(response) => return response,
    };
    let wish = pairs(&String::from_utf8_lossy(&body)).into_iter().find(|(name, _)| name == "wish");
    let wish = wish.map(|(_, wish)| wish).unwrap_or_default();
    if wish == "leave" {
        return Html(left(&trade).into_string()).into_response();
    }
    let key = key_of(&trade);
    let done = desk.pay.with(|books, now| {
        let seen = books.act(&key, now)?;
        if wish == "look" {
            return Ok(seen);
        }
        // What the buyer wants comes before what the channel was told to do.
        let twist = match wish.as_str() {
            "pay_less" => Some(PayTwist::Less),
            "pay_more" => Some(PayTwist::More),
            _ => desk.pay.conducted(key.0).take_payment(),
        };
        books.pay(&key, ("sandbox-buyer", false), twist, now)
    });
    match done {
        Ok(trade) if wish == "look" => Html(form(&trade, None).into_string()).into_response(),
        Ok(trade) => allowing(&trade, Html(paid(&trade, wish == "pay_and_close").into_string()).into_response()),
        Err(why) => refused(why),
    }
}

/// The trade, as long as somebody can pay for it here.
fn opened(pay: &Pay, code: &str) -> Result<Trade, Response> {
    let Some((trade, since)) = pay.by_code(code) else { return Err(gone()) };
    let is_code = matches!(trade.product, Product::Precreate | Product::Native);
    let is_over = trade.expires_at.is_some_and(|end| end <= pay.now());
    match trade.state {
        TradeState::Paid | TradeState::Finished => Err(refused(NotPayable::Paid)),
        _ if is_over => Err(refused(NotPayable::Expired)),
        TradeState::Closed => Err(refused(NotPayable::Closed)),
        _ if is_code && pay.now().duration_since(since) > CODE_LASTS => Err(gone()),
        TradeState::Offered | TradeState::Waiting => Ok(trade),
    }
}

fn gone() -> Response {
    let (title, words) = ("已失效", "二维码或链接已失效，请返回商户重新获取。");
    let page = till_message(title, words, "This code or page is over: go back and get another one.");
    (StatusCode::GONE, Html(page.into_string())).into_response()
}

fn refused(why: NotPayable) -> Response {
    let (title, words, english) = match why {
        NotPayable::Unknown => return gone(),
        NotPayable::Expired => {
            ("订单已超时", "订单已超过支付时间，不能再付款。", "Its time is over: nobody can pay any more.")
        }
        NotPayable::Closed => ("订单已关闭", "商户已关闭这笔订单。", "The merchant has closed this order."),
        NotPayable::Paid => ("订单已支付", "请勿重复付款。", "It is paid already: no money is taken twice."),
    };
    (StatusCode::CONFLICT, Html(till_message(title, words, english).into_string())).into_response()
}

fn form(trade: &Trade, bank: Option<&str>) -> Markup {
    let is_known = trade.state == TradeState::Waiting;
    till(
        "付款",
        None,
        &html! {
            p class="above" { (trade.channel.name()) @if let Some(bank) = bank { " · " (bank) } }
            h1 class="sum" { "¥" (yuan(trade.amount_fen)) }
            dl class="bill" {
                div { dt { "商品 For" } dd { (trade.subject) } }
                div { dt { "收款方 To" } dd { "考务沙盒" } }
                div { dt { "商户订单号 Number" } dd { (trade.number) } }
                @if let Some(end) = trade.expires_at {
                    div { dt { "请在此前付款 Before" } dd { (china(end).strftime("%m-%d %H:%M:%S").to_string()) } }
                }
            }
            form method="post" class="wishes" {
                button class="button" name="wish" value="pay" { "立即付款 Pay" }
                button class="button second" name="wish" value="pay_and_close" { "付款后不返回 Pay and stay away" }
                @if trade.channel == Channel::Alipay && !is_known {
                    button class="button second" name="wish" value="look" { "登录，先不付款 Log in, do not pay yet" }
                }
                button class="button second" name="wish" value="pay_less" {
                    "少付：¥" (yuan(PayTwist::Less.sum(trade.amount_fen))) " Pay too little"
                }
                button class="button second" name="wish" value="pay_more" {
                    "多付：¥" (yuan(PayTwist::More.sum(trade.amount_fen))) " Pay too much"
                }
                button class="button second" name="wish" value="leave" { "不付款，返回 Do not pay, go back" }
            }
            @if is_known && trade.channel == Channel::Alipay {
                p class="hint" { "支付宝现在知道这笔交易。" span lang="en" { "Alipay knows of the trade now." } }
            }
        },
    )
}

/// A page whose form goes back to the merchant says that it may.
fn allowing(trade: &Trade, mut response: Response) -> Response {
    let url = trade.return_url.as_deref().and_then(|back| Url::parse(back).ok());
    if let (Channel::Unionpay, Some(url)) = (trade.channel, url) {
        let own = format!("form-action 'self' {}", url.origin().ascii_serialization());
        let policy = pagekit::headers::CONTENT_SECURITY_POLICY.replace("form-action 'self'", &own);
        if let Ok(policy) = HeaderValue::try_from(policy) {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
    }
    response
}

fn paid(trade: &Trade, stays: bool) -> Markup {
    let back = back_of(trade).filter(|_| !stays);
    till(
        "付款成功",
        // A form waits for a finger.
        back.as_ref().filter(|_| trade.channel != Channel::Unionpay).map(|back| format!("2;url={back}")).as_deref(),
        &html! {
            p class="above" { (trade.channel.name()) }
            h1 { "付款成功 Paid" }
            p class="sum" { "¥" (yuan(trade.told_fen())) }
            @match back {
                Some(back) if trade.channel == Channel::Unionpay => form method="post" class="back" action=(back) {
                    @for (name, value) in return_fields(trade) { input type="hidden" name=(name) value=(value); }
                    button class="button" { "返回商户 Back to the merchant" }
                },
                Some(back) => p { a class="button" href=(back) { "返回商户 Back to the merchant" } },
                None => p class="hint" { "可以关闭这个页面了，商户会收到通知。"
                    span lang="en" { " You may close this page: the merchant is told." } },
            }
        },
    )
}

fn left(trade: &Trade) -> Markup {
    // Who does not pay goes where the merchant said, not where payers go.
    let back = trade.asked_text("quit_url").or(trade.return_url.as_deref()).map(str::to_owned);
    till(
        "没有付款",
        back.as_ref().map(|back| format!("1;url={back}")).as_deref(),
        &html! {
            h1 { "没有付款 Not paid" }
            @match back {
                Some(back) => p { a class="button" href=(back) { "返回商户 Back to the merchant" } },
                None => p class="hint" { "可以关闭这个页面了。" span lang="en" { " You may close this page." } },
            }
        },
    )
}

fn back_of(trade: &Trade) -> Option<String> {
    match (trade.channel, trade.product) {
        (Channel::Alipay, Product::Wap) => return_address(trade),
        (Channel::Alipay, _) => None,
        (Channel::WechatPay | Channel::Unionpay, _) => trade.return_url.clone(),
    }
}
