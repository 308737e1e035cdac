//! What pages of finance draw alike: tables, choices, facts, and the query that a list goes on with.

use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::when;
use pagekit::words::Words;

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
                            // One element: what is in a cell stands beside its head on phones, and not side by side.
                            td data-head=(w.t(head)) { div { (cell) } }
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

/// What was asked for as the query of an address, without what was not.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let given = pairs.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={}", query_value(value))).collect::<Vec<_>>().join("&")
}
