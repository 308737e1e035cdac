//! What becomes of a form that is handed in again: what is reviewed anew, and whether the seat is safe meanwhile.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::exam_rules::TaskKind;
use registration::order::{Order, OrderState};
use registration::steps::task;

use super::View;
use crate::view::notice::{Tone, notice};

/// The sentences above the button. While the form is reviewed no seat is given out (`blocked_by`), but an order can be
/// paid for, and one that is paid for stays as it is.
pub(super) fn effects(w: Words, view: &View<'_>) -> Markup {
    if task(view.steps, &TaskKind::Review).is_none() {
        return html! {};
    }
    // Whatever ends first.
    let unpaid =
        view.orders.iter().filter(|order| order.state == OrderState::Unpaid).min_by_key(|order| order.expires_at);
    let refused = view.orders.iter().filter_map(refused_until).min();
    let is_paid =
        view.orders.iter().any(|order| matches!(order.state, OrderState::WaitingReview | OrderState::Confirmed));
    let near = |at: Timestamp| when::near(w.language, at, view.now);
    html! {
        @if let Some(order) = unpaid {
            (notice(Tone::Care, &w.with("effects-held-title", &[("when", near(order.expires_at).into())]), &html! {
                p { (w.t("effects-held-text")) }
                p { (w.t("effects-review")) }
                p { a class="button second" href={ "/orders/" (order.id) } { (w.t("effects-held-pay")) } }
            }))
        } @else if let Some(until) = refused {
            (notice(Tone::Care, &w.with("effects-refused-title", &[("when", near(until).into())]), &html! {
                p { (w.t("effects-refused-text")) }
                p { (w.t("effects-review")) }
            }))
        } @else {
            p class="hint" { (w.t("effects-review")) @if is_paid { " " (w.t("effects-paid")) } }
        }
    }
}

fn refused_until(order: &Order) -> Option<Timestamp> {
    if let OrderState::Refused { until, .. } = &order.state { Some(*until) } else { None }
}
