//! Whatever people, rooms and rules: one seat each, none twice, everybody has one while there are any; what is not kept is
//! listed; the same seed gives the same plan in whatever order people stand in the list; who comes late moves nobody.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use seating::aside::AMONG;
use seating::{
    Examinee, Few, Input, Key, Layout, Lots, Needs, PublicDraw, Record, RecordError, Room, Rules, SeatOrder, Seed,
    Spacing, Violation, arrange, arrange_aside, violations,
};

fn one_of<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = T> + use<T> {
    proptest::sample::select(values.to_vec())
}

fn maybe(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(0.9, one_of(values).prop_map(str::to_owned))
}

prop_compose! {
    fn needs()(rare in 0_u8..10, bits in 0_u8..32) -> Needs {
        let bit = |at: u8| rare == 0 && bits & (1 << at) != 0;
        Needs { front_row: bit(0), step_free: bit(1), wheelchair: bit(2), own_room: bit(3), extra_time: bit(4) }
    }
}

prop_compose! {
    fn room()(
        lines in vec("[oowx_]{1,8}", 1..7),
        order in one_of(&[SeatOrder::Serpentine, SeatOrder::Columns, SeatOrder::Rows]),
        spacing in one_of(&[Spacing::Dense, Spacing::Dense, Spacing::Checkered, Spacing::AlternateColumns]),
        step_free: bool,
        spare_seats in proptest::option::weighted(0.2, 0_u16..4),
    ) -> Option<Room> {
        let layout = Layout::try_from(lines).ok()?;
        Some(Room { id: String::new(), layout, order, spacing, prefix: String::new(), step_free, spare_seats })
    }
}

prop_compose! {
    fn rules()(
        together in proptest::option::weighted(0.3, one_of(&[Key::School, Key::Class, Key::Paper])),
        apart in proptest::sample::subsequence(vec![Key::School, Key::Class, Key::Paper], 0..=3),
        diagonal: bool,
        one_paper_per_room: bool,
        spare_seats in 0_u16..3,
        spare_rooms in 0_u16..2,
        few in one_of(&[Few::Stay, Few::JoinBefore(3), Few::Even]),
    ) -> Rules {
        let apart = if together.is_some() { vec![] } else { apart };
        Rules { together, apart, diagonal, one_paper_per_room, spare_seats, spare_rooms, few }
    }
}

prop_compose! {
    fn input()(
        rooms in vec(room(), 0..6),
        people in vec((maybe(&["a", "b", "c"]), maybe(&["1", "2"]), maybe(&["A", "B"]), needs()), 0..90),
        rules in rules(),
    ) -> Input {
        let rooms = rooms.into_iter().flatten().enumerate().map(|(at, room)| Room { id: format!("r{at}"), ..room }).collect();
        let examinee = |(at, (school, class, paper, needs))| Examinee { id: format!("e{at}"), school, class, paper, needs };
        Input { sitting: "s".into(), rules, rooms, examinees: people.into_iter().enumerate().map(examinee).collect() }
    }
}

/// Secret seeds, of a byte each.
fn lots(byte: u8) -> Lots {
    Lots { companions: seed(byte), seats: seed(byte.wrapping_add(100)) }
}

fn seed(byte: u8) -> Seed {
    format!("{byte:02x}").repeat(32).parse().unwrap()
}

fn seats(rooms: &[Room]) -> usize {
    // Counted by what the library's own plan can hold: so many people with no rules at all.
    let rooms = rooms.iter().map(|room| Room { spare_seats: Some(0), ..room.clone() }).collect();
    let people = (0..400).map(|at| Examinee {
        id: at.to_string(),
        school: None,
        class: None,
        paper: None,
        needs: Needs::default(),
    });
    let input = Input { sitting: "s".into(), rules: Rules::default(), rooms, examinees: people.collect() };
    arrange(&input, &seed(0)).unwrap().seats.len()
}

proptest! {
    #![proptest_config(Config { cases: 1_000, failure_persistence: None, ..Config::default() })]

    /// `violations` itself refuses a plan where somebody has no place or two, or a seat has two people or does not exist.
    #[test]
    fn everybody_has_one_seat_and_none_is_given_twice(input in input(), byte: u8) {
        let plan = arrange(&input, &seed(byte)).unwrap();
        let found = violations(&input, &plan).unwrap();
        let unplaced = found.iter().filter(|violation| matches!(violation, Violation::Unplaced { .. })).count();
        prop_assert_eq!(unplaced, plan.unplaced.len());
        // Rooms of one's own, and those for more time, are the only ones whose other seats nobody gets.
        if !input.examinees.iter().any(|person| person.needs.own_room || person.needs.extra_time) {
            prop_assert_eq!(plan.seats.len(), input.examinees.len().min(seats(&input.rooms)));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_plan_in_whatever_order_people_are_listed(mut input in input(), byte: u8, turn in 0_usize..90) {
        let plan = arrange(&input, &seed(byte)).unwrap();
        let by = turn % input.examinees.len().max(1);
        input.examinees.rotate_left(by);
        prop_assert_eq!(&arrange(&input, &seed(byte)).unwrap(), &plan);
        input.examinees.reverse();
        prop_assert_eq!(&arrange(&input, &seed(byte)).unwrap(), &plan);
    }

    #[test]
    fn who_comes_late_moves_nobody_and_the_record_verifies(mut input in input(), byte: u8, late in 0_usize..10) {
        let late = input.examinees.split_off(input.examinees.len().saturating_sub(late));
        let mut record = Record::of(input, seed(byte)).unwrap();
        let drawn: BTreeSet<_> = record.plan.seats.iter().cloned().collect();
        for examinee in late {
            record.add_late(examinee).unwrap();
        }
        let (everybody, now) = record.now();
        prop_assert!(drawn.is_subset(&now.seats.iter().cloned().collect()));
        violations(&everybody, &now).unwrap();
        let read = Record::from_json(&record.to_json()).unwrap();
        prop_assert_eq!(&read, &record);
        read.verify().unwrap();
    }

    /// Any two places changed are found out, unless the two people are one.
    #[test]
    fn a_plan_that_was_changed_afterwards_is_found_out(input in input(), byte: u8, one: usize, other: usize) {
        let mut record = Record::of(input, seed(byte)).unwrap();
        let count = record.plan.seats.len();
        if count < 2 {
            return Ok(());
        }
        let one = one % count;
        let other = (one + 1 + other % (count - 1)) % count;
        let id = record.plan.seats[one].id.clone();
        record.plan.seats[one].id = std::mem::replace(&mut record.plan.seats[other].id, id);
        prop_assert!(record.verify().is_err());
    }
}

/// Who sits in which room.
fn rooms_of<'a>(input: &'a Input, record: &Record) -> BTreeMap<String, Vec<&'a Examinee>> {
    let people: BTreeMap<&str, &Examinee> = input.examinees.iter().map(|person| (person.id.as_str(), person)).collect();
    let mut rooms: BTreeMap<String, Vec<&Examinee>> = BTreeMap::new();
    for assigned in &record.plan.seats {
        rooms.entry(assigned.room.clone()).or_default().push(people[assigned.id.as_str()]);
    }
    rooms
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    /// Everybody still has one seat; what is published verifies, and whoever needs something, or sits in a room with somebody
    /// who does, is not in it.
    #[test]
    fn nothing_that_is_published_follows_from_what_somebody_needs(mut input in input(), byte: u8, turn in 0_usize..90) {
        let (seed, secret) = (seed(byte), lots(byte.wrapping_add(1)));
        let (record, draw) = PublicDraw::draw(input.clone(), seed.clone(), &secret).unwrap();
        let found = violations(&input, &record.plan).unwrap();
        let by = turn % input.examinees.len().max(1);
        input.examinees.rotate_left(by);
        prop_assert_eq!(&arrange_aside(&input, &seed, &secret).unwrap(), &record.plan, "in whatever order");
        let Some(draw) = draw else {
            // Too little room: then it is the plan of everybody at once.
            prop_assert_eq!(&arrange(&input, &seed).unwrap(), &record.plan);
            return Ok(());
        };
        if input.examinees.iter().any(|person| !person.needs.is_none()) {
            prop_assert!(record.plan.unplaced.is_empty(), "{found:?}");
        }
        let text = serde_json::to_string(&draw).unwrap();
        PublicDraw::from_json(&text).unwrap().verify().unwrap();
        prop_assert!(!text.contains("\"needs\""));
        let aside: BTreeSet<&str> = draw.set_aside.iter().map(|room| room.id.as_str()).collect();
        let shown: BTreeSet<&str> = draw.input.examinees.iter().map(|person| person.id.as_str()).collect();
        prop_assert_eq!(draw.input.rooms.len() + aside.len(), input.rooms.len());
        let (mut needy, mut seats) = (0, 0);
        for (room, people) in rooms_of(&input, &record) {
            let needs = people.iter().filter(|person| !person.needs.is_none()).count();
            prop_assert!(needs == 0 || aside.contains(room.as_str()), "{room} is drawn");
            for person in &people {
                prop_assert_ne!(aside.contains(room.as_str()), shown.contains(person.id.as_str()), "{}", &person.id);
            }
            if aside.contains(room.as_str()) {
                needy += needs;
                seats += people.len();
            }
        }
        // Among enough others, where a room that could have been taken was left, and people to sit in it.
        let left = draw.input.rooms.iter().any(|room| room.usual(&input.rules) > 0);
        let is_spare = input.rules.spare_rooms > 0;
        if left && !is_spare && !input.rules.one_paper_per_room && !draw.input.examinees.is_empty() {
            prop_assert!(needy * AMONG <= seats, "{needy} of {seats}");
        }
    }
}

/// Sixty people in five rooms: each kind of need has its seat, and what is public is the rest.
#[test]
fn each_kind_of_need_is_kept_outside_of_the_draw() {
    let room = |at: usize| Room {
        id: format!("r{at}"),
        layout: Layout::try_from(vec!["ooooow".to_owned(), "oooooo".to_owned(), "oooooo".to_owned()]).unwrap(),
        order: SeatOrder::default(),
        spacing: Spacing::default(),
        prefix: String::new(),
        step_free: at == 4,
        spare_seats: None,
    };
    let needs = [
        Needs { front_row: true, ..Needs::default() },
        Needs { wheelchair: true, ..Needs::default() },
        Needs { own_room: true, ..Needs::default() },
        Needs { extra_time: true, ..Needs::default() },
    ];
    let person = |at: usize| Examinee {
        id: format!("e{at:02}"),
        school: None,
        class: None,
        paper: None,
        needs: needs.get(at).copied().unwrap_or_default(),
    };
    let input = Input {
        sitting: "s".into(),
        rules: Rules { spare_seats: 1, ..Rules::default() },
        rooms: (0..5).map(room).collect(),
        examinees: (0..50).map(person).collect(),
    };
    let (promised, secret) = (seed(7), lots(9));
    let (record, draw) = PublicDraw::draw(input.clone(), promised, &secret).unwrap();
    assert_eq!(violations(&input, &record.plan).unwrap(), []);
    let draw = draw.unwrap();
    let aside: Vec<&str> = draw.set_aside.iter().map(|room| room.id.as_str()).collect();
    assert_eq!((aside, draw.seats_set_aside(), draw.plan.seats.len()), (vec!["r0", "r2", "r3", "r4"], 72, 14));
    // Another draw, and another sitting of the same people, leave out the same ones: comparing them tells nobody apart.
    let drawn = |draw: &PublicDraw| draw.input.examinees.iter().map(|one| one.id.clone()).collect::<BTreeSet<String>>();
    let other = Lots { companions: secret.companions.clone(), seats: seed(77) };
    let later = Input { sitting: "later".into(), ..input.clone() };
    for (input, promised) in [(input.clone(), seed(8)), (later, seed(9))] {
        let again = PublicDraw::draw(input, promised, &other).unwrap().1.unwrap();
        assert_eq!(drawn(&again), drawn(&draw));
    }
    // A change of what is public is found out.
    let mut said = draw.clone();
    said.input.examinees[0].needs.front_row = true;
    assert!(matches!(said.verify(), Err(RecordError::Needs(_))));
    let mut twice = draw.clone();
    twice.set_aside.push(draw.input.rooms[0].clone());
    assert!(matches!(twice.verify(), Err(RecordError::SetAside(_))));
    let mut moved = draw.clone();
    moved.plan.seats[0].seat += 1;
    assert!(matches!(moved.verify(), Err(RecordError::Plan(_))));
}

#[test]
fn who_comes_later_and_needs_something_sits_where_somebody_else_does() {
    let room = |at: usize, front: &str| Room {
        id: format!("r{at}"),
        layout: Layout::try_from([front, "ooo", "ooo"].map(str::to_owned).to_vec()).unwrap(),
        order: SeatOrder::default(),
        spacing: Spacing::default(),
        prefix: String::new(),
        step_free: true,
        spare_seats: None,
    };
    let person = |id: usize, needs| Examinee { id: format!("e{id:02}"), school: None, class: None, paper: None, needs };
    let wheelchair = Needs { wheelchair: true, ..Needs::default() };
    let people = (0..13).map(|id| person(id, if id == 0 { wheelchair } else { Needs::default() }));
    let input = Input {
        sitting: "s".into(),
        rules: Rules { spare_seats: 1, ..Rules::default() },
        rooms: vec![room(0, "ooo"), room(1, "oow")],
        examinees: people.collect(),
    };
    let secret = lots(9);
    let (mut record, draw) = PublicDraw::draw(input, seed(7), &secret).unwrap();
    let draw = draw.unwrap();
    assert_eq!((draw.set_aside[0].id.as_str(), draw.plan.seats.len()), ("r1", 5));
    // Both rooms have a seat that would do; the first has more of them, and is where anybody else goes.
    let late = record.add_late(person(50, Needs { step_free: true, ..Needs::default() })).unwrap().unwrap();
    assert_eq!(late.room, "r1");
    assert_eq!(record.add_late(person(51, Needs::default())).unwrap().unwrap().room, "r0");
}

#[test]
fn those_with_different_papers_are_set_aside_in_different_rooms() {
    let room = |at: usize| Room {
        id: format!("r{at}"),
        layout: Layout::grid(2, 3).unwrap(),
        order: SeatOrder::default(),
        spacing: Spacing::default(),
        prefix: String::new(),
        step_free: false,
        spare_seats: None,
    };
    let person = |at: usize| Examinee {
        id: format!("e{at:02}"),
        school: None,
        class: None,
        paper: Some(["A", "B"][at % 2].to_owned()),
        needs: Needs { front_row: at < 2, ..Needs::default() },
    };
    let rules = Rules { one_paper_per_room: true, ..Rules::default() };
    let rooms = (0..4).map(room).collect();
    let input = Input { sitting: "s".into(), rules, rooms, examinees: (0..20).map(person).collect() };
    let (record, draw) = PublicDraw::draw(input.clone(), seed(7), &lots(9)).unwrap();
    assert_eq!(violations(&input, &record.plan).unwrap(), []);
    let draw = draw.unwrap();
    assert_eq!((draw.set_aside.len(), draw.plan.seats.len()), (2, 8));
}
