//! What of schools' lists is called how, and why something was not done with one.

use std::borrow::Cow;

use http::StatusCode;
use pagekit::callout::Tone;
use pagekit::when;
use pagekit::words::Words;
use registration::model::order::OrderState;
use registration::model::payment::group::{GroupState, LineState};
use registration::model::payment::listed::Became;
use registration::payments::{GroupError, LOCK_MAX, LineFault, ListError, ORDERS_MAX, PayRefusal};

use crate::finance::words as money;

/// Where a list stands.
pub(crate) fn state(w: Words, state: GroupState) -> (Tone, String) {
    let (tone, word) = match state {
        GroupState::Open => (Tone::Care, w.t("group-open")),
        GroupState::Paid(_) => (Tone::Good, w.t("group-paid")),
        GroupState::Released => (Tone::Plain, w.t("group-released")),
        GroupState::Over => (Tone::Bad, w.t("group-over")),
    };
    (tone, word.into_owned())
}

/// How an order of a list stands. `subject` names a subject.
pub(crate) fn line(w: Words, state: &LineState, subject: &dyn Fn(&str) -> String) -> (Tone, String) {
    let (tone, word) = match state {
        LineState::Ready { .. } => (Tone::Good, w.t("line-ready")),
        LineState::Unknown => (Tone::Bad, w.t("line-unknown")),
        LineState::OtherSchool => (Tone::Bad, w.t("line-other-school")),
        LineState::NotPayable(state) => (Tone::Bad, not_payable(w, state)),
        LineState::Paying => (Tone::Care, w.t("line-paying")),
        LineState::Locked(lock) => (Tone::Bad, w.with("line-locked", &[("title", lock.title.clone().into())])),
        LineState::NeedsFirst(first) => {
            (Tone::Bad, w.with("line-needs-first", &[("subject", subject(first.as_str()).into())]))
        }
        LineState::OtherAmount(now) => (Tone::Bad, w.with("line-other-amount", &[("now", now.to_string().into())])),
    };
    (tone, word.into_owned())
}

fn not_payable(w: Words, state: &OrderState) -> Cow<'static, str> {
    match state {
        OrderState::Confirmed => w.t("line-confirmed"),
        OrderState::WaitingReview => w.t("line-reviewed"),
        OrderState::Owed { .. } => w.t("line-owed"),
        OrderState::Unpaid | OrderState::Lapsed => w.t("line-lapsed"),
        OrderState::Refused { .. } => w.t("line-refused"),
        OrderState::Released | OrderState::Cancelled => w.t("line-gone"),
    }
}

/// What the money has become for one order.
pub(crate) fn became(w: Words, became: Option<Became>) -> (Tone, String) {
    let (tone, word) = match became {
        Some(Became::Seat) => (Tone::Good, w.t("outcome-seat")),
        Some(Became::Choice) => (Tone::Care, w.t("outcome-choice")),
        Some(Became::Refund) => (Tone::Bad, w.t("outcome-refund")),
        Some(Became::Due) | None => (Tone::Plain, w.t("outcome-due")),
    };
    (tone, word.into_owned())
}

/// What is wrong with a line of a list that was handed in.
pub(crate) fn fault(w: Words, fault: LineFault) -> String {
    match fault {
        LineFault::NoNumber => w.t("fault-no-number"),
        LineFault::Shortened => w.t("fault-shortened"),
        LineFault::TooLong => w.t("fault-too-long"),
        LineFault::Twice => w.t("fault-twice"),
        LineFault::Unknown => w.t("fault-unknown"),
        LineFault::NothingToPay => w.t("fault-nothing"),
        LineFault::TooMany => w.with("fault-too-many", &[("most", ORDERS_MAX.into())]),
    }
    .into_owned()
}

/// Why a list was not read at all.
pub(crate) fn unread(w: Words, error: ListError) -> String {
    match error {
        ListError::TooLarge | ListError::TooLong => w.with("list-too-large", &[("most", ORDERS_MAX.into())]),
        ListError::NotText => w.t("list-not-text"),
        ListError::Empty => w.t("list-empty"),
    }
    .into_owned()
}

/// Why something was not done with a list, in a sentence; nothing where that has a page of its own.
pub(crate) fn refusal(w: Words, error: &GroupError) -> Option<(StatusCode, String)> {
    let (status, text) = match error {
        GroupError::Orders => {
            (StatusCode::UNPROCESSABLE_ENTITY, w.with("group-refused-orders", &[("most", ORDERS_MAX.into())]))
        }
        GroupError::Text => (StatusCode::UNPROCESSABLE_ENTITY, w.t("group-refused-text")),
        GroupError::Lasts => {
            (StatusCode::UNPROCESSABLE_ENTITY, w.with("group-refused-lasts", &[("hours", LOCK_MAX.as_hours().into())]))
        }
        GroupError::Lines(_) => (StatusCode::CONFLICT, w.t("group-refused-lines")),
        GroupError::NotOpen(now) => {
            (StatusCode::CONFLICT, w.with("group-refused-not-open", &[("state", state(w, *now).1.into())]))
        }
        GroupError::Amount(amount) => {
            (StatusCode::UNPROCESSABLE_ENTITY, w.with("group-refused-amount", &[("amount", amount.to_string().into())]))
        }
        GroupError::ReferenceTaken => (StatusCode::CONFLICT, w.t("group-refused-reference")),
        GroupError::UnderWay => (StatusCode::CONFLICT, w.t("group-refused-under-way")),
        GroupError::Pay(PayRefusal::NotOffered(by)) => {
            (StatusCode::CONFLICT, w.with("group-refused-channel", &[("channel", money::method(w, *by).into())]))
        }
        GroupError::Pay(PayRefusal::Refused(code)) => {
            (StatusCode::BAD_GATEWAY, w.with("group-refused-code", &[("code", code.clone().into())]))
        }
        GroupError::Pay(PayRefusal::Store(_)) => return None,
        GroupError::Pay(_) => (StatusCode::CONFLICT, w.t("group-refused-unclear")),
        GroupError::Forbidden(_) | GroupError::Unknown | GroupError::UnknownExam(_) | GroupError::Store(_) => {
            return None;
        }
    };
    Some((status, text.into_owned()))
}

/// Until when a list is locked, as pages say it.
pub(crate) fn until(w: Words, at: jiff::Timestamp, now: jiff::Timestamp) -> String {
    w.with("group-locked-until", &[("when", when::near(w.language, at, now).into())]).into_owned()
}
