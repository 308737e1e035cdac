//! What the pages of rooms and places call things, and why something was not done.

use http::StatusCode;
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::model::room::arrangement::Stage;
use registration::rooms::form::RoomFault;
use registration::rooms::{ArrangeError, RoomError};
use seating::check::Need;
use seating::{Few, Key, LayoutError, SeatOrder, Spacing, Violation};

use crate::desk::message::Message;

/// How seats are numbered, by the value of a form.
pub(crate) const ORDERS: [(SeatOrder, &str, &str); 3] = [
    (SeatOrder::Serpentine, "serpentine", key("order-serpentine")),
    (SeatOrder::Columns, "columns", key("order-columns")),
    (SeatOrder::Rows, "rows", key("order-rows")),
];
/// Which seats are used.
pub(crate) const SPACINGS: [(Spacing, &str, &str); 3] = [
    (Spacing::Dense, "dense", key("spacing-dense")),
    (Spacing::Checkered, "checkered", key("spacing-checkered")),
    (Spacing::AlternateColumns, "alternate", key("spacing-alternate")),
];
/// By what people are alike.
pub(crate) const KEYS: [(Key, &str, &str); 3] = [
    (Key::School, "school", key("by-school")),
    (Key::Class, "class", key("by-class")),
    (Key::Paper, "paper", key("by-paper")),
];

/// A row of such a table by its value.
pub(crate) fn name_of<T: PartialEq + Copy>(
    table: &[(T, &'static str, &'static str)],
    value: T,
) -> (&'static str, &'static str) {
    table.iter().find(|(one, ..)| *one == value).map_or(("", ""), |(_, name, word)| (*name, *word))
}

/// Where an arrangement stands; `None` before it is set up.
pub(crate) fn stage(stage: Option<Stage>) -> (Tone, &'static str) {
    match stage {
        None => (Tone::Plain, key("stage-none")),
        Some(Stage::SetUp) => (Tone::Plain, key("stage-set-up")),
        Some(Stage::Published) => (Tone::Good, key("stage-published")),
        Some(Stage::Anew) => (Tone::Care, key("stage-anew")),
        Some(Stage::Frozen) => (Tone::Good, key("stage-frozen")),
    }
}

/// What becomes of the few.
pub(crate) fn few(few: Few) -> &'static str {
    match few {
        Few::Stay => "stay",
        Few::JoinBefore(_) => "join",
        Few::Even => "even",
    }
}

/// What is wrong with what was entered.
pub(crate) fn fault(w: Words, fault: &RoomFault) -> String {
    match fault {
        RoomFault::SiteName => w.t("fault-site-name"),
        RoomFault::Address => w.t("fault-address"),
        RoomFault::Way => w.t("fault-way"),
        RoomFault::Position => w.t("fault-position"),
        RoomFault::RoomName => w.t("fault-room-name"),
        RoomFault::Floor => w.t("fault-floor"),
        RoomFault::Prefix => w.t("fault-prefix"),
        RoomFault::Plan => w.t("fault-plan"),
        RoomFault::Layout(LayoutError::Letter { row, letter }) => {
            w.with("fault-letter", &[("row", (*row).into()), ("letter", letter.to_string().into())])
        }
        RoomFault::Layout(LayoutError::NoSeat) => w.t("fault-no-seat"),
        RoomFault::Layout(LayoutError::TooLarge) => w.t("fault-too-large"),
        RoomFault::Spare => w.t("fault-spare"),
        RoomFault::NameTaken => w.t("fault-name-taken"),
    }
    .into_owned()
}

/// Why nothing was done with a site or a room; `None` where it is no refusal that somebody could act on.
pub(crate) fn room_refusal(w: Words, error: &RoomError) -> Option<(StatusCode, Message)> {
    let text = match error {
        RoomError::Faults(faults) => faults.iter().map(|one| fault(w, one)).collect::<Vec<_>>().join(" "),
        RoomError::InUse => w.t("room-in-use").into_owned(),
        RoomError::Published => w.t("rooms-published").into_owned(),
        RoomError::Engine(_) => w.t("capacity-refused").into_owned(),
        RoomError::Forbidden(_) | RoomError::Unknown | RoomError::List(_) | RoomError::Store(_) => return None,
    };
    Some((StatusCode::UNPROCESSABLE_ENTITY, Message::new(Tone::Bad, text)))
}

/// Why a sitting was not arranged; `None` where it is no refusal that somebody could act on.
pub(crate) fn refusal(w: Words, error: &ArrangeError) -> Option<(StatusCode, Message)> {
    let text = match error {
        ArrangeError::NoRooms => w.t("arrange-no-rooms"),
        ArrangeError::Begun => w.t("arrange-begun"),
        ArrangeError::Published => w.t("arrange-published"),
        ArrangeError::Frozen => w.t("arrange-frozen"),
        ArrangeError::Changed => w.t("arrange-changed"),
        ArrangeError::Moves(count) => w.with("arrange-moves-not-agreed", &[("count", (*count).into())]),
        ArrangeError::Input(_) => w.t("arrange-contradiction"),
        ArrangeError::Forbidden(_) | ArrangeError::Unknown | ArrangeError::Store(_) => return None,
    };
    Some((StatusCode::CONFLICT, Message::new(Tone::Bad, text)))
}

/// What a rule is called that was not kept, for counting.
pub(crate) fn kind(violation: &Violation) -> &'static str {
    match violation {
        Violation::Unplaced { .. } => key("broken-unplaced"),
        Violation::Neighbours { key: Key::School, .. } => key("broken-school"),
        Violation::Neighbours { key: Key::Class, .. } => key("broken-class"),
        Violation::Neighbours { key: Key::Paper, .. } => key("broken-paper"),
        Violation::Need { .. } => key("broken-need"),
        Violation::Papers { .. } => key("broken-papers"),
        Violation::SpareSeats { .. } => key("broken-spare-seats"),
        Violation::SpareRooms { .. } => key("broken-spare-rooms"),
    }
}

/// Where a rule was not kept, in a few words; `room` says what a room is called by its id.
pub(crate) fn broken_where(w: Words, violation: &Violation, room: &dyn Fn(&str) -> String) -> String {
    match violation {
        Violation::Unplaced { id } => id.clone(),
        Violation::Neighbours { room: at, seats, .. } => w
            .with(
                "broken-at-seats",
                &[("room", room(at).into()), ("one", u32::from(seats.0).into()), ("other", u32::from(seats.1).into())],
            )
            .into_owned(),
        Violation::Need { id, need: lacking } => format!("{id} · {}", w.t(need(*lacking))),
        Violation::Papers { room: at, kinds } => {
            w.with("broken-at-papers", &[("room", room(at).into()), ("count", (*kinds).into())]).into_owned()
        }
        Violation::SpareSeats { room: at, taken } => {
            w.with("broken-at-spare", &[("room", room(at).into()), ("count", (*taken).into())]).into_owned()
        }
        Violation::SpareRooms { taken } => w.with("broken-at-rooms", &[("count", (*taken).into())]).into_owned(),
    }
}

fn need(need: Need) -> &'static str {
    match need {
        Need::FrontRow => key("need-front-row"),
        Need::StepFree => key("need-step-free"),
        Need::Wheelchair => key("need-wheelchair"),
        Need::OwnRoom => key("need-own-room"),
        Need::ExtraTime => key("need-extra-time"),
    }
}

/// What was done about a sitting's rooms and places.
pub(crate) fn action(action: &AuditAction) -> Option<&'static str> {
    Some(match action {
        AuditAction::ChoseRooms => key("did-rooms"),
        AuditAction::SetCapacity => key("did-capacity"),
        AuditAction::DrewSeed => key("did-seed"),
        AuditAction::SetRules => key("did-rules"),
        AuditAction::PublishedPlaces => key("did-publish"),
        AuditAction::FrozePlaces => key("did-freeze"),
        AuditAction::SeatedLate => key("did-late"),
        AuditAction::PrintedPapers => key("did-print"),
        _ => return None,
    })
}

/// The lines of a record with their details as people read them: the store keeps numbers, and rules as they are written down.
pub(crate) fn told(w: Words, history: &[AuditEntry]) -> Vec<AuditEntry> {
    let told = |entry: &AuditEntry| AuditEntry { detail: detail(w, entry), ..entry.clone() };
    history.iter().map(told).collect()
}

fn detail(w: Words, entry: &AuditEntry) -> Option<String> {
    let detail = entry.detail.as_deref()?;
    let counted = |key: &'static str| {
        let count: Option<u32> = detail.parse().ok();
        Some(count.map_or_else(|| detail.to_owned(), |count| w.with(key, &[("count", count.into())]).into_owned()))
    };
    match entry.action {
        AuditAction::ChoseRooms => counted(key("did-count-rooms")),
        AuditAction::SeatedLate => counted(key("did-count-people")),
        // The rules themselves stand on the page.
        AuditAction::SetRules => None,
        // Enough to be compared with the commitment on the page.
        AuditAction::DrewSeed => Some(format!("{}…", detail.get(..8).unwrap_or(detail))),
        AuditAction::PublishedPlaces => {
            let numbers: Vec<u32> = detail.split([',', ' ']).filter_map(|part| part.parse().ok()).collect();
            let [people, moved] = numbers[..] else { return Some(detail.to_owned()) };
            let values = [("people", people.into()), ("moved", moved.into())];
            let word = if moved == 0 { key("did-publish-people") } else { key("did-publish-moved") };
            Some(w.with(word, &values).into_owned())
        }
        _ => Some(detail.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use pagekit::language::Language;
    use registration::model::actor::Actor;

    use super::*;
    use crate::request::catalogue::words;

    #[test]
    fn what_the_store_keeps_is_told_in_words() {
        let said = |action: AuditAction, detail: &str| {
            let (at, actor) = (Timestamp::UNIX_EPOCH, Actor::System);
            let detail = Some(detail.to_owned());
            let entry = AuditEntry { at, actor, staff_name: None, action, seen: None, detail };
            told(words(Language::Zh), &[entry])[0].detail.clone()
        };
        assert_eq!(said(AuditAction::PublishedPlaces, "26, 0 moved").unwrap(), "26 人");
        assert_eq!(said(AuditAction::PublishedPlaces, "26, 3 moved").unwrap(), "26 人，其中 3 人换了座位");
        assert_eq!(said(AuditAction::ChoseRooms, "12").unwrap(), "12 个考场");
        assert_eq!(said(AuditAction::SetRules, "{\"apart\":[\"school\"]}"), None);
        assert_eq!(said(AuditAction::DrewSeed, &"4b".repeat(32)).unwrap(), "4b4b4b4b…");
        assert_eq!(said(AuditAction::SetCapacity, "60 → 26").unwrap(), "60 → 26");
    }
}
