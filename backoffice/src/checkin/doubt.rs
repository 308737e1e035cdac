//! One entry in doubt: the photo from the door beside the one on the ticket, and what two members of staff say, each for
//! themselves. That somebody looked is on record, and nobody signs what they have not looked at.

use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::words::{Words, key};
use registration::checkin::{CheckInError, DoubtfulEntry, NOTE_CHARS_MAX};
use registration::desk::staff::StaffMember;
use registration::model::room::checkin::Opinion;
use serde::Deserialize;

use super::address::{Address, DoubtAddress};
use super::page::{Tab, answer, body as around, title};
use super::words;
use crate::desk::message::Message;
use crate::desk::picture::jpeg;
use crate::finance::parts::{fact, moment};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What can be said, in the order in which it is offered.
const OPINIONS: [Opinion; 2] = [Opinion::Same, Opinion::Other];

/// What was chosen and typed.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    says: String,
    #[serde(default)]
    note: String,
}

pub(crate) async fn show(visit: Visit, address: Address, doubt: DoubtAddress) -> Result<Response, Failure> {
    draw(&visit, &address, doubt, StatusCode::OK, None, &Typed::default()).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(address: Address, doubt: DoubtAddress) -> Redirect {
    Redirect::to(&path_of(&address, doubt))
}

/// The photo that was taken at the door.
pub(crate) async fn at_the_door(visit: Visit, address: Address, doubt: DoubtAddress) -> Result<Response, Failure> {
    let photo = visit.app.outside.registration.checkin.door_photo(&visit.staff, &address.0, doubt.0).await?;
    photo.map(jpeg).ok_or(Failure::NotFound)
}

/// The photo on the ticket.
pub(crate) async fn on_the_ticket(visit: Visit, address: Address, doubt: DoubtAddress) -> Result<Response, Failure> {
    let photo = visit.app.outside.registration.checkin.ticket_photo(&visit.staff, &address.0, doubt.0).await?;
    photo.map(jpeg).ok_or(Failure::NotFound)
}

/// Signs what the entry was.
pub(crate) async fn sign(
    visit: Visit,
    address: Address,
    doubt: DoubtAddress,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Ok(says) = typed.says.parse::<Opinion>() else {
        let message = Message::new(Tone::Bad, visit.words.t("doubt-unsaid").into_owned());
        return draw(&visit, &address, doubt, StatusCode::UNPROCESSABLE_ENTITY, Some(message), &typed).await;
    };
    let door = &visit.app.outside.registration.checkin;
    let word = match door.sign(&visit.staff, &address.0, doubt.0, (says, &typed.note)).await {
        Ok(()) => return Ok(Redirect::to(&format!("{}/doubts?done=signed", address.path())).into_response()),
        Err(CheckInError::SamePerson) => key("doubt-same-person"),
        Err(CheckInError::Signed) => key("doubt-signed-already"),
        Err(CheckInError::NotLooked) => key("doubt-not-looked"),
        Err(CheckInError::Note) => key("doubt-note-long"),
        Err(other) => return Err(other.into()),
    };
    let message = Message::new(Tone::Bad, visit.words.t(word).into_owned());
    draw(&visit, &address, doubt, StatusCode::CONFLICT, Some(message), &typed).await
}

async fn draw(
    visit: &Visit,
    address: &Address,
    doubt: DoubtAddress,
    status: StatusCode,
    message: Option<Message>,
    typed: &Typed,
) -> Result<Response, Failure> {
    let door = &visit.app.outside.registration.checkin;
    let opening = door.entrance(&visit.staff, &address.0).await?;
    let entry = door.doubtful(&visit.staff, &address.0, doubt.0).await?;
    let inside = inside(visit.words, &path_of(address, doubt), (&visit.staff, &entry), typed);
    let page = around(visit.words, (&visit.staff, &opening), Tab::Doubts, message.as_ref(), &inside);
    answer(visit, (status, title(visit.words, &opening)), None, &page).await
}

fn path_of(address: &Address, doubt: DoubtAddress) -> String {
    format!("{}/doubts/{}", address.path(), doubt.0.0)
}

pub(crate) fn inside(w: Words, path: &str, (staff, entry): (&StaffMember, &DoubtfulEntry), typed: &Typed) -> Markup {
    let (tone, word) = words::signed(entry);
    let masked = entry.document.as_ref().map_or_else(|| "–".to_owned(), |document| document.masked());
    html! {
        h2 { (entry.name.as_ref().map_or("–", |name| name.expose())) " " (tag(tone, &w.t(word))) }
        div class="proofs" {
            @if entry.has_photo {
                figure {
                    img src={ (path) "/door.jpg" } alt=(w.t("doubt-at-the-door"));
                    figcaption { (w.t("doubt-at-the-door")) }
                }
            } @else { p class="hint" { (w.t("doubt-removed")) } }
            @if entry.is_withheld { p class="hint" { (w.t("doubt-withheld")) } }
            @else { figure {
                img src={ (path) "/ticket.jpg" } alt=(w.t("doubt-on-the-ticket"));
                figcaption { (w.t("doubt-on-the-ticket")) }
            } }
        }
        dl class="facts" {
            (fact(&w.t("come-ticket"), &html! { (entry.number.as_ref().map_or("–", |number| number.as_str())) }))
            (fact(&w.t("document"), &html! { (masked) }))
            @if let Some(room) = entry.room { (fact(&w.t("places-number"), &html! { (words::room(w, room)) })) }
            (fact(&w.t("come-first"), &html! { (moment(w, entry.at)) }))
            (fact(&w.t("doubt-by"), &html! { (entry.staff_name) }))
            (fact(&w.t("doubt-tries"), &html! { (entry.tries) }))
        }
        section {
            h2 { (w.t("doubt-signatures")) }
            @if entry.signatures.is_empty() { p class="hint" { (w.t("doubt-signed-none")) } }
            ol class="lines" {
                @for signature in &entry.signatures {
                    li {
                        strong { (w.t(words::opinion(signature.says))) }
                        span {
                            (signature.name) " · " (moment(w, signature.at))
                            @if !signature.note.is_empty() { " · " (signature.note) }
                        }
                    }
                }
            }
        }
        @if entry.waits_for(staff.id) { (form(w, path, typed)) }
        @else if entry.is_withheld { p class="hint" { (w.t("doubt-withheld-sign")) } }
        @else if entry.signatures.len() < 2 { p class="hint" { (w.t("doubt-needs-another")) } }
    }
}

fn form(w: Words, path: &str, typed: &Typed) -> Markup {
    html! {
        form class="fields" method="post" action={ (path) "/sign" } {
            fieldset {
                legend { (w.t("doubt-who")) }
                div class="choices" {
                    @for opinion in OPINIONS {
                        @let value = opinion.as_ref();
                        label for={ "says-" (value) } {
                            input type="radio" id={ "says-" (value) } name="says" value=(value) required
                                checked[typed.says == value];
                            span { (w.t(words::opinion(opinion))) }
                        }
                    }
                }
            }
            div {
                label for="note" { (w.t("doubt-note")) }
                input type="text" id="note" name="note" value=(typed.note) maxlength=(NOTE_CHARS_MAX) autocomplete="off";
            }
            p class="hint" { (w.t("doubt-sign-hint")) }
            button class="button" type="submit" { (w.t("doubt-sign")) }
        }
    }
}
