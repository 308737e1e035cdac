//! An exam, or a deadline, as an entry of a calendar (iCalendar, RFC 5545): UTC times, lines of at most 75 octets, a reminder a day before.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use registration::model::room::Position;

/// Longest line, in octets, without its end.
const LINE_BYTES_MAX: usize = 75;

/// One exam of somebody's, or one date of an exam.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// By which a calendar knows it again: the same for ever.
    pub(crate) uid: String,
    /// Raised when something changes, so that a calendar takes the newer one.
    pub(crate) sequence: u16,
    pub(crate) made_at: Timestamp,
    pub(crate) starts_at: Timestamp,
    /// Absent of a moment that takes no time: a deadline.
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) title: String,
    /// Empty where there is none.
    pub(crate) place: String,
    pub(crate) position: Option<Position>,
    pub(crate) text: String,
    pub(crate) url: String,
    /// What the reminder says.
    pub(crate) reminder: String,
}

/// A calendar of these entries.
pub(crate) fn calendar(name: &str, entries: &[Entry]) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| push(&mut text, &format!("{name}:{value}"));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//Seathold//Exams//ZH");
    line("CALSCALE", "GREGORIAN");
    line("METHOD", "PUBLISH");
    line("X-WR-CALNAME", &escaped(name));
    for entry in entries {
        line("BEGIN", "VEVENT");
        line("UID", &entry.uid);
        line("SEQUENCE", &entry.sequence.to_string());
        line("DTSTAMP", &utc(entry.made_at));
        line("DTSTART", &utc(entry.starts_at));
        if let Some(ends_at) = entry.ends_at {
            line("DTEND", &utc(ends_at));
        }
        line("SUMMARY", &escaped(&entry.title));
        if !entry.place.is_empty() {
            line("LOCATION", &escaped(&entry.place));
        }
        if let Some(Position { latitude, longitude }) = entry.position {
            line("GEO", &format!("{latitude:.6};{longitude:.6}"));
        }
        line("DESCRIPTION", &escaped(&entry.text));
        line("URL", &entry.url);
        line("BEGIN", "VALARM");
        line("ACTION", "DISPLAY");
        line("TRIGGER", "-P1D");
        line("DESCRIPTION", &escaped(&entry.reminder));
        line("END", "VALARM");
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    text
}

/// Adds a line, folded: what goes on begins with a space, and no character is cut in two.
fn push(text: &mut String, line: &str) {
    let mut rest = line;
    let mut room = LINE_BYTES_MAX;
    while rest.len() > room {
        let cut = (0..=room).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(room);
        text.push_str(&rest[..cut]);
        text.push_str("\r\n ");
        rest = &rest[cut..];
        room = LINE_BYTES_MAX - 1;
    }
    text.push_str(rest);
    text.push_str("\r\n");
}

/// A text as a value: what separates values is written with a backslash, and a line's end as a letter.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => value.extend(['\\', letter]),
            '\n' => value.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => value.push(letter),
        }
    }
    value
}

/// `20270424T010000Z`
fn utc(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            uid: "10K4-2M90.en-0424@seathold".to_owned(),
            sequence: 1,
            made_at: "2027-04-12T01:00:00Z".parse().unwrap(),
            starts_at: "2027-04-24T01:00:00Z".parse().unwrap(),
            ends_at: "2027-04-24T03:00:00Z".parse().ok(),
            title: "英语; 上午, 笔试".to_owned(),
            place: "临江大学东校区一号楼，湖滨路 100 号（地铁 2 号线湖滨站 3 口出，沿湖滨路向东步行约四百米）"
                .to_owned(),
            position: Some(Position { latitude: 31.2, longitude: 121.4 }),
            text: "准考证号 VCJ85CVU\n座位 H01\\".to_owned(),
            url: "https://exam.example.edu/orders/10K4-2M90/ticket".to_owned(),
            reminder: "明天考试".to_owned(),
        }
    }

    #[test]
    fn e8_lines_end_as_calendars_want_and_are_never_too_long() {
        let text = calendar("学位外语", &[entry()]);
        assert!(text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
        for line in text.split("\r\n") {
            assert!(line.len() <= LINE_BYTES_MAX, "{} octets: {line}", line.len());
        }
        // Unfolded it is whole again.
        let whole = text.replace("\r\n ", "");
        assert!(whole.contains(
            "LOCATION:临江大学东校区一号楼，湖滨路 100 号（地铁 2 号线湖滨站 3 口出，沿湖滨路向东步行约四百米）\r\n"
        ));
        for line in [
            "SUMMARY:英语\\; 上午\\, 笔试",
            "DESCRIPTION:准考证号 VCJ85CVU\\n座位 H01\\\\",
            "DTSTART:20270424T010000Z",
            "DTEND:20270424T030000Z",
            "GEO:31.200000;121.400000",
            "TRIGGER:-P1D",
            "UID:10K4-2M90.en-0424@seathold",
            "SEQUENCE:1",
        ] {
            assert!(whole.contains(&format!("\r\n{line}\r\n")), "{line}: {whole}");
        }
    }

    #[test]
    fn e8_what_is_begun_is_ended() {
        let text = calendar("x", &[entry(), entry()]);
        let (begun, ended) = (text.matches("BEGIN:").count(), text.matches("END:").count());
        // DTEND ends nothing.
        assert_eq!((begun, ended - text.matches("DTEND:").count()), (5, 5));
        assert!(calendar("x", &[]).lines().count() == 7);
    }
}
