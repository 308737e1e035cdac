//! Which of several accounts is meant: one mobile serves them all, and who asks has proved to be each of them.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::accounts::{Account, AccountId};
use registration::login::{Email, Username};
use serde::Deserialize;

use super::resume;
use crate::failure::Failure;
use crate::request::signing_in::Next;
use crate::request::visit::Visit;
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
    Ok(resume::enter(&visit, &account, &next, &chosen.carried))
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

/// The accounts, masked: who proved to have the mobile need not know all of each other.
pub(crate) fn choices(w: Words, found: &[Account], error: Option<&str>) -> Markup {
    html! {
        fieldset class="field" data-error[error.is_some()] {
            legend { (w.t("which-legend")) }
            @if let Some(error) = error { p class="error" id="account-error" { (error) } }
            @for (place, account) in found.iter().enumerate() {
                @let id = format!("account-{place}");
                label class="tick" for=(id) {
                    input type="radio" id=(id) name="account" value=(account.id.0) required checked[place == 0 && error.is_none()];
                    span { (who(w, account)) }
                }
            }
        }
    }
}

/// Enough of an account to know one's own by.
pub(crate) fn who(w: Words, account: &Account) -> String {
    let name = account.name.as_ref().map(|name| masked(name.expose()));
    let document = account.document.as_ref().map(registration::document::Document::masked);
    let login = account.username.as_ref().map(Username::masked).or_else(|| account.email.as_ref().map(Email::masked));
    let parts: Vec<String> = name.into_iter().chain(document.or(login)).collect();
    if parts.is_empty() { w.t("which-unnamed").into_owned() } else { parts.join(" ") }
}

/// `王*`, `古**`: the first character, and a star for each other one, at most two.
fn masked(name: &str) -> String {
    let rest = name.chars().skip(1).take(2).map(|_| '*');
    name.chars().take(1).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_masked() {
        assert_eq!(masked("王芳"), "王*");
        assert_eq!(masked("古丽米热·艾比布力"), "古**");
    }
}
