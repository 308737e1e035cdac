//! What of money is called how.

use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::model::payment::journal::EntryKind;
use registration::model::payment::listed::Became;
use registration::model::payment::refund::{Refund, RefundReason, RefundState};
use registration::model::payment::{Method, Payment, PaymentEvent, PaymentState};
use registration::reconciliation::FindingKind;

/// By which way money comes.
pub(crate) fn method(w: Words, method: Method) -> String {
    match method {
        Method::Screenshot => w.t("method-screenshot"),
        Method::Alipay => w.t("method-alipay"),
        Method::WechatPay => w.t("method-wechat-pay"),
        Method::Bank => w.t("method-bank"),
        Method::School => w.t("method-school"),
        Method::Other => w.t("method-other"),
    }
    .into_owned()
}

/// Where a payment stands.
pub(crate) fn state(w: Words, state: PaymentState) -> (Tone, String) {
    let (tone, word) = match state {
        PaymentState::Created => (Tone::Plain, w.t("paid-created")),
        PaymentState::Pending => (Tone::Plain, w.t("paid-pending")),
        PaymentState::Unknown => (Tone::Care, w.t("paid-unknown")),
        PaymentState::Received => (Tone::Good, w.t("paid-received")),
        PaymentState::Closed => (Tone::Bad, w.t("paid-closed")),
        PaymentState::Failed => (Tone::Bad, w.t("paid-failed")),
    };
    (tone, word.into_owned())
}

/// Where this payment stands: a screenshot that is in waits for staff, and for no money.
pub(crate) fn state_of(w: Words, payment: &Payment) -> (Tone, String) {
    match (payment.method, payment.state) {
        (Method::Screenshot, PaymentState::Pending) => (Tone::Plain, w.t("paid-looked-at").into_owned()),
        (_, other) => state(w, other),
    }
}

/// Where a refund stands.
pub(crate) fn refund_state(w: Words, state: RefundState) -> (Tone, String) {
    let (tone, word) = match state {
        RefundState::Asked => (Tone::Care, w.t("refund-asked")),
        RefundState::Due => (Tone::Plain, w.t("refund-due")),
        RefundState::Sent => (Tone::Plain, w.t("refund-sent")),
        RefundState::Processing => (Tone::Plain, w.t("refund-processing")),
        RefundState::Unknown => (Tone::Care, w.t("refund-unknown")),
        RefundState::Short => (Tone::Care, w.t("refund-short")),
        RefundState::Abnormal => (Tone::Bad, w.t("refund-abnormal")),
        RefundState::Done => (Tone::Good, w.t("refund-done")),
        RefundState::Closed => (Tone::Bad, w.t("refund-closed")),
    };
    (tone, word.into_owned())
}

/// The same of a refund, which may be over because nobody agreed in time.
pub(crate) fn refund(w: Words, refund: &Refund) -> (Tone, String) {
    if refund.is_expired {
        return (Tone::Plain, w.t("refund-expired").into_owned());
    }
    refund_state(w, refund.state)
}

/// What is to be done about a refund that people must see to.
pub(crate) fn refund_act(refund: &Refund) -> &'static str {
    match refund.state {
        RefundState::Due if !refund.method.has_channel() => key("refund-act-hand"),
        RefundState::Asked => key("refund-act-asked"),
        RefundState::Short => key("refund-act-short"),
        RefundState::Abnormal => key("refund-act-abnormal"),
        RefundState::Closed => key("refund-act-closed"),
        RefundState::Due | RefundState::Sent | RefundState::Processing | RefundState::Unknown | RefundState::Done => {
            key("refund-act-unknown")
        }
    }
}

/// Why money goes back.
pub(crate) fn refund_reason(w: Words, reason: RefundReason) -> String {
    match reason {
        RefundReason::Double => w.t("refund-for-double"),
        RefundReason::WrongAmount => w.t("refund-for-amount"),
        RefundReason::Late => w.t("refund-for-late"),
        RefundReason::Staff => w.t("refund-for-staff"),
        RefundReason::Withdrawn => w.t("refund-for-withdrawn"),
    }
    .into_owned()
}

/// What money has become.
pub(crate) fn became(became: Became) -> &'static str {
    match became {
        Became::Due => key("became-due"),
        Became::Seat => key("became-seat"),
        Became::Choice => key("became-choice"),
        Became::Refund => key("became-refund"),
    }
}

/// What happened to a payment.
pub(crate) fn event(event: PaymentEvent) -> &'static str {
    match event {
        PaymentEvent::Created => key("event-created"),
        PaymentEvent::HandedIn => key("event-handed-in"),
        PaymentEvent::Evidence => key("event-evidence"),
        PaymentEvent::Sent => key("event-sent"),
        PaymentEvent::Pending => key("event-pending"),
        PaymentEvent::Unknown => key("event-unknown"),
        PaymentEvent::Strange => key("event-strange"),
        PaymentEvent::Received => key("event-received"),
        PaymentEvent::Closed => key("event-closed"),
        PaymentEvent::Failed => key("event-failed"),
    }
}

/// What an entry of the journal is of.
pub(crate) fn entry(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Received => key("entry-received"),
        EntryKind::Settled => key("entry-settled"),
        EntryKind::RefundDue => key("entry-refund-due"),
        EntryKind::Refunded => key("entry-refunded"),
        EntryKind::RefundClosed => key("entry-refund-closed"),
    }
}

/// An account of the journal, by its word in the store.
pub(crate) fn account(w: Words, word: &str) -> String {
    if let Some(channel) = word.strip_prefix("clearing.") {
        let channel = channel.parse().map_or_else(|_| channel.to_owned(), |channel| method(w, channel));
        return w.with("account-clearing", &[("channel", channel.into())]).into_owned();
    }
    match word {
        "candidate" => w.t("account-candidate").into_owned(),
        "income" => w.t("account-income").into_owned(),
        "refund_due" => w.t("account-refund-due").into_owned(),
        other => other.to_owned(),
    }
}

/// How bill and books differ.
pub(crate) fn finding(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::OursOnly => key("finding-ours-only"),
        FindingKind::TheirsOnly => key("finding-theirs-only"),
        FindingKind::Amount => key("finding-amount"),
        FindingKind::State => key("finding-state"),
        FindingKind::Reference => key("finding-reference"),
        FindingKind::Midnight => key("finding-midnight"),
        FindingKind::RefundOurs => key("finding-refund-ours"),
        FindingKind::RefundTheirs => key("finding-refund-theirs"),
        FindingKind::RefundAmount => key("finding-refund-amount"),
        FindingKind::RefundState => key("finding-refund-state"),
    }
}

/// What is to be done about it.
pub(crate) fn finding_act(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::OursOnly => key("finding-act-ours-only"),
        FindingKind::TheirsOnly => key("finding-act-theirs-only"),
        FindingKind::Amount => key("finding-act-amount"),
        FindingKind::State => key("finding-act-state"),
        FindingKind::Reference => key("finding-act-reference"),
        FindingKind::Midnight => key("finding-act-midnight"),
        FindingKind::RefundOurs => key("finding-act-refund-ours"),
        FindingKind::RefundTheirs => key("finding-act-refund-theirs"),
        FindingKind::RefundAmount => key("finding-act-refund-amount"),
        FindingKind::RefundState => key("finding-act-refund-state"),
    }
}
