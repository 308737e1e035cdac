//! Handing in pictures, in time and late.

use std::time::Duration;

use registration::desk::case::CaseKind;
use registration::model::order::OrderState;
use registration::pictures::kept::Piece;
use registration::seats::{HandInError, OrderError, ReceiveError, ReleaseError};
use reservation::hold::HoldState;
use uuid::Uuid;

use crate::world::{Setup, World, exam, is_refused, until, write_exam};

fn short() -> Setup {
    Setup { hold_seconds: 2, grace_seconds: 0, capacities: vec![1, 1, 1], ..Setup::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_stops_the_clock() {
    let world = World::start(short()).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0", "s2"]).await.unwrap();
    let waiting = world.hand_in(account, order.id).await.unwrap();
    assert_eq!(waiting.state, OrderState::WaitingReview);
    assert!(waiting.submitted_at.is_some());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(world.order(account, order.id).await, waiting);
    assert_eq!((world.free()["s0"], world.free()["s2"]), (0, 0));
    let refused = world.registration.orders.release(account, order.id).await;
    assert!(matches!(refused, Err(ReleaseError::Paid(OrderState::WaitingReview))), "{refused:?}");
    let again = world.replace(account, &["s1"]).await;
    assert!(matches!(again, Err(OrderError::AlreadyRegistered(id)) if id == order.id), "{again:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_picture_takes_the_seat_anew() {
    let world = World::start(short()).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.until_row(order.id, "lapsed").await;
    world.until_free("s0", 1).await;
    let waiting = world.hand_in(account, order.id).await.unwrap();
    assert_eq!((waiting.id, &waiting.state), (order.id, &OrderState::WaitingReview));
    assert_ne!(waiting.sittings[0].hold, order.sittings[0].hold);
    world.until_free("s0", 0).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_picture_for_a_full_sitting_is_refused_clearly() {
    let world = World::start(short()).await;
    let (late, quick) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let order = world.hold(late, &["s0"]).await.unwrap();
    world.until_free("s0", 0).await;
    world.until_free("s0", 1).await;
    let theirs = world.hold(quick, &["s0"]).await.unwrap();
    world.hand_in(quick, theirs.id).await.unwrap();
    let refused = world.hand_in(late, order.id).await;
    assert!(matches!(&refused, Err(HandInError::Full { sitting, .. }) if sitting.as_str() == "s0"), "{refused:?}");
    assert_eq!(world.order(late, order.id).await.state, OrderState::Lapsed);
    let kept = "SELECT count(*) FROM registration.screenshots WHERE order_id = $1";
    let count: i64 = world.sql().await.query_one(kept, &[&order.id.to_string()]).await.unwrap().get(0);
    assert_eq!(count, 1, "it waits for another sitting to be chosen");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_picture_belongs_to_the_newer_order() {
    let world = World::start(short()).await;
    let account = world.candidate(1).await.id;
    let old = world.hold(account, &["s0"]).await.unwrap();
    world.until_row(old.id, "lapsed").await;
    let new = world.hold(account, &["s0"]).await.unwrap();
    let refused = world.hand_in(account, old.id).await;
    assert!(matches!(refused, Err(HandInError::Superseded(id)) if id == new.id), "{refused:?}");
    let waiting = world.hand_in(account, new.id).await.unwrap();
    assert_eq!(
        (waiting.state, waiting.sittings),
        (OrderState::WaitingReview, new.sittings),
        "its seat was not touched"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_cannot_be_handed_in_for_what_has_ended_or_is_not_ones_own() {
    let world = World::usual().await;
    let (account, stranger) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let order = world.hold(account, &["s0"]).await.unwrap();
    assert!(matches!(world.hand_in(stranger, order.id).await, Err(HandInError::UnknownOrder)));
    world.registration.orders.release(account, order.id).await.unwrap();
    let refused = world.hand_in(account, order.id).await;
    assert!(matches!(refused, Err(HandInError::NotPayable(OrderState::Released))), "{refused:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn handing_in_twice_at_once_waits_once() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let (one, two) = tokio::join!(world.hand_in(account, order.id), world.hand_in(account, order.id));
    assert_eq!((one.unwrap().state, two.unwrap().state), (OrderState::WaitingReview, OrderState::WaitingReview));
    assert_eq!(world.count_waiting(CaseKind::Payment).await, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn releasing_and_handing_in_at_once_leaves_no_seat_behind() {
    let world = World::start(Setup { capacities: vec![20, 1], ..Setup::default() }).await;
    for number in 0..10 {
        let account = world.candidate(number).await.id;
        let order = world.hold(account, &["s0"]).await.unwrap();
        let (handed_in, released) =
            tokio::join!(world.hand_in(account, order.id), world.registration.orders.release(account, order.id));
        let state = world.order(account, order.id).await.state;
        match (&handed_in, &released) {
            (Ok(_), Err(ReleaseError::Paid(_))) => assert_eq!(state, OrderState::WaitingReview),
            (Err(HandInError::NotPayable(_)), Ok(_)) => assert_eq!(state, OrderState::Released),
            other => panic!("{other:?}"),
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_picture_keeps_the_seat_for_a_better_one() {
    let world = World::start(short()).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    let refused = world.refuse(order.id, " 看不清金额 ").await.unwrap();
    let OrderState::Refused { reason, until: deadline } = &refused.state else { panic!("{refused:?}") };
    let hours = deadline.duration_since(jiff::Timestamp::now()).as_hours();
    assert_eq!((reason.as_str(), hours), ("看不清金额", 23));
    assert_eq!(world.free()["s0"], 0);
    assert_eq!(world.count_waiting(CaseKind::Payment).await, 0);
    let again = world.hand_in(account, order.id).await.unwrap();
    assert_eq!((again.id, &again.state), (order.id, &OrderState::WaitingReview));
    assert!(again.submitted_at > refused.submitted_at);
    assert_eq!(again.sittings, order.sittings, "the very same seat");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_nobody_mends_frees_the_seat() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.refuse(order.id, "不是订单截图").await.unwrap();
    assert!(is_refused(&world.order(account, order.id).await.state));
    world.execute("UPDATE registration.orders SET mend_until = now() - interval '1 second'").await;
    until("a cancelled order", async || world.order(account, order.id).await.state == OrderState::Cancelled).await;
    world.until_free("s0", 2).await;
    let late = world.hand_in(account, order.id).await;
    assert!(matches!(late, Err(HandInError::NotPayable(OrderState::Cancelled))), "{late:?}");
    assert_eq!(world.registration.orders.live(account, &exam()).await.unwrap().pop(), None);
    world.hold(account, &["s0"]).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_comes_back_twice_and_then_the_seat_goes() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let exam = world.registration.exams.get(&exam()).unwrap();
    for left in [2, 1] {
        world.hand_in(account, order.id).await.unwrap();
        let refused = world.refuse(order.id, "看不清").await.unwrap();
        assert!(is_refused(&refused.state), "{refused:?}");
        assert_eq!((exam.resubmits_left(&refused), world.free()["s0"]), (left, 1));
    }
    world.hand_in(account, order.id).await.unwrap();
    let ended = world.refuse(order.id, "不是订单").await.unwrap();
    assert_eq!((&ended.state, ended.refusals, ended.reason.as_deref()), (&OrderState::Cancelled, 3, Some("不是订单")));
    world.until_free("s0", 2).await;
    let late = world.hand_in(account, order.id).await;
    assert!(matches!(late, Err(HandInError::NotPayable(OrderState::Cancelled))), "{late:?}");
    let again = world.refuse(order.id, "不是订单").await;
    assert!(matches!(again, Err(registration::desk::payments::DecisionError::NotWaiting(_))), "{again:?}");
    // A payment that was once accepted is not counted against.
    let next = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, next.id).await.unwrap();
    world.refuse(next.id, "看不清").await.unwrap();
    world.hand_in(account, next.id).await.unwrap();
    assert_eq!(world.confirm(next.id).await.unwrap().refusals, 0);
    world.finish().await;
}

/// The page was opened before the sitting was changed: the picture is for the registration, whatever its sitting is now.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_sent_while_the_sitting_changes_goes_to_the_new_sitting() {
    let world = World::start(Setup { capacities: vec![9, 9], ..Setup::default() }).await;
    for number in 0..6 {
        let account = world.candidate(number).await.id;
        let order = world.hold(account, &["s0"]).await.unwrap();
        let (changed, sent) = tokio::join!(world.replace(account, &["s1"]), world.hand_in(account, order.id));
        let now = world.order(account, order.id).await;
        match (&changed, &sent) {
            (Ok(changed), Ok(_)) => assert_eq!((changed.id, &now.sittings), (order.id, &changed.sittings)),
            (Err(_), Ok(_)) => assert_eq!(now.sittings, order.sittings),
            (_, Err(error)) => panic!("the picture was not taken: {error:?}, {changed:?}"),
        }
        assert_eq!(now.state, OrderState::WaitingReview);
        let hold = world.engine.find(&exam(), &now.sittings[0].hold).await.unwrap();
        assert_eq!(hold.state, HoldState::Frozen);
    }
    world.finish().await;
}

/// Requests made by hand: no page of such an exam has a form for pictures.
#[tokio::test(flavor = "multi_thread")]
async fn an_exam_that_takes_money_by_channels_takes_no_pictures() {
    let world = World::usual().await;
    let (one, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let (refused, unpaid) = (world.hold(one, &["s0"]).await.unwrap(), world.hold(other, &["s1"]).await.unwrap());
    world.hand_in(one, refused.id).await.unwrap();
    world.refuse(refused.id, "看不清").await.unwrap();
    let rules = "[payment]\nchannels = [\"alipay\"]\n";
    write_exam(&world.stores, &Setup { rules, ..Setup::default() });
    world.registration.exams.import(&world.stores.dir().join("exam")).await.unwrap();

    let taken = world.hand_in(other, unpaid.id).await;
    assert!(matches!(taken, Err(HandInError::NotByPicture)), "{taken:?}");
    let piece = Piece { key: Uuid::now_v7(), total: 4, offset: 0, bytes: "JPEG".into() };
    let received = world.registration.orders.receive(other, unpaid.id, piece).await;
    assert!(matches!(received, Err(ReceiveError::NotPayable(OrderState::Unpaid))), "{received:?}");
    assert_eq!(world.order(other, unpaid.id).await.state, OrderState::Unpaid);
    // What was handed in before the rules changed is mended all the same.
    assert_eq!(world.hand_in(one, refused.id).await.unwrap().state, OrderState::WaitingReview);
    let kept = "SELECT count(*) FROM registration.screenshots WHERE order_id = $1";
    let count: i64 = world.sql().await.query_one(kept, &[&unpaid.id.to_string()]).await.unwrap().get(0);
    assert_eq!(count, 0);
    world.finish().await;
}
