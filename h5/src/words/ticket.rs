//! What a ticket says, in words: the same on the page, on paper and in a calendar.

pub(crate) mod calendar;
pub(crate) mod granted;

use jiff::Timestamp;
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

/// The floor of a room: `3 层` of a number, else as staff entered it; empty where nobody has said.
pub(crate) fn floor(w: Words, entered: &str) -> String {
    let floor = entered.trim();
    let is_number = !floor.is_empty() && floor.chars().all(|c| c.is_ascii_digit());
    if is_number { w.with("ticket-floor", &[("floor", floor.into())]).into_owned() } else { floor.to_owned() }
}

/// The room with its number, name and floor: `第 012 考场 · 一号楼 302 · 3 层`.
pub(crate) fn room(w: Words, place: &SeatPlace) -> String {
    let number = w.with("ticket-room-number", &[("number", room_number(place).into())]);
    [&*number, place.room_name.as_str(), &floor(w, &place.floor)]
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
    when::span(w.language, times.starts_at, times.ends_at)
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

#[cfg(test)]
mod tests {
    use pagekit::language::Language;

    use super::*;

    #[test]
    fn a_floor_is_no_bare_number() {
        let [zh, en] = [Language::Zh, Language::En].map(crate::catalogue::words);
        assert_eq!((floor(zh, " 3 "), floor(en, "3")), ("3 层".to_owned(), "floor 3".to_owned()));
        assert_eq!((floor(zh, "B1"), floor(zh, "三楼"), floor(zh, "")), ("B1".into(), "三楼".into(), String::new()));
    }
}
