//! Alipay's calls about trades: `precreate`, `query`, `close`, `refund`, and the query of a refund.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::notice::{buyer, status};
use super::request::{Parameters, Refusal, business};
use crate::desk::Desk;
use crate::digests::random;
use crate::pay::Pay;
use crate::pay::books::{Clash, NewRefund, NewTrade, NotPayable, NotRefundable, length};
use crate::pay::clock::{china_zone, written};
use crate::pay::conduct::{RefundTwist, end_of};
use crate::pay::key_of;
use crate::pay::trade::{Channel, Product, RefundState, Trade, fen, yuan};

const AMOUNT_FEN_MAX: u64 = 10_000_000_000;
const SUBJECT_CHARS_MAX: usize = 256;
const NUMBER_CHARS_MAX: usize = 64;
/// A code is good so long when nothing else is said.
const PRECREATE_LASTS: SignedDuration = SignedDuration::from_hours(3);
const WAP_LASTS: SignedDuration = SignedDuration::from_hours(15 * 24);

const NOT_THERE: Refusal = Refusal { code: "40004", sub_code: "ACQ.TRADE_NOT_EXIST", sub_msg: "交易不存在" };

fn wrong_parameter(sub_msg: &'static str) -> Refusal {
    business("ACQ.INVALID_PARAMETER", sub_msg)
}

type Outcome = Result<Map<String, Value>, Refusal>;

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Some SDKs send numbers where the document has texts.
pub(crate) fn text(business: &Value, name: &str) -> Option<String> {
    match business.get(name)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn payer(trade: &Trade, pay: &Pay) -> Option<(&'static str, String)> {
    buyer(trade, pay.conduct(Channel::Alipay).has_user_ids, "buyer_user_id")
}

/// What was ordered, by either call.
pub(crate) struct Ordered {
    number: String,
    amount_fen: u64,
    subject: String,
    expires_at: Option<Timestamp>,
    asked: Value,
}

impl Ordered {
    pub(crate) fn read(asked: Value, product: Product, now: Timestamp) -> Result<Self, Refusal> {
        let number = text(&asked, "out_trade_no").ok_or(wrong_parameter("缺少商户订单号"))?;
        let is_number = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if number.len() > NUMBER_CHARS_MAX || !number.chars().all(is_number) {
            return Err(wrong_parameter("商户订单号不合法"));
        }
        let amount = text(&asked, "total_amount").and_then(|text| fen(&text));
        let is_amount = |amount: &u64| (1..=AMOUNT_FEN_MAX).contains(amount);
        let amount_fen = amount.filter(is_amount).ok_or(wrong_parameter("订单总金额不合法"))?;
        let subject = text(&asked, "subject").filter(|subject| subject.chars().count() <= SUBJECT_CHARS_MAX);
        let subject = subject.ok_or(wrong_parameter("订单标题不合法"))?;
        let code = text(&asked, "product_code");
        let is_product = match product {
            Product::Wap => code.as_deref() == Some("QUICK_WAP_WAY"),
            _ => matches!(code.as_deref(), None | Some("FACE_TO_FACE_PAYMENT" | "QR_CODE_OFFLINE")),
        };
        if !is_product {
            return Err(wrong_parameter("产品码与产品不匹配"));
        }
        let expires_at = expiry(&asked, product, now)?;
        Ok(Self { number, amount_fen, subject, expires_at, asked })
    }

    /// Writes it into the books, with a code that opens it.
    pub(crate) fn offer(
        self,
        pay: &Pay,
        product: Product,
        code: &str,
        parameters: &Parameters,
    ) -> Result<Trade, Refusal> {
        let [notify_url, return_url] =
            ["notify_url", "return_url"].map(|name| Some(parameters.text(name)).filter(|address| !address.is_empty()));
        let offered = pay.with(|books, now| {
            let offered = books.offer(
                NewTrade {
                    channel: Channel::Alipay,
                    product,
                    number: &self.number,
                    amount_fen: self.amount_fen,
                    subject: &self.subject,
                    expires_at: self.expires_at,
                    notify_url: notify_url.as_deref(),
                    return_url: return_url.as_deref(),
                    asked: self.asked,
                },
                now,
            )?;
            books.issue(&key_of(&offered), code, now);
            Ok(offered)
        });
        offered.map_err(|clash| match clash {
            Clash::Paid => business("ACQ.TRADE_HAS_SUCCESS", "交易已被支付"),
            Clash::Closed => business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭"),
            Clash::Differs => business("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改"),
        })
    }
}

/// `time_expire` goes before `timeout_express`, which at the page for phones runs only once the buyer acts.
fn expiry(asked: &Value, product: Product, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    if let Some(text) = text(asked, "time_expire") {
        let at = DateTime::strptime("%Y-%m-%d %H:%M:%S", &text).ok().and_then(|at| at.to_zoned(china_zone()).ok());
        let at = at.ok_or(wrong_parameter("time_expire 格式错误"))?.timestamp();
        let is_in_range = at.duration_since(now) <= WAP_LASTS;
        return if is_in_range { Ok(Some(at)) } else { Err(wrong_parameter("time_expire 超出范围")) };
    }
    let told = match text(asked, "timeout_express") {
        Some(text) => Some(length(&text).ok_or(wrong_parameter("timeout_express 格式错误"))?),
        None => None,
    };
    let runs = match product {
        Product::Wap if told.is_some() => return Ok(None),
        Product::Wap => WAP_LASTS,
        _ => told.unwrap_or(PRECREATE_LASTS),
    };
    Ok(now.checked_add(runs).ok())
}

/// What Alipay knows of: what nobody has acted on is not there.
fn found(pay: &Pay, asked: &Value) -> Result<Trade, Refusal> {
    let (number, reference) = (text(asked, "out_trade_no"), text(asked, "trade_no"));
    if number.is_none() && reference.is_none() {
        return Err(wrong_parameter("out_trade_no 和 trade_no 不能同时为空"));
    }
    let trade = pay.with(|books, _| match (&reference, &number) {
        (Some(reference), _) => books.by_reference(Channel::Alipay, reference).cloned(),
        (None, Some(number)) => books.trade(Channel::Alipay, number).cloned(),
        (None, None) => None,
    });
    trade.filter(|trade| trade.reference.is_some()).ok_or(NOT_THERE)
}

pub(crate) fn precreate(desk: &Desk, parameters: &Parameters) -> Outcome {
    let ordered = Ordered::read(parameters.business()?, Product::Precreate, desk.pay.now())?;
    if ordered.expires_at.is_some_and(|end| end <= desk.pay.now()) {
        return Err(wrong_parameter("time_expire 早于当前时间"));
    }
    let code = format!("bax{}", random());
    let trade = ordered.offer(&desk.pay, Product::Precreate, &code, parameters)?;
    let address = format!("http://{}/pay/{code}", desk.host);
    Ok(fields(json!({ "out_trade_no": trade.number, "qr_code": address })))
}

pub(crate) fn query(desk: &Desk, parameters: &Parameters) -> Outcome {
    let trade = found(&desk.pay, &parameters.business()?)?;
    let amount = yuan(trade.told_fen());
    let mut told = fields(json!({
        "trade_no": trade.reference, "out_trade_no": trade.number, "trade_status": status(&trade),
        "total_amount": amount, "buyer_logon_id": "san***@exam.example", "point_amount": "0.00",
    }));
    let paid = trade.paid_at.map(|at| {
        fields(json!({
            "send_pay_date": written(at), "receipt_amount": amount, "buyer_pay_amount": amount,
            "invoice_amount": amount, "buyer_user_type": "PRIVATE",
            "fund_bill_list": [{ "amount": amount, "fund_channel": "ALIPAYACCOUNT" }],
        }))
    });
    told.extend(paid.into_iter().flatten());
    told.extend(payer(&trade, &desk.pay).map(|(name, value)| (name.to_owned(), value.into())));
    Ok(told)
}

pub(crate) fn close(desk: &Desk, parameters: &Parameters) -> Outcome {
    let trade = found(&desk.pay, &parameters.business()?)?;
    let closed = desk.pay.with(|books, now| books.close(&key_of(&trade), now));
    match closed {
        Ok(trade) => Ok(fields(json!({ "trade_no": trade.reference, "out_trade_no": trade.number }))),
        Err(NotPayable::Paid) if status(&trade) == "TRADE_SUCCESS" => {
            Err(business("ACQ.TRADE_HAS_SUCCESS", "交易已被支付"))
        }
        Err(NotPayable::Paid) => Err(business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")),
        Err(NotPayable::Closed | NotPayable::Expired) => Err(business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")),
        Err(NotPayable::Unknown) => Err(NOT_THERE),
    }
}

pub(crate) fn refund(desk: &Desk, parameters: &Parameters) -> Outcome {
    let asked = parameters.business()?;
    let trade = found(&desk.pay, &asked)?;
    let amount = text(&asked, "refund_amount").and_then(|text| fen(&text)).ok_or(wrong_parameter("退款金额不合法"))?;
    let number = match text(&asked, "out_request_no") {
        Some(number) => number,
        None if amount == trade.told_fen() => trade.number.clone(),
        None => return Err(wrong_parameter("部分退款必须传入 out_request_no")),
    };
    // The same refund again is not another chance for something to go wrong.
    let is_known = trade.refunds.iter().any(|refund| refund.number == number);
    let twist = if is_known { None } else { desk.pay.conducted(Channel::Alipay).take_refund() };
    if twist == Some(RefundTwist::Short) {
        return Err(short());
    }
    let takes = twist.map_or(0, |_| desk.pay.conduct(Channel::Alipay).refund_ms);
    let new = NewRefund {
        number: &number,
        amount_fen: amount,
        reason: &text(&asked, "refund_reason").unwrap_or_default(),
        notify_url: None,
        takes: Duration::from_millis(takes),
        ends_as: end_of(twist),
    };
    let refunded = desk.pay.with(|books, now| books.refund(&key_of(&trade), &new, now));
    let (trade, refund, is_new) = refunded.map_err(|why| match why {
        NotRefundable::Unknown => NOT_THERE,
        NotRefundable::NotPaid => business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
        NotRefundable::Finished => business("ACQ.TRADE_HAS_FINISHED", "交易已完结"),
        NotRefundable::TooMuch => business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限"),
        NotRefundable::Differs => business("ACQ.DISCORDANT_REPEAT_REQUEST", "请求信息不一致"),
        NotRefundable::Short => short(),
    })?;
    let has_moved = is_new && refund.state == RefundState::Done;
    let mut told = fields(json!({
        "trade_no": trade.reference, "out_trade_no": trade.number, "buyer_logon_id": "san***@exam.example",
        "fund_change": if has_moved { "Y" } else { "N" },
        "refund_fee": yuan(trade.told_fen() - trade.refundable_fen()),
    }));
    told.extend(refund.ended_at.map(|at| ("gmt_refund_pay".to_owned(), written(at).into())));
    told.extend(payer(&trade, &desk.pay).map(|(name, value)| (name.to_owned(), value.into())));
    Ok(told)
}

fn short() -> Refusal {
    business("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足")
}

/// A refund that is not there, or not done, is a success without `refund_status`.
pub(crate) fn query_refund(desk: &Desk, parameters: &Parameters) -> Outcome {
    let asked = parameters.business()?;
    let trade = found(&desk.pay, &asked)?;
    let number = text(&asked, "out_request_no").ok_or(wrong_parameter("缺少 out_request_no"))?;
    let Some(refund) = trade.refunds.iter().find(|refund| refund.number == number) else { return Ok(Map::new()) };
    if refund.state != RefundState::Done {
        return Ok(Map::new());
    }
    let mut told = fields(json!({
        "trade_no": trade.reference, "out_trade_no": trade.number, "out_request_no": number,
        "total_amount": yuan(trade.told_fen()), "refund_amount": yuan(refund.amount_fen),
        "refund_reason": refund.reason, "refund_status": "REFUND_SUCCESS",
    }));
    told.extend(refund.ended_at.map(|at| ("gmt_refund_pay".to_owned(), written(at).into())));
    Ok(told)
}
