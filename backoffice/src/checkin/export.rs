//! Who has come to a site, as files.

use axum::response::Response;
use jiff::Timestamp;
use pagekit::words::{Words, key};
use registration::checkin::{Opening, Person};

use super::address::Address;
use super::words;
use crate::finance::export::{Taken, csv_file, xlsx_file};
use crate::finance::sheet::{Cell, at};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 9] = [
    key("places-number"),
    key("come-seat-number"),
    key("come-seat"),
    key("come-name"),
    key("document"),
    key("come-ticket"),
    key("places-state"),
    key("come-first"),
    key("come-remarks"),
];

pub(crate) async fn csv(visit: Visit, address: Address) -> Result<Response, Failure> {
    Ok(csv_file(&visit, taken(&visit, &address, "csv").await?))
}

pub(crate) async fn xlsx(visit: Visit, address: Address) -> Result<Response, Failure> {
    let taken = taken(&visit, &address, "xlsx").await?;
    // A site has fewer people than a table has rows.
    xlsx_file(&visit, taken).await?.ok_or(Failure::TooLarge)
}

async fn taken(visit: &Visit, address: &Address, form: &str) -> Result<Taken, Failure> {
    let door = &visit.app.outside.registration.checkin;
    let opening = door.entrance(&visit.staff, &address.0).await?;
    let all = door.export(&visit.staff, &address.0, form).await?;
    let rows = all.people.iter().map(|person| row(visit.words, &opening, person, visit.now)).collect();
    Ok(Taken::whole(visit.words, "attendance", &HEADS, rows))
}

fn row(w: Words, opening: &Opening, person: &Person, now: Timestamp) -> Vec<Cell> {
    let is_closed = now > opening.times.late_until;
    let (_, state) = words::arrival(person.arrival.as_ref(), is_closed);
    let text = |text: &str| Cell::Text(text.to_owned());
    let remarks = person.arrival.map_or_else(Vec::new, |arrival| {
        let said = [
            (arrival.is_late, key("come-late")),
            (arrival.is_doubtful, key("come-doubtful")),
            (arrival.is_conflict, key("come-conflict")),
        ];
        said.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| w.t(word).into_owned()).collect()
    });
    vec![
        Cell::Id(person.room.to_string()),
        Cell::Id(person.seat.to_string()),
        text(&person.label),
        text(person.name.as_ref().map_or("", |name| name.expose())),
        Cell::Id(person.document.as_ref().map_or_else(String::new, |document| document.masked())),
        Cell::Id(person.number.as_ref().map_or_else(String::new, |number| number.to_string())),
        text(&w.t(state)),
        at(person.arrival.map(|arrival| arrival.first_at)),
        Cell::Text(remarks.join(" ")),
    ]
}
