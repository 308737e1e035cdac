//! What pages about doors call things.

use jiff::Timestamp;
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::checkin::{Arrival, DoubtfulEntry};
use registration::model::room::checkin::Opinion;

/// How somebody came, or that they have not: as long as people come in, nobody is absent.
pub(crate) fn arrival(arrival: Option<&Arrival>, is_closed: bool) -> (Tone, &'static str) {
    match arrival {
        None if is_closed => (Tone::Care, key("come-absent")),
        None => (Tone::Plain, key("come-not-yet")),
        Some(arrival) if arrival.is_conflict => (Tone::Bad, key("come-conflict")),
        Some(arrival) if arrival.is_doubtful => (Tone::Care, key("come-doubtful")),
        Some(arrival) if arrival.is_late => (Tone::Care, key("come-late")),
        Some(_) => (Tone::Good, key("come-in")),
    }
}

/// What somebody said of an entry in doubt.
pub(crate) fn opinion(opinion: Opinion) -> &'static str {
    match opinion {
        Opinion::Same => key("doubt-same"),
        Opinion::Other => key("doubt-other"),
    }
}

/// How far an entry in doubt is.
pub(crate) fn signed(entry: &DoubtfulEntry) -> (Tone, &'static str) {
    match &entry.signatures[..] {
        [] => (Tone::Care, key("doubt-signed-none")),
        [_] => (Tone::Care, key("doubt-signed-one")),
        [one, two, ..] if one.says != two.says => (Tone::Bad, key("doubt-differ")),
        [one, ..] if one.says == Opinion::Same => (Tone::Good, key("doubt-all-same")),
        [..] => (Tone::Bad, key("doubt-all-other")),
    }
}

/// The number of a room, as it stands on its door.
pub(crate) fn room(w: Words, number: u16) -> String {
    w.with("places-room-number", &[("number", u32::from(number).into())]).into_owned()
}

/// The time of a day, to the second.
pub(crate) fn second(at: Timestamp) -> String {
    pagekit::when::civil(at).strftime("%H:%M:%S").to_string()
}
