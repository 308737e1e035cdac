//! An order whose screenshot was refused, as parts of its page: why and until when, the picture that was sent, the rest of the sum.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::order::Order;

use crate::pages::order::View;
use crate::pages::order::paying::{code, payer};
use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::icons::{Icon, icon};
use crate::words::exam::reason as reason_words;
use crate::words::order::resubmits;

/// Why, and what can be done about it until then.
pub(super) fn why(w: Words, view: &View<'_>, reason: &str, until: Timestamp) -> Markup {
    callout(
        Tone::Bad,
        &w.t("pay-refused-title"),
        &html! {
            p class="reason" { (w.with("exam-reason", &[("reason", reason_words(w, view.exam, reason).into())])) }
            p { (w.with("pay-refused-text", &[("when", when::dated(w.language, until, view.visit_now).into())])) }
            p { (resubmits(w, view.exam, view.order)) }
            (ask(w, view.exam.rules.contact.as_ref()))
        },
    )
}

/// The picture that was refused, which can be handed in once more as it is: not every reason is the picture's.
pub(super) fn picture(w: Words, order: &Order) -> Markup {
    html! {
        details class="sent-before" {
            summary { (w.t("pay-sent-before")) (icon(Icon::Chevron)) }
            img src={ "/orders/" (order.id) "/screenshot.jpg" } alt=(w.t("pay-sent-before-alt")) loading="lazy";
            form method="post" action={ "/orders/" (order.id) "/screenshot/again" } data-busy=(w.t("form-busy")) {
                p class="hint" { (w.t("pay-use-again-hint")) }
                button class="button second" type="submit" { (w.t("pay-use-again")) }
            }
        }
    }
}

/// What a refused screenshot may be for: a sum that is too low. The code to pay the rest, folded, because most have paid.
pub(super) fn rest(w: Words, view: &View<'_>) -> Markup {
    if !view.exam.rules.payment.can_pay_rest {
        return html! {};
    }
    html! {
        details class="release-part" open[view.shows_payer] {
            summary { (w.t("pay-rest-title")) (icon(Icon::Chevron)) }
            p { (w.t("pay-rest-text")) }
            (code(w, view))
            (payer(w, view))
            p class="beside" { a href=(view.exam.payment_url) rel="noreferrer" { (w.t("pay-code-link")) } }
        }
    }
}
