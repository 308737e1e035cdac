//! Where a candidate's page is, and the way to it.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::ids::AccountId;
use registration::people::accounts::AccountNumber;

/// Where a candidate's page is.
pub(crate) fn path(number: AccountNumber) -> String {
    format!("/candidates/{number}")
}

/// The way from a case to its candidate's page.
pub(crate) fn link(w: Words, account: AccountId) -> Markup {
    html! { p class="to-candidate" { a href=(path(account.into())) { (w.t("cand-open")) } } }
}
