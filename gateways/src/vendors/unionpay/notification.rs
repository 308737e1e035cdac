//! Notifications of UnionPay's: forms, signed over all their pairs, with the certificate that verifies them among these.
//! <https://open.unionpay.com/tjweb/acproduct/APIList?apiservId=448&acpAPIId=754>.

use jiff::Timestamp;

use super::CNY;
use super::answer::Fields;
use super::config::UnionPayConfig;
use super::signature::is_unionpays;
use super::trade::{fen, is_success, payment_status, refund_status};
use crate::pay::form::pairs_of;
use crate::pay::news::{News, NotGenuine};

/// Reads a notification, once its signature is found good.
pub(super) fn read(config: &UnionPayConfig, body: &[u8], now: Timestamp) -> Result<News, NotGenuine> {
    let pairs = pairs_of(body)?;
    if !is_unionpays(config, &pairs, now) {
        return Err(NotGenuine::Signature);
    }
    let fields = Fields::of(&pairs).ok_or(NotGenuine::Unreadable)?;
    let must = |name: &str| fields.get(name).ok_or(NotGenuine::Unreadable);
    if must("merId")? != config.merchant {
        return Err(NotGenuine::Foreign);
    }
    let (kind, number, code) = (must("txnType")?, must("orderId")?, must("respCode")?);
    must("txnTime")?;
    fen(must("txnAmt")?).ok_or(NotGenuine::Unreadable)?;
    match kind {
        "01" => {
            if must("currencyCode")? != CNY {
                return Err(NotGenuine::Foreign);
            }
            if is_success(code) {
                must("queryId")?;
            }
            let status = payment_status(&fields, "respCode", now).ok_or(NotGenuine::Unreadable)?;
            Ok(News::Payment { number: number.to_owned(), status })
        }
        "04" => {
            // A refund that somebody gave in the console names no payment of ours: the bill does.
            let Some(payment) = fields.get("reqReserved") else { return Ok(News::Other("04".to_owned())) };
            let status = refund_status(&fields, "respCode").ok_or(NotGenuine::Unreadable)?;
            Ok(News::Refund { number: number.to_owned(), payment: payment.to_owned(), status })
        }
        other => Ok(News::Other(other.chars().take(100).collect())),
    }
}

#[cfg(test)]
mod notification_tests;
