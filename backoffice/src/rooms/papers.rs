//! Papers for the staff of sites, from places that were published: the sites of a sitting. `site` is where the papers of one are
//! asked for, and `making` the page of a job; in reading order behind them: `jobs`, `run`, `bundle`, `fill`.

mod bundle;
mod fill;
pub(crate) mod jobs;
pub(crate) mod making;
mod run;
pub(crate) mod site;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::model::room::Site;
use registration::model::room::arrangement::Arrangement;
use registration::rooms::tickets::PaperRoom;

use super::parts::{Found, Tab, answer, site_id};
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 3] = [key("site-called"), key("site-rooms"), key("places-people")];

/// The published rooms of a sitting, and from which arrangement they are.
struct Published {
    found: Found,
    arrangement: Arrangement,
    rooms: Vec<PaperRoom>,
}

impl Published {
    async fn of(visit: &Visit, path: &(String, String)) -> Result<Self, Failure> {
        visit.demand_somewhere(Right::ArrangeSeats)?;
        let found = Found::of(visit, path)?;
        let registration = &visit.app.outside.registration;
        let state = registration.rooms.arrangement(&visit.staff, &found.exam.id, &found.sitting.id).await?;
        let arrangement = state.filter(|known| known.published.is_some()).ok_or(Failure::NotFound)?;
        let rooms = registration.tickets.paper_rooms(&visit.staff, &found.exam.id, &found.sitting.id).await?;
        // At none of the sites for which they work.
        if rooms.is_empty() {
            return Err(Failure::NotFound);
        }
        Ok(Self { found, arrangement, rooms })
    }

    fn path(&self) -> String {
        format!("{}/papers", self.found.path())
    }
}

/// The sites of a sitting; the only one at once.
pub(crate) async fn show(visit: Visit, Path(path): Path<(String, String)>) -> Result<Response, Failure> {
    let published = Published::of(&visit, &path).await?;
    let sites = sites(&published.rooms);
    if let [only] = &sites[..] {
        return Ok(Redirect::to(&format!("{}/{}", published.path(), only.site.id.0)).into_response());
    }
    let body = sites_body(visit.words, &published.found.path(), &published.found.title(visit.words), &sites);
    answer(&visit, StatusCode::OK, (Tab::Places, visit.words.t("papers-title").into_owned()), None, &body).await
}

/// A site of a sitting, with how many rooms are used there and how many people sit in them.
pub(crate) struct SiteSums {
    pub(crate) site: Site,
    pub(crate) rooms: usize,
    pub(crate) people: u32,
}

fn sites(rooms: &[PaperRoom]) -> Vec<SiteSums> {
    let mut sites: Vec<SiteSums> = Vec::new();
    for room in rooms {
        match sites.iter_mut().find(|sums| sums.site.id == room.site.id) {
            Some(sums) => {
                sums.rooms += 1;
                sums.people += room.people;
            }
            None => sites.push(SiteSums { site: room.site.clone(), rooms: 1, people: room.people }),
        }
    }
    sites
}

pub(crate) fn sites_body(w: Words, path: &str, sitting: &str, sites: &[SiteSums]) -> Markup {
    let row = |sums: &SiteSums| {
        let href = format!("{path}/papers/{}", sums.site.id.0);
        vec![
            html! { a href=(href) { (w.pick(&sums.site.name.zh, &sums.site.name.en)) } },
            html! { span class="fen" { (sums.rooms) } },
            html! { span class="fen" { (sums.people) } },
        ]
    };
    let rows: Vec<Vec<Markup>> = sites.iter().map(row).collect();
    html! {
        p { a href=(path) { (sitting) } }
        p class="hint" { (w.t("papers-lead")) }
        @if rows.is_empty() { p class="nothing" { (w.t("papers-nobody")) } }
        @else { (table(w, &w.t("papers-title"), &HEADS, &rows)) }
    }
}

/// The published rooms of one site.
async fn at_site(visit: &Visit, path: &(String, String), site: &str) -> Result<(Published, Vec<PaperRoom>), Failure> {
    let site = site_id(site)?;
    let mut published = Published::of(visit, path).await?;
    let rooms: Vec<PaperRoom> = published.rooms.extract_if(.., |room| room.site.id == site).collect();
    if rooms.is_empty() { Err(Failure::NotFound) } else { Ok((published, rooms)) }
}

/// Where the page of a site is, with the number of a room that is printed alone.
pub(crate) fn site_path(sitting: &str, site: &Site, room: u16) -> String {
    format!("{sitting}/papers/{}?room={room}", site.id.0)
}
