//! UnionPay's bill of a day, once it is over: a zip with a table of fixed columns, deflated and in base64 within an answer.
//! The real one's days begin an hour before midnight; these begin with it, so that no test hangs on the hour.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use jiff::Timestamp;
use jiff::civil::Date;

use super::envelope::Fields;
use super::message::{MALFORMED, Message, Refusal};
use super::notice::traced;
use crate::desk::Desk;
use crate::pay::clock::china;
use crate::pay::keys::UNIONPAY_MERCHANT;
use crate::pay::trade::{Channel, Refund, RefundState, Trade};
use crate::vendors::zip::zipped;

/// How wide the columns are, in bytes, by the interface's part 3; a blank stands between two.
const WIDTHS: [usize; 41] = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13,
    13, 8, 32, 13, 13, 12, 2, 1, 131,
];

/// The last such day before today: a month and a day is all that is said of it.
fn day_of(text: &str, today: Date) -> Option<Date> {
    let (month, day) = text.split_at_checked(2)?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    let this_year = Date::new(today.year(), month, day).ok().filter(|day| *day <= today);
    this_year.or_else(|| Date::new(today.year() - 1, month, day).ok())
}

pub(super) fn file(desk: &Desk, message: &Message) -> Result<Fields, Refusal> {
    let today = china(desk.pay.now()).date();
    let day = day_of(message.text("settleDate"), today).ok_or(MALFORMED)?;
    if message.text("fileType") != "00" || message.text("txnSubType") != "01" {
        return Err(MALFORMED);
    }
    let rows = rows(&desk.pay.trades(), day);
    if day >= today || rows.is_empty() {
        return Err(Refusal("98", "文件不存在"));
    }
    let name = format!("INN{}88ZM_{UNIONPAY_MERCHANT}", day.strftime("%y%m%d"));
    let sums = format!("RD20{}01_{UNIONPAY_MERCHANT}", day.strftime("%y%m%d"));
    let zip = zipped(&[(sums.into_bytes(), b"sums\r\n".to_vec()), (name.into_bytes(), rows.into_bytes())]);
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = packed.write_all(&zip).and_then(|()| packed.finish()).expect("a vector takes everything");
    Ok(vec![
        ("fileName", format!("{UNIONPAY_MERCHANT}_{}.zip", day.strftime("%Y%m%d"))),
        ("fileContent", STANDARD.encode(packed)),
    ])
}

/// Payments of the day, and refunds that were done then.
fn rows(trades: &[Trade], day: Date) -> String {
    let is_then = |at: &Timestamp| china(*at).date() == day;
    let mut rows: Vec<(Timestamp, String)> = Vec::new();
    for trade in trades.iter().filter(|trade| trade.channel == Channel::Unionpay) {
        rows.extend(trade.paid_at.filter(is_then).map(|at| (at, row(at, trade, None))));
        let done = trade.refunds.iter().filter(|refund| refund.state == RefundState::Done);
        let done = done.filter_map(|refund| Some((refund, refund.ended_at.filter(is_then)?)));
        rows.extend(done.map(|(refund, at)| (at, row(at, trade, Some(refund)))));
    }
    rows.sort();
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(at: Timestamp, trade: &Trade, refund: Option<&Refund>) -> String {
    let amount = refund.map_or(trade.amount_fen, |refund| refund.amount_fen);
    let reference = trade.reference.as_deref().unwrap_or_default();
    let (at, amount) = (traced(at), format!("{amount:012}"));
    let cells = [
        (0, if refund.is_some() { "S30" } else { "S56" }),
        (4, &at),
        (6, &amount),
        (9, refund.map_or(reference, |refund| &refund.reference)),
        (11, refund.map_or(&trade.number, |refund| &refund.number)),
        (15, "D000000000000"),
        (19, if refund.is_some() { "04" } else { "01" }),
        (21, "000201"),
        (26, if refund.is_some() { reference } else { "" }),
        (27, UNIONPAY_MERCHANT),
        (34, if refund.is_some() { &trade.number } else { trade.asked_text("reqReserved").unwrap_or_default() }),
    ];
    let cell = |place: usize| cells.iter().find(|(at, _)| *at == place).map_or("", |(_, text)| text);
    let cells: Vec<_> = WIDTHS.iter().enumerate().map(|(place, width)| format!("{:width$}", cell(place))).collect();
    format!("{}\r\n", cells.join(" "))
}
