//! Alipay's bill of a day: an address that is good for half a minute, behind it a zip of two tables in GB18030.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::request::{Parameters, Refusal, business};
use super::trade::text;
use crate::desk::Desk;
use crate::digests::random;
use crate::pay::clock::{china, written};
use crate::pay::keys::ALIPAY_SELLER;
use crate::pay::trade::{Channel, Refund, RefundState, Trade, yuan};
use crate::vendors::zip::zipped;

const ADDRESS_LASTS: Duration = Duration::from_secs(30);
const HEAD: &str = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,\
     订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,\
     商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";

/// Where the bill is, once its day is over.
pub(crate) fn address(desk: &Desk, parameters: &Parameters) -> Result<Map<String, Value>, Refusal> {
    let asked = parameters.business()?;
    if text(&asked, "bill_type").as_deref() != Some("trade") {
        return Err(business("isv.invalid-parameter", "账单类型不支持"));
    }
    let day = text(&asked, "bill_date").and_then(|text| Date::strptime("%Y-%m-%d", text).ok());
    let day = day.ok_or(business("isv.invalid-parameter", "账单日期格式错误"))?;
    let is_over = day < china(desk.pay.now()).date();
    if !is_over || entries(&desk.pay.trades(), day).is_empty() {
        return Err(business("isp.bill_not_exist", "账单不存在"));
    }
    let ticket = random();
    desk.tickets.put(&format!("ALIPAY-BILL:{ticket}:{day}"), ADDRESS_LASTS);
    let address = format!("http://{}/pay/alipay-bills/{ticket}", desk.host);
    Ok(Map::from_iter([("bill_download_url".to_owned(), address.into())]))
}

/// The file itself: who has the address has it.
pub(crate) async fn file(State(desk): State<Arc<Desk>>, Path(ticket): Path<String>) -> Response {
    let known = desk.tickets.beginning(&format!("ALIPAY-BILL:{ticket}:")).into_iter().next();
    let day = known.and_then(|known| known.rsplit(':').next()?.parse::<Date>().ok());
    let Some(day) = day else {
        return (StatusCode::FORBIDDEN, "the address of this bill is over").into_response();
    };
    let bytes = bill(&desk.pay.trades(), day, desk.pay.now());
    ([(CONTENT_TYPE, "application/zip")], bytes).into_response()
}

/// One line of the bill: a payment, or a refund of one.
struct Entry<'a> {
    trade: &'a Trade,
    refund: Option<&'a Refund>,
    at: Timestamp,
}

fn entries(trades: &[Trade], day: Date) -> Vec<Entry<'_>> {
    let is_then = |at: &Timestamp| china(*at).date() == day;
    let mut entries = Vec::new();
    for trade in trades.iter().filter(|trade| trade.channel == Channel::Alipay) {
        entries.extend(trade.paid_at.filter(is_then).map(|at| Entry { trade, refund: None, at }));
        let done = trade.refunds.iter().filter(|refund| refund.state == RefundState::Done);
        let done = done.filter_map(|refund| Some((refund, refund.ended_at.filter(is_then)?)));
        entries.extend(done.map(|(refund, at)| Entry { trade, refund: Some(refund), at }));
    }
    entries.sort_by_key(|entry| entry.at);
    entries
}

fn bill(trades: &[Trade], day: Date, now: Timestamp) -> Vec<u8> {
    let entries = entries(trades, day);
    let next = day.tomorrow().unwrap_or(day);
    let from_to = format!(
        "#账号：[{ALIPAY_SELLER}0156]\n#起始日期：[{}]   终止日期：[{}]\n",
        day.strftime("%Y年%m月%d日 00:00:00"),
        next.strftime("%Y年%m月%d日 00:00:00")
    );
    let mut table = format!("#支付宝业务明细查询\n{from_to}#{0}业务明细列表{0}\n{HEAD}\n", "-".repeat(41));
    for Entry { trade, refund, at } in &entries {
        let (kind, sign, amount) = match refund {
            Some(refund) => ("退款", "-", refund.amount_fen),
            None => ("交易", "", trade.told_fen()),
        };
        let (sum, request) = (format!("{sign}{}", yuan(amount)), refund.map_or("", |refund| refund.number.as_str()));
        let reference = trade.reference.as_deref().unwrap_or_default();
        let subject = trade.subject.replace([',', '\n', '\r', '"'], " ");
        let _ = writeln!(
            table,
            "{reference}\t,{}\t,{kind},{subject},{},{},,,,,san***@exam.example,{sum},{sum},0.00,0.00,0.00,0.00,0.00,,0.00,\
             0.00,{request},0.00,0.00,",
            trade.number,
            written(trade.created_at),
            written(*at),
        );
    }
    let sum = |is_refund: bool| -> (usize, u64) {
        let these = entries.iter().filter(|entry| entry.refund.is_some() == is_refund);
        let amounts: Vec<u64> =
            these.map(|entry| entry.refund.map_or(entry.trade.told_fen(), |refund| refund.amount_fen)).collect();
        (amounts.len(), amounts.iter().sum())
    };
    let ((paid, paid_sum), (back, back_sum)) = (sum(false), sum(true));
    let sums = format!(
        "#交易合计：{paid}笔，商家实收共{}元，商家优惠共0.00元\n#退款合计：{back}笔，商家实收退款共-{}元，商家优惠退款共0.00元\n",
        yuan(paid_sum),
        yuan(back_sum)
    );
    let end = format!("#导出时间：[{}]\n", china(now).strftime("%Y年%m月%d日 %H:%M:%S"));
    let _ = write!(table, "#{0}业务明细列表结束{0}\n{sums}{end}", "-".repeat(36));
    let summary = format!("#支付宝业务汇总查询\n{from_to}{sums}{end}");
    let stem = format!("{ALIPAY_SELLER}0156_{}_业务明细", day.strftime("%Y%m%d"));
    let encoded = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    zipped(&[
        (encoded(&format!("{stem}.csv")), encoded(&table)),
        (encoded(&format!("{stem}(汇总).csv")), encoded(&summary)),
    ])
}
