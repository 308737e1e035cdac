//! What the pages of finance share: their frame, and the tables.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::{Right, Scope, permits};
use registration::desk::staff::StaffMember;

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
    Groups,
    Invoices,
}

const TABS: [(Tab, &str, &str); 6] = [
    (Tab::Payments, "/finance", key("finance-payments")),
    (Tab::Open, "/finance/open", key("finance-open")),
    (Tab::Days, "/finance/days", key("finance-days")),
    (Tab::Books, "/finance/books", key("finance-books")),
    (Tab::Groups, "/finance/groups", key("finance-groups")),
    (Tab::Invoices, "/finance/invoices", key("finance-invoices")),
];

impl Tab {
    /// What one must be allowed to do there.
    fn right(self) -> Right {
        match self {
            Self::Payments | Self::Open | Self::Days | Self::Books => Right::SeeMoney,
            Self::Groups => Right::PayForGroups,
            Self::Invoices => Right::MakeInvoices,
        }
    }
}

/// A page of finance.
pub(crate) struct Inside<'a> {
    pub(crate) tab: Tab,
    /// Who looks: they see the tabs that are theirs.
    pub(crate) staff: &'a StaffMember,
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
    answer_again(visit, status, (tab, title), message, inside, None).await
}

/// The same of a page that looks again by itself after some seconds.
pub(crate) async fn answer_again(
    visit: &Visit,
    status: StatusCode,
    (tab, title): (Tab, String),
    message: Option<&Message>,
    inside: &Markup,
    reload_seconds: Option<u32>,
) -> Result<Response, Failure> {
    visit.demand(tab.right())?;
    let registration = &visit.app.outside.registration;
    let counts = registration.cases.counts(&visit.staff).await?;
    let open = registration.finance.open(&visit.staff).await?;
    let mut frame = visit.frame(title.clone(), &counts, &[]);
    frame.waiting = None;
    frame.reload_seconds = reload_seconds;
    let body = body(visit.words, &Inside { tab, staff: &visit.staff, title, open, message }, inside);
    Ok((status, page(&frame, &body)).into_response())
}

/// The tabs, the title, the last act, and what there is.
pub(crate) fn body(w: Words, page: &Inside<'_>, inside: &Markup) -> Markup {
    html! {
        main class="finance" {
            nav class="tabs" aria-label=(w.t("finance")) {
                @let is_theirs = |tab: Tab| permits(page.staff, tab.right(), Scope::Everything);
                @for (tab, href, name) in TABS.into_iter().filter(|(tab, ..)| is_theirs(*tab)) {
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

/// A choice of one of some.
pub(crate) fn select(
    name: &str,
    label: &str,
    all: Option<&str>,
    chosen: &str,
    options: impl Iterator<Item = (String, String)>,
) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @if let Some(all) = all { option value="" { (all) } }
                @for (value, text) in options { option value=(value) selected[value == chosen] { (text) } }
            }
        }
    }
}

/// Files of some days, the last thirty as they stand there first: as a table and as CSV.
pub(crate) fn take_out(w: Words, label: &str, path: &str, now: Timestamp) -> Markup {
    let today = when::civil(now).date();
    html! {
        form class="search take-days" method="get" action={ (path) ".xlsx" } {
            p class="wide" { (label) }
            div {
                label for="from" { (w.t("export-from")) }
                input id="from" name="from" type="date" required value=(today.saturating_sub(30.days()));
            }
            div {
                label for="until" { (w.t("export-until")) }
                input id="until" name="until" type="date" required value=(today);
            }
            button class="button second" type="submit" { (w.t("money-xlsx")) }
            button class="button second" type="submit" formaction={ (path) ".csv" } { (w.t("money-csv")) }
        }
    }
}

/// A fact: what it is, and how it is.
pub(crate) fn fact(label: &str, value: &Markup) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

/// A moment as tables and facts say it, with its date.
pub(crate) fn moment(w: Words, at: Timestamp) -> String {
    when::pieces_full(w.language, at).join(" ")
}

/// A number as people compare it: it breaks anywhere.
pub(crate) fn number(text: &str) -> Markup {
    html! { span class="id" { (text) } }
}
