//! An order that the candidate's school is about to pay for (集体缴费锁定), or has paid for: what its pages say instead of ways to
//! pay.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::exam::Exam;
use registration::model::order::{BySchool, Order};

use crate::view::callout::{Tone, callout};
use crate::words::order::lock_text;

/// That nobody else pays meanwhile, until when, and whom to ask.
pub(crate) fn locked_box(w: Words, order: &Order, until: Timestamp, now: Timestamp) -> Markup {
    let body = html! { p { (lock_text(w, until, order.expires_at, now)) } };
    callout(Tone::Care, &w.t("pay-locked-title"), &body)
}

/// That the time for the seat was up before the school had paid, and what to do.
pub(crate) fn lapsed_box(w: Words, exam: &Exam) -> Markup {
    let body = html! {
        p { (w.t("lock-over-text")) }
        p { a class="button second" href={ "/exams/" (exam.id) } { (w.t("pay-lapsed-next")) } }
    };
    callout(Tone::Care, &w.t("pay-lapsed-title"), &body)
}

/// The same in a line, for lists; nothing where the school does nothing.
pub(crate) fn school_line(w: Words, order: &Order, now: Timestamp) -> Option<String> {
    Some(match order.by_school? {
        BySchool::Locked { until } => {
            // One time is said: what ends first.
            let (line, until) = match order.expires_at <= until {
                true => (key("lock-line-held"), order.expires_at),
                false => (key("lock-line"), until),
            };
            w.with(line, &[("when", when::near(w.language, until, now).into())]).into_owned()
        }
        BySchool::Paid => w.t("lock-paid").into_owned(),
    })
}
