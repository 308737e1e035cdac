//! Paying by a channel in words: what channels are called, why one cannot pay now, what became of money.

use std::borrow::Cow;

use http::StatusCode;
use pagekit::words::{Words, key};
use registration::model::payment::Method;
use registration::model::payment::refund::{RefundReason, RefundState};
use registration::payments::PayRefusal;

use crate::view::callout::Tone;

/// What a way to pay is called.
pub(crate) fn method(w: Words, method: Method) -> Cow<'static, str> {
    match method {
        Method::Alipay => w.t("channel-alipay"),
        Method::WechatPay => w.t("channel-wechat-pay"),
        Method::Bank => w.t("channel-bank"),
        Method::School => w.t("channel-school"),
        Method::Screenshot => w.t("channel-screenshot"),
        Method::Other => w.t("channel-other"),
    }
}

/// What a bank is called, by its word.
pub(crate) fn bank(w: Words, word: &str) -> Cow<'static, str> {
    w.t(match word {
        "icbc" => key("bank-icbc"),
        "abc" => key("bank-abc"),
        "boc" => key("bank-boc"),
        "ccb" => key("bank-ccb"),
        "comm" => key("bank-comm"),
        "psbc" => key("bank-psbc"),
        "cmb" => key("bank-cmb"),
        "citic" => key("bank-citic"),
        "ceb" => key("bank-ceb"),
        "cmbc" => key("bank-cmbc"),
        "spdb" => key("bank-spdb"),
        "cib" => key("bank-cib"),
        "hxb" => key("bank-hxb"),
        "gdb" => key("bank-gdb"),
        "pab" => key("bank-pab"),
        _ => key("bank-other"),
    })
}

/// What one cannot do about it on the page that says it, and what one can; nothing where the order's page says more.
pub(crate) fn refusal(w: Words, refusal: &PayRefusal) -> Option<(StatusCode, Cow<'static, str>)> {
    match refusal {
        PayRefusal::NotOffered(_) | PayRefusal::Refused(_) => Some((StatusCode::CONFLICT, w.t("pay-error-refused"))),
        PayRefusal::Unclear => Some((StatusCode::SERVICE_UNAVAILABLE, w.t("pay-error-unclear"))),
        PayRefusal::Locked(_) => Some((StatusCode::CONFLICT, w.t("pay-locked-now"))),
        PayRefusal::JustEnded => Some((StatusCode::CONFLICT, w.t("pay-error-ended"))),
        PayRefusal::UnknownOrder | PayRefusal::NotPayable(_) | PayRefusal::NeedsFirst(_) | PayRefusal::Store(_) => None,
    }
}

/// Where a refund stands. Why it takes longer is for staff.
pub(crate) fn refund(w: Words, state: RefundState) -> (Tone, Cow<'static, str>) {
    match state {
        RefundState::Asked
        | RefundState::Due
        | RefundState::Sent
        | RefundState::Processing
        | RefundState::Unknown
        | RefundState::Short
        | RefundState::Abnormal => (Tone::Plain, w.t("refund-under-way")),
        RefundState::Done => (Tone::Good, w.t("refund-done")),
        RefundState::Closed => (Tone::Bad, w.t("refund-closed")),
    }
}

/// Why money goes back.
pub(crate) fn reason(w: Words, reason: RefundReason) -> Cow<'static, str> {
    match reason {
        RefundReason::Double => w.t("refund-double"),
        RefundReason::WrongAmount => w.t("refund-wrong-amount"),
        RefundReason::Late => w.t("refund-late"),
        RefundReason::Staff => w.t("refund-staff"),
        RefundReason::Withdrawn => w.t("refund-withdrawn"),
    }
}
