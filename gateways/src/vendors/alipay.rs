//! Alipay's open platform, gateway of version 1.0, signed by RSA2:
//! <https://opendocs.alipay.com/open/203>, <https://opendocs.alipay.com/open/194>.
//!
//! Variables: `SEATHOLD_ALIPAY_APP_ID`; `SEATHOLD_ALIPAY_SELLER_ID` (2088…, the account that the money goes to);
//! `SEATHOLD_ALIPAY_APP_KEY` (secret: the app's private key, PEM or bare base64, PKCS#8 or PKCS#1). By keys:
//! `SEATHOLD_ALIPAY_PUBLIC_KEY` (Alipay's public key, from the console; not the app's own). By certificates instead:
//! `SEATHOLD_ALIPAY_APP_CERT` (appCertPublicKey_….crt), `SEATHOLD_ALIPAY_CERT` (alipayCertPublicKey_RSA2.crt) and
//! `SEATHOLD_ALIPAY_ROOT_CERT` (alipayRootCert.crt). `SEATHOLD_ALIPAY_GATEWAY_URL` (default
//! `https://openapi.alipay.com/gateway.do`).
//!
//! In reading order: [`config`] and [`check`], [`signature`], [`answer`], [`trade`], [`notification`], [`bill`].

mod answer;
mod bill;
mod check;
mod config;
mod notification;
mod signature;
mod trade;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use serde::{Deserialize, Serialize};

use crate::http::{Http, is_loopback};
use crate::pay::bill::{Bill, BillError};
use crate::pay::charge::{Charge, OrderCall, Start, Surface};
use crate::pay::error::PayError;
use crate::pay::fen::yuan;
use crate::pay::news::{News, NotGenuine};
use crate::pay::remark::Remark;
use crate::pay::status::{PaymentStatus, RefundOrder, RefundStatus};
use crate::pay::words::{self, check_charge, in_china, plain};
use answer::Said;
pub use config::AlipayConfig;
use signature::{common, encoded, sign};

const WAP_PAY: &str = "alipay.trade.wap.pay";
const PRECREATE: &str = "alipay.trade.precreate";
const QUERY: &str = "alipay.trade.query";
const CLOSE: &str = "alipay.trade.close";
const REFUND: &str = "alipay.trade.refund";
const REFUND_QUERY: &str = "alipay.trade.fastpay.refund.query";
const BILL_ADDRESS: &str = "alipay.data.dataservice.bill.downloadurl.query";
/// What a subject may not hold.
const REFUSED_IN_SUBJECTS: [char; 3] = ['/', '=', '&'];
const SUBJECT_BYTES_MAX: usize = 256;
/// A code can be scanned for two hours, and then another is asked for.
const CODE_LASTS: SignedDuration = SignedDuration::from_hours(2);
const BILL_WAIT: Duration = Duration::from_secs(120);
const BILL_BYTES_MAX: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Alipay {
    config: AlipayConfig,
    http: Http,
    bills: Http,
}

/// What an order call's body holds: both are signed with every request.
#[derive(Serialize, Deserialize)]
struct Stored {
    notify_url: String,
    /// The JSON text as it goes out.
    biz_content: String,
}

#[derive(Serialize)]
struct Order<'a> {
    out_trade_no: &'a str,
    total_amount: String,
    subject: String,
    product_code: &'a str,
    seller_id: &'a str,
    time_expire: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    quit_url: Option<&'a str>,
}

#[derive(Serialize)]
struct Trade<'a> {
    out_trade_no: &'a str,
}

#[derive(Serialize)]
struct Refund<'a> {
    out_trade_no: &'a str,
    refund_amount: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    refund_reason: String,
    out_request_no: &'a str,
}

#[derive(Serialize)]
struct RefundQuery<'a> {
    out_trade_no: &'a str,
    out_request_no: &'a str,
    query_options: [&'a str; 1],
}

#[derive(Serialize)]
struct BillQuery {
    bill_type: &'static str,
    bill_date: String,
}

impl Alipay {
    pub(crate) fn new(config: AlipayConfig) -> Self {
        Self { config, http: Http::new(), bills: Http::with_wait(BILL_WAIT) }
    }

    pub(crate) fn prepare(&self, charge: &Charge<'_>) -> Result<OrderCall, PayError> {
        check_charge(charge, Timestamp::now())?;
        if let Some(fault) = words::fault_of_notify_url(charge.notify_url) {
            return Err(PayError::Refused(format!("notify_url {fault}")));
        }
        let subject = plain(charge.subject, &REFUSED_IN_SUBJECTS, SUBJECT_BYTES_MAX);
        if subject.is_empty() {
            return Err(PayError::Refused("the subject is empty".to_owned()));
        }
        let (product, product_code) = match charge.surface {
            Surface::Phone => (WAP_PAY, "QUICK_WAP_WAY"),
            Surface::Desk => (PRECREATE, "FACE_TO_FACE_PAYMENT"),
        };
        let order = Order {
            out_trade_no: charge.number,
            total_amount: yuan(charge.amount_fen),
            subject,
            product_code,
            seller_id: &self.config.seller_id,
            // The only bound: a close cannot prevent the payment of an order that the payer has not begun.
            time_expire: in_china(charge.expires_at).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            quit_url: (charge.surface == Surface::Phone).then_some(charge.return_url),
        };
        let stored = Stored { notify_url: charge.notify_url.to_owned(), biz_content: json(&order) };
        Ok(OrderCall { product: product.to_owned(), body: json(&stored) })
    }

    pub(crate) async fn begin(&self, call: &OrderCall, return_url: &str) -> Result<Start, PayError> {
        let stored: Stored = serde_json::from_str(&call.body)
            .map_err(|_| PayError::Refused("the stored order call is not Alipay's".to_owned()))?;
        match call.product.as_str() {
            WAP_PAY => Ok(Start::Go { url: self.signed_address(&stored, return_url, Timestamp::now()), until: None }),
            PRECREATE => match self.ask(PRECREATE, &stored.biz_content, Some(&stored.notify_url)).await? {
                Said::Done(fields) => {
                    let code = trade::field(&fields, "qr_code").ok_or_else(garbled)?.to_owned();
                    Ok(Start::Scan { code, until: Some(Timestamp::now() + CODE_LASTS) })
                }
                // An order that is there already, paid or closed: only a query tells which.
                Said::Not(code) if code.starts_with("ACQ.TRADE_HAS") => Err(PayError::Unclear(code)),
                Said::Not(code) => Err(PayError::Refused(code)),
            },
            _ => Err(PayError::Refused("the stored order call is not Alipay's".to_owned())),
        }
    }

    /// The cashier's address: nothing is asked, the browser carries the order there.
    fn signed_address(&self, stored: &Stored, return_url: &str, now: Timestamp) -> String {
        let mut parameters = common(&self.config, WAP_PAY, now);
        parameters.insert("notify_url", stored.notify_url.clone());
        parameters.insert("return_url", return_url.to_owned());
        parameters.insert("biz_content", stored.biz_content.clone());
        sign(&self.config, &mut parameters);
        let mut url = self.config.gateway.url(&self.config.path, &[]);
        url.set_query(Some(&encoded(&parameters)));
        url.into()
    }

    pub(crate) async fn query(&self, number: &str) -> Result<PaymentStatus, PayError> {
        match self.ask(QUERY, &json(&Trade { out_trade_no: number }), None).await? {
            Said::Done(fields) => {
                let field = |name: &str| trade::field(&fields, name);
                if field("out_trade_no") != Some(number) {
                    return Err(PayError::Unclear("an answer about another trade".to_owned()));
                }
                trade::payment_status(field("trade_status").unwrap_or_default(), &field).ok_or_else(garbled)
            }
            Said::Not(code) if code == "ACQ.TRADE_NOT_EXIST" => Ok(PaymentStatus::NotThere),
            Said::Not(code) => Err(PayError::Refused(code)),
        }
    }

    pub(crate) async fn close(&self, number: &str) -> Result<PaymentStatus, PayError> {
        let closed = match self.ask(CLOSE, &json(&Trade { out_trade_no: number }), None).await {
            Ok(Said::Done(_)) => Ok(()),
            Ok(Said::Not(code)) => Err(PayError::Refused(code)),
            Err(error) => Err(error),
        };
        match (self.query(number).await?, closed) {
            (PaymentStatus::Waiting, Err(error)) => Err(error),
            (status, _) => Ok(status),
        }
    }

    pub(crate) async fn refund(&self, order: &RefundOrder<'_>) -> Result<RefundStatus, PayError> {
        let body = Refund {
            out_trade_no: order.payment,
            refund_amount: yuan(order.amount_fen),
            refund_reason: plain(order.reason, &[], SUBJECT_BYTES_MAX),
            out_request_no: order.number,
        };
        let fields = match self.ask(REFUND, &json(&body), None).await? {
            Said::Done(fields) => fields,
            Said::Not(code) => return trade::refused_refund(code),
        };
        if trade::field(&fields, "out_trade_no") != Some(order.payment) {
            return Err(PayError::Unclear("an answer about another trade".to_owned()));
        }
        // Its sum is of all refunds of the trade. Whether this one moved money, only this field or a query says.
        if trade::field(&fields, "fund_change") == Some("Y") {
            let at = trade::field(&fields, "gmt_refund_pay").and_then(words::of_china);
            return Ok(RefundStatus::Done(at));
        }
        match self.query_refund(order.number, order.payment).await? {
            RefundStatus::NotThere => Ok(RefundStatus::Processing),
            status => Ok(status),
        }
    }

    pub(crate) async fn query_refund(&self, number: &str, payment: &str) -> Result<RefundStatus, PayError> {
        let body = RefundQuery { out_trade_no: payment, out_request_no: number, query_options: ["gmt_refund_pay"] };
        match self.ask(REFUND_QUERY, &json(&body), None).await? {
            Said::Done(fields) => {
                let is_other = |name: &str, ours: &str| trade::field(&fields, name).is_some_and(|told| told != ours);
                if is_other("out_request_no", number) || is_other("out_trade_no", payment) {
                    return Err(PayError::Unclear("an answer about another refund".to_owned()));
                }
                trade::refund_status(&fields)
            }
            Said::Not(code) if code == "ACQ.TRADE_NOT_EXIST" => Ok(RefundStatus::NotThere),
            Said::Not(code) => Err(PayError::Refused(code)),
        }
    }

    pub(crate) fn read_notification(&self, body: &[u8]) -> Result<News, NotGenuine> {
        notification::read(&self.config, body)
    }

    pub(crate) async fn bill(&self, day: civil::Date) -> Result<Bill, BillError> {
        let body = json(&BillQuery { bill_type: "trade", bill_date: day.to_string() });
        let fields = match self.ask(BILL_ADDRESS, &body, None).await {
            Ok(Said::Done(fields)) => fields,
            Ok(Said::Not(code)) if code.to_ascii_lowercase().contains("bill_not_exist") => {
                return Err(BillError::NotThere);
            }
            Ok(Said::Not(code)) | Err(PayError::Refused(code)) => return Err(BillError::Refused(code)),
            Err(PayError::Unclear(word)) => return Err(BillError::Unclear(word)),
        };
        let unclear = |word: &str| BillError::Unclear(word.to_owned());
        let url = trade::field(&fields, "bill_download_url").and_then(|url| self.bill_address(url));
        let request = Request::new(Method::GET, url.ok_or_else(|| unclear("a bill at a foreign address"))?);
        let reply = self.bills.send_for(request, BILL_BYTES_MAX).await;
        let reply = reply.map_err(|error| BillError::Unclear(error.into_code()))?;
        match reply.status {
            200 => bill::read(&reply.body),
            status => Err(BillError::Unclear(format!("http {status}"))),
        }
    }

    /// The address of a bill, at Alipay's and over TLS; it is told without.
    fn bill_address(&self, text: &str) -> Option<Url> {
        let mut url = Url::parse(text).ok()?;
        if is_loopback(&url) {
            return self.config.gateway.is_local().then_some(url);
        }
        let host = url.host_str()?;
        let is_alipays = ["alipay.com", "alipaydev.com", "alipayobjects.com"]
            .iter()
            .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')));
        url.set_scheme("https").ok()?;
        is_alipays.then_some(url)
    }

    pub(crate) fn read_bill(&self, file: &[u8]) -> Result<Bill, BillError> {
        bill::read(file)
    }

    pub(crate) fn check(&self) -> Vec<Remark> {
        check::check(&self.config, Timestamp::now())
    }

    pub(crate) fn check_addresses(&self, notify_url: &str, return_url: &str) -> Vec<Remark> {
        words::check_addresses(notify_url, return_url)
    }

    /// Calls a method: what is common goes in the query, what it is about in the form.
    async fn ask(&self, method: &str, biz_content: &str, notify_url: Option<&str>) -> Result<Said, PayError> {
        let mut parameters = common(&self.config, method, Timestamp::now());
        parameters.insert("notify_url", notify_url.unwrap_or_default().to_owned());
        parameters.insert("biz_content", biz_content.to_owned());
        sign(&self.config, &mut parameters);
        let mut url = self.config.gateway.url(&self.config.path, &[]);
        let is_form = |(name, _): &(&&str, &String)| **name == "biz_content";
        url.set_query(Some(&encoded(parameters.iter().filter(|pair| !is_form(pair)))));
        let mut request = Request::new(Method::POST, url);
        let form = HeaderValue::from_static("application/x-www-form-urlencoded;charset=utf-8");
        request.headers_mut().insert(CONTENT_TYPE, form);
        *request.body_mut() = Some(encoded(parameters.iter().filter(is_form)).into());
        let reply = self.http.send(request).await.map_err(|error| PayError::Unclear(error.into_code()))?;
        answer::read(&self.config.trust, method, &reply)
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers are JSON")
}

fn garbled() -> PayError {
    PayError::Unclear("garbled answer".to_owned())
}

#[cfg(test)]
mod alipay_tests;
