//! What a ticket says, in words: the same on the page, on paper and in a calendar.

pub(crate) mod calendar;

use jiff::Timestamp;
use pagekit::language::Language;
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderSitting};
use registration::model::room::{SeatPlace, Site};
use registration::rules::tickets::Times;

/// The room's number as it stands on doors: `012`.
pub(crate) fn room_number(place: &SeatPlace) -> String {
    format!("{:03}", place.room_number)
}

/// The room with its number, name and floor: `第 012 考场 · 一号楼 302 · 3 层`.
pub(crate) fn room(w: Words, place: &SeatPlace) -> String {
    let number = w.with("ticket-room-number", &[("number", room_number(place).into())]);
    [&*number, place.room_name.as_str(), place.floor.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// When to be there, and from when on nobody is let in; `None` where the exam says neither.
pub(crate) fn arrive(w: Words, times: &Times) -> Option<String> {
    let clock = |at: Timestamp| when::clock(at).into();
    let text = match (times.arrive_at, times.closes_at) {
        (Some(arrive), Some(closes)) => {
            w.with("ticket-arrive-closes", &[("arrive", clock(arrive)), ("closes", clock(closes))])
        }
        (Some(arrive), None) => w.with("ticket-arrive", &[("arrive", clock(arrive))]),
        (None, Some(closes)) => w.with("ticket-closes", &[("closes", clock(closes))]),
        (None, None) => return None,
    };
    Some(text.into_owned())
}

/// When it begins, and ends where the exam says how long it lasts: `2027年4月24日（周六）09:00–11:00`.
pub(crate) fn begins(w: Words, times: &Times) -> String {
    let day = when::dated_day(w.language, times.starts_at, None);
    let gap = if w.language == Language::En { ", " } else { "" };
    let until = times.ends_at.map(|ends_at| format!("–{}", when::clock(ends_at))).unwrap_or_default();
    format!("{day}{gap}{}{until}", when::clock(times.starts_at))
}

/// What is sat.
pub(crate) fn subject(w: Words, exam: &Exam, seat: &OrderSitting) -> String {
    let sitting = exam.sitting(&seat.sitting);
    sitting.map_or_else(|| seat.sitting.to_string(), |one| w.pick(&one.title.zh, &one.title.en).to_owned())
}

/// Where a phone's map shows the site. `None`: nobody has said where it is, or what looks is no phone, which has no map of its
/// own. No map is the only one: Apple's phones open theirs for this address, and all others ask which one to open.
pub(crate) fn map_link(w: Words, site: &Site, phone: Phone) -> Option<String> {
    let at = site.position?;
    let name = pagekit::local_path::query_value(w.pick(&site.name.zh, &site.name.en));
    let (latitude, longitude) = (at.latitude, at.longitude);
    match phone {
        Phone::Apple => Some(format!("https://maps.apple.com/?ll={latitude:.6},{longitude:.6}&q={name}")),
        Phone::Other => Some(format!("geo:{latitude:.6},{longitude:.6}?q={latitude:.6},{longitude:.6}({name})")),
        Phone::None => None,
    }
}

/// On what a page is looked at, as far as maps go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phone {
    /// One of Apple's.
    Apple,
    /// Any other phone.
    Other,
    /// A computer, which has no map of its own.
    None,
}

/// When the last sitting of an order is over, as far as the exam says.
pub(crate) fn over_at(exam: &Exam, order: &Order) -> Option<Timestamp> {
    let sittings = order.sittings.iter().filter_map(|seat| exam.sitting(&seat.sitting));
    sittings.map(|sitting| Times::of(exam, sitting).ends()).max()
}
