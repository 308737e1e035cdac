//! Moving a registration to another account, by the numbers that the candidate tells on the telephone. For
//! administrators; written to the audit of both accounts.

use std::sync::Arc;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::icons::{Icon, icon};
use pagekit::words::Words;
use registration::desk::case::CaseKind;
use registration::desk::permits::Right;
use registration::desk::permits::approvals::Act;
use registration::model::exam::Exam;
use registration::model::order::Order;
use registration::people::accounts::{Account, AccountNumber, RebindError};
use serde::Deserialize;

use crate::accounts::field::{Field, field};
use crate::accounts::found::{Found, facts, found};
use crate::desk::frame::page;
use crate::desks::payments::view::{sitting_words, state_word};
use crate::request::failure::Failure;
use crate::request::two;
use crate::request::visit::Visit;

/// Longest account number that is read, spaces included.
const NUMBER_CHARS_MAX: u16 = 80;

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) from: String,
    #[serde(default)]
    pub(crate) to: String,
    /// Both accounts were looked at.
    #[serde(default)]
    pub(crate) sure: bool,
}

/// Whose registration is to be moved, where a page says so.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    from: String,
}

/// One of the two accounts, with what it has registered for and whether that is paid.
pub(crate) struct Side {
    pub(crate) found: Found,
    /// Its orders, each with its exam unless that is gone.
    pub(crate) orders: Vec<(Option<Arc<Exam>>, Order)>,
}

/// How it went.
pub(crate) enum Outcome {
    Nothing,
    /// Both accounts, to be looked at before anything moves.
    Look(Box<[Side; 2]>),
    Done(String),
    Refused(String),
}

/// The form; from a candidate's page, whose registration it is stands there already.
pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.demand(Right::MoveRegistrations)?;
    let from = asked.from.parse::<AccountNumber>().map(|number| number.to_string()).unwrap_or_default();
    draw(&visit, StatusCode::OK, &Entered { from, ..Entered::default() }, &Outcome::Nothing).await
}

pub(crate) async fn rebind(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    let w = visit.words;
    visit.demand(Right::MoveRegistrations)?;
    if entered.sure {
        visit.demand_fresh()?;
    }
    let mut both = Vec::new();
    for typed in [&entered.from, &entered.to] {
        match one(&visit, typed).await? {
            Ok(account) => both.push(account),
            Err(text) => {
                return draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, &entered, &Outcome::Refused(text)).await;
            }
        }
    }
    let [from, to] = [both.remove(0), both.remove(0)];
    let (old, new) = (from.number, to.number);
    if !entered.sure && old != new {
        let both = [side(&visit, from).await?, side(&visit, to).await?];
        let entered = Entered { from: old.to_string(), to: new.to_string(), sure: false };
        return draw(&visit, StatusCode::OK, &entered, &Outcome::Look(Box::new(both))).await;
    }
    let accounts = &visit.app.outside.registration.accounts;
    let done = if two::needs_two(&visit) && old != new {
        match accounts.rebinding_seen(&visit.staff, (old, new)).await {
            Ok(seen) => return two::ask(&visit, &Act::Rebind { from: old, to: new, seen }).await,
            Err(error) => Err(error),
        }
    } else {
        accounts.rebind(&visit.staff, old, new).await
    };
    let text = match done {
        Ok(_) => {
            let done = Outcome::Done(w.t("rebind-done").into_owned());
            return draw(&visit, StatusCode::OK, &Entered::default(), &done).await;
        }
        Err(RebindError::Forbidden(_)) => return Err(Failure::Forbidden),
        Err(RebindError::Unknown(_)) => w.t("correct-unknown"),
        Err(RebindError::Same) => w.t("rebind-same"),
        Err(RebindError::Changed) => w.t("approval-failed-changed"),
        Err(RebindError::Conflict) => w.t("rebind-conflict"),
        Err(RebindError::Nothing) => w.t("rebind-nothing"),
        Err(RebindError::Store(error)) => return Err(error.into()),
    };
    draw(&visit, StatusCode::CONFLICT, &entered, &Outcome::Refused(text.into_owned())).await
}

/// The one account that a number or a document names, or why there is none.
async fn one(visit: &Visit, typed: &str) -> Result<Result<Account, String>, Failure> {
    let w = visit.words;
    let mut accounts = visit.app.outside.registration.accounts.named_by(&visit.staff, typed.trim()).await?;
    Ok(match accounts.len() {
        1 => Ok(accounts.remove(0)),
        0 => Err(w.with("rebind-unknown", &[("number", typed.trim().into())]).into_owned()),
        _ => Err(w.with("rebind-several", &[("number", typed.trim().into())]).into_owned()),
    })
}

async fn side(visit: &Visit, account: Account) -> Result<Side, Failure> {
    let registration = &visit.app.outside.registration;
    let orders = registration.orders.of(account.id).await?;
    let orders = orders.into_iter().map(|order| (registration.exams.get(&order.exam), order)).collect();
    Ok(Side { found: found(visit, account).await?, orders })
}

async fn draw(visit: &Visit, status: StatusCode, entered: &Entered, outcome: &Outcome) -> Result<Response, Failure> {
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let frame = visit.frame(visit.words.t("rebind-title"), &counts, &CaseKind::ALL);
    Ok((status, page(&frame, &body(visit.words, entered, outcome))).into_response())
}

pub(crate) fn body(w: Words, entered: &Entered, outcome: &Outcome) -> Markup {
    html! {
        main class="alone" {
            h1 { (w.t("rebind-title")) }
            p class="hint" { (w.t("rebind-lead")) }
            @match outcome {
                Outcome::Nothing | Outcome::Look(_) => {}
                Outcome::Done(text) => div role="status" { (callout(Tone::Good, text, &html! {})) },
                Outcome::Refused(text) => p class="error" role="alert" { (icon(Icon::Cross)) span { (text) } },
            }
            @match outcome {
                Outcome::Look(both) => (look(w, entered, both)),
                _ => (ask(w, entered)),
            }
            p { a href="/" { (w.t("to-queue")) } }
        }
    }
}

fn ask(w: Words, entered: &Entered) -> Markup {
    let number =
        |name, label: &str, value| field(&Field { name, label, value, max: NUMBER_CHARS_MAX, ..Field::default() });
    html! {
        form method="post" action="/accounts/rebind" {
            (number("from", &w.t("rebind-from"), &entered.from))
            (number("to", &w.t("rebind-to"), &entered.to))
            button class="button" type="submit" { (w.t("rebind-look")) }
        }
    }
}

/// Who loses the registration and who gets it, before it is so.
fn look(w: Words, entered: &Entered, both: &[Side; 2]) -> Markup {
    html! {
        @for (title, side) in [w.t("rebind-from-title"), w.t("rebind-to-title")].iter().zip(both) {
            h2 { (title) }
            (facts(w, &side.found))
            @if side.orders.is_empty() { p class="hint" { (w.t("rebind-no-orders")) } }
            @for (exam, order) in &side.orders { (order_line(w, exam.as_deref(), order)) }
        }
        form method="post" action="/accounts/rebind" {
            input type="hidden" name="from" value=(entered.from);
            input type="hidden" name="to" value=(entered.to);
            input type="hidden" name="sure" value="true";
            button class="button" type="submit" { (w.t("rebind-submit")) }
        }
        p { a href="/accounts/rebind" { (w.t("correct-other")) } }
    }
}

fn order_line(w: Words, exam: Option<&Exam>, order: &Order) -> Markup {
    let (tone, word) = state_word(w, &order.state);
    html! {
        p {
            @if let Some(exam) = exam { strong { (w.pick(&exam.title.zh, &exam.title.en)) } " " }
            span class="id" { (order.id) } " " (tag(tone, &word)) " " (order.amount)
            @for sitting in &order.sittings { br; span class="hint" { (sitting_words(w, exam, sitting)) } }
        }
    }
}
