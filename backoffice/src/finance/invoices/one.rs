//! One invoice: for whom, of how much, its documents, and what is to be handed back.

use axum::extract::{Multipart, Path, Query};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::words::{Words, key};
use registration::Fen;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::desk::permits::Right;
use registration::model::order::OrderId;
use registration::model::payment::invoice::{Invoice, InvoiceStage};
use registration::payments::{DOCUMENT_BYTES_MAX, InvoiceDocument};

use super::words;
use crate::desk::record::record;
use crate::finance::frame::{Done, Tab, Telling, answer};
use crate::finance::numbered::{Of, done};
use crate::finance::parts::{fact, moment, number};
use crate::request::failure::Failure;
use crate::request::upload::{Part, Upload};
use crate::request::visit::Visit;

/// Most bytes of the form with one document.
pub(crate) const FORM_BYTES_MAX: usize = DOCUMENT_BYTES_MAX * 2;

/// What is said of what was done.
const DONE: [(&str, &str); 1] = [("handed-back", key("invoice-handed-back"))];

pub(crate) async fn show(visit: Visit, Of(order): Of<OrderId>, Query(done): Query<Done>) -> Result<Response, Failure> {
    draw(&visit, order, &done.told(visit.words, &DONE)).await
}

/// Hands a document back.
pub(crate) async fn take(visit: Visit, Of(order): Of<OrderId>, form: Multipart) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::MakeInvoices)?;
    let (mut upload, mut which, mut file) = (Upload::new(form), None, None);
    while let Some(part) = upload.next(DOCUMENT_BYTES_MAX).await? {
        match part {
            Part::Text(name, text) if name == "which" => which = words::of_name(&text),
            Part::Text(..) => {}
            Part::File { bytes, .. } => file = Some(bytes),
        }
    }
    let w = visit.words;
    let which = which.ok_or(Failure::Bad)?;
    let pdf = match file {
        Some(Some(pdf)) => pdf,
        Some(None) => {
            let text = w.with("invoice-refused-large", &[("most", words::megabytes_max().into())]).into_owned();
            return draw(&visit, order, &Telling::refused(StatusCode::PAYLOAD_TOO_LARGE, text)).await;
        }
        None => return draw(&visit, order, &Telling::unusable(w.t("invoice-refused-none"))).await,
    };
    match visit.app.outside.registration.payments.hand_back_invoice(&visit.staff, order, which, pdf).await {
        Ok(_) => Ok(done(order, "handed-back")),
        Err(error) => match words::refusal(w, &error) {
            Some((StatusCode::NOT_FOUND | StatusCode::FORBIDDEN, _)) | None => Err(error.into()),
            Some((status, text)) => draw(&visit, order, &Telling::refused(status, text)).await,
        },
    }
}

/// A document as candidates get it.
pub(crate) async fn document(visit: Visit, Path((order, file)): Path<(String, String)>) -> Result<Response, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    let which = file.strip_suffix(".pdf").and_then(words::of_name).ok_or(Failure::NotFound)?;
    let found = visit.app.outside.registration.payments.office_document(&visit.staff, order, which).await?;
    let pdf = found.ok_or(Failure::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{order}-{file}\"")),
    ];
    Ok((headers, pdf).into_response())
}

async fn draw(visit: &Visit, order: OrderId, telling: &Telling) -> Result<Response, Failure> {
    let (exam, invoice, history) = visit.app.outside.registration.payments.office_invoice(&visit.staff, order).await?;
    let exam = visit.exam_title(&exam);
    let view = View { invoice: &invoice, exam: &exam, history: &history, now: visit.now };
    let title = visit.words.t("invoice-one").into_owned();
    answer(visit, (Tab::Invoices, title), telling, &body(visit.words, &view)).await
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) invoice: &'a Invoice,
    /// What its exam is called.
    pub(crate) exam: &'a str,
    pub(crate) history: &'a [AuditEntry],
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let invoice = view.invoice;
    html! {
        p { a href="/finance/invoices" { (w.t("invoices-back")) } }
        div class="beside" {
            section { (facts(w, view)) }
            section {
                @match invoice.stage() {
                    InvoiceStage::Wanted => {
                        h2 { (w.t("invoice-to-make")) }
                        (form(w, invoice, InvoiceDocument::Invoice))
                    }
                    InvoiceStage::CreditWanted => {
                        (callout(Tone::Care, &w.with("invoice-credit-due", &[("amount", invoice.to_credit().to_string().into())]), &html! {}))
                        (form(w, invoice, InvoiceDocument::CreditNote))
                    }
                    InvoiceStage::Made => (again(w, invoice, InvoiceDocument::Invoice)),
                    InvoiceStage::Credited => (again(w, invoice, InvoiceDocument::CreditNote)),
                    InvoiceStage::Nothing => p class="nothing" { (w.t("invoice-nothing-yet")) },
                }
            }
        }
        (record(w, view.history, None, view.now, action))
    }
}

fn facts(w: Words, view: &View<'_>) -> Markup {
    let invoice = view.invoice;
    let (tone, word) = words::stage(w, invoice.stage());
    let handed_back = |which: InvoiceDocument, document: Option<(Fen, Timestamp)>| {
        html! {
            @if let Some((amount, at)) = document {
                (fact(&words::document(w, which), &html! {
                    a href={ "/finance/invoices/" (invoice.order) "/" (words::name(which)) ".pdf" } { (w.t("invoice-pdf")) }
                    " " span class="fen" { (amount) } " " span class="hint" { (moment(w, at)) }
                }))
            }
        }
    };
    html! {
        header class="case-head" {
            div { (tag(tone, &word)) }
            p class="amount" { span { (w.t("invoice-amount")) } strong { (invoice.amount) } }
        }
        dl class="facts" {
            (fact(&w.t("invoice-title"), &html! { (invoice.title.name()) }))
            @if let Some(code) = invoice.title.code() { (fact(&w.t("invoice-code"), &number(&code.to_string()))) }
            @else { (fact(&w.t("invoice-code"), &html! { span class="hint" { (w.t("invoice-person")) } })) }
            (fact(&w.t("money-order"), &number(&invoice.order.to_string())))
            (fact(&w.t("money-exam"), &html! { (view.exam) }))
            (fact(&w.t("invoice-asked"), &html! { (moment(w, invoice.asked_at)) }))
            (handed_back(InvoiceDocument::Invoice, invoice.issued))
            (handed_back(InvoiceDocument::CreditNote, invoice.credited))
        }
    }
}

/// The form for a document.
fn form(w: Words, invoice: &Invoice, which: InvoiceDocument) -> Markup {
    html! {
        form class="fields" method="post" action={ "/finance/invoices/" (invoice.order) "/document" } enctype="multipart/form-data" {
            input type="hidden" name="which" value=(words::name(which));
            div {
                label for="pdf" { (w.with("invoice-file", &[("what", words::document(w, which).into())])) }
                input id="pdf" name="file" type="file" required accept=".pdf,application/pdf" aria-describedby="pdf-hint";
                p class="hint" id="pdf-hint" { (w.with("invoice-file-hint", &[("most", words::megabytes_max().into())])) }
            }
            button class="button" type="submit" { (w.t("invoice-hand-back")) }
        }
    }
}

/// A better document in the place of one that was handed back.
fn again(w: Words, invoice: &Invoice, which: InvoiceDocument) -> Markup {
    html! {
        (callout(Tone::Good, &w.t("invoice-all-made"), &html! {}))
        details class="refuse" {
            summary class="button second" { (w.t("invoice-again")) }
            (form(w, invoice, which))
        }
    }
}

/// What of the audit is called how.
fn action(action: &AuditAction) -> Option<&'static str> {
    Some(match action {
        AuditAction::LookedAtInvoice => key("invoice-did-look"),
        AuditAction::HandedBackInvoice => key("invoice-did-hand-back"),
        AuditAction::HandedBackCredit => key("invoice-did-hand-back-credit"),
        _ => return None,
    })
}
