//! The sittings of an order as a file for calendars, as soon as the seat is the candidate's: with the room once it is known.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderSitting, OrderState};
use registration::model::room::ticket::{Admission, Ticket};
use registration::rooms::tickets::TicketError;
use registration::rules::tickets::Times;

use crate::failure::Failure;
use crate::pages::ticket::failed;
use crate::request::order::find_now;
use crate::request::signed_in::SignedIn;
use crate::words::ticket::calendar::{Entry, calendar};
use crate::words::ticket::{arrive, room, subject};

pub(crate) async fn show(
    candidate: SignedIn,
    Path(order): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.app, &candidate.account, &order).await?;
    if order.state != OrderState::Confirmed {
        return Err(Failure::NotFound);
    }
    let w = candidate.words;
    let admissions = match candidate.app.outside.registration.tickets.of_order(&exam, &order).await {
        Ok(admissions) => admissions,
        Err(TicketError::Refused(_)) => Vec::new(),
        Err(error) => return Err(failed(error)),
    };
    let here = format!("{}/orders/{}/ticket", candidate.app.base_url(&headers), order.id);
    let seats = order.sittings.iter();
    let entries: Vec<Entry> =
        seats.filter_map(|seat| entry(w, (&exam, &order, seat), ticket_of(&admissions, seat), &here)).collect();
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"exam-{}.ics\"", order.id)),
    ];
    let name = w.pick(&exam.title.zh, &exam.title.en);
    Ok((headers, calendar(name, &entries)).into_response())
}

fn ticket_of<'a>(admissions: &'a [Admission], seat: &OrderSitting) -> Option<&'a Ticket> {
    admissions.iter().find_map(|admission| match admission {
        Admission::Ticket(ticket) if ticket.sitting == seat.sitting => Some(&**ticket),
        Admission::Ticket(_) | Admission::NotArranged(_) => None,
    })
}

fn entry(
    w: Words,
    (exam, order, seat): (&Exam, &Order, &OrderSitting),
    ticket: Option<&Ticket>,
    here: &str,
) -> Option<Entry> {
    let sitting = exam.sitting(&seat.sitting)?;
    let granted = ticket.map(|ticket| &ticket.granted[..]).unwrap_or_default();
    let times = Times::granted(exam, sitting, granted);
    let title = format!("{} · {}", w.pick(&exam.title.zh, &exam.title.en), subject(w, exam, seat));
    let venue = w.pick(&sitting.venue.zh, &sitting.venue.en).to_owned();
    let (place, lines) = match ticket {
        Some(ticket) => {
            let site = &ticket.place.site;
            let place =
                format!("{} {}", w.pick(&site.name.zh, &site.name.en), w.pick(&site.address.zh, &site.address.en));
            let number = format!("{} {}", w.t("ticket-number"), ticket.number);
            let seat = format!("{} {}", w.t("ticket-seat"), ticket.place.label);
            // Calendars are shared: what was granted is not in it, but that the end is later.
            (place, [number, room(w, &ticket.place), seat].into_iter().collect())
        }
        None => (venue, Vec::new()),
    };
    let bring = w.t("ticket-bring").into_owned();
    let text: Vec<String> = arrive(w, &times).into_iter().chain(lines).chain([bring.clone()]).collect();
    Some(Entry {
        uid: format!("{}.{}@seathold", order.id, seat.sitting),
        sequence: ticket.map_or(0, |ticket| ticket.generation.0),
        made_at: ticket.map_or(order.created_at, |ticket| ticket.issued_at).max(Timestamp::UNIX_EPOCH),
        starts_at: times.arrive_at.unwrap_or(times.starts_at),
        ends_at: Some(times.ends()),
        reminder: format!("{title}. {bring}"),
        title,
        place,
        position: ticket.and_then(|ticket| ticket.place.site.position),
        text: text.join("\n"),
        url: here.to_owned(),
    })
}
