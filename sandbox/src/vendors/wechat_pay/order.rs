//! Orders of WeChat Pay: H5, Native, asking after one, closing one.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::answer::Reply;
use super::authorization::{Problem, problem, wrong_field};
use super::body;
use super::notice::transaction;
use crate::desk::Desk;
use crate::digests::{pairs, random};
use crate::pay::books::{Clash, NewTrade, NotPayable};
use crate::pay::key_of;
use crate::pay::keys::{WECHAT_APP, WECHAT_MERCHANT};
use crate::pay::trade::{Channel, Product, Trade};
use crate::vendors::call::Call;

const FIELDS: [&str; 14] = [
    "appid",
    "mchid",
    "description",
    "out_trade_no",
    "time_expire",
    "attach",
    "notify_url",
    "goods_tag",
    "support_fapiao",
    "amount",
    "detail",
    "scene_info",
    "settle_info",
    "limit_pay",
];
const LASTS_DEFAULT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A minute, less what the call takes.
const LASTS_MIN: SignedDuration = SignedDuration::from_secs(58);

pub(crate) fn order(desk: &Desk, call: &Call, product: Product) -> Result<Reply, Problem> {
    let body = body::object(call)?;
    let fields = body::fields(&body, "", &FIELDS)?;
    if body::text(fields, "appid", 32)? != WECHAT_APP {
        return Err(problem(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配"));
    }
    is_ours(body::text(fields, "mchid", 32)?)?;
    let subject = body::text(fields, "description", 127)?;
    let number = body::text(fields, "out_trade_no", 32)?;
    is_number(number)?;
    let notify_url = body::text(fields, "notify_url", 255)?;
    body::notify_url(notify_url)?;
    body::optional(fields, "attach", 128)?;
    body::optional(fields, "goods_tag", 32)?;
    let amount = body::fields(&body, "amount", &["total", "currency"])?;
    let amount_fen = body::fen(amount, "total")?;
    if body::optional(amount, "currency", 16)?.is_some_and(|currency| currency != "CNY") {
        return Err(wrong_field("body", "currency", "境内商户号仅支持人民币"));
    }
    scene(desk, &body, product)?;
    let told = body::optional(fields, "time_expire", 64)?;
    let expires_at = told.map(expiry).transpose()?;
    let code = format!("wx{}{}", desk.pay.now().as_millisecond(), &random()[..18]);
    let offered = desk.pay.with(|books, now| {
        let is_again = books.trade(Channel::WechatPay, number).is_some();
        // The first order fixed the time; the same one again may come close to it.
        if !is_again && expires_at.is_some_and(|end| end.duration_since(now) < LASTS_MIN) {
            return Err(wrong_field("body", "time_expire", "失效时间不得早于当前时间1分钟"));
        }
        let new = NewTrade {
            channel: Channel::WechatPay,
            product,
            number,
            amount_fen,
            subject,
            expires_at: expires_at.or_else(|| now.checked_add(LASTS_DEFAULT).ok()),
            notify_url: Some(notify_url),
            return_url: None,
            asked: body.clone(),
        };
        let trade = books.offer(new, now).map_err(clash)?;
        books.issue(&key_of(&trade), &code, now);
        Ok(trade)
    })?;
    Ok(Reply::Json(start(desk, &offered, &code)))
}

fn start(desk: &Desk, trade: &Trade, code: &str) -> Value {
    match trade.product {
        Product::Native => json!({ "code_url": format!("weixin://wxpay/bizpayurl?pr={code}") }),
        _ => {
            let package = random();
            let page = format!("http://{}/cgi-bin/mmpayweb-bin/checkmweb", desk.host);
            json!({ "h5_url": format!("{page}?prepay_id={code}&package={package}") })
        }
    }
}

fn clash(clash: Clash) -> Problem {
    match clash {
        Clash::Paid => problem(400, "ORDERPAID", "该订单已支付"),
        Clash::Closed => problem(400, "ORDER_CLOSED", "该订单已关闭，请重新下单"),
        Clash::Differs => problem(400, "INVALID_REQUEST", "201 商户订单号重复"),
    }
}

fn is_ours(merchant: &str) -> Result<(), Problem> {
    if merchant == WECHAT_MERCHANT {
        return Ok(());
    }
    Err(problem(400, "MCH_NOT_EXISTS", "商户号不存在"))
}

fn is_number(number: &str) -> Result<(), Problem> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*".contains(&byte);
    if (6..=32).contains(&number.len()) && number.bytes().all(is_allowed) {
        return Ok(());
    }
    Err(wrong_field("body", "out_trade_no", "应为6到32个字符，只能是数字、大小写字母_-|*"))
}

/// With its zone, as RFC 3339 has it.
fn expiry(text: &str) -> Result<Timestamp, Problem> {
    let is_shaped = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T');
    let at = text.parse::<Timestamp>().ok().filter(|_| is_shaped);
    at.ok_or_else(|| wrong_field("body", "time_expire", "应为rfc3339格式的时间"))
}

fn scene(desk: &Desk, body: &Value, product: Product) -> Result<(), Problem> {
    if product == Product::Native && body.get("scene_info").is_none() {
        return Ok(());
    }
    let known = ["payer_client_ip", "device_id", "store_info", "h5_info"];
    let scene = body::fields(body, "scene_info", if product == Product::H5 { &known } else { &known[..3] })?;
    let address = body::text(scene, "payer_client_ip", 45)?;
    let address: IpAddr = address.parse().map_err(|_| wrong_field("body", "payer_client_ip", "不是合法的IP地址"))?;
    if desk.pay.conduct(Channel::WechatPay).is_address_checked && !is_public(address) {
        return Err(wrong_field("body", "payer_client_ip", "应为用户终端的公网IP"));
    }
    if product == Product::H5 {
        let empty = Map::new();
        let info = scene.get("h5_info").and_then(Value::as_object).unwrap_or(&empty);
        let kind = body::text(info, "type", 32)?;
        if !["Wap", "iOS", "Android"].contains(&kind) {
            return Err(wrong_field("body", "type", "应为Wap、iOS或Android"));
        }
    }
    Ok(())
}

/// Not one that every house has.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !(address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_broadcast())
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local())
        }
    }
}

/// Which trade is asked after.
pub(crate) enum Named<'a> {
    Number(&'a str),
    Reference(&'a str),
}

pub(crate) fn query(desk: &Desk, call: &Call, named: &Named<'_>) -> Result<Reply, Problem> {
    let merchant = pairs(call.uri.query().unwrap_or_default()).into_iter().find(|(name, _)| name == "mchid");
    let (_, merchant) = merchant.ok_or_else(|| wrong_field("query", "mchid", "缺少必填字段"))?;
    is_ours(&merchant)?;
    let trade = desk.pay.with(|books, _| match named {
        Named::Number(number) => books.trade(Channel::WechatPay, number).cloned(),
        Named::Reference(reference) => books.by_reference(Channel::WechatPay, reference).cloned(),
    });
    let trade = trade.ok_or_else(not_there)?;
    Ok(Reply::Json(transaction(&trade, None)))
}

fn not_there() -> Problem {
    problem(404, "ORDER_NOT_EXIST", "订单不存在")
}

/// Closing again, or what has run out, is as good as closing.
pub(crate) fn close(desk: &Desk, call: &Call, number: &str) -> Result<Reply, Problem> {
    let body = body::object(call)?;
    let fields = body::fields(&body, "", &["mchid"])?;
    is_ours(body::text(fields, "mchid", 32)?)?;
    let key = (Channel::WechatPay, number.to_owned());
    match desk.pay.with(|books, now| books.close(&key, now)) {
        Ok(_) | Err(NotPayable::Closed | NotPayable::Expired) => Ok(Reply::Nothing),
        Err(NotPayable::Paid) => Err(problem(400, "ORDERPAID", "该订单已支付")),
        Err(NotPayable::Unknown) => Err(not_there()),
    }
}
