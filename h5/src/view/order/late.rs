//! An order whose time is up: what is left of it, and what becomes of money that was paid for it all the same.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::{Exam, Window};
use registration::model::order::Order;

use crate::view::callout::{Tone, callout};

/// What money, or a picture of it, could still buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Late {
    /// The same seat, as long as one is free.
    Same,
    /// Another sitting: its own has begun.
    Other,
    /// It buys no seat: its sitting has begun, and no other can be had for it.
    Begun,
    /// It buys no seat: registration is closed.
    Closed,
}

impl Late {
    /// What time alone says: whether [another sitting](Self::Other) can be had, seats say.
    pub(crate) fn of(exam: &Exam, order: &Order, now: Timestamp) -> Self {
        match exam.window(now) {
            Window::Closed => Self::Closed,
            _ if exam.has_begun(order, now) => Self::Begun,
            _ => Self::Same,
        }
    }

    /// Is there something that a picture of the payment is good for?
    pub(crate) fn takes_picture(self) -> bool {
        matches!(self, Self::Same | Self::Other)
    }
}

/// That the time for the seat is up, and what to do: with and without having paid.
pub(crate) fn late_box(w: Words, exam: &Exam, late: Late) -> Markup {
    let payment = &exam.rules.payment;
    let (text, by_channel, by_picture) = match late {
        Late::Same => (w.t("pay-lapsed-text"), w.t("pay-lapsed-channel"), w.t("pay-lapsed-paid")),
        Late::Other => (w.t("late-other-text"), w.t("late-other-channel"), w.t("late-other-paid")),
        Late::Begun => (w.t("pay-begun-text"), w.t("pay-begun-channel"), w.t("pay-begun-paid")),
        Late::Closed => (w.t("late-closed-text"), w.t("pay-begun-channel"), w.t("pay-begun-paid")),
    };
    let title = if late == Late::Closed { w.t("late-closed-title") } else { w.t("pay-lapsed-title") };
    let next = if late == Late::Closed { w.t("exam-back") } else { w.t("pay-lapsed-next") };
    let contact = exam.rules.contact.as_ref().filter(|_| !late.takes_picture());
    let body = html! {
        p { (text) }
        @if payment.takes_channels() { p { (by_channel) } }
        @if payment.takes_screenshots() { p { (by_picture) } }
        @if let Some(contact) = contact { p { (w.t("exam-contact")) " " (w.pick(&contact.zh, &contact.en)) } }
        p { a class="button second" href={ "/exams/" (exam.id) } { (next) } }
    };
    callout(Tone::Care, &title, &body)
}
