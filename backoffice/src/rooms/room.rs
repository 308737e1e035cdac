//! One room: its plan as it is, and what was entered of it.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::words::Words;
use registration::model::room::{RoomId, Site};
use registration::rooms::OneRoom;

use super::forms::{RoomEntered, room_form};
use super::parts::{Done, Tab, answer, room_id};
use super::plan::plan;
use super::site::{Retire, retire_form};
use super::words::room_refusal;
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

pub(crate) async fn show(
    visit: Visit,
    Path(room): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let message = (!done.done.is_empty()).then(|| Message::new(Tone::Good, visit.words.t("saved").into_owned()));
    draw(&visit, room_id(&room)?, StatusCode::OK, message.as_ref(), None).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path(room): Path<String>) -> Redirect {
    Redirect::to(&format!("/rooms/room/{room}"))
}

/// Changes the room.
pub(crate) async fn save(
    visit: Visit,
    Path(room): Path<String>,
    Form(entered): Form<RoomEntered>,
) -> Result<Response, Failure> {
    let id = room_id(&room)?;
    let rooms = &visit.app.outside.registration.rooms;
    let (site, _) = rooms.room(&visit.staff, id).await?;
    match rooms.save_room(&visit.staff, site.id, Some(id), &entered.form()).await {
        Ok(_) => Ok(Redirect::to(&format!("/rooms/room/{}?done=saved", id.0)).into_response()),
        Err(error) => match room_refusal(visit.words, &error) {
            Some((status, message)) => draw(&visit, id, status, Some(&message), Some(&entered)).await,
            None => Err(error.into()),
        },
    }
}

/// Takes the room out of use, or back.
pub(crate) async fn retire(
    visit: Visit,
    Path(room): Path<String>,
    Form(entered): Form<Retire>,
) -> Result<Response, Failure> {
    let id = room_id(&room)?;
    visit.app.outside.registration.rooms.retire_room(&visit.staff, id, entered.retire == "yes").await?;
    Ok(Redirect::to(&format!("/rooms/room/{}?done=saved", id.0)).into_response())
}

async fn draw(
    visit: &Visit,
    id: RoomId,
    status: StatusCode,
    message: Option<&Message>,
    entered: Option<&RoomEntered>,
) -> Result<Response, Failure> {
    let (site, room) = visit.app.outside.registration.rooms.room(&visit.staff, id).await?;
    let title = room.room.name.clone();
    answer(visit, status, (Tab::Rooms, title), message, &body(visit.words, &site, &room, entered)).await
}

pub(crate) fn body(w: Words, site: &Site, one: &OneRoom, entered: Option<&RoomEntered>) -> Markup {
    let room = &one.room;
    let path = format!("/rooms/room/{}", room.id.0);
    let shown = entered.cloned().unwrap_or_else(|| RoomEntered::of(room));
    let seats = room.plan.seats().len();
    html! {
        p { a href={ "/rooms/sites/" (site.id.0) } { (w.pick(&site.name.zh, &site.name.en)) } }
        @if one.retired_at.is_some() { p { (tag(Tone::Plain, &w.t("retired"))) } }
        p class="hint" { (w.with("room-holds", &[("count", seats.into())])) }
        (plan(w, &room.name, &room.plan, &HashMap::new()))
        section {
            h2 { (w.t("room-change")) }
            (room_form(w, &path, &shown))
            (retire_form(w, &format!("{path}/retire"), one.retired_at.is_some()))
        }
    }
}
