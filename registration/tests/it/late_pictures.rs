//! A picture of a payment that comes when the seat has gone: another sitting is chosen, and the picture goes with it.

use jiff::SignedDuration;
use registration::model::order::{Order, OrderState};
use registration::seats::{ChooseOtherError, HandInError};

use crate::world::{Setup, World, ids};

async fn short_holds() -> World {
    World::start(Setup { hold_seconds: 2, grace_seconds: 0, capacities: vec![1, 1, 1], ..Setup::default() }).await
}

/// Somebody else has a seat of the sitting for good.
async fn take_for_good(world: &World, number: u32, sitting: &str) {
    let order = world.hold(world.candidate(number).await.id, &[sitting]).await.unwrap();
    world.hand_in(order.account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
}

async fn lapsed(world: &World, number: u32) -> Order {
    let order = world.hold(world.candidate(number).await.id, &["s0"]).await.unwrap();
    world.until_row(order.id, "lapsed").await;
    order
}

async fn pictures(world: &World, order: &Order) -> (i64, i64) {
    let count = "SELECT count(*), count(accepted_at) FROM registration.screenshots WHERE order_id = $1";
    let row = world.sql().await.query_one(count, &[&order.id.to_string()]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_picture_goes_with_another_sitting() {
    let world = short_holds().await;
    let orders = &world.registration.orders;
    let order = lapsed(&world, 1).await;
    let account = order.account;
    assert!(orders.instead(account, order.id).await.unwrap().is_empty(), "nothing was handed in");
    assert!(orders.would_offer(account, order.id).await.unwrap(), "a picture would find another sitting");
    assert_eq!(world.order(account, order.id).await.late_picture_at, None);
    take_for_good(&world, 2, "s0").await;
    for _ in 0..2 {
        let full = world.hand_in(account, order.id).await;
        assert!(matches!(&full, Err(HandInError::Full { sitting, .. }) if sitting.as_str() == "s0"), "{full:?}");
        assert_eq!(pictures(&world, &order).await, (1, 0), "the last one waits");
    }
    let [instead] = &orders.instead(account, order.id).await.unwrap()[..] else { panic!("one seat") };
    assert_eq!(instead.offered, ids(&["s1"]));
    let until = orders.picture_waits_until(account, order.id).await.unwrap().unwrap();
    assert!((23..=24).contains(&until.duration_since(jiff::Timestamp::now()).as_hours()), "{until}");
    let exam = world.registration.exams.get(&order.exam).unwrap();
    let kept = world.order(account, order.id).await;
    let told = exam.choice_until(&kept, jiff::Timestamp::now()).unwrap();
    assert!(told.duration_since(until).abs().as_secs() < 5, "pages say when the choice ends: {told} {until}");
    assert_eq!(exam.choice_until(&kept, told + SignedDuration::from_secs(1)), None);
    let stranger = world.candidate(3).await.id;
    assert!(!orders.would_offer(stranger, order.id).await.unwrap());
    assert_eq!(orders.picture_waits_until(stranger, order.id).await.unwrap(), None);
    for (who, sitting) in [(account, "s2"), (account, "s0"), (stranger, "s1")] {
        let refused = orders.choose_with_picture(who, order.id, &ids(&[sitting])).await;
        assert!(matches!(refused, Err(ChooseOtherError::Choice | ChooseOtherError::NotOwed(None))), "{refused:?}");
    }
    for _ in 0..2 {
        let chosen = orders.choose_with_picture(account, order.id, &ids(&["s1"])).await.unwrap();
        assert_eq!((chosen.state, chosen.sittings[0].sitting.as_str()), (OrderState::WaitingReview, "s1"));
    }
    assert_eq!(pictures(&world, &order).await, (1, 1));
    assert_eq!(world.confirm(order.id).await.unwrap().state, OrderState::Confirmed);
    assert_eq!(orders.picture_waits_until(account, order.id).await.unwrap(), None);
    assert_eq!(world.order(account, order.id).await.late_picture_at, None);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_died_before_the_picture_was_taken_in_goes_on() {
    let world = World::start(Setup { grace_seconds: 0, capacities: vec![1, 1, 1], ..Setup::default() }).await;
    let orders = &world.registration.orders;
    let order = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap();
    let over = "UPDATE registration.orders SET expires_at = now() - interval '1 s', lapses_at = now() - interval '1 s'";
    world.execute(over).await;
    world.engine.release(&order.exam, &order.sittings[0].hold).await.unwrap();
    world.until_row(order.id, "lapsed").await;
    take_for_good(&world, 2, "s0").await;
    assert!(matches!(world.hand_in(order.account, order.id).await, Err(HandInError::Full { .. })));
    orders.choose_with_picture(order.account, order.id, &ids(&["s1"])).await.unwrap();
    // As if nothing had been written after the seat was taken.
    let died = format!(
        "UPDATE registration.screenshots SET accepted_at = NULL, payment = NULL WHERE order_id = '{0}';
         UPDATE registration.orders SET state = 'unpaid', submitted_at = NULL WHERE id = '{0}'",
        order.id
    );
    world.execute(&died).await;
    let chosen = orders.choose_with_picture(order.account, order.id, &ids(&["s1"])).await.unwrap();
    assert_eq!(chosen.state, OrderState::WaitingReview);
    world.confirm(order.id).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_picture_is_not_kept_where_nothing_is_to_be_had() {
    let world = short_holds().await;
    let order = lapsed(&world, 1).await;
    take_for_good(&world, 2, "s0").await;
    take_for_good(&world, 3, "s1").await;
    let full = world.hand_in(order.account, order.id).await;
    assert!(matches!(full, Err(HandInError::Full { .. })), "{full:?}");
    assert_eq!(pictures(&world, &order).await, (0, 0));
    assert!(world.registration.orders.instead(order.account, order.id).await.unwrap().is_empty());
    world.finish().await;
}
