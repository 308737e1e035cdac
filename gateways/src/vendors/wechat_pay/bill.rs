//! WeChat Pay's bill of trades: a CSV in UTF-8, each cell after a backtick. It comes from an address that wants an
//! Authorization of its own, and without a signature: its hash stands in a signed answer.
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012791869>.

use std::io::Read;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use jiff::civil;
use reqwest::{Method, Url};
use serde::Deserialize;

use super::line::{Line, garbled};
use crate::http::Http;
use crate::keys::digests::sha1_hex;
use crate::pay::bill::{Bill, BillError, BillKind, BillLine};
use crate::pay::error::PayError;
use crate::pay::fen::{fen, signed_fen};
use crate::pay::sheet::{Columns, Row};
use crate::pay::words::of_china;

/// Largest bill, unpacked.
const INFLATED_BYTES_MAX: u64 = 256 * 1024 * 1024;
const WAIT: Duration = Duration::from_secs(120);
const GZIP: &[u8] = &[0x1f, 0x8b];
const MARK: &str = "\u{feff}";
/// The first column of the list, and of the sums under it.
const FIRST_COLUMN: &str = "交易时间";
const FIRST_SUM: &str = "总交易单数";

#[derive(Deserialize)]
struct Address {
    download_url: String,
    hash_type: String,
    hash_value: String,
}

/// Fetches and reads the bill of a day.
pub(super) async fn fetch(line: &Line, day: civil::Date) -> Result<Bill, BillError> {
    let path = format!("/v3/bill/tradebill?bill_date={day}&bill_type=ALL");
    let answer = line.call(Method::GET, &path, None).await.map_err(bill_error)?;
    if matches!(answer.code().as_deref(), Some("NO_STATEMENT_EXIST" | "STATEMENT_CREATING" | "RESOURCE_NOT_EXISTS")) {
        return Err(BillError::NotThere);
    }
    let address: Address = answer.done().map_err(bill_error)?;
    if address.hash_type != "SHA1" {
        return Err(BillError::Unclear("a hash of a new kind".to_owned()));
    }
    // Only the path is taken: what authorizes us goes to the address of the settings and to no other.
    let url = Url::parse(&address.download_url).map_err(|_| bill_error(garbled()))?;
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let reply = line.send(&Method::GET, &path, None, &Http::with_wait(WAIT)).await.map_err(bill_error)?;
    if reply.status != 200 {
        return Err(BillError::Unclear(format!("http {}", reply.status)));
    }
    let inflated = inflated(&reply.body)?;
    let is_hash = |bytes: &[u8]| sha1_hex(bytes).eq_ignore_ascii_case(&address.hash_value);
    // Of which bytes the hash of a compressed bill is, the vendor's own libraries do not agree on.
    if !is_hash(&reply.body) && !is_hash(&inflated) {
        return Err(BillError::Changed("its hash does not fit".to_owned()));
    }
    read(&inflated)
}

fn bill_error(error: PayError) -> BillError {
    match error {
        PayError::Refused(code) => BillError::Refused(code),
        PayError::Unclear(word) => BillError::Unclear(word),
    }
}

fn inflated(file: &[u8]) -> Result<Vec<u8>, BillError> {
    if !file.starts_with(GZIP) {
        return Ok(file.to_vec());
    }
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(file).take(INFLATED_BYTES_MAX + 1).read_to_end(&mut bytes);
    match read {
        Ok(length) if length as u64 <= INFLATED_BYTES_MAX => Ok(bytes),
        Ok(_) => Err(BillError::Unreadable("it is too large".to_owned())),
        Err(_) => Err(BillError::Changed("it cannot be unpacked".to_owned())),
    }
}

/// Reads a bill, plain or compressed.
pub(super) fn read(file: &[u8]) -> Result<Bill, BillError> {
    let file = inflated(file)?;
    let text = String::from_utf8(file).map_err(|_| BillError::Changed("it is not in UTF-8".to_owned()))?;
    let mut lines = text.trim_start_matches(MARK).lines().enumerate();
    let header = lines.next().map(|(_, line)| line.split(',').map(str::trim).collect()).unwrap_or_default();
    let columns: Vec<&str> = header;
    if columns.first() != Some(&FIRST_COLUMN) {
        return Err(BillError::Unreadable(format!("its first column is not {FIRST_COLUMN}")));
    }
    let columns = Columns::of(columns);
    let (mut bill, mut sums) = (Vec::new(), None);
    let mut total = (0_u64, 0_u64);
    for (number, text) in lines.by_ref() {
        if text.trim().is_empty() {
            continue;
        }
        if text.starts_with(FIRST_SUM) {
            sums = Some(text.split(',').map(str::trim).collect::<Vec<_>>());
            break;
        }
        let row = columns.row(number + 1, cells(number + 1, text)?)?;
        total.0 += row.read("订单金额", fen)?;
        total.1 += row.read("申请退款金额", fen)?;
        bill.push(line_of(&row)?);
    }
    let Some((names, (number, text))) = sums.zip(lines.next()) else {
        return Err(BillError::Changed("its sums are missing".to_owned()));
    };
    let sums = Columns::of(names);
    let sums = sums.row(number + 1, cells(number + 1, text)?)?;
    if (sums.read("订单总金额", fen)?, sums.read("申请退款总金额", fen)?) != total {
        return Err(BillError::Changed("its lines and its sums do not fit".to_owned()));
    }
    Ok(Bill { lines: bill })
}

/// What a cell holds may have commas: only those before a backtick part cells.
fn cells(number: usize, text: &str) -> Result<Vec<&str>, BillError> {
    let inner = text.trim_end().strip_prefix('`');
    let inner = inner.ok_or_else(|| BillError::Changed(format!("line {number} has lost its backticks")))?;
    Ok(inner.split(",`").map(str::trim).collect())
}

fn line_of(row: &Row<'_, '_>) -> Result<BillLine, BillError> {
    let (kind, amount) = match row.text("交易状态")? {
        "SUCCESS" => (BillKind::Payment, row.read("订单金额", fen)?),
        "REFUND" => {
            let number = row.text("商户退款单号")?.to_owned();
            (BillKind::Refund { number }, row.read("申请退款金额", fen)?)
        }
        _ => return Err(BillError::Unreadable("a line is neither payment nor refund".to_owned())),
    };
    Ok(BillLine {
        kind,
        number: row.text("商户订单号")?.to_owned(),
        reference: row.text("微信订单号")?.to_owned(),
        at: Some(row.read(FIRST_COLUMN, of_china)?),
        amount_fen: amount,
        fee_fen: row.read("手续费", signed_fen)?,
    })
}

#[cfg(test)]
pub(super) mod bill_tests;
