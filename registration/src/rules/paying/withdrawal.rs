//! Giving up a seat that was paid for: what comes back, and what is kept.

use jiff::Timestamp;

use crate::model::exam_rules::RefundRules;
use crate::model::fen::Fen;

/// What comes back of a fee now. The two parts are what had not gone back before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// What comes back.
    pub back: Fen,
    /// What is kept.
    pub kept: Fen,
    /// So many hundredths of what was paid come back.
    pub percent: u8,
    /// Until then these terms are good.
    pub until: Timestamp,
}

/// The terms of giving up what was `paid` for, and begins at `starts_at`. Part of it may have gone back before. `None`:
/// it is too late, or the exam does not offer it.
pub fn terms(
    rules: &RefundRules,
    (paid, gone_back): (Fen, Fen),
    starts_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Terms> {
    let rate = rules.rate_at(now)?;
    let until = starts_at.map_or(rate.until, |at| at.min(rate.until));
    if now >= until {
        return None;
    }
    let left = Fen(paid.0 - gone_back.0);
    let back = share(paid, rate.percent).min(left);
    Some(Terms { back, kept: Fen(left.0 - back.0), percent: rate.percent, until })
}

/// So many hundredths of it, rounded down to the fen.
fn share(of: Fen, percent: u8) -> Fen {
    let percent = i64::from(percent.min(100));
    Fen(of.0 / 100 * percent + of.0 % 100 * percent / 100)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::exam_rules::RefundRate;

    #[test]
    fn what_comes_back_falls_by_date_and_is_never_more_than_is_left() {
        let begin = Timestamp::UNIX_EPOCH;
        let day = |days: i64| begin + SignedDuration::from_hours(24 * days);
        let rate = |days, percent| RefundRate { until: day(days), percent };
        let rules = RefundRules { rates: vec![rate(10, 100), rate(20, 50), rate(30, 0)], note: None };
        let of =
            |gone, at| terms(&rules, (Fen(12_001), Fen(gone)), Some(day(25)), at).map(|terms| (terms.back, terms.kept));
        assert_eq!(of(0, begin), Some((Fen(12_001), Fen(0))));
        assert_eq!(
            of(0, day(10)),
            Some((Fen(6_000), Fen(6_001))),
            "the moment itself is over, halves of a fen are kept"
        );
        assert_eq!(of(11_000, day(10)), Some((Fen(1_001), Fen(0))));
        assert_eq!(of(0, day(20)), Some((Fen(0), Fen(12_001))));
        assert_eq!(of(0, day(25)), None, "it has begun");
        assert_eq!(terms(&rules, (Fen(1), Fen(0)), None, day(30)), None);
        assert_eq!(terms(&RefundRules::default(), (Fen(1), Fen(0)), None, begin), None, "off unless the exam says so");
        let told = terms(&rules, (Fen(100), Fen(0)), Some(day(5)), begin);
        assert_eq!(told.map(|terms| terms.until), Some(day(5)));
        for percent in 0..=100 {
            for paid in [0, 1, 99, 12_001, i64::from(i32::MAX) * 1_000] {
                let share = share(Fen(paid), percent);
                let exact = i128::from(paid) * i128::from(percent) / 100;
                assert_eq!(i128::from(share.0), exact);
            }
        }
    }
}
