//! All rooms with their sites as a file, in the columns of the list by which rooms are imported.

use axum::response::Response;
use pagekit::words::{Words, key};
use registration::model::room::{Room, Site};
use registration::rooms::OneSite;
use seating::{SeatOrder, Spacing};

use super::{Asked, draw, signed};
use crate::finance::export::{Begun, Export, Rows};
use crate::finance::frame::Telling;
use crate::finance::sheet::Cell;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 11] = [
    key("list-room-site"),
    key("list-room-address"),
    key("list-room-name"),
    key("list-room-layout"),
    key("list-room-floor"),
    key("list-room-order"),
    key("list-room-spacing"),
    key("list-room-prefix"),
    key("list-room-step-free"),
    key("list-room-lift"),
    key("list-room-spare"),
];

/// The rooms in use of all sites in use, a site at a time.
pub(crate) struct AllRooms;

impl Export for AllRooms {
    type Asked = Asked;

    async fn begin(visit: &Visit, _: &Asked, form: &'static str) -> Result<Begun, Failure> {
        visit.app.outside.registration.lists.begin_rooms(&visit.staff, form).await?;
        let (app, staff, w) = (visit.app.clone(), visit.staff.clone(), visit.words);
        let taken = signed(visit, ("rooms", &HEADS, HEADS.len()), move |place: Option<usize>| {
            let (app, staff, number) = (app.clone(), staff.clone(), place.unwrap_or(0));
            async move {
                let rooms = &app.outside.registration.rooms;
                let sites = rooms.sites(&staff).await?;
                let mut sites = sites.iter().filter(|site| site.retired_at.is_none()).skip(number);
                let site = match sites.next() {
                    Some(site) => Some(rooms.site(&staff, site.site.id).await?),
                    None => None,
                };
                let rows = site.as_ref().map(|site| of_site(w, site)).unwrap_or_default();
                Ok((rows, sites.next().is_some().then_some(number + 1)))
            }
        });
        Ok(Begun::Taken(taken))
    }

    async fn again(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
        draw(visit, asked, telling).await
    }
}

fn of_site(w: Words, one: &OneSite) -> Rows {
    let rooms = one.rooms.iter().filter(|room| room.retired_at.is_none());
    rooms.map(|room| row(w, &one.listed.site, &room.room)).collect()
}

fn row(w: Words, site: &Site, room: &Room) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let yes = |is: bool| Cell::Text(if is { w.t("list-yes") } else { w.t("list-no") }.into_owned());
    let order = match room.plan.order {
        SeatOrder::Serpentine => w.t("list-order-serpentine"),
        SeatOrder::Columns => w.t("list-order-columns"),
        SeatOrder::Rows => w.t("list-order-rows"),
    };
    let spacing = match room.plan.spacing {
        Spacing::Dense => w.t("list-spacing-dense"),
        Spacing::Checkered => w.t("list-spacing-checkered"),
        Spacing::AlternateColumns => w.t("list-spacing-alternate"),
    };
    let letters: Vec<String> = room.plan.layout.clone().into();
    vec![
        text(&site.name.zh),
        text(&site.address.zh),
        Cell::Id(room.name.clone()),
        Cell::Text(letters.join("/")),
        Cell::Id(room.floor.clone()),
        Cell::Text(order.into_owned()),
        Cell::Text(spacing.into_owned()),
        Cell::Id(room.plan.prefix.clone()),
        yes(room.plan.step_free),
        yes(room.has_lift),
        Cell::Id(room.plan.spare_seats.map(|seats| seats.to_string()).unwrap_or_default()),
    ]
}
