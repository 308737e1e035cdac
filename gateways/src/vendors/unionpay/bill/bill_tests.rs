//! Bills: rows of fixed columns in a zip, and what is refused.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::pay::samples::{self, NUMBER, REFUND, UNIONPAY_MERCHANT};

const FILE: &str = "INN26112888ZM_777290058167151";

fn config() -> UnionPayConfig {
    UnionPayConfig::of(&samples::unionpay()).unwrap()
}

/// A row with these cells, and with more columns behind that we do not know.
fn row(cells: &[(usize, &str)]) -> String {
    let cell = |place: usize| cells.iter().find(|(at, _)| *at == place).map_or("", |(_, text)| text);
    let row: String = WIDTHS.iter().enumerate().map(|(place, width)| format!("{:width$} ", cell(place))).collect();
    format!("{row}000000000000  000000000000  00000000000    7 {:131}\r\n", "")
}

fn payment<'a>(number: &'a str, traced: &'a str, amount: &'a str) -> Vec<(usize, &'a str)> {
    vec![
        (0, "S56"),
        (4, traced),
        (6, amount),
        (9, "782611281000050674028"),
        (11, number),
        (15, "D000000000053"),
        (19, "01"),
        (27, UNIONPAY_MERCHANT),
        (34, "20261128101500"),
    ]
}

fn refund() -> Vec<(usize, &'static str)> {
    let (own, of) = ((9, "782611281100000670001"), (26, "782611281000050674028"));
    let changes = [(0, "S30"), own, (11, REFUND), (15, "C000000000018"), (19, "04"), of, (34, NUMBER)];
    let mut cells = payment(REFUND, "1128110000", "000000003000");
    cells.retain(|(place, _)| !changes.iter().any(|(changed, _)| changed == place));
    cells.extend(changes);
    cells
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn whole() -> Vec<u8> {
    let table = [row(&payment(NUMBER, "1127230500", "000000008800")), row(&refund())].concat();
    let sums = "RD2026112801_777290058167151";
    zip(&[(sums, "汇总".as_bytes()), (FILE, table.as_bytes()), ("INN26112888ZME_777290058167151", b"")])
}

#[test]
fn payments_and_refunds_are_read_to_the_fen() {
    let lines = read(&config(), &whole()).unwrap().lines;
    let line = |kind, at: &str, amount_fen, fee_fen| BillLine {
        kind,
        number: NUMBER.into(),
        reference: "782611281000050674028".into(),
        at: Some(at.parse().unwrap()),
        amount_fen,
        fee_fen,
    };
    let back = BillKind::Refund { number: REFUND.into() };
    assert_eq!(
        lines,
        [line(BillKind::Payment, "2026-11-27T15:05:00Z", 8_800, 53), line(back, "2026-11-28T03:00:00Z", 3_000, -18)]
    );
}

#[test]
fn an_answer_carries_it_deflated_in_base64() {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&whole()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(read_content(&config(), &BASE64_STANDARD.encode(&packed)), read(&config(), &whole()));
    for wrong in ["", "no base64!", &BASE64_STANDARD.encode(&packed[..40])] {
        assert!(matches!(read_content(&config(), wrong), Err(BillError::Changed(_))), "{wrong}");
    }
}

#[test]
fn a_day_that_begins_in_the_old_year_keeps_it() {
    let table = row(&payment(NUMBER, "1231230500", "000000008800"));
    let bill = read(&config(), &zip(&[("INN27010188ZM_777290058167151", table.as_bytes())])).unwrap();
    assert_eq!(bill.lines[0].at, Some("2026-12-31T15:05:00Z".parse().unwrap()));
}

#[test]
fn what_is_not_as_unionpay_made_it_is_refused() {
    let of = |table: &str| read(&config(), &zip(&[(FILE, table.as_bytes())]));
    let good = row(&payment(NUMBER, "1128100005", "000000008800"));
    assert_eq!(of(&good).unwrap().lines.len(), 1);
    assert_eq!(of("").unwrap().lines, []);
    let changed = |wrong: String| assert!(matches!(of(&wrong), Err(BillError::Changed(_))), "{wrong}");
    changed(good[1..].to_owned());
    changed(good[..300].to_owned());
    changed(good.replace("000000008800", "0000000088.0"));
    changed(good.replace("1128100005", "1328100005"));
    changed(good.replace("D000000000053", "X000000000053"));
    changed(good.replace(NUMBER, &" ".repeat(32)));
    let other = good.replace(UNIONPAY_MERCHANT, "777290058167152");
    assert!(matches!(of(&other), Err(BillError::Unreadable(_))));
    let table = good.as_bytes();
    for files in [vec![("sums", table)], vec![(FILE, table), ("INN26112988ZM_777290058167151", table)]] {
        assert!(matches!(read(&config(), &zip(&files)), Err(BillError::Unreadable(_))));
    }
    assert!(matches!(read(&config(), table), Err(BillError::Unreadable(_))));
    assert!(matches!(read(&config(), b"PK\x03\x04"), Err(BillError::Changed(_))));
}
