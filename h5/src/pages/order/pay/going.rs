//! The page around the channel's: the way there, and, once one is back, whether the money has come. It looks by itself;
//! an app that never comes back is none that anything waits for.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderState};
use registration::model::payment::{Method, PaymentState};
use registration::payments::{Attempt, Form, Looking, PaymentPage, Start};
use serde::Deserialize;

use super::begin::surface_of;
use crate::failure::Failure;
use crate::request::order::find_now;
use crate::request::surface;
use crate::request::visit::Candidate;
use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};
use crate::view::order::money::{
    RELOADS_SECONDS, arriving_box, is_arriving, is_good, is_moving, money_lines, money_waits,
};
use crate::words::pay::{bank, method};

/// WeChat Pay's page for phones opens only for a site that it knows: the site's name is said to it, and no more.
const SAYS_ORIGIN: &str = "strict-origin-when-cross-origin";

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// The channel that was chosen.
    #[serde(default)]
    by: String,
    /// The payer has just confirmed, and goes on at once.
    #[serde(default)]
    go: String,
    /// The payer is back, or says to have paid.
    #[serde(default)]
    asked: String,
}

pub(crate) async fn show(
    candidate: Candidate,
    Path(order): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (visit, account) = (&candidate.visit, &candidate.account);
    let (found, _) = find_now(&visit.app, account, &order).await?;
    let payments = &visit.app.outside.registration.payments;
    let money = payments.page(account.id, found.id, Looking::Person).await?.ok_or(Failure::NotFound)?;
    // As the order is now that the channel was asked.
    let (order, exam) = find_now(&visit.app, account, &order).await?;
    let attempt = chosen(&money, &asked.by);
    if order.state != OrderState::Unpaid || (attempt.is_none() && !is_arriving(&order, &money)) {
        return Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response());
    }
    let progress = visit.progress(&exam).await?;
    let view = View {
        exam: &exam,
        order: &order,
        money: &money,
        attempt,
        goes: !asked.go.is_empty(),
        is_back: !asked.asked.is_empty(),
        now: visit.now,
    };
    let mut frame = visit.frame_of(visit.words.t("pay-title"), &exam, &progress);
    frame.reload_seconds = is_moving(&order, &money).then_some(RELOADS_SECONDS);
    let answer = page(&frame, &body(visit.words, &view));
    let is_checked = attempt
        .is_some_and(|attempt| attempt.method == Method::WechatPay && matches!(attempt.start, Some(Start::Go { .. })));
    if is_checked {
        return Ok(([(REFERRER_POLICY, SAYS_ORIGIN)], answer).into_response());
    }
    let policy = attempt.and_then(|attempt| attempt.start.as_ref()).and_then(policy_for);
    Ok(match policy {
        Some(policy) => ([(CONTENT_SECURITY_POLICY, policy)], answer).into_response(),
        None => answer.into_response(),
    })
}

/// A page with a form for a channel says that it may go there, and nowhere else. Browsers look at where it is sent on to, too.
fn policy_for(start: &Start) -> Option<HeaderValue> {
    let Start::Send(form) = start else { return None };
    let allowed = format!("form-action 'self' {}", form.origins().join(" "));
    HeaderValue::try_from(pagekit::headers::CONTENT_SECURITY_POLICY.replace("form-action 'self'", &allowed)).ok()
}

/// The attempt by that channel, else the one that is under way.
fn chosen<'a>(money: &'a PaymentPage, by: &str) -> Option<&'a Attempt> {
    let of_channel = money.attempts.iter().find(|attempt| attempt.method.to_string() == by);
    of_channel.or_else(|| money.attempts.last())
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) order: &'a Order,
    pub(crate) money: &'a PaymentPage,
    /// The payment that the page is about.
    pub(crate) attempt: Option<&'a Attempt>,
    /// Does the browser go on at once?
    pub(crate) goes: bool,
    /// Has it come back, or does the payer say to have paid?
    pub(crate) is_back: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { exam, order, money, .. } = view;
    let is_in = is_arriving(order, money);
    let attempt = view.attempt.filter(|_| !is_in);
    html! {
        div class="column going" {
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("pay-title")))
            @if is_in { (arriving_box(w)) }
            @if let Some(attempt) = attempt { (standing(w, view, attempt)) }
            (money_waits(w, order, money, view.now))
            @if let Some(attempt) = attempt {
                (way(w, view, attempt))
                (afterwards(w, view))
            }
            (money_lines(w, money, view.now))
            p class="order-number" { (w.t("pay-order")) " " b { (order.id) } }
            (ask(w, exam.rules.contact.as_ref()))
        }
    }
}

/// What is known of it, once the payer is back or nobody knows.
fn standing(w: Words, view: &View<'_>, attempt: &Attempt) -> Markup {
    let say = |title: &str, text: &str| callout(Tone::Care, title, &html! { p { (text) } });
    match attempt.state {
        PaymentState::Unknown => say(&w.t("pay-unknown-title"), &w.t("pay-unknown-text")),
        _ if view.is_back => say(&w.t("pay-asked-title"), &w.t("pay-asked-text")),
        _ => html! {},
    }
}

/// How much, and how one goes on: to the app, by a code, or by asking the channel for a new way.
fn way(w: Words, view: &View<'_>, attempt: &Attempt) -> Markup {
    let order = view.order;
    let until = when::near(w.language, order.expires_at, view.now);
    let start = attempt.start.as_ref().filter(|start| is_good(start, view.now));
    html! {
        section class="pay stack" aria-label=(method(w, attempt.method)) {
            @match start {
                Some(Start::Go { url, .. }) => {
                    p class="amount" { span { (w.t("pay-amount")) } strong { (order.amount) } }
                    p { a class="button wide-button" href=(url) rel="external" data-go=[view.goes.then(|| own_path(view, attempt))] {
                        (w.with("going-open", &[("channel", method(w, attempt.method).into())]))
                    } }
                }
                Some(Start::Scan { .. }) => (scan(w, view, attempt)),
                Some(Start::Send(form)) => (send(w, view, attempt, form)),
                None => {
                    p class="amount" { span { (w.t("pay-amount")) } strong { (order.amount) } }
                    (again(w, view, attempt))
                }
            }
            p class="hint while-held" { (w.with("pay-know-until", &[("when", until.into())])) }
        }
    }
}

/// The code with the sum. WeChat takes it from a camera only, so that no picture of it is offered.
fn scan(w: Words, view: &View<'_>, attempt: &Attempt) -> Markup {
    let picture = format!("/orders/{}/code.png?by={}", view.order.id, attempt.method);
    let name = method(w, attempt.method);
    html! {
        div class="code" {
            img src=(picture) alt=(w.with("scan-alt", &[("channel", name.clone().into())])) width="220" height="220";
            div class="code-save" {
                p class="code-sum" { span { (w.t("pay-amount")) } " " strong { (view.order.amount) } }
                p { (w.with("scan-how", &[("channel", name.into())])) }
                @if attempt.method == Method::WechatPay {
                    p class="hint" { (w.t("scan-camera")) }
                } @else {
                    a class="button second" href=(picture) download={ "payment-" (view.order.id) ".png" } {
                        (icon(Icon::Save)) span { (w.t("pay-code-save")) }
                    }
                }
            }
        }
    }
}

/// The form that the browser carries to the bank: one tap, without a script.
fn send(w: Words, view: &View<'_>, attempt: &Attempt, form: &Form) -> Markup {
    let name = form.bank.as_deref().map_or_else(|| w.t("bank-other"), |word| bank(w, word));
    html! {
        p class="amount" { span { (w.t("pay-amount")) } strong { (view.order.amount) } }
        p { (w.with("bank-going", &[("bank", name.clone().into())])) }
        form method="post" action=(form.url) accept-charset="UTF-8" {
            @for (name, value) in &form.fields { input type="hidden" name=(name) value=(value); }
            button class="button wide-button" type="submit" { (w.with("bank-go", &[("bank", name.into())])) }
        }
        p class="beside" {
            a href={ "/orders/" (view.order.id) "/pay?by=" (attempt.method) "&other=1" } { (w.t("bank-change")) }
        }
    }
}

/// What the channel said is over, or it has said nothing yet.
fn again(w: Words, view: &View<'_>, attempt: &Attempt) -> Markup {
    let on = attempt.start.as_ref().and_then(surface_of);
    html! {
        form method="post" action={ "/orders/" (view.order.id) "/pay" } data-busy=(w.t("form-busy")) {
            input type="hidden" name="by" value=(attempt.method);
            @if let Some(on) = on { input type="hidden" name="on" value=(surface::word(on)); }
            button class="button wide-button" type="submit" {
                (w.with("going-again", &[("channel", method(w, attempt.method).into())]))
            }
        }
    }
}

/// What comes next, and the two answers of whoever is back.
fn afterwards(w: Words, view: &View<'_>) -> Markup {
    let own = format!("/orders/{}", view.order.id);
    html! {
        section class="stack" aria-labelledby="after-title" {
            h2 id="after-title" { (w.t("after-title")) }
            ol class="how" {
                li { (w.t("after-check")) }
                li { (w.t("after-back")) }
                li { (w.t("after-turns")) }
            }
            p class="acts" {
                a class="button second" href={ (own) "/back" } { (w.t("after-paid")) }
                a class="button second" href=(own) { (w.t("after-not")) }
            }
        }
    }
}

/// This page once the browser is back, so that it does not go off again.
fn own_path(view: &View<'_>, attempt: &Attempt) -> String {
    format!("/orders/{}/going?by={}&asked=1", view.order.id, attempt.method)
}
