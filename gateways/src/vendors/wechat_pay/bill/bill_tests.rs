//! Bills as WeChat Pay makes them, and as they are after somebody has touched them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::pay::samples::{NUMBER, REFUND};

const HEADER: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMS: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

pub(in crate::vendors::wechat_pay) fn table() -> String {
    let payment = format!(
        "`2026-11-28 10:00:05,`wx8888888888888888,`1900000001,`0,`,`42,`{NUMBER},`o,`MWEB,`SUCCESS,`OTHERS,`CNY,`88.00,`0.00,`0,`0,`0.00,`0.00,`,`,`英语,四级,`,`0.53000,`0.60%,`88.00,`0.00,`"
    );
    let refund = format!(
        "`2026-11-28 11:00:05,`wx8888888888888888,`1900000001,`0,`,`42,`{NUMBER},`o,`MWEB,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`50,`{REFUND},`30.00,`0.00,`ORIGINAL,`PROCESSING,`英语,四级,`,`-0.18000,`0.60%,`0.00,`30.00,`"
    );
    format!("\u{feff}{HEADER}\r\n{payment}\r\n{refund}\r\n{SUMS}\r\n`2,`88.00,`30.00,`0.00,`0.35000,`88.00,`30.00\r\n")
}

pub(crate) fn zipped(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

fn lines() -> Vec<BillLine> {
    let at = |text: &str| Some(text.parse().unwrap());
    let payment = BillLine {
        kind: BillKind::Payment,
        number: NUMBER.into(),
        reference: "42".into(),
        at: at("2026-11-28T02:00:05Z"),
        amount_fen: 8800,
        fee_fen: 53,
    };
    let kind = BillKind::Refund { number: REFUND.into() };
    let refund = BillLine { kind, amount_fen: 3000, fee_fen: -18, at: at("2026-11-28T03:00:05Z"), ..payment.clone() };
    vec![payment, refund]
}

#[test]
fn a_bill_is_read_plain_and_compressed() {
    assert_eq!(read(table().as_bytes()).unwrap().lines, lines());
    assert_eq!(read(&zipped(&table())).unwrap().lines, lines());
    let none = format!("{HEADER}\n{SUMS}\n`0,`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00\n");
    assert_eq!(read(none.as_bytes()).unwrap().lines, []);
}

#[test]
fn what_was_touched_or_cut_is_refused() {
    let table = table();
    let cut: String = table.lines().take(3).map(|line| format!("{line}\r\n")).collect();
    let lost = table.lines().enumerate().filter(|(line, _)| *line != 2).map(|(_, line)| format!("{line}\n")).collect();
    let touched = [
        table.replace('`', ""),
        table.replace("`88.00,`0.00,`\r\n", "`88.01,`0.00,`\r\n"),
        table.replace("2026-11-28 10:00:05", "2026/11/28 10:00"),
        table.replace("`88.00,`0.00,`0,", "`88,"),
        cut,
        lost,
    ];
    for file in touched {
        assert!(matches!(read(file.as_bytes()), Err(BillError::Changed(_))), "{file}");
    }
    assert!(matches!(read(&zipped(&table)[..40]), Err(BillError::Changed(_))));
    assert!(matches!(read(b"\xff"), Err(BillError::Changed(_))));
    for file in ["", "a,b\n", "{}"] {
        assert!(matches!(read(file.as_bytes()), Err(BillError::Unreadable(_))), "{file}");
    }
    assert!(matches!(read(table.replace("`SUCCESS", "`NEW").as_bytes()), Err(BillError::Unreadable(_))));
}
