//! Notifications of WeChat Pay's: signed, and sealed inside. Payments and refunds come to whichever address; the kind
//! of event tells them apart. <https://pay.weixin.qq.com/doc/v3/merchant/4012791902>.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::config::WechatPayConfig;
use super::signature::Sealed;
use super::trade::{NotOurs, RefundNews, Transaction};
use crate::pay::news::{News, NotGenuine};

#[derive(Deserialize)]
struct Envelope {
    id: String,
    event_type: String,
    resource: Sealed,
}

/// Reads one whose signature has been verified.
pub(super) fn read(config: &WechatPayConfig, body: &[u8]) -> Result<News, NotGenuine> {
    let envelope: Envelope = parsed(body)?;
    if envelope.id.is_empty() {
        return Err(NotGenuine::Unreadable);
    }
    let text = envelope.resource.open(config).ok_or(NotGenuine::Unreadable)?;
    let other = || Ok(News::Other(envelope.event_type.chars().take(100).collect()));
    match envelope.event_type.split('.').next() {
        Some("TRANSACTION") => {
            let transaction: Transaction = parsed(&text)?;
            match transaction.payment_status(config) {
                Ok(status) => Ok(News::Payment { number: transaction.out_trade_no, status }),
                Err(NotOurs::Foreign) => Err(NotGenuine::Foreign),
                Err(NotOurs::Unreadable) => Err(NotGenuine::Unreadable),
                Err(NotOurs::Unknown) => other(),
            }
        }
        Some("REFUND") => {
            let refund: RefundNews = parsed(&text)?;
            if refund.mchid != config.mchid {
                return Err(NotGenuine::Foreign);
            }
            let Some(status) = refund.refund_status() else { return other() };
            Ok(News::Refund { number: refund.out_refund_no, payment: refund.out_trade_no, status })
        }
        _ => other(),
    }
}

fn parsed<T: DeserializeOwned>(text: &[u8]) -> Result<T, NotGenuine> {
    serde_json::from_slice(text).map_err(|_| NotGenuine::Unreadable)
}

#[cfg(test)]
mod notification_tests;
