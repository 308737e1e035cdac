//! The rule: after how many years what is personal of a candidate goes. Plain values. It is never in force at once: whoever set it by
//! mistake has a day to see what it would do.

use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Span, Timestamp};

/// Fewest years that a rule may have.
pub const YEARS_MIN: u8 = 1;
/// Most years that a rule may have.
pub const YEARS_MAX: u8 = 30;
/// So long after a change nothing goes.
pub const PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// A number of years, from [`YEARS_MIN`] to [`YEARS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Years(u8);

/// A rule, and which one it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptRule {
    /// After how many years; `None`: everything is kept.
    pub years: Option<Years>,
    /// Raised by each change; 0 where nobody ever set one.
    pub version: i64,
    /// When it was set, and the login name of whoever did; `None` where nobody ever did.
    pub changed: Option<(Timestamp, String)>,
}

impl Years {
    /// So many years; `None` beyond the bounds.
    pub fn new(years: u8) -> Option<Self> {
        (YEARS_MIN..=YEARS_MAX).contains(&years).then_some(Self(years))
    }

    /// How many they are.
    pub fn get(self) -> u8 {
        self.0
    }

    /// The same day so many years ago, in China. Where no calendar has that, long before anything.
    pub(super) fn before(self, now: Timestamp) -> Timestamp {
        let today = now.to_zoned(TimeZone::fixed(offset(8)));
        let then = today.checked_sub(Span::new().years(i64::from(self.0)));
        then.map_or(Timestamp::UNIX_EPOCH, |then| then.timestamp())
    }
}

impl KeptRule {
    /// From when on it lets anything go; `None`: never.
    pub fn goes_from(&self) -> Option<Timestamp> {
        let (changed, _) = self.changed.as_ref()?;
        self.years.map(|_| *changed + PAUSE)
    }

    /// What was over before this moment goes now; `None`: nothing does.
    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let years = self.years?;
        (self.goes_from()? <= now).then(|| years.before(now))
    }
}

/// As the audit says it.
pub(crate) fn in_words(years: Option<Years>) -> String {
    years.map_or_else(|| "kept".to_owned(), |years| format!("{} years", years.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_rule_has_one_to_thirty_years() {
        assert_eq!([0, 1, 30, 31].map(|years| Years::new(years).is_some()), [false, true, true, false]);
    }

    #[test]
    fn years_are_those_of_the_calendar_in_china() {
        let years = Years::new(3).unwrap();
        assert_eq!(years.before(at("2026-12-01T00:00:00Z")), at("2023-12-01T00:00:00Z"));
        // The 29th of February is the 28th where there is none; in China it is that day already.
        assert_eq!(years.before(at("2028-02-28T20:00:00Z")), at("2025-02-27T20:00:00Z"));
    }

    #[test]
    fn nothing_goes_without_a_rule_nor_within_a_day_of_a_change() {
        let changed = Some((at("2026-12-01T00:00:00Z"), "li.min".to_owned()));
        let rule = KeptRule { years: Years::new(5), version: 1, changed: changed.clone() };
        assert_eq!(rule.until(at("2026-12-01T23:59:59Z")), None);
        assert_eq!(rule.until(at("2026-12-02T00:00:00Z")), Some(at("2021-12-02T00:00:00Z")));
        assert_eq!(KeptRule { years: None, ..rule.clone() }.until(at("2036-12-02T00:00:00Z")), None);
        assert_eq!(KeptRule { changed: None, ..rule }.until(at("2036-12-02T00:00:00Z")), None);
        assert_eq!(KeptRule::default().until(at("2036-12-02T00:00:00Z")), None);
    }
}
