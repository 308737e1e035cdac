//! Paying by Alipay, WeChat Pay, a bank and their like, as a part of the order's page: what is under way, and a button each.

use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::order::OrderState;
use registration::model::payment::{Method, PaymentState};
use registration::payments::{Attempt, PaymentPage, Surface};

use crate::pages::order::View;
use crate::pages::order::paying::what;
use crate::request::surface;
use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::form::error_of;
use crate::view::icons::{Icon, icon};
use crate::view::order::lock::locked_box;
use crate::view::order::money::{arriving_box, is_arriving, money_lines, money_waits};
use crate::words::pay::method;

/// What of the money is under way, and what goes back; the page looks again by itself while something moves.
pub(super) fn money_state(w: Words, view: &View<'_>, money: &PaymentPage) -> Markup {
    let begun = money.attempts.iter().filter(|attempt| attempt.state != PaymentState::Created);
    html! {
        @if is_arriving(view.order, money) {
            (arriving_box(w))
        } @else {
            @for attempt in begun { (attempt_box(w, view, attempt)) }
        }
        (money_waits(w, view.order, money, view.visit_now))
        (money_lines(w, money, view.visit_now))
    }
}

fn attempt_box(w: Words, view: &View<'_>, attempt: &Attempt) -> Markup {
    let name = method(w, attempt.method);
    let (title, text) = match attempt.state {
        PaymentState::Unknown => (w.t("pay-unknown-title"), w.t("pay-unknown-text")),
        _ => (w.with("pay-pending-title", &[("channel", name.into())]), w.t("pay-pending-text")),
    };
    let going = format!("/orders/{}/going?by={}", view.order.id, attempt.method);
    let body = html! {
        p { (text) }
        // Whoever was told not to pay again is led nowhere.
        @if view.order.state == OrderState::Unpaid && attempt.state != PaymentState::Unknown {
            p class="while-held" { a class="button second" href=(going) { (w.t("pay-pending-go")) } }
        }
    };
    callout(Tone::Care, &title, &body)
}

/// The ways to pay in the exam's order, after what must be known before.
pub(super) fn channels_section(w: Words, view: &View<'_>, money: &PaymentPage) -> Markup {
    if is_arriving(view.order, money) {
        return html! {};
    }
    if let Some(lock) = &money.lock {
        return locked_box(w, view.order, lock.until, view.visit_now);
    }
    let has_screenshot = view.exam.rules.payment.takes_screenshots();
    let channels: Vec<Method> = money.channels.iter().copied().filter(|way| *way != Method::Screenshot).collect();
    if channels.is_empty() {
        return html! { @if !has_screenshot { (none_works(w, view)) } };
    }
    let error = error_of(view.errors, "channels");
    html! {
        section class="pay" id="channels" tabindex="-1" aria-labelledby="channels-title" {
            // On a phone the sum stands far below, with the sittings.
            p class="amount on-phone" { span { (what(w, view)) } strong { (view.order.amount) } }
            h2 id="channels-title" { (w.t("channels-title")) }
            @if let Some(error) = error { p class="error" id="channels-error" { (icon(Icon::Cross)) span { (error) } } }
            form method="get" action={ "/orders/" (view.order.id) "/pay" } {
                input type="hidden" name="on" value=(surface::word(view.surface));
                ul class="channel-list" {
                    @for channel in &channels { li { (channel_button(w, *channel, view.surface)) } }
                }
            }
            (switch(w, view))
            (to_know(w, view))
        }
    }
}

fn channel_button(w: Words, channel: Method, on: Surface) -> Markup {
    let how = match (channel, on) {
        (Method::Bank, _) => w.t("channel-bank-how"),
        (_, Surface::Phone) => w.t("channel-open"),
        (_, Surface::Desk) => w.t("channel-scan"),
    };
    html! {
        button class="channel" type="submit" name="by" value=(channel) {
            span class="channel-name" { (method(w, channel)) }
            span class="channel-how" { (how) }
            (icon(Icon::Chevron))
        }
    }
}

/// Whoever was taken for the other kind of screen goes over to it.
fn switch(w: Words, view: &View<'_>) -> Markup {
    let (other, word) = match view.surface {
        Surface::Phone => ("desk", w.t("channel-to-scan")),
        Surface::Desk => ("phone", w.t("channel-to-open")),
    };
    html! { p class="beside" { a href={ "/orders/" (view.order.id) "?on=" (other) "#channels" } { (word) } } }
}

/// What one agrees to by going on: the first of two confirmations.
fn to_know(w: Words, view: &View<'_>) -> Markup {
    let until = when::near(w.language, view.order.expires_at, view.visit_now);
    html! {
        section class="notices while-held" aria-labelledby="pay-know" {
            h3 id="pay-know" { (w.t("pay-know-title")) }
            ul class="plain-list" {
                @if view.exam.rules.refund.rates.is_empty() { li { (w.t("pay-know-check")) } }
                @else { li { (w.t("pay-know-check-refund")) } }
                li { (w.with("pay-know-until", &[("when", until.into())])) }
                li { (w.t("pay-know-once")) }
                @if view.exam.rules.payment.payer_is_candidate { li { (w.t("pay-know-self")) } }
            }
        }
    }
}

/// The exam names ways to pay, and the site has none of them.
fn none_works(w: Words, view: &View<'_>) -> Markup {
    let body = html! {
        p { (w.t("channels-none-text")) }
        (ask(w, view.exam.rules.contact.as_ref()))
    };
    callout(Tone::Care, &w.t("channels-none-title"), &body)
}
