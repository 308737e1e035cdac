//! What WeChat Pay says of a payment and of a refund, in answers and, encrypted, in what it tells by itself.

use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{signed, spoil};
use crate::digests::random;
use crate::pay::books::{Happened, What};
use crate::pay::clock::rfc3339;
use crate::pay::conduct::{CallbackKey, Conduct, NewsTwist};
use crate::pay::courier::{Letter, Sealed};
use crate::pay::keys::{WECHAT_API_V3_KEY, WECHAT_APP, WECHAT_MERCHANT};
use crate::pay::rsa::Key;
use crate::pay::trade::{Product, Refund, RefundState, Trade, TradeState};

/// Fifteen times within a day.
const WAITS: [u64; 15] =
    [15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600];
/// Longer ago than a signature may be.
const STALE_SECONDS: i64 = 360;

/// The news. An order that was closed, or whose time ran out, is not told.
pub(crate) fn letter(happened: Happened, conduct: &Conduct) -> Option<Letter> {
    let Happened { trade, what } = happened;
    let (refund, to, about) = match what {
        What::Closed => return None,
        // It is long over when there are no refunds any more, and nobody is told.
        What::Paid if trade.state == TradeState::Finished => return None,
        What::Paid => (None, trade.notify_url.clone()?, "payment"),
        What::Refund(number) => {
            let refund = trade.refunds.iter().find(|refund| refund.number == number)?.clone();
            let to = refund.notify_url.clone()?;
            (Some(refund), to, "refund")
        }
    };
    let (notice_number, created_at) = (random(), Timestamp::now());
    let callback_key = conduct.callback_key;
    Some(Letter {
        channel: trade.channel,
        number: trade.number.clone(),
        to,
        about,
        seal: Box::new(move |twist| {
            let body = notice(&trade, refund.as_ref(), &notice_number, created_at, twist).to_string();
            seal(body, callback_key, twist)
        }),
        is_acknowledged: |status, _| (200..300).contains(&status),
        waits: &WAITS,
        hurry: conduct.hurry,
        late: Duration::from_millis(conduct.late_ms),
    })
}

fn seal(body: String, callback_key: CallbackKey, twist: Option<NewsTwist>) -> Sealed {
    let is_other = twist == Some(NewsTwist::OtherKey);
    let key = match (callback_key, is_other) {
        (CallbackKey::PublicKey, false) | (CallbackKey::Certificate, true) => Key::Wechat,
        (CallbackKey::Certificate, false) | (CallbackKey::PublicKey, true) => Key::WechatPlatform,
    };
    let ago = if twist == Some(NewsTwist::Stale) { STALE_SECONDS } else { 0 };
    let at = Timestamp::now().as_second() - ago;
    let mut headers = signed(key, body.as_bytes(), at, twist == Some(NewsTwist::Probe));
    if twist == Some(NewsTwist::WrongSignature) {
        spoil(&mut headers);
    }
    headers.push(("Content-Type", "application/json".to_owned()));
    headers.push(("User-Agent", "Mozilla/4.0".to_owned()));
    Sealed { headers, body }
}

fn notice(
    trade: &Trade,
    refund: Option<&Refund>,
    notice_number: &str,
    created_at: Timestamp,
    twist: Option<NewsTwist>,
) -> Value {
    let (event, summary, original, mut plain) = match refund {
        None => ("TRANSACTION.SUCCESS", "支付成功", "transaction", transaction(trade, twist)),
        Some(refund) => {
            let (event, summary) = match refund.state {
                RefundState::Abnormal => ("REFUND.ABNORMAL", "退款异常"),
                RefundState::Closed => ("REFUND.CLOSED", "退款关闭"),
                RefundState::Done | RefundState::Processing => ("REFUND.SUCCESS", "退款成功"),
            };
            (event, summary, "refund", refunded(trade, refund, twist))
        }
    };
    if twist == Some(NewsTwist::UnknownFields) {
        plain["a_new_field"] = json!({ "of": [1, "thing"] });
    }
    let mut resource = encrypted(plain.to_string().as_bytes(), original);
    resource["original_type"] = original.into();
    if twist == Some(NewsTwist::OddNonce) {
        resource["nonce"] = format!("{}0000", resource["nonce"].as_str().unwrap_or_default()).into();
    }
    let mut notice = json!({
        "id": notice_number, "create_time": rfc3339(created_at), "resource_type": "encrypt-resource",
        "event_type": event, "summary": summary, "resource": resource,
    });
    if twist == Some(NewsTwist::UnknownFields) {
        notice["a_new_field"] = "and a text".into();
    }
    notice
}

/// AES-256-GCM under the merchant's key of the third version, as notices and certificates come.
pub(crate) fn encrypted(plain: &[u8], associated: &str) -> Value {
    let nonce = random()[..12].to_owned();
    let key = UnboundKey::new(&AES_256_GCM, WECHAT_API_V3_KEY.as_bytes()).expect("the key has 32 bytes");
    let bytes = Nonce::try_assume_unique_for_key(nonce.as_bytes()).expect("the nonce has 12 bytes");
    let mut sealed = plain.to_vec();
    let done = LessSafeKey::new(key).seal_in_place_append_tag(bytes, Aad::from(associated.as_bytes()), &mut sealed);
    done.expect("a short text can be sealed");
    json!({
        "algorithm": "AEAD_AES_256_GCM", "ciphertext": STANDARD.encode(sealed), "associated_data": associated,
        "nonce": nonce,
    })
}

/// A payment, as queries and notices say it.
pub(crate) fn transaction(trade: &Trade, twist: Option<NewsTwist>) -> Value {
    let is_other = twist == Some(NewsTwist::OtherMerchant);
    let total = trade.told_fen() + u64::from(twist == Some(NewsTwist::WrongAmount));
    let has_refund = trade.refunds.iter().any(|refund| refund.state != RefundState::Closed);
    let (state, words) = match trade.state {
        TradeState::Offered | TradeState::Waiting => ("NOTPAY", "订单未支付"),
        TradeState::Closed => ("CLOSED", "订单已关闭"),
        TradeState::Paid | TradeState::Finished if has_refund => ("REFUND", "订单发生过退款，退款详情请查询退款单"),
        TradeState::Paid | TradeState::Finished => ("SUCCESS", "支付成功"),
    };
    let mut told = json!({
        "appid": if is_other { "wx9999999999999999" } else { WECHAT_APP },
        "mchid": if is_other { "1900009999" } else { WECHAT_MERCHANT },
        "out_trade_no": trade.number, "trade_state": state, "trade_state_desc": words,
        "attach": trade.asked_text("attach").unwrap_or_default(), "promotion_detail": [], "payer": {},
        "amount": { "total": total, "currency": "CNY" },
    });
    if let Some(paid_at) = trade.paid_at {
        told["transaction_id"] = trade.reference.clone().into();
        told["trade_type"] = if trade.product == Product::H5 { "MWEB" } else { "NATIVE" }.into();
        told["bank_type"] = "OTHERS".into();
        told["success_time"] = rfc3339(paid_at).into();
        told["payer"] = json!({ "openid": trade.payer });
        told["amount"] = json!({ "total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY" });
    }
    told
}

/// A refund, as notices say it.
fn refunded(trade: &Trade, refund: &Refund, twist: Option<NewsTwist>) -> Value {
    let amount = refund.amount_fen + u64::from(twist == Some(NewsTwist::WrongAmount));
    let is_other = twist == Some(NewsTwist::OtherMerchant);
    let mut told = json!({
        "mchid": if is_other { "1900009999" } else { WECHAT_MERCHANT },
        "out_trade_no": trade.number, "transaction_id": trade.reference, "out_refund_no": refund.number,
        "refund_id": refund.reference, "refund_status": status(refund), "user_received_account": "支付用户零钱",
        "amount": { "total": trade.told_fen(), "refund": amount, "payer_total": trade.told_fen(), "payer_refund": amount },
    });
    if refund.state == RefundState::Done {
        told["success_time"] = rfc3339(refund.ended_at.unwrap_or(refund.created_at)).into();
    }
    told
}

pub(crate) fn status(refund: &Refund) -> &'static str {
    match refund.state {
        RefundState::Processing => "PROCESSING",
        RefundState::Done => "SUCCESS",
        RefundState::Abnormal => "ABNORMAL",
        RefundState::Closed => "CLOSED",
    }
}
