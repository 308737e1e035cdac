//! What one must know of an exam at a glance: window, fee, deadline.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::exam::{Exam, Window};
use registration::model::exam_rules::ReminderKind;

use crate::view::contact::contact;
use crate::view::facts::{facts, pieces};
use crate::view::icons::{Icon, icon};
use crate::words::exam::{days, fees, held};

/// The dates of an exam that come still, each with its name in addresses and the key of its word.
pub(crate) fn coming(exam: &Exam, now: Timestamp) -> Vec<(&'static str, Timestamp, &'static str)> {
    let all = [
        ("opens", Some(exam.opens_at), key("dates-opens")),
        ("closes", Some(exam.closes_at), key("dates-closes")),
        ("pay", Some(exam.payment_deadline), key("dates-pay")),
        ("ticket", exam.tickets_from(), key("dates-ticket")),
    ];
    let coming = all.into_iter().filter_map(|(name, at, word)| Some((name, at?, word)));
    coming.filter(|(_, at, _)| now < *at).collect()
}

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
        @if !coming(exam, now).is_empty() {
            p { a class="link" href={ "/exams/" (exam.id) "/dates.ics" } { (w.t("dates-link")) (icon(Icon::Chevron)) } }
        }
        @if exam.window(now) == Window::NotYet && !exam.rules.reminders.off.contains(&ReminderKind::Opens) {
            p { a class="link" href={ "/exams/" (exam.id) "/reminder" } { (w.t("opening-link")) (icon(Icon::Chevron)) } }
        }
        @if exam.window(now) == Window::NotYet {
            p { a class="link" href="/check-phone" { (w.t("check-link")) (icon(Icon::Chevron)) } }
        }
    }
}
