//! The tickets as a file: a PDF to print, or a picture for an album. What was taken away is written down, so that the page
//! can say when it is out of date.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use pagekit::language::Language;
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::TicketDesign;
use registration::model::order::Order;
use registration::model::organisation::{OrganisationLevel, ancestry};
use registration::model::room::ticket::Ticket;
use registration::rooms::tickets::TicketError;
use registration::rules::tickets::Times;
use serde::Deserialize;

use crate::failure::Failure;
use crate::pages::ticket::failed;
use crate::printing::Printing;
use crate::printing::{not_printed, told};
use crate::request::order::find_now;
use crate::request::signed_in::SignedIn;
use crate::words::document::document_name;
use crate::words::ticket::granted::granted_line;
use crate::words::ticket::{arrive, begins, floor, room_number};

/// As wide as the largest phones' screens, so that an album shows it sharp.
const PICTURE_PIXELS: u32 = 1_240;

/// Which of an order's tickets is drawn.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// The number of the ticket among those of the order, from 1.
    #[serde(default = "first")]
    page: usize,
}

fn first() -> usize {
    1
}

/// All of them, each on a page.
pub(crate) async fn pdf(candidate: SignedIn, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, tickets, printing) = papers_of(&candidate, &order).await?;
    let paper = printing.tickets(tickets).await.map_err(not_printed)?;
    told(&order, &paper.missing);
    Ok(file(paper.pdf, "application/pdf", &format!("ticket-{}.pdf", order.id)))
}

/// One of them as a picture.
pub(crate) async fn picture(
    candidate: SignedIn,
    Path(order): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (order, mut tickets, printing) = papers_of(&candidate, &order).await?;
    let index = asked.page.checked_sub(1).filter(|index| *index < tickets.len()).ok_or(Failure::NotFound)?;
    let picture = printing.picture(tickets.swap_remove(index), PICTURE_PIXELS).await.map_err(not_printed)?;
    told(&order, &picture.missing);
    Ok(file(picture.png, "image/png", &format!("ticket-{}-{}.png", order.id, asked.page)))
}

/// What stands on the order's tickets, and where they are printed.
async fn papers_of(candidate: &SignedIn, order: &str) -> Result<(Order, Vec<papers::Ticket>, Printing), Failure> {
    let (order, exam) = find_now(&candidate.app, &candidate.account, order).await?;
    let outside = &candidate.app.outside;
    let printing = outside.printing.clone().ok_or(Failure::NotFound)?;
    let tickets = match outside.registration.tickets.to_print(&exam, &order).await {
        Ok(tickets) => tickets,
        Err(TicketError::Refused(_)) => return Err(Failure::NotFound),
        Err(error) => return Err(failed(error)),
    };
    if tickets.is_empty() {
        return Err(Failure::NotFound);
    }
    let has_photo = tickets.iter().any(|ticket| ticket.holder.has_photo);
    let photo = if has_photo { outside.registration.tickets.photo(&exam, order.account).await? } else { None };
    let paper = |ticket: &Ticket| paper(candidate.words, &exam, ticket, photo.clone());
    let papers = tickets.iter().map(paper).collect();
    Ok((order, papers, printing))
}

/// A ticket as the words that stand on paper.
pub(crate) fn paper(w: Words, exam: &Exam, ticket: &Ticket, photo: Option<Vec<u8>>) -> papers::Ticket {
    let sitting = exam.sitting(&ticket.sitting);
    let times = sitting.map(|sitting| Times::granted(exam, sitting, &ticket.granted));
    let (place, site) = (&ticket.place, &ticket.place.site);
    let text = |text: &registration::model::text::Text| w.pick(&text.zh, &text.en).to_owned();
    let document = ticket.holder.document.as_ref();
    let rules = exam.rules.ticket.rules.as_ref();
    let now = Timestamp::now();
    let organisation = |level| {
        let line = sitting.and_then(|sitting| sitting.campus.as_ref());
        let line = line.map(|campus| ancestry(&exam.organisations, campus)).unwrap_or_default();
        line.into_iter().find(|one| one.level == level).map(|one| text(&one.name)).unwrap_or_default()
    };
    papers::Ticket {
        design: match exam.rules.ticket.design {
            TicketDesign::Sheet => papers::Design::Sheet,
            TicketDesign::School => papers::Design::School,
        },
        school: organisation(OrganisationLevel::School),
        campus: organisation(OrganisationLevel::Campus),
        language: match w.language {
            Language::Zh => papers::Language::Zh,
            Language::En => papers::Language::En,
        },
        made_at: ticket.issued_at,
        exam: text(&exam.title),
        organiser: text(&exam.organiser),
        number: ticket.number.to_string(),
        name: ticket.holder.name.as_ref().map(|name| name.expose().to_owned()).unwrap_or_default(),
        document_kind: document.map(|document| document_name(w, document)).unwrap_or_default(),
        document: document.map(|document| document.masked()).unwrap_or_default(),
        subject: sitting.map(|sitting| text(&sitting.title)).unwrap_or_default(),
        site: text(&site.name),
        address: text(&site.address),
        way: text(&site.way),
        room: place.room_name.clone(),
        floor: floor(w, &place.floor),
        room_number: room_number(place),
        seat: place.label.clone(),
        start: times.as_ref().map(|times| begins(w, times)).unwrap_or_default(),
        arrive: times.as_ref().and_then(|times| arrive(w, times)).unwrap_or_default(),
        needs: granted_line(w, exam, times.as_ref(), &ticket.granted),
        rules: rules
            .map(|rules| if w.language == Language::Zh { rules.zh.clone() } else { rules.en.clone() })
            .unwrap_or_default(),
        help: exam.rules.contact.as_ref().map(text).unwrap_or_default(),
        printed: when::pieces_full(w.language, now).join(if w.language == Language::En { " " } else { "" }),
        photo,
        code: Some(ticket.code.clone()),
        ..papers::Ticket::default()
    }
}

/// A file that nothing on the way keeps: a name stands in it.
fn file(bytes: Vec<u8>, media_type: &'static str, name: &str) -> Response {
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}
