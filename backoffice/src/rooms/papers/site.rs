//! A site of a published sitting: all its papers at once, or one kind; of all its rooms, or of one. Who printed what is shown.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use papers::Sheet;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::model::room::arrangement::Arrangement;
use registration::rooms::tickets::PaperRoom;
use serde::Deserialize;

use super::jobs::{Job, NewJob};
use super::{at_site, fill, run};
use crate::desk::message::Message;
use crate::desk::record::record;
use crate::finance::parts::fact;
use crate::request::failure::Failure;
use crate::request::visit::Visit;
use crate::rooms::parts::{Found, Tab, answer};
use crate::rooms::words;

/// The kinds of paper, by the value of the button that prints one; `all` prints them all.
const KINDS: [(Sheet, &str, &str, &str); 6] = [
    (Sheet::Counts, "counts", key("papers-counts"), key("papers-counts-hint")),
    (Sheet::Door, "door", key("papers-door"), key("papers-door-hint")),
    (Sheet::Map, "map", key("papers-map"), key("papers-map-hint")),
    (Sheet::Attendance, "attendance", key("papers-attendance"), key("papers-attendance-hint")),
    (Sheet::Labels, "labels", key("papers-labels"), key("papers-labels-hint")),
    (Sheet::Record, "record", key("papers-record"), key("papers-record-hint")),
];
/// The value of the button that prints all.
const ALL: &str = "all";

/// Which room alone, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    room: String,
}

/// What is to be printed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    kind: String,
    /// The number of the only room; empty for all.
    room: String,
}

/// The page of a site.
pub(crate) async fn show(
    visit: Visit,
    Path((exam, sitting, site)): Path<(String, String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    draw(&visit, (exam, sitting), &site, &asked.room, (StatusCode::OK, None)).await
}

/// What the page of a site shows.
pub(crate) struct View<'a> {
    pub(crate) path: &'a str,
    pub(crate) sitting: &'a str,
    pub(crate) rooms: &'a [PaperRoom],
    /// The number of the room that is printed alone, as entered.
    pub(crate) room: &'a str,
    /// Is there a press?
    pub(crate) can_print: bool,
    /// What is under way.
    pub(crate) running: Option<&'a Job>,
    /// Who printed papers of this sitting.
    pub(crate) history: &'a [AuditEntry],
    pub(crate) now: Timestamp,
}

async fn draw(
    visit: &Visit,
    path: (String, String),
    site: &str,
    room: &str,
    (status, message): (StatusCode, Option<&Message>),
) -> Result<Response, Failure> {
    let (published, rooms) = at_site(visit, &path, site).await?;
    let Found { exam, sitting } = &published.found;
    let history = visit.app.outside.registration.rooms.history(&visit.staff, &exam.id, &sitting.id).await?;
    let history: Vec<AuditEntry> =
        history.into_iter().filter(|entry| entry.action == AuditAction::PrintedPapers).collect();
    let w = visit.words;
    let running = visit.app.jobs.running();
    let title = rooms.first().map(|room| w.pick(&room.site.name.zh, &room.site.name.en).to_owned());
    let body = {
        let view = View {
            path: &published.path(),
            sitting: &published.found.title(w),
            rooms: &rooms,
            room,
            can_print: visit.app.jobs.press().is_some(),
            running: running.as_ref(),
            history: &history,
            now: visit.now,
        };
        body(w, &view)
    };
    let title = w.with("papers-of", &[("site", title.unwrap_or_default().into())]).into_owned();
    answer(visit, status, (Tab::Places, title), message, &body).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let people: u32 = view.rooms.iter().map(|room| room.people).sum();
    let without: u32 = view.rooms.iter().map(|room| room.without_ticket).sum();
    let site = view.rooms.first().map(|room| &room.site);
    let action = site.map(|site| format!("{}/{}", view.path, site.id.0)).unwrap_or_default();
    html! {
        p { a href=(view.path.trim_end_matches("/papers")) { (view.sitting) } }
        dl class="facts" {
            @if let Some(site) = site {
                (fact(&w.t("site-address"), &html! { (w.pick(&site.address.zh, &site.address.en)) }))
            }
            (fact(&w.t("site-rooms"), &html! { (view.rooms.len()) }))
            (fact(&w.t("places-people"), &html! { (people) }))
        }
        @if without > 0 {
            (callout(Tone::Care, &w.with("papers-without", &[("count", without.into())]), &html! {
                p { (w.t("papers-without-act")) }
            }))
        }
        @if let Some(job) = view.running { (busy(w, job, view.now)) }
        @if view.can_print { (form(w, &action, view)) }
        @else { (callout(Tone::Bad, &w.t("papers-no-press"), &html! { p { (w.t("papers-no-press-act")) } })) }
        (record(w, view.history, None, view.now, words::action))
    }
}

/// All papers at once, or one kind; of all rooms, or of one.
fn form(w: Words, action: &str, view: &View<'_>) -> Markup {
    html! {
        form class="fields panel" method="post" action=(action) {
            div {
                label for="room" { (w.t("papers-room")) }
                input id="room" name="room" value=(view.room) inputmode="numeric" maxlength="4" autocomplete="off"
                    aria-describedby="room-hint";
                p class="hint" id="room-hint" { (w.t("papers-room-hint")) }
            }
            button class="button" type="submit" name="kind" value=(ALL) { (w.t("papers-all")) }
            p class="hint" { (w.t("papers-all-hint")) }
            ul class="kinds" {
                @for (_, value, name, hint) in KINDS {
                    li {
                        button class="button second" type="submit" name="kind" value=(value) { (w.t(name)) }
                        span class="hint" { (w.t(hint)) }
                    }
                }
            }
            p class="hint" { (w.t("papers-audit-hint")) }
        }
    }
}

/// That somebody prints: one at a time.
fn busy(w: Words, job: &Job, now: Timestamp) -> Markup {
    let values = [
        ("name", job.by_name.clone().into()),
        ("title", job.title.clone().into()),
        ("when", when::near(w.language, job.begun_at, now).into()),
        ("done", job.done.into()),
        ("rooms", job.rooms.into()),
    ];
    callout(Tone::Plain, &w.t("papers-busy"), &html! { p { (w.with("papers-busy-who", &values)) } })
}

/// Begins to print.
pub(crate) async fn begin(
    visit: Visit,
    Path((exam, sitting, site)): Path<(String, String, String)>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    let path = (exam, sitting);
    let (published, mut rooms) = at_site(&visit, &path, &site).await?;
    let sheets: Vec<Sheet> = KINDS
        .iter()
        .filter(|(_, value, ..)| wanted.kind == ALL || wanted.kind == *value)
        .map(|(sheet, ..)| *sheet)
        .collect();
    if sheets.is_empty() {
        return Err(Failure::Bad);
    }
    let only = wanted.room.trim();
    if !only.is_empty() {
        let number: Option<u16> = only.parse().ok();
        rooms.retain(|room| Some(room.number) == number);
    }
    if rooms.is_empty() {
        let message = Message::new(Tone::Bad, visit.words.t("papers-no-room").into_owned());
        let refused = (StatusCode::UNPROCESSABLE_ENTITY, Some(&message));
        return draw(&visit, path, &site, only, refused).await;
    }
    let Some(press) = visit.app.jobs.press().cloned() else {
        return draw(&visit, path, &site, only, (StatusCode::SERVICE_UNAVAILABLE, None)).await;
    };
    let w = visit.words;
    let title = format!("{} · {}", w.pick(&rooms[0].site.name.zh, &rooms[0].site.name.en), published.found.title(w));
    let new = NewJob {
        by: &visit.staff,
        title,
        path: format!("{}/{site}", published.path()),
        rooms: rooms.len(),
        at: visit.now,
    };
    let Ok(running) = visit.app.jobs.begin(new) else {
        let message = Message::new(Tone::Care, visit.words.t("papers-not-begun").into_owned());
        return draw(&visit, path, &site, only, (StatusCode::CONFLICT, Some(&message))).await;
    };
    let Found { exam, sitting } = published.found;
    let registration = visit.app.outside.registration.clone();
    let which = which(w, &wanted.kind, &rooms);
    registration.tickets.begin_papers(&visit.staff, &exam.id, &sitting.id, &which).await?;
    let id = running.id;
    let task = run::Task {
        registration,
        press,
        words: w,
        printed: printed(&visit, &published.arrangement),
        name: format!("papers-{}-{}-{}", exam.id, sitting.id, when::civil(visit.now).strftime("%Y%m%d-%H%M%S")),
        staff: visit.staff,
        exam,
        sitting,
        rules: published.arrangement.rules,
        rooms,
        sheets,
        at: visit.now,
    };
    tokio::spawn(run::run(task, running));
    Ok(Redirect::to(&format!("/papers/{id}")).into_response())
}

/// What the audit says was printed: the site, the kind, the rooms.
fn which(w: Words, kind: &str, rooms: &[PaperRoom]) -> String {
    let name =
        KINDS.iter().find(|(_, value, ..)| *value == kind).map_or(key("papers-all-short"), |(_, _, name, _)| *name);
    let door = |room: Option<&PaperRoom>| fill::door_number(room.map_or(0, |room| room.number));
    let site = rooms.first().map(|room| w.pick(&room.site.name.zh, &room.site.name.en).to_owned());
    let (first, last) = (door(rooms.first()), door(rooms.last()));
    let numbers = if first == last { first } else { format!("{first}–{last}") };
    format!("{} · {} · {numbers}", site.unwrap_or_default(), w.t(name))
}

/// What stands at the foot of every page.
fn printed(visit: &Visit, arrangement: &Arrangement) -> String {
    let values = [
        ("generation", arrangement.generation.into()),
        ("when", when::pieces_full(visit.words.language, visit.now).join(" ").into()),
        ("name", visit.staff.name.clone().into()),
    ];
    visit.words.with("papers-printed", &values).into_owned()
}
