//! An account that was found, and what staff see of it before they act.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::facts::IdentityState;
use registration::people::accounts::Account;

use crate::desk::words::kind_name;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// An account as it is, for staff.
pub(crate) struct Found {
    pub(crate) account: Account,
    pub(crate) identity: IdentityState,
    pub(crate) is_login: bool,
}

/// The account with what a correction depends on.
pub(crate) async fn found(visit: &Visit, account: Account) -> Result<Found, Failure> {
    let registration = &visit.app.outside.registration;
    let identity = registration.identity.state(account.id).await?;
    let is_login = registration.accounts.signs_in_by_document(account.id).await?;
    Ok(Found { account, identity, is_login })
}

/// Who the account says to be now: enough to see that it is the right one.
pub(crate) fn facts(w: Words, found: &Found) -> Markup {
    let account = &found.account;
    let state = match found.identity {
        IdentityState::Verified { .. } => w.t("correct-verified"),
        IdentityState::Waiting { .. } => w.t("correct-waiting"),
        IdentityState::None | IdentityState::Refused { .. } => w.t("correct-unproved"),
    };
    html! {
        dl class="facts" {
            @if let Some(name) = &account.name { div { dt { (w.t("candidate")) } dd { (name.expose()) } } }
            @if let Some(document) = &account.document {
                div { dt { (w.t("people-kind")) } dd { (kind_name(w, document.kind())) } }
                div { dt { (w.t("document")) } dd { (document.masked()) } }
            }
            @if let Some(mobile) = &account.mobile { div { dt { (w.t("mobile")) } dd { (mobile.masked()) } } }
            @if let Some(email) = &account.email { div { dt { (w.t("correct-email")) } dd { (email.masked()) } } }
            div { dt { (w.t("correct-identity")) } dd { (state) } }
        }
    }
}
