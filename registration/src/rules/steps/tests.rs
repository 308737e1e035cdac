//! Tests of the steps: three exams that mix the same tasks differently.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::TaskState::{Locked, NotYet, Open, Over, Passed, Refused, Waiting};
use super::*;
use crate::model::exam_rules::{ExamRules, IdentityWay};
use crate::model::facts::accommodation::AccommodationState;
use crate::model::facts::{EligibilityState, FaceState, FurtherProof, IdentityState, Proofs, ReviewState};
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderState};
use crate::model::text::Paragraphs;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Open from second 100 to 200, payment until 300.
fn exam(steps: &[(&[&str], bool)]) -> Exam {
    let text = Text { zh: "考试".to_owned(), en: "Exam".to_owned() };
    let rule = |(tasks, is_optional): &(&[&str], bool)| StepRule {
        title: text.clone(),
        tasks: tasks.iter().map(|task| task.parse().unwrap()).collect(),
        is_optional: *is_optional,
        opens_at: None,
        closes_at: None,
        note: None,
    };
    Exam {
        id: "exam".parse().unwrap(),
        title: text.clone(),
        organiser: text.clone(),
        notice: Paragraphs { zh: Vec::new(), en: Vec::new() },
        opens_at: at(100),
        closes_at: at(200),
        payment_deadline: at(300),
        hold: SignedDuration::from_secs(10),
        grace: SignedDuration::ZERO,
        resubmit: SignedDuration::from_hours(24),
        resubmit_times: 2,
        fee: Fen(0),
        payment_url: "https://pay.example.com/".to_owned(),
        groups: Vec::new(),
        sittings: Vec::new(),
        rules: ExamRules { steps: steps.iter().map(rule).collect(), ..ExamRules::default() },
        organisations: Vec::new(),
    }
}

fn continuing() -> Exam {
    exam(&[
        (&["identity", "notice", "details"], false),
        (&["review"], false),
        (&["sittings"], false),
        (&["payment"], false),
        (&["ticket"], false),
    ])
}

fn cet() -> Exam {
    exam(&[
        (&["notice"], false),
        (&["eligibility"], false),
        (&["sittings:written"], false),
        (&["payment:written"], false),
        (&["sittings:oral"], true),
        (&["payment:oral"], true),
        (&["ticket"], false),
    ])
}

fn order(part: &str, state: OrderState) -> Order {
    Order {
        id: crate::model::order::OrderId::from_bits(1),
        account: AccountId(uuid::Uuid::nil()),
        exam: "exam".parse().unwrap(),
        part: part.parse().unwrap(),
        sittings: Vec::new(),
        amount: Fen(0),
        state,
        expires_at: at(160),
        created_at: at(150),
        submitted_at: Some(at(155)),
        decided_at: None,
        refusals: 0,
        reason: None,
        paid_at: None,
        by_school: None,
        late_picture_at: None,
    }
}

fn states(exam: &Exam, facts: &Facts<'_>, now: i64) -> Vec<TaskState> {
    steps(exam, facts, at(now)).into_iter().map(|step| step.state).collect()
}

const OPEN: TaskState = Open { until: None };

fn until(second: i64) -> TaskState {
    Open { until: Some(at(second)) }
}

#[test]
fn a2_five_steps_one_after_the_other_each_with_its_window() {
    let exam = continuing();
    let mut facts = Facts::default();
    // Who one is can be proved before anything opens.
    assert_eq!(states(&exam, &facts, 50), [OPEN, Locked, Locked, Locked, Locked]);
    facts.identity = IdentityState::Verified { at: at(60) };
    assert_eq!(states(&exam, &facts, 50)[0], NotYet { opens_at: at(100) });
    assert_eq!(states(&exam, &facts, 150)[0], until(200));
    // By no way that this exam takes: once more. Who has a seat was let in by what counted then.
    facts.proofs.ways = vec![IdentityWay::Liveness];
    assert_eq!(states(&exam, &facts, 150), [OPEN, Locked, Locked, Locked, Locked]);
    facts.proofs.further = FurtherProof::Waiting { since: at(140) };
    assert_eq!(states(&exam, &facts, 150)[0], Waiting { since: at(140) });
    facts.proofs.further = FurtherProof::Refused { reason: "看不清".to_owned() };
    assert_eq!(states(&exam, &facts, 150)[0], Refused { reason: "看不清".to_owned(), until: None });
    let orders = [order("main", OrderState::Unpaid)];
    assert_eq!(states(&exam, &Facts { orders: &orders, ..facts.clone() }, 150)[0], until(200));
    facts.proofs = Proofs { ways: vec![IdentityWay::Liveness, IdentityWay::Manual], ..Proofs::default() };
    assert_eq!(states(&exam, &facts, 150)[0], until(200));
    facts.notice_agreed_at = Some(at(150));
    assert_eq!(next(&steps(&exam, &facts, at(150))).unwrap().kind, TaskKind::Details);
    facts.details_at = Some(at(151));
    facts.review = ReviewState::Waiting { since: at(151) };
    assert_eq!(states(&exam, &facts, 152), [Passed, Waiting { since: at(151) }, Locked, Locked, Locked]);
    facts.review = ReviewState::Refused { reason: "照片不清晰".to_owned() };
    assert_eq!(states(&exam, &facts, 152)[1], Refused { reason: "照片不清晰".to_owned(), until: None });
    facts.review = ReviewState::Passed { at: at(153) };
    assert_eq!(states(&exam, &facts, 154), [Passed, Passed, until(200), Locked, Locked]);
    assert_eq!(states(&exam, &facts, 250)[2], Over { closed_at: at(200) });
    let orders = [order("main", OrderState::Unpaid)];
    facts.orders = &orders;
    assert_eq!(states(&exam, &facts, 154), [Passed, Passed, Passed, until(160), Locked]);
    let orders = [order("main", OrderState::Confirmed)];
    facts.orders = &orders;
    assert_eq!(states(&exam, &facts, 400), [Passed, Passed, Passed, Passed, Locked], "an order goes its way");
    assert!(is_complete(&steps(&exam, &facts, at(400))));
}

#[test]
fn b9_nobody_is_bound_before_they_have_proved_who_they_are_where_the_exam_asks_for_it_first() {
    let exam = exam(&[(&["identity"], false), (&["eligibility"], false), (&["sittings"], false)]);
    let mut facts = Facts::default();
    assert_eq!(states(&exam, &facts, 150)[..2], [OPEN, Locked]);
    facts.identity = IdentityState::Waiting { since: at(140) };
    assert_eq!(states(&exam, &facts, 150)[1], Locked);
    facts.identity = IdentityState::Verified { at: at(145) };
    assert_eq!(states(&exam, &facts, 150)[0], Passed);
    assert!(matches!(states(&exam, &facts, 150)[1], Open { .. }));
}

#[test]
fn no_seat_is_chosen_before_the_identity_where_the_exam_asks_for_it_first() {
    let exam = exam(&[(&["identity"], false), (&["sittings"], false), (&["payment"], false)]);
    let sittings: TaskKind = "sittings".parse().unwrap();
    let blocker = |identity: IdentityState| {
        let views = steps(&exam, &Facts { identity, ..Facts::default() }, at(150));
        blocked_by(&views, &sittings).map(|task| task.kind.clone())
    };
    let refused = IdentityState::Refused { reason: "看不清".to_owned() };
    for identity in [IdentityState::None, IdentityState::Waiting { since: at(140) }, refused] {
        assert_eq!(blocker(identity.clone()), Some(TaskKind::Identity), "{identity:?}");
    }
    assert_eq!(blocker(IdentityState::Verified { at: at(145) }), None);
}

#[test]
fn a_seat_shows_who_somebody_is_where_that_was_proved_before_it_alone() {
    let orders = [order("main", OrderState::Confirmed)];
    let proofs = Proofs { ways: vec![IdentityWay::Liveness], ..Proofs::default() };
    let facts = Facts { identity: IdentityState::Verified { at: at(60) }, proofs, orders: &orders, ..Facts::default() };
    let identity = |exam: &Exam| {
        let views = steps(exam, &facts, at(150));
        task(&views, &TaskKind::Identity).unwrap().state.clone()
    };
    assert_eq!(identity(&continuing()), Passed);
    let last = exam(&[(&["sittings"], false), (&["payment"], false), (&["identity"], false), (&["ticket"], false)]);
    assert_eq!(identity(&last), OPEN, "nobody has proved it yet by a way that this exam takes");
    let optional = exam(&[(&["identity"], true), (&["sittings"], false)]);
    assert_eq!(identity(&optional), OPEN, "the seat could be had without it");
    let between = exam(&[(&["sittings:oral"], false), (&["identity"], false), (&["sittings"], false)]);
    assert_eq!(identity(&between), Passed);
    let oral = [order("oral", OrderState::Confirmed)];
    let views = steps(&between, &Facts { orders: &oral, ..facts.clone() }, at(150));
    assert_eq!(task(&views, &TaskKind::Identity).unwrap().state, OPEN, "that seat was chosen before it");
}

#[test]
fn a_ticket_can_be_printed_when_somebody_has_said_since_when() {
    let mut exam = continuing();
    exam.rules.steps[4].opens_at = Some(at(500));
    let orders = [order("main", OrderState::Confirmed)];
    let mut facts = Facts { orders: &orders, ..Facts::default() };
    assert_eq!(states(&exam, &facts, 600)[4], Locked, "what comes before is not done");
    facts.identity = IdentityState::Verified { at: at(60) };
    facts.notice_agreed_at = Some(at(60));
    facts.details_at = Some(at(60));
    facts.review = ReviewState::Passed { at: at(60) };
    assert_eq!(states(&exam, &facts, 400)[4], NotYet { opens_at: at(500) });
    assert_eq!(states(&exam, &facts, 600)[4], OPEN);
}

#[test]
fn b13_an_optional_part_holds_nobody_up() {
    let exam = cet();
    let bound = EligibilityState::Bound { at: at(110), subjects: Vec::new(), campus: None };
    let orders = [order("written", OrderState::Confirmed), order("oral", OrderState::Unpaid)];
    let mut facts = Facts { notice_agreed_at: Some(at(101)), eligibility: bound, ..Facts::default() };
    let views = steps(&exam, &facts, at(150));
    assert_eq!(next(&views).unwrap().kind, "sittings:written".parse().unwrap());
    let oral = "sittings:oral".parse().unwrap();
    assert_eq!(blocked_by(&views, &oral).unwrap().kind, "sittings:written".parse().unwrap());
    facts.orders = &orders[..1];
    let views = steps(&exam, &facts, at(150));
    assert_eq!(views[4].state, until(200), "the oral test may be chosen");
    assert_eq!(next(&views).unwrap().kind, TaskKind::Ticket, "and need not be");
    assert!(is_complete(&views) && blocked_by(&views, &oral).is_none());
    facts.orders = &orders;
    let views = steps(&exam, &facts, at(150));
    assert_eq!(next(&views).unwrap().kind, "payment:oral".parse().unwrap());
}

/// Whatever becomes of a request for accommodations, it holds nobody up and is nobody's next step.
#[test]
fn e3_accommodations_hold_nobody_up() {
    let exam = exam(&[
        (&["notice"], false),
        (&["accommodations"], true),
        (&["sittings"], false),
        (&["payment"], false),
        (&["ticket"], false),
    ]);
    let orders = [order("main", OrderState::Confirmed)];
    let reason = "请补充".to_owned();
    let all = [
        (AccommodationState::None, until(200)),
        (AccommodationState::Waiting { since: at(120) }, Waiting { since: at(120) }),
        (AccommodationState::More { reason: reason.clone() }, Refused { reason: reason.clone(), until: None }),
        (AccommodationState::Refused { reason: reason.clone() }, Refused { reason, until: None }),
        (AccommodationState::Granted { at: at(130) }, Passed),
    ];
    for (accommodation, state) in all {
        let mut facts = Facts { notice_agreed_at: Some(at(110)), accommodation, ..Facts::default() };
        let views = steps(&exam, &facts, at(150));
        assert_eq!(views[1].state, state);
        assert_eq!(next(&views).unwrap().kind, "sittings".parse().unwrap(), "{state:?}");
        assert_eq!(blocked_by(&views, &"payment".parse().unwrap()).unwrap().kind, "sittings".parse().unwrap());
        facts.orders = &orders;
        let views = steps(&exam, &facts, at(150));
        assert!(is_complete(&views) && here(&views) == Some(4), "{state:?}: {views:?}");
        let told = crate::rules::standing::standing(&exam, &facts, &views, at(150));
        assert!(matches!(told.state, crate::rules::standing::State::Registered { .. }), "{state:?}: {told:?}");
    }
    // Nothing can be asked for before the notice is read, nor once registration has closed.
    let views = steps(&exam, &Facts::default(), at(150));
    assert_eq!(views[1].state, Locked);
    let facts = Facts { notice_agreed_at: Some(at(110)), ..Facts::default() };
    assert_eq!(steps(&exam, &facts, at(250))[1].state, Over { closed_at: at(200) });
}

#[test]
fn several_orders_of_a_part_show_what_is_most_urgent() {
    let exam = cet();
    let refused = || order("written", OrderState::Refused { reason: "看不清".to_owned(), until: at(400) });
    let of = |orders: &[Order]| states(&exam, &Facts { orders, ..Facts::default() }, 150)[3].clone();
    let (unpaid, paid) = (order("written", OrderState::Unpaid), order("written", OrderState::Confirmed));
    let waiting = order("written", OrderState::WaitingReview);
    assert_eq!(of(&[paid.clone(), waiting.clone()]), Waiting { since: at(155) });
    assert_eq!(of(&[paid.clone(), waiting.clone(), unpaid.clone()]), until(160));
    assert!(matches!(of(&[paid.clone(), unpaid, refused()]), Refused { until: Some(_), .. }));
    assert_eq!(of(&[paid]), Passed);
    assert_eq!(of(&[order("written", OrderState::Lapsed), order("oral", OrderState::Unpaid)]), Locked);
}

fn any_facts() -> impl Strategy<Value = (Facts<'static>, Vec<Order>)> {
    let order_state = prop_oneof![
        Just(OrderState::Unpaid),
        Just(OrderState::WaitingReview),
        Just(OrderState::Confirmed),
        Just(OrderState::Lapsed),
        Just(OrderState::Released),
    ];
    let orders = prop::collection::vec((prop_oneof![Just("main"), Just("written"), Just("oral")], order_state), 0..4);
    (0..4_u8, 0..4_u8, any::<[bool; 3]>(), orders).prop_map(|(identity, review, [notice, bound, details], orders)| {
        let facts = Facts {
            notice_agreed_at: notice.then(|| at(120)),
            identity: match identity {
                0 => IdentityState::None,
                1 => IdentityState::Waiting { since: at(110) },
                2 => IdentityState::Refused { reason: "?".to_owned() },
                _ => IdentityState::Verified { at: at(110) },
            },
            proofs: Proofs::default(),
            face: FaceState::None,
            eligibility: match bound {
                true => EligibilityState::Bound { at: at(110), subjects: Vec::new(), campus: None },
                false => EligibilityState::None,
            },
            details_at: details.then(|| at(130)),
            review: match review {
                0 => ReviewState::None,
                1 => ReviewState::Waiting { since: at(131) },
                2 => ReviewState::Refused { reason: "?".to_owned() },
                _ => ReviewState::Passed { at: at(132) },
            },
            score_review: None,
            accommodation: AccommodationState::None,
            orders: &[],
        };
        (facts, orders.into_iter().map(|(part, state)| order(part, state)).collect())
    })
}

proptest! {
    /// Whatever is known: nobody is asked to do two required things at once, what is open is not blocked, and what is
    /// next is the first that is not done.
    #[test]
    fn there_is_one_way_through(known in any_facts(), now in 0..500_i64, which in 0..2_usize) {
        let exam = if which == 0 { continuing() } else { cet() };
        let (facts, orders) = known;
        let facts = Facts { orders: &orders, ..facts };
        let views = steps(&exam, &facts, at(now));
        let all: Vec<&TaskView> = views.iter().flat_map(|step| &step.tasks).collect();
        let is_todo = |task: &&&TaskView| !task.is_optional && !matches!(task.kind, TaskKind::Payment(_) | TaskKind::Review)
            && matches!(task.state, Open { .. } | NotYet { .. } | Over { .. });
        prop_assert!(all.iter().filter(is_todo).count() <= 1, "{views:?}");
        for task in all.iter().filter(is_todo) {
            prop_assert!(blocked_by(&views, &task.kind).is_none());
        }
        if let Some(next) = next(&views).filter(|task| !task.is_optional) {
            prop_assert!(blocked_by(&views, &next.kind).is_none());
            prop_assert!(next.state != Passed);
        }
        prop_assert_eq!(views.len(), exam.rules.steps.len());
    }
}
