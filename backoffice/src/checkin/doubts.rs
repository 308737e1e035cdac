//! Who was let in with a doubt about who it is, those that wait for a signature first.

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::words::{Words, key};
use registration::checkin::{DoubtfulEntry, Opening};
use serde::Deserialize;

use super::address::{Address, path_of};
use super::page::{Tab, answer, body as around, title};
use super::words;
use crate::desk::message::Message;
use crate::finance::parts::{moment, number, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 5] = [key("come-first"), key("come-name"), key("come-ticket"), key("doubt-by"), key("come-state")];

/// What was done last, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

pub(crate) async fn show(visit: Visit, address: Address, Query(done): Query<Done>) -> Result<Response, Failure> {
    let door = &visit.app.outside.registration.checkin;
    let opening = door.entrance(&visit.staff, &address.0).await?;
    let entries = door.doubts(&visit.staff, &address.0).await?;
    let w = visit.words;
    let message = (done.done == "signed").then(|| Message::new(Tone::Good, w.t("doubt-did-sign").into_owned()));
    let inside = inside(w, &opening, &entries);
    let page = around(w, (&visit.staff, &opening), Tab::Doubts, message.as_ref(), &inside);
    answer(&visit, (StatusCode::OK, title(w, &opening)), None, &page).await
}

pub(crate) fn inside(w: Words, opening: &Opening, entries: &[DoubtfulEntry]) -> Markup {
    let path = path_of(&opening.entrance);
    let row = |entry: &DoubtfulEntry| {
        let (tone, word) = words::signed(entry);
        vec![
            html! { a href={ (path) "/doubts/" (entry.id.0) } { (moment(w, entry.at)) } },
            html! { (entry.name.as_ref().map_or("–", |name| name.expose())) },
            html! { (number(entry.number.as_ref().map_or("–", |number| number.as_str()))) },
            html! { (entry.staff_name) },
            html! { (tag(tone, &w.t(word))) },
        ]
    };
    let rows: Vec<Vec<Markup>> = entries.iter().map(row).collect();
    html! {
        p class="hint" { (w.t("doubts-lead")) }
        @if rows.is_empty() { p class="nothing" { (w.t("doubts-none")) } }
        @else { (table(w, &w.t("checkin-doubts"), &HEADS, &rows)) }
    }
}
