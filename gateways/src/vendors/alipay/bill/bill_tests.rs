//! Bills as Alipay makes them, and as they are after somebody has touched them.

use std::io::Write;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;
use crate::pay::samples::{NUMBER, REFUND};

const HEADER: &str = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";

fn row(kind: &str, amount: &str, refund: &str, fee: &str) -> String {
    format!(
        "2026112822001400000000000001\t,{NUMBER}\t,{kind}\t,全国大学英语四级\t,2026-11-28 09:59:00,2026-11-28 10:00:05,,\t,\t,\t,*三(138****0000)\t,{amount},{amount},0.00,0.00,0.00,0.00,0.00,\t,0.00,0.00,{refund}\t,{fee},0.00,\t"
    )
}

fn table() -> String {
    let payment = row("交易", "88.00", "", "-0.53");
    let refund = row("退款", "-30.00", REFUND, "0.18");
    format!(
        "#支付宝业务明细查询\n#账号：[20880000000000010156]\n#起始日期：[2026年11月28日 00:00:00]   终止日期：[2026年11月29日 00:00:00]\n#-----------------------------------------业务明细列表----------------------------------------\n{HEADER}\n{payment}\n{refund}\n#-----------------------------------------业务明细列表结束------------------------------------\n#交易合计：1笔，商家实收共88.00元，商家优惠共0.00元\n#退款合计：1笔，商家实收退款共-30.00元，商家优惠退款共0.00元\n#导出时间：[2026年11月29日 09:30:00]\n"
    )
}

fn gb(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn lines() -> Vec<BillLine> {
    let at = Some("2026-11-28T02:00:05Z".parse().unwrap());
    let reference = "2026112822001400000000000001".to_owned();
    let payment =
        BillLine { kind: BillKind::Payment, number: NUMBER.into(), reference, at, amount_fen: 8800, fee_fen: 53 };
    let kind = BillKind::Refund { number: REFUND.into() };
    let refund = BillLine { kind, amount_fen: 3000, fee_fen: -18, ..payment.clone() };
    vec![payment, refund]
}

fn changed(file: &[u8]) -> String {
    match read(file) {
        Err(BillError::Changed(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_zip_and_the_table_in_it_are_read() {
    let sums = gb("#支付宝业务汇总查询\n门店编号,门店名称\n合计,\n#--业务汇总列表结束--\n");
    let zip = zipped(&[
        ("20880000000000010156_20261128_业务明细(汇总).csv", &sums),
        ("20880000000000010156_20261128_业务明细.csv", &gb(&table())),
    ]);
    assert_eq!(read(&zip).unwrap().lines, lines());
    assert_eq!(read(&gb(&table())).unwrap().lines, lines());
}

#[test]
fn columns_are_found_by_name() {
    let moved = table().replace(",备注", ",备注,新列").replace("\t\n", "\t,x\n");
    assert_eq!(read(&gb(&moved)).unwrap().lines, lines());
}

#[test]
fn what_another_program_has_saved_is_refused_in_a_sentence() {
    assert!(changed(table().as_bytes()).contains("UTF-8"));
    assert!(changed(format!("\u{feff}{}", table()).as_bytes()).contains("UTF-8"));
    let short = table().replace("2026112822001400000000000001\t", "2.02611E+27");
    assert!(changed(&gb(&short)).contains("支付宝交易号"));
    let dates = table().replace("2026-11-28 10:00:05", "2026/11/28 10:00");
    assert!(changed(&gb(&dates)).contains("完成时间"));
    let cut = table().split("#-----------------------------------------业务明细列表结束").next().unwrap().to_owned();
    assert!(changed(&gb(&cut)).contains("end"));
    let lost = table().replace(&row("退款", "-30.00", REFUND, "0.18"), "");
    assert!(changed(&gb(&lost)).contains("counts 1 lines and has 0"));
    let told = BillError::Changed("x".into()).to_string();
    assert_eq!(told, "the bill is not as the channel made it (x): download it again, and do not open it before");
}

#[test]
fn what_is_no_bill_is_refused() {
    for file in
        [&b""[..], b"PK\x03\x04rest", b"a,b\n1,2\n", b"\xff\xff\xff", &zipped(&[("a.txt", b"nothing")]), &zipped(&[])]
    {
        assert!(read(file).is_err());
    }
    let unknown = table().replace("退款\t", "转账\t");
    assert!(matches!(read(&gb(&unknown)), Err(BillError::Unreadable(_))));
    let twice = zipped(&[("a.csv", &gb(&table())), ("b.csv", &gb(&table()))]);
    assert!(matches!(read(&twice), Err(BillError::Unreadable(_))));
    assert!(matches!(read(&gb(&table().replace(REFUND, ""))), Err(BillError::Changed(_))));
}
