//! Alipay's bill of trades: a zip of CSV files in GB18030, one with every trade and one with sums.
//! <https://opendocs.alipay.com/open/02eqa9>.

use std::io::{Cursor, Read};

use encoding_rs::{GB18030, UTF_8};
use jiff::Timestamp;
use zip::ZipArchive;

use crate::pay::bill::{Bill, BillError, BillKind, BillLine};
use crate::pay::fen::signed_fen;
use crate::pay::sheet::{Columns, Row};
use crate::pay::words::of_china;

/// Largest file in the zip, and most files.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
const FILES_MAX: usize = 16;
/// Excel writes it; Alipay does not.
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";
const END: &str = "业务明细列表结束";

/// Reads a bill: the zip, or the CSV in it.
pub(super) fn read(file: &[u8]) -> Result<Bill, BillError> {
    if !file.starts_with(b"PK") {
        return read_table(&text_of(file)?);
    }
    let broken = || BillError::Changed("the zip cannot be opened".to_owned());
    let mut zip = ZipArchive::new(Cursor::new(file)).map_err(|_| broken())?;
    let mut bills = Vec::new();
    for place in 0..zip.len().min(FILES_MAX) {
        let file = zip.by_index(place).map_err(|_| broken())?;
        let mut bytes = Vec::new();
        let read = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|_| broken())?;
        if read as u64 > FILE_BYTES_MAX {
            return Err(BillError::Unreadable("it is too large".to_owned()));
        }
        let text = text_of(&bytes)?;
        if text.contains(END) {
            bills.push(read_table(&text)?);
        }
    }
    match (bills.pop(), bills.is_empty()) {
        (Some(bill), true) => Ok(bill),
        (None, _) => Err(BillError::Unreadable("no file in it lists trades".to_owned())),
        (Some(_), false) => Err(BillError::Unreadable("it holds several lists of trades".to_owned())),
    }
}

fn text_of(file: &[u8]) -> Result<String, BillError> {
    if file.starts_with(UTF_8_MARK)
        || (!file.is_ascii() && UTF_8.decode_without_bom_handling_and_without_replacement(file).is_some())
    {
        return Err(BillError::Changed("it is in UTF-8; Alipay writes GB18030".to_owned()));
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(file);
    text.map(String::from).ok_or_else(|| BillError::Changed("it is not in GB18030".to_owned()))
}

fn read_table(text: &str) -> Result<Bill, BillError> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut header, mut lines, mut has_end) = (None, Vec::new(), false);
    for (number, row) in rows.records().enumerate() {
        let row = row.map_err(|_| BillError::Changed("a line of it cannot be read".to_owned()))?;
        if row.get(0).is_some_and(|cell| cell.trim_start().starts_with('#')) {
            has_end |= row.iter().any(|cell| cell.contains(END));
            check_count(&row, &lines)?;
            continue;
        }
        let Some(names) = &header else {
            header = Some(row);
            continue;
        };
        let columns = Columns::of(names.iter().map(str::trim).collect());
        lines.push(line_of(&columns.row(number + 1, row.iter().map(str::trim).collect())?)?);
    }
    if header.is_none() {
        return Err(BillError::Unreadable("it has no columns".to_owned()));
    }
    if !has_end {
        return Err(BillError::Changed("its end is missing".to_owned()));
    }
    Ok(Bill { lines })
}

fn line_of(row: &Row<'_, '_>) -> Result<BillLine, BillError> {
    let amount = row.read("订单金额（元）", signed_fen)?.unsigned_abs();
    let kind = match row.text("业务类型")? {
        "交易" => BillKind::Payment,
        "退款" => {
            let number = row.text("退款批次号/请求号")?;
            if number.is_empty() {
                return Err(row.changed("that names the refund is empty"));
            }
            BillKind::Refund { number: number.to_owned() }
        }
        _ => return Err(BillError::Unreadable("a line is neither payment nor refund".to_owned())),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let at = |text: &str| -> Option<Option<Timestamp>> {
        if text.is_empty() { Some(None) } else { of_china(text).map(Some) }
    };
    Ok(BillLine {
        kind,
        number: row.text("商户订单号")?.to_owned(),
        reference: row.read("支付宝交易号", |text| is_digits(text).then(|| text.to_owned()))?,
        at: row.read("完成时间", at)?,
        amount_fen: amount,
        // What Alipay keeps stands there below zero.
        fee_fen: -row.read("服务费（元）", signed_fen)?,
    })
}

/// `#交易合计：2笔，…` and `#退款合计：1笔，…` under the list.
fn check_count(row: &csv::StringRecord, lines: &[BillLine]) -> Result<(), BillError> {
    let text: String = row.iter().collect();
    for (word, is_refund) in [("#交易合计：", false), ("#退款合计：", true)] {
        let Some(count) = text.trim().strip_prefix(word).and_then(|rest| rest.split_once('笔')) else { continue };
        let there = lines.iter().filter(|line| matches!(line.kind, BillKind::Refund { .. }) == is_refund).count();
        if count.0.trim().parse() != Ok(there) {
            return Err(BillError::Changed(format!("it counts {} lines and has {there}", count.0.trim())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod bill_tests;
