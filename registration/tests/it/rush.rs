//! Everybody does anything at once, on two devices, while seats lapse: the books balance all the same.

use futures_util::future::join_all;
use registration::model::ids::AccountId;
use registration::model::order::OrderState;
use registration::seats::{HandInError, OrderError};

use crate::world::{PATIENCE, Setup, World, exam};

const CANDIDATES: u32 = 24;
const MOVES: usize = 12;
const ROUNDS_MAX: u32 = 5;
const CAPACITIES: [u32; 4] = [5, 3, 2, 4];

/// A small generator (Marsaglia's xorshift): the same moves in every run, though not the same interleaving.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_balance_after_a_rush() {
    let world =
        World::start(Setup { hold_seconds: 1, grace_seconds: 0, capacities: CAPACITIES.to_vec(), ..Setup::default() })
            .await;
    let mut accounts = Vec::new();
    for number in 0..CANDIDATES {
        accounts.push(world.candidate(number).await.id);
    }
    let by_sitting = "SELECT s.sitting, count(*) FROM registration.order_sittings s
         JOIN registration.orders o ON o.id = s.order_id WHERE o.state = 'confirmed' GROUP BY s.sitting";
    let (mut confirmed, mut rounds) = (Vec::new(), 0_u32);
    // A busy machine may be too slow for the second that a seat is held, all through one rush.
    while confirmed.is_empty() {
        assert!(rounds < ROUNDS_MAX, "nobody got a seat");
        let devices = accounts.iter().zip(0..).flat_map(|(account, number)| {
            (1..=2).map(move |device| (*account, u64::from(rounds * 2 * CANDIDATES + number * 2 + device)))
        });
        join_all(devices.map(|(account, seed)| play(&world, account, Dice(0x9e37_79b9_7f4a_7c15 ^ seed)))).await;
        confirmed = world.sql().await.query(by_sitting, &[]).await.unwrap();
        rounds += 1;
    }
    for row in confirmed {
        let (sitting, count): (String, i64) = (row.get(0), row.get(1));
        let number: usize = sitting[1..].parse().unwrap();
        assert!(count <= i64::from(CAPACITIES[number]), "{count} confirmed in {sitting}");
    }
    world.finish().await;
}

async fn play(world: &World, account: AccountId, mut dice: Dice) {
    let orders = &world.registration.orders;
    for _ in 0..MOVES {
        let current = orders.live(account, &exam()).await.unwrap().pop();
        match (dice.roll(8), current) {
            (0..=2, _) => choose(world, account, &mut dice).await,
            (3, Some(order)) => drop(orders.release(account, order.id).await),
            (4..=5, Some(order)) => match world.hand_in(account, order.id).await {
                Err(HandInError::Store(error)) => panic!("{error}"),
                _ => continue,
            },
            (6, Some(order)) if order.state == OrderState::WaitingReview => {
                drop(world.confirm(order.id).await);
            }
            (7, Some(order)) if order.state == OrderState::WaitingReview => {
                drop(world.refuse(order.id, "blurred").await);
            }
            _ => tokio::time::sleep(std::time::Duration::from_millis(dice.roll(400))).await,
        }
    }
}

async fn choose(world: &World, account: AccountId, dice: &mut Dice) {
    let choices = [&["s0"][..], &["s1"], &["s2", "s3"], &["s0", "s3"], &["s3"]];
    let choice = choices[usize::try_from(dice.roll(5)).unwrap()];
    let held = match dice.roll(2) {
        0 => world.hold(account, choice).await,
        _ => world.replace(account, choice).await,
    };
    match held {
        Ok(order) => assert_eq!(order.sittings.len(), choice.len()),
        Err(OrderError::Store(error)) => panic!("{error}"),
        Err(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_back_beside_a_change_is_the_seat_of_that_moment() {
    let world = World::start(Setup { capacities: vec![60, 60, 60], ..Setup::default() }).await;
    for number in 0..30 {
        let account = world.candidate(number).await.id;
        let order = world.hold(account, &["s0"]).await.unwrap();
        let orders = &world.registration.orders;
        let (_, released) = tokio::join!(world.replace(account, &["s1"]), orders.release(account, order.id));
        assert_eq!(released.unwrap().state, OrderState::Released);
    }
    // Nobody holds a seat that no live order has.
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_another_reader_took_in_stays() {
    let world = World::start(Setup { capacities: vec![60, 60, 60], ..Setup::default() }).await;
    for number in 0..20 {
        let account = world.candidate(number).await.id;
        let order = world.hold(account, &["s0"]).await.unwrap().id;
        // Readers in other tabs, and staff who are quick.
        let reader = async {
            while world.order(account, order).await.state != OrderState::WaitingReview {
                tokio::task::yield_now().await;
            }
            world.confirm(order).await.unwrap();
        };
        let handed_in = async { world.hand_in(account, order).await.map(|order| order.state) };
        let (handed_in, ()) =
            Box::pin(tokio::time::timeout(PATIENCE, async { tokio::join!(handed_in, reader) })).await.unwrap();
        assert!(matches!(handed_in, Ok(OrderState::WaitingReview | OrderState::Confirmed)), "{handed_in:?}");
        let kept = "SELECT count(*) FROM registration.screenshots s JOIN registration.payments p ON p.id = s.payment
             WHERE s.order_id = $1 AND s.accepted_at IS NOT NULL AND p.state = 'received'";
        let kept: i64 = world.sql().await.query_one(kept, &[&order.to_string()]).await.unwrap().get(0);
        assert_eq!(kept, 1, "candidate {number}");
    }
    world.finish().await;
}
