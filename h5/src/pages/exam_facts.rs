//! What one must know of an exam at a glance: window, fee, deadline.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::exams::ExamPage;

use crate::view::facts::{facts, pieces};

/// The list of facts.
pub(crate) fn exam_facts(w: Words, exam: &ExamPage, now: Timestamp) -> Markup {
    let moment = |at| pieces(w, &when::pieces(w.language, at, now));
    let (window, fee) = (w.t("exam-window"), w.t("exam-fee"));
    let (deadline, hold) = (w.t("exam-deadline"), w.t("exam-hold"));
    let contact_label = w.t("exam-contact");
    let mut all = vec![
        (
            &*window,
            html! {
                (super::home::window_tag(w, exam.window(now)))
                p { (moment(exam.opens_at)) }
                p { (w.t("exam-window-to")) " " (moment(exam.closes_at)) }
            },
        ),
        (&*fee, html! { (exam.fee) }),
        (&*hold, html! { (held(w, exam)) }),
        (&*deadline, moment(exam.payment_deadline)),
    ];
    all.extend(
        exam.rules.contact.as_ref().map(|contact| (&*contact_label, html! { (w.pick(&contact.zh, &contact.en)) })),
    );
    facts(&all)
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
