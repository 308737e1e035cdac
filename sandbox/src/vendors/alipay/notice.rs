//! What Alipay tells by itself: one address for a payment, its end, and every refund, told apart only by what is in it.

use std::time::Duration;

use jiff::Timestamp;

use crate::digests::{percent_encoded, random};
use crate::pay::books::{Happened, What};
use crate::pay::clock::written;
use crate::pay::conduct::{Conduct, NewsTwist};
use crate::pay::courier::{Letter, Sealed};
use crate::pay::keys::{ALIPAY_APP, ALIPAY_SELLER};
use crate::pay::rsa::{Key, sign, spoiled};
use crate::pay::trade::{Product, Refund, RefundState, Trade, TradeState, yuan};

/// Eight deliveries within 25 hours.
const WAITS: [u64; 7] = [240, 600, 600, 3_600, 7_200, 21_600, 54_000];

/// The news, if Alipay tells such a thing at all.
pub(crate) fn letter(happened: Happened, conduct: &Conduct) -> Option<Letter> {
    let Happened { trade, what } = happened;
    let to = trade.notify_url.clone()?;
    let refund = match &what {
        What::Refund(number) => {
            Some(trade.refunds.iter().find(|refund| refund.number == *number && refund.state == RefundState::Done)?)
        }
        // Only the page for phones tells of an end without money, and nothing that it did not know of.
        What::Closed if trade.product == Product::Wap && trade.reference.is_some() => None,
        What::Closed => return None,
        What::Paid => None,
    }
    .cloned();
    let about = match what {
        What::Paid => "payment",
        What::Closed => "closed",
        What::Refund(_) => "refund",
    };
    let (notify_number, has_user_ids) = (random(), conduct.has_user_ids);
    let number = trade.number.clone();
    Some(Letter {
        channel: trade.channel,
        number,
        to,
        about,
        seal: Box::new(move |twist| seal(fields(&trade, refund.as_ref(), &notify_number, has_user_ids, twist), twist)),
        is_acknowledged: |status, body| status == 200 && body.trim() == "success",
        waits: &WAITS,
        hurry: conduct.hurry,
        late: Duration::from_millis(conduct.late_ms),
    })
}

/// The state as Alipay calls it: a trade whose money went back entirely is closed, too.
pub(crate) fn status(trade: &Trade) -> &'static str {
    match trade.state {
        TradeState::Offered | TradeState::Waiting => "WAIT_BUYER_PAY",
        TradeState::Closed => "TRADE_CLOSED",
        TradeState::Paid if trade.refunded_fen() == trade.told_fen() => "TRADE_CLOSED",
        TradeState::Paid => "TRADE_SUCCESS",
        TradeState::Finished => "TRADE_FINISHED",
    }
}

/// How the buyer is named: apps since 2023 get an `open_id`, older ones a `user_id`.
pub(crate) fn buyer(trade: &Trade, has_user_ids: bool, old_name: &'static str) -> Option<(&'static str, String)> {
    let payer = trade.payer.clone()?;
    Some(if has_user_ids { (old_name, payer) } else { ("buyer_open_id", payer) })
}

fn fields(
    trade: &Trade,
    refund: Option<&Refund>,
    notify_number: &str,
    has_user_ids: bool,
    twist: Option<NewsTwist>,
) -> Vec<(&'static str, String)> {
    let is = |wanted: NewsTwist| twist == Some(wanted);
    let amount = yuan(trade.told_fen() + u64::from(is(NewsTwist::WrongAmount)));
    let is_other = is(NewsTwist::OtherMerchant);
    let mut fields = vec![
        ("notify_time", written(Timestamp::now())),
        ("notify_type", "trade_status_sync".to_owned()),
        ("notify_id", notify_number.to_owned()),
        ("app_id", if is_other { "2021000000009999" } else { ALIPAY_APP }.to_owned()),
        ("charset", "utf-8".to_owned()),
        ("version", "1.0".to_owned()),
        ("sign_type", "RSA2".to_owned()),
        ("trade_no", trade.reference.clone().unwrap_or_default()),
        ("out_trade_no", trade.number.clone()),
        ("seller_id", if is_other { "2088000000009999" } else { ALIPAY_SELLER }.to_owned()),
        ("seller_email", "sandbox@exam.example".to_owned()),
        ("trade_status", status(trade).to_owned()),
        ("total_amount", amount.clone()),
        ("subject", trade.subject.clone()),
        ("gmt_create", written(trade.created_at)),
    ];
    fields.extend(trade.asked_text("body").map(|body| ("body", body.to_owned())));
    fields.extend(trade.asked_text("passback_params").map(|text| ("passback_params", text.to_owned())));
    fields.extend(buyer(trade, has_user_ids, "buyer_id"));
    if let Some(paid_at) = trade.paid_at {
        fields.extend([
            ("gmt_payment", written(paid_at)),
            ("buyer_logon_id", "san***@exam.example".to_owned()),
            ("receipt_amount", amount.clone()),
            ("buyer_pay_amount", amount.clone()),
            ("invoice_amount", amount.clone()),
            ("point_amount", "0.00".to_owned()),
            ("fund_bill_list", format!(r#"[{{"amount":"{amount}","fundChannel":"ALIPAYACCOUNT"}}]"#)),
        ]);
    }
    if let Some(refund) = refund {
        let at = written(refund.ended_at.unwrap_or(refund.created_at));
        fields.push(("out_biz_no", refund.number.clone()));
        fields.push(("refund_fee", yuan(trade.refunded_fen())));
        fields.push(("gmt_refund", format!("{at}.000")));
        fields.extend((status(trade) == "TRADE_CLOSED").then_some(("gmt_close", at)));
    }
    fields.extend(trade.closed_at.map(|at| ("gmt_close", written(at))));
    if is(NewsTwist::UnknownFields) {
        fields.extend([("a_new_field", "值/1 + 2&3".to_owned()), ("an_empty_one", String::new())]);
    }
    fields
}

/// Signs everything but `sign_type`, in the order of the names; what is empty counts.
fn seal(mut fields: Vec<(&'static str, String)>, twist: Option<NewsTwist>) -> Sealed {
    let signature = signature(&fields);
    let is_spoiled =
        matches!(twist, Some(NewsTwist::WrongSignature | NewsTwist::Probe | NewsTwist::Stale | NewsTwist::OddNonce));
    fields.push(("sign", if is_spoiled { spoiled(&signature) } else { signature }));
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    Sealed { headers: vec![("Content-Type", "application/x-www-form-urlencoded; charset=utf-8".to_owned())], body }
}

/// Of pairs that Alipay gives out: in news, and on the way back from its page.
pub(crate) fn signature(fields: &[(&'static str, String)]) -> String {
    let mut signed: Vec<_> = fields.iter().filter(|(name, _)| *name != "sign_type").collect();
    signed.sort_unstable();
    let text = signed.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    sign(Key::Alipay, text.as_bytes())
}
