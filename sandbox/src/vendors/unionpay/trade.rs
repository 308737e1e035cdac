//! What one can ask of UnionPay: after an order, for a refund, after a refund. There is no closing.

use std::time::Duration;

use super::envelope::Fields;
use super::message::{MALFORMED, MISSING, Message, Refusal};
use super::notice::{done, traced};
use crate::desk::Desk;
use crate::pay::books::{NewRefund, NotRefundable};
use crate::pay::conduct::{RefundTwist, end_of};
use crate::pay::key_of;
use crate::pay::trade::{Channel, Refund, RefundState, Trade, TradeState};

const NOT_THERE: Refusal = Refusal("34", "查无此交易");
const AGAIN: Refusal = Refusal("12", "重复交易");
const SHORT: Refusal = Refusal("64", "可退余额不足");

type Outcome = Result<Fields, Refusal>;

/// The refund with this number, and what it is of.
fn found_refund(desk: &Desk, number: &str) -> Option<(Trade, Refund)> {
    desk.pay.with(|books, _| {
        let of_channel = books.all().filter(|trade| trade.channel == Channel::Unionpay);
        let mut refunds = of_channel.flat_map(|trade| trade.refunds.iter().map(move |refund| (trade, refund)));
        refunds.find(|(_, refund)| refund.number == number).map(|(trade, refund)| (trade.clone(), refund.clone()))
    })
}

pub(super) fn is_refund(desk: &Desk, number: &str) -> bool {
    found_refund(desk, number).is_some()
}

/// An order is named by its number and the time of its sending.
pub(super) fn query(desk: &Desk, message: &Message) -> Outcome {
    let trade = desk.pay.trade(Channel::Unionpay, message.order()?).ok_or(NOT_THERE)?;
    if trade.asked_text("txnTime") != Some(message.text("txnTime")) {
        return Err(NOT_THERE);
    }
    let (code, words) = match trade.state {
        TradeState::Paid | TradeState::Finished => ("00", "成功[0000000]"),
        TradeState::Offered | TradeState::Waiting => ("05", "交易已受理，请稍后查询交易结果[6154037]"),
        TradeState::Closed => ("01", "交易失败，详情请咨询95516[6100030]"),
    };
    let mut told: Fields = vec![
        ("origRespCode", code.to_owned()),
        ("origRespMsg", words.to_owned()),
        ("txnType", "01".to_owned()),
        ("txnSubType", "01".to_owned()),
        ("txnAmt", trade.amount_fen.to_string()),
        ("currencyCode", "156".to_owned()),
    ];
    told.extend(trade.asked_text("reqReserved").map(|text| ("reqReserved", text.to_owned())));
    if trade.is_paid() {
        told.extend(done(&trade));
    }
    Ok(told)
}

pub(super) fn refund(desk: &Desk, message: &Message) -> Outcome {
    let (number, amount, of) = (message.order()?, message.amount()?, message.text("origQryId"));
    if of.is_empty() || message.text("backUrl").is_empty() {
        return Err(MISSING);
    }
    if message.text("txnSubType") != "00" || message.text("bizType") != "000201" {
        return Err(MALFORMED);
    }
    if is_refund(desk, number) {
        return Err(AGAIN);
    }
    let trade = desk.pay.with(|books, _| books.by_reference(Channel::Unionpay, of).cloned());
    let trade = trade.ok_or(Refusal("35", "原交易不存在或状态不正确"))?;
    let twist = desk.pay.conducted(Channel::Unionpay).take_refund();
    if twist == Some(RefundTwist::Short) {
        return Err(SHORT);
    }
    let new = NewRefund {
        number,
        amount_fen: amount,
        reason: "",
        notify_url: Some(message.text("backUrl")),
        takes: Duration::from_millis(desk.pay.conduct(Channel::Unionpay).refund_ms),
        ends_as: end_of(twist),
    };
    let refunded = desk.pay.with(|books, now| books.refund(&key_of(&trade), &new, now));
    let (_, refund, _) = refunded.map_err(|why| match why {
        NotRefundable::Unknown | NotRefundable::NotPaid => Refusal("35", "原交易不存在或状态不正确"),
        NotRefundable::Finished => Refusal("39", "交易不在受理时间范围内"),
        NotRefundable::TooMuch => Refusal("36", "与原交易信息不符"),
        NotRefundable::Differs => AGAIN,
        NotRefundable::Short => SHORT,
    })?;
    Ok(vec![("queryId", refund.reference), ("origQryId", of.to_owned())])
}

pub(super) fn query_refund(desk: &Desk, message: &Message) -> Outcome {
    let (trade, refund) = found_refund(desk, message.order()?).ok_or(NOT_THERE)?;
    let (code, words) = match refund.state {
        RefundState::Done => ("00", "成功[0000000]"),
        RefundState::Processing => ("05", "交易已受理，请稍后查询交易结果[6154037]"),
        RefundState::Abnormal => ("61", "输入的卡号无效，请确认后输入[6100061]"),
        RefundState::Closed => ("01", "交易失败，详情请咨询95516[6100030]"),
    };
    let mut told: Fields = vec![
        ("origRespCode", code.to_owned()),
        ("origRespMsg", words.to_owned()),
        ("txnType", "04".to_owned()),
        ("txnSubType", "00".to_owned()),
        ("txnAmt", refund.amount_fen.to_string()),
        ("currencyCode", "156".to_owned()),
        ("queryId", refund.reference.clone()),
        ("reqReserved", trade.number.clone()),
    ];
    told.extend(refund.ended_at.map(|at| ("traceTime", traced(at))));
    Ok(told)
}
