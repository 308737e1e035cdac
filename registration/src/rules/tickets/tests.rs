//! Tests of tickets' rules, with definitions that ship.

use std::path::Path;

use uuid::Uuid;

use super::*;
use crate::exams::definition;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{OrderId, OrderSitting};

fn shipped(name: &str) -> Exam {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams").join(name);
    definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page
}

fn order(exam: &Exam, state: OrderState) -> Order {
    let account = AccountId(Uuid::from_u128(1));
    let sitting = &exam.sittings[0];
    let hold = format!("{}.1.1", account.candidate_id()).parse().unwrap();
    Order {
        id: OrderId::from_bits(1),
        account,
        exam: exam.id.clone(),
        part: exam.part_of(sitting),
        sittings: vec![OrderSitting { sitting: sitting.id.clone(), hold, fee: Fen(1) }],
        amount: Fen(1),
        expires_at: sitting.starts_at,
        created_at: exam.opens_at,
        submitted_at: None,
        decided_at: None,
        refusals: 0,
        reason: None,
        paid_at: None,
        by_school: None,
        late_picture_at: None,
        state,
    }
}

#[test]
fn a9_tickets_are_given_out_once_they_can_be_printed_to_whoever_has_a_seat() {
    let exam = shipped("continuing-education");
    let from = exam.tickets_from().unwrap();
    let passed = ReviewState::Passed { at: from };
    let confirmed = order(&exam, OrderState::Confirmed);
    assert_eq!(check(&exam, &confirmed, &passed, from), Ok(()));
    let before = from - SignedDuration::from_secs(1);
    assert_eq!(check(&exam, &confirmed, &passed, before), Err(TicketRefusal::NotYet(from)));
    for state in [OrderState::Unpaid, OrderState::WaitingReview, OrderState::Released, OrderState::Cancelled] {
        assert_eq!(check(&exam, &order(&exam, state), &passed, from), Err(TicketRefusal::NotConfirmed));
    }
    // A photo that nobody has compared would stand on it.
    for review in [ReviewState::Waiting { since: from }, ReviewState::Refused { reason: String::new() }] {
        assert_eq!(check(&exam, &confirmed, &review, from), Err(TicketRefusal::InReview));
    }
    let mut silent = exam.clone();
    silent.rules.steps.iter_mut().for_each(|step| step.opens_at = None);
    assert_eq!(check(&silent, &confirmed, &passed, from), Err(TicketRefusal::NotSaid));
}

#[test]
fn a9_the_day_is_as_the_handbook_has_it() {
    let exam = shipped("continuing-education");
    let sitting = &exam.sittings[0];
    let times = Times::of(&exam, sitting);
    let before = |minutes| Some(sitting.starts_at - SignedDuration::from_mins(minutes));
    assert_eq!((times.arrive_at, times.closes_at), (before(40), before(15)));
    assert_eq!(times.ends_at, Some(sitting.starts_at + SignedDuration::from_mins(120)));
    let (from, until) = times.good();
    assert!(from < times.arrive_at.unwrap() && until == times.ends_at.unwrap());
    let rules = exam.rules.ticket.rules.as_ref().unwrap();
    assert!(rules.zh[0].contains("40") && rules.zh.len() == rules.en.len());
}

#[test]
fn e3_extra_time_ends_later_and_nothing_else_does() {
    use crate::model::exam_rules::AccommodationKind::{ExtraTime, LargePrint, OwnRoom};

    let mut exam = shipped("continuing-education");
    let sitting = exam.sittings[0].clone();
    let minutes = |times: Times| times.ends().duration_since(sitting.starts_at).as_mins();
    assert_eq!(Times::granted(&exam, &sitting, &[LargePrint, OwnRoom]), Times::of(&exam, &sitting));
    let longer = Times::granted(&exam, &sitting, &[LargePrint, ExtraTime]);
    assert_eq!((minutes(longer), longer.extra), (156, SignedDuration::from_mins(36)));
    assert_eq!((longer.starts_at, longer.arrive_at), (sitting.starts_at, Times::of(&exam, &sitting).arrive_at));
    assert_eq!(longer.good().1, longer.ends_at.unwrap(), "the code is good as long as they sit");
    // Whole minutes, in the candidate's favour.
    (exam.rules.ticket.minutes, exam.rules.accommodations.extra_time_percent) = (Some(125), 33);
    assert_eq!(minutes(Times::granted(&exam, &sitting, &[ExtraTime])), 125 + 42);
    exam.rules.ticket.minutes = None;
    let unsaid = Times::granted(&exam, &sitting, &[ExtraTime]);
    assert_eq!((unsaid.ends_at, minutes(unsaid)), (None, 180 + 60));
}

#[test]
fn b17_numbers_of_cet_are_fifteen_digits_that_tell_subjects_and_campuses_apart() {
    let exam = shipped("cet");
    let of = |id: &str| exam.sitting(&id.parse().unwrap()).unwrap();
    let number = number(&exam, of("cet4-written-991010"), (12, 7), &[]).unwrap();
    assert_eq!(number.as_str(), "991010271101207");
    for sitting in &exam.sittings {
        let number = super::number(&exam, sitting, (999, 99), &[]).unwrap();
        assert!(number.as_str().len() == 15 && number.as_str().bytes().all(|digit| digit.is_ascii_digit()), "{number}");
    }
    assert_eq!(super::number(&exam, of("cet4-written-991010"), (1000, 7), &[]), None);
}
