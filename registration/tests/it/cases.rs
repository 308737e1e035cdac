//! Cases: claimed by one, decided by who may, closed with who, what and why; and the record of whoever acted.

use futures_util::future::join_all;
use jiff::SignedDuration;
use registration::desk::audit::AuditAction;
use registration::desk::case::{CaseKind, Outcome, Subject};
use registration::desk::cases::{Asked, CaseError};
use registration::desk::forms::FormKey;
use registration::desk::payments::{DecisionError, ScreenshotError};
use registration::desk::people::Side;
use registration::desk::scores::ScoreKey;
use registration::desk::staff::{Role, StaffMember};
use registration::model::actor::Actor;
use registration::model::order::{Order, OrderState};
use registration::people::accounts::{CorrectError, RebindError, StaffCodeError};

use crate::account_corrections::resident;
use crate::bureau::Bureau;
use crate::world::{World, exam};

pub(crate) const MINUTES: SignedDuration = SignedDuration::from_mins(5);

/// An order of a new candidate that waits.
pub(crate) async fn waiting(world: &World, number: u32) -> Order {
    let account = world.candidate(number).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap()
}

pub(crate) async fn reviewer(world: &World, name: &str) -> StaffMember {
    world.registration.staff.add(name, "long-enough-1", Role::Reviewer).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_all_who_claim_at_once_one_has_it() {
    let world = World::usual().await;
    let order = waiting(&world, 1).await;
    let cases = &world.registration.cases;
    let [case] = &world.waiting(CaseKind::Payment).await[..] else { panic!("one case") };
    assert_eq!((&case.subject, case.claim.as_ref()), (&Subject::Payment(order.id), None));
    let mut staff = Vec::new();
    for number in 0..8 {
        staff.push(reviewer(&world, &format!("reviewer-{number}")).await);
    }
    for _ in 0..5 {
        let claims = join_all(staff.iter().map(|member| cases.claim(member, case.id, MINUTES))).await;
        let winners: Vec<_> = claims.iter().filter_map(|claim| claim.as_ref().ok()).collect();
        let [won] = winners[..] else { panic!("{claims:?}") };
        for lost in claims.iter().filter_map(|claim| claim.as_ref().err()) {
            assert!(matches!(lost, CaseError::Claimed(claim) if claim == won), "{lost:?}");
        }
        assert_eq!(cases.get(&staff[0], case.id).await.unwrap().unwrap().claim.as_ref(), Some(won));
        // What ran out is free; what is theirs is given back by them alone.
        world.execute("UPDATE registration.cases SET claimed_until = now() - interval '1 second'").await;
        assert_eq!(cases.get(&staff[0], case.id).await.unwrap().unwrap().claim, None);
        let other = staff.iter().find(|member| member.id != won.by).unwrap();
        let taken = cases.claim(other, case.id, MINUTES).await.unwrap();
        let again = cases.claim(other, case.id, MINUTES).await.unwrap();
        assert!(again.until >= taken.until && again.token != taken.token, "{again:?}");
        let winner = staff.iter().find(|member| member.id == won.by).unwrap();
        assert!(!cases.give_back(winner, case.id, won.token).await.unwrap());
        assert!(!cases.give_back(other, case.id, taken.token).await.unwrap(), "the page before has it no more");
        assert!(cases.give_back(other, case.id, again.token).await.unwrap());
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_decides_what_somebody_works_on() {
    let bureau = Bureau::start().await;
    let world = &bureau.world;
    let (cases, reviews, people) =
        (&world.registration.cases, &world.registration.reviews, &world.registration.identity_reviews);
    let other = reviewer(world, "other").await;
    let order = waiting(world, 1).await;
    let account = bureau.candidate(2).await.id;
    let identity = bureau.hold_document(account).await.unwrap();
    for kind in [CaseKind::Payment, CaseKind::Identity] {
        cases.claim(&other, world.waiting(kind).await[0].id, MINUTES).await.unwrap();
    }
    let is_others = |claim: &registration::desk::case::Claim| claim.name == "other" && claim.by == other.id;
    let refused = world.confirm(order.id).await;
    assert!(matches!(&refused, Err(DecisionError::Claimed(claim)) if is_others(claim)), "{refused:?}");
    let refused = world.refuse(order.id, "blurred").await;
    assert!(matches!(&refused, Err(DecisionError::Claimed(claim)) if is_others(claim)), "{refused:?}");
    let picture = people.get(&world.reviewer, &identity).await.unwrap().unwrap().picture;
    people.picture(&world.reviewer, &identity, Side::HandedIn).await.unwrap();
    let refused = people.confirm(&world.reviewer, &identity, picture).await;
    assert!(matches!(&refused, Err(CaseError::Claimed(claim)) if is_others(claim)), "{refused:?}");

    // A better picture keeps the claim and asks for another look; then whoever claimed it decides.
    world.hand_in(order.account, order.id).await.unwrap();
    let [case] = &world.waiting(CaseKind::Payment).await[..] else { panic!("one case") };
    assert!(case.claim.as_ref().is_some_and(is_others));
    let look = world.look(&other, order.id).await;
    assert_eq!(case.version, look.to_string());
    reviews.refuse(&other, order.id, &look, "blurred").await.unwrap();
    let claim = cases.claim(&other, case.id, MINUTES).await;
    assert!(matches!(claim, Err(CaseError::NotWaiting)), "{claim:?}");
    let [closed] = &cases.of(&other, &Subject::Payment(order.id)).await.unwrap()[..] else { panic!("one case") };
    let end = closed.closed.as_ref().unwrap();
    assert_eq!(
        (end.outcome, end.by.clone(), closed.claim.as_ref()),
        (Outcome::Refused, Some(Actor::Staff(other.id)), None)
    );
    assert_eq!(end.reason.as_deref(), Some("blurred"));

    // Signing out gives back what one has.
    world.registration.staff.sign_out(&other).await.unwrap();
    people.confirm(&world.reviewer, &identity, picture).await.unwrap();
    world.hand_in(order.account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    let ended = cases.of(&other, &Subject::Payment(order.id)).await.unwrap();
    let outcomes: Vec<_> = ended.iter().map(|case| case.closed.as_ref().unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::Passed, Outcome::Refused], "the newest first");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_queue_has_all_kinds_and_pages_of_any() {
    let bureau = Bureau::start().await;
    let world = &bureau.world;
    let cases = &world.registration.cases;
    let order = waiting(world, 1).await;
    let mut identities = Vec::new();
    for number in 2..5 {
        let account = bureau.candidate(number).await.id;
        identities.push(bureau.hold_document(account).await.unwrap());
    }
    let counts = cases.counts(&world.reviewer).await.unwrap();
    assert_eq!((counts.of(&[CaseKind::Payment]), counts.of(&CaseKind::ALL), counts.of(&[CaseKind::Form])), (1, 4, 0));
    let subjects = [&[Subject::Payment(order.id)], &identities[..]].concat();
    let mut seen = Vec::new();
    let mut asked = Asked::first(&CaseKind::ALL, 3);
    loop {
        let page = cases.queue(&world.reviewer, &asked).await.unwrap();
        asked.after = page.last().map(|line| line.case.bookmark());
        for line in &page {
            assert_eq!(line.name.as_ref().unwrap().expose(), "王芳");
            assert!(line.document_masked.as_ref().unwrap().contains("**"));
        }
        let is_last = page.len() < 3;
        seen.extend(page.into_iter().map(|line| line.case.subject));
        if is_last {
            break;
        }
    }
    assert_eq!(seen, subjects);
    let id = exam();
    let of_exam = Asked { exam: Some(&id), ..Asked::first(&CaseKind::ALL, 100) };
    let of_exam = cases.open(&world.reviewer, &of_exam).await.unwrap();
    assert_eq!(of_exam.iter().map(|case| &case.subject).collect::<Vec<_>>(), [&subjects[0]]);
    bureau.world.finish().await;
}

/// Who was disabled a moment ago is refused at every door, whatever page is still open.
#[tokio::test(flavor = "multi_thread")]
async fn every_door_refuses_who_may_not() {
    let bureau = Bureau::start().await;
    let world = &bureau.world;
    let registration = &world.registration;
    let order = waiting(world, 1).await;
    let look = world.look(&world.reviewer, order.id).await;
    let account = bureau.candidate(2).await;
    let identity = bureau.hold_document(account.id).await.unwrap();
    let case = world.waiting(CaseKind::Payment).await[0].id;
    registration.staff.set_disabled("reviewer", true).await.unwrap();
    let out = &registration.staff.list().await.unwrap()[0];

    let cases = &registration.cases;
    assert_eq!(cases.counts(out).await.unwrap().of(&CaseKind::ALL), 0);
    assert_eq!(cases.next(out, &CaseKind::ALL, MINUTES).await.unwrap(), None);
    assert_eq!(cases.follow(out, &CaseKind::ALL, None).await.unwrap().waiting, 0);
    assert_eq!(cases.loads(out).await.unwrap(), []);
    let subject = Subject::Payment(order.id);
    let refused: Vec<CaseError> = vec![
        cases.open(out, &Asked::first(&CaseKind::ALL, 1)).await.unwrap_err(),
        cases.queue(out, &Asked::first(&CaseKind::ALL, 1)).await.unwrap_err(),
        cases.get(out, case).await.unwrap_err(),
        cases.of(out, &subject).await.unwrap_err(),
        cases.history(out, &subject).await.unwrap_err(),
        cases.claim(out, case, MINUTES).await.unwrap_err(),
        cases.take_over(out, case, MINUTES).await.unwrap_err(),
        registration.reviews.get(out, order.id).await.unwrap_err(),
        registration.reviews.doubles(out, order.id).await.unwrap_err(),
        registration.reviews.reading(out, order.id).await.unwrap_err(),
        registration.identity_reviews.get(out, &identity).await.unwrap_err(),
        registration.identity_reviews.picture(out, &identity, Side::HandedIn).await.unwrap_err(),
        registration.identity_reviews.confirm(out, &identity, other_picture()).await.unwrap_err(),
        registration.identity_reviews.refuse(out, &identity, other_picture(), "no").await.unwrap_err(),
        registration.forms.look(out, &exam(), account.id).await.unwrap_err(),
        registration.forms.photo(out, &registration.exams.get(&exam()).unwrap(), account.id).await.unwrap_err(),
        registration
            .forms
            .decide(out, &FormKey { exam: exam(), account: account.id, version: 1 }, None)
            .await
            .unwrap_err(),
        registration.scores.look(out, &exam(), account.id, None).await.unwrap_err(),
        registration.scores.decide(out, &score_key(&account.id), None).await.unwrap_err(),
    ];
    for (door, error) in refused.iter().enumerate() {
        assert!(matches!(error, CaseError::Forbidden(_)), "door {door}: {error:?}");
    }
    let shown = registration.reviews.screenshot(out, order.id).await;
    assert!(matches!(shown, Err(ScreenshotError::Forbidden(_))), "{shown:?}");
    let confirmed = registration.reviews.confirm(out, order.id, &look).await;
    assert!(matches!(confirmed, Err(DecisionError::Forbidden(_))), "{confirmed:?}");
    let refused = registration.reviews.refuse(out, order.id, &look, "blurred").await;
    assert!(matches!(refused, Err(DecisionError::Forbidden(_))), "{refused:?}");
    assert_eq!(world.order(order.account, order.id).await.state, OrderState::WaitingReview);

    // What only administrators may, and not who was one.
    registration.staff.add("boss", "long-enough-2", Role::Administrator).await.unwrap();
    registration.staff.set_disabled("boss", true).await.unwrap();
    let gone = &registration.staff.list().await.unwrap()[0];
    let clerk = reviewer(world, "clerk").await;
    for member in [gone, &clerk] {
        let accounts = &registration.accounts;
        let (name, number) = (account.name.clone().unwrap(), account.number);
        assert!(matches!(accounts.named_by(member, "x").await, Err(CorrectError::Forbidden(_))));
        assert!(matches!(accounts.looked_at(member, number).await, Err(CorrectError::Forbidden(_))));
        let corrected = accounts.correct(member, number, name, resident(7), "核对原件").await;
        assert!(matches!(corrected, Err(CorrectError::Forbidden(_))), "{corrected:?}");
        assert!(matches!(accounts.code_by_staff(member, number).await, Err(StaffCodeError::Forbidden(_))));
        assert!(matches!(accounts.rebind(member, number, number).await, Err(RebindError::Forbidden(_))));
    }
    bureau.world.finish().await;
}

fn other_picture() -> registration::pictures::kept::PictureId {
    "00000000-0000-0000-0000-000000000007".parse().unwrap()
}

fn score_key(account: &registration::model::ids::AccountId) -> ScoreKey {
    ScoreKey { exam: exam(), account: *account, requested_at: jiff::Timestamp::UNIX_EPOCH }
}

/// Lines of the version before stay as they are; what others than staff do is shown beside them, and that version's page
/// goes on showing its own.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_acts_has_a_line() {
    let world = World::usual().await;
    let order = waiting(&world, 1).await;
    let (id, staff) = (order.id, world.reviewer.id.0);
    let account = order.account.0;
    world
        .execute(&format!(
            "INSERT INTO registration.audit (at, staff, action, subject) VALUES (now(), '{staff}', 'refused', '{id}');
             INSERT INTO registration.audit (at, staff, action, subject, seen)
                 VALUES (now(), '{staff}', 'account_moved_to F19F', '{id}', 'x');
             INSERT INTO registration.audit (at, actor_kind, action, subject) VALUES (now(), 'system', 'refused', '{id}');
             INSERT INTO registration.audit (at, actor_kind, actor_id, action, subject, detail)
                 VALUES (now(), 'gateway', 'alipay', 'confirmed', '{id}', '2026'), (now(), 'candidate', '{account}', 'withdrew', '{id}', NULL)"
        ))
        .await;
    let history = world.history(id).await;
    let lines: Vec<_> = history.iter().map(|line| (line.actor.clone(), line.staff_name.as_deref())).collect();
    let (by, gateway) = (Actor::Staff(world.reviewer.id), Actor::Gateway("alipay".parse().unwrap()));
    let expected = [
        (Actor::Candidate(order.account), None),
        (gateway, None),
        (Actor::System, None),
        (by.clone(), Some("reviewer")),
        (by, Some("reviewer")),
    ];
    assert_eq!(lines, expected);
    assert_eq!(history[0].action, AuditAction::Other("withdrew".to_owned()));
    assert_eq!((&history[1].action, history[1].detail.as_deref()), (&AuditAction::Confirmed, Some("2026")));
    assert_eq!((&history[3].action, history[3].detail.as_deref()), (&AuditAction::AccountMovedTo, Some("F19F")));
    assert_eq!((&history[4].action, history[4].seen.as_deref()), (&AuditAction::Refused, None));

    let of_before = "SELECT a.at, s.name, a.action, a.seen FROM registration.audit a
         JOIN registration.staff s ON s.id = a.staff WHERE a.subject = $1 ORDER BY a.id DESC LIMIT $2";
    let rows = world.sql().await.query(of_before, &[&id.to_string(), &50_i64]).await.unwrap();
    let actions: Vec<String> = rows.iter().map(|row| row.get(2)).collect();
    assert_eq!(actions, ["account_moved_to F19F", "refused"]);
    for nobody in ["'staff', NULL", "'gateway', NULL", "'nobody', 'x'"] {
        let line = format!(
            "INSERT INTO registration.audit (at, actor_kind, actor_id, action, subject) VALUES (now(), {nobody}, 'x', 'x')"
        );
        assert!(world.sql().await.batch_execute(&line).await.is_err(), "{nobody}");
    }
    world.finish().await;
}
