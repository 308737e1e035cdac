//! Numbers and times as the wall writes them: short, and of the same width from second to second.

use jiff::{SignedDuration, Timestamp};
use pagekit::when;
use pagekit::words::Words;

/// `12,345`
pub(super) fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same of a number that is never below 0.
pub(super) fn counted(number: u64) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// `10:03:07`, in Beijing.
pub(crate) fn clock(at: Timestamp) -> String {
    format!("{}:{:02}", when::clock(at), when::civil(at).second())
}

/// `02:14`, `1:02:14`, `75:02:14`: `3 d` would say less. From four days on nobody counts hours: `12 天 5 小时`.
pub(super) fn span(w: Words, time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes:02}:{seconds:02}"),
        1..96 => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => w.with("wall-days", &[("days", (hours / 24).into()), ("hours", (hours % 24).into())]).into_owned(),
    }
}

/// `0.8 ms`, `23 ms`, `1.4 s`
pub(super) fn micros(us: u64) -> String {
    match us {
        0 => "0 ms".to_owned(),
        1..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000),
    }
}

/// Of a hundred, rounded towards the middle: 100 only where it is all, 0 only where it is none.
pub(super) fn percent(part: i64, all: i64) -> i64 {
    match (part, all) {
        (_, ..=0) | (..=0, _) => 0,
        (part, all) if part >= all => 100,
        (part, all) => (part * 100 / all).clamp(1, 99),
    }
}

#[cfg(test)]
mod tests {
    use pagekit::language::Language;

    use super::*;
    use crate::request::catalogue::words;

    #[test]
    fn numbers_are_short() {
        let w = words(Language::Zh);
        assert_eq!([0, 999, 1_000, 1_234_567, -1_200].map(count), ["0", "999", "1,000", "1,234,567", "−1,200"]);
        assert_eq!(
            [0, 134, 3_734, 270_000, 345_599, 345_600, 1_054_800]
                .map(|seconds| span(w, SignedDuration::from_secs(seconds))),
            ["00:00", "02:14", "1:02:14", "75:00:00", "95:59:59", "4 天 0 小时", "12 天 5 小时"]
        );
        assert_eq!([0, 850, 9_990, 23_400, 1_420_000].map(micros), ["0 ms", "0.8 ms", "9.9 ms", "23 ms", "1.4 s"]);
        assert_eq!(
            [(0, 9), (1, 9_999), (9_998, 9_999), (9, 9), (3, 0)].map(|(part, all)| percent(part, all)),
            [0, 1, 99, 100, 0]
        );
    }
}
