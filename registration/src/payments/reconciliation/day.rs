//! A channel's day, which is China's: its bounds, the state of its bill, and sums. Plain values.

use gateways::pay::{Bill, BillKind, BillLine};
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use strum::{EnumString, IntoStaticStr};

use crate::model::fen::Fen;
use crate::model::payment::Method;

/// China has one time zone without summer time.
const CHINA: Offset = Offset::constant(8);

/// How far a bill is. The words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum BillState {
    /// It is to be fetched.
    Wanted,
    /// It is here.
    Read,
    /// There is none, because nothing moved.
    Empty,
}

/// A channel's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillDay {
    /// Of which channel.
    pub channel: Method,
    /// Which day, in China.
    pub day: Date,
    /// How far its bill is.
    pub state: BillState,
    /// Did somebody bring it as a file?
    pub is_from_file: bool,
    /// What the channel said last when there was no bill.
    pub failed: Option<String>,
    /// Since when people must look, because it does not come.
    pub stuck_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it was compared last.
    pub compared_at: Option<Timestamp>,
    /// What it says.
    pub sums: Sums,
    /// Findings that nobody has seen to.
    pub open: u64,
    /// Findings that are closed.
    pub closed: u64,
}

/// What moved in a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many payments.
    pub payments: u64,
    /// What came by them.
    pub paid: Fen,
    /// How many refunds.
    pub refunds: u64,
    /// What went back.
    pub refunded: Fen,
    /// What the channel kept.
    pub fee: Fen,
}

/// What we have of a day ourselves: the channel's fee is not among it.
pub type Ours = Sums;

/// From when until when a day is.
pub(crate) fn bounds(day: Date) -> (Timestamp, Timestamp) {
    let begin = |day: Date| {
        let midnight = day.to_zoned(TimeZone::fixed(CHINA));
        midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
    };
    (begin(day), begin(day.saturating_add(1.day())))
}

/// So long after the day has ended.
pub(super) fn after(day: Date, pause: SignedDuration) -> Timestamp {
    bounds(day).1.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// The days before and after.
pub(super) fn neighbours(day: Date) -> [Date; 2] {
    [day.saturating_sub(1.day()), day.saturating_add(1.day())]
}

/// What a bill sums up to.
pub(super) fn sums(bill: &Bill) -> Sums {
    let fen = |amount: u64| Fen(i64::try_from(amount).unwrap_or(i64::MAX));
    bill.lines.iter().fold(Sums::default(), |mut sums, line| {
        match line.kind {
            BillKind::Payment => {
                sums.payments += 1;
                sums.paid.0 += fen(line.amount_fen).0;
            }
            BillKind::Refund { .. } => {
                sums.refunds += 1;
                sums.refunded.0 += fen(line.amount_fen).0;
            }
        }
        sums.fee.0 += line.fee_fen;
        sums
    })
}

/// Are most lines of another day?
pub(super) fn is_of_another(bill: &Bill, day: Date) -> bool {
    let dated = || bill.lines.iter().filter_map(|line: &BillLine| line.at);
    let others = dated().filter(|at| CHINA.to_datetime(*at).date() != day).count();
    others * 2 > dated().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: &str) -> BillLine {
        BillLine {
            kind: BillKind::Payment,
            number: "1".to_owned(),
            reference: "2".to_owned(),
            at: at.parse().ok(),
            amount_fen: 1,
            fee_fen: 0,
        }
    }

    #[test]
    fn a_day_is_chinas() {
        let (from, until) = bounds("2026-11-20".parse().unwrap());
        assert_eq!(from, "2026-11-19T16:00:00Z".parse().unwrap());
        assert_eq!(until, "2026-11-20T16:00:00Z".parse().unwrap());
    }

    #[test]
    fn a_bill_of_another_day_is_told_and_some_lines_over_midnight_are_not() {
        let day = "2026-11-20".parse().unwrap();
        let of = |lines: &[&str]| Bill { lines: lines.iter().map(|at| line(at)).collect() };
        let (inside, outside) = ("2026-11-20T01:00:00Z", "2026-11-20T16:00:00Z");
        assert!(!is_of_another(&of(&[]), day) && !is_of_another(&of(&[inside, outside]), day));
        assert!(is_of_another(&of(&[inside, outside, outside]), day));
        assert!(!is_of_another(&of(&["", "", outside, inside]), day), "what says no time says nothing");
    }
}
