//! One day of a channel: its bill beside what we have, and what was found, each with what is to be done.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::Fen;
use registration::desk::finance::{FinanceError, Reconciled};
use registration::desk::permits::{Right, Scope, permits};
use registration::desk::reason::REASON_CHARS_MAX;
use registration::model::payment::Method;
use registration::reconciliation::{BillState, FINDINGS_MAX, Finding, FindingId, ReconcileError};
use serde::Deserialize;

use crate::desk::record::record;
use crate::finance::days::state;
use crate::finance::frame::{Done, Tab, Telling, answer};
use crate::finance::import::form::form;
use crate::finance::parts::{number, table};
use crate::finance::payment::view::action;
use crate::finance::words;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 5] =
    [key("bill-side"), key("bill-paid-count"), key("bill-paid"), key("bill-refund-count"), key("bill-refunded")];

/// What is said of what was done.
const DONE: [(&str, &str); 3] =
    [("imported", key("bill-imported")), ("fetched", key("bill-fetched")), ("closed", key("finding-closed-now"))];

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
}

/// What was entered about a finding.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    finding: String,
    #[serde(default)]
    note: String,
}

pub(crate) async fn show(
    visit: Visit,
    Path((channel, day)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let of = read(&channel, &day)?;
    let after = asked.after.parse().ok().map(FindingId);
    draw(&visit, of, &done.told(visit.words, &DONE), after).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path((channel, day)): Path<(String, String)>) -> Result<Redirect, Failure> {
    let (channel, day) = read(&channel, &day)?;
    Ok(Redirect::to(&format!("/finance/days/{channel}/{day}")))
}

/// Fetches the bill now.
pub(crate) async fn fetch(visit: Visit, Path((channel, day)): Path<(String, String)>) -> Result<Response, Failure> {
    let (channel, day) = read(&channel, &day)?;
    let w = visit.words;
    let text = match visit.app.outside.registration.finance.fetch(&visit.staff, channel, day).await {
        Ok(_) => {
            return Ok(Redirect::to(&format!("/finance/days/{channel}/{day}?done=fetched")).into_response());
        }
        Err(FinanceError::Reconcile(ReconcileError::NotConfigured(_))) => w.t("bill-no-channel"),
        Err(FinanceError::Reconcile(ReconcileError::NotOver(_))) => w.t("bill-not-over"),
        Err(FinanceError::Reconcile(error)) => w.with("bill-failed", &[("why", error.to_string().into())]),
        Err(error) => return Err(error.into()),
    };
    draw(&visit, (channel, day), &Telling::refused(StatusCode::CONFLICT, text), None).await
}

/// A finding was seen to.
pub(crate) async fn close(
    visit: Visit,
    Path((channel, day)): Path<(String, String)>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (channel, day) = read(&channel, &day)?;
    let id = FindingId(entered.finding.parse().map_err(|_| Failure::Bad)?);
    let w = visit.words;
    let (status, text) =
        match visit.app.outside.registration.finance.close_finding(&visit.staff, id, &entered.note).await {
            Ok(closed) => {
                let (channel, day) = (closed.channel, closed.day);
                return Ok(Redirect::to(&format!("/finance/days/{channel}/{day}?done=closed")).into_response());
            }
            Err(FinanceError::Reason(_)) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("finding-note-needed")),
            Err(FinanceError::Unknown) => (StatusCode::CONFLICT, w.t("finding-gone")),
            Err(error) => return Err(error.into()),
        };
    draw(&visit, (channel, day), &Telling::refused(status, text), None).await
}

fn read(channel: &str, day: &str) -> Result<(Method, Date), Failure> {
    Ok((channel.parse().map_err(|_| Failure::NotFound)?, day.parse().map_err(|_| Failure::NotFound)?))
}

async fn draw(
    visit: &Visit,
    of: (Method, Date),
    telling: &Telling,
    after: Option<FindingId>,
) -> Result<Response, Failure> {
    let found = visit.app.outside.registration.finance.day(&visit.staff, of, after).await?;
    let w = visit.words;
    let view = View {
        found: &found,
        is_configured: visit.app.outside.registration.reconciliation.channels().contains(&of.0),
        may_move: permits(&visit.staff, Right::MoveMoney, Scope::Everything),
        now: visit.now,
    };
    let title = format!("{} {}", words::method(w, of.0), when::date(w.language, of.1));
    answer(visit, (Tab::Days, title), telling, &body(w, &view)).await
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) found: &'a Reconciled,
    /// Can its bill be fetched here?
    pub(crate) is_configured: bool,
    pub(crate) may_move: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let day = &view.found.day;
    let (tone, word) = state(w, day);
    let findings = &view.found.findings;
    let (open, closed): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|one| one.closed_at.is_none());
    let next = findings.last().filter(|_| findings.len() >= FINDINGS_MAX);
    html! {
        p {
            (tag(tone, &word)) " "
            @if let Some(at) = day.compared_at {
                span class="hint" { (w.with("bill-compared", &[("when", when::dated(w.language, at, view.now).into())])) }
            }
        }
        @if let Some(failed) = &day.failed {
            @let tone = if day.stuck_at.is_some() { Tone::Bad } else { Tone::Plain };
            (callout(tone, &w.with("bill-failed", &[("why", failed.clone().into())]), &html! { p { (w.t("bill-import-how")) } }))
        }
        @if view.may_move && view.is_configured {
            form method="post" action={ "/finance/days/" (day.channel) "/" (day.day) "/fetch" } {
                button class="button second" type="submit" { (w.t("bill-fetch")) }
            }
            (form(w, &[day.channel], Some(day.day)))
        }
        @if day.state != BillState::Wanted { (sides(w, view)) }
        @if day.state != BillState::Wanted && day.open == 0 { (callout(Tone::Good, &w.t("bill-agree"), &html! {})) }
        @if !open.is_empty() {
            section {
                h2 { (w.with("bill-open", &[("count", day.open.into())])) }
                p class="hint" { (w.t("findings-lead")) }
                @for finding in open { (one(w, view, finding)) }
            }
        }
        @if !closed.is_empty() {
            section {
                h2 { (w.t("findings-closed")) }
                @for finding in closed { (one(w, view, finding)) }
            }
        }
        @if let Some(last) = next {
            p { a class="button second" href={ "?after=" (last.id.0) } { (w.t("findings-more")) } }
        }
        (record(w, &view.found.history, None, view.now, action))
    }
}

/// What the bill says beside what we have.
fn sides(w: Words, view: &View<'_>) -> Markup {
    let Reconciled { day, ours, .. } = view.found;
    let fen = |amount: Fen, is_other: bool| html! { span class={ "fen" @if is_other { " care" } } { (amount) } };
    let (theirs, differs) = (day.sums, (day.sums.paid != ours.paid, day.sums.refunded != ours.refunded));
    let side = |name: &str, sums: registration::reconciliation::Sums| {
        vec![
            html! { (name) },
            html! { (sums.payments) },
            fen(sums.paid, differs.0),
            html! { (sums.refunds) },
            fen(sums.refunded, differs.1),
        ]
    };
    let rows = [side(&w.t("bill-theirs"), theirs), side(&w.t("bill-ours"), *ours)];
    html! {
        (table(w, &w.t("bill-sides"), &HEADS, &rows))
        @if theirs.fee.0 != 0 { p class="hint" { (w.with("bill-fee", &[("fee", theirs.fee.to_string().into())])) } }
    }
}

fn one(w: Words, view: &View<'_>, finding: &Finding) -> Markup {
    let is_open = finding.closed_at.is_none();
    let day = &view.found.day;
    let field = format!("note-{}", finding.id.0);
    html! {
        article class="refund-of" {
            h3 { (w.t(words::finding(finding.kind))) }
            p class="hint" {
                (w.t("finding-subject")) " "
                @match finding.payment {
                    Some(payment) => a href={ "/finance/payments/" (payment.number()) } { (number(&finding.subject)) },
                    None => (number(&finding.subject)),
                }
                @if let Some(detail) = &finding.detail { " · " (number(detail)) }
            }
            p {
                @if let Some(theirs) = finding.theirs { (w.t("bill-theirs")) " " strong class="fen" { (theirs) } " " }
                @if let Some(ours) = finding.ours { (w.t("bill-ours")) " " strong class="fen" { (ours) } }
            }
            @if is_open {
                p class="care" { (w.t(words::finding_act(finding.kind))) }
                @if view.may_move {
                    details class="refuse" {
                        summary class="plain" { (w.t("finding-close")) }
                        form method="post" action={ "/finance/days/" (day.channel) "/" (day.day) "/close" } {
                            input type="hidden" name="finding" value=(finding.id.0);
                            label for=(field) { (w.t("finding-note")) }
                            textarea id=(field) name="note" rows="2" required maxlength=(REASON_CHARS_MAX) {}
                            button class="button" type="submit" { (w.t("finding-close-submit")) }
                        }
                    }
                }
            } @else if let (Some(by), Some(note)) = (&finding.closed_by, &finding.note) {
                p { (w.with("finding-closed-by", &[("name", by.clone().into())])) " " (note) }
            } @else {
                p class="hint" { (w.t("finding-closed-itself")) }
            }
        }
    }
}
