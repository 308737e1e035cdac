//! Reminders on and off: by who is signed in, and by the link of a letter without signing in. Opening the link changes
//! nothing: mail servers open links to look at them; the button does.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::people::accounts::Hears;
use serde::Deserialize;

use crate::failure::{Failure, answer};
use crate::request::next::Token;
use crate::request::visit::{Candidate, Visit};
use crate::view::callout::{Tone, tag};
use crate::view::icons::Icon;
use crate::view::layout::{heading, page};
use crate::view::outcome::{self, Outcome};

/// What the button says.
#[derive(Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    reminders: String,
}

/// Turns them on or off.
pub(crate) async fn set(candidate: Candidate, Form(sent): Form<Sent>) -> Result<Redirect, Failure> {
    let is_off = sent.reminders == "off";
    candidate.visit.app.outside.registration.reminders.set(candidate.account.id, is_off).await?;
    let said = if is_off { "reminders-off" } else { "reminders-on" };
    Ok(Redirect::to(&format!("/me?said={said}#reminders")))
}

/// A reload of what became a GET.
pub(crate) async fn back(_candidate: Candidate) -> Redirect {
    Redirect::to("/me#reminders")
}

/// The link of a letter: what the button will do.
pub(crate) async fn show_stop(visit: Visit, Query(link): Query<Token>) -> Result<Response, Failure> {
    match visit.app.outside.registration.reminders.account_of(&link.token) {
        Some(_) => {
            Ok(page(&visit.frame(visit.words.t("stop-title")), &stop_body(visit.words, &link.token)).into_response())
        }
        None => Ok(dead(&visit)),
    }
}

/// Turns them off, whoever is signed in here, or nobody.
pub(crate) async fn stop(visit: Visit, Form(link): Form<Token>) -> Result<Response, Failure> {
    let reminders = &visit.app.outside.registration.reminders;
    let Some(account) = reminders.account_of(&link.token) else { return Ok(dead(&visit)) };
    reminders.set(account, true).await?;
    let w = visit.words;
    let said = Outcome {
        icon: Icon::Tick,
        title: w.t("stop-done").into_owned(),
        text: w.t("stop-done-text").into_owned(),
        more: None,
        next: ("/".to_owned(), w.t("stop-home").into_owned()),
    };
    Ok(outcome::show(visit.frame(""), &said).into_response())
}

fn dead(visit: &Visit) -> Response {
    let w = visit.words;
    let said = Outcome {
        icon: Icon::Alert,
        title: w.t("link-title").into_owned(),
        text: w.t("stop-unknown").into_owned(),
        more: None,
        next: ("/me#reminders".to_owned(), w.t("to-me").into_owned()),
    };
    answer(StatusCode::GONE, outcome::show(visit.frame(""), &said))
}

pub(crate) fn stop_body(w: Words, token: &str) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("stop-title")))
            p class="lead" { (w.t("stop-text")) }
            form method="post" action="/reminders/stop" data-busy=(w.t("form-busy")) {
                input type="hidden" name="token" value=(token);
                button class="button" type="submit" { (w.t("stop-submit")) }
            }
        }
    }
}

/// Whether one is reminded, and how, as a part of 个人中心.
pub(crate) fn section(w: Words, is_off: bool, hears: Hears) -> Markup {
    let (tone, word) = match is_off {
        true => (Tone::Plain, w.t("reminders-off")),
        false => (Tone::Good, w.t("reminders-on")),
    };
    let way = match hears {
        Hears::Letter => w.t("reminders-by-letter"),
        Hears::Message => w.t("reminders-by-message"),
        Hears::Nothing => w.t("reminders-by-nothing"),
    };
    html! {
        section id="reminders" {
            h2 { (w.t("reminders-title")) }
            dl class="rows" {
                div {
                    dt { (w.t("reminders-state")) }
                    dd { (tag(tone, &word)) }
                    dd class="row-do" {
                        form method="post" action="/me/reminders" {
                            @let (value, turn) = turn(w, is_off);
                            button class="text-button" type="submit" name="reminders" value=(value) { (turn) }
                        }
                    }
                }
            }
            p class="hint" { (w.t("reminders-what")) " " (way) }
        }
    }
}

/// What the button sends, and says.
fn turn(w: Words, is_off: bool) -> (&'static str, String) {
    if is_off { ("on", w.t("reminders-turn-on").into_owned()) } else { ("off", w.t("reminders-turn-off").into_owned()) }
}
