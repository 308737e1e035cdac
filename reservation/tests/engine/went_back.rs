//! The ledger is older than Redis while other processes go on giving out seats: none of those is lost, whoever dies of
//! it, and whatever the ledger refuses then.

use std::time::{Duration, Instant};

use http::StatusCode;
use redis::AsyncCommands;
use redis::streams::StreamMaxlen;
use reservation::engine::{Engine, EngineConfig};
use reservation::ids::PoolId;
use reservation::store::keys::PoolKeys;

use crate::app::{App, WAIT, id, persist};

/// Sessions that wait to take over a hold of Redis's.
const TAKING_OVER: &str = "SELECT pid FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO reservation.holds AS h%' LIMIT 1";

/// Drops all events, which only somebody else would do.
async fn trim(app: &App, kept: usize) {
    let keys = PoolKeys::of(&"e".parse::<PoolId>().unwrap());
    let _: i64 = app.stores.redis_connection().await.xtrim(keys.events(), StreamMaxlen::Equals(kept)).await.unwrap();
}

/// Waits until a process is in the middle of taking over what Redis has; answers its session.
async fn taking_over(app: &App) -> i32 {
    let since = Instant::now();
    loop {
        if let Some(row) = app.stores.pool().get().await.unwrap().query_opt(TAKING_OVER, &[]).await.unwrap() {
            return row.get(0);
        }
        assert!(since.elapsed() < WAIT, "nobody opens the pool");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A second process on the same stores; one that cannot open the pool tries again, as its supervisor would.
async fn another(app: &App) -> Engine {
    let since = Instant::now();
    loop {
        let config = EngineConfig { redis_url: app.stores.redis_url().to_owned(), postgres: app.stores.pool() };
        match Engine::start(config).await {
            Ok(engine) => return engine,
            Err(error) => assert!(since.elapsed() < WAIT, "{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_is_given_out_while_redis_is_read_for_the_ledger_survives_and_so_do_all_after_a_kill() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 9)]).await;
    app.held("anna", "s").await;
    app.at_rest().await;
    let mut client = app.stores.pool().get().await.unwrap();
    let row = "SELECT cursor_ms, cursor_seq, cursor_epoch FROM reservation.pools";
    let row = client.query_one(row, &[]).await.unwrap();
    let cursor: [i64; 3] = [row.get(0), row.get(1), row.get(2)];
    let paid = app.held("bob", "s").await;
    assert_eq!(app.confirm(&paid, "r").await.0, StatusCode::OK);
    app.at_rest().await;

    // Whoever takes over what Redis has waits here, between reading it and loading it anew.
    let mut locking = app.stores.pool().get().await.unwrap();
    let lock = locking.transaction().await.unwrap();
    lock.query("SELECT FROM reservation.holds WHERE candidate = 'anna' FOR UPDATE", &[]).await.unwrap();
    // The ledger goes back in time, and nobody has noticed yet; what is in between Redis has trimmed.
    let back = client.transaction().await.unwrap();
    let lost = "UPDATE reservation.pools SET cursor_ms = $1, cursor_seq = $2, cursor_epoch = $3";
    back.execute(lost, &[&cursor[0], &cursor[1], &cursor[2]]).await.unwrap();
    back.execute("DELETE FROM reservation.holds WHERE candidate = 'bob'", &[]).await.unwrap();
    back.execute("UPDATE reservation.sittings SET confirmed = 0", &[]).await.unwrap();
    trim(&app, 1).await;
    back.commit().await.unwrap();

    let opened = async {
        let first = taking_over(&app).await;
        let killed = "SELECT pg_terminate_backend($1)";
        app.stores.pool().get().await.unwrap().execute(killed, &[&first]).await.unwrap();
        while taking_over(&app).await == first {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Under the old epoch it is answered at once; under none it waits until the pool is open.
        let holding = persist(|| app.hold("carl", &["s"]));
        tokio::pin!(holding);
        let early = tokio::time::timeout(Duration::from_secs(1), &mut holding).await;
        lock.rollback().await.unwrap();
        match early {
            Ok(reply) => reply,
            Err(_) => holding.await,
        }
    };
    let (second, reply) = tokio::join!(another(&app), opened);
    assert!(reply.0.is_success(), "{reply:?}");
    assert_eq!(app.state(&id(&reply)).await, "held", "what was answered stands");
    assert_eq!(app.state(&paid).await, "confirmed");
    app.agree().await;
    assert_eq!(app.in_redis().await.into_keys().collect::<Vec<_>>(), ["anna:1", "bob:1", "carl:1"]);
    second.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_the_ledger_refuses_while_redis_lacks_the_events_before_is_taken_over_and_kills_no_other() {
    let app = App::start().await;
    app.exam(900, &[("s", "g", 6), ("t", "g", 6)]).await;
    app.held("anna", "s").await;
    app.at_rest().await;
    // The ledger has another live hold of bob's than Redis will have.
    let client = app.stores.pool().get().await.unwrap();
    let rival = "INSERT INTO reservation.holds
             (exam, candidate, sitting, generation, group_number, state, lapses_at, changed_at)
         SELECT exam, 'bob', sitting, 7, group_number, 'held', lapses_at, now() FROM reservation.holds
         WHERE candidate = 'anna'";
    client.execute(rival, &[]).await.unwrap();
    trim(&app, 0).await;
    let bob = app.held("bob", "t").await;
    let since = Instant::now();
    while client.query_one("SELECT lineage = 1 FROM reservation.pools", &[]).await.unwrap().get::<_, bool>(0) {
        assert!(since.elapsed() < WAIT, "the pool is not opened anew");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(persist(|| app.find(&bob)).await.1["state"], "held", "what was answered stands");
    assert!(persist(|| app.hold("carl", &["s"])).await.0.is_success());
    app.agree().await;
    app.finish().await;
}
