//! Farms of accounts behind one network: where an exam says so, they hold no more of its seats than that.

use futures_util::future::join_all;
use registration::people::accounts::Network;
use registration::seats::OrderError;

use crate::world::{Setup, World, exam, ids};

/// A world whose exam lets so many accounts of one network hold seats.
async fn bounded(most: u32) -> World {
    let world = World::start(Setup { capacities: vec![30, 30, 30], ..Setup::default() }).await;
    let dir = world.stores.dir().join("exam");
    let text = std::fs::read_to_string(dir.join("exam.toml")).unwrap();
    std::fs::write(dir.join("exam.toml"), format!("seats_per_network = {most}\n{text}")).unwrap();
    world.registration.exams.import(&dir).await.unwrap();
    world
}

fn network(world: &World, address: &str) -> Option<Network> {
    world.registration.accounts.network_of(address.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_holds_as_many_seats_as_the_exam_allows_however_many_ask_at_once() {
    let world = bounded(4).await;
    let mut accounts = Vec::new();
    for number in 1..=12 {
        accounts.push(world.candidate(number).await.id);
    }
    let hold = async |account, address: &str, sitting: &str, replace| {
        let (orders, from) = (&world.registration.orders, network(&world, address));
        orders.hold_from(from, account, &exam(), &ids(&[sitting]), replace).await
    };
    // Twelve at once, from addresses beside each other.
    let addresses = ["192.0.2.1", "192.0.2.77", "::ffff:192.0.2.9"];
    let asked = accounts.iter().enumerate().map(|(place, account)| hold(*account, addresses[place % 3], "s0", false));
    let held = join_all(asked).await;
    let orders: Vec<_> = held.iter().filter_map(|held| held.as_ref().ok()).collect();
    assert_eq!(orders.len(), 4, "{held:?}");
    assert!(held.iter().all(|held| matches!(held, Ok(_) | Err(OrderError::Network))), "{held:?}");
    // Whoever holds one goes on from there: the same again, and another one in its place.
    let place = held.iter().position(Result::is_ok).unwrap();
    assert_eq!(hold(accounts[place], "192.0.2.1", "s0", false).await.unwrap().id, held[place].as_ref().unwrap().id);
    hold(accounts[place], "192.0.2.1", "s1", true).await.unwrap();
    // Everybody else, too, from elsewhere.
    let refused = held.iter().position(Result::is_err).unwrap();
    hold(accounts[refused], "198.51.100.1", "s0", false).await.unwrap();
    // What is given back leaves its place to one more.
    let (first, account) = (orders[1], accounts[held.iter().rposition(Result::is_ok).unwrap()]);
    let last = held.iter().filter_map(|held| held.as_ref().ok()).next_back().unwrap();
    world.registration.orders.release(account, last.id).await.unwrap();
    world.execute("UPDATE registration.seat_networks SET taken_at = taken_at - interval '1 minute'").await;
    let next = held.iter().rposition(Result::is_err).unwrap();
    assert_ne!(first.id, last.id);
    hold(accounts[next], "192.0.2.200", "s0", false).await.unwrap();
    let over = held.iter().enumerate().filter(|(at, held)| held.is_err() && *at != next && *at != refused);
    for (place, _) in over {
        assert!(matches!(hold(accounts[place], "192.0.2.3", "s2", false).await, Err(OrderError::Network)));
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_for_or_came_to_nothing_takes_no_place_of_its_network() {
    let world = bounded(1).await;
    let (first, second) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let hold = async |account, sitting: &str| {
        let (orders, from) = (&world.registration.orders, network(&world, "192.0.2.1"));
        orders.hold_from(from, account, &exam(), &ids(&[sitting]), false).await
    };
    assert!(matches!(hold(first, "s9").await, Err(OrderError::UnknownSitting(_))));
    let order = hold(second, "s0").await.expect("an attempt that came to nothing keeps nobody waiting");
    assert!(matches!(hold(first, "s0").await, Err(OrderError::Network)));
    world.hand_in(second, order.id).await.unwrap();
    world.execute("UPDATE registration.seat_networks SET taken_at = taken_at - interval '1 minute'").await;
    hold(first, "s0").await.expect("what was handed in is as good as paid for");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bound_of_the_exam_a_school_shares_one_address() {
    let world = World::start(Setup { capacities: vec![30, 30], ..Setup::default() }).await;
    for number in 1..=8 {
        let account = world.candidate(number).await.id;
        let from = network(&world, "192.0.2.1");
        world.registration.orders.hold_from(from, account, &exam(), &ids(&["s0"]), false).await.unwrap();
    }
    let kept: i64 =
        world.sql().await.query_one("SELECT count(*) FROM registration.seat_networks", &[]).await.unwrap().get(0);
    assert_eq!(kept, 0, "and nothing is kept of it");
    world.finish().await;
}
