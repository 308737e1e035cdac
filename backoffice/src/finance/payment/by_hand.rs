//! A refund that no channel gives back: written down with its transfer, and, above the limit, said by a second person.

use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::desk::reason::REASON_CHARS_MAX;
use registration::desk::staff::StaffMember;
use registration::model::payment::refund::{Refund, RefundId, RefundState};
use registration::payments::{HandedBack, REFERENCE_CHARS_MAX};
use serde::Deserialize;

use super::acts::refused;
use crate::finance::numbered::done;
use crate::finance::parts::number;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What was entered.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    reference: String,
    #[serde(default)]
    reason: String,
}

/// The money was given back by a transfer of the school's own.
pub(crate) async fn note(
    visit: Visit,
    Path(refund): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let id = RefundId::of_number(&refund).ok_or(Failure::NotFound)?;
    let (finance, limit) = (&visit.app.outside.registration.finance, visit.app.outside.refund_alone_max);
    match finance.by_hand(&visit.staff, id, (&entered.reference, &entered.reason), limit).await {
        Ok((payment, HandedBack::Done)) => Ok(done(payment, "hand")),
        Ok((payment, HandedBack::Waits)) => Ok(done(payment, "hand-waits")),
        Err(error) => {
            let payment = finance.payment_of(id).await?;
            refused(&visit, payment, error, None).await
        }
    }
}

/// What a refund shows of a transfer, and what can be done about one.
pub(crate) fn by_hand(w: Words, refund: &Refund, staff: &StaffMember, may_move: bool) -> Markup {
    let at = |act: &str| format!("/finance/refunds/{}/{act}", refund.id.number());
    let is_open = match refund.state {
        RefundState::Due => !refund.method.has_channel(),
        RefundState::Abnormal => true,
        _ => false,
    };
    let Some(given) = &refund.by_hand else {
        return html! { @if is_open && may_move { (form(w, refund, &at("by-hand"))) } };
    };
    html! {
        p { (w.t("hand-given")) " " (number(&given.reference)) " · " (given.reason) }
        @if is_open && may_move {
            p class="care" { (w.t("hand-second")) }
            div class="acts" {
                @if given.by == staff.id { p class="hint" { (w.t("hand-other-must")) } }
                @else {
                    form method="post" action=(at("by-hand-agree")) {
                        button class="button" type="submit" {
                            (w.with("hand-agree", &[("amount", refund.amount.to_string().into())]))
                        }
                    }
                }
                form method="post" action=(at("by-hand-undo")) {
                    button class="button second" type="submit" { (w.t("hand-undo")) }
                }
            }
        }
    }
}

fn form(w: Words, refund: &Refund, action: &str) -> Markup {
    let (reference, reason) = (format!("reference-{}", refund.id.number()), format!("why-{}", refund.id.number()));
    html! {
        details class="refuse" {
            summary class="button second" { (w.t("hand-begin")) }
            form method="post" action=(action) {
                p class="hint" { (w.t(if refund.method.has_channel() { pagekit::words::key("hand-lead-channel") } else { pagekit::words::key("hand-lead") })) }
                div class="field" {
                    label for=(reference) { (w.t("hand-reference")) }
                    div class="input" {
                        input id=(reference) name="reference" required maxlength=(REFERENCE_CHARS_MAX) autocomplete="off"
                            spellcheck="false";
                    }
                }
                div class="field" {
                    label for=(reason) { (w.t("hand-reason")) }
                    textarea id=(reason) name="reason" rows="2" required maxlength=(REASON_CHARS_MAX) {}
                }
                button class="button" type="submit" { (w.with("hand-submit", &[("amount", refund.amount.to_string().into())])) }
            }
        }
    }
}
