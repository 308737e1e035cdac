//! The admission tickets of an order, for the phone: everything that the door asks for, in one screen; to print, to save, to
//! put into a calendar, and to be read without a network.

pub(crate) mod all;
pub(crate) mod calendar;
mod card;
pub(crate) mod file;
pub(crate) mod none;
pub(crate) mod photo;
pub(crate) mod worker;

use axum::extract::Path;
use axum::response::Response;
use http::HeaderMap;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::Order;
use registration::model::room::ticket::{Admission, Ticket};
use registration::rooms::tickets::TicketError;

use crate::failure::Failure;
use crate::layers::kept::kept;
use crate::pages::ticket::card::ticket_card;
use crate::request::kind::{is_apple, is_phone};
use crate::request::order::find;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::layout::{heading, page};
use crate::words::ticket::{Phone, over_at, subject};

/// The script that keeps the page.
const KEEPS: &str = "kept.js";

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(order): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (order, exam) = find(&candidate, &order).await?;
    let visit = &candidate.visit;
    let outside = &visit.app.outside;
    let admissions = match outside.registration.tickets.of_order(&exam, &order).await {
        Ok(admissions) => admissions,
        Err(TicketError::Refused(refusal)) => return Ok(none::answer(&candidate, &order, &exam, refusal)),
        Err(error) => return Err(failed(error)),
    };
    let view = View {
        exam: &exam,
        order: &order,
        admissions: &admissions,
        phone: phone(&headers),
        can_print: outside.printing.is_some(),
        now: visit.now,
    };
    let mut frame = visit.frame(visit.words.t("ticket-title"));
    frame.script = Some(KEEPS);
    let page = page(&frame, &body(visit.words, &view));
    Ok(kept(page, candidate.account.id, over_at(&exam, &order)))
}

/// What pages answer when there are no tickets because of us.
pub(crate) fn failed(error: TicketError) -> Failure {
    match error {
        TicketError::Refused(_) => Failure::NotFound,
        error @ TicketError::NoNumber(_) => {
            tracing::error!(%error, "a ticket could not be issued");
            Failure::Broken
        }
        TicketError::Store(error) => error.into(),
    }
}

fn phone(headers: &HeaderMap) -> Phone {
    match (is_phone(headers), is_apple(headers)) {
        (true, true) => Phone::Apple,
        (true, false) => Phone::Other,
        (false, _) => Phone::None,
    }
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) order: &'a Order,
    /// One for each sitting of the order.
    pub(crate) admissions: &'a [Admission],
    /// On what it is looked at.
    pub(crate) phone: Phone,
    /// Can it be had as a file?
    pub(crate) can_print: bool,
    pub(crate) now: Timestamp,
}

impl View<'_> {
    fn tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.admissions.iter().filter_map(|admission| match admission {
            Admission::Ticket(ticket) => Some(&**ticket),
            Admission::NotArranged(_) => None,
        })
    }
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { exam, order, admissions, now, .. } = *view;
    let has_any = view.tickets().next().is_some();
    let has_changed = view.tickets().any(Ticket::has_changed);
    html! {
        div class="column tickets" {
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("ticket-title")))
            @if has_changed { (callout(Tone::Care, &w.t("ticket-changed-title"), &html! { p { (w.t("ticket-changed-text")) } })) }
            @for (seat, admission) in order.sittings.iter().zip(admissions) {
                @match admission {
                    Admission::Ticket(ticket) => (ticket_card(w, view, ticket)),
                    Admission::NotArranged(_) => {
                        (callout(Tone::Plain, &w.with("ticket-not-arranged-title", &[("subject", subject(w, exam, seat).into())]),
                            &html! { p { (w.t("ticket-not-arranged-text")) } }))
                    }
                }
            }
            @if has_any {
                (take_away(w, view))
                @if let Some(rules) = &exam.rules.ticket.rules {
                    section {
                        h2 { (w.t("ticket-rules")) }
                        ol class="how" { @for rule in pick(w, &rules.zh, &rules.en) { li { (rule) } } }
                    }
                }
            }
            p class="hint" { (w.with("ticket-as-of", &[("when", when::dated(w.language, now, now).into())])) }
            p class="acts" { a class="button second" href={ "/orders/" (order.id) "/receipt" } { (w.t("have-go")) } }
            (ask(w, exam.rules.contact.as_ref()))
        }
    }
}

fn pick<'a>(w: Words, zh: &'a [String], en: &'a [String]) -> &'a [String] {
    match w.language {
        pagekit::language::Language::Zh => zh,
        pagekit::language::Language::En => en,
    }
}

/// As a file, as a picture, into the calendar; and that it is here without a network, once it is.
fn take_away(w: Words, view: &View<'_>) -> Markup {
    let here = format!("/orders/{}", view.order.id);
    html! {
        section class="take-away" aria-labelledby="take-away" {
            h2 id="take-away" class="unseen" { (w.t("ticket-take-title")) }
            @if view.can_print {
                a class="button" href={ (here) "/ticket.pdf" } { (w.t("ticket-pdf")) }
                @for (index, _) in view.tickets().enumerate() {
                    a class="button second" href={ (here) "/ticket.png?page=" (index + 1) } download={ "ticket-" (view.order.id) "-" (index + 1) ".png" } {
                        (w.t("ticket-picture"))
                        @if view.tickets().count() > 1 { " " (index + 1) }
                    }
                }
            } @else {
                p class="hint" { (w.t("ticket-no-press")) }
            }
            a class="button second" href={ (here) "/exam.ics" } { (w.t("ticket-calendar")) }
            p class="hint" data-kept=(w.t("ticket-kept")) role="status" { (w.t("ticket-keep-hint")) }
        }
    }
}
