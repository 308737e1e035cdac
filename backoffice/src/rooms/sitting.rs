//! One sitting: its rooms and what they hold, by which rules it is arranged, and where that stands.

pub(crate) mod acts;
pub(crate) mod choose;
pub(crate) mod rules;

use std::collections::HashMap;

use axum::extract::{Path, Query};
use axum::response::{Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::audit::AuditEntry;
use registration::desk::permits::Right;
use registration::model::exam::ExamSitting;
use registration::model::room::arrangement::{Arrangement, Stage};
use registration::model::room::{RoomId, Site};
use registration::rooms::{OneRoom, SittingRoom, SittingRooms};
use reservation::ids::{ExamId, SittingId};

use super::parts::{Done, Found, Tab, answer, list_words};
use super::words;
use crate::desk::message::Message;
use crate::desk::record::record;
use crate::finance::parts::{fact, moment, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;
use choose::choose_form;
use rules::rules_form;

const HEADS: [&str; 5] =
    [key("places-number"), key("room-name"), key("room-floor"), key("places-seats"), key("places-people")];
/// Most rooms that are listed; the others are found by their numbers.
const ROOMS_SHOWN_MAX: usize = 200;

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a ExamId,
    pub(crate) exam_title: &'a str,
    pub(crate) sitting: &'a ExamSitting,
    pub(crate) state: &'a SittingRooms,
    /// How many sit in each room; empty before places are published.
    pub(crate) people: &'a HashMap<RoomId, i64>,
    /// Rooms in use that can be chosen.
    pub(crate) choice: &'a [(Site, Vec<OneRoom>)],
    /// What a sitting of any exam is called.
    pub(crate) titles: &'a dyn Fn(&ExamId, &SittingId) -> String,
    pub(crate) history: &'a [AuditEntry],
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(
    visit: Visit,
    Path(path): Path<(String, String)>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let word = match done.done.as_str() {
        "rooms" => Some(key("places-did-rooms")),
        "capacity" => Some(key("places-did-capacity")),
        "rules" => Some(key("places-did-rules")),
        "published" => Some(key("places-did-publish")),
        "anew" => Some(key("places-did-anew")),
        "frozen" => Some(key("places-did-freeze")),
        _ => None,
    };
    let message = word.map(|word| Message::new(Tone::Good, visit.words.t(word).into_owned()));
    draw(&visit, &path, StatusCode::OK, message.as_ref()).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path((exam, sitting)): Path<(String, String)>) -> Redirect {
    Redirect::to(&format!("/arrange/{exam}/{sitting}"))
}

pub(crate) async fn draw(
    visit: &Visit,
    path: &(String, String),
    status: StatusCode,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::ArrangeSeats)?;
    let found = Found::of(visit, path)?;
    let rooms = &visit.app.outside.registration.rooms;
    let (exam, sitting) = (&found.exam.id, &found.sitting.id);
    let state = rooms.sitting(&visit.staff, exam, sitting).await?;
    let is_published = state.arrangement.as_ref().is_some_and(|arrangement| arrangement.published.is_some());
    let people = if is_published { rooms.counts(&visit.staff, exam, sitting).await? } else { HashMap::new() };
    let is_open = state.arrangement.as_ref().is_none_or(Arrangement::is_open);
    let choice = if is_open { rooms.choice(&visit.staff).await? } else { Vec::new() };
    let history = rooms.history(&visit.staff, exam, sitting).await?;
    let titles = |exam: &ExamId, sitting: &SittingId| {
        let title = rooms.sitting_title(exam, sitting);
        let title = title.map_or_else(|| sitting.to_string(), |one| visit.words.pick(&one.zh, &one.en).to_owned());
        format!("{} · {title}", visit.exam_title(exam))
    };
    let exam_title = visit.exam_title(exam);
    let body = {
        let view = View {
            exam,
            exam_title: &exam_title,
            sitting: &found.sitting,
            state: &state,
            people: &people,
            choice: &choice,
            titles: &titles,
            history: &history,
            now: visit.now,
        };
        body(visit.words, &view)
    };
    answer(visit, status, (Tab::Places, found.title(visit.words)), message, &body).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let arrangement = view.state.arrangement.as_ref();
    let is_open = arrangement.is_none_or(Arrangement::is_open);
    html! {
        p { a href={ "/arrange?exam=" (view.exam) } { (view.exam_title) } }
        div class="beside" {
            section { (facts(w, view)) (capacity(w, view)) (granted_since(w, view)) (together(w, view)) }
            section { (next(w, view)) }
        }
        section {
            h2 { (w.t("places-rooms")) }
            (rooms_table(w, view))
        }
        @if is_open {
            (choose_form(w, view))
            (rules_form(w, view))
        }
        (record(w, &words::told(w, view.history), None, view.now, words::action))
    }
}

fn facts(w: Words, view: &View<'_>) -> Markup {
    let arrangement = view.state.arrangement.as_ref();
    let (tone, word) = words::stage(arrangement.map(Arrangement::stage));
    html! {
        p { (tag(tone, &w.t(word))) }
        dl class="facts" {
            (fact(&w.t("places-starts"), &html! { (when::dated(w.language, view.sitting.starts_at, view.now)) }))
            (fact(&w.t("places-confirmed"), &html! { (view.state.confirmed) }))
            (fact(&w.t("places-hold"), &html! { (view.state.seats) }))
            @if let Some(capacity) = view.state.capacity { (fact(&w.t("places-capacity"), &html! { (capacity) })) }
            @if let Some(list) = &view.state.list { (fact(&w.t("places-list"), &html! { (list_words(w, list)) })) }
            @if let Some(published) = arrangement.and_then(|arrangement| arrangement.published.as_ref()) {
                (fact(&w.t("places-published"), &html! { (moment(w, published.at)) }))
                (fact(&w.t("places-seated"), &html! {
                    (w.with("places-seated-of", &[("seats", published.seats.into()), ("late", published.late.into())]))
                }))
            }
            @if let Some(arrangement) = arrangement {
                (fact(&w.t("places-commitment"), &html! { code class="id" { (arrangement.commitment) } }))
            }
        }
        @if arrangement.is_some() { p class="hint" { (w.t("places-commitment-hint")) } }
    }
}

/// Whether the rooms hold as many as the engine gives out, and those who are confirmed.
fn capacity(w: Words, view: &View<'_>) -> Markup {
    let SittingRooms { seats, capacity, confirmed, rooms, .. } = view.state;
    let differs = capacity.is_some_and(|capacity| capacity != *seats) && !rooms.is_empty();
    html! {
        @if !rooms.is_empty() && u64::from(*seats) < *confirmed {
            (callout(Tone::Bad, &w.with("places-too-few", &[("count", (*confirmed - u64::from(*seats)).into())]),
                &html! { p { (w.t("places-too-few-act")) } }))
        }
        @if differs {
            (callout(Tone::Care, &w.with("places-differ", &[
                ("rooms", (*seats).into()), ("capacity", capacity.unwrap_or_default().into())]), &html! {
                p { (w.t("places-differ-act")) }
                form method="post" action={ (path(view)) "/capacity" } {
                    button class="button second" type="submit" {
                        (w.with("places-set-capacity", &[("count", (*seats).into())]))
                    }
                }
            }))
        }
    }
}

/// Who was granted something since sits where they sat before.
fn granted_since(w: Words, view: &View<'_>) -> Markup {
    let count = view.state.granted_since;
    html! {
        @if count > 0 {
            (callout(Tone::Care, &w.with("places-granted-since", &[("count", count.into())]), &html! {
                p { (w.t("places-granted-since-act")) }
            }))
        }
    }
}

/// Others that need one of the rooms at about the same time.
fn together(w: Words, view: &View<'_>) -> Markup {
    let others = &view.state.together;
    html! {
        @if !others.is_empty() {
            (callout(Tone::Care, &w.with("places-together", &[("count", others.len().into())]), &html! {
                p { (w.t("places-together-act")) }
                ul class="lines" {
                    @for other in others {
                        li {
                            strong { (w.with("places-room-number", &[("number", u32::from(other.number).into())])) }
                            span { ((view.titles)(&other.exam, &other.sitting)) }
                        }
                    }
                }
            }))
        }
    }
}

/// What is to be done now.
fn next(w: Words, view: &View<'_>) -> Markup {
    let stage = view.state.arrangement.as_ref().map(Arrangement::stage);
    let draft = html! {
        p { a class="button" href={ (path(view)) "/draft" } { (w.t("places-preview")) } }
    };
    let papers = html! {
        p { a class="button second broad" href={ (path(view)) "/papers" } { (w.t("papers-link")) } }
    };
    html! {
        h2 { (w.t("places-next")) }
        @match stage {
            _ if view.state.rooms.is_empty() => p { (w.t("places-next-rooms")) },
            None => p { (w.t("places-next-rules")) },
            Some(Stage::SetUp) => { p { (w.t("places-next-preview")) } (draft) },
            Some(Stage::Anew) => { p { (w.t("places-next-anew")) } (draft) (papers) },
            Some(Stage::Published) => {
                p { (w.t("places-next-published")) }
                (papers)
                (public_link(w, view))
                details class="refuse" {
                    summary class="button second" { (w.t("places-anew")) }
                    form class="fields" method="post" action={ (path(view)) "/anew" } {
                        p class="hint" { (w.t("places-anew-hint")) }
                        button class="button danger" type="submit" { (w.t("places-anew-submit")) }
                    }
                }
                details class="refuse" {
                    summary class="button second" { (w.t("places-freeze")) }
                    form class="fields" method="post" action={ (path(view)) "/freeze" } {
                        p class="hint" { (w.t("places-freeze-hint")) }
                        button class="button" type="submit" { (w.t("places-freeze-submit")) }
                    }
                }
            },
            Some(Stage::Frozen) => { p { (w.t("places-next-frozen")) } (papers) (public_link(w, view)) },
        }
    }
}

fn public_link(w: Words, view: &View<'_>) -> Markup {
    html! { p class="hint" { (w.with("places-public", &[("path", format!("/exams/{}/draw", view.exam).into())])) } }
}

fn rooms_table(w: Words, view: &View<'_>) -> Markup {
    let rooms = &view.state.rooms;
    let row = |room: &SittingRoom| {
        let name = format!("{} · {}", w.pick(&room.site.name.zh, &room.site.name.en), room.room.name);
        let href = format!("{}/rooms/{}", path(view), room.number);
        vec![
            html! { a href=(href) { (w.with("places-room-number", &[("number", u32::from(room.number).into())])) } },
            html! { (name) },
            html! { (room.room.floor) },
            html! { span class="fen" { (room.seats) } },
            html! {
                @if view.people.is_empty() { "–" }
                @else { span class="fen" { (view.people.get(&room.room.id).copied().unwrap_or(0)) } }
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = rooms.iter().take(ROOMS_SHOWN_MAX).map(row).collect();
    let more = rooms.len().saturating_sub(rows.len());
    html! {
        @if rows.is_empty() { p class="nothing" { (w.t("places-no-rooms")) } }
        @else { (table(w, &w.t("places-rooms"), &HEADS, &rows)) }
        @if more > 0 { p class="hint" { (w.with("places-more-rooms", &[("count", more.into())])) } }
    }
}

/// Where the page of the sitting is.
fn path(view: &View<'_>) -> String {
    super::parts::sitting_path(view.exam, &view.sitting.id)
}
