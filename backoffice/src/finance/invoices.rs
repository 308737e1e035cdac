//! Invoices (发票) for the finance office: what is wanted and made, found and taken out; documents handed back one by one or
//! many at once. Titles and tax numbers are whole here, and every look is on record.

pub(crate) mod many;
pub(crate) mod one;
pub(crate) mod words;

use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::tag;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::payment::invoice::{Invoice, InvoiceStage};
use registration::payments::{Found, InvoiceBookmark, InvoicesWanted};
use reservation::ids::ExamId;
use serde::Deserialize;
use strum::VariantArray;

use crate::finance::frame::{Tab, Telling, answer};
use crate::finance::parts::{self, select, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Invoices of one page.
const PAGE: usize = 100;
/// Longest text that is looked for.
const SOUGHT_CHARS_MAX: u16 = 100;
const HEADS: [&str; 6] = [
    key("money-order"),
    key("invoice-asked"),
    key("invoice-title"),
    key("invoice-code"),
    key("invoice-amount"),
    key("money-state"),
];

/// What was asked for, as it stands in the address. What cannot be read is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) exam: String,
    #[serde(default)]
    pub(crate) stage: String,
    #[serde(default)]
    pub(crate) q: String,
    /// Where the list goes on: microseconds, a dot, the order.
    #[serde(default)]
    pub(crate) after: String,
}

impl Asked {
    /// The exam that is asked for, else the first there is.
    pub(crate) fn exam(&self, visit: &Visit) -> Option<ExamId> {
        let first = || visit.app.outside.registration.exams.list().first().map(|exam| exam.id.clone());
        self.exam.parse().ok().or_else(first)
    }

    /// Which invoices are wanted.
    pub(crate) fn wanted<'a>(&'a self, exam: &'a ExamId) -> InvoicesWanted<'a> {
        let sought = self.q.trim();
        let sought = (!sought.is_empty() && sought.chars().count() <= SOUGHT_CHARS_MAX.into()).then_some(sought);
        InvoicesWanted { exam, stage: self.stage.parse().ok(), sought }
    }

    fn place(&self) -> Option<InvoiceBookmark> {
        let (micros, order) = self.after.split_once('.')?;
        let asked_at = Timestamp::from_microsecond(micros.parse().ok()?).ok()?;
        Some(InvoiceBookmark { asked_at, order: order.parse().ok()? })
    }

    /// The same as a query of an address, which goes on after `place`.
    fn query(&self, exam: &ExamId, place: Option<InvoiceBookmark>) -> String {
        let after = place.map(|place| format!("{}.{}", place.asked_at.as_microsecond(), place.order));
        let pairs = [("exam", exam.as_str()), ("stage", &self.stage), ("q", &self.q)];
        parts::query(&[&pairs[..], &[("after", after.as_deref().unwrap_or_default())]].concat())
    }
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    draw(&visit, &asked, &Telling::nothing()).await
}

/// Draws the list, with why something else was not done.
pub(crate) async fn draw(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
    let payments = &visit.app.outside.registration.payments;
    let exam = asked.exam(visit);
    let found = match &exam {
        Some(exam) => payments.find_invoices(&visit.staff, &asked.wanted(exam), asked.place(), PAGE).await?,
        None => Found { invoices: Vec::new(), next: None },
    };
    let exams = visit.exams();
    let view = View { asked, exam: exam.as_ref(), exams: &exams, found: &found, now: visit.now };
    let title = visit.words.t("finance-invoices").into_owned();
    answer(visit, (Tab::Invoices, title), telling, &body(visit.words, &view)).await
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) exam: Option<&'a ExamId>,
    /// Exams that can be chosen, with what they are called.
    pub(crate) exams: &'a [(ExamId, String)],
    pub(crate) found: &'a Found,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let Found { invoices, next } = view.found;
    let is_of_all = view.asked.stage.is_empty() && view.asked.q.is_empty();
    let rows: Vec<Vec<Markup>> = invoices.iter().map(|invoice| row(w, view, invoice)).collect();
    html! {
        p class="hint" { (w.t("invoices-lead")) }
        (search(w, view))
        @if rows.is_empty() {
            p class="nothing" { @if is_of_all { (w.t("invoices-none")) } @else { (w.t("invoices-not-found")) } }
        } @else {
            (table(w, &w.t("finance-invoices"), &HEADS, &rows))
        }
        @if let Some(exam) = view.exam {
            @if let Some(place) = next {
                p {
                    a class="button second" href={ "/finance/invoices?" (view.asked.query(exam, Some(*place))) } {
                        (w.t("invoices-more"))
                    }
                }
            }
            @if !rows.is_empty() {
                @let query = view.asked.query(exam, None);
                p class="take-out" {
                    (w.t("invoice-export"))
                    a href={ "/finance/invoices.xlsx?" (query) } { (w.t("money-xlsx")) }
                    a href={ "/finance/invoices.csv?" (query) } { (w.t("money-csv")) }
                }
            }
            (many::form(w))
        }
    }
}

fn search(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam.map(ToString::to_string).unwrap_or_default();
    html! {
        form class="search" method="get" action="/finance/invoices" {
            div class="wide" {
                label for="q" { (w.t("invoice-sought")) }
                input id="q" name="q" type="search" value=(view.asked.q) maxlength=(SOUGHT_CHARS_MAX) autocomplete="off"
                    spellcheck="false";
            }
            (select("exam", &w.t("money-exam"), None, &exam,
                view.exams.iter().map(|(id, title)| (id.to_string(), title.clone()))))
            (select("stage", &w.t("money-state"), Some(&w.t("money-all")), &view.asked.stage,
                InvoiceStage::VARIANTS.iter().map(|stage| (stage.to_string(), words::stage(w, *stage).1))))
            button class="button" type="submit" { (w.t("money-find")) }
        }
    }
}

fn row(w: Words, view: &View<'_>, invoice: &Invoice) -> Vec<Markup> {
    let (tone, word) = words::stage(w, invoice.stage());
    let to_credit = invoice.to_credit();
    vec![
        html! { a href={ "/finance/invoices/" (invoice.order) } { span class="fen" { (invoice.order) } } },
        html! { (when::near(w.language, invoice.asked_at, view.now)) },
        html! { (invoice.title.name()) },
        html! { @if let Some(code) = invoice.title.code() { span class="fen" { (code) } } },
        html! { span class="fen" { (invoice.amount) } },
        html! {
            (tag(tone, &word))
            @if to_credit.0 > 0 { " " span class="fen" { (to_credit) } }
        },
    ]
}
