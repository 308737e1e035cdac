//! WeChat Pay's bill of a day, ready from ten o'clock on: where it is with its digest, and the file, whose answer is not
//! signed but needs an `Authorization` of its own.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::answer::Reply;
use super::authorization::{Problem, problem, wrong_field};
use super::notice::status;
use crate::desk::Desk;
use crate::digests::{pairs, random, sha1};
use crate::pay::clock::{china, written};
use crate::pay::keys::{WECHAT_APP, WECHAT_MERCHANT};
use crate::pay::trade::{Channel, Product, Refund, Trade, yuan};
use crate::vendors::call::Call;

const ADDRESS_LASTS: Duration = Duration::from_secs(300);
/// When the bill of the day before is there.
const READY_AT: SignedDuration = SignedDuration::from_hours(10);
const HEAD: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,\
     货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,\
     商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMS: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

fn query(call: &Call) -> HashMap<String, String> {
    pairs(call.uri.query().unwrap_or_default()).into_iter().collect()
}

pub(crate) fn address(desk: &Desk, call: &Call) -> Result<Reply, Problem> {
    let asked = query(call);
    let day = asked.get("bill_date").and_then(|text| Date::strptime("%Y-%m-%d", text).ok());
    let day = day.ok_or_else(|| wrong_field("query", "bill_date", "格式应为yyyy-MM-DD"))?;
    let kind = asked.get("bill_type").map_or("ALL", String::as_str);
    if !["ALL", "SUCCESS", "REFUND"].contains(&kind) {
        return Err(wrong_field("query", "bill_type", "应为ALL、SUCCESS或REFUND"));
    }
    let is_compressed = match asked.get("tar_type").map(String::as_str) {
        None => false,
        Some("GZIP") => true,
        Some(_) => return Err(wrong_field("query", "tar_type", "应为GZIP")),
    };
    let now = desk.pay.now();
    if day >= china(now).date() {
        return Err(problem(400, "INVALID_REQUEST", "账单日期不正确，只能下载当日以前的账单"));
    }
    let ready = china(now).checked_sub(READY_AT).map_or(day, |then| then.date());
    if day >= ready {
        return Err(problem(400, "STATEMENT_CREATING", "账单生成中，请在上午10点以后再下载"));
    }
    let plain = bill(&desk.pay.trades(), day, kind);
    let Some(plain) = plain else { return Err(problem(400, "NO_STATEMENT_EXIST", "账单文件不存在")) };
    let file = if is_compressed { gzipped(&plain) } else { plain.clone() };
    let is_of_compressed = desk.pay.conduct(Channel::WechatPay).is_digest_of_compressed;
    let digest = sha1(if is_of_compressed { &file } else { &plain });
    let ticket = random();
    desk.tickets.put(&format!("WECHAT-BILL:{ticket}:{kind}:{is_compressed}:{day}"), ADDRESS_LASTS);
    let tar = if is_compressed { "&tartype=gzip" } else { "" };
    let url = format!("http://{}/v3/billdownload/file?token={ticket}{tar}", desk.host);
    Ok(Reply::Json(json!({ "hash_type": "SHA1", "hash_value": digest, "download_url": url })))
}

pub(crate) fn file(desk: &Desk, call: &Call) -> Result<Reply, Problem> {
    let ticket = query(call).remove("token").unwrap_or_default();
    let known = desk.tickets.beginning(&format!("WECHAT-BILL:{ticket}:")).into_iter().next();
    let parts: Vec<&str> = known.as_deref().map(|known| known.split(':').collect()).unwrap_or_default();
    let day = parts.get(4).and_then(|day| day.parse::<Date>().ok());
    let plain = day.and_then(|day| bill(&desk.pay.trades(), day, parts[2]));
    let plain = plain.ok_or_else(|| problem(400, "INVALID_REQUEST", "token无效或已过期"))?;
    Ok(Reply::File(if parts[3] == "true" { gzipped(&plain) } else { plain }))
}

fn gzipped(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).and_then(|()| encoder.finish()).expect("a vector takes everything")
}

/// Rows are a snapshot: a refund that was under way when the day ended stands as `PROCESSING` for ever. None when there
/// is no row.
fn bill(trades: &[Trade], day: Date, kind: &str) -> Option<Vec<u8>> {
    let is_then = |at: Timestamp| china(at).date() == day;
    let mut rows: Vec<(Timestamp, &Trade, Option<&Refund>)> = Vec::new();
    for trade in trades.iter().filter(|trade| trade.channel == Channel::WechatPay) {
        let paid = trade.paid_at.filter(|at| kind != "REFUND" && is_then(*at));
        rows.extend(paid.map(|at| (at, trade, None)));
        let refunds = trade.refunds.iter().filter(|refund| kind != "SUCCESS" && is_then(refund.created_at));
        rows.extend(refunds.map(|refund| (refund.created_at, trade, Some(refund))));
    }
    if rows.is_empty() {
        return None;
    }
    rows.sort_by_key(|(at, ..)| *at);
    let mut text = format!("\u{feff}{HEAD}\r\n");
    let (mut paid, mut back) = (0, 0);
    for (at, trade, refund) in &rows {
        paid += if refund.is_none() { trade.told_fen() } else { 0 };
        back += refund.map_or(0, |refund| refund.amount_fen);
        text.push_str(&row(*at, trade, *refund));
    }
    let (count, paid, back) = (rows.len(), yuan(paid), yuan(back));
    text.push_str(&format!("{SUMS}\r\n`{count},`{paid},`{back},`0.00,`0.00000,`{paid},`{back}\r\n"));
    Some(text.into_bytes())
}

/// Every value has a backtick before it, so that no table calculates with it.
fn row(at: Timestamp, trade: &Trade, refund: Option<&Refund>) -> String {
    let kind = if trade.product == Product::H5 { "MWEB" } else { "NATIVE" };
    let (reference, subject) =
        (trade.reference.as_deref().unwrap_or_default(), trade.subject.replace([',', '\n', '\r'], " "));
    let amount = refund.map_or(trade.told_fen(), |_| 0);
    let (amount, back) = (yuan(amount), yuan(refund.map_or(0, |refund| refund.amount_fen)));
    let of_refund =
        refund.map(|refund| [refund.reference.as_str(), refund.number.as_str(), "ORIGINAL", status(refund)]);
    let [refund_reference, refund_number, refund_kind, refund_status] = of_refund.unwrap_or_default();
    let state = if refund.is_some() { "REFUND" } else { "SUCCESS" };
    let attach = trade.asked_text("attach").unwrap_or_default().replace(',', " ");
    let payer = trade.payer.as_deref().unwrap_or_default();
    let at = written(at);
    let values = [
        &at,
        WECHAT_APP,
        WECHAT_MERCHANT,
        "0",
        "",
        reference,
        &trade.number,
        payer,
        kind,
        state,
        "OTHERS",
        "CNY",
        &amount,
        "0.00",
        refund_reference,
        refund_number,
        &back,
        "0.00",
        refund_kind,
        refund_status,
        &subject,
        &attach,
        "0.00000",
        "0.00%",
        &amount,
        &back,
        "",
    ];
    format!("{}\r\n", values.map(|value| format!("`{value}")).join(","))
}
