//! Who has come to a site. The page that stays open shows numbers only and asks again by itself; names are shown on asking,
//! and that somebody looked is on record.

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::tag;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::checkin::{Attendance, Conflict, Counts, Opening, Person, RoomCount};
use serde::Deserialize;

use super::address::{Address, path_of};
use super::page::{Tab, answer, body as around, title};
use super::words;
use crate::finance::parts::{fact, number, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// How often the page with the numbers asks again.
const RELOAD_SECONDS: u32 = 20;
/// Most people that are listed; the file has all.
const SHOWN_MAX: usize = 500;
const ROOM_HEADS: [&str; 4] =
    [key("places-number"), key("come-count-in"), key("come-count-missing"), key("come-count-expected")];
const HEADS: [&str; 6] =
    [key("places-number"), key("come-seat"), key("come-name"), key("document"), key("come-ticket"), key("come-state")];

/// Who is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    All,
    Missing,
    Late,
    Conflicts,
}

const WHICH: [(Which, &str, &str); 4] = [
    (Which::Missing, "missing", key("come-list-missing")),
    (Which::Late, "late", key("come-list-late")),
    (Which::Conflicts, "conflicts", key("come-list-conflicts")),
    (Which::All, "all", key("come-list-all")),
];

/// Who is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    list: String,
    #[serde(default)]
    room: String,
}

pub(crate) async fn show(visit: Visit, address: Address, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let door = &visit.app.outside.registration.checkin;
    let opening = door.entrance(&visit.staff, &address.0).await?;
    let which = WHICH.into_iter().find(|(_, value, _)| *value == asked.list).map(|(which, ..)| which);
    let (inside, reload) = match which {
        None => {
            let counts = door.counts(&visit.staff, &address.0).await?;
            (numbers(visit.words, &opening, &counts, visit.now), Some(RELOAD_SECONDS))
        }
        Some(which) => {
            let all = door.attendance(&visit.staff, &address.0).await?;
            let room = asked.room.parse().ok();
            (names(visit.words, &opening, &all, (which, room), visit.now), None)
        }
    };
    let page = around(visit.words, (&visit.staff, &opening), Tab::Attendance, None, &inside);
    answer(&visit, (StatusCode::OK, title(visit.words, &opening)), reload, &page).await
}

/// How many have come, by room.
pub(crate) fn numbers(w: Words, opening: &Opening, counts: &Counts, now: Timestamp) -> Markup {
    let path = path_of(&opening.entrance);
    let rows: Vec<Vec<Markup>> = counts.by_room.iter().map(|room| room_row(w, &path, room)).collect();
    html! {
        p class="lead" {
            (when::moment(w.language, opening.times.starts_at)) " · "
            (w.with("checkin-times", &[
                ("opens", when::clock(opening.times.opens_at).into()), ("until", when::clock(opening.times.late_until).into())]))
        }
        p { a class="button" href={ (path) "/scan" } { (w.t("checkin-scan")) } }
        dl class="tally" {
            (fact(&w.t("come-tally-in"), &html! { (counts.people_in) small { " / " (counts.expected) } }))
            (fact(&w.t("come-tally-late"), &html! { (counts.late) }))
            (fact(&w.t("come-tally-doubtful"), &html! { (counts.doubtful) }))
            (fact(&w.t("come-tally-conflicts"), &html! { (counts.conflicts) }))
        }
        @if counts.waiting > 0 {
            p class="care" {
                a href={ (path) "/doubts" } { (w.with("come-waiting", &[("count", counts.waiting.into())])) }
            }
        }
        (lists(w, &path, None))
        section {
            h2 { (w.t("come-by-room")) }
            @if rows.is_empty() { p class="nothing" { (w.t("come-nobody-placed")) } }
            @else { (table(w, &w.t("come-by-room"), &ROOM_HEADS, &rows)) }
        }
        p class="hint" { (w.with("come-as-of", &[("time", words::second(now).into())])) }
    }
}

/// The lists of names, and the files.
fn lists(w: Words, path: &str, which: Option<Which>) -> Markup {
    html! {
        nav class="take-out" aria-label=(w.t("come-lists")) {
            @for (one, value, name) in WHICH {
                a href={ (path) "?list=" (value) } aria-current=[(Some(one) == which).then_some("page")] { (w.t(name)) }
            }
            a href={ (path) "/attendance.xlsx" } { (w.t("money-xlsx")) }
            a href={ (path) "/attendance.csv" } { (w.t("money-csv")) }
        }
    }
}

fn room_row(w: Words, path: &str, room: &RoomCount) -> Vec<Markup> {
    let missing = room.expected.saturating_sub(room.people_in);
    vec![
        html! { a href={ (path) "?list=all&room=" (room.number) } { (words::room(w, room.number)) } },
        html! { span class="fen" { (room.people_in) } },
        html! { span class="fen" { (missing) } },
        html! { span class="fen" { (room.expected) } },
    ]
}

/// Who has come, by name.
pub(crate) fn names(
    w: Words,
    opening: &Opening,
    all: &Attendance,
    (which, room): (Which, Option<u16>),
    now: Timestamp,
) -> Markup {
    let path = path_of(&opening.entrance);
    let is_closed = now > opening.times.late_until;
    let is_listed = |person: &&Person| {
        let is_which = match which {
            Which::All => true,
            Which::Missing => person.arrival.is_none(),
            Which::Late => person.arrival.is_some_and(|arrival| arrival.is_late),
            Which::Conflicts => person.arrival.is_some_and(|arrival| arrival.is_conflict),
        };
        is_which && room.is_none_or(|room| person.room == room)
    };
    let listed: Vec<&Person> = all.people.iter().filter(is_listed).collect();
    let rows: Vec<Vec<Markup>> = listed.iter().take(SHOWN_MAX).map(|person| row(w, person, is_closed)).collect();
    let more = listed.len().saturating_sub(rows.len());
    let (_, _, name) = WHICH.into_iter().find(|(one, ..)| *one == which).unwrap_or(WHICH[3]);
    let heading =
        room.map_or_else(|| w.t(name).into_owned(), |room| format!("{} · {}", w.t(name), words::room(w, room)));
    html! {
        p { a href=(path) { (w.t("come-numbers")) } }
        (lists(w, &path, Some(which)))
        section {
            h2 { (heading) " " small class="hint" { (w.with("come-people", &[("count", listed.len().into())])) } }
            @if which == Which::Conflicts { p class="hint" { (w.t("come-conflicts-hint")) } (conflicts(w, &all.conflicts)) }
            @else if rows.is_empty() { p class="nothing" { (w.t("come-nobody")) } }
            @else { (table(w, &heading, &HEADS, &rows)) }
            @if more > 0 && which != Which::Conflicts {
                p class="hint" { (w.with("come-more", &[("count", more.into())])) }
            }
        }
        @if !all.strangers.is_empty() && which == Which::All && room.is_none() {
            section {
                h2 { (w.t("come-strangers")) }
                p class="hint" { (w.t("come-strangers-hint")) }
                ul class="lines" {
                    @for stranger in all.strangers.iter().take(SHOWN_MAX) {
                        li {
                            (number(stranger.number.as_ref().map_or("–", |number| number.as_str())))
                            span { (words::second(stranger.arrival.first_at)) }
                        }
                    }
                }
            }
        }
    }
}

fn row(w: Words, person: &Person, is_closed: bool) -> Vec<Markup> {
    let (tone, word) = words::arrival(person.arrival.as_ref(), is_closed);
    vec![
        html! { (words::room(w, person.room)) },
        html! { (person.label) },
        html! { (person.name.as_ref().map_or("–", |name| name.expose())) },
        html! { (number(&person.document.as_ref().map_or_else(|| "–".to_owned(), |document| document.masked()))) },
        html! { (number(person.number.as_ref().map_or("–", |number| number.as_str()))) },
        html! {
            (tag(tone, &w.t(word)))
            @if let Some(arrival) = person.arrival { " " span class="fen" { (words::second(arrival.first_at)) } }
        },
    ]
}

fn conflicts(w: Words, all: &[Conflict]) -> Markup {
    html! {
        @if all.is_empty() { p class="nothing" { (w.t("come-nobody")) } }
        @for conflict in all {
            section class="refund-of" {
                h3 {
                    (conflict.person.as_ref().and_then(|person| person.name.as_ref()).map_or("–", |name| name.expose()))
                    " " (number(conflict.number.as_ref().map_or("–", |number| number.as_str())))
                    @if let Some(person) = &conflict.person { " · " (words::room(w, person.room)) " " (person.label) }
                }
                ul class="lines" {
                    @for entry in &conflict.entries {
                        li {
                            strong class="fen" { (words::second(entry.at)) }
                            span {
                                (entry.staff_name)
                                @if let Some(room) = entry.room { " · " (words::room(w, room)) }
                                " · " (w.with("come-device", &[("device", device(&entry.device.0.to_string()).into())]))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Enough of a device's id to tell two of them apart.
fn device(id: &str) -> String {
    id.chars().take(8).collect()
}
