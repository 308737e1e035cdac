//! All sites, a form for another one, and rooms by list.

use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::words::{Words, key};
use registration::model::import::ImportKind;
use registration::rooms::ListedSite;

use super::forms::{SiteEntered, site_form};
use super::parts::{Tab, answer};
use super::words::room_refusal;
use crate::desk::message::Message;
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 4] = [key("site-called"), key("site-address"), key("site-rooms"), key("site-state")];

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) sites: &'a [ListedSite],
    pub(crate) entered: &'a SiteEntered,
}

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, None, &SiteEntered::default()).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/rooms")
}

/// Makes a site.
pub(crate) async fn make(visit: Visit, Form(entered): Form<SiteEntered>) -> Result<Response, Failure> {
    match visit.app.outside.registration.rooms.save_site(&visit.staff, None, &entered.form()).await {
        Ok(id) => Ok(Redirect::to(&format!("/rooms/sites/{}?done=site", id.0)).into_response()),
        Err(error) => match room_refusal(visit.words, &error) {
            Some((status, message)) => draw(&visit, status, Some(&message), &entered).await,
            None => Err(error.into()),
        },
    }
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    message: Option<&Message>,
    entered: &SiteEntered,
) -> Result<Response, Failure> {
    let sites = visit.app.outside.registration.rooms.sites(&visit.staff).await?;
    let body = body(visit.words, &View { sites: &sites, entered });
    answer(visit, status, (Tab::Rooms, visit.words.t("rooms-title").into_owned()), message, &body).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = view.sites.iter().map(|site| row(w, site)).collect();
    html! {
        @if rows.is_empty() { p class="nothing" { (w.t("sites-none")) } }
        @else { (table(w, &w.t("rooms-title"), &HEADS, &rows)) }
        div class="beside" {
            section id="list" {
                h2 { (w.t("rooms-list-title")) }
                p class="hint" { (w.t("rooms-list-how")) }
                p { a href="/imports/templates/rooms.xlsx" download { (w.t("import-template")) } }
                form class="fields" method="post" action="/imports" enctype="multipart/form-data" {
                    input type="hidden" name="kind" value=(ImportKind::Rooms.as_ref());
                    div {
                        label for="file" { (w.t("rooms-list-file")) }
                        input id="file" name="file" type="file" required accept=".csv,.xlsx,.xls,.txt";
                    }
                    button class="button" type="submit" { (w.t("import-send")) }
                    p class="hint" { (w.t("import-send-how")) }
                }
                @if !view.sites.is_empty() { p { a href="/exports/rooms.xlsx" { (w.t("exports-rooms")) } } }
            }
            section {
                h2 { (w.t("site-new")) }
                (site_form(w, "/rooms/sites", view.entered))
            }
        }
    }
}

fn row(w: Words, one: &ListedSite) -> Vec<Markup> {
    let site = &one.site;
    vec![
        html! { a href={ "/rooms/sites/" (site.id.0) } { (w.pick(&site.name.zh, &site.name.en)) } },
        html! { (w.pick(&site.address.zh, &site.address.en)) },
        html! { span class="fen" { (one.rooms) } },
        html! { @if one.retired_at.is_some() { (tag(Tone::Plain, &w.t("retired"))) } @else { (w.t("in-use")) } },
    ]
}
