//! Times as payment apps write them, with the year or without.

use jiff::civil::{Date, DateTime, Time};

use super::line::digit;

/// A time as a picture shows it, in the time of the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownTime {
    /// The year, where it is shown.
    pub year: Option<i16>,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// 0 to 59, where they are shown.
    pub second: Option<i8>,
}

impl ShownTime {
    /// The time itself; without its year that which is nearest to another time.
    pub fn near(self, other: Date) -> Option<DateTime> {
        let time = Time::new(self.hour, self.minute, self.second.unwrap_or(0), 0).ok()?;
        let in_year = |year: i16| Date::new(year, self.month, self.day).ok().map(|date| date.to_datetime(time));
        if let Some(year) = self.year {
            return in_year(year);
        }
        let apart = |date: &DateTime| (date.date() - other).get_days().unsigned_abs();
        [other.year() - 1, other.year(), other.year() + 1].into_iter().filter_map(in_year).min_by_key(apart)
    }

    fn of(year: Option<i16>, rest: &[i16]) -> Option<Self> {
        let small = |place: usize| rest.get(place).and_then(|number| i8::try_from(*number).ok());
        let (month, day, hour, minute) = (small(0)?, small(1)?, small(2)?, small(3)?);
        let second = small(4);
        // A leap year where none is shown: what day it was is asked later.
        Date::new(year.unwrap_or(2024), month, day).ok()?;
        Time::new(hour, minute, second.unwrap_or(0), 0).ok()?;
        let is_plausible = year.is_none_or(|year| (2010..2100).contains(&year));
        is_plausible.then_some(Self { year, month, day, hour, minute, second })
    }
}

/// The time that a value begins with. Which signs stand between the numbers does not matter: they are misread most.
pub(crate) fn leading(value: &str) -> Option<ShownTime> {
    let groups = groups(value);
    let numbers: Option<Vec<i16>> = groups.iter().map(|group| group.parse().ok()).collect();
    let lengths: Vec<usize> = groups.iter().map(String::len).collect();
    let parts = numbers.as_deref().unwrap_or_default();
    let with_year = || {
        let (year, rest) = parts.split_first()?;
        let rest = &rest[..rest.len().min(5)];
        (lengths.first() == Some(&4)).then(|| ShownTime::of(Some(*year), rest)).flatten()
    };
    let without_year = || {
        let are_short = lengths.iter().take(4).all(|length| *length <= 2);
        are_short.then(|| ShownTime::of(None, &parts[..parts.len().min(5)])).flatten()
    };
    let found = with_year().or_else(|| run_together(&groups)).or_else(without_year);
    // Two colons have seconds behind them. Without these day and hour ran together: `2026/1/29:03:05` is no 29th.
    let behind_colon =
        value.split(':').skip(1).filter(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    let has_seconds = behind_colon.count() >= 2;
    found.filter(|time| time.second.is_some() || !has_seconds)
}

/// A time with its year anywhere in a line, without a label.
pub(crate) fn anywhere(line: &str) -> Option<ShownTime> {
    let starts = line.match_indices("20").map(|(at, _)| at);
    starts
        .filter(|at| !line[..*at].ends_with(|c: char| c.is_ascii_digit()))
        .find_map(|at| leading(&line[at..]).filter(|time| time.year.is_some() && line[at..].contains(':')))
}

/// Digits side by side, read for letters or not, up to something that is no part of a time.
fn groups(value: &str) -> Vec<String> {
    let mut groups = vec![String::new()];
    for c in value.chars() {
        let is_within = groups.last().is_some_and(|group| !group.is_empty());
        match digit(c) {
            // A letter is a digit only beside one.
            Some(read) if c.is_ascii_digit() || is_within => {
                groups.last_mut().into_iter().for_each(|group| group.push(read))
            }
            Some('0') | Some('1') if matches!(c, 'O' | 'o' | 'l' | 'I' | '|') => {
                groups.last_mut().into_iter().for_each(|group| group.push(digit(c).unwrap_or(c)));
            }
            _ if groups.len() > 6 => break,
            _ if is_within => groups.push(String::new()),
            _ => {}
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// `2026-11-2214:03:05`, `20261122140305`, `11-2214:03`: the same where blanks or signs got lost. Every part has two digits.
fn run_together(groups: &[String]) -> Option<ShownTime> {
    let all: String = groups.iter().flat_map(|group| group.chars()).collect();
    let has_run = groups.iter().any(|group| group.len() == 4 || group.len() > 5);
    let two = |from: usize| all.get(from..from + 2).and_then(|two| two.parse::<i16>().ok());
    let rest = |from: usize| (from..all.len()).step_by(2).map_while(two).collect::<Vec<i16>>();
    match all.len() {
        12 | 14 if has_run && all.starts_with("20") => {
            let rest = rest(4);
            ShownTime::of(all[..4].parse().ok(), &rest[..rest.len().min(5)])
        }
        8 | 10 if has_run && !all.starts_with("20") => ShownTime::of(None, &rest(0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<(Option<i16>, String)> {
        leading(text).map(|time| {
            let ShownTime { year, month, day, hour, minute, second } = time;
            let second = second.map(|second| format!(":{second:02}")).unwrap_or_default();
            (year, format!("{month:02}-{day:02} {hour:02}:{minute:02}{second}"))
        })
    }

    #[test]
    fn times_are_read_in_every_shape() {
        let whole = Some((Some(2026), "11-22 14:03:05".to_owned()));
        for text in [
            "2026-11-22 14:03:05",
            "2026-11-2214:03:05",
            "2026年11月22日 14:03:05",
            "2026年11月22日14:03:05",
            "2026/11/22 14:03:05",
            "2026.11.22 14:03:05",
            "2026-11-22 14.03.05",
            "2O26-11-22 l4:O3:O5",
            "2026年11月22目14:03:05",
            "2026-11-22 14:03:05 >",
            "20261122140305",
            "2026年 11月 22日 14 : 03 : 05",
        ] {
            assert_eq!(shown(text), whole, "{text}");
        }
        assert_eq!(shown("2026-11-22 14:03"), Some((Some(2026), "11-22 14:03".into())));
        assert_eq!(shown("2026年1月2日 09:03:05"), Some((Some(2026), "01-02 09:03:05".into())));
        for text in ["11月22日 14:03", "11-22 14:03", "11-2214:03", "11月22日14:03"] {
            assert_eq!(shown(text), Some((None, "11-22 14:03".into())), "{text}");
        }
        for other in [
            "",
            "14:03",
            "余额宝",
            "2026-13-22 14:03:05",
            "2026-02-30 10:00:00",
            "32-11 10:00",
            "4200002456202611221234567890",
            "2026/1/29:03:05",
            "2026/11/29:03:05",
        ] {
            assert_eq!(shown(other), None, "{other}");
        }
    }

    #[test]
    fn a_time_without_its_year_is_the_nearest_one() {
        let time = leading("12月31日 23:59").unwrap();
        assert_eq!(time.near(Date::constant(2027, 1, 2)).unwrap().to_string(), "2026-12-31T23:59:00");
        assert_eq!(time.near(Date::constant(2026, 12, 31)).unwrap().to_string(), "2026-12-31T23:59:00");
    }

    #[test]
    fn without_a_label_a_time_needs_its_year() {
        assert!(anywhere("2026-11-22 14:03:05 支付成功").is_some());
        assert!(anywhere("11-22 14:03").is_none());
        assert!(anywhere("订单号2026112222001456781234567890").is_none());
    }
}
