//! What doors say: the cases that devices are tested with, too, and what must hold of any ticket whatever.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};
use ticketcode::{KeyId, PublicKeys, SigningKey};

use super::*;
use crate::model::room::ticket::TicketNumber;

/// Where the cases are, for whoever judges by other programs.
const VECTORS: &str = "../backoffice/tests/vectors/verdicts.json";
/// With this set the file is written instead of compared.
const WRITE: &str = "SEATHOLD_WRITE_VECTORS";
const HERE: &str = "2026-06-13T00:50:00Z";
const SITTING: &str = "written";

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn door() -> Door {
    let times = DoorTimes {
        opens_at: moment("2026-06-12T22:20:00Z"),
        starts_at: moment("2026-06-13T01:00:00Z"),
        late_until: moment("2026-06-13T01:15:00Z"),
        ends_at: moment("2026-06-13T03:00:00Z"),
    };
    Door { exam: Tag::of("english"), sitting: Tag::of(SITTING), times, elsewhere: BTreeSet::from([7, 8]) }
}

fn key(exam: &str, id: u16, secret: u8) -> SigningKey {
    SigningKey::new(Tag::of(exam), KeyId(id), &[secret; 32]).unwrap()
}

fn entry(serial: u64, generation: u16, room: u16) -> Entry {
    Entry {
        key: KeyId(0),
        exam: Tag::of("english"),
        sitting: Tag::of(SITTING),
        serial,
        room,
        seat: 5,
        not_before: door().times.opens_at,
        not_after: door().times.ends_at,
        generation,
    }
}

/// People of the site: serial, generation, room, number.
const PEOPLE: [(u64, u16, u16, &str); 3] =
    [(101, 1, 1, "AB12CD34"), (102, 2, 2, "EF56GH78"), (9_007_199_254_740_993, 1, 1, "JK23LM45")];
const VOID: [u64; 2] = [104, 105];

fn snapshot() -> Value {
    let signing = key("english", 1, 1);
    let people: Vec<Value> = PEOPLE
        .iter()
        .map(|(serial, generation, room, number)| {
            let code = signing.sign(&entry(*serial, *generation, *room));
            let hash = STANDARD.encode(digest::digest(&digest::SHA256, code.as_bytes()));
            json!({ "serial": serial.to_string(), "generation": generation, "number": number, "code_hash": hash,
                "name": "王芳", "document": "3101**********1234", "room": room, "seat": 5, "label": "A05", "photo": false,
                "notes": [] })
        })
        .collect();
    let times = door().times;
    json!({
        "format": 1,
        "exam": { "id": "english", "title": "English", "tag": Tag::of("english").to_string() },
        "sitting": { "id": SITTING, "title": "Written", "tag": Tag::of(SITTING).to_string(), "starts_at": times.starts_at,
            "opens_at": times.opens_at, "late_until": times.late_until, "ends_at": times.ends_at },
        "keys": [key("english", 1, 1).public().to_string(), key("english", 2, 2).public().to_string()],
        "sittings": [{ "tag": Tag::of("oral").to_string(), "title": "Oral", "starts_at": "2026-06-14T01:00:00Z" }],
        "rooms": [{ "number": 1, "name": "101", "floor": "1" }, { "number": 2, "name": "102", "floor": "1" }],
        "elsewhere": [{ "number": 7, "site": "West" }, { "number": 8, "site": "West" }],
        "people": people,
        "void": VOID.map(|serial| serial.to_string()),
    })
}

/// One case: what is shown, at which room's door, when; with whose tickets the device has let somebody in; what is said.
struct Case(&'static str, Value, Option<u16>, &'static str, &'static [u64], Verdict);

fn code(serial: u64, generation: u16, room: u16) -> Value {
    json!({ "code": key("english", 1, 1).sign(&entry(serial, generation, room)) })
}

fn cases() -> Vec<Case> {
    let mut all = by_time();
    all.extend(by_place());
    all.extend(by_signature());
    all
}

fn by_time() -> Vec<Case> {
    let mine = || code(101, 1, 1);
    vec![
        Case("in time, at the room's door", mine(), Some(1), HERE, &[], Verdict::Good),
        Case("in time, at the site's door", mine(), None, HERE, &[], Verdict::Good),
        Case("as the doors open", mine(), Some(1), "2026-06-12T22:20:00Z", &[], Verdict::Good),
        Case("before the doors open", mine(), Some(1), "2026-06-12T22:19:59Z", &[], Verdict::TooEarly),
        Case("at the start", mine(), Some(1), "2026-06-13T01:00:00Z", &[], Verdict::Good),
        Case("a moment after the start", mine(), Some(1), "2026-06-13T01:00:00.001Z", &[], Verdict::Late),
        Case("when the doors close", mine(), Some(1), "2026-06-13T01:15:00Z", &[], Verdict::Late),
        Case("after the doors have closed", mine(), Some(1), "2026-06-13T01:15:01Z", &[], Verdict::TooLate),
        Case("too late, in the wrong room, too", mine(), Some(2), "2026-06-13T01:16:00Z", &[], Verdict::TooLate),
        Case("in already", mine(), Some(1), HERE, &[101], Verdict::Again),
        Case("in already, and late by now", mine(), Some(1), "2026-06-13T01:05:00Z", &[102, 101], Verdict::Again),
        Case("somebody else is in", mine(), Some(1), HERE, &[102], Verdict::Good),
        Case("a serial that no double has", code(9_007_199_254_740_993, 1, 1), Some(1), HERE, &[], Verdict::Good),
        Case("its neighbour", code(9_007_199_254_740_992, 1, 1), Some(1), HERE, &[], Verdict::Unknown),
        Case("by number", json!({ "number": "AB12CD34" }), Some(1), HERE, &[], Verdict::Good),
        Case("by number, as people type", json!({ "number": " ab12 cd34" }), Some(1), HERE, &[], Verdict::Good),
        Case("a number of nobody", json!({ "number": "AB12CD35" }), Some(1), HERE, &[], Verdict::Unknown),
        Case("by name", json!({ "serial": "102" }), Some(2), HERE, &[], Verdict::Good),
        Case("by name, in already", json!({ "serial": "102" }), Some(2), HERE, &[102], Verdict::Again),
    ]
}

fn by_place() -> Vec<Case> {
    let other_sitting = Entry { sitting: Tag::of("oral"), ..entry(101, 1, 1) };
    let oral = json!({ "code": key("english", 1, 1).sign(&other_sitting) });
    vec![
        Case("the room next door", code(101, 1, 1), Some(2), HERE, &[], Verdict::OtherRoom),
        Case("late, in the wrong room", code(101, 1, 1), Some(2), "2026-06-13T01:05:00Z", &[], Verdict::OtherRoom),
        Case("by number, in the wrong room", json!({ "number": "AB12CD34" }), Some(2), HERE, &[], Verdict::OtherRoom),
        Case("a room of another site", code(201, 1, 7), Some(1), HERE, &[], Verdict::OtherSite),
        Case("a ticket for here of which nothing is known", code(202, 1, 1), Some(1), HERE, &[], Verdict::Unknown),
        Case("another sitting", oral, Some(1), HERE, &[], Verdict::OtherSitting),
        Case("an order that has ended", code(104, 1, 1), Some(1), HERE, &[], Verdict::Void),
        Case("the same, whose room was elsewhere", code(105, 1, 7), Some(1), HERE, &[], Verdict::Void),
        Case("issued anew since", code(102, 1, 2), Some(2), HERE, &[], Verdict::Older),
        Case("issued anew, and the newer one is in", code(102, 1, 2), Some(2), HERE, &[102], Verdict::Older),
        Case("issued anew after the snapshot, for another room", code(101, 2, 2), Some(2), HERE, &[], Verdict::Good),
        Case("the same, at the old room", code(101, 2, 2), Some(1), HERE, &[], Verdict::OtherRoom),
        Case("issued anew for another site", code(101, 2, 7), Some(1), HERE, &[], Verdict::OtherSite),
    ]
}

fn by_signature() -> Vec<Case> {
    let text = |code: String| json!({ "code": code });
    let (first, mine) = (key("english", 1, 1), entry(101, 1, 1));
    let good = first.sign(&mine);
    let last = if good.ends_with('0') { "1" } else { "0" };
    let changed = format!("{}{last}", &good[..good.len() - 1]);
    vec![
        Case("the second key", text(key("english", 2, 2).sign(&entry(102, 3, 2))), Some(2), HERE, &[], Verdict::Good),
        Case("somebody else's key", text(key("english", 1, 9).sign(&mine)), Some(1), HERE, &[], Verdict::Forged),
        Case("a key that is not known", text(key("english", 9, 1).sign(&mine)), Some(1), HERE, &[], Verdict::Unknown),
        Case("another exam", text(key("computing", 1, 1).sign(&mine)), Some(1), HERE, &[], Verdict::OtherExam),
        Case("cut short", text(good[..good.len() - 3].to_owned()), Some(1), HERE, &[], Verdict::Unknown),
        Case("its last character changed", text(changed), Some(1), HERE, &[], verdict_of_changed(&good, last)),
        Case("an address", text("https://exam.example.edu/t/1".to_owned()), Some(1), HERE, &[], Verdict::Unknown),
        Case("nothing", text(String::new()), Some(1), HERE, &[], Verdict::Unknown),
    ]
}

/// A changed last character may be no base 45 any more.
fn verdict_of_changed(good: &str, last: &str) -> Verdict {
    let keys: PublicKeys = [key("english", 1, 1).public()].into_iter().collect();
    match keys.verify(&format!("{}{last}", &good[..good.len() - 1])) {
        Err(CodeError::Forged) => Verdict::Forged,
        _ => Verdict::Unknown,
    }
}

/// What a device knows of what was shown, from its snapshot.
fn known_of(shown: &Value, entry: Option<&Entry>, inside: &[u64]) -> Option<Known> {
    let number = shown["number"].as_str().and_then(|text| text.parse::<TicketNumber>().ok());
    let serial = match (entry, &number, shown["serial"].as_str()) {
        (Some(entry), ..) => entry.serial,
        (None, Some(number), _) => PEOPLE.iter().find(|person| person.3 == number.as_str())?.0,
        (None, None, serial) => serial?.parse().ok()?,
    };
    if VOID.contains(&serial) {
        return Some(Known { place: Place::Room(0), generation: 0, is_void: true, is_in: false });
    }
    let (_, generation, room, _) = PEOPLE.iter().find(|person| person.0 == serial)?;
    let is_in = inside.contains(&serial);
    Some(Known { place: Place::Room(*room), generation: *generation, is_void: false, is_in })
}

fn said(shown: &Value, room: Option<u16>, at: &str, inside: &[u64]) -> Verdict {
    let keys: PublicKeys = [key("english", 1, 1).public(), key("english", 2, 2).public()].into_iter().collect();
    let presented = match shown["code"].as_str() {
        Some(code) => Presented::Code(keys.verify(code)),
        None => Presented::Named,
    };
    let entry = match &presented {
        Presented::Code(Ok(entry)) => Some(entry),
        _ => None,
    };
    let known = match (&presented, entry) {
        (Presented::Code(Err(_)), _) => None,
        (_, entry) => known_of(shown, entry, inside),
    };
    judge(&door(), &presented, known.as_ref(), room, moment(at))
}

#[test]
fn d7_doors_say_what_the_file_of_cases_says() {
    let mut written = Vec::new();
    let mut words = BTreeSet::new();
    for Case(title, shown, room, at, inside, verdict) in cases() {
        assert_eq!(said(&shown, room, at, inside), verdict, "{title}");
        words.insert(verdict.as_ref().to_owned());
        let inside: Vec<String> = inside.iter().map(u64::to_string).collect();
        written.push(json!({ "title": title, "shown": shown, "room": room, "at": at, "in": inside,
            "verdict": verdict.as_ref() }));
    }
    assert_eq!(words.len(), Verdict::ALL.len(), "every word has a case: {words:?}");
    let text = serde_json::to_string_pretty(&json!({ "format": 1, "snapshot": snapshot(), "cases": written })).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(VECTORS);
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, text + "\n").unwrap();
    } else {
        let known = fs::read_to_string(&path).unwrap();
        assert!(known.trim_end() == text, "{VECTORS} is of other cases: run this test with {WRITE}=1");
    }
}

/// A ticket as it is, anywhere.
#[derive(Debug, Clone, Copy)]
struct Real {
    place: Place,
    generation: u16,
    is_void: bool,
    is_in: bool,
}

fn tickets() -> impl Strategy<Value = Real> {
    let place = prop_oneof![
        6 => (1_u16..4).prop_map(Place::Room),
        1 => Just(Place::OtherSite),
        1 => Just(Place::OtherSitting),
    ];
    (place, 1_u16..4, prop::bool::weighted(0.2), prop::bool::weighted(0.2))
        .prop_map(|(place, generation, is_void, is_in)| Real { place, generation, is_void, is_in })
}

fn presented() -> impl Strategy<Value = Presented> {
    let signed =
        (1_u16..5, prop_oneof![4 => 1_u16..4, 1 => Just(7_u16)], 0_u8..12).prop_map(|(generation, room, other)| {
            let entry = entry(101, generation, room);
            Presented::Code(Ok(match other {
                0 => Entry { exam: Tag::of("computing"), ..entry },
                1 => Entry { sitting: Tag::of("oral"), ..entry },
                _ => entry,
            }))
        });
    let unsigned = prop_oneof![
        Just(CodeError::Forged),
        Just(CodeError::Malformed),
        Just(CodeError::Version(2)),
        Just(CodeError::UnknownKey { exam: Tag::of("english"), id: KeyId(9) }),
        Just(CodeError::UnknownKey { exam: Tag::of("computing"), id: KeyId(1) }),
    ];
    prop_oneof![6 => signed, 1 => unsigned.prop_map(|error| Presented::Code(Err(error))), 2 => Just(Presented::Named)]
}

fn moments() -> impl Strategy<Value = Timestamp> {
    (-3_i64 * 3_600..3_600).prop_map(|seconds| door().times.starts_at + SignedDuration::from_secs(seconds))
}

/// What a device knows of it: its own site's people, and whose orders have ended.
fn known_to_device(real: &Real) -> Option<Known> {
    match real.place {
        Place::OtherSitting => None,
        _ if real.is_void => Some(Known { place: Place::Room(0), generation: 0, is_void: true, is_in: false }),
        Place::Room(_) => Some(known_to_us(real)),
        Place::OtherSite => None,
    }
}

fn known_to_us(real: &Real) -> Known {
    Known { place: real.place, generation: real.generation, is_void: real.is_void, is_in: real.is_in }
}

proptest! {
    #[test]
    fn d7_nobody_is_good_but_whose_ticket_is(
        presented in presented(), real in tickets(), room in prop::option::of(1_u16..4), at in moments(),
    ) {
        let (door, known) = (door(), known_to_us(&real));
        let verdict = judge(&door, &presented, Some(&known), room, at);
        let entry = match presented {
            Presented::Code(Ok(entry)) => Some(entry),
            _ => None,
        };
        let is_ours = match presented {
            Presented::Named => true,
            Presented::Code(Ok(entry)) => (entry.exam, entry.sitting) == (door.exam, door.sitting),
            Presented::Code(Err(_)) => false,
        };
        let newer = entry.filter(|entry| entry.generation > known.generation).map(|entry| entry.room);
        let here = match (newer, known.place) {
            (_, Place::OtherSitting) => None,
            (Some(number), _) => Some(number).filter(|number| !door.elsewhere.contains(number)),
            (None, Place::Room(number)) => Some(number),
            (None, Place::OtherSite) => None,
        };
        let is_current = entry.is_none_or(|entry| entry.generation >= known.generation);
        let is_open = door.times.opens_at <= at && at <= door.times.late_until;
        let is_room = here.is_some_and(|number| room.is_none_or(|room| room == number));
        let is_theirs = is_ours && is_current && is_open && is_room && !known.is_void && !known.is_in;
        prop_assert_eq!(matches!(verdict, Verdict::Good | Verdict::Late), is_theirs, "{}", verdict);
        prop_assert!(verdict != Verdict::Late || at > door.times.starts_at);
        prop_assert!(verdict != Verdict::Good || at <= door.times.starts_at);
    }

    #[test]
    fn d7_a_device_says_what_we_say_of_whatever_it_knows(
        presented in presented(), real in tickets(), room in prop::option::of(1_u16..4), at in moments(),
    ) {
        let known = known_to_device(&real);
        let device = judge(&door(), &presented, known.as_ref(), room, at);
        let ours = judge(&door(), &presented, Some(&known_to_us(&real)), room, at);
        // Of what it does not know it says no more than that, or where the ticket itself says it belongs.
        if !matches!(device, Verdict::Unknown | Verdict::OtherSite) {
            prop_assert_eq!(device, ours);
        }
        if matches!(ours, Verdict::Good | Verdict::Late) && matches!(real.place, Place::Room(_)) {
            prop_assert_eq!(device, ours, "nobody is sent away whose ticket is good");
        }
    }
}
