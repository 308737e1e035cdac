//! Paying by the school's code, in steps, and in whose name.

use maud::{Markup, html};
use pagekit::words::Words;

use super::order::View;
use crate::view::facts::person_name;
use crate::view::icons::{Icon, icon};

/// The code, the steps, and the sentence that a payment in another name is lost.
pub(crate) fn payment_part(w: Words, view: &View<'_>) -> Markup {
    let order = view.order;
    let picture = format!("/orders/{}/payment-code.png", order.id);
    let amount = order.amount.to_string();
    html! {
        section class="pay" aria-labelledby="pay-code" {
            h2 id="pay-code" { (w.t("pay-code-title")) }
            div class="code" {
                img src=(picture) alt=(w.t("pay-code-alt")) width="220" height="220";
                div class="code-save" {
                    a class="button second" href=(picture) download={ "payment-" (order.id) ".png" } {
                        (icon(Icon::Save)) span { (w.t("pay-code-save")) }
                    }
                    p class="hint" { (w.t("pay-code-hint")) }
                }
            }
            ol class="how" {
                li { (w.t("pay-step-save")) }
                li { (w.t("pay-step-scan")) }
                li { (w.with("pay-step-fill", &[("amount", amount.as_str().into())])) }
                li { (w.t("pay-step-back")) }
            }
            p class="beside" { a href=(view.exam.payment_url) rel="noreferrer" { (w.t("pay-code-link")) } }
            (payer(w, view))
        }
    }
}

fn payer(w: Words, view: &View<'_>) -> Markup {
    let account = view.account;
    html! {
        div class="notice" data-tone="care" {
            (icon(Icon::Alert))
            div {
                h3 { (w.t("pay-self-title")) }
                p { (w.t("pay-self-text")) }
                // An account by e-mail may know neither name nor document; the order's number has to do then.
                @if account.name.is_some() || account.document.is_some() || account.mobile.is_some() { dl class="who" {
                    dt { (w.t("pay-self-who")) }
                    @if let Some(name) = &account.name { dd { (person_name(name.expose())) } }
                    @if let Some(document) = &account.document { dd { (document.masked()) } }
                    @if let Some(mobile) = &account.mobile { dd { (mobile.masked()) } }
                } }
            }
        }
    }
}
