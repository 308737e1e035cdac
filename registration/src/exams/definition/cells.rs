//! What stands in one cell of a sheet, as people and spreadsheets write it: numbers, money, moments, documents. A fault is
//! told by what to write instead.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, offset};
use unicode_normalization::UnicodeNormalization as _;

use super::wrong::Wrong;
use crate::model::document::{Document, DocumentError, DocumentKind};
use crate::model::fen::Fen;
use crate::model::text::characters::{is_apostrophe, is_invisible, visible};

/// China has one time zone without summer time.
const CHINA_OFFSET_HOURS: i8 = 8;
/// What stands for a character that could not be read.
const UNREADABLE: char = '\u{fffd}';
/// The halves of a day, as people and spreadsheets write them.
const HALVES_AM: [&str; 6] = ["上午", "早上", "早晨", "清晨", "凌晨", "AM"];
const HALVES_PM: [&str; 2] = ["下午", "PM"];
/// From five o'clock on.
const EVENING: [&str; 2] = ["晚上", "傍晚"];
/// How days of the week are called, before their number. They say nothing that the day does not.
const WEEKDAYS: [&str; 3] = ["星期", "礼拜", "周"];
/// Of neither half: an hour around twelve.
const NOON: &str = "中午";
/// What people write behind or before a number.
const UNITS: [&str; 8] = ["元", "人", "分", "年", "个", "名", "座", "位"];

/// Does the cell have to be tidied before it is read?
pub(super) fn is_untidy(cell: &str) -> bool {
    cell.starts_with('=') || cell.starts_with(is_apostrophe) || cell.contains(is_invisible)
}

/// Without what cannot be seen, and without what keeps a spreadsheet from taking a number for a number: `'430…`, `="430…"`.
pub(super) fn tidied(cell: &str) -> String {
    let seen: String = visible(cell).collect();
    let cell = seen.trim();
    let inner = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell).trim();
    let number = inner.strip_prefix(is_apostrophe).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    number.unwrap_or(inner).to_owned()
}

/// Has the cell a character that was lost before the file came here?
pub(super) fn is_unreadable(cell: &str) -> bool {
    cell.contains(UNREADABLE)
}

/// A whole number of at most `max`: `30`, `30.0`, `３０`, `1,200`, `30人`.
pub(super) fn whole(cell: &str, max: u32) -> Result<u32, Wrong> {
    let plain = number_in(cell);
    let whole = plain.split_once('.').map_or(&plain[..], |(whole, rest)| if zeros(rest) { whole } else { "" });
    if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Wrong::NotWhole { cell: cell.to_owned() });
    }
    whole.parse().ok().filter(|number| *number <= max).ok_or(Wrong::TooLarge { max })
}

/// Yuan: `120`, `120.5`, `￥120`, `1,200.00`, `120元`.
pub(super) fn money(cell: &str) -> Result<Fen, Wrong> {
    let plain = number_in(cell);
    // A spreadsheet may add zeros.
    let plain = plain.split_once('.').filter(|(_, rest)| zeros(rest)).map_or(&plain[..], |(whole, _)| whole);
    let wrong = |error: <Fen as FromStr>::Err| Wrong::Money { cell: cell.to_owned(), why: error.to_string() };
    plain.parse().map_err(wrong)
}

fn zeros(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'0')
}

/// The number without sign of money, unit and the commas between thousands.
fn number_in(cell: &str) -> String {
    let narrow: String = cell.nfkc().filter(|c| !c.is_whitespace()).collect();
    let bare = narrow.trim_start_matches(['¥', '￥']);
    let bare = UNITS.iter().find_map(|unit| bare.strip_suffix(unit)).unwrap_or(bare);
    let (whole, _) = bare.split_once('.').unwrap_or((bare, ""));
    let mut parts = whole.split(',');
    let is_grouped =
        parts.next().is_some_and(|first| (1..=3).contains(&first.len())) && parts.all(|part| part.len() == 3);
    if is_grouped { bare.replace(',', "") } else { bare.to_owned() }
}

/// A moment: with its offset as RFC 3339 writes it, else as a clock in China shows it: `2027/5/22 9:00`,
/// `2027年5月22日 下午2时30分`.
pub(crate) fn moment(cell: &str) -> Result<Timestamp, Wrong> {
    if let Ok(moment) = cell.parse() {
        return Ok(moment);
    }
    civil_moment(cell).ok_or_else(|| Wrong::Moment { cell: cell.to_owned() })
}

fn civil_moment(cell: &str) -> Option<Timestamp> {
    let narrow: String = cell.nfkc().flat_map(char::to_uppercase).collect();
    let narrow = without_weekday(&narrow);
    let (day, time) = narrow.split_once(['日', 'T', ' '])?;
    let says = |words: &[&str]| words.iter().any(|word| time.contains(word));
    let (is_pm, is_am) = (says(&HALVES_PM), says(&HALVES_AM));
    let (is_noon, is_evening) = (says(&[NOON]), says(&EVENING));
    let halves = || HALVES_PM.iter().chain(&HALVES_AM).chain(&EVENING).chain([&NOON]);
    let clock = halves().fold(time.to_owned(), |time, half| time.replace(half, " "));
    let clock = clock.replace(['时', '点', '分'], ":").replace(['秒', '整'], "");
    let clock = clock.trim().trim_end_matches(':').split(':').map(str::trim).collect::<Vec<_>>().join(":");
    let [year, month, day] = numbers(day.trim(), &['-', '/', '.', '年', '月'])?;
    let is_hour_alone = time.contains(['时', '点']);
    let [hour, minute, second] = numbers(&clock, &[':'])
        .or_else(|| numbers::<2>(&clock, &[':']).map(|[hour, minute]| [hour, minute, 0]))
        .or_else(|| numbers::<1>(&clock, &[':']).filter(|_| is_hour_alone).map(|[hour]| [hour, 0, 0]))?;
    let hour = match hour {
        _ if [is_pm, is_am, is_noon, is_evening].into_iter().filter(|is| *is).count() > 1 => return None,
        11 | 12 if is_noon => hour,
        1 | 2 if is_noon => hour + 12,
        _ if is_noon => return None,
        5..=11 if is_evening => hour + 12,
        17..=23 if is_evening => hour,
        _ if is_evening => return None,
        1..=11 if is_pm => hour + 12,
        12 if is_am => 0,
        13.. if is_am => return None,
        hour => hour,
    };
    if year < 1000 {
        return None;
    }
    let small = |number: i16| i8::try_from(number).ok();
    let day = Date::new(year, small(month)?, small(day)?).ok()?;
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    let zone = TimeZone::fixed(offset(CHINA_OFFSET_HOURS));
    DateTime::from_parts(day, time).to_zoned(zone).map(|zoned| zoned.timestamp()).ok()
}

/// The text without a day of the week, in brackets or not: `2027年5月22日（星期六）9:00`.
fn without_weekday(text: &str) -> String {
    let found = WEEKDAYS.iter().find_map(|word| {
        let (before, after) = text.split_once(word)?;
        let mut after = after.chars();
        let is_day = after.next().is_some_and(|day| "一二三四五六日天".contains(day));
        is_day.then(|| format!("{} {}", before.trim_end_matches('('), after.as_str().trim_start_matches(')')))
    });
    found.unwrap_or_else(|| text.to_owned())
}

fn numbers<const COUNT: usize>(text: &str, between: &[char]) -> Option<[i16; COUNT]> {
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
    text.split(between).map(number).collect::<Option<Vec<i16>>>()?.try_into().ok()
}

/// A document's number. What a spreadsheet does to long numbers is told as such.
pub(super) fn document(kind: DocumentKind, cell: &str) -> Result<Document, Wrong> {
    if is_scientific(cell) {
        return Err(Wrong::Scientific { shown: cell.to_owned() });
    }
    Document::parse(kind, cell).map_err(|fault| match fault {
        DocumentError::Check if cell.ends_with("000") => Wrong::Rounded { fault },
        _ => fault.into(),
    })
}

/// Is it a number as a power of ten, such as `4.30104E+17`?
fn is_scientific(cell: &str) -> bool {
    let narrow: String = cell.nfkc().collect();
    narrow.to_ascii_uppercase().split_once("E+").is_some_and(|(head, tail)| {
        !tail.is_empty()
            && tail.bytes().all(|byte| byte.is_ascii_digit())
            && head.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_sheets_write_them() {
        for (cell, number) in
            [("30", 30), ("30.0", 30), ("３０", 30), ("1,200", 1200), ("1，200", 1200), ("30人", 30), (" 30 ", 30)]
        {
            assert_eq!(whole(cell, 5_000), Ok(number), "{cell}");
        }
        for bad in ["", "30.5", "1,20", "12,00", "-3", "三十", "3e2"] {
            assert!(whole(bad, 5_000).unwrap_err().to_string().contains("such as 30"), "{bad}");
        }
        for large in ["70000", "99999999999999999999"] {
            assert_eq!(whole(large, 65_535), Err(Wrong::TooLarge { max: 65_535 }));
        }
        for (cell, fen) in [
            ("￥120", 12_000),
            ("120元", 12_000),
            ("1,200.00", 120_000),
            ("１２０.5", 12_050),
            ("¥ 80.5", 8_050),
            ("120.000", 12_000),
        ] {
            assert_eq!(money(cell), Ok(Fen(fen)), "{cell}");
        }
        assert!(money("120 yuan").is_err() && money("").is_err());
    }

    #[test]
    fn moments_are_read_as_sheets_write_them() {
        let wanted: Timestamp = "2027-05-22T09:00:00+08:00".parse().unwrap();
        for cell in [
            "2027-05-22T09:00:00+08:00",
            "2027/5/22 9:00",
            "2027-05-22 09:00:00",
            "2027年5月22日 9:00",
            "2027年5月22日9:00",
            "2027.5.22 09:00",
            "２０２７／５／２２　９：００",
            "2027-05-22T09:00",
            "2027年5月22日 上午9:00",
            "2027年5月22日上午9点",
            "2027年5月22日 9时00分",
            "2027/5/22 9:00:00 AM",
            "2027-5-22 9：00",
            "2027/05/22 9点整",
            "2027年5月22日（星期六）9:00",
            "2027年5月22日星期六 上午9:00",
            "2027-5-22 周六 9:00",
            "2027/5/22 清晨9:00",
        ] {
            assert_eq!(moment(cell), Ok(wanted), "{cell}");
        }
        for cell in ["2027/5/22 下午2:30", "2027-05-22 2:30 pm", "2027年5月22日14时30分", "2027.5.22 14:30:00"] {
            assert_eq!(moment(cell).unwrap().to_string(), "2027-05-22T06:30:00Z", "{cell}");
        }
        // Noon is of neither half, and an hour of the afternoon is none of the morning.
        for (cell, read) in [
            ("2027/5/22 中午11:30", "2027-05-22T03:30:00Z"),
            ("2027年5月22日中午12点", "2027-05-22T04:00:00Z"),
            ("2027/5/22 中午1:00", "2027-05-22T05:00:00Z"),
            ("2027-5-22 中午2点30分", "2027-05-22T06:30:00Z"),
            ("2027/5/22 晚上7:30", "2027-05-22T11:30:00Z"),
            ("2027年5月23日星期日 傍晚18点", "2027-05-23T10:00:00Z"),
            ("2027/5/22 凌晨12:30", "2027-05-21T16:30:00Z"),
            ("2027/5/22 12:30 PM", "2027-05-22T04:30:00Z"),
            ("2027/5/22 12:30 AM", "2027-05-21T16:30:00Z"),
        ] {
            assert_eq!(moment(cell).unwrap().to_string(), read, "{cell}");
        }
        for bad in [
            "",
            "2027/5/22 中午10:00",
            "2027/5/22 中午3:00",
            "2027/5/22 中午14:00",
            "2027/5/22 上午14:00",
            "2027/5/22 晚上12:00",
            "2027/5/22 晚上1:00",
            "2027/5/22 下午晚上7:00",
            "2027/5/22 周末 9:00",
            "2027/5/22 13:00 AM",
            "2027/5/22 上午下午9:00",
            "2027/5/22 上午中午11:00",
            "2027/5/22",
            "5/22/2027 9:00",
            "2027/13/22 9:00",
            "2027/5/22 25:00",
            "2027/5/22 上午9:00 PM",
            "2027/5/22 9",
            "2027/5/22 9:ab:00",
            "2027年5月22日",
            "2027/5/22 9:00 起",
            "46529.375",
        ] {
            assert!(moment(bad).unwrap_err().to_string().contains("2027-05-22 09:00"), "{bad}");
        }
    }

    #[test]
    fn what_keeps_a_number_a_text_is_dropped() {
        for (cell, kept) in [
            ("'430104199001010011", "430104199001010011"),
            ("=\"430104199001010011\"", "430104199001010011"),
            ("\u{feff}王芳\u{200b}", "王芳"),
            ("'t Hooft", "'t Hooft"),
        ] {
            assert!(is_untidy(cell), "{cell}");
            assert_eq!(tidied(cell), kept);
        }
        assert!(!is_untidy("王芳"));
        let kind = DocumentKind::ResidentId;
        assert!(document(kind, "4.30104E+17").unwrap_err().to_string().contains("format Text"));
        assert!(document(kind, "430104199001012000").unwrap_err().to_string().contains("15 digits"));
    }
}
