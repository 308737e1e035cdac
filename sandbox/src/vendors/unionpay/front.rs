//! `frontTransReq`: no call but a form that the buyer's browser brings; it is led on to the bank's page, or to a list of
//! banks. And the form that brings it back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value};

use super::envelope::signed;
use super::message::{MALFORMED, MISSING, Message, Refusal, time};
use super::notice::payment;
use crate::desk::Desk;
use crate::digests::random;
use crate::pages;
use crate::pay::books::{Clash, NewTrade};
use crate::pay::key_of;
use crate::pay::trade::{Channel, Product, Trade};

/// Banks by their short names, as the sandbox plays them.
pub(crate) const BANKS: [(&str, &str); 15] = [
    ("ICBC", "中国工商银行"),
    ("ABC", "中国农业银行"),
    ("BOC", "中国银行"),
    ("CCB", "中国建设银行"),
    ("COMM", "交通银行"),
    ("PSBC", "中国邮政储蓄银行"),
    ("CMB", "招商银行"),
    ("CITIC", "中信银行"),
    ("CEB", "中国光大银行"),
    ("CMBC", "中国民生银行"),
    ("SPDB", "浦发银行"),
    ("CIB", "兴业银行"),
    ("HXB", "华夏银行"),
    ("GDB", "广发银行"),
    ("PAB", "平安银行"),
];

/// What the bank with this short name is called.
pub(crate) fn bank_name(code: &str) -> Option<&'static str> {
    BANKS.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

pub(crate) async fn open(State(desk): State<Arc<Desk>>, body: Bytes) -> Response {
    let message = Message::of(&body);
    match message.check().and_then(|()| offer(&desk, &message)) {
        Ok(code) => Redirect::to(&format!("/pay/{code}")).into_response(),
        Err(Refusal(code, words)) => {
            let words = format!("{words}（{code}）。请返回商户，重新发起支付。");
            let page = pages::till_message("银联：订单有误", &words, "The order was refused: go back and begin again.");
            (StatusCode::BAD_REQUEST, Html(page.into_string())).into_response()
        }
    }
}

/// Writes the order into the books, with a code that opens it.
fn offer(desk: &Desk, message: &Message) -> Result<String, Refusal> {
    let is_gateway = message.text("txnType") == "01"
        && message.text("txnSubType") == "01"
        && message.text("bizType") == "000201"
        && message.text("currencyCode") == "156"
        && ["07", "08"].contains(&message.text("channelType"));
    if !is_gateway {
        return Err(MALFORMED);
    }
    let (number, amount_fen) = (message.order()?, message.amount()?);
    let [front, back] = ["frontUrl", "backUrl"].map(|name| message.text(name));
    if front.is_empty() || back.is_empty() {
        return Err(MISSING);
    }
    let bank = message.text("issInsCode");
    if !bank.is_empty() && bank_name(bank).is_none() {
        return Err(Refusal("44", "输入号码错误或暂未开通此项业务"));
    }
    let ends = message.text("payTimeout");
    let expires_at = if ends.is_empty() { None } else { Some(time(ends).ok_or(MALFORMED)?) };
    let asked: Map<String, Value> = message.fields().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let code = random();
    desk.pay.with(|books, now| {
        if let Some(known) = books.trade(Channel::Unionpay, number)
            && known.asked_text("txnTime") != Some(message.text("txnTime"))
        {
            return Err(Refusal("12", "重复交易"));
        }
        let new = NewTrade {
            channel: Channel::Unionpay,
            product: Product::Gateway,
            number,
            amount_fen,
            subject: subject(message.text("riskRateInfo")),
            expires_at,
            notify_url: Some(back),
            return_url: Some(front),
            asked: asked.into(),
        };
        let offered = books.offer(new, now).map_err(|clash| match clash {
            Clash::Paid | Clash::Differs => Refusal("12", "重复交易"),
            Clash::Closed => Refusal("39", "交易不在受理时间范围内"),
        })?;
        books.issue(&key_of(&offered), &code, now);
        Ok(code)
    })
}

/// `{commodityName=…}`
fn subject(text: &str) -> &str {
    text.trim_matches(['{', '}']).split('&').find_map(|part| part.strip_prefix("commodityName=")).unwrap_or("商品")
}

/// What the browser brings back to the merchant: the same as the news. It proves nothing.
pub(crate) fn return_fields(trade: &Trade) -> Vec<(&'static str, String)> {
    signed(payment(trade, None))
}
