//! Each rule, on people and rooms where it can be kept: then nothing is listed.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::collections::{BTreeMap, BTreeSet};

use seating::check::Need;
use seating::{
    Examinee, Few, Input, InputError, Key, Layout, Needs, Record, RecordError, Room, Rules, SeatOrder, Seed, Spacing,
    Violation, arrange, violations,
};

fn seed() -> Seed {
    "5e".repeat(32).parse().unwrap()
}

fn room(id: usize, columns: &[usize]) -> Room {
    Room {
        id: format!("r{id}"),
        layout: Layout::columns(columns).unwrap(),
        order: SeatOrder::Serpentine,
        spacing: Spacing::Dense,
        prefix: String::new(),
        step_free: false,
        spare_seats: None,
    }
}

fn plan_of(lines: &[&str]) -> Layout {
    Layout::try_from(lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn person(id: usize) -> Examinee {
    Examinee { id: format!("e{id:06}"), school: None, class: None, paper: None, needs: Needs::default() }
}

fn input(rules: Rules, rooms: Vec<Room>, examinees: Vec<Examinee>) -> Input {
    Input { sitting: "cet4".into(), rules, rooms, examinees }
}

fn by_room(input: &Input) -> BTreeMap<String, Vec<(u16, Examinee)>> {
    let people: BTreeMap<&str, &Examinee> = input.examinees.iter().map(|person| (person.id.as_str(), person)).collect();
    let mut rooms: BTreeMap<String, Vec<(u16, Examinee)>> = BTreeMap::new();
    for assigned in arrange(input, &seed()).unwrap().seats {
        rooms.entry(assigned.room).or_default().push((assigned.seat, people[assigned.id.as_str()].clone()));
    }
    rooms
}

fn counts(input: &Input) -> Vec<usize> {
    by_room(input).values().map(Vec::len).collect()
}

fn kept(input: &Input) {
    assert_eq!(violations(input, &arrange(input, &seed()).unwrap()).unwrap(), []);
}

#[test]
fn a_hundred_thousand_people_of_forty_schools_have_no_neighbour_of_their_school() {
    let rules = Rules { apart: vec![Key::School], diagonal: true, ..Rules::default() };
    let rooms = (0..3_334).map(|id| room(id, &[7, 8, 8, 7])).collect();
    // Schools of very different sizes.
    let people =
        (0..100_000).map(|id| Examinee { school: Some(format!("s{}", (id * id) % 41)), ..person(id) }).collect();
    kept(&input(rules, rooms, people));
}

#[test]
fn one_school_that_is_too_large_is_listed_and_not_hidden() {
    let rules = Rules { apart: vec![Key::School], ..Rules::default() };
    let people =
        (0..30).map(|id| Examinee { school: Some(if id < 28 { "large" } else { "small" }.into()), ..person(id) });
    let input = input(rules, vec![room(0, &[7, 8, 8, 7])], people.collect());
    let found = violations(&input, &arrange(&input, &seed()).unwrap()).unwrap();
    assert!(
        found.iter().all(|violation| matches!(violation, Violation::Neighbours { key: Key::School, .. })),
        "{found:?}"
    );
    // 48 pairs sit next to each other in such a room; each of the two others parts four of them.
    assert_eq!(found.len(), 40);
}

#[test]
fn schools_that_stay_together_fill_rooms_one_after_the_other() {
    let rules = Rules { together: Some(Key::School), ..Rules::default() };
    let people = (0..90).map(|id| Examinee { school: Some(format!("s{}", id % 3)), ..person(id) }).collect();
    let input = input(rules, (0..3).map(|id| room(id, &[5; 6])).collect(), people);
    for (room, people) in by_room(&input) {
        let schools: BTreeSet<_> = people.iter().map(|(_, person)| person.school.clone()).collect();
        assert_eq!(schools.len(), 1, "{room}");
    }
}

#[test]
fn a_room_has_one_kind_of_paper() {
    let rules = Rules { one_paper_per_room: true, ..Rules::default() };
    let people = (0..85).map(|id| Examinee { paper: Some(if id % 3 == 0 { "A" } else { "B" }.into()), ..person(id) });
    let input = input(rules, (0..4).map(|id| room(id, &[5; 6])).collect(), people.collect());
    kept(&input);
    // 29 with A, 56 with B.
    assert_eq!(counts(&input), [29, 30, 26]);
}

#[test]
fn spare_seats_and_rooms_stay_empty_until_nothing_else_is_left() {
    let rules = Rules { spare_seats: 2, spare_rooms: 1, ..Rules::default() };
    let rooms = || (0..3).map(|id| room(id, &[5; 6])).collect::<Vec<_>>();
    let of = |count| input(rules.clone(), rooms(), (0..count).map(person).collect());
    assert_eq!(counts(&of(56)), [28, 28]);
    kept(&of(56));
    let more = of(61);
    assert_eq!(counts(&more), [30, 30, 1]);
    let found = violations(&more, &arrange(&more, &seed()).unwrap()).unwrap();
    let spare = |room: &str| Violation::SpareSeats { room: room.into(), taken: 2 };
    assert_eq!(found, [spare("r0"), spare("r1"), Violation::SpareRooms { taken: 1 }]);
    let unplaced = arrange(&of(93), &seed()).unwrap().unplaced;
    assert_eq!(unplaced.len(), 3);
}

#[test]
fn the_few_who_are_left_join_the_room_before_or_share_it_evenly() {
    let of = |few, count| {
        let rules = Rules { few, spare_seats: 3, ..Rules::default() };
        input(rules, (0..3).map(|id| room(id, &[5; 6])).collect(), (0..count).map(person).collect())
    };
    assert_eq!(counts(&of(Few::Stay, 56)), [27, 27, 2]);
    assert_eq!(counts(&of(Few::JoinBefore(3), 56)), [27, 29]);
    kept(&of(Few::JoinBefore(3), 56));
    assert_eq!(counts(&of(Few::JoinBefore(3), 58)), [27, 27, 4]);
    assert_eq!(counts(&of(Few::Even, 56)), [27, 15, 14]);
}

#[test]
fn what_was_granted_is_kept() {
    let granted = [
        Needs { front_row: true, ..Needs::default() },
        Needs { wheelchair: true, ..Needs::default() },
        Needs { step_free: true, ..Needs::default() },
        Needs { own_room: true, step_free: true, ..Needs::default() },
        Needs { extra_time: true, ..Needs::default() },
        Needs { extra_time: true, front_row: true, ..Needs::default() },
    ];
    let people =
        (0..70).map(|id| Examinee { needs: granted.get(id).copied().unwrap_or_default(), ..person(id) }).collect();
    let with_wheelchairs =
        Room { layout: plan_of(&["ooooow", "oooooo", "oooooo", "oooooo"]), step_free: true, ..room(2, &[1]) };
    let rooms = vec![
        room(0, &[5; 6]),
        room(1, &[5; 6]),
        with_wheelchairs,
        room(3, &[2; 3]),
        Room { step_free: true, ..room(4, &[3]) },
    ];
    let input = input(Rules::default(), rooms, people);
    kept(&input);
    let rooms = by_room(&input);
    assert_eq!(
        (rooms["r4"].len(), rooms["r3"].len()),
        (1, 2),
        "the smallest rooms are those of one's own and for more time"
    );
    let wheelchair = rooms["r2"].iter().find(|(_, person)| person.needs.wheelchair).unwrap();
    assert_eq!(wheelchair.0, 24, "the S ends at the front of the last column");
}

#[test]
fn what_cannot_be_granted_is_listed() {
    let needs = Needs { wheelchair: true, own_room: true, ..Needs::default() };
    let people =
        (0..20).map(|id| Examinee { needs: if id == 0 { needs } else { Needs::default() }, ..person(id) }).collect();
    let input = input(Rules::default(), vec![room(0, &[5; 6])], people);
    let lacks = |need| Violation::Need { id: "e000000".into(), need };
    let found = violations(&input, &arrange(&input, &seed()).unwrap()).unwrap();
    assert_eq!(found, [lacks(Need::Wheelchair), lacks(Need::OwnRoom)]);
}

#[test]
fn nobody_comes_late_into_a_room_that_somebody_has_alone() {
    let alone = Examinee { needs: Needs { own_room: true, ..Needs::default() }, ..person(0) };
    let rooms = vec![room(0, &[1]), room(1, &[2])];
    let mut record = Record::of(input(Rules::default(), rooms, vec![alone, person(1)]), seed()).unwrap();
    let seats: BTreeMap<&str, &str> =
        record.plan.seats.iter().map(|one| (one.id.as_str(), one.room.as_str())).collect();
    assert_eq!(seats["e000000"], "r0", "the smallest room will do");
    assert_eq!(record.add_late(person(2)).unwrap().unwrap().room, "r1");
    let mut alone_in_the_large_one = record.clone();
    alone_in_the_large_one.input.rooms.remove(0);
    alone_in_the_large_one.input.examinees.pop();
    alone_in_the_large_one.plan.seats = vec![seating::Assigned { id: "e000000".into(), room: "r1".into(), seat: 1 }];
    alone_in_the_large_one.late.clear();
    assert_eq!(alone_in_the_large_one.add_late(person(3)).unwrap(), None, "its other seat is nobody's");
}

#[test]
fn who_comes_late_sits_where_they_clash_least() {
    let rules = Rules { apart: vec![Key::School], spare_seats: 6, one_paper_per_room: true, ..Rules::default() };
    let of = |id: usize| Examinee {
        school: Some(format!("s{}", id % 5)),
        paper: Some(if id < 24 { "A" } else { "B" }.into()),
        ..person(id)
    };
    let mut record =
        Record::of(input(rules, (0..3).map(|id| room(id, &[5; 6])).collect(), (0..48).map(of).collect()), seed())
            .unwrap();
    for id in 48..54 {
        let assigned = record.add_late(of(id)).unwrap().unwrap();
        assert_eq!(assigned.room, "r1", "the room with their paper that is in use");
    }
    assert_eq!(record.verify().unwrap(), []);
    let twice = record.add_late(of(53));
    assert_eq!(twice, Err(InputError::ExamineeTwice("e000053".into())));
}

#[test]
fn a_record_that_is_not_true_says_what_is_wrong() {
    let record =
        Record::of(input(Rules::default(), vec![room(0, &[3; 3])], (0..5).map(person).collect()), seed()).unwrap();
    let with = |change: fn(&mut Record)| {
        let mut changed = record.clone();
        change(&mut changed);
        changed.verify()
    };
    assert!(matches!(with(|record| record.commitment = "00".repeat(32)), Err(RecordError::Commitment)));
    assert!(matches!(with(|record| record.version = 2), Err(RecordError::Version(2))));
    assert!(matches!(with(|record| record.plan.seats.truncate(4)), Err(RecordError::Plan(_))));
    assert!(matches!(with(|record| record.input.examinees.truncate(4)), Err(RecordError::Plan(_))));
    assert!(matches!(Record::from_json("{}"), Err(RecordError::Text(_))));
}

#[test]
fn an_input_that_cannot_be_arranged_says_why() {
    let arranged = |rules, rooms, people| arrange(&input(rules, rooms, people), &seed()).unwrap_err();
    let usual = Rules::default;
    assert_eq!(arranged(usual(), vec![room(0, &[3]), room(0, &[3])], vec![]), InputError::RoomTwice("r0".into()));
    assert_eq!(arranged(usual(), vec![], vec![person(1), person(1)]), InputError::ExamineeTwice("e000001".into()));
    let nobody = Examinee { id: String::new(), ..person(0) };
    assert_eq!(arranged(usual(), vec![], vec![nobody]), InputError::Name(String::new()));
    let both = Rules { together: Some(Key::School), apart: vec![Key::School], ..usual() };
    assert_eq!(arranged(both, vec![], vec![]), InputError::TogetherAndApart(Key::School));
}
