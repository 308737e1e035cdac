//! The pages of sites, rooms and places, from made-up values: full, empty, with long names, and with what does not fit.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::model::actor::Actor;
use registration::model::exam::Exam;
use registration::model::ids::StaffId;
use registration::model::room::arrangement::{Arrangement, Published};
use registration::model::room::{Position, Room, RoomId, Site, SiteId};
use registration::model::text::Text;
use registration::rooms::{
    Draft, ListState, ListedSite, OneRoom, OneSite, SittingRoom, SittingRooms, SittingState, Together,
};
use reservation::engine::waiting_list::ListCount;
use seating::check::Need;
use seating::{Assigned, Input, Key, Layout, Plan, Rules, SeatOrder, Spacing, Violation};
use uuid::Uuid;

use super::now;
use crate::desk::message::Message;
use crate::rooms::forms::SiteEntered;
use crate::rooms::parts::{Tab, body};
use crate::rooms::plan::Sitter;
use crate::rooms::{draft, exams, room, seats, site, sites, sitting};

fn text(zh: &str, en: &str) -> Text {
    Text { zh: zh.to_owned(), en: en.to_owned() }
}

pub(super) fn a_site(number: u128) -> Site {
    let names = [
        text("东校区", "East Campus"),
        text(
            "临江市高新技术产业开发区继续教育与职业技能培训服务中心",
            "Service Centre for Continuing Education of the Linjiang High-Tech Zone",
        ),
    ];
    Site {
        id: SiteId(Uuid::from_u128(number)),
        name: names[usize::try_from(number).unwrap() % 2].clone(),
        address: text("学府路 1 号", "1 Xuefu Road"),
        way: text("从南门进，左转", "South gate, then left"),
        position: Some(Position { latitude: 30.2637, longitude: 120.1202 }),
    }
}

pub(super) fn a_room(number: u128, letters: &[&str]) -> Room {
    let layout = Layout::try_from(letters.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()).unwrap();
    let id = RoomId(Uuid::from_u128(number));
    Room {
        id,
        site: SiteId(Uuid::from_u128(0)),
        name: format!("一号楼 {}", 300 + number),
        floor: "3".to_owned(),
        has_lift: true,
        plan: seating::Room {
            id: id.0.to_string(),
            layout,
            order: SeatOrder::Serpentine,
            spacing: Spacing::Dense,
            prefix: "H".to_owned(),
            step_free: true,
            spare_seats: Some(2),
        },
    }
}

fn sitting_room(number: u16) -> SittingRoom {
    let room = a_room(number.into(), &["oo_ow", "oo_oo", "ox_oo", "oo_oo"]);
    SittingRoom { number, room, site: a_site(u128::from(number) % 2), seats: 13 }
}

pub(super) fn exam() -> Arc<Exam> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/degree-english");
    Arc::new(registration::exams::definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page)
}

fn arrangement(exam: &Exam, is_published: bool, is_anew: bool) -> Arrangement {
    let commitment = "4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0".to_owned();
    let published = Published {
        at: now() - SignedDuration::from_mins(20),
        by: None,
        commitment: if is_anew { "4b".repeat(32) } else { commitment.clone() },
        seed: "07".repeat(32),
        seats: 26,
        rooms: 2,
        late: 1,
    };
    Arrangement {
        exam: exam.id.clone(),
        sitting: exam.sittings[0].id.clone(),
        rules: Rules { apart: vec![Key::School], diagonal: true, spare_seats: 2, ..Rules::default() },
        commitment,
        generation: u32::from(is_published),
        made_at: now() - SignedDuration::from_hours(2),
        published: is_published.then_some(published),
        frozen_at: None,
    }
}

fn history() -> Vec<AuditEntry> {
    let entry = |minutes, action, detail: &str| AuditEntry {
        at: now() - SignedDuration::from_mins(minutes),
        actor: Actor::Staff(StaffId(Uuid::from_u128(9))),
        staff_name: Some("li.min".to_owned()),
        action,
        seen: None,
        detail: Some(detail.to_owned()),
    };
    vec![entry(20, AuditAction::PublishedPlaces, "26, 0 moved"), entry(120, AuditAction::DrewSeed, "4bb06f8e")]
}

fn a_list(waiting: u64, kept: u64, of_group: bool) -> ListState {
    ListState { count: ListCount { waiting, kept }, of_group }
}

/// A sitting whose rooms hold fewer than are confirmed, are needed elsewhere, and differ from what the engine gives out.
fn a_sitting(w: Words, exam: &Exam, arrangement: Arrangement) -> Markup {
    let id = exam.sittings[0].id.clone();
    let together = vec![Together { number: 1, exam: exam.id.clone(), sitting: exam.sittings[0].id.clone() }];
    let (seats, capacity) = (26, Some(60));
    let rooms = vec![sitting_room(1), sitting_room(2)];
    let confirmed = 31;
    let people = HashMap::from([(rooms[0].room.id, 13), (rooms[1].room.id, 14)]);
    let list = Some(a_list(412, 2, false));
    let granted_since = u64::from(arrangement.published.is_some()) * 3;
    let arrangement = Some(arrangement);
    let state = SittingRooms { rooms, seats, capacity, confirmed, arrangement, together, list, granted_since };
    let choice: Vec<(Site, Vec<OneRoom>)> = (0..2)
        .map(|at| {
            let rooms = (1..5).map(|number| OneRoom { room: a_room(number, &["oo"]), retired_at: None });
            (a_site(at), rooms.collect())
        })
        .collect();
    let view = sitting::View {
        exam: &exam.id,
        exam_title: w.pick(&exam.title.zh, &exam.title.en),
        sitting: &exam.sittings[0],
        state: &state,
        people: &people,
        choice: &choice[..1],
        titles: &|exam, sitting| format!("{exam} · {sitting}"),
        history: &history(),
        now: now(),
    };
    body(w, Tab::Places, &id.to_string(), None, &sitting::body(w, &view))
}

/// A plan that keeps few of its rules, of a sitting that is published already.
fn a_draft(w: Words, exam: &Exam) -> Markup {
    let rooms = vec![sitting_room(1), sitting_room(2)];
    let room = rooms[0].room.plan.id.clone();
    let assigned = |seat: u16| Assigned { id: format!("S7K4-2M{seat:02}"), room: room.clone(), seat };
    let plan = Plan { seats: (1..14).map(assigned).collect(), unplaced: vec!["S7K4-9999".to_owned()] };
    let violations = vec![
        Violation::Unplaced { id: "S7K4-9999".to_owned() },
        Violation::Neighbours { key: Key::School, room: room.clone(), seats: (3, 4) },
        Violation::Need { id: "S7K4-2M01".to_owned(), need: Need::Wheelchair },
        Violation::Papers { room: room.clone(), kinds: 2 },
        Violation::SpareSeats { room, taken: 1 },
        Violation::SpareRooms { taken: 1 },
    ];
    let input = Input { sitting: "s".to_owned(), rules: Rules::default(), rooms: vec![], examinees: vec![] };
    let arrangement = arrangement(exam, true, true);
    let draft = Draft { arrangement, rooms, input, plan, violations, moves: 11, token: "token".to_owned() };
    let message = Message::new(Tone::Bad, w.t("arrange-changed").into_owned());
    let title = w.with("draft-title", &[("sitting", "s".into())]);
    body(w, Tab::Places, &title, Some(&message), &draft::body(w, "/arrange/e/s", &draft, None))
}

pub(super) fn all_pages(w: Words) -> Vec<(&'static str, Markup)> {
    let exam = exam();
    let listed = |number, rooms| ListedSite { site: a_site(number), retired_at: (number == 1).then(now), rooms };
    let all = [listed(0, 42), listed(1, 0)];
    let entered = SiteEntered::default();
    let list = |sites: &[ListedSite]| {
        let view = sites::View { sites, entered: &entered };
        body(w, Tab::Rooms, &w.t("rooms-title"), None, &sites::body(w, &view))
    };
    let one = OneRoom { room: a_room(2, &["oo_ow", "oo_oo", "ox_oo"]), retired_at: None };
    let of_site =
        OneSite { listed: listed(0, 2), rooms: vec![one.clone(), OneRoom { retired_at: Some(now()), ..one.clone() }] };
    let states: Vec<SittingState> = (exam.sittings.iter().enumerate())
        .map(|(at, sitting)| SittingState {
            sitting: sitting.id.clone(),
            confirmed: 31,
            arrangement: (at > 0).then(|| arrangement(&exam, at > 1, false)),
            list: [Some(a_list(12, 0, false)), Some(a_list(1, 1, true)), None].get(at).copied().flatten(),
        })
        .collect();
    let exams = [(exam.id.clone(), exam.title.zh.clone()), ("other".parse().unwrap(), "另一考试".to_owned())];
    let sitter = |order: &str, is_given_up| Sitter { order: order.to_owned(), is_given_up };
    let who = HashMap::from([(1, sitter("S7K4-2M01", false)), (2, sitter("S7K4-2M02", true))]);
    let room_page = sitting_room(1);
    vec![
        ("rooms", list(&all)),
        ("rooms-none", list(&[])),
        ("rooms-site", body(w, Tab::Rooms, "site", None, &site::body(w, &of_site, &site::Entered::default()))),
        ("rooms-room", body(w, Tab::Rooms, "room", None, &room::body(w, &a_site(1), &one, None))),
        ("places", body(w, Tab::Places, &w.t("places-title"), None, &exams::body(w, &exams, Some(&exam), &states))),
        ("places-sitting", a_sitting(w, &exam, arrangement(&exam, false, false))),
        ("places-published", a_sitting(w, &exam, arrangement(&exam, true, false))),
        ("places-draft", a_draft(w, &exam)),
        ("places-room", body(w, Tab::Places, "room", None, &seats::body(w, ("/arrange/e/s", "s"), &room_page, &who))),
    ]
}
