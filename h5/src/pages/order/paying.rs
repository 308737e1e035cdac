//! Paying by the school's code, in steps, and in whose name.

use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;

use crate::pages::order::View;
use crate::view::facts::person_name;
use crate::view::icons::{Icon, icon};

/// The code, the steps, and the sentence that a payment in another name is lost.
pub(crate) fn payment_section(w: Words, view: &View<'_>) -> Markup {
    let amount = view.order.amount.to_string();
    html! {
        section class="pay" aria-labelledby="pay-code" {
            h2 id="pay-code" class="unseen" { (w.t("pay-code-title")) }
            (code(w, view))
            @if let Some(item) = &view.exam.rules.payment.item {
                p { (w.t("pay-item")) " " b { (w.pick(&item.zh, &item.en)) } }
            }
            (payer(w, view))
            ol class="how on-phone" {
                li { (w.t("pay-step-save")) }
                li { (w.t("pay-step-scan")) }
                li { (w.with("pay-step-fill", &[("amount", amount.as_str().into())])) }
                li { (w.t("pay-step-back")) }
            }
            ol class="how on-desk" {
                li { (w.t("pay-step-desk")) }
                li { (w.with("pay-step-fill", &[("amount", amount.as_str().into())])) }
                li { (w.t("pay-step-desk-back")) }
            }
            p class="beside" { a href=(view.exam.payment_url) rel="noreferrer" { (w.t("pay-code-link")) } }
        }
    }
}

/// The code with the sum, and what it is for: in the first view, whatever the screen.
pub(super) fn code(w: Words, view: &View<'_>) -> Markup {
    let order = view.order;
    let picture = format!("/orders/{}/payment-code.png", order.id);
    html! {
        div class="code" {
            img src=(picture) alt=(w.t("pay-code-alt")) width="200" height="200";
            div class="code-save" {
                p class="code-sum" { span { (w.t("pay-amount")) } " " strong { (order.amount) } }
                p class="hint" { (what(w, view)) }
                a class="button second on-phone" href=(picture) download={ "payment-" (order.id) ".png" } {
                    (icon(Icon::Save)) span { (w.t("pay-code-save")) }
                }
                p class="hint on-phone" { (w.t("pay-code-hint")) }
                p class="hint on-desk" { (w.t("pay-code-desk")) }
            }
        }
    }
}

/// The sittings in a line: subject and day.
pub(super) fn what(w: Words, view: &View<'_>) -> String {
    let seats = view.order.sittings.iter().filter_map(|seat| view.exam.sitting(&seat.sitting));
    let line = |sitting: &registration::model::exam::ExamSitting| {
        let day = when::dated(w.language, sitting.starts_at, view.visit_now);
        format!("{} {day}", w.pick(&sitting.title.zh, &sitting.title.en))
    };
    seats.map(line).collect::<Vec<_>>().join(&*w.t("list-comma"))
}

/// Whose name and number the payment page must be given. The whole number is a tap away, and that tap is written down.
pub(super) fn payer(w: Words, view: &View<'_>) -> Markup {
    if !view.exam.rules.payment.payer_is_candidate {
        return html! {};
    }
    let account = view.account;
    let has_whole = account.document.is_some();
    html! {
        div class="callout" data-tone="care" id="payer" {
            (icon(Icon::Alert))
            div {
                h3 { (w.t("pay-self-title")) }
                p { (w.t("pay-self-text")) }
                // An account by e-mail may know neither name nor document; the order's number has to do then.
                @if account.name.is_some() || has_whole || account.mobile.is_some() { dl class="who" {
                    dt { (w.t("pay-self-who")) }
                    @if let Some(name) = &account.name {
                        dd { (person_name(name.expose())) @if view.shows_payer { (copy(w, "payer-name", name.expose())) } }
                    }
                    @if let Some(document) = &account.document {
                        @if view.shows_payer { dd { (document.expose()) (copy(w, "payer-number", document.expose())) } }
                        @else { dd { (document.masked()) } }
                    }
                    @if let Some(mobile) = &account.mobile {
                        @if view.shows_payer { dd { (mobile.expose()) (copy(w, "payer-mobile", mobile.expose())) } }
                        @else { dd { (mobile.masked()) } }
                    }
                } }
                @if has_whole && !view.shows_payer {
                    form method="post" action={ "/orders/" (view.order.id) "/payer#payer" } {
                        button class="text-button" type="submit" { (w.t("pay-self-show")) }
                    }
                    p class="hint" { (w.t("pay-self-noted")) }
                }
            }
        }
    }
}

/// A button that copies a value; without a script the value is selected by hand.
fn copy(w: Words, id: &'static str, value: &str) -> Markup {
    html! {
        output id=(id) class="unseen" { (value) }
        " " button type="button" class="text-button" hidden data-copy=(id) data-done=(w.t("wechat-copied"))
            data-failed=(w.t("wechat-copy-hand")) { span { (w.t("me-copy")) } }
    }
}
