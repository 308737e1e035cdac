//! One list as markup.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::words::{Words, key};
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::model::exam::Exam;
use registration::model::payment::group::{GroupPage, GroupState};
use registration::model::payment::listed::Part;
use registration::model::payment::{Method, PaymentState};

use super::acts::Transfer;
use crate::desk::record::record;
use crate::finance::groups::lines::{People, is_ready, outcome, standing};
use crate::finance::groups::words;
use crate::finance::parts::{fact, moment, number};
use crate::finance::payment::plain;
use crate::finance::words as money;

/// Longest reference of a transfer, in characters.
const REFERENCE_CHARS_MAX: u8 = 100;

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) page: &'a GroupPage,
    pub(crate) exam: Option<&'a Exam>,
    pub(crate) people: &'a People,
    /// What the money has become; none before it has come.
    pub(crate) parts: &'a [Part],
    pub(crate) history: &'a [AuditEntry],
    /// By what it can be paid here.
    pub(crate) channels: &'a [Method],
    /// What was entered of a transfer, where it was refused.
    pub(crate) entered: Option<&'a Transfer>,
    /// May they see payments?
    pub(crate) sees_money: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let GroupPage { group, lines, .. } = view.page;
    let out = lines.iter().filter(|line| !is_ready(line)).count();
    html! {
        p { a href="/finance/groups" { (w.t("groups-back")) } }
        div class="beside" {
            section { (facts(w, view)) }
            section { (next(w, view, out)) }
        }
        section {
            @if view.parts.is_empty() {
                h2 { (w.t("group-lines")) }
                (standing(w, view.exam, lines, view.people))
            } @else {
                h2 { (w.t("group-outcome")) }
                p class="hint" { (w.t("group-outcome-lead")) }
                (outcome(w, view.exam, view.parts, view.people, view.now))
            }
        }
        (record(w, view.history, None, view.now, action))
        @if group.state == GroupState::Open { (release(w, view)) }
    }
}

fn facts(w: Words, view: &View<'_>) -> Markup {
    let group = &view.page.group;
    let (tone, word) = words::state(w, group.state);
    let organisation = group.organisation.as_ref().map(|code| {
        let found = view.exam.and_then(|exam| exam.organisations.iter().find(|one| one.code == *code));
        found.map_or_else(|| code.to_string(), |one| w.pick(&one.name.zh, &one.name.en).to_owned())
    });
    html! {
        header class="case-head" {
            div { (tag(tone, &word)) }
            p class="amount" {
                span { (w.with("group-sum-of", &[("count", group.orders.len().into())])) }
                strong { (group.amount()) }
            }
        }
        dl class="facts" {
            @if let Some(exam) = view.exam {
                (fact(&w.t("money-exam"), &html! { (w.pick(&exam.title.zh, &exam.title.en)) }))
            }
            @if let Some(organisation) = organisation { (fact(&w.t("group-organisation"), &html! { (organisation) })) }
            (fact(&w.t("group-begun-at"), &html! { (moment(w, group.created_at)) }))
            (fact(&w.t("group-until"), &html! { (moment(w, group.locked_until)) }))
            @for payment in &view.page.payments {
                @let (tone, word) = money::state(w, payment.state);
                (fact(&money::method(w, payment.method), &html! {
                    @if view.sees_money {
                        a href={ "/finance/payments/" (payment.id.number()) } { (payment.amount) }
                    } @else { (payment.amount) }
                    " " (tag(tone, &word))
                    @if let Some(reference) = &payment.reference { " " (number(reference)) }
                }))
            }
        }
    }
}

/// What is to be done now.
fn next(w: Words, view: &View<'_>, out: usize) -> Markup {
    let group = &view.page.group;
    html! {
        @match group.state {
            GroupState::Paid(_) => (callout(Tone::Good, &w.t("group-paid-now"), &html! { p { (w.t("group-paid-act")) } })),
            GroupState::Released => { (callout(Tone::Plain, &w.t("group-released-now"), &html! {})) (transfer(w, view)) }
            GroupState::Over => {
                (callout(Tone::Care, &w.t("group-over-now"), &html! { p { (w.t("group-over-act")) } }))
                (transfer(w, view))
            }
            GroupState::Open if group.orders.is_empty() => (callout(Tone::Bad, &w.t("group-none-ready"), &html! {})),
            GroupState::Open if out > 0 => {
                (callout(Tone::Care, &w.with("group-gone", &[("count", out.into())]), &html! {
                    p { (w.t("group-gone-act")) }
                }))
                form method="post" action={ "/finance/groups/" (group.id.number()) "/leave-out" } {
                    button class="button" type="submit" { (w.with("group-leave-out", &[("count", out.into())])) }
                }
            }
            GroupState::Open => { (pay(w, view)) (transfer(w, view)) }
        }
    }
}

fn pay(w: Words, view: &View<'_>) -> Markup {
    let GroupPage { group, payments, .. } = view.page;
    let under_way = payments
        .iter()
        .find(|payment| matches!(payment.state, PaymentState::Created | PaymentState::Pending | PaymentState::Unknown));
    html! {
        h2 { (w.t("group-pay")) }
        p class="hint" { (words::until(w, group.locked_until, view.now)) }
        @if let Some(payment) = under_way {
            p {
                a class="button second" href={ "/finance/groups/" (group.id.number()) "/paying?by=" (payment.method) } {
                    (w.with("group-go-on", &[("channel", money::method(w, payment.method).into())]))
                }
            }
        }
        @if view.channels.is_empty() { p class="hint" { (w.t("group-no-channel")) } }
        div class="acts" {
            @for channel in view.channels {
                form method="post" action={ "/finance/groups/" (group.id.number()) "/pay" } {
                    input type="hidden" name="by" value=(channel);
                    button class="button" type="submit" {
                        (w.with("group-pay-by", &[("channel", money::method(w, *channel).into())]))
                    }
                }
            }
        }
    }
}

/// The form for a transfer that has come.
fn transfer(w: Words, view: &View<'_>) -> Markup {
    let group = &view.page.group;
    let empty = Transfer { amount: plain(group.amount()), reference: String::new() };
    let entered = view.entered.unwrap_or(&empty);
    html! {
        details class="refuse" open[view.entered.is_some()] {
            summary class="button second" { (w.t("group-transfer")) }
            form method="post" action={ "/finance/groups/" (group.id.number()) "/receive" } {
                p class="hint" { (w.with("group-transfer-how", &[("amount", group.amount().to_string().into())])) }
                div class="field" {
                    label for="amount" { (w.t("group-transfer-amount")) }
                    div class="input" {
                        input id="amount" name="amount" value=(entered.amount) inputmode="decimal" required maxlength="14"
                            autocomplete="off";
                    }
                }
                div class="field" {
                    label for="reference" { (w.t("group-transfer-reference")) }
                    div class="input" {
                        input id="reference" name="reference" value=(entered.reference) required
                            maxlength=(REFERENCE_CHARS_MAX) autocomplete="off" spellcheck="false";
                    }
                }
                button class="button" type="submit" { (w.t("group-transfer-submit")) }
            }
        }
    }
}

fn release(w: Words, view: &View<'_>) -> Markup {
    html! {
        section {
            details class="refuse" {
                summary class="button second" { (w.t("group-release")) }
                form method="post" action={ "/finance/groups/" (view.page.group.id.number()) "/release" } {
                    p class="hint" { (w.t("group-release-how")) }
                    button class="button danger" type="submit" { (w.t("group-release-submit")) }
                }
            }
        }
    }
}

/// What of the audit is called how.
fn action(action: &AuditAction) -> Option<&'static str> {
    Some(match action {
        AuditAction::GroupBegun => key("group-did-begin"),
        AuditAction::GroupLeftOut => key("group-did-leave-out"),
        AuditAction::GroupPaying => key("group-did-pay"),
        AuditAction::GroupReceived => key("group-did-receive"),
        AuditAction::GroupReleased => key("group-did-release"),
        _ => return None,
    })
}
