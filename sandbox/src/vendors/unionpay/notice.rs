//! What UnionPay tells by itself: that a payment, or a refund, was done. What failed is not told.

use std::time::Duration;

use jiff::Timestamp;

use super::envelope::{Fields, signed, spoil};
use crate::digests::percent_encoded;
use crate::pay::books::{Happened, What};
use crate::pay::clock::china;
use crate::pay::conduct::{Conduct, NewsTwist};
use crate::pay::courier::{Letter, Sealed};
use crate::pay::keys::UNIONPAY_MERCHANT;
use crate::pay::trade::{Refund, RefundState, Trade, TradeState};

/// Five deliveries: after none, one, two and four minutes.
const WAITS: [u64; 4] = [1, 60, 120, 240];

/// The news, if UnionPay tells such a thing at all.
pub(crate) fn letter(happened: Happened, conduct: &Conduct) -> Option<Letter> {
    let Happened { trade, what } = happened;
    let (refund, to, about) = match what {
        What::Closed => return None,
        What::Paid if trade.state == TradeState::Finished => return None,
        What::Paid => (None, trade.notify_url.clone()?, "payment"),
        What::Refund(number) => {
            let is_done = |refund: &&Refund| refund.number == number && refund.state == RefundState::Done;
            let refund = trade.refunds.iter().find(is_done)?.clone();
            let to = refund.notify_url.clone()?;
            (Some(refund), to, "refund")
        }
    };
    Some(Letter {
        channel: trade.channel,
        number: trade.number.clone(),
        to,
        about,
        seal: Box::new(move |twist| {
            let fields = match &refund {
                None => payment(&trade, twist),
                Some(one) => refunded(&trade, one, twist),
            };
            seal(fields, twist)
        }),
        is_acknowledged: |status, _| matches!(status, 200 | 302),
        waits: &WAITS,
        hurry: conduct.hurry,
        late: Duration::from_millis(conduct.late_ms),
    })
}

fn common(trade: &Trade, twist: Option<NewsTwist>) -> Fields {
    let is_other = twist == Some(NewsTwist::OtherMerchant);
    let mut fields: Fields = vec![
        ("accessType", "0".to_owned()),
        ("bizType", "000201".to_owned()),
        ("currencyCode", "156".to_owned()),
        ("encoding", "UTF-8".to_owned()),
        ("merId", if is_other { "777290000009999" } else { UNIONPAY_MERCHANT }.to_owned()),
        ("respCode", "00".to_owned()),
        ("respMsg", "成功[0000000]".to_owned()),
        ("settleCurrencyCode", "156".to_owned()),
    ];
    fields.extend(trade.paid_at.map(|at| ("settleDate", china(at).strftime("%m%d").to_string())));
    if twist == Some(NewsTwist::UnknownFields) {
        fields.push(("aNewField", "值/1 + 2&3".to_owned()));
        fields.push(("anEmptyOne", String::new()));
    }
    fields
}

/// A payment that was made, as news and as the way back say it.
pub(super) fn payment(trade: &Trade, twist: Option<NewsTwist>) -> Fields {
    let amount = trade.amount_fen + u64::from(twist == Some(NewsTwist::WrongAmount));
    let mut fields = common(trade, twist);
    fields.extend(done(trade));
    fields.extend([
        ("orderId", trade.number.clone()),
        ("txnTime", trade.asked_text("txnTime").unwrap_or_default().to_owned()),
        ("txnType", "01".to_owned()),
        ("txnSubType", "01".to_owned()),
        ("txnAmt", amount.to_string()),
        ("settleAmt", amount.to_string()),
    ]);
    fields.extend(trade.asked_text("reqReserved").map(|text| ("reqReserved", text.to_owned())));
    fields
}

/// What names a payment that was made.
pub(super) fn done(trade: &Trade) -> Fields {
    let mut fields = vec![("queryId", trade.reference.clone().unwrap_or_default())];
    fields.extend(trade.paid_at.map(|at| ("traceTime", traced(at))));
    fields.push(("accNo", "6226********0048".to_owned()));
    fields
}

fn refunded(trade: &Trade, refund: &Refund, twist: Option<NewsTwist>) -> Fields {
    let amount = refund.amount_fen + u64::from(twist == Some(NewsTwist::WrongAmount));
    let mut fields = common(trade, twist);
    fields.extend([
        ("orderId", refund.number.clone()),
        ("queryId", refund.reference.clone()),
        ("origQryId", trade.reference.clone().unwrap_or_default()),
        ("txnTime", china(refund.created_at).strftime("%Y%m%d%H%M%S").to_string()),
        ("txnType", "04".to_owned()),
        ("txnSubType", "00".to_owned()),
        ("txnAmt", amount.to_string()),
        ("settleAmt", amount.to_string()),
        ("traceTime", traced(refund.ended_at.unwrap_or(refund.created_at))),
        ("reqReserved", trade.number.clone()),
    ]);
    fields
}

/// `1128100005`
pub(super) fn traced(at: Timestamp) -> String {
    china(at).strftime("%m%d%H%M%S").to_string()
}

fn seal(fields: Fields, twist: Option<NewsTwist>) -> Sealed {
    use NewsTwist::{OddNonce, Probe, Stale, WrongSignature};
    let mut fields = signed(fields);
    if matches!(twist, Some(WrongSignature | Probe | Stale | OddNonce)) {
        spoil(&mut fields);
    }
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    Sealed { headers: vec![("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8".to_owned())], body }
}
