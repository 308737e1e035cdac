//! Queues that several work on: claims and their tokens, deadlines, who follows, and decisions that are taken back.

use registration::desk::audit::AuditAction;
use registration::desk::case::{CaseKind, Outcome, Subject};
use registration::desk::cases::{CLAIM_LASTS, CaseError, Decided, Decider, Opened};
use registration::desk::payments::DecisionError;
use registration::desk::staff::Role;
use registration::model::actor::Actor;
use registration::model::order::OrderState;

use crate::cases::{MINUTES, reviewer, waiting};
use crate::world::{World, until};

/// What a page had is decided from that page alone, as long as somebody has it.
#[tokio::test(flavor = "multi_thread")]
async fn d6_a_decision_is_of_the_opening_that_has_the_case() {
    let world = World::usual().await;
    let (cases, reviews) = (&world.registration.cases, &world.registration.reviews);
    let (order, kinds) = (waiting(&world, 1).await, [CaseKind::Payment]);
    let (first, second) = (reviewer(&world, "first").await, reviewer(&world, "second").await);
    let boss = world.registration.staff.add("boss", "long-enough-2", Role::Administrator).await.unwrap();
    let (look, _) = (world.look(&first, order.id).await, world.look(&second, order.id).await);
    let (id, subject, old) = cases.next(&first, &kinds, MINUTES).await.unwrap().unwrap();
    assert_eq!(subject, Subject::Payment(order.id));
    assert!(cases.next(&second, &kinds, MINUTES).await.unwrap().is_none(), "somebody has it");
    assert!(cases.ahead(&first, &kinds, (id, old.token), MINUTES).await.unwrap().is_none(), "they have it themselves");
    // What is loaded ahead goes back with the page, and is not claimed once the page has gone, whichever request is late.
    let more = waiting(&world, 2).await;
    let loaded = cases.ahead(&first, &kinds, (id, old.token), MINUTES).await.unwrap().unwrap();
    assert_eq!(loaded.1, Subject::Payment(more.id));
    assert!(cases.next(&second, &kinds, MINUTES).await.unwrap().is_none(), "both are theirs");
    assert!(cases.give_back(&first, id, old.token).await.unwrap());
    assert!(cases.ahead(&first, &kinds, (id, old.token), MINUTES).await.unwrap().is_none(), "the page has gone");
    let (other, .., free) = cases.next(&second, &kinds, MINUTES).await.unwrap().unwrap();
    assert_eq!(other, id, "the first one is due first");
    assert!(cases.give_back(&second, id, free.token).await.unwrap());
    let (again, .., old) = cases.next(&first, &kinds, MINUTES).await.unwrap().unwrap();
    assert_eq!(again, id);
    cases.next(&second, &kinds, MINUTES).await.unwrap().unwrap();
    // Opened anew in another window: the first one decides no more, keeps nothing, and gives nothing back.
    let Opened::Theirs(_, new) = cases.open_up(&first, &subject, MINUTES).await.unwrap() else { panic!("not theirs") };
    let others = cases.open_up(&second, &subject, MINUTES).await.unwrap();
    assert_eq!(others, Opened::Others(id, new.clone()));
    let by = |member, claim: &registration::desk::case::Claim| Decider::new(member, Some(claim.token));
    let refused = reviews.refuse(by(&first, &old), order.id, &look, "blurred").await;
    assert!(matches!(&refused, Err(DecisionError::Claimed(claim)) if *claim == new), "{refused:?}");
    let kept = cases.keep(&first, id, old.token, MINUTES).await;
    assert!(matches!(&kept, Err(CaseError::Claimed(claim)) if *claim == new), "{kept:?}");
    assert!(cases.keep(&first, id, new.token, CLAIM_LASTS).await.unwrap().until >= new.until);
    let kept = cases.keep(&second, id, new.token, MINUTES).await;
    assert!(matches!(&kept, Err(CaseError::Claimed(claim)) if claim.by == first.id), "{kept:?}");

    // An administrator takes it over, which is written down; nobody else may.
    let refused = cases.take_over(&second, id, MINUTES).await;
    assert!(matches!(refused, Err(CaseError::Forbidden(_))), "{refused:?}");
    cases.take_over(&boss, id, MINUTES).await.unwrap();
    let refused = reviews.refuse(by(&first, &new), order.id, &look, "blurred").await;
    assert!(matches!(&refused, Err(DecisionError::Claimed(claim)) if claim.name == "boss"), "{refused:?}");
    let history = world.history(order.id).await;
    assert_eq!((&history[0].action, history[0].detail.as_deref()), (&AuditAction::TookOverCase, Some("first")));

    // A claim that ran out, and that nobody has taken since, is as good as it was.
    world.execute("UPDATE registration.cases SET claimed_until = now() - interval '1 second'").await;
    assert_eq!(cases.keep(&first, id, new.token, MINUTES).await.unwrap().token, new.token);
    world.execute("UPDATE registration.cases SET claimed_until = now() - interval '1 second'").await;
    reviews.refuse(by(&first, &new), order.id, &look, "blurred").await.unwrap();
    assert!(matches!(cases.keep(&first, id, new.token, MINUTES).await, Err(CaseError::NotWaiting)));
    let taken = cases.take_over(&boss, id, MINUTES).await;
    assert!(matches!(taken, Err(CaseError::NotWaiting)), "{taken:?}");
    let [load, ..] = &cases.loads(&second).await.unwrap()[..] else { panic!("no queue") };
    assert_eq!((load.kind, load.waiting, load.decided), (CaseKind::Payment, 1, 1));
    let all = cases.reviewers(&boss).await.unwrap();
    let [one] = &all[..] else { panic!("{all:?}") };
    assert_eq!((one.name.as_str(), one.decided, one.today, one.refused), ("first", 1, 1, 1));
    assert!(one.median.is_some());
    assert_eq!(cases.reviewers(&second).await.unwrap(), [], "what others did is no business of theirs");
    world.finish().await;
}

/// What was decided can be taken back until something follows from it; a candidate who hands in anew is decided about anew.
#[tokio::test(flavor = "multi_thread")]
async fn d6_a_decision_is_taken_back_before_anybody_is_told() {
    let world = World::usual().await;
    let (cases, kinds, order) = (&world.registration.cases, [CaseKind::Payment], waiting(&world, 1).await);
    let (clerk, other) = (reviewer(&world, "clerk").await, reviewer(&world, "other").await);
    let look = world.look(&clerk, order.id).await;
    let (id, subject, claim) = cases.next(&clerk, &kinds, MINUTES).await.unwrap().unwrap();
    let told = async || {
        let sql = "SELECT count(*) FROM registration.outbox WHERE kind LIKE 'order_%'";
        world.sql().await.query_one(sql, &[]).await.unwrap().get::<_, i64>(0)
    };
    let version = look.to_string();
    let refused = Decided::Refused("blurred".to_owned());
    let note = async |member, decided: &Decided, version: &str| {
        cases.note(Decider::new(member, None), &subject, version, decided, MINUTES).await
    };
    // What keeps it from being decided keeps it from being noted.
    assert!(matches!(note(&other, &refused, &version).await, Err(CaseError::Claimed(_))));
    assert!(matches!(note(&clerk, &Decided::Refused(" ".to_owned()), &version).await, Err(CaseError::Reason(_))));
    assert!(matches!(note(&clerk, &refused, "x.1").await, Err(CaseError::NotWaiting)));
    world.registration.staff.sign_out(&clerk).await.unwrap();
    assert!(matches!(note(&other, &refused, &version).await, Err(CaseError::NotLooked)));

    assert_eq!(note(&clerk, &refused, &version).await.unwrap(), id);
    assert_eq!(note(&clerk, &refused, &version).await.unwrap(), id, "sent twice, it is one");
    assert!(
        matches!(note(&clerk, &Decided::Passed, &version).await, Err(CaseError::NotWaiting)),
        "another one is none"
    );
    let written = &world.history(order.id).await[0];
    assert_eq!((&written.action, written.detail.as_deref()), (&AuditAction::NotedDecision, Some("blurred")));
    assert_eq!((world.count_waiting(CaseKind::Payment).await, told().await), (0, 0));
    assert_eq!(world.order(order.account, order.id).await.state, OrderState::WaitingReview);
    assert!(cases.next(&other, &kinds, MINUTES).await.unwrap().is_none(), "it is decided");
    assert!(!cases.give_back(&clerk, id, claim.token).await.unwrap());
    let opened = cases.open_up(&other, &subject, MINUTES).await.unwrap();
    assert!(matches!(opened, Opened::Noted { case, is_own: false, .. } if case == id), "{opened:?}");
    let decided = world.registration.reviews.refuse(&other, order.id, &world.look(&other, order.id).await, "no").await;
    assert!(matches!(decided, Err(DecisionError::OtherPicture)), "{decided:?}");
    assert!(matches!(cases.take_back(&other, id).await, Err(CaseError::NotWaiting)), "by whoever decided alone");
    assert_eq!(cases.noted(&clerk).await.unwrap()[0].0, id);
    assert_eq!(cases.take_back(&clerk, id).await.unwrap(), subject);
    assert!(matches!(cases.take_back(&clerk, id).await, Err(CaseError::NotWaiting)), "once");
    assert_eq!((world.count_waiting(CaseKind::Payment).await, cases.noted(&clerk).await.unwrap().len()), (1, 0));

    // Another picture is another question.
    note(&clerk, &Decided::Passed, &version).await.unwrap();
    world.hand_in(order.account, order.id).await.unwrap();
    assert_eq!(world.count_waiting(CaseKind::Payment).await, 1);
    assert_eq!(world.waiting(CaseKind::Payment).await[0].claim, None, "and anybody's");
    // Its time over, it is carried out, and the candidate is told.
    world.registration.staff.sign_out(&clerk).await.unwrap();
    let version = world.look(&clerk, order.id).await.to_string();
    note(&clerk, &refused, &version).await.unwrap();
    world.execute("UPDATE registration.cases SET noted_until = now()").await;
    world.until_row(order.id, "refused").await;
    assert_eq!(told().await, 1);
    let [closed] = &cases.of(&clerk, &subject).await.unwrap()[..] else { panic!("one case") };
    let end = closed.closed.as_ref().unwrap();
    assert_eq!((end.outcome, end.by.clone()), (Outcome::Refused, Some(Actor::Staff(clerk.id))));
    assert_eq!((end.reason.as_deref(), closed.noted), (Some("blurred"), None));
    let [one] = &cases.reviewers(&clerk).await.unwrap()[..] else { panic!("one reviewer") };
    assert_eq!((one.decided, one.taken_back), (1, 1));

    // Whose decision it was is gone: it waits again, and that is written down.
    world.hand_in(order.account, order.id).await.unwrap();
    let version = world.look(&clerk, order.id).await.to_string();
    note(&clerk, &Decided::Passed, &version).await.unwrap();
    world.registration.staff.set_disabled("clerk", true).await.unwrap();
    world.execute("UPDATE registration.cases SET noted_until = now() WHERE noted IS NOT NULL").await;
    until("it waits again", async || world.count_waiting(CaseKind::Payment).await == 1).await;
    let dropped = &world.history(order.id).await[0];
    assert_eq!((&dropped.action, dropped.detail.as_deref()), (&AuditAction::DroppedDecision, Some("staff_gone")));
    world.finish().await;
}

/// Whoever follows the queues hears of what somebody else does within the second.
#[tokio::test(flavor = "multi_thread")]
async fn d6_whoever_follows_the_queues_is_told() {
    let world = World::usual().await;
    let (cases, kinds) = (&world.registration.cases, [CaseKind::Payment]);
    let order = waiting(&world, 1).await;
    let other = reviewer(&world, "other").await;
    let seen = cases.follow(&world.reviewer, &kinds, None).await.unwrap();
    assert_eq!((seen.waiting, seen.free, &seen.moves[..]), (1, 1, &[][..]));
    let follow = |known| cases.follow(&world.reviewer, &kinds, Some(known));
    let (id, .., claim) = cases.next(&other, &kinds, MINUTES).await.unwrap().unwrap();
    let seen = follow(seen.revision).await.unwrap();
    assert_eq!((seen.waiting, seen.free), (1, 0));
    assert_eq!(seen.moves[0].by, Some((false, "other".to_owned())));
    // To keep it longer is nothing that anybody sees.
    cases.keep(&other, id, claim.token, CLAIM_LASTS).await.unwrap();
    let look = world.look(&other, order.id).await;
    let (told, decided) = tokio::join!(
        follow(seen.revision),
        world.registration.reviews.refuse(Decider::new(&other, Some(claim.token)), order.id, &look, "blurred")
    );
    decided.unwrap();
    let told = told.unwrap();
    assert_eq!((told.waiting, told.moves[0].case, told.moves[0].by.as_ref()), (0, id, None));
    world.finish().await;
}

/// The first due is the first: an exam that ends sooner comes before those who wait longer in another one, and moving its end
/// moves its cases.
#[tokio::test(flavor = "multi_thread")]
async fn d6_cases_come_in_the_order_of_their_deadlines() {
    let world = World::usual().await;
    let (older, newer) = (waiting(&world, 1).await, waiting(&world, 2).await);
    let order = async || {
        let open = world.waiting(CaseKind::Payment).await;
        open.iter().map(|case| case.subject.clone()).collect::<Vec<_>>()
    };
    let (older, newer) = (Subject::Payment(older.id), Subject::Payment(newer.id));
    assert_eq!(order().await, [older.clone(), newer.clone()]);
    let sql = format!(
        "UPDATE registration.cases SET waiting_since = waiting_since - interval '9 days' WHERE subject = '{newer}'"
    );
    world.execute(&sql).await;
    assert_eq!(order().await, [newer.clone(), older.clone()]);
    let due = async |since: &str, days: i32| -> String {
        let sql = "SELECT to_char(registration.working_days_after($1::text::timestamptz, $2) AT TIME ZONE 'Asia/Shanghai', 'Dy HH24:MI')";
        world.sql().await.query_one(sql, &[&since, &days]).await.unwrap().get(0)
    };
    // 20 November 2026 is a Friday; whoever comes at the weekend is no sooner due than who came on Friday.
    for (since, days, at) in [
        ("2026-11-19T10:00:00+08", 1, "Fri 18:00"),
        ("2026-11-20T10:00:00+08", 1, "Mon 18:00"),
        ("2026-11-21T23:59:00+08", 1, "Mon 18:00"),
        ("2026-11-20T17:00:00Z", 1, "Mon 18:00"),
        ("2026-11-20T10:00:00+08", 6, "Mon 18:00"),
        ("2026-11-20T10:00:00+08", 30, "Fri 18:00"),
    ] {
        assert_eq!(due(since, days).await, at, "{since} {days}");
    }
    // Before the last moment to pay, whatever the exam promises.
    let sql = "UPDATE registration.exams SET closes_at = now(), payment_deadline = now() + interval '1 minute'";
    world.execute(sql).await;
    let [first, second] = &world.waiting(CaseKind::Payment).await[..] else { panic!("two cases") };
    assert!(
        first.due < second.due && second.due < jiff::Timestamp::now() + MINUTES,
        "{:?} {:?}",
        first.due,
        second.due
    );
    world.finish().await;
}
