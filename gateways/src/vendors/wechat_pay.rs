//! WeChat Pay's API v3: <https://pay.weixin.qq.com/doc/v3/merchant/4012062524>.
//!
//! Variables: `SEATHOLD_WECHAT_PAY_MCHID`, `SEATHOLD_WECHAT_PAY_APPID`; `SEATHOLD_WECHAT_PAY_KEY` (secret: the
//! merchant's private key, apiclient_key.pem) and `SEATHOLD_WECHAT_PAY_SERIAL` (the number of the merchant's
//! certificate) or `SEATHOLD_WECHAT_PAY_CERT` (the certificate itself, apiclient_cert.pem);
//! `SEATHOLD_WECHAT_PAY_API_V3_KEY` (secret, 32 characters). WeChat Pay's own signatures are verified by
//! `SEATHOLD_WECHAT_PAY_PUBLIC_KEY` with `SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID` (PUB_KEY_ID_…), by
//! `SEATHOLD_WECHAT_PAY_PLATFORM_CERT` (one certificate or several), or by both;
//! `SEATHOLD_WECHAT_PAY_VERIFY_WITH` (`key` or `certificate`) says with which of them answers are asked for (default:
//! the key, if there is one). `SEATHOLD_WECHAT_PAY_API_URL` (default `https://api.mch.weixin.qq.com`).
//! `SEATHOLD_WECHAT_PAY_H5_DOMAIN` (the host registered for H5 payment, if it shall be compared) and
//! `SEATHOLD_WECHAT_PAY_REFUND_FROM` (`AVAILABLE`: refunds come from the available balance).
//!
//! In reading order: [`config`] and [`check`], [`signature`], [`mod@line`], [`trade`], [`notification`], [`bill`].

mod bill;
mod check;
mod config;
mod line;
mod notification;
mod signature;
mod trade;

use jiff::{SignedDuration, Timestamp, civil};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::pay::bill::{Bill, BillError};
use crate::pay::charge::{Charge, OrderCall, Start, Surface};
use crate::pay::error::PayError;
use crate::pay::news::{News, NotGenuine};
use crate::pay::remark::Remark;
use crate::pay::status::{PaymentStatus, RefundOrder, RefundStatus};
use crate::pay::words::{self, check_charge, in_china, plain};
pub use config::WechatPayConfig;
use line::{Answer, Line};
use trade::{NotOurs, Transaction};

const H5: &str = "h5";
const NATIVE: &str = "native";
const DESCRIPTION_BYTES_MAX: usize = 127;
const REASON_BYTES_MAX: usize = 80;
/// The cashier's address dies after five minutes, a code after two hours, whatever the order says.
const H5_LASTS: SignedDuration = SignedDuration::from_mins(5);
const CODE_LASTS: SignedDuration = SignedDuration::from_hours(2);

#[derive(Debug)]
pub(crate) struct WechatPay(Line);

#[derive(Serialize)]
struct Order<'a> {
    appid: &'a str,
    mchid: &'a str,
    description: String,
    out_trade_no: &'a str,
    time_expire: String,
    notify_url: &'a str,
    amount: OrderAmount,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<Scene>,
}

#[derive(Serialize)]
struct OrderAmount {
    total: u64,
    currency: &'static str,
}

#[derive(Serialize)]
struct Scene {
    payer_client_ip: String,
    h5_info: H5Info,
}

#[derive(Serialize)]
struct H5Info {
    r#type: &'static str,
}

#[derive(Serialize)]
struct Close<'a> {
    mchid: &'a str,
}

#[derive(Serialize)]
struct Refund<'a> {
    out_trade_no: &'a str,
    out_refund_no: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
    notify_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    funds_account: Option<&'a str>,
    amount: RefundAmount,
}

#[derive(Serialize)]
struct RefundAmount {
    refund: u64,
    total: u64,
    currency: &'static str,
}

#[derive(Deserialize)]
struct Begun {
    h5_url: Option<String>,
    code_url: Option<String>,
}

impl WechatPay {
    pub(crate) fn new(config: WechatPayConfig) -> Self {
        Self(Line::new(config))
    }

    pub(crate) fn prepare(&self, charge: &Charge<'_>) -> Result<OrderCall, PayError> {
        let config = self.0.config();
        let refuse = |why: String| Err(PayError::Refused(why));
        check_charge(charge, Timestamp::now())?;
        if let Some(fault) = words::fault_of_notify_url(charge.notify_url) {
            return refuse(format!("notify_url {fault}"));
        }
        let description = plain(charge.subject, &[], DESCRIPTION_BYTES_MAX);
        if description.is_empty() {
            return refuse("the subject is empty".to_owned());
        }
        let ip = charge.payer_ip.to_canonical();
        let is_phone = charge.surface == Surface::Phone;
        if is_phone && (ip.is_unspecified() || ip.is_loopback() && !config.api.is_local()) {
            return refuse("the payer's address is this machine's: set the trusted proxies".to_owned());
        }
        let order = Order {
            appid: &config.appid,
            mchid: &config.mchid,
            description,
            out_trade_no: charge.number,
            time_expire: in_china(charge.expires_at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            notify_url: charge.notify_url,
            amount: OrderAmount { total: charge.amount_fen, currency: "CNY" },
            scene_info: is_phone.then(|| Scene { payer_client_ip: ip.to_string(), h5_info: H5Info { r#type: "Wap" } }),
        };
        let product = if is_phone { H5 } else { NATIVE };
        Ok(OrderCall { product: product.to_owned(), body: json(&order) })
    }

    pub(crate) async fn begin(&self, call: &OrderCall, return_url: &str) -> Result<Start, PayError> {
        if ![H5, NATIVE].contains(&call.product.as_str()) {
            return Err(PayError::Refused("the stored order call is not WeChat Pay's".to_owned()));
        }
        let path = format!("/v3/pay/transactions/{}", call.product);
        let answer = self.0.call(Method::POST, &path, Some(&call.body)).await?;
        let begun: Begun = match answer.done() {
            Ok(begun) => begun,
            Err(PayError::Refused(code)) if is_of_an_order(&code, &answer) => return Err(PayError::Unclear(code)),
            Err(error) => return Err(error),
        };
        let now = Timestamp::now();
        match (call.product.as_str(), begun.h5_url, begun.code_url) {
            (H5, Some(url), _) => Ok(Start::Go { url: with_return(&url, return_url), until: Some(now + H5_LASTS) }),
            (NATIVE, _, Some(code)) => Ok(Start::Scan { code, until: Some(now + CODE_LASTS) }),
            _ => Err(line::garbled()),
        }
    }

    pub(crate) async fn query(&self, number: &str) -> Result<PaymentStatus, PayError> {
        let path = format!("/v3/pay/transactions/out-trade-no/{}?mchid={}", segment(number)?, self.0.config().mchid);
        let answer = self.0.call(Method::GET, &path, None).await?;
        if matches!(answer.code().as_deref(), Some("ORDER_NOT_EXIST" | "ORDERNOTEXIST")) {
            return Ok(PaymentStatus::NotThere);
        }
        let transaction: Transaction = answer.done()?;
        if transaction.out_trade_no != number {
            return Err(PayError::Unclear("an answer about another order".to_owned()));
        }
        transaction.payment_status(self.0.config()).map_err(|fault| {
            let word = match fault {
                NotOurs::Foreign => "an answer about another merchant's order",
                NotOurs::Unreadable => "garbled answer",
                NotOurs::Unknown => "unknown trade_state",
            };
            PayError::Unclear(word.to_owned())
        })
    }

    pub(crate) async fn close(&self, number: &str) -> Result<PaymentStatus, PayError> {
        let path = format!("/v3/pay/transactions/out-trade-no/{}/close", segment(number)?);
        let body = json(&Close { mchid: &self.0.config().mchid });
        let closed = self.0.call(Method::POST, &path, Some(&body)).await.and_then(|answer| answer.is_done());
        match (self.query(number).await?, closed) {
            (PaymentStatus::Waiting, Err(error)) => Err(error),
            (status, _) => Ok(status),
        }
    }

    pub(crate) async fn refund(&self, order: &RefundOrder<'_>) -> Result<RefundStatus, PayError> {
        if let Some(fault) = words::fault_of_notify_url(order.notify_url) {
            return Err(PayError::Refused(format!("notify_url {fault}")));
        }
        let body = Refund {
            out_trade_no: order.payment,
            out_refund_no: order.number,
            reason: plain(order.reason, &[], REASON_BYTES_MAX),
            notify_url: order.notify_url,
            funds_account: self.0.config().refund_from.as_deref(),
            amount: RefundAmount { refund: order.amount_fen, total: order.total_fen, currency: "CNY" },
        };
        let answer = self.0.call(Method::POST, "/v3/refund/domestic/refunds", Some(&json(&body))).await?;
        match answer.code().as_deref() {
            Some("NOT_ENOUGH" | "NOTENOUGH") => Ok(RefundStatus::Short),
            Some("USER_ACCOUNT_ABNORMAL") => Ok(RefundStatus::Abnormal),
            _ => refund_status(&answer, order.number),
        }
    }

    pub(crate) async fn query_refund(&self, number: &str) -> Result<RefundStatus, PayError> {
        let path = format!("/v3/refund/domestic/refunds/{}", segment(number)?);
        let answer = self.0.call(Method::GET, &path, None).await?;
        match answer.code().as_deref() {
            Some("RESOURCE_NOT_EXISTS") => Ok(RefundStatus::NotThere),
            _ => refund_status(&answer, number),
        }
    }

    pub(crate) fn read_notification(
        &self,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<News, NotGenuine> {
        self.0.verify_news(header, body, now)?;
        notification::read(self.0.config(), body)
    }

    pub(crate) async fn bill(&self, day: civil::Date) -> Result<Bill, BillError> {
        bill::fetch(&self.0, day).await
    }

    pub(crate) fn read_bill(&self, file: &[u8]) -> Result<Bill, BillError> {
        bill::read(file)
    }

    pub(crate) fn check(&self) -> Vec<Remark> {
        check::check(self.0.config(), Timestamp::now())
    }

    pub(crate) fn check_addresses(&self, notify_url: &str, return_url: &str) -> Vec<Remark> {
        let mut remarks = words::check_addresses(notify_url, return_url);
        remarks.extend(check::check_return(self.0.config(), return_url));
        remarks
    }
}

/// Refusals that speak of an order which is there: it may be paid, and only a query tells.
fn is_of_an_order(code: &str, answer: &Answer) -> bool {
    matches!(code, "ORDERPAID" | "ORDER_PAID" | "OUT_TRADE_NO_USED" | "ORDER_CLOSED" | "ORDERCLOSED")
        || code == "INVALID_REQUEST" && answer.message().is_some_and(|message| message.contains("重复"))
}

fn refund_status(answer: &Answer, number: &str) -> Result<RefundStatus, PayError> {
    let refund: trade::Refund = answer.done()?;
    if refund.out_refund_no != number {
        return Err(PayError::Unclear("an answer about another refund".to_owned()));
    }
    refund.refund_status().ok_or_else(|| PayError::Unclear("unknown status of a refund".to_owned()))
}

/// Where the browser comes back to is no part of the order and of no signature: encoded once, at the end.
fn with_return(h5_url: &str, return_url: &str) -> String {
    let addition = Serializer::new(String::new()).append_pair("redirect_url", return_url).finish();
    let joint = if Url::parse(h5_url).is_ok_and(|url| url.query().is_some()) { '&' } else { '?' };
    format!("{h5_url}{joint}{addition}")
}

/// A number as a part of a path.
fn segment(number: &str) -> Result<&str, PayError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_number = !number.is_empty() && number.len() <= 64 && number.bytes().all(is_plain);
    is_number.then_some(number).ok_or_else(|| PayError::Refused("the number is none of ours".to_owned()))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers are JSON")
}

#[cfg(test)]
mod wechat_pay_tests;
