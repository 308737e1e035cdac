//! By which networks seats went: every process counts, nothing counts twice or is lost, nobody can be found in it, and after two
//! hours only sums are left.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use registration::Registration;
use registration::model::ids::AccountId;
use registration::people::accounts::Network;
use registration::wall::shares::Shares;

use crate::world::{Setup, World, exam, ids, until};

/// A world whose exam opened a minute ago.
async fn just_opened() -> World {
    let world = World::start(Setup { capacities: vec![60, 60, 60], ..Setup::default() }).await;
    let dir = world.stores.dir().join("exam");
    let text = std::fs::read_to_string(dir.join("exam.toml")).unwrap();
    let opened_at = Timestamp::from_second(Timestamp::now().as_second() - 60).unwrap();
    let opened = text.replace("opens_at = 2020-01-01T00:00:00+08:00", &format!("opens_at = {opened_at}"));
    assert_ne!(opened, text);
    std::fs::write(dir.join("exam.toml"), opened).unwrap();
    world.registration.exams.import(&dir).await.unwrap();
    world
}

fn network(world: &World, address: &str) -> Network {
    world.registration.accounts.network_of(address.parse().unwrap()).unwrap()
}

/// Takes a seat at a process, from an address.
async fn take(at: &Registration, world: &World, account: AccountId, address: &str, sitting: &str, replace: bool) {
    let from = Some(network(world, address));
    at.orders.hold_from(from, account, &exam(), &ids(&[sitting]), replace).await.unwrap();
}

/// A number that a query says.
async fn number(world: &World, query: &str) -> i64 {
    world.sql().await.query_one(query, &[]).await.unwrap().get(0)
}

/// Seats that were told, of how many networks, in how many rows.
async fn told(world: &World) -> [i64; 3] {
    let query = "SELECT coalesce(sum(seats), 0)::bigint, count(DISTINCT network), count(*)
         FROM registration.wall_networks";
    let row = world.sql().await.query_one(query, &[]).await.unwrap();
    [0, 1, 2].map(|at| row.get(at))
}

async fn shares(world: &World, ago: SignedDuration) -> Option<Shares> {
    world.registration.exams.wall.scene(&exam(), Timestamp::now() - ago).await.unwrap().unwrap().shares
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_by_network_add_up_over_processes_and_leave_sums_behind() {
    let world = just_opened().await;
    let there = world.another_process().await;
    let here = &world.registration;
    let accounts = join_all((1..=6).map(|number| world.candidate(number))).await;
    let account = |number: usize| accounts[number - 1].id;

    // One seat, however often it is asked for, wherever, and whatever it is exchanged for.
    take(here, &world, account(1), "192.0.2.1", "s0", false).await;
    take(here, &world, account(1), "192.0.2.1", "s0", false).await;
    take(&there, &world, account(1), "198.51.100.9", "s0", false).await;
    take(&there, &world, account(1), "198.51.100.9", "s1", true).await;
    // Another one of the same network, at the other process; and one that is given back and taken again.
    take(&there, &world, account(2), "192.0.2.200", "s0", false).await;
    take(&there, &world, account(3), "198.51.100.1", "s0", false).await;
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    let order = here.orders.live(account(3), &exam()).await.unwrap().remove(0).id;
    here.orders.release(account(3), order).await.unwrap();
    take(&there, &world, account(3), "203.0.113.5", "s1", false).await;
    // The API knows no candidate's address.
    world.hold(account(4), &["s0"]).await.unwrap();
    until("three seats of two networks", async || told(&world).await == [3, 2, 3]).await;

    // While they cannot be told, seats are given as ever, and none is lost.
    world.execute("ALTER TABLE registration.wall_networks RENAME TO wall_networks_away").await;
    take(&there, &world, account(5), "203.0.113.5", "s2", false).await;
    take(&there, &world, account(1), "192.0.2.1", "s1", false).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    world.execute("ALTER TABLE registration.wall_networks_away RENAME TO wall_networks").await;
    until("the seat of the third network", async || told(&world).await == [4, 3, 4]).await;

    nobody_is_found(&world).await;
    // Ninety-nine seats are too few to be told of.
    world
        .execute(
            "INSERT INTO registration.wall_networks (exam, opened_at, network, process, seats)
             SELECT w.exam, w.opened_at, sha256(n::text::bytea), gen_random_uuid(), CASE n WHEN 1 THEN 7 ELSE 8 END
             FROM (SELECT DISTINCT exam, opened_at FROM registration.wall_networks) w, generate_series(1, 12) n",
        )
        .await;
    assert_eq!(told(&world).await[0], 99);
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert_eq!(number(&world, "SELECT count(*) FROM registration.wall_shares").await, 0);
    assert_eq!(shares(&world, SignedDuration::ZERO).await, None);
    take(here, &world, account(6), "2001:db8:7::1", "s2", false).await;
    let expected = Some(Shares { networks: 16, seats: 100, largest: 8, ten_largest: 80, others: 0 });
    until("shares of a hundred seats", async || shares(&world, SignedDuration::ZERO).await == expected).await;

    // Once it is over, the counts go, and the last sums stay.
    world.execute("UPDATE registration.wall_networks SET opened_at = opened_at - interval '3 hours'").await;
    until("no counts", async || told(&world).await == [0, 0, 0]).await;
    assert_eq!(number(&world, "SELECT count(*) FROM registration.wall_shares").await, 2);
    assert_eq!(shares(&world, SignedDuration::from_mins(30)).await, expected);
    there.stop().await;
    world.finish().await;
}

/// The counts name nobody, no moment and no address, and no network as another table does.
async fn nobody_is_found(world: &World) {
    let columns = "SELECT string_agg(column_name, ' ' ORDER BY column_name) FROM information_schema.columns
         WHERE table_schema = 'registration' AND table_name = 'wall_networks'";
    let columns: String = world.sql().await.query_one(columns, &[]).await.unwrap().get(0);
    assert_eq!(columns, "exam network opened_at process seats");
    let rows = world.sql().await.query("SELECT network FROM registration.wall_networks", &[]).await.unwrap();
    let known: Vec<String> =
        ["192.0.2.1", "198.51.100.1", "203.0.113.5"].map(|address| format!("{:?}", network(world, address))).into();
    for row in rows {
        let index: Vec<u8> = row.get(0);
        assert_eq!(index.len(), 32);
        assert!(!known.iter().any(|known| known.contains(&format!("{index:?}"))), "{known:?} {index:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_exam_that_opened_long_ago_no_network_is_counted() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    take(&world.registration, &world, account, "192.0.2.1", "s0", false).await;
    // What is counted is told when a process stops, at the latest.
    world.registration.stop().await;
    assert_eq!(told(&world).await, [0, 0, 0]);
    world.engine.stop().await;
}
