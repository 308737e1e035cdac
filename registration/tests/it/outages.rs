//! A store is away: the answer says so, nothing is half done, and all goes on when it is back.

use registration::order::OrderState;
use registration::orders::{HandInError, OrderError};
use registration::reviews::DecisionError;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_seats_are_neither_taken_nor_frozen() {
    let mut world = World::usual().await;
    let (account, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.stores.kill_redis().await;
    let refused = world.hold(other, &["s0"]).await;
    assert!(matches!(refused, Err(OrderError::Unavailable(_))), "{refused:?}");
    let refused = world.hand_in(account, order.id).await;
    assert!(matches!(refused, Err(HandInError::Unavailable(_))), "{refused:?}");
    assert_eq!(world.order(account, order.id).await, order);
    let rows = "SELECT count(*) FROM registration.screenshots";
    assert_eq!(world.sql().await.query_one(rows, &[]).await.unwrap().get::<_, i64>(0), 0);
    world.stores.restart_redis().await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_without_redis_is_done_when_redis_is_back() {
    let mut world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    // So that the hold outlives Redis's death: only every second of it is on disk.
    world.hand_in(account, order.id).await.unwrap();
    world.registration.reviews.refuse(world.reviewer, order.id, "blurred").await.unwrap();
    world.execute("UPDATE registration.orders SET mend_until = now() + interval '1 second'").await;
    world.stores.kill_redis().await;
    world.until_row(order.id, "cancelled").await;
    world.stores.restart_redis().await;
    world.until_free("s0", 2).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_without_redis_is_carried_out_later() {
    let mut world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.stores.kill_redis().await;
    let reviews = world.registration.reviews.clone();
    let refused = reviews.confirm(world.reviewer, order.id).await;
    assert!(matches!(refused, Err(DecisionError::Unavailable(_))), "{refused:?}");
    let no = reviews.refuse(world.reviewer, order.id, "blurred").await;
    assert!(matches!(no, Err(DecisionError::NotWaiting(_))), "the decision stands: {no:?}");
    world.stores.restart_redis().await;
    // As if half a minute had passed.
    world.execute("UPDATE registration.orders SET decided_at = decided_at - interval '1 minute'").await;
    world.until_row(order.id, "confirmed").await;
    assert_eq!(world.order(account, order.id).await.state, OrderState::Confirmed);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_postgres_nothing_is_promised() {
    let mut world = World::usual().await;
    let account = world.candidate(1).await.id;
    world.stores.kill_postgres().await;
    let refused = world.hold(account, &["s0"]).await;
    assert!(matches!(refused, Err(OrderError::Store(_) | OrderError::Unavailable(_))), "{refused:?}");
    world.stores.restart_postgres().await;
    let order = world.hold(account, &["s0"]).await.unwrap();
    assert_eq!(order.state, OrderState::Unpaid);
    world.finish().await;
}
