//! One payment as markup.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::tag;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::Fen;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::desk::reason::REASON_CHARS_MAX;
use registration::desk::staff::StaffMember;
use registration::model::actor::Actor;
use registration::model::payment::Method;
use registration::model::payment::listed::{Happened, Part, Whole};
use registration::model::payment::refund::{Refund, RefundReason, RefundState};

use super::{Entered, by_hand, plain};
use crate::desk::record::record;
use crate::finance::parts::{fact, number, table};
use crate::finance::words;

const LINE_HEADS: [&str; 5] =
    [key("journal-at"), key("journal-kind"), key("journal-account"), key("journal-debit"), key("journal-credit")];

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) whole: &'a Whole,
    /// What its exam is called.
    pub(crate) exam: Option<&'a str>,
    pub(crate) history: &'a [AuditEntry],
    /// What was entered, where it was refused.
    pub(crate) entered: Option<&'a Entered>,
    /// Who of the staff looks.
    pub(crate) staff: &'a StaffMember,
    pub(crate) may_move: bool,
    /// Largest refund that one member of staff gives alone.
    pub(crate) alone_max: Fen,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    html! {
        div class="beside" {
            section { (facts(w, view)) (ask(w, view)) }
            section { (refunds(w, view)) (wanting(w, view)) }
        }
        section { (events(w, view)) }
        section { (journal(w, view)) }
        (record(w, view.history, None, view.now, action))
    }
}

fn facts(w: Words, view: &View<'_>) -> Markup {
    let Whole { listed, parts, .. } = view.whole;
    let payment = &listed.payment;
    let (tone, word) = words::state_of(w, payment);
    let moment = |at: Timestamp| when::pieces_full(w.language, at).join(" ");
    html! {
        header class="case-head" {
            div { (tag(tone, &word)) }
            p class="amount" {
                span { (w.t(if payment.received.is_some() { key("money-came") } else { key("money-wanted") })) }
                strong { (payment.received.unwrap_or(payment.amount)) }
            }
        }
        dl class="facts" {
            (fact(&w.t("money-method"), &html! { (words::method(w, payment.method)) }))
            @if let Some(exam) = view.exam { (fact(&w.t("money-exam"), &html! { (exam) })) }
            @for part in parts { (fact(&w.t("money-order"), &of_order(w, view, part))) }
            (fact(&w.t("money-ours"), &number(&payment.number())))
            @if let Some(reference) = &payment.reference { (fact(&w.t("money-reference"), &number(reference))) }
            (fact(&w.t("money-begun"), &html! { (moment(payment.created_at)) }))
            @if let Some(at) = listed.paid_at { (fact(&w.t("money-paid-at"), &html! { (moment(at)) })) }
            @if let Some(at) = payment.received_at { (fact(&w.t("money-heard-at"), &html! { (moment(at)) })) }
            @if let Some(of) = payment.of_attempt {
                (fact(&w.t("money-late-of"), &html! { a href={ "/finance/payments/" (of.number()) } { (w.t("money-attempt")) } }))
            }
            @if let Some(reason) = &payment.reason { (fact(&w.t("money-why"), &html! { (reason) })) }
        }
    }
}

fn of_order(w: Words, view: &View<'_>, part: &Part) -> Markup {
    html! {
        (number(&part.order.to_string())) " " (part.amount)
        @if let Some(became) = part.became { " · " (w.t(words::became(became))) }
        @if let Some(until) = part.choice_until {
            " " (w.with("money-choice-until", &[("when", when::near(w.language, until, view.now).into())]))
        }
    }
}

/// The channel is asked now; nothing that waits for it needs to be waited for.
fn ask(w: Words, view: &View<'_>) -> Markup {
    let payment = &view.whole.listed.payment;
    let is_by_channel = matches!(payment.method, Method::Alipay | Method::WechatPay | Method::Bank);
    let (next, last) = view.whole.asked;
    html! {
        @if is_by_channel && payment.of_attempt.is_none() && payment.received.is_none() && view.may_move {
            form method="post" action={ "/finance/payments/" (payment.id.number()) "/ask" } {
                button class="button second" type="submit" { (w.t("money-ask")) }
            }
            p class="hint" {
                @if let Some(at) = last {
                    (w.with("money-asked-last", &[("when", when::near(w.language, at, view.now).into())])) " "
                }
                @if let Some(at) = next {
                    (w.with("money-asked-next", &[("when", when::near(w.language, at, view.now).into())]))
                }
            }
        }
    }
}

fn refunds(w: Words, view: &View<'_>) -> Markup {
    html! {
        h2 { (w.t("refund-title")) }
        @if view.whole.refunds.is_empty() { p class="hint" { (w.t("refund-none")) } }
        @for refund in &view.whole.refunds { (one_refund(w, refund, view.staff, view.may_move, view.now)) }
    }
}

/// A refund with what is to be done about it.
pub(crate) fn one_refund(w: Words, refund: &Refund, staff: &StaffMember, may_move: bool, now: Timestamp) -> Markup {
    let (tone, word) = words::refund(w, refund);
    let at = |act: &str| format!("/finance/refunds/{}/{act}", refund.id.number());
    let is_own = refund.asked_by == Actor::Staff(staff.id);
    html! {
        article class="refund-of" {
            p {
                strong class="fen" { (refund.amount) } " " (tag(tone, &word)) " "
                span class="hint" {
                    (words::refund_reason(w, refund.reason)) " · "
                    (when::near(w.language, refund.ended_at.unwrap_or(refund.created_at), now))
                }
            }
            @if let Some(note) = refund.note.as_deref().filter(|note| !note.is_empty()) { p { (note) } }
            p class="hint" {
                (w.t("refund-number")) " " (number(&refund.id.number()))
                @if let Some(code) = &refund.code { " · " (w.t("refund-code")) " " (number(code)) }
            }
            @if refund.stuck_at.is_some() { p class="care" { (w.t(words::refund_act(refund))) } }
            @if let Some(until) = refund.agree_until() {
                p class="hint" { (w.with("refund-agree-until", &[("when", when::near(w.language, until, now).into())])) }
            }
            @if may_move {
                @match refund.state {
                    RefundState::Asked => {
                        div class="acts" {
                            @if is_own { p class="hint" { (w.t("refund-other-must")) } }
                            @else {
                                form method="post" action=(at("agree")) {
                                    button class="button" type="submit" {
                                        (w.with("refund-agree", &[("amount", refund.amount.to_string().into())]))
                                    }
                                }
                            }
                            form method="post" action=(at("withdraw")) {
                                button class="button second" type="submit" { (w.t("refund-withdraw")) }
                            }
                        }
                    }
                    RefundState::Short | RefundState::Abnormal => {
                        form method="post" action=(at("again")) {
                            button class="button second" type="submit" { (w.t("refund-again")) }
                        }
                    }
                    _ => {}
                }
            }
            (by_hand::by_hand(w, refund, staff, may_move))
        }
    }
}

/// The form for a refund, where there is something to give back.
fn wanting(w: Words, view: &View<'_>) -> Markup {
    let Whole { listed, parts, refunds, .. } = view.whole;
    let payment = &listed.payment;
    let left = view.whole.left();
    // One that came to nothing stands in nobody's way.
    let is_live = |refund: &&Refund| refund.state != RefundState::Closed;
    let is_wanted = refunds.iter().filter(is_live).any(|refund| refund.reason == RefundReason::Staff);
    if payment.received.is_none() || !view.may_move {
        return html! {};
    }
    let is_by_hand = !payment.method.has_channel();
    let nothing = match (left.0 <= 0, is_wanted) {
        (true, _) => Some(key("refund-nothing-left")),
        (false, true) if is_by_hand => Some(key("refund-once-hand")),
        (false, true) => Some(key("refund-once")),
        (false, false) => None,
    };
    if let Some(why) = nothing {
        return html! { p class="hint" { (w.t(why)) } };
    }
    let empty = Entered { amount: plain(left), ..Entered::default() };
    let entered = view.entered.unwrap_or(&empty);
    html! {
        details class="refuse" open[view.entered.is_some()] {
            summary class="button second" { (w.t("refund-begin")) }
            form method="post" action={ "/finance/payments/" (payment.id.number()) "/refund" } {
                p class="hint" { (w.with("refund-left", &[("left", left.to_string().into())])) " " (w.t("refund-seat-stays")) }
                @if is_by_hand { p class="hint" { (w.t("refund-outside")) } }
                @if let [only] = &parts[..] { input type="hidden" name="order" value=(only.order); } @else {
                    div class="field" {
                        label for="order" { (w.t("money-order")) }
                        select id="order" name="order" {
                            @for part in parts {
                                option value=(part.order) selected[entered.order == part.order.to_string()] {
                                    (part.order) " " (part.amount)
                                }
                            }
                        }
                    }
                }
                div class="field" {
                    label for="amount" { (w.t("refund-amount")) }
                    div class="input" {
                        input id="amount" name="amount" value=(entered.amount) inputmode="decimal" required maxlength="10"
                            autocomplete="off" aria-describedby="amount-hint";
                    }
                    p class="hint" id="amount-hint" {
                        @let alone = if is_by_hand { key("refund-alone-hand") } else { key("refund-alone") };
                        (w.with(alone, &[("limit", view.alone_max.to_string().into())]))
                    }
                }
                div class="field" {
                    label for="reason" { (w.t("refund-why")) }
                    textarea id="reason" name="reason" rows="2" required maxlength=(REASON_CHARS_MAX)
                        aria-describedby="reason-hint" { (entered.reason) }
                    p class="hint" id="reason-hint" { (w.t("refund-why-hint")) }
                }
                button class="button danger" type="submit" { (w.t("refund-submit")) }
            }
        }
    }
}

fn events(w: Words, view: &View<'_>) -> Markup {
    html! {
        h2 { (w.t("events-title")) }
        ol class="lines" {
            @for happened in &view.whole.events {
                li {
                    time datetime=(when::machine(happened.at)) { (when::pieces_full(w.language, happened.at).join(" ")) }
                    span {
                        (w.t(words::event(happened.event)))
                        @if let Some(reason) = &happened.reason { ": " (reason) }
                    }
                    span class="hint" { (who(w, happened)) }
                }
            }
        }
    }
}

fn who(w: Words, happened: &Happened) -> String {
    match &happened.actor {
        Actor::Candidate(_) => w.t("actor-candidate").into_owned(),
        Actor::Staff(_) => happened.staff_name.clone().unwrap_or_else(|| w.t("actor-staff").into_owned()),
        Actor::System => w.t("actor-system").into_owned(),
        Actor::Gateway(name) => w.with("actor-gateway", &[("name", name.to_string().into())]).into_owned(),
    }
}

fn journal(w: Words, view: &View<'_>) -> Markup {
    let amount = |amount: Fen| html! { @if amount.0 > 0 { span class="fen" { (amount) } } };
    let rows: Vec<Vec<Markup>> = (view.whole.lines.iter())
        .map(|line| {
            vec![
                html! { time datetime=(when::machine(line.at)) { (when::dated(w.language, line.at, view.now)) } },
                html! { (w.t(words::entry(line.kind))) },
                html! { (words::account(w, &line.account)) },
                amount(line.debit),
                amount(line.credit),
            ]
        })
        .collect();
    html! {
        h2 { (w.t("journal-title")) }
        @if rows.is_empty() { p class="hint" { (w.t("journal-none")) } }
        @else { (table(w, &w.t("journal-title"), &LINE_HEADS, &rows)) }
    }
}

/// What of the audit is called how.
pub(crate) fn action(action: &AuditAction) -> Option<&'static str> {
    Some(match action {
        AuditAction::LookedAtPayment => key("money-did-look"),
        AuditAction::LookedAtOpenMoney => key("money-did-open"),
        AuditAction::WantedRefund => key("money-did-want"),
        AuditAction::AgreedToRefund => key("money-did-agree"),
        AuditAction::WithdrewRefund => key("money-did-withdraw"),
        AuditAction::SentRefundAgain => key("money-did-again"),
        AuditAction::AskedChannel => key("money-did-ask"),
        AuditAction::RefundedByHand => key("money-did-hand"),
        AuditAction::AgreedToHand => key("money-did-hand-agree"),
        AuditAction::TookHandBack => key("money-did-hand-undo"),
        AuditAction::RefundExpired => key("money-did-expire"),
        AuditAction::ImportedBill => key("money-did-import"),
        AuditAction::FetchedBill => key("money-did-fetch"),
        AuditAction::ClosedFinding => key("money-did-close"),
        _ => return None,
    })
}
