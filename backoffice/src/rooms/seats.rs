//! A room of a sitting as it was published: who sits where, and which places were given up.

use std::collections::HashMap;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::desk::permits::Right;
use registration::rooms::SittingRoom;

use super::papers::site_path;
use super::parts::{Found, Tab, answer};
use super::plan::{Sitter, plan};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

pub(crate) async fn show(
    visit: Visit,
    Path((exam, sitting, number)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::ArrangeSeats)?;
    let found = Found::of(&visit, &(exam, sitting))?;
    let number: u16 = number.parse().map_err(|_| Failure::NotFound)?;
    let rooms = &visit.app.outside.registration.rooms;
    let state = rooms.sitting(&visit.staff, &found.exam.id, &found.sitting.id).await?;
    let room = state.rooms.iter().find(|room| room.number == number).ok_or(Failure::NotFound)?;
    let sitters = rooms.sitters(&visit.staff, &found.exam.id, &found.sitting.id, room.room.id).await?;
    let who: HashMap<u16, Sitter> = sitters
        .into_iter()
        .map(|one| (one.seat, Sitter { order: one.order.to_string(), is_given_up: one.is_given_up }))
        .collect();
    let w = visit.words;
    let title = w.with("places-room-number", &[("number", u32::from(number).into())]).into_owned();
    let (path, sitting) = (found.path(), found.title(w));
    answer(&visit, StatusCode::OK, (Tab::Places, title), None, &body(w, (&path, &sitting), room, &who)).await
}

pub(crate) fn body(w: Words, (path, sitting): (&str, &str), room: &SittingRoom, who: &HashMap<u16, Sitter>) -> Markup {
    let count = who.values().filter(|sitter| !sitter.is_given_up).count();
    let name = format!("{} · {}", w.pick(&room.site.name.zh, &room.site.name.en), room.room.name);
    html! {
        p { a href=(path) { (sitting) } }
        p class="lead" { (name) " · " (w.with("seats-taken", &[("count", count.into()), ("seats", room.seats.into())])) }
        (plan(w, &name, &room.room.plan, who))
        p class="hint" { (w.t("seats-given-up")) }
        @if count > 0 { p { a class="button second" href=(site_path(path, &room.site, room.number)) { (w.t("papers-one-room")) } } }
    }
}
