//! Candidates as staff see them: one search, and one page about each, masked until something is asked for.

pub(crate) mod acts;
pub(crate) mod address;
mod events;
mod exams;
pub(crate) mod find;
mod forms;
pub(crate) mod in_person;
pub(crate) mod one;
pub(crate) mod sign_out;
pub(crate) mod view;
pub(crate) mod viewed;
mod words;

use axum::response::{IntoResponse, Redirect, Response};
use registration::desk::case::CaseKind;
use registration::people::accounts::AccountNumber;
use registration::people::candidates::Looking;

use crate::accounts::candidates::address::path;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Whom somebody looks for: candidates of the exams and schools that are theirs. Whoever works for some sites alone finds nobody.
pub(super) fn looking(visit: &Visit) -> Looking<'_> {
    let reach = &visit.staff.reach;
    Looking { member: &visit.staff, exams: if reach.sites.is_some() { Some(&[]) } else { reach.exams.as_deref() } }
}

/// The number of an account out of an address.
fn number(text: &str) -> Result<AccountNumber, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// Back to a candidate's page, which says what was done.
fn to_page(number: AccountNumber, done: &str) -> Response {
    Redirect::to(&format!("{}?done={done}", path(number))).into_response()
}

/// The kinds of cases that pages about candidates count in their frame: none.
pub(super) const NO_DESK: [CaseKind; 0] = [];
