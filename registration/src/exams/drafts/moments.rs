//! Moments as people enter them, and definitions whose every date moves.

use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, ToSpan};

use crate::exams::definition::{DefinitionTexts, moment_in};

/// China has one time zone without summer time.
const CHINA_OFFSET_HOURS: i8 = 8;
const DATE_CHARS: usize = "2026-11-02".len();

/// A moment as it is entered, on China's clock: `2026-11-02 09:00`, with seconds where it has any.
pub(super) fn shown(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::fixed(offset(CHINA_OFFSET_HOURS)));
    let form = if zoned.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    zoned.strftime(form).to_string()
}

/// A moment as it was entered, in one of the ways that tables may write it.
pub(super) fn entered(text: &str) -> Option<Timestamp> {
    moment_in(text.trim()).ok()
}

/// On which day a moment is in China.
fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(offset(CHINA_OFFSET_HOURS))).date()
}

/// The texts with every date moved by as many days as lie between the openings. Clock times stay.
pub(super) fn moved_to(texts: &DefinitionTexts, before: Timestamp, opening: Date) -> DefinitionTexts {
    let days = opening.since(day(before)).map_or(0, |span| i64::from(span.get_days()));
    DefinitionTexts {
        exam: moved(&texts.exam, days),
        sittings: moved(&texts.sittings, days),
        organisations: texts.organisations.as_deref().map(|text| moved(text, days)),
    }
}

/// The text with every date that has a clock time behind it moved by so many days.
pub fn moved(text: &str, days: i64) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['T', ' ']) {
        let (before, after) = rest.split_at(at);
        let date = before.len().checked_sub(DATE_CHARS).and_then(|start| Some((start, before.get(start..)?)));
        let is_clock = after.get(1..).is_some_and(|after| {
            let mut bytes = after.bytes();
            let two =
                bytes.next().is_some_and(|b| b.is_ascii_digit()) && bytes.next().is_some_and(|b| b.is_ascii_digit());
            two && bytes.next() == Some(b':')
        });
        match date.filter(|_| is_clock).and_then(|(start, date)| Some((start, date.parse::<Date>().ok()?))) {
            Some((start, date)) => {
                result.push_str(&before[..start]);
                result.push_str(&date.saturating_add(days.days()).to_string());
            }
            None => result.push_str(before),
        }
        result.push_str(&after[..1]);
        rest = &after[1..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_with_a_clock_time_move() {
        let text =
            "title = \"Test 2026-11-02 it is\"\nopens_at = 2026-11-02T09:00:00+08:00 # T\n英语,2027-05-22 09:00,240\n";
        let expected =
            "title = \"Test 2026-11-02 it is\"\nopens_at = 2027-01-01T09:00:00+08:00 # T\n英语,2027-07-21 09:00,240\n";
        assert_eq!(moved(text, 60), expected);
        assert_eq!(moved(text, 0), text);
    }

    #[test]
    fn moments_are_entered_as_they_are_shown() {
        let at: Timestamp = "2026-11-02T01:00:00Z".parse().unwrap();
        assert_eq!((shown(at).as_str(), entered(&shown(at))), ("2026-11-02 09:00", Some(at)));
        assert_eq!(entered("2026-11-02T09:00"), Some(at), "as a browser's field for moments has it");
        assert_eq!(entered("tomorrow"), None);
    }
}
