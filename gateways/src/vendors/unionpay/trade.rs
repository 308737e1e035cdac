//! What UnionPay's codes mean, for payments and for refunds.
//! <https://open.unionpay.com/tjweb/support/faq/mchlist?id=4>.

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::CNY;
use super::answer::Fields;
use super::moment;
use crate::pay::error::PayError;
use crate::pay::status::{Paid, PaymentStatus, RefundStatus};

/// Nobody knows yet: a timeout, an unclear state, taken and under way.
const UNDER_WAY: [&str; 3] = ["03", "04", "05"];
/// Debited after the order's time: UnionPay gives it back by itself.
const TOO_LATE: &str = "42";
/// Most digits of an amount in fen.
const AMOUNT_DIGITS_MAX: usize = 12;

/// What a payment has come to, by the code in `code`. Nothing where the fields do not fit.
pub(super) fn payment_status(fields: &Fields, code: &str, now: Timestamp) -> Option<PaymentStatus> {
    let code = fields.get(code)?;
    if is_success(code) {
        if fields.get("currencyCode") != Some(CNY) {
            return None;
        }
        return Some(PaymentStatus::Paid(Paid {
            reference: fields.get("queryId")?.to_owned(),
            amount_fen: fen(fields.get("txnAmt")?)?,
            at: traced_at(fields),
            payer: None,
        }));
    }
    // A card that was refused leaves the page open for another one, until the order's own time. What is not done by then
    // has failed, says UnionPay; what a bank debits later it gives back by itself.
    let ends = fields.get("reqReserved").and_then(moment::read);
    let is_over = ends.is_some_and(|ends| ends <= now);
    Some(if is_over || code == TOO_LATE { PaymentStatus::Closed } else { PaymentStatus::Waiting })
}

/// What a refund has come to.
pub(super) fn refund_status(fields: &Fields, code: &str) -> Option<RefundStatus> {
    Some(match fields.get(code)? {
        code if is_success(code) => RefundStatus::Done(traced_at(fields)),
        code if UNDER_WAY.contains(&code) => RefundStatus::Processing,
        "64" => RefundStatus::Short,
        "60" | "61" | "63" => RefundStatus::Abnormal,
        _ => RefundStatus::Closed,
    })
}

/// What a refund call that was not taken says.
pub(super) fn refused_refund(code: &str) -> Result<RefundStatus, PayError> {
    match code {
        "64" => Ok(RefundStatus::Short),
        "60" | "61" | "63" => Ok(RefundStatus::Abnormal),
        _ => Err(refused(code)),
    }
}

/// A message that was not done: refused, or nobody knows.
pub(super) fn refused(code: &str) -> PayError {
    match code {
        // Closed, timed out, unclear, under way, busy, repeated, asked too often, anything.
        "02" | "03" | "04" | "05" | "06" | "12" | "37" | "99" => PayError::Unclear(code.to_owned()),
        _ => PayError::Refused(crate::http::VendorError::code(code).into_code()),
    }
}

/// Done, or done with a fault that is the bank's to mend.
pub(super) fn is_success(code: &str) -> bool {
    matches!(code, "00" | "A6")
}

/// An amount in whole fen.
pub(super) fn fen(text: &str) -> Option<u64> {
    let is_amount = (1..=AMOUNT_DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_amount.then(|| text.parse().ok()).flatten()
}

/// `1128100005` in the year of the order, or in the next one.
fn traced_at(fields: &Fields) -> Option<Timestamp> {
    let (sent, traced) = (fields.get("txnTime")?, fields.get("traceTime")?);
    let began = moment::read(sent)?;
    let at = moment::read(&format!("{}{traced}", sent.get(..4)?))?;
    if at + SignedDuration::from_hours(24) >= began {
        return Some(at);
    }
    let china = crate::pay::words::in_china(at).checked_add(1.year()).ok()?;
    Some(china.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pay::form::Pairs;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let pairs: Pairs =
            pairs.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect();
        Fields::of(&pairs).unwrap()
    }

    #[test]
    fn a_payment_of_new_years_night_is_of_the_next_year() {
        let at = |sent: &str, traced: &str| traced_at(&fields(&[("txnTime", sent), ("traceTime", traced)]));
        assert_eq!(at("20261231235950", "0101000005"), Some("2026-12-31T16:00:05Z".parse().unwrap()));
        assert_eq!(at("20261128100000", "1128100005"), Some("2026-11-28T02:00:05Z".parse().unwrap()));
        assert_eq!(at("20261128100000", "11281000"), None);
    }

    #[test]
    fn what_nobody_paid_is_over_at_its_time() {
        let now: Timestamp = "2026-11-28T02:30:00Z".parse().unwrap();
        for (code, ends, wanted) in [
            ("05", "20261128103001", PaymentStatus::Waiting),
            ("05", "20261128103000", PaymentStatus::Closed),
            ("61", "20261128103001", PaymentStatus::Waiting),
            ("61", "20261128103000", PaymentStatus::Closed),
            ("05", "", PaymentStatus::Waiting),
            ("42", "20261128103001", PaymentStatus::Closed),
        ] {
            let told = payment_status(&fields(&[("c", code), ("reqReserved", ends)]), "c", now);
            assert_eq!(told, Some(wanted), "{code} {ends}");
        }
    }

    #[test]
    fn only_whole_fen_are_an_amount() {
        assert_eq!((fen("000000008800"), fen("1")), (Some(8_800), Some(1)));
        for wrong in ["", "88.00", "-1", "+1", "1e3", "１", "0000000008800"] {
            assert_eq!(fen(wrong), None, "{wrong}");
        }
    }
}
