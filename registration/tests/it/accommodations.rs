//! Accommodations (便利申请): asked for with proof, decided kind by kind, asked for anew, withdrawn, moved; and what they mean
//! for a seat.

use std::collections::HashMap;

use jiff::SignedDuration;
use registration::application::accommodations::{AccommodationError, may_hand_in};
use registration::desk::accommodations::{AccommodationCase, AccommodationKey};
use registration::desk::case::CaseKind;
use registration::desk::cases::CaseError;
use registration::desk::staff::Role;
use registration::model::exam_rules::AccommodationKind::{self, ExtraTime, LargePrint, Other, OwnRoom, Wheelchair};
use registration::model::exam_rules::{StepRule, TaskKind};
use registration::model::facts::Facts;
use registration::model::facts::accommodation::{AccommodationRequest, AccommodationState, Verdict, Verdicts};
use registration::model::ids::AccountId;
use registration::model::order::{OrderId, OrderState};
use registration::pictures::kept::Slot;
use registration::rooms::PublicRecord;
use registration::rules::steps::steps;
use seating::Needs;
use seating::PublicDraw;

use crate::rooms::beside_a_wheelchair;
use crate::world::{Setup, World, exam, picture, until};

const RULES: &str = r#"
[[steps]]
title = { zh = "便利申请", en = "Accommodations" }
tasks = ["accommodations"]
is_optional = true
[[steps]]
title = { zh = "选择场次", en = "Choose" }
tasks = ["sittings", "payment"]
[[steps]]
title = { zh = "准考证", en = "Ticket" }
tasks = ["ticket"]
opens_at = 2099-01-20T09:00:00+08:00
[accommodations]
kinds = ["extra_time", "large_print", "wheelchair", "own_room", "other"]
"#;

fn request(kinds: &[AccommodationKind], details: &str) -> AccommodationRequest {
    AccommodationRequest { kinds: kinds.to_vec(), details: details.to_owned() }
}

fn refused(why: &str) -> Verdict {
    Verdict::Refused(why.to_owned())
}

/// A world whose exam offers accommodations.
struct Care {
    world: World,
}

impl Care {
    async fn start() -> Self {
        Self { world: World::start(Setup { rules: RULES, ..Setup::default() }).await }
    }

    async fn ask(&self, account: AccountId, request: &AccommodationRequest) -> Result<(), AccommodationError> {
        let registration = &self.world.registration;
        let (page, orders) = (registration.exams.get(&exam()).unwrap(), registration.orders.of(account).await.unwrap());
        registration.accommodations.hand_in(account, &page, &orders, request).await
    }

    async fn prove(&self, account: AccountId, slot: Slot) {
        self.world.registration.accommodations.draft(account, slot, picture()).await.unwrap();
    }

    async fn state(&self, account: AccountId) -> AccommodationState {
        let found = self.world.registration.accommodations.get(account, &exam()).await.unwrap();
        found.map(|found| found.state).unwrap_or_default()
    }

    async fn look(&self, account: AccountId) -> AccommodationCase {
        let reviews = &self.world.registration.accommodation_reviews;
        reviews.look(&self.world.reviewer, &exam(), account).await.unwrap()
    }

    async fn decide(
        &self,
        key: &AccommodationKey,
        verdicts: Vec<(AccommodationKind, Verdict)>,
    ) -> Result<(), CaseError> {
        let reviews = &self.world.registration.accommodation_reviews;
        reviews.decide(&self.world.reviewer, key, &Verdicts(verdicts)).await
    }

    /// How many proofs there are in a state.
    async fn proofs(&self, state: &str) -> i64 {
        let count = "SELECT count(*) FROM registration.identity_pictures WHERE slot IN ('proof', 'more_proof')
             AND state = $1";
        self.world.sql().await.query_one(count, &[&state]).await.unwrap().get(0)
    }
}

/// What the candidate was told, and what staff did, in order.
async fn told_and_written_down(world: &World) {
    let told = "SELECT string_agg(kind, ' ' ORDER BY id) FROM registration.outbox WHERE kind LIKE 'accommodation%'";
    let told: String = world.sql().await.query_one(told, &[]).await.unwrap().get(0);
    assert_eq!(told, "accommodation_more accommodation_decided");
    let audit = "SELECT string_agg(action, ' ' ORDER BY id) FROM registration.audit WHERE action LIKE 'accommodation%'";
    let audit: String = world.sql().await.query_one(audit, &[]).await.unwrap().get(0);
    let [look, proof, decide] = ["accommodation.look", "accommodation.proof", "accommodation.decide"];
    assert_eq!(audit, [look, proof, decide, look, decide].join(" "));
}

/// What was granted reaches the draw, and what is published says nothing of it.
async fn reaches_the_seat(world: &World, order: OrderId) {
    let registration = &world.registration;
    let (seats, public, chief) = beside_a_wheelchair(world).await;
    let PublicRecord::Open(public) = public else { panic!("withheld") };
    let public = String::from_utf8(public.to_vec()).unwrap();
    assert_eq!(seats[&order.to_string()], 6);
    assert!(!public.contains(&order.to_string()) && !public.contains("needs"), "{public}");
    let draw = PublicDraw::from_json(&public).unwrap();
    draw.verify().unwrap();
    assert_eq!((draw.plan.seats.len(), draw.seats_set_aside()), (0, 6), "who sits beside them is not said either");
    // What is granted after that changes no seat; staff who arrange are told.
    let since =
        async || registration.rooms.sitting(&chief, &exam(), &"s0".parse().unwrap()).await.unwrap().granted_since;
    assert_eq!(since().await, 0);
    world.execute("UPDATE registration.accommodations SET decided_at = now() + interval '1 second'").await;
    assert_eq!(since().await, 1);
    let granted = registration.accommodations.granted_of(&exam(), &[order]).await.unwrap();
    assert_eq!(granted[&order], [LargePrint, Wheelchair]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_what_is_asked_for_is_decided_kind_by_kind_and_reaches_the_seat() {
    let care = Care::start().await;
    let (world, registration) = (&care.world, &care.world.registration);
    let (account, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    // What cannot be handed in says why, and leaves nothing.
    let wrong = [
        (request(&[], "x"), "no kind was chosen"),
        (request(&[AccommodationKind::FrontRow], ""), "the exam does not offer front_row"),
        (request(&[Other], " "), "what is asked for is not described"),
        (request(&[Other], &"长".repeat(301)), "the description has more than 300 characters"),
        (request(&[ExtraTime], ""), "a proof is missing"),
    ];
    for (asked, why) in wrong {
        assert_eq!(care.ask(account, &asked).await.unwrap_err().to_string(), why);
    }
    assert_eq!((care.state(account).await, care.proofs("kept").await), (AccommodationState::None, 0));

    care.prove(account, Slot::Proof).await;
    let asked = request(&[Other, Wheelchair, ExtraTime, Wheelchair], " 需要助写员 ");
    care.ask(account, &asked).await.unwrap();
    assert!(matches!(care.state(account).await, AccommodationState::Waiting { .. }));
    assert_eq!((world.count_waiting(CaseKind::Accommodation).await, care.proofs("kept").await), (1, 1));
    let stored = "SELECT position('wheelchair'::bytea IN request) > 0 FROM registration.accommodations";
    assert!(!world.sql().await.query_one(stored, &[]).await.unwrap().get::<_, bool>(0), "it speaks of health");

    // Nothing of it holds up the seat or the payment.
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    assert_eq!(world.confirm(order.id).await.unwrap().state, OrderState::Confirmed);
    let plain = world.hold(other, &["s1"]).await.unwrap();

    // Staff look, and say something to every kind, with a good reason.
    let key = AccommodationKey { exam: exam(), account, version: 1 };
    let all = |verdict: Verdict| vec![(ExtraTime, Verdict::Granted), (Wheelchair, verdict.clone()), (Other, verdict)];
    assert!(matches!(care.decide(&key, all(Verdict::Granted)).await, Err(CaseError::NotLooked)));
    let case = care.look(account).await;
    assert_eq!((&case.key, &case.asked.request), (&key, &request(&[ExtraTime, Wheelchair, Other], "需要助写员")));
    let reviews = &registration.accommodation_reviews;
    assert!(reviews.proof(&world.reviewer, &exam(), account, 0).await.unwrap().is_some());
    assert!(reviews.proof(&world.reviewer, &exam(), account, 1).await.unwrap().is_none());
    assert!(matches!(care.decide(&key, all(refused(" "))).await, Err(CaseError::Reason(_))));
    let part = vec![(ExtraTime, Verdict::Granted)];
    assert!(matches!(care.decide(&key, part).await, Err(CaseError::NotWaiting)), "every kind has its verdict");
    let finance = registration.staff.add("finance", "long-enough-3", Role::Finance).await.unwrap();
    assert!(matches!(reviews.look(&finance, &exam(), account).await, Err(CaseError::Forbidden(_))));
    care.decide(&key, all(Verdict::More("请补充诊断证明".to_owned()))).await.unwrap();
    assert_eq!(care.state(account).await, AccommodationState::More { reason: "请补充诊断证明".to_owned() });
    assert!(matches!(care.decide(&key, all(Verdict::Granted)).await, Err(CaseError::NotWaiting)));

    // What was granted counts beside what is asked for more about; orders of others are not there.
    let needs = async || registration.accommodations.needs_of(&exam(), &[order.id, plain.id]).await.unwrap();
    let extra = Needs { extra_time: true, ..Needs::default() };
    assert_eq!(needs().await, HashMap::from([(order.id, extra)]));

    // Handed in again: the proof of before stays, another is added; what was granted counts until something else is said.
    care.prove(account, Slot::MoreProof).await;
    care.ask(account, &request(&[Wheelchair, LargePrint], "")).await.unwrap();
    assert_eq!((care.proofs("kept").await, needs().await), (2, HashMap::from([(order.id, extra)])));
    let case = care.look(account).await;
    assert_eq!(case.asked.verdicts.of(ExtraTime), Some(&Verdict::Granted), "staff see what was said before");
    let both = vec![(LargePrint, Verdict::Granted), (Wheelchair, Verdict::Granted)];
    assert!(matches!(care.decide(&key, both.clone()).await, Err(CaseError::NotWaiting)), "an old page");
    care.decide(&case.key, both).await.unwrap();
    assert!(matches!(care.state(account).await, AccommodationState::Granted { .. }));
    assert_eq!(needs().await[&order.id], Needs { wheelchair: true, ..Needs::default() });
    reaches_the_seat(world, order.id).await;
    told_and_written_down(world).await;

    // A process of the version before drops kept pictures that nothing names of which it knows.
    world.execute("UPDATE registration.identity_pictures SET state = 'dropped' WHERE state = 'kept'").await;
    assert_eq!(care.proofs("kept").await, 2, "what a request names stays");
    // Taken back: nothing of it is left, and again nothing happens.
    for _ in 0..2 {
        registration.accommodations.withdraw(account, &exam()).await.unwrap();
    }
    assert_eq!((care.state(account).await, needs().await.len()), (AccommodationState::None, 0));
    until("the proofs are gone", async || care.proofs("kept").await + care.proofs("dropped").await == 0).await;
    registration.orders.release(other, plain.id).await.unwrap();
    care.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_a_request_waits_for_staff_wherever_it_goes_and_ends_with_its_window() {
    let care = Care::start().await;
    let (world, registration) = (&care.world, &care.world.registration);
    let (lost, new) = (world.candidate(1).await, world.candidate(2).await);
    for (account, details) in [(lost.id, "原账号"), (new.id, "新账号")] {
        care.prove(account, Slot::Proof).await;
        care.ask(account, &request(&[OwnRoom], details)).await.unwrap();
    }
    let order = world.hold(lost.id, &["s0"]).await.unwrap();
    // Staff move a registration: what it asks for goes along, and takes the place of what the other account asked for.
    let boss = registration.staff.add("boss", "long-enough-2", Role::Administrator).await.unwrap();
    registration.accounts.rebind(&boss, lost.number, new.number).await.unwrap();
    let [case] = &world.waiting(CaseKind::Accommodation).await[..] else { panic!("one case") };
    assert_eq!(case.account, new.id);
    let case = care.look(new.id).await;
    assert_eq!(case.asked.request.details, "原账号");
    let reviews = &registration.accommodation_reviews;
    assert!(reviews.proof(&world.reviewer, &exam(), new.id, 0).await.unwrap().is_some(), "with its proof");
    // Who somebody is was corrected: it is looked at anew, also once it was granted.
    care.decide(&case.key, vec![(OwnRoom, Verdict::Granted)]).await.unwrap();
    world.execute("UPDATE registration.accommodations SET version = version + 1, state = 'waiting'").await;
    assert_eq!(world.count_waiting(CaseKind::Accommodation).await, 1);
    assert!(matches!(care.decide(&case.key, vec![(OwnRoom, Verdict::Granted)]).await, Err(CaseError::NotWaiting)));
    let case = care.look(new.id).await;
    care.decide(&case.key, vec![(OwnRoom, Verdict::More("请补充".to_owned()))]).await.unwrap();

    // After the window nothing new; what staff ask for can be handed in until tickets can be printed.
    let page = registration.exams.get(&exam()).unwrap();
    let asked = registration.accommodations.get(new.id, &exam()).await.unwrap().unwrap();
    let may = |after: SignedDuration, before: Option<&_>, kinds: &[AccommodationKind]| {
        let now = page.closes_at + after;
        may_hand_in(&page, &steps(&page, &Facts::default(), now), before, &request(kinds, "x"), now)
    };
    let (hour, weeks) = (SignedDuration::from_hours(1), SignedDuration::from_hours(24 * 21));
    assert!(may(-hour, None, &[ExtraTime]) && !may(hour, None, &[ExtraTime]));
    assert!(may(hour, Some(&asked), &[OwnRoom]), "what was asked for before");
    assert!(!may(hour, Some(&asked), &[OwnRoom, ExtraTime]), "nothing new");
    assert!(!may(weeks, Some(&asked), &[OwnRoom]), "tickets can be printed");
    let mut later = (*page).clone();
    let notice = StepRule { tasks: vec![TaskKind::Notice], is_optional: false, ..later.rules.steps[0].clone() };
    later.rules.steps.insert(0, notice);
    let now = page.closes_at - hour;
    let steps = steps(&later, &Facts::default(), now);
    assert!(!may_hand_in(&later, &steps, None, &request(&[ExtraTime], "x"), now), "the notice comes first");
    world.registration.orders.release(new.id, order.id).await.unwrap();
    care.world.finish().await;
}
