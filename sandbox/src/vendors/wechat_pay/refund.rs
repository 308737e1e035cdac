//! Refunds of WeChat Pay: always under way first; the same number again is the same refund.

use std::time::Duration;

use serde_json::{Value, json};

use super::answer::Reply;
use super::authorization::{Problem, problem, wrong_field};
use super::body;
use super::notice::status;
use crate::desk::Desk;
use crate::pay::books::{NewRefund, NotRefundable};
use crate::pay::clock::rfc3339;
use crate::pay::conduct::{RefundTwist, end_of};
use crate::pay::key_of;
use crate::pay::trade::{Channel, Refund, RefundState, Trade};
use crate::vendors::call::Call;

const FIELDS: [&str; 9] = [
    "transaction_id",
    "out_trade_no",
    "out_refund_no",
    "reason",
    "notify_url",
    "funds_account",
    "amount",
    "goods_detail",
    "sub_mchid",
];

fn short() -> Problem {
    problem(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")
}

pub(crate) fn refund(desk: &Desk, call: &Call) -> Result<Reply, Problem> {
    let body = body::object(call)?;
    let fields = body::fields(&body, "", &FIELDS)?;
    let number = body::text(fields, "out_refund_no", 64)?;
    if !number.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-|*@".contains(&byte)) {
        return Err(wrong_field("body", "out_refund_no", "只能是数字、大小写字母_-|*@"));
    }
    let reason = body::optional(fields, "reason", 80)?;
    let notify_url = body::optional(fields, "notify_url", 255)?;
    notify_url.map(body::notify_url).transpose()?;
    let amount = body::fields(&body, "amount", &["refund", "total", "currency", "from"])?;
    let (back, total) = (body::fen(amount, "refund")?, body::fen(amount, "total")?);
    if body::text(amount, "currency", 16)? != "CNY" {
        return Err(wrong_field("body", "currency", "仅支持人民币：CNY"));
    }
    let trade =
        found(desk, body::optional(fields, "out_trade_no", 32)?, body::optional(fields, "transaction_id", 32)?)?;
    if total != trade.told_fen() {
        return Err(problem(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试"));
    }
    let is_known = trade.refunds.iter().any(|refund| refund.number == number);
    let twist = if is_known { None } else { desk.pay.conducted(Channel::WechatPay).take_refund() };
    if twist == Some(RefundTwist::Short) {
        return Err(short());
    }
    let new = NewRefund {
        number,
        amount_fen: back,
        reason: reason.unwrap_or_default(),
        notify_url,
        takes: Duration::from_millis(desk.pay.conduct(Channel::WechatPay).refund_ms),
        ends_as: end_of(twist),
    };
    let refunded = desk.pay.with(|books, now| books.refund(&key_of(&trade), &new, now));
    let (trade, refund, _) = refunded.map_err(|why| match why {
        NotRefundable::Unknown => problem(404, "RESOURCE_NOT_EXISTS", "订单不存在"),
        NotRefundable::NotPaid => problem(400, "INVALID_REQUEST", "订单未支付，不能退款"),
        NotRefundable::Finished => problem(400, "INVALID_REQUEST", "订单已超过可退款的最大期限"),
        NotRefundable::TooMuch => problem(400, "INVALID_REQUEST", "申请退款金额大于订单可退金额"),
        NotRefundable::Differs => problem(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试"),
        NotRefundable::Short => short(),
    })?;
    Ok(Reply::Json(told(&trade, &refund)))
}

fn found(desk: &Desk, number: Option<&str>, reference: Option<&str>) -> Result<Trade, Problem> {
    let trade = desk.pay.with(|books, _| match (number, reference) {
        (None, None) => Err(problem(400, "PARAM_ERROR", "transaction_id和out_trade_no二选一")),
        (_, Some(reference)) => Ok(books.by_reference(Channel::WechatPay, reference).cloned()),
        (Some(number), None) => Ok(books.trade(Channel::WechatPay, number).cloned()),
    })?;
    trade.ok_or_else(|| problem(404, "RESOURCE_NOT_EXISTS", "订单不存在"))
}

pub(crate) fn query(desk: &Desk, number: &str) -> Result<Reply, Problem> {
    let known = desk.pay.with(|books, _| {
        let of_channel = books.all().filter(|trade| trade.channel == Channel::WechatPay);
        of_channel
            .flat_map(|trade| trade.refunds.iter().map(move |refund| (trade, refund)))
            .find(|(_, refund)| refund.number == number)
            .map(|(trade, refund)| told(trade, refund))
    });
    known.map(Reply::Json).ok_or_else(|| problem(404, "RESOURCE_NOT_EXISTS", "退款单不存在"))
}

/// What the buyer's card did not take goes to another card, or to the merchant's own account, which pays it out by hand.
pub(crate) fn redirect(desk: &Desk, call: &Call, reference: &str) -> Result<Reply, Problem> {
    let body = body::object(call)?;
    let known = ["out_refund_no", "type", "bank_type", "bank_account", "real_name"];
    let fields = body::fields(&body, "", &known)?;
    let number = body::text(fields, "out_refund_no", 64)?;
    match body::text(fields, "type", 32)? {
        "MERCHANT_BANK_CARD" => {}
        // Both come encrypted; to whom the money goes is no matter here.
        "USER_BANK_CARD" => {
            body::text(fields, "bank_account", 1_024)?;
            body::text(fields, "real_name", 1_024)?;
        }
        _ => return Err(wrong_field("body", "type", "应为USER_BANK_CARD或MERCHANT_BANK_CARD")),
    }
    let takes = desk.pay.conduct(Channel::WechatPay).refund_ms;
    let redirected = desk.pay.with(|books, now| {
        let of_channel = books.all().filter(|trade| trade.channel == Channel::WechatPay);
        let is_meant = |refund: &&Refund| refund.number == number && refund.reference == reference;
        let key = of_channel.filter(|trade| trade.refunds.iter().any(|refund| is_meant(&refund))).map(key_of).next()?;
        let end = now.checked_add(Duration::from_millis(takes)).unwrap_or(now);
        Some(books.redirect_refund(&key, number, end))
    });
    match redirected {
        None => Err(problem(404, "RESOURCE_NOT_EXISTS", "退款单不存在")),
        Some(None) => Err(problem(400, "INVALID_REQUEST", "退款单状态不是退款异常")),
        Some(Some((trade, refund))) => Ok(Reply::Json(told(&trade, &refund))),
    }
}

fn told(trade: &Trade, refund: &Refund) -> Value {
    let (total, back) = (trade.told_fen(), refund.amount_fen);
    let mut told = json!({
        "refund_id": refund.reference, "out_refund_no": refund.number, "transaction_id": trade.reference,
        "out_trade_no": trade.number, "channel": "ORIGINAL", "user_received_account": "支付用户零钱",
        "create_time": rfc3339(refund.created_at), "status": status(refund), "funds_account": "AVAILABLE",
        "amount": {
            "total": total, "refund": back, "payer_total": total, "payer_refund": back, "settlement_refund": back,
            "settlement_total": total, "discount_refund": 0, "currency": "CNY", "from": [],
        },
        "promotion_detail": [],
    });
    if refund.state == RefundState::Done {
        told["success_time"] = rfc3339(refund.ended_at.unwrap_or(refund.created_at)).into();
    }
    told
}
