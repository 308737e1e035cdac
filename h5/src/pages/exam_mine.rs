//! What the candidate has in an exam: every sitting with fee and state, what is unpaid, and what can be dropped.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::choosing::check_drop;
use registration::exam_rules::{OrganisationCode, PartId};
use registration::exams::{ExamPage, SittingPage};
use registration::fen::Fen;
use registration::order::{Order, OrderSitting, OrderState};

use super::order_parts::state_word;
use crate::view::facts::moment;
use crate::view::icons::{Icon, icon};
use crate::view::notice::{Tone, tag};

/// The registration's sittings, part by part.
pub(crate) fn mine(w: Words, exam: &ExamPage, live: &[&Order], now: Timestamp) -> Markup {
    let parts = registration::steps::parts(exam);
    html! {
        section id="mine" tabindex="-1" aria-labelledby="mine-title" {
            h2 id="mine-title" { (w.t("mine-title")) }
            @for part in &parts {
                @let orders: Vec<&Order> = live.iter().filter(|order| order.part == *part).copied().collect();
                @if !orders.is_empty() { (part_of(w, exam, part, &orders, live, now)) }
            }
        }
    }
}

fn part_of(w: Words, exam: &ExamPage, part: &PartId, orders: &[&Order], live: &[&Order], now: Timestamp) -> Markup {
    let unpaid: Fen = orders.iter().filter(|order| order.state == OrderState::Unpaid).map(|order| order.amount).sum();
    html! {
        div class="mine" {
            @if let Some(rule) = exam.rules.part(part) { h3 { (w.pick(&rule.title.zh, &rule.title.en)) } }
            @for order in orders {
                ul class="mine-list" {
                    @for seat in &order.sittings { (seat_line(w, exam, order, seat, live)) }
                }
                (order_do(w, order, now))
            }
            @if orders.len() > 1 && unpaid.0 > 0 {
                p class="mine-sum" { (w.t("mine-unpaid")) " " b { (unpaid) } }
            }
        }
    }
}

fn seat_line(w: Words, exam: &ExamPage, order: &Order, seat: &OrderSitting, live: &[&Order]) -> Markup {
    let sitting = exam.sitting(&seat.sitting);
    let (tone, word) = state_word(w, &order.state);
    let can_drop = order.state == OrderState::Unpaid
        && exam.is_many(&order.part)
        && check_drop(exam, live, std::slice::from_ref(&seat.sitting)).is_ok();
    html! {
        li {
            div class="mine-head" {
                span class="line-title" {
                    (sitting.map_or_else(|| seat.sitting.to_string(), |one| w.pick(&one.title.zh, &one.title.en).to_owned()))
                }
                @if order.state == OrderState::Unpaid {
                    span class="while-held" { (tag(tone, &word)) }
                    span class="once-lapsed" { (tag(Tone::Bad, &w.t("order-lapsed"))) }
                } @else {
                    (tag(tone, &word))
                }
            }
            @if let Some(sitting) = sitting {
                (moment(w, sitting.starts_at))
                span class="line-venue" { (place(w, exam, sitting)) }
            }
            div class="mine-foot" {
                span class="fee" { (seat.fee) }
                span class="line-venue" { (w.t("mine-by-candidate")) " · " (w.t("mine-not-arranged")) }
            }
            @if can_drop { (drop_part(w, order, seat)) }
        }
    }
}

/// Dropping a subject, behind a fold that says what is given back: a seat that is gone may not come again.
fn drop_part(w: Words, order: &Order, seat: &OrderSitting) -> Markup {
    html! {
        details class="drop while-held" {
            summary class="link" { (w.t("mine-drop")) (icon(Icon::Chevron)) }
            p { (w.with("mine-drop-text", &[("fee", seat.fee.to_string().into())])) }
            p { (w.t("mine-drop-paid")) }
            form method="post" action={ "/orders/" (order.id) "/drop" } data-busy=(w.t("form-busy")) {
                input type="hidden" name="sitting" value=(seat.sitting);
                button class="button second" type="submit" { (w.t("mine-drop-submit")) }
            }
        }
    }
}

/// School, campus and venue, as far as there are any.
fn place(w: Words, exam: &ExamPage, sitting: &SittingPage) -> String {
    let named = |code: &OrganisationCode| {
        let line = registration::organisation::ancestry(&exam.organisations, code);
        let names = line.iter().rev().skip(usize::from(line.len() > 2));
        names.map(|one| super::sittings::campus::name(w, one)).collect::<Vec<_>>().join(" — ")
    };
    match &sitting.campus {
        Some(code) => named(code),
        None => w.pick(&sitting.venue.zh, &sitting.venue.en).to_owned(),
    }
}

fn order_do(w: Words, order: &Order, now: Timestamp) -> Markup {
    let (word, is_urgent) = match &order.state {
        OrderState::Unpaid => (w.t("order-do-pay"), true),
        OrderState::Refused { .. } => (w.t("order-do-again"), true),
        _ => (w.t("order-do-view"), false),
    };
    html! {
        div class="order-do" {
            span {
                // Of a single sitting the fee is the sum, and stands above.
                @if order.sittings.len() > 1 { span class="fee" { (order.amount) } }
                @if order.state == OrderState::Unpaid {
                    span class="line-venue while-held" {
                        " " (w.with("order-note-unpaid", &[("when", when::near(w.language, order.expires_at, now).into())]))
                    }
                }
            }
            @if order.state == OrderState::Unpaid {
                a class="button while-held" href={ "/orders/" (order.id) } { (word) }
                a class="button second once-lapsed" href={ "/orders/" (order.id) } { (w.t("order-do-view")) }
            } @else {
                a class=(if is_urgent { "button" } else { "button second" }) href={ "/orders/" (order.id) } { (word) }
            }
        }
    }
}
