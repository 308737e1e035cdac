//! Which rooms a sitting uses: a number for each, that on its door; or all of a site at once.

use std::collections::HashMap;

use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::room::RoomId;

use super::{View, path};
use crate::request::failure::Failure;
use crate::request::visit::Visit;
use crate::rooms::parts::{Found, room_id, site_id};
use crate::rooms::sitting::acts::after;

/// Largest form: some thousand rooms.
pub(crate) const FORM_BYTES_MAX: usize = 128 * 1024;
/// Most digits of a number.
const NUMBER_CHARS_MAX: u8 = 4;

/// Takes the numbers over: rooms without one are not used.
pub(crate) async fn numbers(
    visit: Visit,
    Path(path): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let mut wanted: Vec<(u32, RoomId)> = Vec::new();
    for (name, value) in pairs {
        let (Some(room), Ok(number)) = (name.strip_prefix("room-"), value.trim().parse()) else { continue };
        wanted.push((number, room_id(room)?));
    }
    // Of equal numbers the one that stands first comes first.
    wanted.sort_by_key(|(number, _)| *number);
    let rooms: Vec<RoomId> = wanted.into_iter().map(|(_, room)| room).collect();
    choose(&visit, &path, &rooms).await
}

/// Adds all rooms of a site behind the others.
pub(crate) async fn all_of_site(
    visit: Visit,
    Path(path): Path<(String, String)>,
    Form(pairs): Form<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let site = site_id(pairs.get("site").map_or("", String::as_str))?;
    let found = Found::of(&visit, &path)?;
    let rooms = &visit.app.outside.registration.rooms;
    let now = rooms.sitting(&visit.staff, &found.exam.id, &found.sitting.id).await?;
    let mut wanted: Vec<RoomId> = now.rooms.iter().map(|room| room.room.id).collect();
    let choice = rooms.choice(&visit.staff).await?;
    let of_site = choice.into_iter().filter(|(one, _)| one.id == site).flat_map(|(_, rooms)| rooms);
    let more: Vec<RoomId> = of_site.map(|one| one.room.id).filter(|room| !wanted.contains(room)).collect();
    wanted.extend(more);
    choose(&visit, &path, &wanted).await
}

async fn choose(visit: &Visit, path: &(String, String), wanted: &[RoomId]) -> Result<Response, Failure> {
    let found = Found::of(visit, path)?;
    let rooms = &visit.app.outside.registration.rooms;
    let chosen = rooms.choose_rooms(&visit.staff, &found.exam.id, &found.sitting.id, wanted).await;
    after(visit, path, chosen.map(|()| "rooms")).await
}

/// The form: every room that can be chosen, by site.
pub(crate) fn choose_form(w: Words, view: &View<'_>) -> Markup {
    let numbers: HashMap<RoomId, u16> = view.state.rooms.iter().map(|room| (room.room.id, room.number)).collect();
    let title = format!("{}/rooms", path(view));
    html! {
        details class="refuse choose" open[view.state.rooms.is_empty()] {
            summary class="button second" { (w.t("places-choose")) }
            @if view.choice.is_empty() {
                p class="hint" { (w.t("places-choose-none")) " " a href="/rooms" { (w.t("rooms-tab")) } }
            }
            @else {
                p class="hint" { (w.t("places-choose-hint")) }
                div class="acts" {
                    @for (site, rooms) in view.choice {
                        form method="post" action={ (path(view)) "/site" } {
                            input type="hidden" name="site" value=(site.id.0);
                            button class="button second" type="submit" {
                                (w.with("places-choose-all", &[
                                    ("site", w.pick(&site.name.zh, &site.name.en).to_owned().into()),
                                    ("count", rooms.len().into())]))
                            }
                        }
                    }
                }
                form method="post" action=(title) {
                    @for (site, rooms) in view.choice {
                        fieldset class="numbers" {
                            legend { (w.pick(&site.name.zh, &site.name.en)) }
                            @for one in rooms {
                                @let name = format!("room-{}", one.room.id.0);
                                label {
                                    input name=(name) inputmode="numeric" maxlength=(NUMBER_CHARS_MAX) autocomplete="off"
                                        value=[numbers.get(&one.room.id)];
                                    @let seats = [("count", one.room.plan.seats().len().into())];
                                    span { (one.room.name) " · " (w.with("room-holds-short", &seats)) }
                                }
                            }
                        }
                    }
                    button class="button" type="submit" { (w.t("places-choose-submit")) }
                }
            }
        }
    }
}
