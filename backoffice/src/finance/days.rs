//! Reconciliation: days with their bills, the newest first.

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::payment::Method;
use registration::reconciliation::{BillDay, BillState, DAYS_MAX};
use serde::Deserialize;

use crate::failure::Failure;
use crate::finance::parts::{Tab, answer, table};
use crate::finance::words;
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
    let registration = &visit.app.outside.registration;
    let days = registration.finance.days(&visit.staff, asked.before.parse().ok()).await?;
    let channels = registration.reconciliation.channels();
    let title = visit.words.t("finance-days").into_owned();
    let inside = body(visit.words, &days, &channels);
    answer(&visit, StatusCode::OK, Tab::Days, title, None, &inside).await
}

pub(crate) fn body(w: Words, days: &[BillDay], channels: &[Method]) -> Markup {
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
