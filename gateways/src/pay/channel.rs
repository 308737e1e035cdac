//! One channel, whichever vendor it is.

use std::sync::Arc;

use jiff::{Timestamp, civil};

use super::bank::Bank;
use super::bill::{Bill, BillError};
use super::charge::{Charge, Onward, OrderCall, Start};
use super::error::PayError;
use super::news::{News, NotGenuine};
use super::remark::Remark;
use super::status::{PaymentStatus, RefundOrder, RefundStatus};
use crate::vendors::alipay::{Alipay, AlipayConfig};
use crate::vendors::unionpay::{UnionPay, UnionPayConfig};
use crate::vendors::wechat_pay::{WechatPay, WechatPayConfig};

/// A payment channel. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct Channel(Vendor);

#[derive(Debug, Clone)]
enum Vendor {
    Alipay(Arc<Alipay>),
    WechatPay(Arc<WechatPay>),
    UnionPay(Arc<UnionPay>),
}

impl Channel {
    /// Over Alipay's open platform.
    pub fn alipay(config: AlipayConfig) -> Self {
        Self(Vendor::Alipay(Arc::new(Alipay::new(config))))
    }

    /// Over WeChat Pay's API v3.
    pub fn wechat_pay(config: WechatPayConfig) -> Self {
        Self(Vendor::WechatPay(Arc::new(WechatPay::new(config))))
    }

    /// Over UnionPay's gateway: any bank's card, and the banks' own pages.
    pub fn unionpay(config: UnionPayConfig) -> Self {
        Self(Vendor::UnionPay(Arc::new(UnionPay::new(config))))
    }

    /// Its word in addresses, tables and logs: `alipay`, `wechat_pay` or `bank`.
    pub fn word(&self) -> &'static str {
        match &self.0 {
            Vendor::Alipay(_) => "alipay",
            Vendor::WechatPay(_) => "wechat_pay",
            Vendor::UnionPay(_) => "bank",
        }
    }

    /// The order call of a charge, to be stored before it is sent. Nothing goes out. [`PayError::Refused`] says why
    /// the charge cannot be asked for.
    pub fn prepare(&self, charge: &Charge<'_>) -> Result<OrderCall, PayError> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.prepare(charge),
            Vendor::WechatPay(wechat) => wechat.prepare(charge),
            Vendor::UnionPay(unionpay) => unionpay.prepare(charge),
        }
    }

    /// The banks that a payer can choose before; none where the channel's own page is all there is.
    pub fn banks(&self) -> &[Bank] {
        match &self.0 {
            Vendor::Alipay(_) | Vendor::WechatPay(_) => &[],
            Vendor::UnionPay(unionpay) => unionpay.banks(),
        }
    }

    /// Sends the order call, or signs the address or the form that carries it: any number of times.
    pub async fn begin(&self, call: &OrderCall, onward: &Onward<'_>) -> Result<Start, PayError> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.begin(call, onward.return_url).await,
            Vendor::WechatPay(wechat) => wechat.begin(call, onward.return_url).await,
            Vendor::UnionPay(unionpay) => unionpay.begin(call, onward),
        }
    }

    /// What became of an attempt.
    pub async fn query(&self, number: &str) -> Result<PaymentStatus, PayError> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.query(number).await,
            Vendor::WechatPay(wechat) => wechat.query(number).await,
            Vendor::UnionPay(unionpay) => unionpay.query(number).await,
        }
    }

    /// Closes an attempt where the channel can, then asks what became of it: the payer may have been quicker.
    pub async fn close(&self, number: &str) -> Result<PaymentStatus, PayError> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.close(number).await,
            Vendor::WechatPay(wechat) => wechat.close(number).await,
            // It cannot be closed: it ends by itself at its time.
            Vendor::UnionPay(unionpay) => unionpay.query(number).await,
        }
    }

    /// Gives money back. The same order again is the same refund.
    pub async fn refund(&self, order: &RefundOrder<'_>) -> Result<RefundStatus, PayError> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.refund(order).await,
            Vendor::WechatPay(wechat) => wechat.refund(order).await,
            Vendor::UnionPay(unionpay) => unionpay.refund(order).await,
        }
    }

    /// What became of the refund `number` of the payment `payment`.
    pub async fn query_refund(&self, number: &str, payment: &str) -> Result<RefundStatus, PayError> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.query_refund(number, payment).await,
            Vendor::WechatPay(wechat) => wechat.query_refund(number).await,
            Vendor::UnionPay(unionpay) => unionpay.query_refund(number).await,
        }
    }

    /// Reads a notification that arrived at `now`. `header` gives a header by its name in lower case.
    pub fn read_notification(
        &self,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<News, NotGenuine> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.read_notification(body),
            Vendor::WechatPay(wechat) => wechat.read_notification(header, body, now),
            Vendor::UnionPay(unionpay) => unionpay.read_notification(body, now),
        }
    }

    /// What a notification is answered once it is stored: status, content type, body.
    pub fn acknowledgement(&self) -> (u16, &'static str, &'static str) {
        match &self.0 {
            Vendor::Alipay(_) => (200, "text/plain; charset=utf-8", "success"),
            Vendor::WechatPay(_) => (204, "application/json", ""),
            Vendor::UnionPay(_) => (200, "text/plain; charset=utf-8", "ok"),
        }
    }

    /// The bill of a day, fetched and read.
    pub async fn bill(&self, day: civil::Date) -> Result<Bill, BillError> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.bill(day).await,
            Vendor::WechatPay(wechat) => wechat.bill(day).await,
            Vendor::UnionPay(unionpay) => unionpay.bill(day).await,
        }
    }

    /// A bill that somebody downloaded from the channel's console: Alipay's zip or the CSV in it, WeChat Pay's CSV,
    /// plain or compressed, UnionPay's zip.
    pub fn read_bill(&self, file: &[u8]) -> Result<Bill, BillError> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.read_bill(file),
            Vendor::WechatPay(wechat) => wechat.read_bill(file),
            Vendor::UnionPay(unionpay) => unionpay.read_bill(file),
        }
    }

    /// Looks at the settings, without asking anybody: which key is which, and what will not work.
    pub fn check(&self) -> Vec<Remark> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.check(),
            Vendor::WechatPay(wechat) => wechat.check(),
            Vendor::UnionPay(unionpay) => unionpay.check(),
        }
    }

    /// Looks at the addresses that charges will name: where notifications go, and where browsers come back to.
    pub fn check_addresses(&self, notify_url: &str, return_url: &str) -> Vec<Remark> {
        match &self.0 {
            Vendor::Alipay(alipay) => alipay.check_addresses(notify_url, return_url),
            Vendor::WechatPay(wechat) => wechat.check_addresses(notify_url, return_url),
            Vendor::UnionPay(unionpay) => unionpay.check_addresses(notify_url, return_url),
        }
    }
}
