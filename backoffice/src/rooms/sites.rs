//! All sites, a form for another one, and rooms by list.

use axum::Form;
use axum::extract::{Multipart, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::rooms::{LIST_BYTES_MAX, ListedSite, RoomError, RoomsImported};

use super::forms::{SiteEntered, site_form};
use super::parts::{Done, Tab, answer};
use super::words::room_refusal;
use crate::desk::message::Message;
use crate::failure::Failure;
use crate::finance::parts::table;
use crate::request::upload::{Part, Upload};
use crate::request::visit::Visit;

/// Most bytes of the form with a list.
pub(crate) const FORM_BYTES_MAX: usize = LIST_BYTES_MAX + 64 * 1024;
/// Most faults of a list that are told one by one.
const FAULTS_SHOWN_MAX: usize = 100;

const HEADS: [&str; 4] = [key("site-called"), key("site-address"), key("site-rooms"), key("site-state")];

/// What was wrong with a list: the line, and why.
pub(crate) type Faults = Vec<(u64, String)>;

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) sites: &'a [ListedSite],
    pub(crate) entered: &'a SiteEntered,
    pub(crate) faults: &'a [(u64, String)],
}

pub(crate) async fn show(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let message = imported(visit.words, &done.done).map(|text| Message::new(Tone::Good, text));
    draw(&visit, StatusCode::OK, message.as_ref(), &SiteEntered::default(), &Faults::new()).await
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
            Some((status, message)) => draw(&visit, status, Some(&message), &entered, &Faults::new()).await,
            None => Err(error.into()),
        },
    }
}

/// Takes a list of rooms in.
pub(crate) async fn import(visit: Visit, form: Multipart) -> Result<Response, Failure> {
    visit.demand(Right::ArrangeSeats)?;
    let (mut upload, mut file) = (Upload::new(form), None);
    while let Some(part) = upload.next(LIST_BYTES_MAX).await? {
        if let Part::File { bytes, .. } = part {
            file = Some(bytes);
        }
    }
    let w = visit.words;
    let bytes = match file {
        None => return refused(&visit, w.t("rooms-list-none").into_owned(), &Faults::new()).await,
        Some(None) => return refused(&visit, w.t("rooms-list-large").into_owned(), &Faults::new()).await,
        Some(Some(bytes)) => bytes,
    };
    match visit.app.outside.registration.rooms.import(&visit.staff, &bytes).await {
        Ok(RoomsImported { sites, added, changed, same }) => {
            Ok(Redirect::to(&format!("/rooms?done={sites}.{added}.{changed}.{same}")).into_response())
        }
        Err(RoomError::List(faults)) => {
            let faults: Faults = faults.into_iter().map(|fault| (fault.line, fault.message)).collect();
            let text = w.with("rooms-list-bad", &[("count", faults.len().into())]).into_owned();
            refused(&visit, text, &faults).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The page again, with why the list was not taken.
async fn refused(visit: &Visit, why: String, faults: &Faults) -> Result<Response, Failure> {
    let (message, status) = (Message::new(Tone::Bad, why), StatusCode::UNPROCESSABLE_ENTITY);
    draw(visit, status, Some(&message), &SiteEntered::default(), faults).await
}

/// What a list did, as it stands in the address.
fn imported(w: Words, done: &str) -> Option<String> {
    let counts: Vec<u32> = done.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [sites, added, changed, same] = counts[..] else { return None };
    let values = [("sites", sites.into()), ("added", added.into()), ("changed", changed.into()), ("same", same.into())];
    Some(w.with("rooms-list-done", &values).into_owned())
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    message: Option<&Message>,
    entered: &SiteEntered,
    faults: &Faults,
) -> Result<Response, Failure> {
    let sites = visit.app.outside.registration.rooms.sites(&visit.staff).await?;
    let body = body(visit.words, &View { sites: &sites, entered, faults });
    answer(visit, status, (Tab::Rooms, visit.words.t("rooms-title").into_owned()), message, &body).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = view.sites.iter().map(|site| row(w, site)).collect();
    html! {
        (faults(w, view.faults))
        @if rows.is_empty() { p class="nothing" { (w.t("sites-none")) } }
        @else { (table(w, &w.t("rooms-title"), &HEADS, &rows)) }
        div class="beside" {
            section {
                h2 { (w.t("rooms-list-title")) }
                p class="hint" { (w.t("rooms-list-how")) }
                form class="fields" method="post" action="/rooms/import" enctype="multipart/form-data" {
                    div {
                        label for="list" { (w.t("rooms-list-file")) }
                        input id="list" name="list" type="file" required accept=".csv,.txt";
                    }
                    button class="button" type="submit" { (w.t("rooms-list-submit")) }
                }
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

/// Each line of a list that cannot be, with its number and why.
fn faults(w: Words, faults: &[(u64, String)]) -> Markup {
    html! {
        @if !faults.is_empty() {
            (callout(Tone::Bad, &w.t("rooms-list-faults"), &html! {
                ol class="lines" {
                    @for (line, why) in faults.iter().take(FAULTS_SHOWN_MAX) {
                        li {
                            strong { (w.with("list-line", &[("line", (*line).into())])) }
                            span { (why) }
                        }
                    }
                }
            }))
        }
    }
}
