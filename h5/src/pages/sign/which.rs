//! Which of several accounts is meant: one mobile serves them all, and who asks has proved to be each of them.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::ids::AccountId;
use registration::people::accounts::Account;
use serde::Deserialize;

use super::lead_on;
use crate::failure::Failure;
use crate::request::next::Next;
use crate::request::visit::Visit;
use crate::view::account::choices::choices;
use crate::view::layout::{heading, page};

/// What was chosen.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    offer: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    carried: String,
}

/// A reload of the page that a form led to.
pub(crate) async fn back(Query(next): Query<Next>) -> Redirect {
    Redirect::to(&format!("/sign-in?{}", next.query()))
}

/// Signs the chosen one in.
pub(crate) async fn choose(
    visit: Visit,
    Query(next): Query<Next>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    let accounts = &visit.app.outside.registration.accounts;
    let account = chosen.account.parse().ok().map(AccountId).filter(|id| accounts.is_offered(&chosen.offer, *id));
    let Some(account) = account else { return Ok(back(Query(next)).await.into_response()) };
    let account = accounts.account(account).await?.ok_or(Failure::NotFound)?;
    accounts.remember(account.id).await;
    lead_on(&visit, &account, &next, &chosen.carried).await
}

/// The page that asks.
pub(crate) fn ask(visit: &Visit, next: &Next, found: &[Account], carried: &str) -> Response {
    let ids: Vec<AccountId> = found.iter().map(|account| account.id).collect();
    let offer = visit.app.outside.registration.accounts.offer(&ids);
    let w = visit.words;
    (StatusCode::OK, page(&visit.frame(w.t("which-title")), &body(w, &next.query(), found, (&offer, carried))))
        .into_response()
}

pub(crate) fn body(w: Words, query: &str, found: &[Account], (offer, carried): (&str, &str)) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("which-title")))
            p class="lead" { (w.t("which-lead")) }
            form method="post" action={ "/sign-in/which?" (query) } data-busy=(w.t("form-busy")) {
                input type="hidden" name="offer" value=(offer);
                @if !carried.is_empty() { input type="hidden" name="carried" value=(carried); }
                (choices(w, found, None))
                button class="button" type="submit" { (w.t("which-submit")) }
            }
        }
    }
}
