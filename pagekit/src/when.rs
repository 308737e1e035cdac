//! How a moment is written: Beijing time, `12月20日（周六）09:00` or `Sat 20 Dec, 09:00`.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Timestamp, tz};

use crate::language::Language;

/// Minutes that Beijing is ahead of UTC. China has one time zone and no summer time.
pub const OFFSET_MINUTES: i32 = 8 * 60;

/// The civil date and time in Beijing.
pub fn civil(at: Timestamp) -> DateTime {
    tz::Offset::constant(8).to_datetime(at)
}

/// `09:00`
pub fn clock(at: Timestamp) -> String {
    let at = civil(at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `12月20日（周六）` / `Sat 20 Dec`
pub fn day(language: Language, at: Timestamp) -> String {
    let at = civil(at);
    match language {
        Language::Zh => format!("{}月{}日（周{}）", at.month(), at.day(), weekday_zh(at.weekday())),
        Language::En => format!("{} {} {}", weekday_en(at.weekday()), at.day(), month_en(at.month())),
    }
}

/// `5月22日` / `22 May`, for a button; with the year when that is not this year.
pub fn short_day(language: Language, at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (civil(at), civil(now));
    let is_other = at.year() != now.year();
    match (language, is_other) {
        (Language::Zh, false) => format!("{}月{}日", at.month(), at.day()),
        (Language::Zh, true) => date(language, at.date()),
        (Language::En, false) => format!("{} {}", at.day(), month_en(at.month())),
        (Language::En, true) => date(language, at.date()),
    }
}

/// [`day`] with its year, where that is not this year, or where a paper is kept (`now` absent).
pub fn dated_day(language: Language, at: Timestamp, now: Option<Timestamp>) -> String {
    let year = Some(civil(at).year()).filter(|year| now.is_none_or(|now| *year != civil(now).year()));
    match language {
        Language::Zh => year.map_or(String::new(), |year| format!("{year}年")) + &day(language, at),
        Language::En => day(language, at) + &year.map_or(String::new(), |year| format!(" {year}")),
    }
}

/// From when until when, as papers say it, with the year: `2027年4月24日（周六）09:00–11:00`. Without an end only when it begins.
pub fn span(language: Language, starts_at: Timestamp, ends_at: Option<Timestamp>) -> String {
    let gap = if language == Language::En { ", " } else { "" };
    let until = ends_at.map(|ends_at| format!("–{}", clock(ends_at))).unwrap_or_default();
    format!("{}{gap}{}{until}", dated_day(language, starts_at, None), clock(starts_at))
}

/// `12月20日（周六）09:00` / `Sat 20 Dec, 09:00`
pub fn moment(language: Language, at: Timestamp) -> String {
    match language {
        Language::Zh => format!("{}{}", day(language, at), clock(at)),
        Language::En => format!("{}, {}", day(language, at), clock(at)),
    }
}

/// [`moment`] in its two pieces, between which a line may break; with the year when that is not this year.
pub fn pieces(language: Language, at: Timestamp, now: Timestamp) -> [String; 2] {
    let year = Some(civil(at).year()).filter(|year| *year != civil(now).year());
    match language {
        Language::Zh => [year.map_or(String::new(), |year| format!("{year}年")) + &day(language, at), clock(at)],
        Language::En => [day(language, at) + &year.map_or(String::new(), |year| format!(" {year}")) + ",", clock(at)],
    }
}

/// The pieces of a moment to the second, with year and time zone, for receipts.
pub fn pieces_full(language: Language, at: Timestamp) -> [String; 2] {
    let (year, second) = (civil(at).year(), civil(at).second());
    match language {
        Language::Zh => [format!("{year}年{}", day(language, at)), format!("{}:{second:02}（北京时间）", clock(at))],
        Language::En => [format!("{} {year},", day(language, at)), format!("{}:{second:02} (Beijing time)", clock(at))],
    }
}

/// [`pieces`] in one: with the year when that is not this year.
pub fn dated(language: Language, at: Timestamp, now: Timestamp) -> String {
    let [day, clock] = pieces(language, at, now);
    let gap = if language == Language::En { " " } else { "" };
    format!("{day}{gap}{clock}")
}

/// When only the clock is needed today, and the day too on any other day; the year in any other year.
pub fn near(language: Language, at: Timestamp, now: Timestamp) -> String {
    if civil(at).date() == civil(now).date() { clock(at) } else { dated(language, at, now) }
}

/// When that day began in Beijing.
pub fn midnight(at: Timestamp) -> Timestamp {
    let seconds = (at.as_second() + i64::from(OFFSET_MINUTES) * 60).rem_euclid(24 * 60 * 60);
    Timestamp::from_second(at.as_second() - seconds).unwrap_or(at)
}

/// When a day begins in Beijing; `None` of a day that has no time.
pub fn begin_of(date: Date) -> Option<Timestamp> {
    tz::Offset::constant(8).to_timestamp(date.at(0, 0, 0, 0)).ok()
}

/// A date by itself: `1988年7月7日` / `7 Jul 1988`
pub fn date(language: Language, date: Date) -> String {
    match language {
        Language::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Language::En => format!("{} {} {}", date.day(), month_en(date.month()), date.year()),
    }
}

/// For the `datetime` attribute of `time`: `2026-12-20T09:00:00+08:00`.
pub fn machine(at: Timestamp) -> String {
    format!("{}+08:00", civil(at).strftime("%Y-%m-%dT%H:%M:%S"))
}

fn weekday_zh(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "一",
        Weekday::Tuesday => "二",
        Weekday::Wednesday => "三",
        Weekday::Thursday => "四",
        Weekday::Friday => "五",
        Weekday::Saturday => "六",
        Weekday::Sunday => "日",
    }
}

fn weekday_en(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

fn month_en(month: i8) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES[usize::try_from(month - 1).expect("months count from 1")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_the_house_writes_them() {
        let at: Timestamp = "2026-12-20T01:00:05Z".parse().unwrap();
        assert_eq!(moment(Language::Zh, at), "12月20日（周日）09:00");
        assert_eq!(moment(Language::En, at), "Sun 20 Dec, 09:00");
        assert_eq!(pieces_full(Language::Zh, at), ["2026年12月20日（周日）", "09:00:05（北京时间）"]);
        assert_eq!(pieces_full(Language::En, at), ["Sun 20 Dec 2026,", "09:00:05 (Beijing time)"]);
        assert_eq!(pieces(Language::En, at, at).join(" "), moment(Language::En, at));
        let earlier = "2025-12-19T15:59:00Z".parse().unwrap();
        assert_eq!(pieces(Language::Zh, at, earlier)[0], "2026年12月20日（周日）");
        assert_eq!(pieces(Language::En, at, earlier)[0], "Sun 20 Dec 2026,");
        assert_eq!(machine(at), "2026-12-20T09:00:05+08:00");
        assert_eq!(near(Language::Zh, at, at), "09:00");
        assert_eq!(near(Language::Zh, at, earlier), "2026年12月20日（周日）09:00");
        assert_eq!(near(Language::En, at, earlier), "Sun 20 Dec 2026, 09:00");
        assert_eq!(dated(Language::Zh, at, at), moment(Language::Zh, at));
        assert_eq!(midnight(at), "2026-12-19T16:00:00Z".parse().unwrap());
        assert_eq!(midnight(midnight(at)), midnight(at));
        assert_eq!(near(Language::En, at, "2026-12-19T15:59:00Z".parse().unwrap()), "Sun 20 Dec, 09:00");
    }
}
