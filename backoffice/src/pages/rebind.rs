//! Moving a registration to another account, by the numbers that the candidate tells on the telephone. For
//! administrators; written to the audit of both accounts.

use axum::Form;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::notice::{Tone, notice};
use pagekit::words::Words;
use registration::accounts::{AccountNumber, RebindError};
use registration::staff::Role;
use serde::Deserialize;

use crate::desk_parts::{Field, field};
use crate::failure::Failure;
use crate::view::page;
use crate::visit::Visit;

/// Longest account number that is read, spaces included.
const NUMBER_CHARS_MAX: u16 = 80;

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) from: String,
    #[serde(default)]
    pub(crate) to: String,
}

/// How it went.
pub(crate) enum Outcome {
    Nothing,
    Done(String),
    Refused(String),
}

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, &Entered::default(), &Outcome::Nothing).await
}

pub(crate) async fn rebind(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    let w = visit.words;
    let numbers = (entered.from.parse::<AccountNumber>(), entered.to.parse::<AccountNumber>());
    let (Ok(from), Ok(to)) = numbers else {
        let refused = Outcome::Refused(w.t("rebind-number").into_owned());
        return draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, &entered, &refused).await;
    };
    let text = match visit.app.outside.registration.accounts.rebind(&visit.staff, from, to).await {
        Ok(moved) => {
            let done = Outcome::Done(w.with("rebind-done", &[("count", moved.orders.into())]).into_owned());
            return draw(&visit, StatusCode::OK, &Entered::default(), &done).await;
        }
        Err(RebindError::Forbidden) => return Err(Failure::Forbidden),
        Err(RebindError::Unknown(number)) => w.with("rebind-unknown", &[("number", number.to_string().into())]),
        Err(RebindError::Same) => w.t("rebind-same"),
        Err(RebindError::Conflict) => w.t("rebind-conflict"),
        Err(RebindError::Nothing) => w.t("rebind-nothing"),
        Err(RebindError::Store(error)) => return Err(error.into()),
    };
    draw(&visit, StatusCode::CONFLICT, &entered, &Outcome::Refused(text.into_owned())).await
}

async fn draw(visit: &Visit, status: StatusCode, entered: &Entered, outcome: &Outcome) -> Result<Response, Failure> {
    if visit.staff.role != Role::Administrator {
        return Err(Failure::Forbidden);
    }
    let waiting = visit.app.outside.registration.reviews.count().await?;
    let frame = visit.frame(visit.words.t("rebind-title"), waiting);
    Ok((status, page(&frame, &body(visit.words, entered, outcome))).into_response())
}

pub(crate) fn body(w: Words, entered: &Entered, outcome: &Outcome) -> Markup {
    let number =
        |name, label: &str, value| field(&Field { name, label, value, max: NUMBER_CHARS_MAX, ..Field::default() });
    html! {
        main class="alone" {
            h1 { (w.t("rebind-title")) }
            p class="hint" { (w.t("rebind-lead")) }
            @match outcome {
                Outcome::Nothing => {}
                Outcome::Done(text) => div role="status" { (notice(Tone::Good, text, &html! {})) },
                Outcome::Refused(text) => p class="error" role="alert" { (icon(Icon::Cross)) span { (text) } },
            }
            form method="post" action="/accounts/rebind" {
                (number("from", &w.t("rebind-from"), &entered.from))
                (number("to", &w.t("rebind-to"), &entered.to))
                button class="button" type="submit" { (w.t("rebind-submit")) }
            }
            p { a href="/" { (w.t("to-queue")) } }
        }
    }
}
