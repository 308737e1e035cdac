//! The dates of an exam that come still, as a file for calendars, for anybody: when registration opens and ends, until when to pay,
//! and from when on tickets can be printed.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use pagekit::words::Words;
use registration::model::exam::Exam;

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::visit::Visit;
use crate::view::exam::facts::coming;
use crate::words::ticket::calendar::{Entry, calendar};

pub(crate) async fn show(visit: Visit, Path(exam): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    let exam = find(&visit, &exam)?;
    let here = format!("{}{}", visit.app.base_url(&headers), path_of(&exam));
    let entries = entries(visit.words, &exam, &here, visit.now);
    if entries.is_empty() {
        return Err(Failure::NotFound);
    }
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"dates-{}.ics\"", exam.id)),
    ];
    Ok((headers, calendar(visit.words.pick(&exam.title.zh, &exam.title.en), &entries)).into_response())
}

fn entries(w: Words, exam: &Exam, here: &str, now: Timestamp) -> Vec<Entry> {
    let entry = |(name, at, word): (&str, Timestamp, &'static str)| {
        let title = format!("{} · {}", w.pick(&exam.title.zh, &exam.title.en), w.t(word));
        Entry {
            uid: format!("{}.{name}@seathold", exam.id),
            sequence: 0,
            made_at: now,
            starts_at: at,
            // A moment: it takes no time.
            ends_at: None,
            reminder: title.clone(),
            title,
            place: String::new(),
            position: None,
            text: w.t("dates-text").into_owned(),
            url: here.to_owned(),
        }
    };
    coming(exam, now).into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use pagekit::language::Language;

    use super::*;
    use crate::catalogue::words;

    #[test]
    fn e8_what_comes_still_goes_into_the_calendar_and_what_is_over_does_not() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/degree-english");
        let exam = registration::exams::definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page;
        let names = |now: Timestamp| {
            let entries = entries(words(Language::Zh), &exam, "https://exam.example.edu/exams/e", now);
            entries.iter().map(|one| one.uid.split(['.', '@']).nth(1).unwrap().to_owned()).collect::<Vec<_>>()
        };
        let before = exam.opens_at - jiff::SignedDuration::from_hours(1);
        assert_eq!(names(before), ["opens", "closes", "pay", "ticket"]);
        assert_eq!(names(exam.closes_at), ["pay", "ticket"]);
        assert_eq!(names(exam.tickets_from().unwrap()), Vec::<String>::new());
        let text = calendar("x", &entries(words(Language::Zh), &exam, "https://exam.example.edu/exams/e", before));
        let text = text.replace("\r\n ", "");
        let closes = exam.closes_at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
        assert!(text.contains(&format!("DTSTART:{closes}\r\n")) && text.contains("报名截止"), "{text}");
        assert!(!text.contains("DTEND") && !text.contains("LOCATION"), "{text}");
    }
}
