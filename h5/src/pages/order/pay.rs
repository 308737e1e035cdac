//! Paying by a channel: what is confirmed before, the way to it, and the page that waits for the money. The second
//! confirmation stands here: how much, for what, in whose name.

mod banks;
pub(crate) mod begin;
pub(crate) mod code;
pub(crate) mod going;
pub(crate) mod state;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderState};
use registration::model::payment::Method;
use registration::payments::{Bank, Looking, Start, Surface};
use registration::people::accounts::Account;
use serde::Deserialize;

use crate::failure::Failure;
use crate::request::order::find;
use crate::request::surface;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::facts::{list, person_name};
use crate::view::layout::{heading, page};
use crate::view::order::lines;
use crate::view::order::money::is_good;
use crate::words::pay::method;

/// By which channel.
#[derive(Debug, Deserialize)]
pub(crate) struct By {
    #[serde(default)]
    by: String,
    /// Another bank is to be chosen than the one that was begun with.
    #[serde(default)]
    other: String,
}

impl By {
    /// A channel's word; a screenshot is none.
    pub(crate) fn channel(&self) -> Result<Method, Failure> {
        self.by.parse().ok().filter(|method| *method != Method::Screenshot).ok_or(Failure::NotFound)
    }
}

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(order): Path<String>,
    Query(wish): Query<By>,
) -> Result<Response, Failure> {
    let (order, exam) = find(&candidate, &order).await?;
    let to_order = || Redirect::to(&format!("/orders/{}", order.id)).into_response();
    // A payment that was not begun, loaded anew: by its address, nothing is sent twice.
    let Ok(by) = wish.channel() else { return Ok(to_order()) };
    let (visit, account) = (&candidate.visit, &candidate.account);
    let payments = &visit.app.outside.registration.payments;
    let money = payments.page(account.id, order.id, Looking::Nobody).await?.ok_or(Failure::NotFound)?;
    if order.state != OrderState::Unpaid || !money.channels.contains(&by) {
        return Ok(to_order());
    }
    // Back from the channel by the back button: whether the money has come is what is asked now.
    let is_here = |start: &Start| begin::surface_of(start).is_none_or(|surface| surface == visit.surface);
    let is_begun = |start: &Start| wish.other.is_empty() && is_here(start) && is_good(start, visit.now);
    let mut begun = money.attempts.iter().filter(|attempt| attempt.method == by);
    if begun.any(|attempt| attempt.start.as_ref().is_some_and(is_begun)) {
        return Ok(Redirect::to(&format!("/orders/{}/going?by={by}&asked=1", order.id)).into_response());
    }
    let progress = visit.progress(&exam).await?;
    let banks = if by == Method::Bank { money.banks } else { Vec::new() };
    let view = View { exam: &exam, order: &order, account, by, banks: &banks, on: visit.surface, now: visit.now };
    let frame = visit.frame_of(visit.words.t("confirm-title"), &exam, &progress);
    Ok(page(&frame, &body(visit.words, &view)).into_response())
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) order: &'a Order,
    pub(crate) account: &'a Account,
    pub(crate) by: Method,
    /// The banks that the payer chooses from, where the channel leads to banks.
    pub(crate) banks: &'a [Bank],
    pub(crate) on: Surface,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { exam, order, by, on, .. } = view;
    let own = format!("/orders/{}", order.id);
    let until = when::near(w.language, order.expires_at, view.now);
    html! {
        div class="column" {
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("confirm-title")))
            p class="amount" { span { (w.t("pay-amount")) } strong { (order.amount) } }
            div class="slip" { (list(&rows(w, view))) }
            p class="hint while-held" { (w.with("pay-know-until", &[("when", until.into())])) }
            form class="pay" method="post" action={ (own) "/pay" } data-busy=(w.t("form-busy")) {
                input type="hidden" name="by" value=(by);
                input type="hidden" name="on" value=(surface::word(*on));
                @if view.banks.is_empty() {
                    button class="button wide-button" type="submit" {
                        (w.with("confirm-submit", &[("channel", method(w, *by).into()), ("amount", order.amount.to_string().into())]))
                    }
                } @else { (banks::list(w, view.banks, order.amount)) }
            }
            p class="beside" { a href={ (own) "?on=" (surface::word(*on)) } { (w.t("confirm-back")) } }
        }
    }
}

/// In whose name, for what, and by which channel: no more, so that the button is in the first view.
fn rows(w: Words, view: &View<'_>) -> Vec<(String, Markup)> {
    let View { exam, order, account, by, .. } = view;
    let mut rows = vec![];
    rows.extend(account.name.as_ref().map(|name| (w.t("receipt-candidate"), person_name(name.expose()))));
    rows.extend(account.document.as_ref().map(|number| (w.t("receipt-document"), html! { (number.masked()) })));
    rows.push((w.t("receipt-sittings"), lines(w, exam, order, Some(view.now))));
    rows.push((w.t("money-by"), html! { (method(w, *by)) }));
    rows.into_iter().map(|(label, value)| (label.into_owned(), value)).collect()
}
