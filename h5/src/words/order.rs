//! An order in words.

use jiff::Timestamp;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderState};

use crate::view::callout::Tone;

/// The tone and the word of a state, as lists show it.
pub(crate) fn state_word(w: Words, order: &Order) -> (Tone, String) {
    let (tone, word) = match &order.state {
        OrderState::Unpaid if order.locked_until().is_some() => (Tone::Plain, w.t("order-locked")),
        OrderState::Unpaid if order.is_paid_by_school() => (Tone::Good, w.t("lock-paid")),
        OrderState::Lapsed if order.late_picture_at.is_some() => (Tone::Care, w.t("order-owed")),
        OrderState::Unpaid => (Tone::Care, w.t("order-unpaid")),
        OrderState::WaitingReview => (Tone::Plain, w.t("order-review")),
        OrderState::Refused { .. } => (Tone::Bad, w.t("order-refused")),
        OrderState::Confirmed => (Tone::Good, w.t("order-confirmed")),
        OrderState::Lapsed => (Tone::Bad, w.t("order-lapsed")),
        OrderState::Owed { .. } => (Tone::Care, w.t("order-owed")),
        OrderState::Released if order.paid_at.is_some() => (Tone::Plain, w.t("order-withdrawn")),
        OrderState::Released => (Tone::Bad, w.t("order-released")),
        OrderState::Cancelled => (Tone::Bad, w.t("order-cancelled")),
    };
    (tone, word.into_owned())
}

/// What a sitting says that the candidate has: that it is theirs, and how far it is.
pub(crate) fn mine(w: Words, order: &Order) -> (Tone, String) {
    let (tone, state) = state_word(w, order);
    (tone, w.with("sitting-mine", &[("state", state.into())]).into_owned())
}

/// What it means that the candidate's school pays, until `until` at most, for a seat that is held until `held_until`: the
/// lock makes no hold longer.
pub(crate) fn lock_text(w: Words, until: Timestamp, held_until: Timestamp, now: Timestamp) -> String {
    let dated = |at: Timestamp| when::dated(w.language, at, now);
    let held = if held_until <= until { key("lock-held") } else { key("lock-held-longer") };
    let text = w.with("lock-text", &[("when", dated(until).into())]).into_owned();
    text + &w.with(held, &[("held", dated(held_until).into())]) + &w.t("lock-ask")
}

/// How often a refused screenshot may still come back, and what happens then.
pub(crate) fn resubmits(w: Words, exam: &Exam, order: &Order) -> String {
    match exam.resubmits_left(order) {
        0 | 1 => w.t("pay-refused-last").into_owned(),
        left => w.with("pay-refused-left", &[("count", left.into())]).into_owned(),
    }
}
