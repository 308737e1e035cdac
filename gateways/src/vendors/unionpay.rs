//! UnionPay's online gateway (银联在线网关支付), version 5.1.0, signed by RSA with certificates: any bank's card, and the banks'
//! own pages. <https://open.unionpay.com/tjweb/acproduct/APIList?apiservId=448> (754 order, 755 refund, 757 query, 277 bill).
//!
//! Variables: `SEATHOLD_UNIONPAY_MERCHANT_ID` (15 digits); `SEATHOLD_UNIONPAY_KEY` (secret: the private key out of the .pfx, PEM);
//! `SEATHOLD_UNIONPAY_CERT` (the certificate out of the same file); `SEATHOLD_UNIONPAY_MIDDLE_CERT` and
//! `SEATHOLD_UNIONPAY_ROOT_CERT` (acp_prod_middle.cer, acp_prod_root.cer: they vouch for whoever signs as UnionPay);
//! `SEATHOLD_UNIONPAY_GATEWAY_URL` (default `https://gateway.95516.com`), `SEATHOLD_UNIONPAY_CASHIER_URL` (where the gateway sends
//! browsers on to, default `https://cashier.95516.com`), `SEATHOLD_UNIONPAY_FILE_URL` (default
//! `https://filedownload.95516.com`); `SEATHOLD_UNIONPAY_BANKS` (the banks that payers choose from, by default all that are known;
//! `icbc,abc,comm=BCOM` some of them, one by another short name; `none` for a merchant without that right, 网银前置).
//!
//! An order is a form that the payer's browser carries. It cannot be closed; it ends at its time, and what is paid later
//! UnionPay gives back by itself. It is asked after by its number and the time of its first sending: that time is in the number.
//!
//! In reading order: [`config`] and [`check`], [`signature`], [`moment`], [`answer`], [`trade`], [`notification`], [`bill`], [`banks`].

mod answer;
mod banks;
mod bill;
mod check;
mod config;
mod moment;
mod notification;
mod signature;
mod trade;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{Timestamp, civil};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use serde::{Deserialize, Serialize};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::http::{Endpoint, Http};
use crate::pay::bank::Bank;
use crate::pay::bill::{Bill, BillError};
use crate::pay::charge::{Charge, Form, Onward, OrderCall, Start, Surface};
use crate::pay::error::PayError;
use crate::pay::news::{News, NotGenuine};
use crate::pay::remark::Remark;
use crate::pay::status::{PaymentStatus, RefundOrder, RefundStatus};
use crate::pay::words::{self, check_charge, plain};
use answer::Fields;
pub use config::UnionPayConfig;
use moment::{of_number, written};
use signature::signed;

const FRONT: &str = "/gateway/api/frontTransReq.do";
const BACK: &str = "/gateway/api/backTransReq.do";
const QUERY: &str = "/gateway/api/queryTrans.do";
/// The word of the one kind of order call.
const PRODUCT: &str = "frontTransReq";
/// Gateway payments, on desks and phones.
const GATEWAY: &str = "000201";
/// Renminbi (ISO 4217).
const CNY: &str = "156";
/// What a subject may not hold: it stands in a field of fields.
const REFUSED_IN_SUBJECTS: [char; 6] = ['{', '}', '[', ']', '=', '&'];
const SUBJECT_BYTES_MAX: usize = 120;
const BILL_WAIT: Duration = Duration::from_secs(120);
const BILL_BYTES_MAX: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct UnionPay {
    config: UnionPayConfig,
    http: Http,
    bills: Http,
}

/// What an order call's body holds: all but what is known only when the payer goes on.
#[derive(Serialize, Deserialize)]
struct Stored(BTreeMap<String, String>);

impl UnionPay {
    pub(crate) fn new(config: UnionPayConfig) -> Self {
        Self { config, http: Http::new(), bills: Http::with_wait(BILL_WAIT) }
    }

    pub(crate) fn banks(&self) -> &[Bank] {
        &self.config.banks.all
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
        let ends = written(charge.expires_at);
        let channel = match charge.surface {
            Surface::Desk => "07",
            Surface::Phone => "08",
        };
        let mut fields = self.common("01", "01");
        fields.extend(owned([
            ("channelType", channel),
            ("orderId", charge.number),
            ("txnTime", &of_number(charge.number)?),
            ("txnAmt", &charge.amount_fen.to_string()),
            ("currencyCode", CNY),
            ("backUrl", charge.notify_url),
            ("payTimeout", &ends),
            // Told again in every answer about the order: how we know that its time is over.
            ("reqReserved", &ends),
            ("riskRateInfo", &format!("{{commodityName={subject}}}")),
        ]));
        Ok(OrderCall { product: PRODUCT.to_owned(), body: json(&Stored(fields)) })
    }

    /// Nothing is asked: the browser carries the order.
    pub(crate) fn begin(&self, call: &OrderCall, onward: &Onward<'_>) -> Result<Start, PayError> {
        let not_ours = || PayError::Refused("the stored order call is not UnionPay's".to_owned());
        let Stored(mut fields) = Some(call)
            .filter(|call| call.product == PRODUCT)
            .and_then(|call| serde_json::from_str(&call.body).ok())
            .ok_or_else(not_ours)?;
        fields.insert("frontUrl".to_owned(), onward.return_url.to_owned());
        if let Some(word) = onward.bank {
            let code =
                self.config.banks.code(word).ok_or_else(|| PayError::Refused("there is no such bank".to_owned()))?;
            fields.insert("issInsCode".to_owned(), code.to_owned());
        }
        let fields = signed(&self.config, fields).into_iter().collect();
        let (url, onward_to) = (self.config.gateway.url(FRONT, &[]).into(), self.config.cashier.url("/", &[]));
        Ok(Start::Send(Form { url, fields, onward: Some(origin(&onward_to)), bank: onward.bank.map(str::to_owned) }))
    }

    pub(crate) async fn query(&self, number: &str) -> Result<PaymentStatus, PayError> {
        let Some(fields) = self.found(number).await? else { return Ok(PaymentStatus::NotThere) };
        if fields.get("txnType") != Some("01") {
            return Err(PayError::Unclear("an answer about something else than a payment".to_owned()));
        }
        trade::payment_status(&fields, "origRespCode", Timestamp::now()).ok_or_else(garbled)
    }

    /// What is known of a number; nothing where it is not known, or not yet.
    async fn found(&self, number: &str) -> Result<Option<Fields>, PayError> {
        let time = of_number(number)?;
        let mut asked = self.common("00", "00");
        asked.extend(owned([("orderId", number), ("txnTime", &time)]));
        let fields = self.ask(&self.http, &self.config.gateway, (QUERY, answer::BYTES_MAX), asked).await?;
        match fields.code() {
            "00" => {}
            "34" => return Ok(None),
            code => return Err(trade::refused(code)),
        }
        if fields.get("orderId") != Some(number) || fields.get("txnTime") != Some(&time) {
            return Err(PayError::Unclear("an answer about another order".to_owned()));
        }
        Ok(Some(fields))
    }

    /// A refund names the payment as UnionPay does, so that is asked first. Both orders' numbers go with it.
    pub(crate) async fn refund(&self, order: &RefundOrder<'_>) -> Result<RefundStatus, PayError> {
        if let Some(fault) = words::fault_of_notify_url(order.notify_url) {
            return Err(PayError::Refused(format!("notify_url {fault}")));
        }
        let PaymentStatus::Paid(paid) = self.query(order.payment).await? else {
            return Err(PayError::Refused("nothing was paid that could go back".to_owned()));
        };
        let mut asked = self.common("04", "00");
        asked.extend(owned([
            ("channelType", "07"),
            ("orderId", order.number),
            ("txnTime", &of_number(order.number)?),
            ("origQryId", &paid.reference),
            ("txnAmt", &order.amount_fen.to_string()),
            ("backUrl", order.notify_url),
            ("reqReserved", order.payment),
        ]));
        let fields = self.ask(&self.http, &self.config.gateway, (BACK, answer::BYTES_MAX), asked).await?;
        if fields.get("orderId").is_some_and(|told| told != order.number) {
            return Err(PayError::Unclear("an answer about another refund".to_owned()));
        }
        match fields.code() {
            // Taken, which is not yet done.
            "00" | "A6" => match self.query_refund(order.number).await {
                Ok(RefundStatus::NotThere) | Err(_) => Ok(RefundStatus::Processing),
                told => told,
            },
            // The same number again: what became of the first is another question.
            "12" => match self.query_refund(order.number).await? {
                RefundStatus::NotThere => Err(PayError::Unclear("12".to_owned())),
                status => Ok(status),
            },
            code => trade::refused_refund(code),
        }
    }

    pub(crate) async fn query_refund(&self, number: &str) -> Result<RefundStatus, PayError> {
        let Some(fields) = self.found(number).await? else { return Ok(RefundStatus::NotThere) };
        if fields.get("txnType") != Some("04") {
            return Err(PayError::Unclear("an answer about something else than a refund".to_owned()));
        }
        trade::refund_status(&fields, "origRespCode").ok_or_else(garbled)
    }

    pub(crate) fn read_notification(&self, body: &[u8], now: Timestamp) -> Result<News, NotGenuine> {
        notification::read(&self.config, body, now)
    }

    pub(crate) async fn bill(&self, day: civil::Date) -> Result<Bill, BillError> {
        let mut asked = self.common("76", "01");
        asked.extend(owned([
            ("bizType", "000000"),
            ("settleDate", &day.strftime("%m%d").to_string()),
            ("txnTime", &written(Timestamp::now())),
            ("fileType", "00"),
        ]));
        let fields = match self.ask(&self.bills, &self.config.files, ("/", BILL_BYTES_MAX), asked).await {
            Ok(fields) => fields,
            Err(PayError::Refused(code)) => return Err(BillError::Refused(code)),
            Err(PayError::Unclear(word)) => return Err(BillError::Unclear(word)),
        };
        match fields.code() {
            "00" => bill::read_content(&self.config, fields.get("fileContent").unwrap_or_default()),
            "98" => Err(BillError::NotThere),
            code => Err(BillError::Refused(code.to_owned())),
        }
    }

    pub(crate) fn read_bill(&self, file: &[u8]) -> Result<Bill, BillError> {
        bill::read(&self.config, file)
    }

    pub(crate) fn check(&self) -> Vec<Remark> {
        check::check(&self.config, Timestamp::now())
    }

    pub(crate) fn check_addresses(&self, notify_url: &str, return_url: &str) -> Vec<Remark> {
        words::check_addresses(notify_url, return_url)
    }

    /// What every message has: of which kind, and whose.
    fn common(&self, kind: &str, part: &str) -> BTreeMap<String, String> {
        owned([
            ("version", signature::VERSION),
            ("encoding", "UTF-8"),
            ("signMethod", signature::METHOD),
            ("txnType", kind),
            ("txnSubType", part),
            ("bizType", GATEWAY),
            ("accessType", "0"),
            ("merId", &self.config.merchant),
        ])
        .collect()
    }

    /// Sends a message and believes the answer, if it is UnionPay's.
    async fn ask(
        &self,
        http: &Http,
        endpoint: &Endpoint,
        (path, bytes_max): (&str, usize),
        fields: BTreeMap<String, String>,
    ) -> Result<Fields, PayError> {
        let body = Serializer::new(String::new()).extend_pairs(signed(&self.config, fields)).finish();
        let mut request = Request::new(Method::POST, endpoint.url(path, &[]));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded;charset=UTF-8");
        request.headers_mut().insert(CONTENT_TYPE, form);
        *request.body_mut() = Some(body.into());
        let reply = http.send_for(request, bytes_max).await.map_err(|error| PayError::Unclear(error.into_code()))?;
        answer::read(&self.config, &reply, Timestamp::now())
    }
}

fn owned<'a, const N: usize>(fields: [(&'a str, &'a str); N]) -> impl Iterator<Item = (String, String)> + use<'a, N> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts are JSON")
}

fn garbled() -> PayError {
    PayError::Unclear("garbled answer".to_owned())
}

#[cfg(test)]
mod unionpay_tests;
