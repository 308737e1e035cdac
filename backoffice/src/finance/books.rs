//! The books: what each account has, and what does not agree.

use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::words::{Words, key};
use registration::payments::Books;

use crate::finance::frame::{Tab, Telling, answer};
use crate::finance::parts::{table, take_out};
use crate::finance::words;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 2] = [key("books-account"), key("books-balance")];

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    draw(&visit, &Telling::nothing()).await
}

/// Draws the books, with why something else was not done.
pub(crate) async fn draw(visit: &Visit, telling: &Telling) -> Result<Response, Failure> {
    let books = visit.app.outside.registration.finance.books(&visit.staff).await?;
    let title = visit.words.t("finance-books").into_owned();
    answer(visit, (Tab::Books, title), telling, &body(visit.words, &books, visit.now)).await
}

pub(crate) fn body(w: Words, books: &Books, now: Timestamp) -> Markup {
    let rows: Vec<Vec<Markup>> = (books.balances.iter())
        .map(|(account, balance)| {
            vec![html! { (words::account(w, account)) }, html! { span class="fen" { (balance) } }]
        })
        .collect();
    html! {
        @if books.differences.is_empty() {
            (callout(Tone::Good, &w.t("books-agree"), &html! {}))
        } @else {
            @let text = w.with("books-differ", &[("count", books.differences.len().into())]);
            (callout(Tone::Bad, &text, &html! { p { (w.t("books-differ-act")) } }))
            ul class="lines" { @for difference in &books.differences { li { (difference) } } }
        }
        p class="hint" { (w.t("books-lead")) }
        @if rows.is_empty() { p class="nothing" { (w.t("books-none")) } }
        @else { (table(w, &w.t("finance-books"), &HEADS, &rows)) }
        (take_out(w, &w.t("journal-export"), "/finance/journal", now))
    }
}
