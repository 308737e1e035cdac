//! Who works at a door, for administrators.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::words::{Words, key};
use registration::checkin::{CheckInError, Invigilator, Opening};
use registration::desk::permits::Right;
use serde::Deserialize;

use super::address::{Address, path_of};
use super::page::{Tab, answer, body as around, title};
use crate::desk::message::Message;
use crate::finance::parts::{moment, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 3] = [key("workers-name"), key("workers-given"), key("workers-act")];

/// What was done last, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// Who is meant.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    name: String,
}

pub(crate) async fn show(visit: Visit, address: Address, Query(done): Query<Done>) -> Result<Response, Failure> {
    let word = match done.done.as_str() {
        "added" => Some(key("workers-did-add")),
        "removed" => Some(key("workers-did-remove")),
        _ => None,
    };
    let message = word.map(|word| Message::new(Tone::Good, visit.words.t(word).into_owned()));
    draw(&visit, &address, StatusCode::OK, message, "").await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(address: Address) -> Redirect {
    Redirect::to(&format!("{}/workers", address.path()))
}

/// Lets somebody work here.
pub(crate) async fn add(visit: Visit, address: Address, Form(typed): Form<Typed>) -> Result<Response, Failure> {
    let done = visit.app.outside.registration.checkin.assign(&visit.staff, &address.0, &typed.name).await;
    answered(&visit, &address, done, "added", &typed).await
}

/// Lets somebody work here no more.
pub(crate) async fn remove(visit: Visit, address: Address, Form(typed): Form<Typed>) -> Result<Response, Failure> {
    let done = visit.app.outside.registration.checkin.dismiss(&visit.staff, &address.0, &typed.name).await;
    answered(&visit, &address, done, "removed", &typed).await
}

async fn answered(
    visit: &Visit,
    address: &Address,
    done: Result<bool, CheckInError>,
    word: &str,
    typed: &Typed,
) -> Result<Response, Failure> {
    match done {
        Ok(_) => Ok(Redirect::to(&format!("{}/workers?done={word}", address.path())).into_response()),
        Err(CheckInError::NoInvigilator) => {
            let message = Message::new(Tone::Bad, visit.words.t("workers-unknown").into_owned());
            draw(visit, address, StatusCode::UNPROCESSABLE_ENTITY, Some(message), &typed.name).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn draw(
    visit: &Visit,
    address: &Address,
    status: StatusCode,
    message: Option<Message>,
    typed: &str,
) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::AssignInvigilators)?;
    let door = &visit.app.outside.registration.checkin;
    let opening = door.entrance(&visit.staff, &address.0).await?;
    let (here, others) = door.invigilators(&visit.staff, &address.0).await?;
    let inside = inside(visit.words, &opening, (&here, &others), typed);
    let page = around(visit.words, (&visit.staff, &opening), Tab::Workers, message.as_ref(), &inside);
    answer(visit, (status, title(visit.words, &opening)), None, &page).await
}

pub(crate) fn inside(w: Words, opening: &Opening, (here, others): (&[Invigilator], &[String]), typed: &str) -> Markup {
    let path = path_of(&opening.entrance);
    let row = |one: &Invigilator| {
        vec![
            html! { (one.name) @if one.is_disabled { " " (tag(Tone::Care, &w.t("workers-disabled"))) } },
            html! { (one.given_by) " · " (moment(w, one.given_at)) },
            html! {
                form method="post" action={ (path) "/workers/remove" } {
                    input type="hidden" name="name" value=(one.name);
                    button class="button second" type="submit" aria-label={ (w.t("workers-remove")) " " (one.name) } {
                        (w.t("workers-remove"))
                    }
                }
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = here.iter().map(row).collect();
    html! {
        p class="hint" { (w.t("workers-lead")) }
        @if rows.is_empty() { p class="nothing" { (w.t("workers-none")) } }
        @else { (table(w, &w.t("checkin-workers"), &HEADS, &rows)) }
        form class="search" method="post" action={ (path) "/workers/add" } {
            div {
                label for="name" { (w.t("workers-who")) }
                input id="name" name="name" value=(typed) list="others" autocomplete="off" autocapitalize="none" required
                    maxlength="32";
                datalist id="others" { @for name in others { option value=(name) {} } }
            }
            button class="button" type="submit" { (w.t("workers-add")) }
        }
        @if others.is_empty() { p class="hint" { (w.t("workers-how")) } }
    }
}
