//! What WeChat Pay's words of a payment and of a refund mean. A state that is new to us is never taken for another.

use jiff::Timestamp;
use serde::Deserialize;

use super::config::WechatPayConfig;
use crate::pay::status::{Paid, PaymentStatus, RefundStatus};

/// A payment, as a query answers it and a notification holds it.
#[derive(Deserialize)]
pub(super) struct Transaction {
    pub(super) appid: String,
    pub(super) mchid: String,
    pub(super) out_trade_no: String,
    trade_state: String,
    transaction_id: Option<String>,
    success_time: Option<String>,
    payer: Option<Payer>,
    amount: Option<Amount>,
}

#[derive(Deserialize)]
struct Payer {
    openid: Option<String>,
}

#[derive(Deserialize)]
struct Amount {
    total: u64,
    currency: String,
}

/// Why a payment is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotOurs {
    /// Another merchant's, another app's, or in another currency.
    Foreign,
    /// A part of it is missing.
    Unreadable,
    /// Its state is new to us.
    Unknown,
}

impl Transaction {
    pub(super) fn payment_status(&self, config: &WechatPayConfig) -> Result<PaymentStatus, NotOurs> {
        if self.mchid != config.mchid || self.appid != config.appid {
            return Err(NotOurs::Foreign);
        }
        match self.trade_state.as_str() {
            "NOTPAY" | "USERPAYING" | "PAYERROR" | "ACCEPT" => Ok(PaymentStatus::Waiting),
            "CLOSED" | "REVOKED" => Ok(PaymentStatus::Closed),
            "SUCCESS" | "REFUND" => {
                let amount = self.amount.as_ref().ok_or(NotOurs::Unreadable)?;
                if amount.currency != "CNY" {
                    return Err(NotOurs::Foreign);
                }
                Ok(PaymentStatus::Paid(Paid {
                    reference: self.transaction_id.clone().filter(|id| !id.is_empty()).ok_or(NotOurs::Unreadable)?,
                    amount_fen: amount.total,
                    at: time(self.success_time.as_deref()),
                    payer: self.payer.as_ref().and_then(|payer| payer.openid.clone()),
                }))
            }
            _ => Err(NotOurs::Unknown),
        }
    }
}

/// A refund, as the call and its query answer it. Its state is a field of its own and never the answer's.
#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) out_refund_no: String,
    status: String,
    success_time: Option<String>,
}

/// A refund, as a notification holds it.
#[derive(Deserialize)]
pub(super) struct RefundNews {
    pub(super) mchid: String,
    pub(super) out_trade_no: String,
    pub(super) out_refund_no: String,
    refund_status: String,
    success_time: Option<String>,
}

impl Refund {
    pub(super) fn refund_status(&self) -> Option<RefundStatus> {
        refund_status(&self.status, self.success_time.as_deref())
    }
}

impl RefundNews {
    pub(super) fn refund_status(&self) -> Option<RefundStatus> {
        refund_status(&self.refund_status, self.success_time.as_deref())
    }
}

/// A time that cannot be read is none: what it is the time of counts all the same.
fn time(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(|text| text.parse().ok())
}

fn refund_status(status: &str, at: Option<&str>) -> Option<RefundStatus> {
    match status {
        "SUCCESS" => Some(RefundStatus::Done(time(at))),
        "PROCESSING" => Some(RefundStatus::Processing),
        "ABNORMAL" => Some(RefundStatus::Abnormal),
        "CLOSED" => Some(RefundStatus::Closed),
        _ => None,
    }
}
