//! The plan of a sitting before it is published: how many sit in each room, what of the rules is not kept, and one room at a
//! time as a picture. Published is what was looked at, and nothing else.

use std::collections::{BTreeMap, HashMap};

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::words::{Words, key};
use registration::desk::permits::approvals::Act;
use registration::rooms::{ArrangeError, Draft, Publication, SittingRoom};
use serde::Deserialize;

use super::parts::{Found, Tab, answer};
use super::plan::{Sitter, plan};
use super::sitting;
use super::sitting::acts::arranged;
use super::words::{broken_where, kind, refusal};
use crate::desk::message::Message;
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::two;
use crate::request::visit::Visit;

/// Most broken rules that are told one by one; all of them are counted.
const BROKEN_SHOWN_MAX: usize = 100;
/// Most rooms that are listed.
const ROOMS_SHOWN_MAX: usize = 200;
const HEADS: [&str; 4] = [key("places-number"), key("room-name"), key("places-seats"), key("places-people")];

/// Which room is drawn, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    room: Option<u16>,
}

/// What was looked at and agreed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Agreed {
    token: String,
    /// How many move, where that was ticked.
    agree: Option<usize>,
}

pub(crate) async fn show(
    visit: Visit,
    Path(path): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    draw(&visit, &path, asked.room, (StatusCode::OK, None)).await
}

/// Publishes the plan that was looked at.
pub(crate) async fn publish(
    visit: Visit,
    Path(path): Path<(String, String)>,
    Form(agreed): Form<Agreed>,
) -> Result<Response, Failure> {
    let found = Found::of(&visit, &path)?;
    visit.demand_fresh()?;
    if two::needs_two(&visit) {
        return ask(&visit, &path, &found, agreed).await;
    }
    let publication = Publication { token: &agreed.token, moves: agreed.agree };
    let door = &visit.app.outside.registration.rooms;
    let published = door.publish(&visit.staff, &found.exam.id, &found.sitting.id, publication).await;
    match published {
        Err(error @ (ArrangeError::Changed | ArrangeError::Moves(_))) => look_again(&visit, &path, &error).await,
        done => arranged(&visit, &path, done.map(|_| "published")).await,
    }
}

/// Asks a second person to agree to the plan that was looked at, if it is the plan still.
async fn ask(visit: &Visit, path: &(String, String), found: &Found, agreed: Agreed) -> Result<Response, Failure> {
    let (exam, sitting) = (found.exam.id.clone(), found.sitting.id.clone());
    match visit.app.outside.registration.rooms.preview(&visit.staff, &exam, &sitting).await {
        Ok(draft) if draft.token != agreed.token => look_again(visit, path, &ArrangeError::Changed).await,
        Ok(draft) if draft.arrangement.published.is_some() && agreed.agree != Some(draft.moves) => {
            look_again(visit, path, &ArrangeError::Moves(draft.moves)).await
        }
        Ok(_) => two::ask(visit, &Act::Publish { exam, sitting, token: agreed.token, moves: agreed.agree }).await,
        Err(error) => arranged(visit, path, Err(error)).await,
    }
}

/// The plan as it is now, with why it was not published.
async fn look_again(visit: &Visit, path: &(String, String), error: &ArrangeError) -> Result<Response, Failure> {
    let said = refusal(visit.words, error);
    let said = said.as_ref().map(|(status, message)| (*status, Some(message)));
    draw(visit, path, None, said.unwrap_or((StatusCode::CONFLICT, None))).await
}

async fn draw(
    visit: &Visit,
    path: &(String, String),
    room: Option<u16>,
    (status, message): (StatusCode, Option<&Message>),
) -> Result<Response, Failure> {
    let found = Found::of(visit, path)?;
    let door = &visit.app.outside.registration.rooms;
    let draft = match door.preview(&visit.staff, &found.exam.id, &found.sitting.id).await {
        Ok(draft) => draft,
        Err(error) => {
            return match refusal(visit.words, &error) {
                Some((status, message)) => sitting::draw(visit, path, status, Some(&message)).await,
                None => Err(error.into()),
            };
        }
    };
    let body = body(visit.words, &found.path(), &draft, room);
    let title = visit.words.with("draft-title", &[("sitting", found.title(visit.words).into())]).into_owned();
    answer(visit, status, (Tab::Places, title), message, &body).await
}

pub(crate) fn body(w: Words, path: &str, draft: &Draft, room: Option<u16>) -> Markup {
    let by_id: HashMap<&str, &SittingRoom> =
        draft.rooms.iter().map(|room| (room.room.plan.id.as_str(), room)).collect();
    let mut people: HashMap<u16, usize> = HashMap::new();
    for assigned in &draft.plan.seats {
        if let Some(room) = by_id.get(assigned.room.as_str()) {
            *people.entry(room.number).or_default() += 1;
        }
    }
    let used = people.len();
    let first = draft.rooms.iter().find(|one| room.is_none_or(|number| one.number == number));
    html! {
        p { a href=(path) { (w.t("draft-back")) } }
        p class="lead" {
            (w.with("draft-counts", &[
                ("people", draft.plan.seats.len().into()),
                ("rooms", used.into()),
                ("all", draft.rooms.len().into()),
            ]))
        }
        (broken(w, draft, &by_id))
        (publish_form(w, path, draft))
        @if let Some(room) = first {
            section id="plan" {
                h2 { (name(w, room)) }
                (plan(w, &name(w, room), &room.room.plan, &sitters(draft, room)))
            }
        }
        section {
            h2 { (w.t("places-rooms")) }
            (rooms_table(w, path, draft, &people))
        }
    }
}

fn name(w: Words, room: &SittingRoom) -> String {
    let number = w.with("places-room-number", &[("number", u32::from(room.number).into())]);
    format!("{number} · {} {}", w.pick(&room.site.name.zh, &room.site.name.en), room.room.name)
}

fn sitters(draft: &Draft, room: &SittingRoom) -> HashMap<u16, Sitter> {
    let here = draft.plan.seats.iter().filter(|assigned| assigned.room == room.room.plan.id);
    here.map(|assigned| (assigned.seat, Sitter { order: assigned.id.clone(), is_given_up: false })).collect()
}

/// What of the rules is not kept: counted by kind, and the first ones one by one.
fn broken(w: Words, draft: &Draft, by_id: &HashMap<&str, &SittingRoom>) -> Markup {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for violation in &draft.violations {
        *counts.entry(kind(violation)).or_default() += 1;
    }
    let room = |id: &str| by_id.get(id).map_or_else(|| id.to_owned(), |room| name(w, room));
    let more = draft.violations.len().saturating_sub(BROKEN_SHOWN_MAX);
    html! {
        @if draft.violations.is_empty() {
            (callout(Tone::Good, &w.t("draft-all-kept"), &html! {}))
        } @else {
            (callout(Tone::Care, &w.with("draft-broken", &[("count", draft.violations.len().into())]), &html! {
                p { (w.t("draft-broken-act")) }
                ul class="lines" {
                    @for (kind, count) in &counts { li { strong { (w.t(kind)) } span { (count) } } }
                }
                details {
                    summary { (w.t("draft-broken-each")) }
                    ol class="lines" {
                        @for violation in draft.violations.iter().take(BROKEN_SHOWN_MAX) {
                            li { strong { (w.t(kind(violation))) } span { (broken_where(w, violation, &room)) } }
                        }
                    }
                    @if more > 0 { p { (w.with("draft-broken-more", &[("count", more.into())])) } }
                }
            }))
        }
    }
}

fn publish_form(w: Words, path: &str, draft: &Draft) -> Markup {
    let is_again = draft.arrangement.published.is_some();
    let class = if is_again { "button danger" } else { "button" };
    html! {
        form class="fields panel" method="post" action={ (path) "/publish" } {
            input type="hidden" name="token" value=(draft.token);
            @if is_again {
                (callout(Tone::Care, &w.with("draft-moves", &[("count", draft.moves.into())]), &html! {
                    p { (w.t("draft-moves-act")) }
                }))
                label class="tick" {
                    input type="checkbox" name="agree" value=(draft.moves) required;
                    (w.with("draft-agree", &[("count", draft.moves.into())]))
                }
            } @else { p class="hint" { (w.t("draft-publish-hint")) } }
            button class=(class) type="submit" {
                (w.with("draft-publish", &[("people", draft.plan.seats.len().into())]))
            }
        }
    }
}

fn rooms_table(w: Words, path: &str, draft: &Draft, people: &HashMap<u16, usize>) -> Markup {
    let row = |room: &SittingRoom| {
        let number = w.with("places-room-number", &[("number", u32::from(room.number).into())]);
        vec![
            html! { a href={ (path) "/draft?room=" (room.number) "#plan" } { (number) } },
            html! { (w.pick(&room.site.name.zh, &room.site.name.en)) " · " (room.room.name) },
            html! { span class="fen" { (room.seats) } },
            html! { span class="fen" { (people.get(&room.number).copied().unwrap_or(0)) } },
        ]
    };
    let rows: Vec<Vec<Markup>> = draft.rooms.iter().take(ROOMS_SHOWN_MAX).map(row).collect();
    let more = draft.rooms.len().saturating_sub(rows.len());
    html! {
        (table(w, &w.t("places-rooms"), &HEADS, &rows))
        @if more > 0 { p class="hint" { (w.with("draft-more-rooms", &[("count", more.into())])) } }
    }
}
