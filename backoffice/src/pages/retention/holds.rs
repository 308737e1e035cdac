//! Accounts that staff keep because of a dispute, whatever the rule says.

use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::people::accounts::AccountNumber;
use registration::people::retention::holds::REASON_CHARS_MAX;
use registration::people::retention::{Held, RetentionError};
use serde::Deserialize;

use super::{draw, failure};
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Longest account number as people write it, with blanks.
const ACCOUNT_CHARS_MAX: usize = 64;

/// An account to keep, or to let go.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entered {
    account: String,
    /// Why it is kept.
    reason: String,
    /// It is let go again.
    let_go: bool,
}

/// Keeps an account, or lets it go again.
pub(crate) async fn change(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    visit.demand(Right::SetRetention)?;
    let (w, retention) = (visit.words, visit.app.outside.registration.retention());
    let Ok(account) = entered.account.parse::<AccountNumber>() else {
        let message = Message::new(Tone::Bad, w.t("retention-no-account"));
        return draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(&message)).await;
    };
    let done = if entered.let_go {
        visit.demand_fresh()?;
        retention.let_go(&visit.staff, account).await.map(|()| "let-go")
    } else {
        retention.hold(&visit.staff, account, &entered.reason).await.map(|()| "held")
    };
    let word = match done {
        Ok(done) => return Ok(Redirect::to(&format!("/retention?done={done}")).into_response()),
        Err(RetentionError::Unknown) => key("retention-no-account"),
        Err(RetentionError::Reason) => key("retention-no-reason"),
        Err(error) => return Err(failure(error)),
    };
    let message = Message::new(Tone::Bad, w.t(word));
    draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(&message)).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/retention")
}

pub(super) fn section(w: Words, held: &[Held], now: Timestamp) -> Markup {
    html! {
        section {
            h2 { (w.t("retention-holds")) }
            p class="hint" { (w.t("retention-holds-lead")) }
            @if held.is_empty() { p class="nothing" { (w.t("retention-holds-none")) } }
            @for one in held { (kept(w, one, now)) }
            form class="fields panel" method="post" action="/retention/holds" {
                div {
                    label for="account" { (w.t("retention-account")) }
                    input id="account" name="account" required maxlength=(ACCOUNT_CHARS_MAX) autocomplete="off"
                        spellcheck="false";
                }
                div {
                    label for="reason" { (w.t("retention-reason")) }
                    input id="reason" name="reason" required maxlength=(REASON_CHARS_MAX) autocomplete="off";
                }
                button class="button" type="submit" { (w.t("retention-hold")) }
            }
        }
    }
}

fn kept(w: Words, one: &Held, now: Timestamp) -> Markup {
    let since = when::near(w.language, one.at, now);
    html! {
        article class="approval" {
            p class="what" { (one.reason) }
            p class="hint" {
                a href={ "/candidates/" (one.account) } { (one.account) } " · "
                (w.with("retention-held-by", &[("name", one.by_name.as_str().into()), ("time", since.into())]))
            }
            form class="acts" method="post" action="/retention/holds" {
                input type="hidden" name="account" value=(one.account);
                input type="hidden" name="let_go" value="true";
                button class="button second" type="submit" { (w.t("retention-let-go")) }
            }
        }
    }
}
