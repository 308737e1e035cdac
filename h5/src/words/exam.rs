//! Fee, days and hold of an exam in words.

use jiff::{SignedDuration, Timestamp};
use pagekit::language::Language;
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;

/// Why staff sent something back. It is kept in Chinese; what is of the exam's own list is said in English, too.
pub(crate) fn reason(w: Words, exam: &Exam, said: &str) -> String {
    match w.language {
        Language::Zh => said.to_owned(),
        Language::En => exam.rules.reasons.in_english(said),
    }
}

/// What the sittings cost: one sum, or from the lowest to the highest; without sittings what the exam says.
pub(crate) fn fees(exam: &Exam) -> String {
    let all = || exam.sittings.iter().map(|sitting| sitting.fee).filter(|fee| fee.0 > 0);
    match (all().min(), all().max()) {
        (Some(low), Some(high)) if low != high => format!("{low} – {high}"),
        (Some(fee), _) => fee.to_string(),
        (None, _) => exam.fee.to_string(),
    }
}

/// The days of the exam: one, or the first and the last. Nothing before sittings are published.
pub(crate) fn days(w: Words, exam: &Exam, now: Timestamp) -> Option<String> {
    let all = || exam.sittings.iter().map(|sitting| sitting.starts_at);
    let (first, last) = (all().min()?, all().max()?);
    let day = |at| when::dated_day(w.language, at, Some(now));
    Some(match when::civil(first).date() == when::civil(last).date() {
        true => day(first),
        false => format!("{} – {}", day(first), day(last)),
    })
}

/// How long a seat is held: `15 分钟`, `24 小时`.
pub(crate) fn held(w: Words, exam: &Exam) -> String {
    lasting(w, exam.hold)
}

/// A time for which a seat is held.
pub(crate) fn lasting(w: Words, held: SignedDuration) -> String {
    let minutes = held.as_mins();
    match minutes % 60 {
        0 if minutes > 60 => w.with("exam-hold-hours", &[("hours", (minutes / 60).into())]),
        _ => w.with("exam-hold-minutes", &[("minutes", minutes.into())]),
    }
    .into_owned()
}
