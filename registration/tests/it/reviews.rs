//! Staff decide.

use registration::desk::audit::AuditAction;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::cases::Asked;
use registration::desk::payments::DecisionError;
use registration::desk::queue::{Line, Note};
use registration::desk::staff::Role;
use registration::model::order::OrderState;
use registration::seats::HandInError;
use reservation::hold::HoldState;

use crate::world::{Setup, World, exam, is_refused};

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_is_final_and_the_same_when_repeated() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0", "s2"]).await.unwrap();
    let early = world.confirm(order.id).await;
    assert!(matches!(early, Err(DecisionError::NotWaiting(OrderState::Unpaid))), "{early:?}");
    world.hand_in(account, order.id).await.unwrap();
    let confirmed = world.confirm(order.id).await.unwrap();
    assert_eq!(confirmed.state, OrderState::Confirmed);
    assert_eq!(world.confirm(order.id).await.unwrap(), confirmed);
    let refused = world.refuse(order.id, "too late").await;
    assert!(matches!(refused, Err(DecisionError::NotWaiting(OrderState::Confirmed))), "{refused:?}");
    for seat in &confirmed.sittings {
        let hold = world.engine.find(&exam(), &seat.hold).await.unwrap();
        assert_eq!((hold.state, hold.reference), (HoldState::Confirmed, Some(order.id.reference())));
    }
    let history = world.history(order.id).await;
    let looks = vec![AuditAction::LookedAtPicture; 3];
    let done = [&looks[1..], &[AuditAction::Confirmed], &looks[..1]].concat();
    assert_eq!(history.iter().map(|line| line.action.clone()).collect::<Vec<_>>(), done);
    let late = world.hand_in(account, order.id).await;
    assert!(matches!(late, Err(HandInError::NotPayable(OrderState::Confirmed))), "{late:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_reviewers_at_once_decide_once() {
    let world = World::start(Setup { capacities: vec![20, 1], ..Setup::default() }).await;
    let other = world.registration.staff.add("other", "long-enough-1", Role::Reviewer).await.unwrap();
    let reviews = &world.registration.reviews;
    for number in 0..10 {
        let account = world.candidate(number).await.id;
        let order = world.hold(account, &["s0"]).await.unwrap();
        world.hand_in(account, order.id).await.unwrap();
        let look = world.look(&other, order.id).await;
        let (yes, no) = tokio::join!(world.confirm(order.id), reviews.refuse(&other, order.id, &look, "blurred"));
        let state = world.order(account, order.id).await.state;
        match (yes, no) {
            (Ok(_), Err(DecisionError::NotWaiting(_))) => assert_eq!(state, OrderState::Confirmed),
            (Err(DecisionError::NotWaiting(_)), Ok(_)) => assert!(is_refused(&state)),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.history(order.id).await.len(), 3, "two looks, one decision");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_in_order_and_in_pages() {
    let world = World::start(Setup { capacities: vec![20, 1], ..Setup::default() }).await;
    let mut handed_in = Vec::new();
    for number in 0..5 {
        let account = world.candidate(number).await.id;
        let order = world.hold(account, &["s0"]).await.unwrap();
        world.hand_in(account, order.id).await.unwrap();
        handed_in.push(order.id);
    }
    let reviews = &world.registration.reviews;
    let cases = &world.registration.cases;
    let ids = |page: &[Line]| page.iter().map(|line| line.case.subject.clone()).collect::<Vec<_>>();
    let asked = |after, limit| Asked { after, ..Asked::first(&[CaseKind::Payment], limit) };
    let subjects: Vec<_> = handed_in.iter().map(|order| Subject::Payment(*order)).collect();
    let first = cases.queue(&world.reviewer, &asked(None, 2)).await.unwrap();
    assert_eq!(ids(&first), subjects[..2]);
    assert_eq!(first[0].name.as_ref().unwrap().expose(), "王芳");
    assert_eq!(
        (first[0].note, first[0].document_masked.as_ref().unwrap().len()),
        (Some(Note::Amount("120.00".parse().unwrap())), 18)
    );
    // The case that the page ended with is decided meanwhile: the next page begins behind it all the same.
    world.confirm(handed_in[1]).await.unwrap();
    let rest = cases.queue(&world.reviewer, &asked(Some(first[1].case.bookmark()), 1_000)).await.unwrap();
    assert_eq!(ids(&rest), subjects[2..]);
    assert_eq!(world.count_waiting(CaseKind::Payment).await, 4);
    assert_eq!(reviews.get(&world.reviewer, handed_in[1]).await.unwrap().unwrap().order.state, OrderState::Confirmed);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_needs_a_reason() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    for reason in ["", "  ", &"x".repeat(201)] {
        let refused = world.refuse(order.id, reason).await;
        assert!(matches!(refused, Err(DecisionError::Reason(_))), "{refused:?}");
    }
    let nowhere = "0000-0000".parse().unwrap();
    let unknown = world.refuse(nowhere, "why").await;
    assert!(matches!(unknown, Err(DecisionError::UnknownOrder)), "{unknown:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_taken_away_meanwhile_is_not_confirmed() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.engine.release(&exam(), &order.sittings[0].hold).await.unwrap();
    let gone = world.confirm(order.id).await;
    assert!(matches!(&gone, Err(DecisionError::SeatGone(sitting)) if sitting.as_str() == "s0"), "{gone:?}");
    assert_eq!(world.order(account, order.id).await.state, OrderState::WaitingReview);
    // Another picture takes the seat anew, and then it can be confirmed.
    world.hand_in(account, order.id).await.unwrap();
    let confirmed = world.confirm(order.id).await.unwrap();
    assert_eq!(confirmed.state, OrderState::Confirmed);
    world.finish().await;
}

/// A picture that took the place of the one looked at is not decided on, whoever asks at whatever moment; and afterwards
/// it is known which one it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_about_the_picture_that_was_looked_at() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    let reviews = &world.registration.reviews;
    let first = world.look(&world.reviewer, order.id).await;
    world.hand_in(account, order.id).await.unwrap();
    let stale = reviews.confirm(&world.reviewer, order.id, &first).await;
    assert!(matches!(stale, Err(DecisionError::OtherPicture)), "{stale:?}");
    let stale = reviews.refuse(&world.reviewer, order.id, &first, "blurred").await;
    assert!(matches!(stale, Err(DecisionError::OtherPicture)), "{stale:?}");

    // The page was opened and the picture was not; and what a colleague has seen counts for nobody else.
    let second = reviews.get(&world.reviewer, order.id).await.unwrap().unwrap().look.unwrap();
    let unseen = reviews.confirm(&world.reviewer, order.id, &second).await;
    assert!(matches!(unseen, Err(DecisionError::NotLooked)), "{unseen:?}");
    let other = world.registration.staff.add("other", "long-enough-1", Role::Reviewer).await.unwrap();
    reviews.screenshot(&other, order.id).await.unwrap();
    let unseen = reviews.refuse(&world.reviewer, order.id, &second, "blurred").await;
    assert!(matches!(unseen, Err(DecisionError::NotLooked)), "{unseen:?}");
    assert_eq!(world.order(account, order.id).await.state, OrderState::WaitingReview);

    reviews.confirm(&other, order.id, &second).await.unwrap();
    let history = world.history(order.id).await;
    assert_eq!((&history[0].action, history[0].seen.clone()), (&AuditAction::Confirmed, Some(second.picture())));
    assert_eq!(history.last().unwrap().seen, Some(first.picture()), "the look at the first one");
    world.finish().await;
}

/// While a new picture is being taken in, a decision on the old one either comes before it or is refused.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_decision_and_a_new_picture_at_once_one_wins() {
    let world = World::start(Setup { capacities: vec![20, 1], ..Setup::default() }).await;
    for number in 0..10 {
        let account = world.candidate(number).await.id;
        let order = world.hold(account, &["s0"]).await.unwrap();
        world.hand_in(account, order.id).await.unwrap();
        let look = world.look(&world.reviewer, order.id).await;
        let reviews = &world.registration.reviews;
        let (decided, _) =
            tokio::join!(reviews.confirm(&world.reviewer, order.id, &look), world.hand_in(account, order.id));
        let now = reviews.get(&world.reviewer, order.id).await.unwrap().unwrap();
        match decided {
            Ok(_) => assert_eq!(now.look, Some(look), "nothing came after the decision"),
            Err(DecisionError::OtherPicture) => assert_eq!(now.order.state, OrderState::WaitingReview),
            Err(error) => panic!("{error}"),
        }
    }
    world.finish().await;
}

/// What a later version writes down does not break the page of this one.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_action_is_shown_as_it_is() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let line = format!(
        "INSERT INTO registration.audit (at, staff, action, subject) SELECT now(), id, 'claimed', '{}' FROM registration.staff",
        order.id
    );
    world.execute(&line).await;
    let history = world.history(order.id).await;
    assert_eq!(history[0].action, AuditAction::Other("claimed".to_owned()));
    world.finish().await;
}
