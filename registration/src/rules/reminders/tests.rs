//! Tests of when candidates are reminded: minute after minute through a season, whatever the deadlines are.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::exams::definition;
use crate::model::exam_rules::TaskKind;

fn shipped() -> Exam {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/degree-english");
    let mut exam = definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page;
    exam.sittings.truncate(2);
    exam
}

fn at(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

/// An exam with these moments; the second sitting begins two hours after the first.
fn exam(opens: Timestamp, closes: Timestamp, tickets: Timestamp, starts: Timestamp) -> Exam {
    let mut exam = shipped();
    (exam.opens_at, exam.closes_at, exam.payment_deadline) = (opens, closes, closes + minutes(60));
    exam.hold = SignedDuration::from_hours(24);
    for step in exam.rules.steps.iter_mut().filter(|step| step.tasks.contains(&TaskKind::Ticket)) {
        step.opens_at = Some(tickets);
    }
    for (sitting, later) in exam.sittings.iter_mut().zip([0, 120]) {
        sitting.starts_at = starts + minutes(later);
    }
    exam
}

/// When each occasion is due first and last, asked for every `step` minutes.
fn walked(exam: &Exam, from: Timestamp, to: Timestamp, step: i64) -> BTreeMap<String, (Timestamp, Timestamp)> {
    let mut seen: BTreeMap<String, (Timestamp, Timestamp)> = BTreeMap::new();
    let mut now = from;
    while now < to {
        for due in due(now, exam).into_iter().filter(|due| due.kind != ReminderKind::Pay) {
            seen.entry(due.occasion).or_insert((now, now)).1 = now;
        }
        now += minutes(step);
    }
    seen
}

#[test]
fn e4_each_occasion_has_its_time_and_the_night_has_none() {
    let exam = exam(at("2027-03-01T09:00"), at("2027-03-10T17:00"), at("2027-03-20T09:00"), at("2027-03-27T09:00"));
    let seen = walked(&exam, at("2027-02-27T00:00"), at("2027-03-29T00:00"), 5);
    let said: Vec<(&str, String, String)> = seen
        .iter()
        .map(|(occasion, (first, last))| {
            let local = |at: &Timestamp| china().to_datetime(*at).strftime("%m-%d %H:%M").to_string();
            (occasion.split(' ').next().unwrap(), local(first), local(last))
        })
        .collect();
    let expected = [
        ("closes_1h", "03-10 16:00", "03-10 16:55"),
        ("closes_24h", "03-09 17:00", "03-10 14:55"),
        ("exam_day", "03-26 10:00", "03-26 21:55"),
        ("opens", "03-01 08:00", "03-02 08:55"),
        ("ticket", "03-20 09:00", "03-22 08:55"),
    ];
    assert_eq!(said, expected.map(|(name, first, last)| (name, first.to_owned(), last.to_owned())));
}

#[test]
fn e4_what_falls_into_the_night_is_said_in_the_morning_or_in_the_evening_before() {
    let from =
        |said: &str, until: &str| china().to_datetime(send_from(at(said), at(until))).strftime("%d %H:%M").to_string();
    assert_eq!(from("2027-03-01T12:00", "2027-03-01T13:00"), "01 12:00");
    assert_eq!(from("2027-03-01T22:30", "2027-03-01T23:30"), "01 21:00", "it ends in the night");
    assert_eq!(from("2027-03-01T07:10", "2027-03-01T08:10"), "28 21:00", "too little is left in the morning");
    assert_eq!(from("2027-03-01T07:30", "2027-03-01T08:30"), "01 08:00");
    assert_eq!(from("2027-03-01T23:59", "2027-03-02T23:59"), "02 08:00");
    assert_eq!(timely(at("2027-03-01T12:00"), None), Timely::Now);
    assert_eq!(timely(at("2027-03-01T21:59"), None), Timely::At(at("2027-03-02T08:00")), "it may arrive after ten");
    assert_eq!(timely(at("2027-03-01T03:00"), Some(at("2027-03-01T08:30"))), Timely::At(at("2027-03-01T08:00")));
    assert_eq!(timely(at("2027-03-01T03:00"), Some(at("2027-03-01T08:00"))), Timely::Never);
    assert_eq!(timely(at("2027-03-01T12:00"), Some(at("2027-03-01T12:00"))), Timely::Never);
}

#[test]
fn e4_an_exam_turns_off_what_it_does_not_want_and_short_holds_say_nothing() {
    let mut exam = exam(at("2027-03-01T09:00"), at("2027-03-10T17:00"), at("2027-03-20T09:00"), at("2027-03-27T09:00"));
    let now = at("2027-03-10T16:30");
    let kinds = |exam: &Exam| due(now, exam).into_iter().map(|due| due.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&exam), [ReminderKind::Closes, ReminderKind::Pay]);
    exam.rules.reminders.off = vec![ReminderKind::Closes];
    assert_eq!(kinds(&exam), [ReminderKind::Pay]);
    exam.hold = minutes(15);
    assert_eq!(kinds(&exam), []);
}

/// A moment of a season, to the minute.
fn moment(days: std::ops::Range<i64>) -> impl Strategy<Value = Timestamp> {
    (days.start * 1440..days.end * 1440).prop_map(|minute| at("2027-03-01T00:00") + minutes(minute))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the deadlines are: nothing is due at night, every occasion is due at some time and before it makes no sense,
    /// and the same words never stand for two.
    #[test]
    fn e4_nothing_at_night_nothing_forgotten(
        opens in moment(1..3), closes in moment(5..8), tickets in moment(9..11), starts in moment(12..14),
    ) {
        let exam = exam(opens, closes, tickets, starts);
        let seen = walked(&exam, at("2027-03-01T00:00"), at("2027-03-17T00:00"), 7);
        for (occasion, (first, last)) in &seen {
            prop_assert!(!is_night(*first) && !is_night(*last), "{occasion}: {first} {last}");
        }
        let names: Vec<&str> = seen.keys().filter_map(|occasion| occasion.split(' ').next()).collect();
        let days = if names.iter().filter(|name| **name == "exam_day").count() == 2 { 2 } else { 1 };
        prop_assert_eq!(names.len(), 4 + days, "{:?}", &seen);
        for now in (0..16 * 144).map(|step| at("2027-03-01T00:00") + minutes(step * 10)) {
            let due = due(now, &exam);
            prop_assert!(due.is_empty() || !is_night(now));
            let mut occasions: Vec<&String> = due.iter().map(|due| &due.occasion).collect();
            occasions.dedup();
            prop_assert_eq!(occasions.len(), due.len());
            prop_assert!(due.iter().all(|due| now < due.until || due.kind == ReminderKind::Pay));
        }
    }

    /// Every seat that is held long enough is told of by day, before it ends, by the last word.
    #[test]
    fn e4_no_seat_ends_unsaid(ends in moment(2..4)) {
        let exam = exam(at("2027-02-01T09:00"), at("2027-06-10T17:00"), at("2027-06-20T09:00"), at("2027-06-27T09:00"));
        let is_told = |now: Timestamp| {
            due(now, &exam).iter().any(|due| due.occasion == "pay_1h" && due.range.0 < ends && ends <= due.range.1)
        };
        let moments = (1..=12 * 60).map(|minute| ends - minutes(minute));
        let told: Vec<Timestamp> = moments.filter(|now| is_told(*now)).collect();
        prop_assert!(!told.is_empty() && told.iter().all(|now| !is_night(*now) && *now < ends), "{told:?}");
        prop_assert!(told.iter().any(|now| ends.duration_since(*now) >= LEFT_MIN), "{told:?}");
    }
}

#[test]
fn e4_an_offered_seat_that_is_held_for_days_is_reminded_of_too() {
    let starts = at("2027-03-27T09:00");
    let mut exam = exam(at("2027-03-01T09:00"), at("2027-03-10T17:00"), at("2027-03-20T09:00"), starts);
    exam.hold = minutes(15);
    let pays =
        |exam: &Exam| due(at("2027-03-05T12:00"), exam).iter().filter(|due| due.kind == ReminderKind::Pay).count();
    for (offer_minutes, occasions) in [(120, 0), (181, 1), (3 * 24 * 60, 2)] {
        exam.rules.waiting_list.as_mut().unwrap().offer_minutes = offer_minutes;
        assert_eq!(pays(&exam), occasions, "{offer_minutes}");
    }
    exam.rules.waiting_list = None;
    assert_eq!(pays(&exam), 0, "whoever holds a seat for minutes sees its clock");
}
