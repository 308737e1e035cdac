//! Notifications of Alipay's: forms, signed over all their pairs but `sign` and `sign_type`, in the bytes of their
//! charset. <https://opendocs.alipay.com/open/203/105286>.

use std::collections::BTreeMap;

use super::answer::encoding_of;
use super::config::AlipayConfig;
use super::signature::is_alipays;
use super::trade::payment_status;
use crate::pay::fen::fen;
use crate::pay::form::pairs_of;
use crate::pay::news::{News, NotGenuine};
use crate::pay::status::RefundStatus;
use crate::pay::words::of_china;

/// Reads a notification, once its signature is found good.
pub(super) fn read(config: &AlipayConfig, body: &[u8]) -> Result<News, NotGenuine> {
    let pairs = pairs_of(body)?;
    let raw = |name: &str| pairs.get(name.as_bytes()).filter(|value| !value.is_empty());
    let ascii = |name: &str| raw(name).and_then(|value| std::str::from_utf8(value).ok());
    let signature = ascii("sign").ok_or(NotGenuine::Signature)?;
    if ascii("sign_type").is_some_and(|kind| kind != "RSA2") {
        return Err(NotGenuine::Signature);
    }
    let certificate = ascii("alipay_cert_sn");
    let is_genuine = [false, true].into_iter().any(|keeps_empty| {
        let signed = text_to_verify(&pairs, keeps_empty);
        is_alipays(&config.trust, &signed, signature, certificate)
    });
    if !is_genuine {
        return Err(NotGenuine::Signature);
    }
    let encoding = encoding_of(ascii("charset"));
    let mut fields = BTreeMap::new();
    for (name, value) in &pairs {
        let (name, value) = (encoding.decode(name), encoding.decode(value));
        if name.2 || value.2 {
            return Err(NotGenuine::Unreadable);
        }
        fields.insert(name.0.into_owned(), value.0.into_owned());
    }
    news(config, &fields)
}

fn news(config: &AlipayConfig, fields: &BTreeMap<String, String>) -> Result<News, NotGenuine> {
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let must = |name: &str| field(name).ok_or(NotGenuine::Unreadable);
    if must("app_id")? != config.app_id {
        return Err(NotGenuine::Foreign);
    }
    let kind = must("notify_type")?;
    if kind != "trade_status_sync" {
        return Ok(News::Other(kind.chars().take(100).collect()));
    }
    if must("seller_id")? != config.seller_id {
        return Err(NotGenuine::Foreign);
    }
    let (number, status) = (must("out_trade_no")?, must("trade_status")?);
    must("trade_no")?;
    must("notify_id")?;
    fen(must("total_amount")?).ok_or(NotGenuine::Unreadable)?;
    // One address hears of payments, closings and refunds alike, and one type names them all. Only the word of a
    // refund names its request.
    if let (Some(request), Some(at)) = (field("out_biz_no"), field("gmt_refund")) {
        let paid = field("refund_fee").and_then(fen).ok_or(NotGenuine::Unreadable)?;
        if paid > 0 && matches!(status, "TRADE_SUCCESS" | "TRADE_CLOSED" | "TRADE_FINISHED") {
            let at = of_china(at.get(..19).unwrap_or(at));
            let status = RefundStatus::Done(at);
            return Ok(News::Refund { number: request.to_owned(), payment: number.to_owned(), status });
        }
    }
    match payment_status(status, &field) {
        Some(status) => Ok(News::Payment { number: number.to_owned(), status }),
        None if ["TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"].contains(&status) => Err(NotGenuine::Unreadable),
        None => Ok(News::Other(status.chars().take(100).collect())),
    }
}

/// Sorted by name, joined. The vendor's page keeps empty values, older editions of its libraries leave them out.
fn text_to_verify(pairs: &BTreeMap<Vec<u8>, Vec<u8>>, keeps_empty: bool) -> Vec<u8> {
    let is_signed = |name: &[u8]| !matches!(name, b"sign" | b"sign_type" | b"alipay_cert_sn");
    let pairs = pairs.iter().filter(|(name, value)| is_signed(name) && (keeps_empty || !value.is_empty()));
    let joined: Vec<Vec<u8>> = pairs.map(|(name, value)| [name.as_slice(), b"=", value].concat()).collect();
    joined.join(&b'&')
}

#[cfg(test)]
mod notification_tests;
