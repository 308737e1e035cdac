//! Finding candidates: one field, which says by itself what was typed. It is sent in a form, so that no address, no log and no
//! other site has it.

use std::borrow::Cow;

use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::people::candidates::typed::{Kind, TYPED_CHARS_MAX};
use registration::people::candidates::{Found, Hit};
use reservation::ids::ExamId;
use serde::Deserialize;

use super::address::path;
use super::{NO_DESK, looking};
use crate::desk::frame::page;
use crate::desk::lines::Titles;
use crate::desk::words::kind_name;
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 6] =
    [key("cand-name"), key("document"), key("mobile"), key("cand-exams"), key("cand-made"), key("cand-found-by")];

/// What was typed. It is no part of any address.
#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) sought: String,
}

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::SeeCandidates)?;
    if looking(&visit).exams.is_some_and(<[ExamId]>::is_empty) {
        return framed(&visit, StatusCode::OK, &nobody(visit.words)).await;
    }
    draw(&visit, StatusCode::OK, "", None).await
}

/// One candidate: the page. Several: a list of them.
pub(crate) async fn find(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::SeeCandidates)?;
    let sought = entered.sought.trim();
    let found = visit.app.outside.registration.candidates.find(&looking(&visit), sought).await?;
    match &found.hits[..] {
        [one] if !found.has_more && found.unreadable == 0 => Ok(Redirect::to(&path(one.who.number)).into_response()),
        [] if found.read_as.is_empty() => draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, sought, Some(&found)).await,
        [] if found.unreadable == 0 => draw(&visit, StatusCode::NOT_FOUND, sought, Some(&found)).await,
        _ => draw(&visit, StatusCode::OK, sought, Some(&found)).await,
    }
}

async fn draw(visit: &Visit, status: StatusCode, sought: &str, found: Option<&Found>) -> Result<Response, Failure> {
    let titles = |exam: &ExamId| visit.exam_title(exam);
    framed(visit, status, &body(visit.words, sought, found, &titles)).await
}

async fn framed(visit: &Visit, status: StatusCode, body: &Markup) -> Result<Response, Failure> {
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(visit.words.t("cand-title"), &counts, &NO_DESK);
    (frame.waiting, frame.path) = (None, "/candidates");
    Ok((status, page(&frame, body)).into_response())
}

/// For whoever works for some sites or schools alone: they would find nobody.
pub(crate) fn nobody(w: Words) -> Markup {
    html! {
        main class="finance find-candidate" {
            h1 { (w.t("cand-title")) }
            (callout(Tone::Care, &w.t("cand-nobodys"), &html! { p { (w.t("cand-nobodys-how")) } }))
        }
    }
}

pub(crate) fn body(w: Words, sought: &str, found: Option<&Found>, titles: &Titles<'_>) -> Markup {
    html! {
        main class="finance find-candidate" {
            h1 { (w.t("cand-title")) }
            form class="search" method="post" action="/candidates" role="search" {
                div class="wide" {
                    label for="sought" { (w.t("cand-sought")) }
                    input id="sought" name="sought" type="text" value=(sought) required maxlength=(TYPED_CHARS_MAX)
                        autocomplete="off" autocapitalize="off" spellcheck="false" autofocus aria-describedby="sought-hint";
                }
                button class="button" type="submit" { (w.t("cand-find")) }
            }
            p class="hint" id="sought-hint" { (w.t("cand-sought-hint")) }
            @if let Some(found) = found { (result(w, found, titles)) }
        }
    }
}

fn result(w: Words, found: &Found, titles: &Titles<'_>) -> Markup {
    let read_as = kinds(w, &found.read_as);
    // Digits can be read as several things: by which of them somebody was found is said.
    let mut by: Vec<Kind> = found.hits.iter().flat_map(|hit| hit.by.iter().copied()).collect();
    by.sort_unstable();
    by.dedup();
    html! {
        @if found.read_as.is_empty() {
            (callout(Tone::Bad, &w.t("cand-unreadable"), &html! { p { (w.t("cand-unreadable-how")) } }))
        } @else if found.hits.is_empty() && found.unreadable == 0 {
            (callout(Tone::Care, &w.with("cand-none", &[("as", read_as.into())]), &html! { p { (w.t("cand-none-how")) } }))
        } @else {
            @if found.unreadable > 0 {
                (callout(Tone::Bad, &w.with("cand-broken", &[("count", found.unreadable.into())]), &html! { p { (w.t("cand-broken-how")) } }))
            }
            @if !found.hits.is_empty() { p role="status" {
                (w.with("cand-found", &[("as", kinds(w, &by).into()), ("count", found.hits.len().into())]))
                @if found.has_more { " " (w.t("cand-found-more")) }
            } }
            @let rows: Vec<Vec<Markup>> = found.hits.iter().map(|hit| row(w, hit, titles)).collect();
            @if !rows.is_empty() { (table(w, &w.t("cand-title"), &HEADS, &rows)) }
        }
    }
}

fn row(w: Words, hit: &Hit, titles: &Titles<'_>) -> Vec<Markup> {
    let who = &hit.who;
    let name = who.name.clone().map_or_else(|| w.t("cand-nameless"), Cow::Owned);
    let contact = [&who.mobile, &who.email, &who.username].into_iter().find_map(Option::as_deref);
    vec![
        html! { a href=(path(who.number)) { (name) } },
        html! {
            @match &who.document {
                Some((kind, number)) => { span class="id" { (number) } " " small class="hint" { (kind_name(w, *kind)) } }
                None => "–",
            }
        },
        html! { span class="id" { (contact.unwrap_or("–")) } },
        html! {
            div {
                @if who.exams.is_empty() { "–" }
                @for exam in who.exams.iter().take(EXAMS_SHOWN) { span class="line" { (titles(exam)) } }
                @if who.exams.len() > EXAMS_SHOWN {
                    @let more = who.exams.len() - EXAMS_SHOWN;
                    span class="hint" { (w.with("cand-more-exams", &[("count", more.into())])) }
                }
            }
        },
        html! { span class="fen" { (when::moment(w.language, who.created_at)) } },
        html! { (kinds(w, &hit.by)) },
    ]
}

/// Exams that a line of the list names.
const EXAMS_SHOWN: usize = 2;

/// What something was read as, or found by, in words.
fn kinds(w: Words, kinds: &[Kind]) -> String {
    let words: Vec<Cow<'static, str>> = kinds.iter().map(|kind| w.t(kind_key(*kind))).collect();
    words.join(&w.t("cand-or"))
}

fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => key("cand-kind-account"),
        Kind::Order => key("cand-kind-order"),
        Kind::Ticket => key("cand-kind-ticket"),
        Kind::Document => key("cand-kind-document"),
        Kind::Mobile => key("cand-kind-mobile"),
        Kind::Email => key("cand-kind-email"),
        Kind::Username => key("cand-kind-username"),
        Kind::Name => key("cand-kind-name"),
    }
}
