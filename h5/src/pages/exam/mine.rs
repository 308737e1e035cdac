//! What the candidate has in an exam: every sitting with fee and state, what is unpaid, and what can be dropped.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::{Exam, ExamSitting};
use registration::model::exam_rules::{OrganisationCode, PartId};
use registration::model::fen::Fen;
use registration::model::order::{Order, OrderSitting, OrderState};
use registration::rules::choosing::check_drop;

use crate::view::callout::{Tone, tag};
use crate::view::facts::moment;
use crate::view::icons::{Icon, icon};
use crate::view::order::lock::school_line;
use crate::words::choice::kept_sentence;
use crate::words::order::state_word;

/// The registration's sittings, part by part.
pub(crate) fn mine(w: Words, exam: &Exam, live: &[&Order], now: Timestamp) -> Markup {
    let parts = registration::rules::steps::parts(exam);
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

fn part_of(w: Words, exam: &Exam, part: &PartId, orders: &[&Order], live: &[&Order], now: Timestamp) -> Markup {
    let is_unpaid = |order: &&&Order| order.state == OrderState::Unpaid;
    let unpaid: Fen = orders.iter().filter(is_unpaid).map(|order| order.amount).sum();
    // What a school pays for is nothing to be paid here.
    let next = orders.iter().find(|order| is_unpaid(order) && order.by_school.is_none());
    html! {
        div class="mine" {
            @if let Some(rule) = exam.rules.part(part) { h3 { (w.pick(&rule.title.zh, &rule.title.en)) } }
            @for order in orders {
                ul class="mine-list" {
                    @for seat in &order.sittings { (seat_line(w, exam, order, seat, live, now)) }
                }
                (order_do(w, exam, order, now))
            }
            @if exam.is_many(part) {
                p class="mine-sum" { (paid_word(w, orders)) @if unpaid.0 > 0 { " · " (w.t("mine-unpaid")) " " b { (unpaid) } } }
            }
            @if let Some(next) = next.filter(|_| exam.rules.payment.takes_channels()) {
                p class="acts while-held" {
                    a class="button second" href={ "/orders/" (next.id) } { (w.t("mine-pay")) }
                    a class="button second" href={ "/exams/" (exam.id) "/update" } { (w.t("receipt-update")) }
                }
            }
        }
    }
}

fn seat_line(w: Words, exam: &Exam, order: &Order, seat: &OrderSitting, live: &[&Order], now: Timestamp) -> Markup {
    let sitting = exam.sitting(&seat.sitting);
    let (tone, word) = state_word(w, order);
    let is_unpaid = order.state == OrderState::Unpaid && exam.is_many(&order.part);
    let drop =
        (is_unpaid && order.by_school.is_none()).then(|| check_drop(exam, live, std::slice::from_ref(&seat.sitting)));
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
                (moment(w, sitting.starts_at, Some(now)))
                span class="line-venue" { (place(w, exam, sitting)) }
            }
            div class="mine-foot" {
                span class="fee" { (seat.fee) }
                span class="line-venue" { (w.t("mine-by-candidate")) " · " (w.t("mine-not-arranged")) }
            }
            @if let Some(school) = school_line(w, order, now) { p class="line-venue" { (school) } }
            @match &drop {
                Some(Ok(())) => (drop_part(w, exam, order, seat)),
                // Why it is not offered is said where it would be.
                Some(Err(refusal)) => p class="hint while-held" { (kept_sentence(w, exam, refusal)) },
                None => {},
            }
        }
    }
}

/// How much of a part is paid for, in a word.
fn paid_word(w: Words, orders: &[&Order]) -> String {
    let paid = orders.iter().filter(|order| order.state == OrderState::Confirmed).count();
    let word = match paid {
        0 => w.t("mine-none-paid"),
        all if all == orders.len() => w.t("mine-all-paid"),
        _ => w.t("mine-some-paid"),
    };
    word.into_owned()
}

/// Until when to pay, and by a picture of it where nothing else says that the money has come.
fn note_unpaid(w: Words, exam: &Exam, order: &Order, now: Timestamp) -> String {
    let values = [("when", when::near(w.language, order.expires_at, now).into())];
    let note = match exam.rules.payment.takes_channels() {
        true => w.with("order-note-pay", &values),
        false => w.with("order-note-unpaid", &values),
    };
    note.into_owned()
}

/// Dropping a subject, behind a fold that says what is given back: a seat that is gone may not come again.
fn drop_part(w: Words, exam: &Exam, order: &Order, seat: &OrderSitting) -> Markup {
    html! {
        details class="drop while-held" {
            summary class="link" { (w.t("mine-drop")) (icon(Icon::Chevron)) }
            p { (w.with("mine-drop-text", &[("fee", seat.fee.to_string().into())])) }
            p { (if exam.rules.payment.takes_channels() { w.t("mine-drop-channel") } else { w.t("mine-drop-paid") }) }
            form method="post" action={ "/orders/" (order.id) "/drop" } data-busy=(w.t("form-busy")) {
                input type="hidden" name="sitting" value=(seat.sitting);
                button class="button second" type="submit" { (w.t("mine-drop-submit")) }
            }
        }
    }
}

/// School, campus and venue, as far as there are any.
fn place(w: Words, exam: &Exam, sitting: &ExamSitting) -> String {
    let named = |code: &OrganisationCode| {
        let line = registration::model::organisation::ancestry(&exam.organisations, code);
        let names = line.iter().rev().skip(usize::from(line.len() > 2));
        names.map(|one| crate::words::organisation::name(w, one)).collect::<Vec<_>>().join(" — ")
    };
    match &sitting.campus {
        Some(code) => named(code),
        None => w.pick(&sitting.venue.zh, &sitting.venue.en).to_owned(),
    }
}

/// The sum, and the way to the order. What is to be done about it the page says above, once.
fn order_do(w: Words, exam: &Exam, order: &Order, now: Timestamp) -> Markup {
    html! {
        div class="order-do" {
            span {
                // Of a single sitting the fee is the sum, and stands above.
                @if order.sittings.len() > 1 { span class="fee" { (order.amount) } }
                @if order.state == OrderState::Unpaid && order.by_school.is_none() {
                    span class="line-venue while-held" {
                        " " (note_unpaid(w, exam, order, now))
                    }
                }
            }
            a class="link" href={ "/orders/" (order.id) } { (w.t("order-do-view")) (icon(Icon::Chevron)) }
        }
    }
}
