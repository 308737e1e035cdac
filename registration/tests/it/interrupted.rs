//! Every way is cut between each two of its writes; the next call, or the sweep, finishes or undoes it.

use registration::desk::audit::AuditAction;
use registration::model::order::{Order, OrderState};
use registration::seats::OrderError;
use reservation::engine::waiting_room::Admission;
use reservation::ids::HoldId;

use crate::world::{Setup, World, exam, ids, until};

/// Puts an order back to where a hand-in left it that died before its last write.
async fn undo_accept(world: &World, order: &Order) {
    world
        .execute(&format!(
            "UPDATE registration.orders SET state = 'unpaid', submitted_at = NULL WHERE id = '{0}';
             UPDATE registration.screenshots SET accepted_at = NULL WHERE order_id = '{0}'",
            order.id
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hold_died_before_its_row_and_is_repeated() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let orphan = world.engine.hold(&exam(), &account.candidate_id(), &ids(&["s0"]), Admission::Exempt).await.unwrap();
    let order = world.hold(account, &["s0"]).await.unwrap();
    assert_eq!(order.sittings[0].hold, orphan.holds[0].id, "the same seat, now with its row");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hold_died_before_its_row_and_the_candidate_chooses_anew() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let orphan = world.engine.hold(&exam(), &account.candidate_id(), &ids(&["s0"]), Admission::Exempt).await.unwrap();
    // While it is young it may be somebody's who is still writing; then it is recovered.
    let early = world.hold(account, &["s1"]).await;
    assert!(matches!(early, Err(OrderError::Unavailable(_))), "{early:?}");
    until("a recovered hold", async || matches!(world.hold(account, &["s1"]).await, Err(OrderError::HoldsOther(_))))
        .await;
    let recovered = world.registration.orders.live(account, &exam()).await.unwrap().pop().unwrap().id;
    assert_eq!(world.order(account, recovered).await.sittings[0].hold, orphan.holds[0].id);
    let order = world.replace(account, &["s1"]).await.unwrap();
    assert_eq!(order.sittings[0].sitting.as_str(), "s1");
    world.until_free("s0", 2).await;
    world.finish().await;
}

/// An exchange that died between the engine and its row: the order's seat is gone, the other one has no order.
async fn exchange_that_died(world: &World, order: &Order) -> HoldId {
    let given_back = [order.sittings[0].hold.clone()];
    let taken = world.engine.exchange(&exam(), &given_back, &ids(&["s1"]), Admission::Exempt).await.unwrap();
    taken.holds[0].id.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn exchange_died_before_its_row_and_is_repeated() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let orphan = exchange_that_died(&world, &order).await;
    let again = world.replace(account, &["s1"]).await.unwrap();
    assert_eq!(again.sittings[0].hold, orphan, "the same seat, now with its row");
    assert_eq!((again.id, &again.state), (order.id, &OrderState::Unpaid));
    world.until_free("s0", 2).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exchange_died_before_its_row_and_the_candidate_chooses_anew() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let orphan = exchange_that_died(&world, &order).await;
    // While it is young it may be somebody's who is still writing; then it is recovered.
    until("a recovered hold", async || {
        let _ = world.replace(account, &["s0"]).await;
        let live = world.registration.orders.live(account, &exam()).await.unwrap().pop();
        live.is_some_and(|live| live.id != order.id)
    })
    .await;
    let again = world.replace(account, &["s0"]).await.unwrap();
    assert_eq!(again.sittings[0].sitting.as_str(), "s0");
    assert_ne!(again.sittings[0].hold, orphan);
    assert_eq!(again.expires_at, order.expires_at, "the clock went on all the while");
    world.until_free("s1", 2).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn release_died_before_the_engine_knew() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let died =
        format!("UPDATE registration.orders SET state = 'released', seats_owed = true WHERE id = '{}'", order.id);
    world.execute(&died).await;
    // The seat that is about to end must not be given out again.
    let again = world.hold(account, &["s0"]).await.unwrap();
    assert_ne!(again.sittings[0].hold, order.sittings[0].hold);
    world.until_free("s0", 1).await;
    assert_eq!(world.order(account, again.id).await.state, OrderState::Unpaid);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn release_died_and_the_sweep_gives_the_seat_back() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.until_free("s0", 1).await;
    let died =
        format!("UPDATE registration.orders SET state = 'released', seats_owed = true WHERE id = '{}'", order.id);
    world.execute(&died).await;
    world.until_free("s0", 2).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hand_in_died_before_it_froze() {
    let world = World::start(Setup { hold_seconds: 2, grace_seconds: 0, ..Setup::default() }).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let died = format!(
        "INSERT INTO registration.screenshots (id, order_id, created_at) VALUES (gen_random_uuid(), '{}', now())",
        order.id
    );
    world.execute(&died).await;
    assert_eq!(world.order(account, order.id).await.state, OrderState::Unpaid);
    world.until_row(order.id, "lapsed").await;
    world.until_free("s0", 2).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hand_in_died_after_it_froze() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    undo_accept(&world, &order).await;
    assert_eq!(world.order(account, order.id).await.state, OrderState::WaitingReview, "finished by looking");
    let shown = world.registration.reviews.screenshot(&world.reviewer, order.id).await.unwrap();
    assert!(image::load_from_memory(&shown).is_ok());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hand_in_died_after_it_froze_and_nobody_looks() {
    let world = World::start(Setup { hold_seconds: 1, grace_seconds: 0, ..Setup::default() }).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    undo_accept(&world, &order).await;
    world.until_row(order.id, "waiting_review").await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hand_in_died_between_two_seats() {
    let world = World::start(Setup { hold_seconds: 1, grace_seconds: 0, ..Setup::default() }).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0", "s2"]).await.unwrap();
    world.engine.freeze(&exam(), &order.sittings[0].hold).await.unwrap();
    world.until_row(order.id, "lapsed").await;
    world.until_free("s0", 2).await;
    world.until_free("s2", 2).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_hand_in_died_after_it_noted_the_new_seat() {
    let world = World::start(Setup { hold_seconds: 1, grace_seconds: 0, ..Setup::default() }).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.until_row(order.id, "lapsed").await;
    world.until_free("s0", 2).await;
    let taken = world.engine.hold(&exam(), &account.candidate_id(), &ids(&["s0"]), Admission::Exempt).await.unwrap();
    let died = format!(
        "UPDATE registration.orders SET state = 'unpaid', expires_at = now() + interval '1 second',
             lapses_at = now() + interval '1 second' WHERE id = '{0}';
         UPDATE registration.order_sittings SET hold = '{1}' WHERE order_id = '{0}'",
        order.id, taken.holds[0].id
    );
    world.execute(&died).await;
    world.until_row(order.id, "lapsed").await;
    world.until_free("s0", 2).await;
    assert_eq!(world.hand_in(account, order.id).await.unwrap().state, OrderState::WaitingReview);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmation_died_before_the_engine_knew() {
    let mut world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    let died = format!(
        "UPDATE registration.orders SET state = 'confirming', decided_by = '{}', decided_at = now() - interval '1 hour'",
        world.reviewer.id.0
    );
    world.execute(&died).await;
    world.restart_registration().await;
    world.until_row(order.id, "confirmed").await;
    let history = world.history(order.id).await;
    assert_eq!((history.len(), history[0].action.clone()), (1, AuditAction::Confirmed));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmation_died_after_the_engine_knew() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.engine.confirm(&exam(), &order.sittings[0].hold, &order.id.reference()).await.unwrap();
    let died = format!(
        "UPDATE registration.orders SET state = 'confirming', decided_by = '{}', decided_at = now()",
        world.reviewer.id.0
    );
    world.execute(&died).await;
    assert_eq!(world.order(account, order.id).await.state, OrderState::WaitingReview, "not before it is certain");
    let confirmed = world.confirm(order.id).await.unwrap();
    assert_eq!(confirmed.state, OrderState::Confirmed);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_died_before_the_engine_knew() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.refuse(order.id, "blurred").await.unwrap();
    world.execute("UPDATE registration.orders SET state = 'cancelled', seats_owed = true").await;
    let again = world.hold(account, &["s0"]).await.unwrap();
    assert_ne!(again.sittings[0].hold, order.sittings[0].hold, "the frozen seat of the cancelled order is not reused");
    world.until_free("s0", 1).await;
    world.finish().await;
}
