//! Taking seats and giving them back.

use registration::Fen;
use registration::model::facts::Facts;
use registration::model::order::OrderState;
use registration::rules::steps::{TaskState, steps};
use registration::seats::{OrderError, ReleaseError};

use reservation::hold::HoldState;

use crate::world::{PATIENCE, Setup, World, exam, ids, until};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_choice_again_is_the_same_order() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0", "s2"]).await.unwrap();
    assert_eq!((order.state.clone(), order.amount), (OrderState::Unpaid, Fen(24_000)));
    let left = order.expires_at.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((895..=900).contains(&left), "{left} s without the grace");
    assert_eq!(world.hold(account, &["s2", "s0"]).await.unwrap(), order);
    assert_eq!(world.registration.orders.live(account, &exam()).await.unwrap().pop(), Some(order.clone()));
    assert_eq!(world.registration.orders.of(account).await.unwrap(), std::slice::from_ref(&order));
    assert_eq!(world.order(account, order.id).await, order);
    world.until_free("s0", 1).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_tap_makes_one_order() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let taps = (0..8).map(|_| world.hold(account, &["s0"]));
    let orders: Vec<_> = futures_util::future::join_all(taps).await.into_iter().map(Result::unwrap).collect();
    assert!(orders.windows(2).all(|pair| pair[0] == pair[1]));
    world.until_free("s0", 1).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_choices_at_once_never_take_two_seats_of_a_group() {
    let world = World::start(Setup { capacities: vec![9, 9, 9], ..Setup::default() }).await;
    for number in 0..10 {
        let account = world.candidate(number).await.id;
        let (one, other) = tokio::join!(world.hold(account, &["s0"]), world.hold(account, &["s1", "s2"]));
        let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
        let won = won.unwrap();
        assert!(matches!(lost, Err(OrderError::HoldsOther(id)) if id == won.id), "{lost:?}");
        world.registration.orders.release(account, won.id).await.unwrap();
    }
    world.until_free("s2", 9).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a7_another_choice_replaces_only_when_asked_and_wins_no_time() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let first = world.hold(account, &["s0"]).await.unwrap();
    assert!(matches!(world.hold(account, &["s1"]).await, Err(OrderError::HoldsOther(id)) if id == first.id));
    let second = world.replace(account, &["s1"]).await.unwrap();
    assert_eq!(first.id, second.id, "the number stays");
    assert_eq!(world.order(account, first.id).await.sittings[0].sitting.as_str(), "s1");
    assert_eq!(second.expires_at, first.expires_at, "who changes wins no time");
    let third = world.replace(account, &["s0", "s2"]).await.unwrap();
    assert_eq!((third.expires_at, third.sittings.len()), (first.expires_at, 2));
    let second = world.replace(account, &["s1"]).await.unwrap();
    assert_eq!(second.expires_at, first.expires_at);
    assert_eq!(world.registration.orders.live(account, &exam()).await.unwrap().pop(), Some(second));
    world.until_free("s0", 2).await;
    world.until_free("s2", 2).await;
    world.until_free("s1", 1).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sitting_costs_nobody_the_old_seat() {
    let world = World::start(Setup { capacities: vec![1, 1, 1], ..Setup::default() }).await;
    let (mine, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let order = world.hold(mine, &["s0"]).await.unwrap();
    world.hold(other, &["s1"]).await.unwrap();
    until("the other's deadline on the board", async || {
        world.engine.availability(&exam()).unwrap()[1].next_release_at.is_some()
    })
    .await;
    let refused = world.replace(mine, &["s1"]).await;
    let Err(OrderError::Full { sitting, next_release_at }) = refused else { panic!("{refused:?}") };
    assert_eq!(sitting.as_str(), "s1");
    assert!(next_release_at.is_some());
    assert_eq!(world.registration.orders.live(mine, &exam()).await.unwrap().pop(), Some(order));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_registration_costs_nobody_the_old_seat() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let file = world.stores.dir().join("exam/exam.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let close = async |at: jiff::Timestamp| {
        std::fs::write(&file, text.replace("2099-01-01T00:00:00+08:00", &at.to_string())).unwrap();
        world.registration.exams.import(file.parent().unwrap()).await.unwrap();
    };
    close(jiff::Timestamp::now()).await;
    let refused = world.replace(account, &["s1"]).await;
    assert!(matches!(refused, Err(OrderError::NotOpen { .. } | OrderError::Blocked(_))), "{refused:?}");
    assert_eq!(world.order(account, order.id).await.state, order.state, "it stays");
    // In the last moments it is one step of the engine, which has the seat or has not.
    close(jiff::Timestamp::now() + jiff::SignedDuration::from_secs(6)).await;
    match world.replace(account, &["s1"]).await {
        Ok(other) => assert_eq!(world.order(account, other.id).await.sittings[0].sitting.as_str(), "s1"),
        Err(_) => assert_eq!(world.order(account, order.id).await.state, order.state),
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_full_sitting_takes_neither() {
    let world = World::start(Setup { capacities: vec![1, 1, 1], ..Setup::default() }).await;
    let (mine, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    world.hold(other, &["s2"]).await.unwrap();
    assert!(matches!(world.hold(mine, &["s0", "s2"]).await, Err(OrderError::Full { .. })));
    assert_eq!(world.registration.orders.live(mine, &exam()).await.unwrap().pop(), None);
    world.until_free("s0", 1).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_choices_are_refused_by_name() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    assert!(matches!(world.hold(account, &[]).await, Err(OrderError::Choice)));
    assert!(matches!(world.hold(account, &["s0", "s0"]).await, Err(OrderError::Choice)));
    assert!(matches!(world.hold(account, &["s0", "s1"]).await, Err(OrderError::GroupTaken(id)) if id.as_str() == "s1"));
    assert!(matches!(world.hold(account, &["nowhere"]).await, Err(OrderError::UnknownSitting(_))));
    let elsewhere = "elsewhere".parse().unwrap();
    let unknown = world.registration.orders.hold(account, &elsewhere, &ids(&["s0"]), false).await;
    assert!(matches!(unknown, Err(OrderError::UnknownExam(_))));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_seat_is_free_and_releasing_again_is_fine() {
    let world = World::usual().await;
    let (account, stranger) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let order = world.hold(account, &["s0"]).await.unwrap();
    let orders = &world.registration.orders;
    assert!(matches!(orders.release(stranger, order.id).await, Err(ReleaseError::UnknownOrder)));
    assert_eq!(orders.get(stranger, order.id).await.unwrap(), None);
    for _ in 0..2 {
        assert_eq!(orders.release(account, order.id).await.unwrap().state, OrderState::Released);
        let hold = world.engine.find(&exam(), &order.sittings[0].hold).await.unwrap();
        assert_eq!(hold.state, HoldState::Released, "at once, not with the next sweep");
    }
    world.until_free("s0", 2).await;
    let again = world.hold(account, &["s0"]).await.unwrap();
    assert_ne!(again.id, order.id);
    let stale = orders.release(account, order.id).await.unwrap();
    assert_eq!(stale.state, OrderState::Released);
    assert_eq!(world.order(account, again.id).await.state, OrderState::Unpaid, "the new seat is untouched");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_order_lapses_and_makes_room() {
    let world = World::start(Setup { hold_seconds: 1, grace_seconds: 0, ..Setup::default() }).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.until_row(order.id, "lapsed").await;
    world.until_free("s0", 2).await;
    assert_eq!(world.registration.orders.live(account, &exam()).await.unwrap().pop(), None);
    let again = world.hold(account, &["s0"]).await.unwrap();
    assert_ne!(again.id, order.id);
    let page = world.registration.exams.get(&exam()).unwrap();
    let orders = [again.clone()];
    let facts = Facts { orders: &orders, ..Facts::default() };
    let progress = steps(&page, &facts, jiff::Timestamp::now());
    assert_eq!(progress[1].state, TaskState::Open { until: Some(again.expires_at) });
    world.until_row(again.id, "lapsed").await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_candidates_race_for_three_seats() {
    let world = World::start(Setup { capacities: vec![3, 1], ..Setup::default() }).await;
    let mut accounts = Vec::new();
    for number in 0..50 {
        accounts.push(world.candidate(number).await.id);
    }
    // Whoever is told to come again does so.
    let since = std::time::Instant::now();
    let asks = async |account| loop {
        match world.hold(account, &["s0"]).await {
            Err(OrderError::Unavailable(_)) if since.elapsed() < PATIENCE => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            told => break told,
        }
    };
    let tries = futures_util::future::join_all(accounts.iter().map(|account| asks(*account))).await;
    let (won, lost): (Vec<_>, Vec<_>) = tries.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (3, 47));
    assert!(lost.iter().all(|refusal| matches!(refusal, Err(OrderError::Full { .. }))));
    world.finish().await;
}
