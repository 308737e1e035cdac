//! What Alipay's words of a trade and of a refund mean. A trade is closed because nobody paid in time, or because all
//! of it went back: only that it was once paid tells.

use serde_json::Value;

use crate::pay::error::PayError;
use crate::pay::fen::fen;
use crate::pay::status::{Paid, PaymentStatus, RefundStatus};
use crate::pay::words::of_china;

/// A field that is there and not empty.
pub(super) fn field<'a>(fields: &'a Value, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str).filter(|value| !value.is_empty())
}

/// What became of the trade, by `status` and by the fields of an answer or of a notification. `None` if they do not fit.
pub(super) fn payment_status<'a>(status: &str, field: &dyn Fn(&str) -> Option<&'a str>) -> Option<PaymentStatus> {
    let paid_at = field("send_pay_date").or_else(|| field("gmt_payment"));
    let has_refund = field("refund_fee").and_then(fen).is_some_and(|fen| fen > 0) || field("gmt_refund").is_some();
    let is_paid = match status {
        "WAIT_BUYER_PAY" => return Some(PaymentStatus::Waiting),
        "TRADE_SUCCESS" | "TRADE_FINISHED" => true,
        "TRADE_CLOSED" => paid_at.is_some() || has_refund,
        _ => return None,
    };
    if !is_paid {
        return Some(PaymentStatus::Closed);
    }
    // Newer apps get an open id and never a user id.
    let payer = ["buyer_open_id", "buyer_user_id", "buyer_id"].into_iter().find_map(field);
    Some(PaymentStatus::Paid(Paid {
        reference: field("trade_no")?.to_owned(),
        amount_fen: fen(field("total_amount")?)?,
        at: paid_at.and_then(of_china),
        payer: payer.map(str::to_owned),
    }))
}

/// What a refund call or its query says.
pub(super) fn refund_status(fields: &Value) -> Result<RefundStatus, PayError> {
    let at = || field(fields, "gmt_refund_pay").and_then(of_china);
    match field(fields, "refund_status") {
        Some("REFUND_SUCCESS") => Ok(RefundStatus::Done(at())),
        Some("REFUND_PROCESSING") => Ok(RefundStatus::Processing),
        Some("REFUND_FAIL") => Ok(RefundStatus::Abnormal),
        Some("REFUND_CLOSED") => Ok(RefundStatus::Closed),
        None => Ok(RefundStatus::NotThere),
        Some(_) => Err(PayError::Unclear("unknown refund_status".to_owned())),
    }
}

/// Codes of a refund that say what is, besides that it is refused.
pub(super) fn refused_refund(code: String) -> Result<RefundStatus, PayError> {
    match code.as_str() {
        "ACQ.SELLER_BALANCE_NOT_ENOUGH" => Ok(RefundStatus::Short),
        "ACQ.BUYER_ERROR" | "ACQ.BUYER_NOT_EXIST" | "ACQ.USER_NOT_MATCH_ERR" => Ok(RefundStatus::Abnormal),
        // The same number was asked with other words: what became of the first is another question.
        "ACQ.DISCORDANT_REPEAT_REQUEST" => Err(PayError::Unclear(code)),
        _ => Err(PayError::Refused(code)),
    }
}
