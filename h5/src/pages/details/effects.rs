//! What becomes of a form that is handed in again: what is reviewed anew, and whether the seat is safe meanwhile.

use std::borrow::Cow;

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam_rules::TaskKind;
use registration::model::order::{Order, OrderState};
use registration::rules::steps::{TaskState, task};

use super::View;
use crate::view::callout::{Tone, callout};

/// The sentences above the button. While the form is reviewed no seat is given out (`blocked_by`), but an order can be
/// paid for, and one that is paid for stays as it is.
pub(super) fn effects(w: Words, view: &View<'_>) -> Markup {
    let is_in = |order: &Order| matches!(order.state, OrderState::WaitingReview | OrderState::Confirmed);
    if task(view.steps, &TaskKind::Review).is_none() {
        // The form is looked at together with the payment.
        let effect = match view.exam.rules.payment.takes_screenshots() {
            true => w.t("effects-order"),
            false => w.t("effects-order-channel"),
        };
        return html! { @if view.orders.iter().any(is_in) { p class="hint" { (effect) } } };
    }
    // Whatever ends first.
    let unpaid =
        view.orders.iter().filter(|order| order.state == OrderState::Unpaid).min_by_key(|order| order.expires_at);
    let refused = view.orders.iter().filter_map(refused_until).min();
    let is_paid = view.orders.iter().any(is_in);
    let near = |at: Timestamp| when::near(w.language, at, view.now);
    html! {
        @if let Some(order) = unpaid {
            (callout(Tone::Care, &w.with("effects-held-title", &[("when", near(order.expires_at).into())]), &html! {
                p { (w.t("effects-held-text")) }
                p { (review_word(w, view)) }
                p { a class="button second" href={ "/orders/" (order.id) } { (w.t("effects-held-pay")) } }
            }))
        } @else if let Some(until) = refused {
            (callout(Tone::Care, &w.with("effects-refused-title", &[("when", near(until).into())]), &html! {
                p { (w.t("effects-refused-text")) }
                p { (review_word(w, view)) }
            }))
        } @else {
            p class="hint" { (review_word(w, view)) @if is_paid { " " (w.t("effects-paid")) } }
        }
    }
}

/// Who looks at it: what staff have refused, staff pass (`again_for_staff`).
pub(super) fn review_word(w: Words, view: &View<'_>) -> Cow<'static, str> {
    let review = task(view.steps, &TaskKind::Review).map(|task| &task.state);
    let is_handed_in = task(view.steps, &TaskKind::Details).is_some_and(|task| task.state == TaskState::Passed);
    match review {
        Some(TaskState::Refused { .. }) => w.t("effects-review-staff"),
        _ if is_handed_in => w.t("effects-review"),
        _ => w.t("details-review-hint"),
    }
}

fn refused_until(order: &Order) -> Option<Timestamp> {
    if let OrderState::Refused { until, .. } = &order.state { Some(*until) } else { None }
}
