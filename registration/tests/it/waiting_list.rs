//! Waiting lists: an offer is an order that its candidate is told of, and is paid as any other.

use registration::model::exam_rules::TaskKind;
use registration::model::ids::AccountId;
use registration::model::order::{Order, OrderState};
use registration::seats::{Joined, OrderError};
use reservation::engine::waiting_list::Waiting;
use reservation::waiting_list::WaitState;

use crate::outbox::rows;
use crate::world::{Setup, World, exam, until, write_exam};

const RULES: &str = "[waiting_list]\nper = \"sitting\"\noffer_minutes = 5\nreturns = \"list_first\"\n";

/// The same, behind a notice.
const NOTICE_FIRST: &str = "
[waiting_list]
per = \"sitting\"
offer_minutes = 5
returns = \"list_first\"
[[steps]]
title = { zh = \"知\", en = \"Notice\" }
tasks = [\"notice\"]
[[steps]]
title = { zh = \"选\", en = \"Choose\" }
tasks = [\"sittings\", \"payment\"]
";

async fn join(world: &World, account: AccountId, sitting: &str) -> Result<Joined, OrderError> {
    world.registration.orders.join_list(account, &exam(), &sitting.parse().unwrap()).await
}

async fn wait_of(world: &World, account: AccountId) -> Waiting {
    let page = world.registration.exams.get(&exam()).unwrap();
    world.registration.orders.waits(account, &page).await.remove(0)
}

/// The candidate's order, once there is one.
async fn offered(world: &World, account: AccountId) -> Order {
    let live = async || world.registration.orders.live(account, &exam()).await.unwrap().pop();
    until("an offer", async || live().await.is_some()).await;
    live().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn d8_a_seat_that_comes_back_is_an_order_of_whoever_waited_longest() {
    let world = World::start(Setup { capacities: vec![1, 1, 1], rules: RULES, ..Setup::default() }).await;
    let mut accounts = Vec::new();
    for number in 1..=3 {
        accounts.push(world.candidate(number).await.id);
    }
    let [first, second, third] = accounts[..] else { unreachable!("three were made") };
    assert_eq!(join(&world, second, "s0").await.unwrap(), Joined::Free);
    let order = world.hold(first, &["s0"]).await.unwrap();
    assert!(matches!(join(&world, first, "s0").await, Err(OrderError::HoldsOther(id)) if id == order.id));
    for account in [second, third, second] {
        assert_eq!(join(&world, account, "s0").await.unwrap(), Joined::Waiting);
    }
    assert_eq!(join(&world, second, "s1").await.unwrap(), Joined::Elsewhere);
    assert_eq!(wait_of(&world, third).await.position, Some((1, 2)));

    world.registration.orders.release(first, order.id).await.unwrap();
    let offer = offered(&world, second).await;
    assert_eq!((offer.state.clone(), offer.sittings[0].sitting.as_str()), (OrderState::Unpaid, "s0"));
    let left = offer.expires_at.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((285..=300).contains(&left), "{left} s, as long as the exam says, without the grace");
    let waiting = wait_of(&world, second).await;
    let orders = &world.registration.orders;
    assert_eq!(orders.order_of_offer(second, &exam(), &waiting).await.unwrap(), Some(offer.id));
    until("the message", async || rows(&world).await.iter().any(|row| row.0 == "list_offered")).await;

    // Given back, it is the next one's, and whoever gave it back is off the list.
    world.registration.orders.release(second, offer.id).await.unwrap();
    let offer = offered(&world, third).await;
    let waiting = wait_of(&world, second).await;
    assert_eq!((waiting.state, waiting.lapses), (WaitState::Left, 1));
    world.hand_in(third, offer.id).await.unwrap();
    world.confirm(offer.id).await.unwrap();
    until("a seat", async || wait_of(&world, third).await.state == WaitState::Seated).await;
    // What comes before a seat comes before waiting for one.
    write_exam(&world.stores, &Setup { capacities: vec![1, 1, 1], rules: NOTICE_FIRST, ..Setup::default() });
    world.registration.exams.import(&world.stores.dir().join("exam")).await.unwrap();
    let unread = join(&world, first, "s0").await;
    assert!(matches!(unread, Err(OrderError::Blocked(TaskKind::Notice))), "{unread:?}");
    until("both told", async || rows(&world).await.iter().filter(|row| row.0 == "list_offered").count() == 2).await;
    world.finish().await;
}
