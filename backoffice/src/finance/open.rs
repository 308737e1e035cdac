//! What people must see to, each with what is to be done next.

use axum::response::{Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::desk::permits::{Right, Scope, permits, permits_somewhere};
use registration::desk::staff::StaffMember;
use registration::model::payment::refund::Refund;
use registration::payments::Stuck;
use registration::reconciliation::BillDay;

use crate::finance::frame::{Tab, Telling, answer};
use crate::finance::parts::number;
use crate::finance::payment::view::one_refund;
use crate::finance::words;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let finance = &visit.app.outside.registration.finance;
    let stuck = finance.stuck(&visit.staff).await?;
    let of_all = permits(&visit.staff, Right::SeeMoney, Scope::Everything);
    let days = if of_all { finance.days(&visit.staff, None).await? } else { Vec::new() };
    let expired = finance.expired(&visit.staff).await?;
    let view = View {
        stuck: &stuck,
        expired: &expired,
        days: &days,
        staff: &visit.staff,
        may_move: permits_somewhere(&visit.staff, Right::MoveMoney),
        now: visit.now,
    };
    let title = visit.words.t("finance-open").into_owned();
    answer(&visit, (Tab::Open, title), &Telling::nothing(), &body(visit.words, &view)).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/finance/open")
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) stuck: &'a [Stuck],
    /// Refunds to which nobody agreed in time.
    pub(crate) expired: &'a [Refund],
    /// Days, of which those with findings or without a bill are shown.
    pub(crate) days: &'a [BillDay],
    pub(crate) staff: &'a StaffMember,
    pub(crate) may_move: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let days: Vec<&BillDay> = view.days.iter().filter(|day| day.open > 0 || day.stuck_at.is_some()).collect();
    html! {
        @if view.stuck.is_empty() && days.is_empty() { p class="nothing" { (w.t("open-none")) } }
        @if !days.is_empty() {
            section {
                h2 { (w.t("open-days")) }
                ul class="lines" {
                    @for day in days {
                        li {
                            a href={ "/finance/days/" (day.channel) "/" (day.day) } {
                                (words::method(w, day.channel)) " " (when::date(w.language, day.day))
                            }
                            span class="care" {
                                @if day.stuck_at.is_some() { (w.t("bill-late")) }
                                @else { (w.with("bill-open", &[("count", day.open.into())])) }
                            }
                        }
                    }
                }
            }
        }
        @let payments: Vec<&Stuck> = view.stuck.iter().filter(|one| matches!(one, Stuck::Payment { .. })).collect();
        @if !payments.is_empty() {
            section {
                h2 { (w.t("open-payments")) }
                p class="hint" { (w.t("open-payments-act")) }
                @for one in payments { (payment(w, view, one)) }
            }
        }
        @let refunds: Vec<&Stuck> = view.stuck.iter().filter(|one| matches!(one, Stuck::Refund(_))).collect();
        @if !refunds.is_empty() {
            section {
                h2 { (w.t("open-refunds")) }
                @for one in refunds {
                    @if let Stuck::Refund(refund) = one {
                        p {
                            a href={ "/finance/payments/" (refund.payment.number()) } { (w.t("money-order")) " " (refund.order) }
                        }
                        (one_refund(w, refund, view.staff, view.may_move, view.now))
                    }
                }
            }
        }
        @if !view.expired.is_empty() {
            section {
                h2 { (w.t("open-expired")) }
                p class="hint" { (w.t("open-expired-act")) }
                ul class="lines" {
                    @for refund in view.expired {
                        li {
                            a href={ "/finance/payments/" (refund.payment.number()) } { (w.t("money-order")) " " (refund.order) }
                            span class="fen" { (refund.amount) }
                            @if let Some(at) = refund.ended_at {
                                span class="hint" { (w.with("open-expired-at", &[("when", when::dated(w.language, at, view.now).into())])) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn payment(w: Words, view: &View<'_>, one: &Stuck) -> Markup {
    let Stuck::Payment { payment, since } = one else { return html! {} };
    html! {
        article class="refund-of" {
            p {
                a href={ "/finance/payments/" (payment.number()) } { (number(&payment.number())) } " "
                span class="hint" { (w.with("open-since", &[("when", when::dated(w.language, *since, view.now).into())])) }
            }
            @if view.may_move {
                form method="post" action={ "/finance/payments/" (payment.number()) "/ask" } {
                    button class="button second" type="submit" { (w.t("money-ask")) }
                }
            }
        }
    }
}
