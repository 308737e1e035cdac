//! What one must know of an exam at a glance: window, fee, deadline.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::{Exam, Window};
use registration::model::exam_rules::ReminderKind;

use crate::view::contact::contact;
use crate::view::facts::{facts, pieces};
use crate::view::icons::{Icon, icon};
use crate::words::exam::{days, fees, held};

/// The list of facts.
pub(crate) fn exam_facts(w: Words, exam: &Exam, now: Timestamp) -> Markup {
    let moment = |at| pieces(w, &when::pieces(w.language, at, now));
    let (window, fee) = (w.t("exam-window"), w.t("exam-fee"));
    let (deadline, hold) = (w.t("exam-deadline"), w.t("exam-hold"));
    let (contact_label, days_label) = (w.t("exam-contact"), w.t("exam-days"));
    let mut all = vec![
        (
            &*window,
            html! {
                (crate::view::exam::window::window_tag(w, exam.window(now)))
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
    html! {
        (facts(&all))
        @if exam.window(now) == Window::NotYet && !exam.rules.reminders.off.contains(&ReminderKind::Opens) {
            p { a class="link" href={ "/exams/" (exam.id) "/reminder" } { (w.t("opening-link")) (icon(Icon::Chevron)) } }
        }
    }
}
