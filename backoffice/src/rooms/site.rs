//! One site: its rooms, what it is called, where it is, and a form for another room.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::words::{Words, key};
use registration::model::room::SiteId;
use registration::rooms::{OneRoom, OneSite};
use serde::Deserialize;

use super::forms::{RoomEntered, SiteEntered, room_form, site_form};
use super::parts::{Done, Tab, answer, site_id};
use super::words::{SPACINGS, name_of, room_refusal};
use crate::desk::message::Message;
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 5] =
    [key("room-name"), key("room-floor"), key("room-seats"), key("room-spacing"), key("site-state")];

/// Out of use, or back.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Retire {
    #[serde(default)]
    pub(crate) retire: String,
}

/// What was entered, where it was refused.
#[derive(Debug, Default)]
pub(crate) struct Entered {
    pub(crate) site: Option<SiteEntered>,
    pub(crate) room: Option<RoomEntered>,
}

pub(crate) async fn show(
    visit: Visit,
    Path(site): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let message = match done.done.as_str() {
        "site" => Some(visit.words.t("saved")),
        "room" => Some(visit.words.t("room-saved")),
        _ => None,
    };
    let message = message.map(|text| Message::new(Tone::Good, text.into_owned()));
    draw(&visit, site_id(&site)?, StatusCode::OK, message.as_ref(), &Entered::default()).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path(site): Path<String>) -> Redirect {
    Redirect::to(&format!("/rooms/sites/{site}"))
}

/// Changes the site.
pub(crate) async fn save(
    visit: Visit,
    Path(site): Path<String>,
    Form(entered): Form<SiteEntered>,
) -> Result<Response, Failure> {
    let id = site_id(&site)?;
    match visit.app.outside.registration.rooms.save_site(&visit.staff, Some(id), &entered.form()).await {
        Ok(_) => Ok(done(id, "site")),
        Err(error) => {
            let Some((status, message)) = room_refusal(visit.words, &error) else { return Err(error.into()) };
            let entered = Entered { site: Some(entered), room: None };
            draw(&visit, id, status, Some(&message), &entered).await
        }
    }
}

/// Makes a room.
pub(crate) async fn make(
    visit: Visit,
    Path(site): Path<String>,
    Form(entered): Form<RoomEntered>,
) -> Result<Response, Failure> {
    let id = site_id(&site)?;
    match visit.app.outside.registration.rooms.save_room(&visit.staff, id, None, &entered.form()).await {
        Ok(_) => Ok(done(id, "room")),
        Err(error) => {
            let Some((status, message)) = room_refusal(visit.words, &error) else { return Err(error.into()) };
            let entered = Entered { site: None, room: Some(entered) };
            draw(&visit, id, status, Some(&message), &entered).await
        }
    }
}

/// Takes the site out of use, or back.
pub(crate) async fn retire(
    visit: Visit,
    Path(site): Path<String>,
    Form(entered): Form<Retire>,
) -> Result<Response, Failure> {
    let id = site_id(&site)?;
    visit.app.outside.registration.rooms.retire_site(&visit.staff, id, entered.retire == "yes").await?;
    Ok(done(id, "site"))
}

fn done(id: SiteId, word: &str) -> Response {
    Redirect::to(&format!("/rooms/sites/{}?done={word}", id.0)).into_response()
}

async fn draw(
    visit: &Visit,
    id: SiteId,
    status: StatusCode,
    message: Option<&Message>,
    entered: &Entered,
) -> Result<Response, Failure> {
    let site = visit.app.outside.registration.rooms.site(&visit.staff, id).await?;
    let title = visit.words.pick(&site.listed.site.name.zh, &site.listed.site.name.en).to_owned();
    answer(visit, status, (Tab::Rooms, title), message, &body(visit.words, &site, entered)).await
}

pub(crate) fn body(w: Words, one: &OneSite, entered: &Entered) -> Markup {
    let site = &one.listed.site;
    let path = format!("/rooms/sites/{}", site.id.0);
    let is_retired = one.listed.retired_at.is_some();
    let rows: Vec<Vec<Markup>> = one.rooms.iter().map(|room| row(w, room)).collect();
    let shown = entered.site.clone().unwrap_or_else(|| SiteEntered::of(site));
    let room = entered.room.clone().unwrap_or_default();
    html! {
        p { a href="/rooms" { (w.t("rooms-back")) } }
        @if is_retired { p { (tag(Tone::Plain, &w.t("retired"))) " " (w.t("site-retired")) } }
        @if rows.is_empty() { p class="nothing" { (w.t("site-no-rooms")) } }
        @else { (table(w, &w.t("site-rooms"), &HEADS, &rows)) }
        div class="beside" {
            section {
                h2 { (w.t("room-new")) }
                (room_form(w, &format!("{path}/rooms"), &room))
            }
            section {
                h2 { (w.t("site-change")) }
                (site_form(w, &path, &shown))
                (retire_form(w, &format!("{path}/retire"), is_retired))
            }
        }
    }
}

/// Out of use, or back.
pub(crate) fn retire_form(w: Words, action: &str, is_retired: bool) -> Markup {
    html! {
        form class="acts" method="post" action=(action) {
            input type="hidden" name="retire" value=(if is_retired { "no" } else { "yes" });
            button class="button second" type="submit" {
                @if is_retired { (w.t("use-again")) } @else { (w.t("retire")) }
            }
            span class="hint" { @if !is_retired { (w.t("retire-hint")) } }
        }
    }
}

fn row(w: Words, one: &OneRoom) -> Vec<Markup> {
    let room = &one.room;
    vec![
        html! { a href={ "/rooms/room/" (room.id.0) } { (room.name) } },
        html! { (room.floor) },
        html! { span class="fen" { (room.plan.seats().len()) } },
        html! { (w.t(name_of(&SPACINGS, room.plan.spacing).1)) },
        html! { @if one.retired_at.is_some() { (tag(Tone::Plain, &w.t("retired"))) } @else { (w.t("in-use")) } },
    ]
}
