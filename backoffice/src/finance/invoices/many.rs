//! Many documents at once: files that are named by the numbers of their orders, in one form. What became of each is told.

use std::collections::HashSet;

use axum::extract::Multipart;
use axum::response::{Redirect, Response};
use bytes::Bytes;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::model::order::OrderId;
use registration::payments::{DOCUMENT_BYTES_MAX, InvoiceDocument, InvoiceError};

use super::words;
use crate::finance::frame::{Tab, Telling, answer};
use crate::finance::parts::{number, select, table};
use crate::request::failure::Failure;
use crate::request::upload::{Part, Upload};
use crate::request::visit::Visit;

/// Most files of one form.
const FILES_MAX: usize = 40;
/// Most bytes of the whole form.
pub(crate) const FORM_BYTES_MAX: usize = (FILES_MAX + 1) * DOCUMENT_BYTES_MAX;
/// Longest name of a file that is shown.
const NAME_CHARS_MAX: usize = 100;
const HEADS: [&str; 3] = [key("invoice-file-name"), key("money-order"), key("invoice-outcome")];

/// What became of a file.
pub(crate) struct Outcome {
    /// As its sender calls it.
    pub(crate) name: String,
    /// For which order it was taken.
    pub(crate) order: Option<OrderId>,
    pub(crate) is_taken: bool,
    /// What became of it, in a sentence.
    pub(crate) text: String,
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/finance/invoices")
}

pub(crate) async fn take(visit: Visit, form: Multipart) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::MakeInvoices)?;
    let w = visit.words;
    let (mut upload, mut which, mut outcomes, mut seen) = (Upload::new(form), None, Vec::new(), HashSet::new());
    while let Some(part) = upload.next(DOCUMENT_BYTES_MAX).await? {
        match part {
            Part::Text(name, text) if name == "which" => which = words::of_name(&text),
            Part::Text(..) => {}
            Part::File { name, .. } if outcomes.len() >= FILES_MAX => {
                let text = w.with("invoice-many-max", &[("most", FILES_MAX.into())]).into_owned();
                outcomes.push(Outcome { name: shown(&name), order: None, is_taken: false, text });
            }
            // Which document it is stands before the files.
            Part::File { name, bytes } => {
                outcomes.push(one(&visit, which.ok_or(Failure::Bad)?, name, bytes, &mut seen).await?);
            }
        }
    }
    let title = w.t("invoice-many-done").into_owned();
    answer(&visit, (Tab::Invoices, title), &Telling::nothing(), &body(w, &outcomes)).await
}

async fn one(
    visit: &Visit,
    which: InvoiceDocument,
    name: String,
    bytes: Option<Bytes>,
    seen: &mut HashSet<OrderId>,
) -> Result<Outcome, Failure> {
    let w = visit.words;
    let order = order_in(&name);
    let name = shown(&name);
    let refused = |text: String| Outcome { name: name.clone(), order, is_taken: false, text };
    let Some(number) = order else { return Ok(refused(w.t("invoice-many-no-order").into_owned())) };
    if !seen.insert(number) {
        return Ok(refused(w.t("invoice-many-twice").into_owned()));
    }
    let handed_back = match bytes {
        Some(pdf) => visit.app.outside.registration.payments.hand_back_invoice(&visit.staff, number, which, pdf).await,
        None => Err(InvoiceError::TooLarge),
    };
    match handed_back {
        Ok(invoice) => {
            let document = match which {
                InvoiceDocument::Invoice => invoice.issued,
                InvoiceDocument::CreditNote => invoice.credited,
            };
            let amount = document.map(|(amount, _)| amount.to_string()).unwrap_or_default();
            let text = w.with("invoice-many-taken", &[("amount", amount.into())]).into_owned();
            Ok(Outcome { name, order, is_taken: true, text })
        }
        Err(error) => match words::refusal(w, &error) {
            Some((_, text)) => Ok(refused(text)),
            None => Err(error.into()),
        },
    }
}

/// The number of an order in the name of a file: `S7K4-2M9Q.pdf`, `发票_S7K4-2M9Q(1).pdf`, or eight signs alone.
fn order_in(name: &str) -> Option<OrderId> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim();
    let mut words = stem.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '-'));
    let hyphened = words.find_map(|word| if word.find('-') == Some(4) { word.parse().ok() } else { None });
    hyphened.or_else(|| stem.parse().ok())
}

fn shown(name: &str) -> String {
    name.chars().filter(|sign| !sign.is_control()).take(NAME_CHARS_MAX).collect()
}

/// The form for many files.
pub(crate) fn form(w: Words) -> Markup {
    let options = [InvoiceDocument::Invoice, InvoiceDocument::CreditNote];
    html! {
        details class="refuse" {
            summary class="button second" { (w.t("invoice-many")) }
            form class="fields" method="post" action="/finance/invoices/documents" enctype="multipart/form-data" {
                p class="hint" {
                    (w.with("invoice-many-how", &[("files", FILES_MAX.into()), ("most", words::megabytes_max().into())]))
                }
                (select("which", &w.t("invoice-which"), None, "",
                    options.into_iter().map(|which| (words::name(which).to_owned(), words::document(w, which)))))
                div {
                    label for="files" { (w.t("invoice-many-files")) }
                    input id="files" name="files" type="file" multiple required accept=".pdf,application/pdf";
                }
                button class="button" type="submit" { (w.t("invoice-hand-back")) }
            }
        }
    }
}

pub(crate) fn body(w: Words, outcomes: &[Outcome]) -> Markup {
    let taken = outcomes.iter().filter(|one| one.is_taken).count();
    let (refused, good): (Vec<&Outcome>, Vec<&Outcome>) = outcomes.iter().partition(|one| !one.is_taken);
    let row = |one: &Outcome| {
        let tone = if one.is_taken { Tone::Good } else { Tone::Bad };
        vec![
            html! { (number(&one.name)) },
            html! { @if let Some(order) = one.order { a href={ "/finance/invoices/" (order) } { (number(&order.to_string())) } } },
            tag(tone, &one.text),
        ]
    };
    let rows: Vec<Vec<Markup>> = refused.iter().chain(&good).map(|one| row(one)).collect();
    let values = [("taken", taken.into()), ("refused", refused.len().into())];
    let tone = if refused.is_empty() && taken > 0 { Tone::Good } else { Tone::Care };
    html! {
        p { a href="/finance/invoices" { (w.t("invoices-back")) } }
        @if outcomes.is_empty() { (callout(Tone::Bad, &w.t("invoice-refused-none"), &html! {})) }
        @else {
            (callout(tone, &w.with("invoice-many-count", &values), &html! {}))
            (table(w, &w.t("invoice-many-done"), &HEADS, &rows))
        }
        (form(w))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_the_number_in_its_name() {
        let order: OrderId = "S7K4-2M9Q".parse().unwrap();
        for name in [
            "S7K4-2M9Q.pdf",
            "s7k42m9q.PDF",
            "发票_S7K4-2M9Q(1).pdf",
            "C:\\票\\S7K4-2M9Q.pdf",
            "25-11-28 S7K4-2M9Q.pdf",
        ] {
            assert_eq!(order_in(name), Some(order), "{name}");
        }
        for name in ["", "发票.pdf", "S7K4.pdf", "12100000400010275N.pdf"] {
            assert_eq!(order_in(name), None, "{name}");
        }
    }
}
