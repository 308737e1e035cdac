//! UnionPay's bill of a day of settlement, which begins at eleven in the evening before: a zip with a table of fixed
//! columns (`INNyymmdd88ZM_…`, in bytes of GBK), and others with sums and with errors, which are passed over.
//! 全渠道平台接入接口规范 第3部分 文件接口, 商户对账文件.

use std::io::{Cursor, Read};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::ZlibDecoder;
use jiff::Timestamp;
use zip::ZipArchive;

use super::config::UnionPayConfig;
use super::moment;
use super::trade::fen;
use crate::pay::bill::{Bill, BillError, BillKind, BillLine};

/// Largest zip, largest file in it, most files, and most rows of a day.
const ZIP_BYTES_MAX: u64 = 64 * 1024 * 1024;
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
const FILES_MAX: usize = 16;
const ROWS_MAX: usize = 500_000;
/// How wide the columns are that we know, in bytes; a blank stands between two. What comes after them may grow.
const WIDTHS: [usize; 35] = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13,
    13, 8, 32,
];

/// The columns that are read, by their place.
#[derive(Clone, Copy)]
enum Column {
    TracedAt = 4,
    Amount = 6,
    Reference = 9,
    Order = 11,
    Fee = 15,
    Kind = 19,
    /// Of a refund, what UnionPay calls the payment.
    RefundOf = 26,
    Merchant = 27,
    /// What we had written into the order: of a refund, the payment's number.
    Reserved = 34,
}

/// Reads what an answer carries: a zip, deflated, in base64.
pub(super) fn read_content(config: &UnionPayConfig, content: &str) -> Result<Bill, BillError> {
    let changed = |what: &str| BillError::Changed(what.to_owned());
    let packed = BASE64_STANDARD.decode(content).map_err(|_| changed("it is not in base64"))?;
    let mut zip = Vec::new();
    let read = ZlibDecoder::new(packed.as_slice()).take(ZIP_BYTES_MAX + 1).read_to_end(&mut zip);
    read.map_err(|_| changed("it cannot be inflated"))?;
    if zip.len() as u64 > ZIP_BYTES_MAX {
        return Err(BillError::Unreadable("it is too large".to_owned()));
    }
    self::read(config, &zip)
}

/// Reads the zip.
pub(super) fn read(config: &UnionPayConfig, file: &[u8]) -> Result<Bill, BillError> {
    if !file.starts_with(b"PK") {
        return Err(BillError::Unreadable("it is no zip: import it as it was downloaded".to_owned()));
    }
    let broken = || BillError::Changed("the zip cannot be opened".to_owned());
    let mut zip = ZipArchive::new(Cursor::new(file)).map_err(|_| broken())?;
    let mut bills = Vec::new();
    for place in 0..zip.len().min(FILES_MAX) {
        let file = zip.by_index(place).map_err(|_| broken())?;
        let Some(day) = file.name().ok().and_then(|name| day_of(&name)) else { continue };
        let mut bytes = Vec::new();
        let read = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|_| broken())?;
        if read as u64 > FILE_BYTES_MAX {
            return Err(BillError::Unreadable("it is too large".to_owned()));
        }
        bills.push(read_table(config, &bytes, &day)?);
    }
    match (bills.pop(), bills.is_empty()) {
        (Some(bill), true) => Ok(bill),
        (None, _) => Err(BillError::Unreadable("no file in it lists trades".to_owned())),
        (Some(_), false) => Err(BillError::Unreadable("it holds several lists of trades".to_owned())),
    }
}

/// `INN15090588ZM_802310048993424` → `20150905`. Of errors (`ZME_`) and of sums, nothing.
fn day_of(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next()?;
    let digits = name.strip_prefix("INN").filter(|rest| rest.contains("ZM_"))?.get(..6)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("20{digits}"))
}

fn read_table(config: &UnionPayConfig, bytes: &[u8], day: &str) -> Result<Bill, BillError> {
    let rows = bytes.split(|byte| *byte == b'\n').map(|row| row.strip_suffix(b"\r").unwrap_or(row));
    let mut lines = Vec::new();
    for (number, row) in rows.enumerate().filter(|(_, row)| !row.trim_ascii().is_empty()) {
        if lines.len() >= ROWS_MAX {
            return Err(BillError::Unreadable(format!("it has more than {ROWS_MAX} lines")));
        }
        let Some(cells) = cells(row) else {
            return Err(BillError::Changed(format!("line {} has other columns", number + 1)));
        };
        if cells[Column::Merchant as usize] != config.merchant {
            return Err(BillError::Unreadable("it is another merchant's".to_owned()));
        }
        let line = line_of(&cells, day);
        lines.push(
            line.ok_or_else(|| {
                BillError::Changed(format!("line {}: a cell is not as UnionPay writes it", number + 1))
            })?,
        );
    }
    Ok(Bill { lines })
}

/// The cells of a row, without the blanks that fill them. What we read of them is ASCII.
fn cells(row: &[u8]) -> Option<Vec<String>> {
    let mut cells = Vec::with_capacity(WIDTHS.len());
    let mut start = 0;
    for width in WIDTHS {
        let cell = row.get(start..start + width)?;
        if row.get(start + width).is_some_and(|byte| *byte != b' ') {
            return None;
        }
        cells.push(String::from_utf8_lossy(cell).trim().to_owned());
        start += width + 1;
    }
    Some(cells)
}

fn line_of(cells: &[String], day: &str) -> Option<BillLine> {
    let cell = |column: Column| cells[column as usize].as_str();
    let must = |column: Column| Some(cell(column)).filter(|text| !text.is_empty()).map(str::to_owned);
    let (kind, number) = match cell(Column::Kind) {
        "01" => (BillKind::Payment, must(Column::Order)?),
        // A refund of the console names no payment of ours; there it stands under its own number.
        "04" | "31" => {
            let refund = must(Column::Order)?;
            (BillKind::Refund { number: refund.clone() }, must(Column::Reserved).unwrap_or(refund))
        }
        _ => return None,
    };
    let fee = cell(Column::Fee);
    let of = if kind == BillKind::Payment { None } else { must(Column::RefundOf) };
    Some(BillLine {
        kind,
        number,
        reference: of.or_else(|| must(Column::Reference))?,
        at: Some(traced_at(cell(Column::TracedAt), day)?),
        amount_fen: fen(cell(Column::Amount))?,
        fee_fen: if fee.is_empty() { 0 } else { fee_of(fee)? },
    })
}

/// What UnionPay keeps is a debit to the merchant.
fn fee_of(text: &str) -> Option<i64> {
    let (sign, digits) = text.split_at_checked(1)?;
    let fen = i64::try_from(fen(digits)?).ok()?;
    match sign {
        "D" => Some(fen),
        "C" => Some(-fen),
        _ => None,
    }
}

/// `0905112203` in the year of the day, or in the one before: a day of settlement begins the evening before.
fn traced_at(text: &str, day: &str) -> Option<Timestamp> {
    let (year, month_day) = day.split_at_checked(4)?;
    let year: u32 = year.parse().ok()?;
    let is_of_year_before = text.starts_with("12") && month_day.starts_with("01");
    moment::read(&format!("{}{text}", if is_of_year_before { year - 1 } else { year }))
}

#[cfg(test)]
mod bill_tests;
