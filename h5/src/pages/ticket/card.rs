//! One ticket: the code to scan, who, when, which room and seat, and how to get there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use pagekit::qr_code::code;
use pagekit::words::Words;
use registration::model::room::ticket::Ticket;
use registration::rules::tickets::Times;

use crate::pages::ticket::View;
use crate::view::facts::{facts, moment, person_name};
use crate::words::document::document_name;
use crate::words::ticket::granted::granted;
use crate::words::ticket::{arrive, map_link, room, subject};

pub(super) fn ticket_card(w: Words, view: &View<'_>, ticket: &Ticket) -> Markup {
    let (exam, place) = (view.exam, &ticket.place);
    let seat = view.order.sittings.iter().find(|seat| seat.sitting == ticket.sitting);
    let title = seat.map(|seat| subject(w, exam, seat)).unwrap_or_default();
    let times = exam.sitting(&ticket.sitting).map(|sitting| Times::granted(exam, sitting, &ticket.granted));
    let number = format!("ticket-{}", ticket.number);
    html! {
        article class="ticket" aria-labelledby=(number) {
            header class="ticket-head" {
                h2 id=(number) { (title) }
                @if let Some(times) = &times { (moment(w, times.starts_at, None)) }
            }
            @if let Some(arrive) = times.as_ref().and_then(|times| arrive(w, times)) { p class="ticket-arrive" { (arrive) } }
            div class="ticket-place" {
                p { span class="ticket-label" { (w.t("ticket-room")) } strong class="ticket-room" { (room(w, place)) } }
                p { span class="ticket-label" { (w.t("ticket-seat")) } strong class="ticket-seat" { (place.label) } }
            }
            div class="ticket-door" {
                (scan(w, ticket))
                @if ticket.holder.has_photo {
                    img class="ticket-photo" src={ "/orders/" (view.order.id) "/ticket/photo.jpg" } alt=(w.t("ticket-photo"))
                        width="105" height="147";
                }
            }
            (who(w, view, ticket, times.as_ref()))
            (site(w, view, ticket))
        }
    }
}

/// The code, as part of the page: it is there without a network, too. White around it, whatever the scheme.
fn scan(w: Words, ticket: &Ticket) -> Markup {
    let picture = code(&ticket.code).map(|png| format!("data:image/png;base64,{}", STANDARD.encode(png)));
    html! {
        @if let Some(picture) = picture {
            img class="ticket-code" src=(picture) alt=(w.t("ticket-code-alt")) width="240" height="240";
        }
    }
}

fn who(w: Words, view: &View<'_>, ticket: &Ticket, times: Option<&Times>) -> Markup {
    let labels = [w.t("ticket-number"), w.t("ticket-name"), w.t("ticket-granted")];
    let mut rows: Vec<(&str, Markup)> = vec![(&labels[0], html! { b class="number" { (ticket.number) } })];
    rows.extend(ticket.holder.name.as_ref().map(|name| (&*labels[1], person_name(name.expose()))));
    let document = ticket.holder.document.as_ref();
    let kind = document.map(|document| document_name(w, document)).unwrap_or_default();
    rows.extend(document.map(|document| (kind.as_str(), html! { (document.masked()) })));
    if !ticket.granted.is_empty() {
        let all = granted(w, view.exam, times, &ticket.granted);
        rows.push((&*labels[2], html! { ul class="lines" { @for one in all { li { (one) } } } }));
    }
    facts(&rows)
}

/// Where it is: name, address to copy, a map where a phone has one, and how to find the gate.
fn site(w: Words, view: &View<'_>, ticket: &Ticket) -> Markup {
    let site = &ticket.place.site;
    let (name, address) = (w.pick(&site.name.zh, &site.name.en), w.pick(&site.address.zh, &site.address.en));
    let way = w.pick(&site.way.zh, &site.way.en);
    let id = format!("address-{}", ticket.number);
    html! {
        div class="ticket-site" {
            h3 { (name) }
            p { (address) }
            @if !way.is_empty() { p class="hint" { (way) } }
            p class="acts" {
                @if let Some(map) = map_link(w, site, view.phone) { a class="link" href=(map) { (w.t("ticket-map")) } }
                output id=(id) class="unseen" { (address) }
                button type="button" class="text-button" hidden data-copy=(id) data-done=(w.t("wechat-copied"))
                    data-failed=(w.t("wechat-copy-hand")) { span { (w.t("ticket-copy-address")) } }
            }
        }
    }
}
