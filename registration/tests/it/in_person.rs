//! Who somebody is was confirmed in person by mistake: that is taken back once, and no more than that.

use jiff::Timestamp;
use registration::desk::case::Subject;
use registration::desk::people::Side;
use registration::desk::people::in_person::InPersonError;
use registration::desk::staff::{Duty, Reach, Role, StaffMember};
use registration::model::exam_rules::{CardCheck, IdentityWay};
use registration::model::facts::{FaceState, FurtherProof, IdentityState};
use registration::model::ids::AccountId;
use registration::people::accounts::{Account, AccountNumber};
use registration::people::candidates::Looking;
use registration::people::candidates::reveal::What;
use registration::pictures::kept::Slot;

use crate::account_corrections::{administrator, resident};
use crate::world::{Setup, World, exam, picture};

/// An exam that asks who somebody is, by a card on which staff decide, and for their face.
const STEPS: &str = r#"
[[steps]]
title = { zh = "实名认证", en = "Identity" }
tasks = ["identity"]
[[steps]]
title = { zh = "人脸识别", en = "Face check" }
tasks = ["face"]
[[steps]]
title = { zh = "选择场次", en = "Sittings" }
tasks = ["sittings"]
[[steps]]
title = { zh = "缴费", en = "Payment" }
tasks = ["payment"]
[identity]
documents = ["resident_id"]
ways = ["card"]
card = "staff"
"#;

const WHY: &str = "看错了人";

async fn opened() -> (World, Account) {
    let world = World::start(Setup { rules: STEPS, capacities: vec![1], ..Setup::default() }).await;
    let account = world.candidate(1).await;
    world.registration.identity.consent(account.id).await.unwrap();
    (world, account)
}

impl World {
    /// The reviewer compares, and confirms. When that was.
    async fn confirm_in_person(&self, number: AccountNumber) -> Timestamp {
        let (registration, member) = (&self.registration, &self.reviewer);
        for what in [What::Name, What::Document] {
            registration.candidates.show(&Looking::everywhere(member), number, what).await.unwrap();
        }
        let exam = registration.exams.get(&exam()).unwrap();
        registration.identity_reviews.confirm_in_person(member, number, &exam, "resident_id").await.unwrap();
        self.in_person_at(number).await.unwrap()
    }

    /// What the candidate's page says.
    async fn in_person_at(&self, number: AccountNumber) -> Option<Timestamp> {
        let looking = Looking::everywhere(&self.reviewer);
        self.registration.candidates.read(&looking, number, None).await.unwrap().in_person_at
    }

    async fn take_back(
        &self,
        member: &StaffMember,
        number: AccountNumber,
        seen: Timestamp,
    ) -> Result<(), InPersonError> {
        self.registration.identity_reviews.take_identity_in_person_back(member, number, seen, WHY).await
    }

    async fn hold_document(&self, account: AccountId) -> Subject {
        let identity = &self.registration.identity;
        identity.draft(account, Slot::Holding, picture()).await.unwrap();
        identity.hand_in(account).await.unwrap();
        Subject::Identity(account)
    }

    async fn states(&self, account: AccountId) -> (IdentityState, FaceState) {
        let identity = self.registration.identity.state(account).await.unwrap();
        (identity, self.registration.faces.state(account, &exam()).await.unwrap())
    }

    async fn counted(&self, sql: &str) -> i64 {
        self.sql().await.query_one(sql, &[]).await.unwrap().get(0)
    }
}

const LINES: &str =
    "SELECT count(*) FROM registration.audit WHERE action = 'face.in_person_undo' AND detail = '看错了人'";
const TOLD: &str = "SELECT count(*) FROM registration.outbox WHERE kind = 'identity_refused'";
const KEPT: &str = "SELECT count(*) FROM registration.identity_pictures WHERE state = 'kept'";

#[tokio::test(flavor = "multi_thread")]
async fn e7_who_somebody_is_confirmed_in_person_is_taken_back_once_and_the_seat_stays() {
    let (world, account) = opened().await;
    let at = world.confirm_in_person(account.number).await;
    let (identity, face) = world.states(account.id).await;
    assert!(matches!(identity, IdentityState::Verified { .. }), "{identity:?}");
    assert!(matches!(face, FaceState::Passed { is_in_person: true, .. }), "{face:?}");
    let order = world.hold(account.id, &["s0"]).await.unwrap();
    world.hand_in(account.id, order.id).await.unwrap();
    let paid = world.confirm(order.id).await.unwrap();

    // Only whoever decides on identities, everywhere.
    let clerk = world.registration.staff.add("clerk", "long-enough-2", Role::Registrar).await.unwrap();
    let reach = Reach { exams: Some(vec![exam()]), ..Reach::default() };
    let limited = Duty { role: Role::Reviewer, reach };
    let limited = world.registration.staff.add("limited", "long-enough-2", limited).await.unwrap();
    for member in [&clerk, &limited] {
        let refused = world.take_back(member, account.number, at).await;
        assert!(matches!(refused, Err(InPersonError::Forbidden(_))), "{refused:?}");
    }
    let reviews = &world.registration.identity_reviews;
    let refused = reviews.take_identity_in_person_back(&world.reviewer, account.number, at, " ").await;
    assert!(matches!(refused, Err(InPersonError::Reason(_))), "{refused:?}");
    let nobody: AccountNumber = "F19FBD2E27FB40F1A52394A92A48FE22".parse().unwrap();
    let refused = world.take_back(&world.reviewer, nobody, at).await;
    assert!(matches!(refused, Err(InPersonError::Unknown)), "{refused:?}");

    // Two at once: one of them does it.
    let other = world.registration.staff.add("other", "long-enough-2", Role::Reviewer).await.unwrap();
    let (one, two) =
        tokio::join!(world.take_back(&world.reviewer, account.number, at), world.take_back(&other, account.number, at));
    let refused = match (one, two) {
        (Ok(()), Err(refused)) | (Err(refused), Ok(())) => refused,
        both => panic!("{both:?}"),
    };
    assert!(matches!(refused, InPersonError::NotConfirmed), "{refused:?}");
    let again = world.take_back(&world.reviewer, account.number, at).await;
    assert!(matches!(again, Err(InPersonError::NotConfirmed)), "{again:?}");
    let why = IdentityState::Refused { reason: WHY.to_owned() };
    assert_eq!(world.states(account.id).await, (why, FaceState::None));
    assert_eq!(world.in_person_at(account.number).await, None);
    assert_eq!((world.counted(LINES).await, world.counted(TOLD).await), (2, 1), "identity and face; told once");
    assert_eq!(world.order(account.id, order.id).await.state, paid.state, "the seat stays");

    // Confirmed anew: what was seen before takes nothing back.
    let anew = world.confirm_in_person(account.number).await;
    let stale = world.take_back(&world.reviewer, account.number, at).await;
    assert!(matches!(stale, Err(InPersonError::Changed)), "{stale:?}");
    world.take_back(&world.reviewer, account.number, anew).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_who_is_proved_by_a_photo_too_stays_verified_by_that() {
    let (world, account) = opened().await;
    let (reviews, identity) = (&world.registration.identity_reviews, &world.registration.identity);
    let subject = world.hold_document(account.id).await;
    let case = reviews.get(&world.reviewer, &subject).await.unwrap().unwrap();
    reviews.picture(&world.reviewer, &subject, Side::HandedIn).await.unwrap();
    reviews.confirm(&world.reviewer, &subject, case.picture).await.unwrap();
    assert_eq!(world.in_person_at(account.number).await, None, "a photo is nobody in person");
    let at = world.confirm_in_person(account.number).await;
    let proofs = identity.proved(account.id).await.unwrap().1;
    let by_staff = [CardCheck::Staff];
    assert_eq!((&proofs.ways[..], &proofs.cards[..]), (&[IdentityWay::Manual, IdentityWay::Card][..], &by_staff[..]));

    world.take_back(&world.reviewer, account.number, at).await.unwrap();
    let (state, proofs) = identity.proved(account.id).await.unwrap();
    assert!(matches!(state, IdentityState::Verified { .. }), "{state:?}");
    assert_eq!((&proofs.ways[..], proofs.cards.len()), (&[IdentityWay::Manual][..], 0));
    assert_eq!(proofs.further, FurtherProof::Refused { reason: WHY.to_owned() });
    assert_eq!(world.states(account.id).await.1, FaceState::Refused { reason: WHY.to_owned() });
    assert_eq!(world.counted(KEPT).await, 1, "the verified photo stays");

    // The account is corrected before somebody takes it back: nothing of it is left.
    let at = world.confirm_in_person(account.number).await;
    let (boss, name) = (administrator(&world).await, "王方".parse().unwrap());
    world.registration.accounts.correct(&boss, account.number, name, resident(7), "身份证号填错一位").await.unwrap();
    assert_eq!(world.in_person_at(account.number).await, None);
    let late = world.take_back(&world.reviewer, account.number, at).await;
    assert!(matches!(late, Err(InPersonError::NotConfirmed)), "{late:?}");
    assert_eq!(world.states(account.id).await, (IdentityState::None, FaceState::None));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_nothing_is_taken_back_over_the_head_of_who_works_on_a_further_proof() {
    let (world, account) = opened().await;
    let at = world.confirm_in_person(account.number).await;
    world.hold_document(account.id).await;
    let other = world.registration.staff.add("other", "long-enough-2", Role::Reviewer).await.unwrap();
    let claimed = format!(
        "UPDATE registration.cases SET claimed_by = '{}', claimed_until = now() + interval '1 hour',
             claim_token = gen_random_uuid() WHERE closed_at IS NULL",
        other.id.0
    );
    world.execute(&claimed).await;
    let refused = world.take_back(&world.reviewer, account.number, at).await;
    assert!(matches!(refused, Err(InPersonError::Waits)), "{refused:?}");
    assert!(matches!(world.states(account.id).await.0, IdentityState::Verified { .. }));
    // It is theirs to take back.
    world.take_back(&other, account.number, at).await.unwrap();
    let why = IdentityState::Refused { reason: WHY.to_owned() };
    assert_eq!(world.states(account.id).await, (why, FaceState::None));
    assert_eq!(world.counted(KEPT).await, 0, "what waited goes with it");
    let withdrawn = "SELECT count(*) FROM registration.cases WHERE kind = 'identity' AND outcome = 'withdrawn'";
    assert_eq!(world.counted(withdrawn).await, 1);
    world.finish().await;
}
