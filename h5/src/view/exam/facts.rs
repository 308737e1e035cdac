//! What one must know of an exam at a glance: window, fee, deadline.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::exams::ExamPage;

use crate::view::contact::contact;
use crate::view::facts::{facts, pieces};

/// The list of facts.
pub(crate) fn exam_facts(w: Words, exam: &ExamPage, now: Timestamp) -> Markup {
    let moment = |at| pieces(w, &when::pieces(w.language, at, now));
    let (window, fee) = (w.t("exam-window"), w.t("exam-fee"));
    let (deadline, hold) = (w.t("exam-deadline"), w.t("exam-hold"));
    let (contact_label, days_label) = (w.t("exam-contact"), w.t("exam-days"));
    let mut all = vec![
        (
            &*window,
            html! {
                (crate::pages::home::window_tag(w, exam.window(now)))
                p { (moment(exam.opens_at)) }
                p { (w.t("exam-window-to")) " " (moment(exam.closes_at)) }
            },
        ),
        (&*fee, html! { (fees(exam)) }),
        (&*hold, html! { (held(w, exam)) }),
        (&*deadline, moment(exam.payment_deadline)),
    ];
    if let Some(days) = days(w, exam, now) {
        all.insert(0, (&*days_label, html! { (days) }));
    }
    let own = exam.rules.contact.as_ref();
    all.extend(own.map(|text| (&*contact_label, contact(w.pick(&text.zh, &text.en)))));
    facts(&all)
}

/// What the sittings cost: one sum, or from the lowest to the highest; without sittings what the exam says.
pub(crate) fn fees(exam: &ExamPage) -> String {
    let all = || exam.sittings.iter().map(|sitting| sitting.fee).filter(|fee| fee.0 > 0);
    match (all().min(), all().max()) {
        (Some(low), Some(high)) if low != high => format!("{low} – {high}"),
        (Some(fee), _) => fee.to_string(),
        (None, _) => exam.fee.to_string(),
    }
}

/// The days of the exam: one, or the first and the last. Nothing before sittings are published.
pub(crate) fn days(w: Words, exam: &ExamPage, now: Timestamp) -> Option<String> {
    let all = || exam.sittings.iter().map(|sitting| sitting.starts_at);
    let (first, last) = (all().min()?, all().max()?);
    let day = |at| when::dated_day(w.language, at, Some(now));
    Some(match when::civil(first).date() == when::civil(last).date() {
        true => day(first),
        false => format!("{} – {}", day(first), day(last)),
    })
}

/// How long a seat is held: `15 分钟`, `24 小时`.
pub(crate) fn held(w: Words, exam: &ExamPage) -> String {
    let minutes = exam.hold.as_mins();
    match minutes % 60 {
        0 if minutes > 60 => w.with("exam-hold-hours", &[("hours", (minutes / 60).into())]),
        _ => w.with("exam-hold-minutes", &[("minutes", minutes.into())]),
    }
    .into_owned()
}
