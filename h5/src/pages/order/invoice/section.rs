//! Where an order's invoice stands, as a part of its pages: to be asked for, wanted, made, credited.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::fen::Fen;
use registration::model::order::Order;
use registration::model::payment::invoice::Invoice;

use crate::view::callout::{Tone, tag};
use crate::view::facts::facts;
use crate::view::icons::{Icon, icon};

/// What is known of it.
pub(crate) struct Asked<'a> {
    pub(crate) invoice: Option<&'a Invoice>,
    /// Can one be asked for now, or changed?
    pub(crate) is_offered: bool,
    pub(crate) now: Timestamp,
}

/// The section; nothing where there is nothing to be invoiced and nothing was.
pub(crate) fn invoice_section(w: Words, order: &Order, asked: &Asked<'_>) -> Markup {
    if asked.invoice.is_none() && !asked.is_offered {
        return html! {};
    }
    html! {
        section class="stack" id="invoice" tabindex="-1" aria-labelledby="invoice-title" {
            h2 id="invoice-title" { (w.t("invoice-section")) }
            @match asked.invoice {
                None => {
                    p class="hint" { (w.t("invoice-offer")) }
                    p { a class="button second" href={ "/orders/" (order.id) "/invoice" } { (w.t("invoice-title")) } }
                }
                Some(invoice) => {
                    (state(w, invoice))
                    (slip(w, invoice, asked.now))
                    (links(w, order, invoice, asked.is_offered))
                }
            }
        }
    }
}

/// How far it is: the invoice, and what has gone back since it was made.
fn state(w: Words, invoice: &Invoice) -> Markup {
    let (tone, word, text) = match invoice.issued {
        Some(_) if invoice.to_credit() > Fen(0) => {
            (Tone::Plain, w.t("invoice-crediting"), Some(w.t("invoice-crediting-text")))
        }
        Some(_) if invoice.credited.is_some() => (Tone::Good, w.t("invoice-credited"), None),
        Some(_) => (Tone::Good, w.t("invoice-made"), None),
        None if invoice.amount == Fen(0) => (Tone::Plain, w.t("invoice-nothing"), Some(w.t("invoice-nothing-text"))),
        None => (Tone::Plain, w.t("invoice-wanted"), Some(w.t("invoice-wanted-text"))),
    };
    html! {
        p { (tag(tone, &word)) }
        @if let Some(text) = text { p class="hint" { (text) } }
    }
}

/// For whom, with which number, of how much, and since when.
fn slip(w: Words, invoice: &Invoice, now: Timestamp) -> Markup {
    let labels = [w.t("invoice-name"), w.t("invoice-code"), w.t("invoice-amount"), w.t("invoice-asked")];
    let (made, noted) = (w.t("invoice-made-at"), w.t("invoice-credit-note"));
    let of = |(amount, at): (Fen, Timestamp)| html! { (amount) " · " (when::dated(w.language, at, now)) };
    let mut rows: Vec<(&str, Markup)> = vec![(&labels[0], html! { (invoice.title.name()) })];
    rows.extend(invoice.title.code().map(|code| (&*labels[1], html! { span class="reference" { (code.masked()) } })));
    match invoice.issued {
        Some(issued) => rows.push((&made, of(issued))),
        None => {
            rows.push((&labels[2], html! { (invoice.amount) }));
            rows.push((&labels[3], html! { (when::dated(w.language, invoice.asked_at, now)) }));
        }
    }
    rows.extend(invoice.credited.map(|credited| (&*noted, of(credited))));
    html! { div class="slip" { (facts(&rows)) } }
}

/// The documents to download; or the way to change the title, as long as there are none.
fn links(w: Words, order: &Order, invoice: &Invoice, is_offered: bool) -> Markup {
    let own = format!("/orders/{}", order.id);
    html! {
        @if invoice.issued.is_some() {
            p class="acts" {
                a class="button second" href={ (own) "/invoice.pdf" } download={ "invoice-" (order.id) ".pdf" } {
                    (icon(Icon::Save)) span { (w.t("invoice-download")) }
                }
                @if invoice.credited.is_some() {
                    a class="button second" href={ (own) "/credit-note.pdf" } download={ "credit-note-" (order.id) ".pdf" } {
                        (icon(Icon::Save)) span { (w.t("invoice-credit-download")) }
                    }
                }
            }
        } @else if is_offered {
            p { a href={ (own) "/invoice" } { (w.t("invoice-change")) } }
        }
    }
}
