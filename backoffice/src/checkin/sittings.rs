//! The doors at which whoever is signed in works: of today and the days around it.

use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::checkin::Opening;

use super::address::path_of;
use super::page::{answer, title};
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 3] = [key("places-sitting"), key("places-starts"), key("come-state")];

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let openings = visit.app.outside.registration.checkin.entrances(&visit.staff).await?;
    let title = visit.words.t("checkin-title").into_owned();
    answer(&visit, (StatusCode::OK, title), None, &body(visit.words, &openings, visit.now)).await
}

/// Today's first, then what comes, then what was.
pub(crate) fn body(w: Words, openings: &[Opening], now: Timestamp) -> Markup {
    let day = |at: Timestamp| when::civil(at).date();
    let (is_today, is_over) = (|one: &&Opening| day(one.times.starts_at) == day(now), |at: Timestamp| at < now);
    let today: Vec<&Opening> = openings.iter().filter(is_today).collect();
    let (before, after): (Vec<&Opening>, Vec<&Opening>) =
        openings.iter().filter(|one| !is_today(one)).partition(|one| is_over(one.times.starts_at));
    html! {
        main class="finance" {
            h1 { (w.t("checkin-title")) }
            @if openings.is_empty() { p class="nothing" { (w.t("checkin-none")) } }
            @for (name, list) in [
                (key("checkin-today"), today),
                (key("checkin-coming"), after),
                (key("checkin-past"), before.into_iter().rev().collect()),
            ] {
                @if !list.is_empty() {
                    section {
                        h2 { (w.t(name)) }
                        (table(w, &w.t(name), &HEADS, &list.iter().map(|one| row(w, one, now)).collect::<Vec<_>>()))
                    }
                }
            }
        }
    }
}

fn row(w: Words, opening: &Opening, now: Timestamp) -> Vec<Markup> {
    let times = &opening.times;
    let (tone, word) = if now < times.opens_at {
        (Tone::Plain, key("checkin-not-open"))
    } else if now <= times.late_until {
        (Tone::Good, key("checkin-open"))
    } else if now < times.ends_at {
        (Tone::Care, key("checkin-closed"))
    } else {
        (Tone::Plain, key("checkin-over"))
    };
    vec![
        html! {
            div {
                a href=(path_of(&opening.entrance)) { (title(w, opening)) }
                br;
                small class="hint" { (w.pick(&opening.exam.title.zh, &opening.exam.title.en)) }
            }
        },
        html! { (when::moment(w.language, times.starts_at)) },
        html! { (tag(tone, &w.t(word))) },
    ]
}
