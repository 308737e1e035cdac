//! Whatever people, rooms and rules: one seat each, none twice, everybody has one while there are any; what is not kept is
//! listed; the same seed gives the same plan in whatever order people stand in the list; who comes late moves nobody.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use seating::{
    Examinee, Few, Input, Key, Layout, Needs, Record, Room, Rules, SeatOrder, Seed, Spacing, Violation, arrange,
    violations,
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
