//! The money of an order on its pages: what came, what goes back, and a mark by which a page sees that it moved.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::fen::Fen;
use registration::model::order::{Order, OrderState};
use registration::model::payment::refund::{Refund, RefundReason, RefundState};
use registration::model::payment::{Method, Payment};
use registration::payments::{Attempt, PaymentPage, Start};

use crate::view::callout::{Tone, callout, tag};
use crate::view::waits::{Waits, waits};
use crate::words::pay::{method, reason, refund};

/// A page asks every so many seconds; without a script it is loaded anew a little more rarely.
pub(crate) const ASKS_SECONDS: u8 = 3;
/// Without a script.
pub(crate) const RELOADS_SECONDS: u64 = 5;
/// A way to go on that is good for less than this is made anew.
const START_LEFT_MIN: SignedDuration = SignedDuration::from_secs(35);

/// Has money come of which nothing has become yet?
pub(crate) fn is_arriving(order: &Order, money: &PaymentPage) -> bool {
    let goes_back = |payment: &Payment| money.refunds.iter().any(|refund| refund.payment == payment.id);
    let is_open = match order.state {
        OrderState::Unpaid | OrderState::Lapsed => true,
        // What bought seats that were given up may be kept whole.
        OrderState::Released => order.paid_at.is_none(),
        // The engine is being told; later this state means that a changed form is looked at.
        OrderState::WaitingReview => order.paid_at.is_none(),
        OrderState::Refused { .. } | OrderState::Confirmed | OrderState::Cancelled | OrderState::Owed { .. } => false,
    };
    is_open && money.received.iter().any(|payment| !goes_back(payment))
}

/// Does something move by itself, so that the page looks again?
pub(crate) fn is_moving(order: &Order, money: &PaymentPage) -> bool {
    // Staff take days to give back by hand: no page waits for that.
    let is_going_back = |refund: &Refund| !refund.state.is_final() && refund.method.has_channel();
    money.is_settling() || is_arriving(order, money) || money.refunds.iter().any(is_going_back)
}

/// Can the payer still go on by what the channel said last?
pub(crate) fn is_good(start: &Start, now: Timestamp) -> bool {
    start.until().is_none_or(|until| until >= now + START_LEFT_MIN)
}

/// Changes with what pages say of this money.
pub(crate) fn money_mark(order: &Order, money: &PaymentPage, now: Timestamp) -> u64 {
    let mut hasher = DefaultHasher::new();
    (order.id, &order.state, order.expires_at, order.by_school).hash(&mut hasher);
    for Attempt { payment, state, start, .. } in &money.attempts {
        let (state, is_good): (&str, bool) = (state.into(), start.as_ref().is_some_and(|start| is_good(start, now)));
        (payment, state, is_good).hash(&mut hasher);
        if let Some(Start::Scan { code, .. }) = start {
            code.hash(&mut hasher);
        }
    }
    money.received.iter().for_each(|payment| payment.id.hash(&mut hasher));
    for refund in &money.refunds {
        let state: &str = refund.state.into();
        (refund.id.0, state).hash(&mut hasher);
    }
    hasher.finish()
}

/// The line that makes the page look again by itself; nothing where nothing moves.
pub(crate) fn money_waits(w: Words, order: &Order, money: &PaymentPage, now: Timestamp) -> Markup {
    let is_locked = order.locked_until().is_some();
    if !is_moving(order, money) && !is_locked {
        return html! {};
    }
    let (ask, was) = (format!("/orders/{}/payment", order.id), money_mark(order, money, now).to_string());
    if is_locked {
        // The school pays some time within hours or days.
        return waits(w, &Waits::patiently(&ask, &was));
    }
    let live = w.t("pay-live");
    waits(w, &Waits { ask: &ask, was: &was, every_seconds: Some(ASKS_SECONDS), live: Some(&live) })
}

/// That money has come and the seat is being made the candidate's.
pub(crate) fn arriving_box(w: Words) -> Markup {
    callout(Tone::Good, &w.t("pay-arrived-title"), &html! { p { (w.t("pay-arrived-text")) } })
}

/// That another sum came than is due, and that it buys nothing; nothing where none did.
pub(crate) fn wrong_amount_box(w: Words, order: &Order, money: &PaymentPage) -> Markup {
    let is_wrong = |payment: &&Payment| {
        let of_it = |refund: &&Refund| refund.payment == payment.id && refund.reason == RefundReason::WrongAmount;
        money.refunds.iter().any(|refund| of_it(&refund))
    };
    // Once something else has bought the seat, the lines below say enough.
    let is_open = matches!(order.state, OrderState::Unpaid | OrderState::Lapsed);
    let Some(wrong) = money.received.iter().rfind(is_wrong).filter(|_| is_open) else { return html! {} };
    let came = wrong.received.unwrap_or(wrong.amount).to_string();
    let values = [("came", came.into()), ("due", order.amount.to_string().into())];
    let again = (order.state == OrderState::Unpaid).then(|| w.t("wrong-amount-again"));
    let body = html! {
        p { (w.with("wrong-amount-text", &values)) }
        @if let Some(again) = again { p class="while-held" { (again) } }
    };
    callout(Tone::Care, &w.t("wrong-amount-title"), &body)
}

/// What is left of what came for the order: what an invoice would be of.
pub(crate) fn left_of(money: &PaymentPage) -> Fen {
    let came: i64 = money.received.iter().map(|payment| came_of(money, payment).0).sum();
    let gone = money.refunds.iter().filter(|refund| refund.state != RefundState::Closed);
    Fen((came - gone.map(|refund| refund.amount.0).sum::<i64>()).max(0))
}

/// How much of a payment came for this order: of a school's, a part.
fn came_of(money: &PaymentPage, payment: &Payment) -> Fen {
    money.school_part(payment.id).unwrap_or(payment.received.unwrap_or(payment.amount))
}

/// What came and what goes back, one below the other; nothing where nothing came.
pub(crate) fn money_lines(w: Words, money: &PaymentPage, now: Timestamp) -> Markup {
    html! {
        @if !money.received.is_empty() {
            section class="money" aria-labelledby="money-title" {
                h2 id="money-title" { (w.t("money-title")) }
                ul class="plain-lines" {
                    @for payment in &money.received {
                        // By which way a school has paid, and under which number, is its own business.
                        @let is_schools = money.school_part(payment.id).is_some();
                        li {
                            p class="mine-head" {
                                b { (method(w, if is_schools { Method::School } else { payment.method })) }
                                span class="fee" { (came_of(money, payment)) }
                            }
                            p class="line-venue" { (came(w, payment, is_schools, now)) }
                            @for one in money.refunds.iter().filter(|one| one.payment == payment.id) { (refund_line(w, one, is_schools)) }
                        }
                    }
                }
            }
        }
    }
}

/// When it came, and what the channel calls it, if the candidate has paid by it.
fn came(w: Words, payment: &Payment, is_schools: bool, now: Timestamp) -> Markup {
    html! {
        @if let Some(at) = payment.received_at {
            (w.with("money-came", &[("when", when::dated(w.language, at, now).into())]))
        }
        @if let Some(reference) = payment.reference.as_ref().filter(|_| !is_schools) {
            br; (w.t("money-reference")) " " span class="reference" { (reference) }
        }
    }
}

fn refund_line(w: Words, one: &Refund, is_schools: bool) -> Markup {
    let (tone, word) = refund(w, one.state);
    html! {
        p class="mine-head" {
            span { (tag(tone, &word)) " " (reason(w, one.reason)) }
            span class="fee" { (one.amount) }
        }
        @if let Some(hint) = refund_hint(w, one, is_schools) { p class="hint" { (hint) } }
    }
}

/// By which way it goes back, or went.
fn refund_hint(w: Words, one: &Refund, is_schools: bool) -> Option<Cow<'static, str>> {
    if is_schools {
        return Some(w.t("refund-to-school"));
    }
    match (one.method.has_channel(), one.state) {
        (true, RefundState::Done) => Some(w.t("refund-done-text")),
        (false, RefundState::Done) => Some(w.t("refund-done-hand")),
        (false, RefundState::Closed) | (true, _) => None,
        (false, _) => Some(w.t("refund-by-hand")),
    }
}
