//! Tests of the one state, with definitions that ship.

use std::path::Path;

use uuid::Uuid;

use super::*;
use crate::exams::definition;
use crate::model::exam::LATE_PICTURE_WAITS_MAX;
use crate::model::facts::{EligibilityState, FaceState, IdentityState};
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{BySchool, OrderId, OrderSitting};
use crate::rules::steps::steps;

fn shipped(name: &str) -> Exam {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams").join(name);
    definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page
}

fn now() -> Timestamp {
    "2027-03-01T00:00:00Z".parse().unwrap()
}

fn minutes(count: i64) -> Timestamp {
    now() + jiff::SignedDuration::from_mins(count)
}

fn order(exam: &Exam, number: u64, sitting: &str, state: OrderState) -> Order {
    let account = AccountId(Uuid::from_u128(1));
    let sitting: reservation::ids::SittingId = sitting.parse().unwrap();
    let hold = format!("{}.1.1", account.candidate_id()).parse().unwrap();
    Order {
        id: OrderId::from_bits(number),
        account,
        exam: exam.id.clone(),
        part: exam.part_of(exam.sitting(&sitting).unwrap()),
        sittings: vec![OrderSitting { sitting, hold, fee: Fen(3_000) }],
        amount: Fen(3_000),
        expires_at: minutes(10),
        created_at: now(),
        submitted_at: (state != OrderState::Unpaid).then(now),
        decided_at: (state == OrderState::Confirmed).then(now),
        refusals: 0,
        reason: None,
        paid_at: (state == OrderState::Confirmed).then(now),
        by_school: None,
        late_picture_at: None,
        state,
    }
}

fn cet_facts(orders: &[Order]) -> Facts<'_> {
    let bound = EligibilityState::Bound { at: now(), subjects: Vec::new(), campus: None };
    Facts { notice_agreed_at: Some(now()), eligibility: bound, orders, ..Facts::default() }
}

fn ce_facts(review: ReviewState, orders: &[Order]) -> Facts<'_> {
    Facts {
        identity: IdentityState::Verified { at: now() },
        notice_agreed_at: Some(now()),
        details_at: Some(now()),
        review,
        orders,
        ..Facts::default()
    }
}

fn of(exam: &Exam, facts: &Facts<'_>) -> Standing {
    standing(exam, facts, &steps(exam, facts, now()), now())
}

const WRITTEN: &str = "cet4-written-993010";
const ORAL: &str = "cet4-oral-993010";

#[test]
fn b13_a_paid_part_and_an_unpaid_one_give_one_step() {
    let exam = shipped("cet");
    let written = |state| order(&exam, 1, WRITTEN, state);
    let oral = |state| order(&exam, 2, ORAL, state);
    // Paid and unpaid: the unpaid one is what it is about, and its step is named.
    let orders = [written(OrderState::Confirmed), oral(OrderState::Unpaid)];
    let told = of(&exam, &cet_facts(&orders));
    assert!(matches!(&told.state, State::Unpaid { order, .. } if *order == orders[1].id), "{told:?}");
    assert_eq!((told.step, told.until), (Some(5), Some(minutes(10))));
    // It waits for the one that it needs: that one is led to.
    let orders = [written(OrderState::Unpaid), oral(OrderState::Unpaid)];
    let told = of(&exam, &cet_facts(&orders));
    assert_eq!(told.action, Some(Action::Pay(orders[0].id)), "{told:?}");
    // What waits for staff is no reason to be silent about a clock that runs.
    let orders = [written(OrderState::WaitingReview), oral(OrderState::Unpaid)];
    assert_eq!(of(&exam, &cet_facts(&orders)).action, Some(Action::Pay(orders[1].id)));
    let orders = [written(OrderState::Confirmed), oral(OrderState::WaitingReview)];
    let told = of(&exam, &cet_facts(&orders));
    assert!(matches!(&told.state, State::Waiting { task: TaskKind::Payment(part), .. } if part.as_str() == "oral"));
    assert_eq!(told.step, Some(5), "{told:?}");
    let orders = [written(OrderState::Confirmed), oral(OrderState::Confirmed)];
    let told = of(&exam, &cet_facts(&orders));
    assert!(matches!(told.state, State::Registered { tickets: Tickets::From(_), change: None, .. }), "{told:?}");
    assert_eq!(told.step, Some(6));
}

#[test]
fn the_clock_that_ends_first_is_told() {
    let exam = shipped("cet");
    let refused = OrderState::Refused { reason: "看不清".to_owned(), until: minutes(5) };
    let orders = [order(&exam, 1, WRITTEN, refused), order(&exam, 2, "cet6-written-993010", OrderState::Unpaid)];
    let told = of(&exam, &cet_facts(&orders));
    assert!(matches!(&told.state, State::Refused { order: Some(id), .. } if *id == orders[0].id));
    assert_eq!((told.action, told.until), (Some(Action::SendAgain(orders[0].id)), Some(minutes(5))));
}

#[test]
fn c11_what_is_changed_after_the_payment_leaves_it_standing() {
    // Where the steps have no review of the form, the form says so by itself; else its step does.
    let exam = shipped("degree-english");
    let sitting = exam.sittings[0].id.to_string();
    let told = |review: ReviewState, state: OrderState| {
        let orders = [order(&exam, 1, &sitting, state)];
        let facts = ce_facts(review, &orders);
        of(&exam, &Facts { face: FaceState::Passed { at: now(), is_in_person: false }, ..facts })
    };
    let waiting = told(ReviewState::None, OrderState::WaitingReview);
    assert!(matches!(waiting.state, State::Waiting { .. }), "not paid yet: {waiting:?}");
    let plain = told(ReviewState::None, OrderState::Confirmed);
    assert!(matches!(plain.state, State::Registered { change: None, .. }), "{plain:?}");
    let changed = told(ReviewState::Waiting { since: now() }, OrderState::Confirmed);
    assert!(matches!(changed.state, State::Registered { change: Some(Change::Waiting { .. }), .. }), "{changed:?}");
    assert_ne!(changed.mark, plain.mark, "an old page learns of it");
    let refused = told(ReviewState::Refused { reason: "?".to_owned() }, OrderState::Confirmed);
    assert!(matches!(refused.state, State::Registered { change: Some(Change::Refused { .. }), .. }), "{refused:?}");
    assert_eq!(refused.action, Some(Action::ChangeForm));
    // A refused form is told also while a part that one may leave out waits for staff.
    let exam = shipped("cet");
    let orders = [order(&exam, 1, WRITTEN, OrderState::Confirmed), order(&exam, 2, ORAL, OrderState::WaitingReview)];
    let review = ReviewState::Refused { reason: "?".to_owned() };
    let told = of(&exam, &Facts { review, ..cet_facts(&orders) });
    assert!(matches!(told.state, State::Registered { change: Some(Change::Refused { .. }), .. }), "{told:?}");
    let exam = shipped("continuing-education");
    let confirmed = [order(&exam, 1, "en-0424-am-a", OrderState::Confirmed)];
    let told = of(&exam, &ce_facts(ReviewState::Waiting { since: now() }, &confirmed));
    assert!(matches!(told.state, State::Registered { change: Some(Change::Waiting { .. }), .. }), "{told:?}");
    let told = of(&exam, &ce_facts(ReviewState::Refused { reason: "?".to_owned() }, &confirmed));
    assert!(matches!(told.state, State::Registered { change: Some(Change::Refused { .. }), .. }), "{told:?}");
    assert_eq!(told.action, Some(Action::ChangeForm));
}

#[test]
fn a6_a_passed_review_is_said_and_a_lost_seat_too() {
    let exam = shipped("continuing-education");
    let passed = || ReviewState::Passed { at: now() };
    let told = of(&exam, &ce_facts(passed(), &[]));
    assert!(matches!(&told.state, State::ToDo { task: TaskKind::Sittings(_), is_reviewed: true }), "{told:?}");
    let told = of(&exam, &ce_facts(ReviewState::Waiting { since: now() }, &[]));
    assert_eq!(told.state, State::Waiting { task: TaskKind::Review, since: now() });
    assert_eq!((told.action, told.step), (None, Some(1)));
    for (state, is_lost) in [(OrderState::Lapsed, true), (OrderState::Cancelled, true), (OrderState::Released, false)] {
        let orders = [order(&exam, 1, "en-0424-am-a", state.clone())];
        let told = of(&exam, &ce_facts(passed(), &orders));
        assert_eq!(matches!(told.state, State::Lost { can_choose: true, .. }), is_lost, "{state:?}");
        assert_eq!(told.step, Some(2));
    }
}

#[test]
fn the_mark_changes_with_what_a_page_shows() {
    let exam = shipped("continuing-education");
    let passed = ReviewState::Passed { at: now() };
    let mut orders = [order(&exam, 1, "en-0424-am-a", OrderState::Unpaid)];
    let before = of(&exam, &ce_facts(passed.clone(), &orders)).mark;
    assert_eq!(before, of(&exam, &ce_facts(passed.clone(), &orders)).mark);
    orders[0].sittings[0].sitting = exam.sittings[1].id.clone();
    assert_ne!(before, of(&exam, &ce_facts(passed, &orders)).mark, "another sitting under the same number");
}

#[test]
fn before_and_after_nothing_is_asked_of_anybody() {
    let exam = shipped("degree-english");
    let told = |at: Timestamp| standing(&exam, &Facts::default(), &steps(&exam, &Facts::default(), at), at);
    let early = told(exam.opens_at - jiff::SignedDuration::from_hours(1));
    assert_eq!(early.state, State::NotOpen { opens_at: exam.opens_at });
    assert_eq!(told(exam.closes_at).state, State::Closed { closed_at: exam.closes_at });
    assert!(early.is_blank() && early.contact.is_some());
}

#[test]
fn b16_what_a_school_pays_for_is_nothing_to_do_and_keeps_the_oral_waiting() {
    let exam = shipped("cet");
    let by_school = Some(BySchool::Locked { until: minutes(60) });
    let written = Order { by_school, ..order(&exam, 1, WRITTEN, OrderState::Unpaid) };
    let oral = order(&exam, 2, ORAL, OrderState::Unpaid);
    // The oral needs the written subject, which only the school pays for now.
    for orders in [vec![written.clone()], vec![written.clone(), oral]] {
        let told = of(&exam, &cet_facts(&orders));
        let State::SchoolPays { order, held_until, .. } = &told.state else { panic!("{told:?}") };
        assert_eq!((*order, *held_until), (written.id, written.expires_at));
        assert_eq!((told.action, told.until), (Some(Action::Look(written.id)), Some(minutes(60))));
    }
    // Another subject whose clock runs comes first.
    let other = order(&exam, 3, "cet6-written-993010", OrderState::Unpaid);
    let orders = [written, other.clone()];
    assert_eq!(of(&exam, &cet_facts(&orders)).action, Some(Action::Pay(other.id)));
    let paid = Order { by_school: Some(BySchool::Paid), ..order(&exam, 1, WRITTEN, OrderState::Confirmed) };
    let orders = [paid];
    let told = of(&exam, &cet_facts(&orders));
    assert!(matches!(told.state, State::Registered { is_by_school: true, .. }), "{told:?}");
}

#[test]
fn a_late_picture_waits_for_a_choice_and_is_not_merely_over() {
    let exam = shipped("degree-english");
    let sitting = exam.sittings[0].id.to_string();
    let lapsed = order(&exam, 1, &sitting, OrderState::Lapsed);
    let kept = Order { late_picture_at: Some(now()), ..lapsed.clone() };
    let orders = [kept.clone()];
    let told = of(&exam, &cet_facts(&orders));
    assert!(matches!(&told.state, State::PictureKept { order, .. } if *order == kept.id), "{told:?}");
    assert_eq!(told.action, Some(Action::ChooseOther(kept.id)));
    // Once another seat is held, or the time to choose is up, it is no more.
    let orders = [kept.clone(), order(&exam, 2, &sitting, OrderState::Unpaid)];
    assert_eq!(of(&exam, &cet_facts(&orders)).action, Some(Action::Pay(orders[1].id)));
    let orders = [Order { late_picture_at: Some(now() - LATE_PICTURE_WAITS_MAX * 2), ..kept }];
    assert!(!matches!(of(&exam, &cet_facts(&orders)).state, State::PictureKept { .. }));
    assert!(!matches!(of(&exam, &cet_facts(&[lapsed])).state, State::PictureKept { .. }));
}
