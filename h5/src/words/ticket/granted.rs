//! What was granted to a candidate (便利), in words. Never why.

use pagekit::language::Language;
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::AccommodationKind;
use registration::rules::tickets::Times;

/// What a kind is called.
pub(crate) fn kind_word(w: Words, kind: AccommodationKind) -> String {
    match kind {
        AccommodationKind::ExtraTime => w.t("accommodation-extra-time"),
        AccommodationKind::LargePrint => w.t("accommodation-large-print"),
        AccommodationKind::StepFree => w.t("accommodation-step-free"),
        AccommodationKind::Wheelchair => w.t("accommodation-wheelchair"),
        AccommodationKind::FrontRow => w.t("accommodation-front-row"),
        AccommodationKind::OwnRoom => w.t("accommodation-own-room"),
        AccommodationKind::Other => w.t("accommodation-other"),
    }
    .into_owned()
}

/// What was granted, as a ticket says it, kind by kind; extra time with how much it is, and with its end where that is known.
pub(crate) fn granted(w: Words, exam: &Exam, times: Option<&Times>, kinds: &[AccommodationKind]) -> Vec<String> {
    let percent = u32::from(exam.rules.accommodations.extra_time_percent);
    let word = |kind: &AccommodationKind| match (kind, times.and_then(|times| times.ends_at)) {
        (AccommodationKind::ExtraTime, Some(until)) => {
            let values = [("percent", percent.into()), ("until", when::clock(until).into())];
            w.with("ticket-extra-until", &values).into_owned()
        }
        (AccommodationKind::ExtraTime, None) => w.with("ticket-extra", &[("percent", percent.into())]).into_owned(),
        (AccommodationKind::Other, _) => w.t("ticket-granted-other").into_owned(),
        (kind, _) => kind_word(w, *kind),
    };
    kinds.iter().map(word).collect()
}

/// The same on one line.
pub(crate) fn granted_line(w: Words, exam: &Exam, times: Option<&Times>, kinds: &[AccommodationKind]) -> String {
    granted(w, exam, times, kinds).join(if w.language == Language::Zh { "、" } else { ", " })
}
