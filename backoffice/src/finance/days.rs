//! Reconciliation: days with their bills, the newest first.

use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::{Right, Scope, permits};
use registration::model::payment::Method;
use registration::reconciliation::{BillDay, BillState, DAYS_MAX};
use serde::Deserialize;

use crate::finance::frame::{Tab, Telling, answer};
use crate::finance::import::form::form;
use crate::finance::parts::{table, take_out};
use crate::finance::words;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 6] = [
    key("bill-day"),
    key("money-method"),
    key("bill-state"),
    key("bill-paid"),
    key("bill-refunded"),
    key("bill-findings"),
];

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    before: String,
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    draw(&visit, asked.before.parse().ok(), &Telling::nothing()).await
}

/// Draws the days before one, or the newest, with why something else was not done.
pub(crate) async fn draw(visit: &Visit, before: Option<Date>, telling: &Telling) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let days = registration.finance.days(&visit.staff, before).await?;
    let channels = registration.reconciliation.channels();
    let title = visit.words.t("finance-days").into_owned();
    let may_move = permits(&visit.staff, Right::MoveMoney, Scope::Everything);
    let view = View { days: &days, channels: &channels, may_move, now: visit.now };
    answer(visit, (Tab::Days, title), telling, &body(visit.words, &view)).await
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) days: &'a [BillDay],
    /// Channels that are configured here.
    pub(crate) channels: &'a [Method],
    pub(crate) may_move: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { days, channels, .. } = *view;
    let rows: Vec<Vec<Markup>> = days.iter().map(|day| row(w, day)).collect();
    let last = days.last().filter(|_| days.len() >= DAYS_MAX);
    html! {
        p class="hint" { (w.t("days-lead")) }
        @if rows.is_empty() {
            p class="nothing" { @if channels.is_empty() { (w.t("days-no-channel")) } @else { (w.t("days-none")) } }
        } @else {
            (table(w, &w.t("finance-days"), &HEADS, &rows))
        }
        @if let Some(last) = last {
            p { a class="button second" href={ "/finance/days?before=" (last.day) } { (w.t("money-older")) } }
        }
        @if view.may_move && !channels.is_empty() { (form(w, channels, None)) }
        @if !days.is_empty() { (take_out(w, &w.t("findings-export"), "/finance/findings", view.now)) }
    }
}

/// How far a day's bill is.
pub(crate) fn state(w: Words, day: &BillDay) -> (Tone, String) {
    let (tone, word) = match day.state {
        BillState::Read if day.is_from_file => (Tone::Good, w.t("bill-from-file")),
        BillState::Read => (Tone::Good, w.t("bill-read")),
        BillState::Empty => (Tone::Good, w.t("bill-empty")),
        BillState::Wanted if day.stuck_at.is_some() => (Tone::Bad, w.t("bill-late")),
        BillState::Wanted => (Tone::Plain, w.t("bill-wanted")),
    };
    (tone, word.into_owned())
}

fn row(w: Words, day: &BillDay) -> Vec<Markup> {
    let (tone, word) = state(w, day);
    let is_read = day.state == BillState::Read;
    vec![
        html! { a href={ "/finance/days/" (day.channel) "/" (day.day) } { (when::date(w.language, day.day)) } },
        html! { (words::method(w, day.channel)) },
        html! { (tag(tone, &word)) },
        html! { @if is_read { span class="fen" { (day.sums.paid) } " " span class="hint" { (day.sums.payments) } } },
        html! { @if is_read { span class="fen" { (day.sums.refunded) } " " span class="hint" { (day.sums.refunds) } } },
        html! {
            @if day.open > 0 { strong class="care" { (w.with("bill-open", &[("count", day.open.into())])) } }
            @else if is_read { (w.t("bill-agrees")) }
        },
    ]
}
