//! The pages about doors, from made-up values: nobody yet, a site at work, long names, what is contested.

use std::sync::Arc;

use jiff::SignedDuration;
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::checkin::{
    Arrival, Attendance, Conflict, Counts, DoubtfulEntry, Invigilator, OneEntry, Opening, Person, RoomCount, Signature,
    Stranger,
};
use registration::model::document::{Document, DocumentKind};
use registration::model::ids::StaffId;
use registration::model::room::checkin::{DeviceId, DoubtId, Entrance, Opinion, ScanId};
use registration::model::room::ticket::TicketSerial;
use registration::rules::admission::DoorTimes;
use uuid::Uuid;

use super::rooms::{a_site, exam};
use super::{member, now};
use crate::checkin::attendance::{self, Which};
use crate::checkin::page::{Tab, body};
use crate::checkin::{doubt, doubts, sittings, workers};
use crate::desk::message::Message;

fn opening(site: u128, minutes: i64) -> Opening {
    let exam = exam();
    let mut sitting = exam.sittings[0].clone();
    sitting.starts_at = now() + SignedDuration::from_mins(minutes);
    let times = DoorTimes::of(&exam, &sitting);
    let site = a_site(site);
    let entrance = Entrance { exam: exam.id.clone(), sitting: sitting.id.clone(), site: site.id };
    Opening { entrance, exam: Arc::clone(&exam), sitting, site, times }
}

fn person(seat: u16, name: &str, arrival: Option<Arrival>) -> Person {
    Person {
        serial: Some(TicketSerial(seat.into())),
        number: Some(format!("VCJ85C{seat:02}").parse().unwrap()),
        name: Some(name.parse().unwrap()),
        document: Some(Document::parse(DocumentKind::ResidentId, "11010519491231002X").unwrap()),
        room: 12,
        seat,
        label: format!("H{seat:02}"),
        arrival,
    }
}

fn arrival(minutes: i64, is_doubtful: bool, is_conflict: bool) -> Arrival {
    let first_at = now() - SignedDuration::from_mins(minutes);
    Arrival { first_at, is_late: minutes < 10, is_doubtful, is_conflict }
}

fn counts() -> Counts {
    let by_room = (11..15).map(|number| RoomCount { number, people_in: 23 + u64::from(number), expected: 40 });
    Counts { people_in: 142, late: 3, expected: 160, doubtful: 2, waiting: 1, conflicts: 1, by_room: by_room.collect() }
}

fn people() -> Vec<Person> {
    vec![
        person(1, "王芳", Some(arrival(42, false, false))),
        person(2, "阿卜杜热西提·买买提依明·艾合买提江", Some(arrival(4, false, false))),
        person(3, "孙剑峰", None),
        person(4, "李娜", Some(arrival(30, true, false))),
        person(5, "张伟", Some(arrival(25, false, true))),
    ]
}

fn come() -> Attendance {
    let entry = |device: u128, minutes: i64, room| OneEntry {
        device: DeviceId(Uuid::from_u128(device << 96)),
        staff_name: "gate.east-1".to_owned(),
        room,
        at: now() - SignedDuration::from_mins(minutes),
    };
    let twice = people().remove(4);
    let conflict = Conflict {
        number: twice.number.clone(),
        person: Some(twice),
        entries: vec![entry(0x1a2b_3c4d, 25, Some(12)), entry(0x5e6f_7a8b, 21, None)],
    };
    let stranger = Stranger { number: Some("Q7ZK2M4N".parse().unwrap()), arrival: arrival(15, false, false) };
    Attendance { counts: counts(), people: people(), strangers: vec![stranger], conflicts: vec![conflict] }
}

fn signature(number: u128, name: &str, says: Opinion) -> Signature {
    let by = StaffId(Uuid::from_u128(number));
    Signature { by, name: name.to_owned(), says, note: "头发短了，耳朵一致".to_owned(), at: now() }
}

fn entry(signatures: Vec<Signature>, has_photo: bool) -> DoubtfulEntry {
    let one = people().remove(1);
    DoubtfulEntry {
        id: DoubtId(Uuid::from_u128(5)),
        scan: ScanId(Uuid::from_u128(6)),
        number: one.number,
        name: one.name,
        document: one.document,
        room: Some(12),
        is_withheld: false,
        staff_name: "gate.east-1".to_owned(),
        tries: 3,
        at: now() - SignedDuration::from_mins(30),
        has_photo,
        signatures,
    }
}

pub(super) fn all_pages(w: Words) -> Vec<(&'static str, Markup)> {
    let staff = member();
    let (here, long) = (opening(0, -10), opening(1, 60 * 24));
    let around = |tab, opening: &Opening, message: Option<&Message>, inside: &Markup| {
        body(w, (&staff, opening), tab, message, inside)
    };
    let come = come();
    let list = |which, room| attendance::names(w, &here, &come, (which, room), now());
    let nobody = Counts { expected: 0, by_room: Vec::new(), ..Counts::default() };
    let first = signature(1, "gate.east-1", Opinion::Same);
    let mine = signature(9, "li.min", Opinion::Other);
    let all = [
        entry(vec![], true),
        entry(vec![first.clone()], true),
        entry(vec![first.clone(), mine.clone()], true),
        entry(vec![first.clone(), signature(2, "gate.east-2", Opinion::Same)], false),
        entry(vec![mine.clone(), signature(2, "gate.east-2", Opinion::Other)], false),
    ];
    let withheld = DoubtfulEntry { is_withheld: true, name: None, document: None, room: None, ..entry(vec![], true) };
    let one =
        |entry: &DoubtfulEntry| doubt::inside(w, "/check-in/e/s/1/doubts/1", (&staff, entry), &Default::default());
    let unsaid = Message::new(Tone::Bad, w.t("doubt-unsaid").into_owned());
    let invigilator = |name: &str, is_disabled| Invigilator {
        staff: StaffId(Uuid::from_u128(3)),
        name: name.to_owned(),
        given_by: "li.min".to_owned(),
        given_at: now(),
        is_disabled,
    };
    let at_work = [invigilator("gate.east-1", false), invigilator("gate.east-2", true)];
    let listed = [opening(0, -60 * 24), here.clone(), opening(1, 150), long.clone()];
    vec![
        ("checkin", sittings::body(w, &listed, now())),
        ("checkin-none", sittings::body(w, &[], now())),
        ("checkin-numbers", around(Tab::Attendance, &here, None, &attendance::numbers(w, &here, &counts(), now()))),
        ("checkin-nobody", around(Tab::Attendance, &long, None, &attendance::numbers(w, &long, &nobody, now()))),
        ("checkin-all", around(Tab::Attendance, &here, None, &list(Which::All, None))),
        ("checkin-late", around(Tab::Attendance, &here, None, &list(Which::Late, Some(12)))),
        ("checkin-missing", around(Tab::Attendance, &here, None, &list(Which::Missing, Some(13)))),
        ("checkin-conflicts", around(Tab::Attendance, &here, None, &list(Which::Conflicts, None))),
        ("checkin-doubts", around(Tab::Doubts, &here, None, &doubts::inside(w, &here, &all))),
        ("checkin-doubts-none", around(Tab::Doubts, &here, None, &doubts::inside(w, &here, &[]))),
        ("checkin-doubt-withheld", around(Tab::Doubts, &here, None, &one(&withheld))),
        ("checkin-doubt", around(Tab::Doubts, &here, Some(&unsaid), &one(&all[1]))),
        ("checkin-doubt-signed", around(Tab::Doubts, &here, None, &one(&entry(vec![mine], true)))),
        ("checkin-doubt-removed", around(Tab::Doubts, &here, None, &one(&all[3]))),
        (
            "checkin-workers",
            around(Tab::Workers, &here, None, &workers::inside(w, &here, (&at_work, &["gate.3".to_owned()]), "")),
        ),
        ("checkin-workers-none", around(Tab::Workers, &long, None, &workers::inside(w, &long, (&[], &[]), "nobody"))),
    ]
}
