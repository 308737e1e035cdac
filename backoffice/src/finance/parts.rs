//! What the pages of finance share: their frame, and the tables.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::desk::permits::Right;

use crate::desk::frame::page;
use crate::desk::message::{Message, said};
use crate::failure::Failure;
use crate::request::visit::Visit;

/// Where one is within finance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Payments,
    Open,
    Days,
    Books,
}

const TABS: [(Tab, &str, &str); 4] = [
    (Tab::Payments, "/finance", key("finance-payments")),
    (Tab::Open, "/finance/open", key("finance-open")),
    (Tab::Days, "/finance/days", key("finance-days")),
    (Tab::Books, "/finance/books", key("finance-books")),
];

/// A page of finance.
pub(crate) struct Inside<'a> {
    pub(crate) tab: Tab,
    pub(crate) title: String,
    /// How much people must see to.
    pub(crate) open: u64,
    pub(crate) message: Option<&'a Message>,
}

/// The page around what it shows, for whoever may see it.
pub(crate) async fn answer(
    visit: &Visit,
    status: StatusCode,
    tab: Tab,
    title: String,
    message: Option<&Message>,
    inside: &Markup,
) -> Result<Response, Failure> {
    visit.demand(Right::SeeMoney)?;
    let registration = &visit.app.outside.registration;
    let counts = registration.cases.counts(&visit.staff).await?;
    let open = registration.finance.open(&visit.staff).await?;
    let mut frame = visit.frame(title.clone(), &counts, &[]);
    frame.waiting = None;
    let body = body(visit.words, &Inside { tab, title, open, message }, inside);
    Ok((status, page(&frame, &body)).into_response())
}

/// The tabs, the title, the last act, and what there is.
pub(crate) fn body(w: Words, page: &Inside<'_>, inside: &Markup) -> Markup {
    html! {
        main class="finance" {
            nav class="tabs" aria-label=(w.t("finance")) {
                @for (tab, href, name) in TABS {
                    a href=(href) aria-current=[(tab == page.tab).then_some("page")] {
                        (w.t(name))
                        @if tab == Tab::Open && page.open > 0 { " " small { (page.open) } }
                    }
                }
            }
            h1 { (page.title) }
            (said(page.message))
            (inside)
        }
    }
}

/// A table whose heads are keys of the catalogue; on a narrow screen each row is a card, and each cell says its head.
pub(crate) fn table(w: Words, label: &str, heads: &[&'static str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        table class="rows" {
            caption class="unseen" { (label) }
            thead { tr { @for head in heads { th scope="col" { (w.t(head)) } } } }
            tbody {
                @for row in rows {
                    tr {
                        @for (head, cell) in heads.iter().zip(row) {
                            td data-head=(w.t(head)) { (cell) }
                        }
                    }
                }
            }
        }
    }
}

/// A number as people compare it: it breaks anywhere.
pub(crate) fn number(text: &str) -> Markup {
    html! { span class="id" { (text) } }
}
