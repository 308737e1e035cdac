//! Aimed faults on the ledger's side: what it refuses, a process that loses its pools, a line cut at the commit, a
//! ledger that has gone back in time.

use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use http::{Method, StatusCode};
use redis::AsyncCommands;
use reservation::ids::PoolId;
use reservation::store::keys::PoolKeys;
use serde_json::{Value, json};
use testkit::{FaultyLine, TestStores};
use tokio_postgres::NoTls;

use crate::app::{App, Reply, WAIT, call, code, id, persist};

async fn execute(app: &App, statements: &str) {
    app.stores.pool().get().await.unwrap().batch_execute(statements).await.unwrap();
}

async fn number(app: &App, query: &str) -> i64 {
    app.stores.pool().get().await.unwrap().query_one(query, &[]).await.unwrap().get(0)
}

fn keys() -> PoolKeys {
    PoolKeys::of(&"e".parse::<PoolId>().unwrap())
}

/// Connections to Postgres over this line.
pub(crate) fn postgres_over(line: &FaultyLine) -> Pool {
    let config = line.postgres_url().parse().unwrap();
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(config, NoTls, recycling);
    let postgres = Pool::builder(manager).max_size(16).runtime(Runtime::Tokio1);
    let wait = Some(Duration::from_secs(5));
    postgres.wait_timeout(wait).create_timeout(wait).recycle_timeout(wait).build().unwrap()
}

impl App {
    pub(crate) async fn acknowledged_by_the_ledger(&self, sittings: &[(&str, &str, u32)]) {
        self.exam(900, sittings).await;
        let exam = json!({"title": "Exam", "hold_seconds": 900, "acknowledge": "ledger"});
        assert!(self.call(Method::PUT, "/api/v1/exams/e", exam).await.0.is_success());
    }

    pub(crate) async fn until_ready(&self) {
        self.until_readiness(|said| said.0 == StatusCode::OK).await;
    }

    /// Waits until readiness names this part as the one that fails.
    pub(crate) async fn until_part_fails(&self, part: &str) {
        self.until_readiness(|said| said.0 == StatusCode::SERVICE_UNAVAILABLE && said.1["part"] == part).await;
    }

    async fn until_readiness(&self, is_so: impl Fn(&Reply) -> bool) {
        let since = Instant::now();
        loop {
            let said = self.call(Method::GET, "/readyz", Value::Null).await;
            if is_so(&said) {
                return;
            }
            assert!(since.elapsed() < WAIT, "{said:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until Redis has the capacity that the ledger has, and whoever saw to that is done: a change that was cut off is
    /// carried over in time.
    async fn until_capacities_agree(&self) {
        let under_way = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
             AND backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid()";
        let since = Instant::now();
        loop {
            let in_ledger = number(self, "SELECT capacity::bigint FROM reservation.sittings WHERE number = 1").await;
            let in_redis = self.counts().await[&1].0;
            if in_redis == in_ledger && number(self, under_way).await == 0 {
                return;
            }
            assert!(since.elapsed() < WAIT, "{in_redis} seats in Redis, {in_ledger} in the ledger");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_the_ledger_refuses_is_parked_and_kills_no_pool() {
    let app = App::start().await;
    app.acknowledged_by_the_ledger(&[("s", "g", 6), ("t", "g", 6)]).await;
    let kept = app.held("anna", "s").await;
    // A live hold that Redis does not know: the ledger cannot take another one of the group.
    execute(
        &app,
        "INSERT INTO reservation.holds (exam, candidate, sitting, generation, group_number, state, lapses_at, changed_at)
         SELECT exam, 'bob', sitting, 7, group_number, 'held', lapses_at, now() FROM reservation.holds
         WHERE candidate = 'anna'",
    )
    .await;
    let refused = app.hold("bob", &["t"]).await;
    assert_eq!(code(&refused), "unavailable", "what the ledger refuses is not acknowledged: {refused:?}");
    let again = persist(|| app.hold("bob", &["t"])).await;
    assert_eq!(code(&again), "group_taken", "Redis has what the ledger has: {again:?}");
    assert_eq!(number(&app, "SELECT count(*) FROM reservation.parked_events WHERE candidate = 'bob'").await, 1);
    assert_eq!(number(&app, "SELECT count(*) FROM reservation.holds WHERE state = 'cancelled'").await, 1);

    // An entry that nobody can read stops nobody either.
    let _: String = app.stores.redis_connection().await.xadd(keys().events(), "*", &[("x", "y")]).await.unwrap();
    let since = Instant::now();
    while number(&app, "SELECT count(*) FROM reservation.parked_events WHERE candidate IS NULL").await != 1 {
        assert!(since.elapsed() < WAIT, "the foreign event is not parked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(app.confirm(&kept, "r").await.0, StatusCode::OK, "the rest goes on");
    app.held("carl", "s").await;
    app.until_ready().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_redis_that_the_ledger_does_not_trust_are_not_believed_however_the_kill_went() {
    let app = App::start().await;
    app.acknowledged_by_the_ledger(&[("s", "-", 6)]).await;
    app.held("anna", "s").await;
    let process = "SELECT count(*) FROM reservation.pools WHERE process LIKE '%:%'";
    assert_eq!(number(&app, process).await, 1, "run and history");
    execute(&app, "UPDATE reservation.pools SET process = 'another' || process").await;
    let reply = app.hold("bob", &["s"]).await;
    assert_eq!(reply.0, StatusCode::SERVICE_UNAVAILABLE, "{reply:?}");
    // The pool is compared again, and goes on under a new epoch.
    app.until_ready().await;
    app.held("carl", "s").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pools_of_a_process_that_says_nothing_are_taken_and_a_killed_ones_at_once() {
    let app = App::start().await;
    app.acknowledged_by_the_ledger(&[("s", "-", 9)]).await;
    app.held("anna", "s").await;
    let (second, api) = app.another().await;
    // A name whose lease has no session, as one that was killed leaves behind.
    execute(
        &app,
        "UPDATE reservation.pools SET writer = gen_random_uuid();
         INSERT INTO reservation.writers SELECT writer, now() + interval '1 hour', 1, now() FROM reservation.pools",
    )
    .await;
    let body = json!({"candidate": "bob", "sittings": ["s"]});
    let held = persist(|| call(&api, Method::POST, "/api/v1/exams/e/holds", body.clone())).await;
    assert!(held.0.is_success(), "taken long before the hour is over: {held:?}");
    // One that hangs: its session lives, and nobody renews the lease.
    let hung = app.stores.pool().get().await.unwrap();
    hung.batch_execute(
        "INSERT INTO reservation.writers SELECT gen_random_uuid(), now() + interval '4 s', pid, backend_start
         FROM pg_stat_activity WHERE pid = pg_backend_pid();
         UPDATE reservation.pools SET writer = (SELECT id FROM reservation.writers ORDER BY until DESC, session_since DESC
         LIMIT 1)",
    )
    .await
    .unwrap();
    let since = Instant::now();
    loop {
        let body = json!({"candidate": "carl", "sittings": ["s"]});
        if call(&api, Method::POST, "/api/v1/exams/e/holds", body).await.0.is_success() {
            break;
        }
        assert!(since.elapsed() < WAIT, "nobody has taken the hung one's pool");
    }
    assert_eq!(app.confirm(&app.held("dora", "s").await, "r").await.0, StatusCode::OK);
    second.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raise_that_is_cut_off_at_its_commit_sells_nothing_that_is_taken_away_however_it_is_killed() {
    let stores = TestStores::start().await;
    let line = FaultyLine::to_postgres(&stores).await;
    let app = App::start_on(stores, postgres_over(&line)).await;
    app.exam(900, &[("s", "-", 3)]).await;
    let sizes = |capacity: u32| json!({"title": "s", "capacity": capacity});
    let path = "/api/v1/exams/e/sittings/s";
    for (round, capacity) in [8, 2, 6, 1].into_iter().enumerate() {
        // While nothing else commits: the first to say so is the change itself.
        app.until_capacities_agree().await;
        app.at_rest().await;
        line.cut_at(if capacity > 3 { "COMMIT" } else { "UPDATE reservation.sittings" });
        let cut = app.call(Method::PUT, path, sizes(capacity)).await;
        assert_eq!(cut.0, StatusCode::SERVICE_UNAVAILABLE, "{cut:?}");
        let mut holds = Vec::new();
        for n in 0..8 {
            let reply = app.hold(&format!("c{round}-{n}"), &["s"]).await;
            match reply.0 {
                StatusCode::CREATED => holds.push(id(&reply)),
                _ => assert!(["full", "unavailable"].contains(&code(&reply)), "{reply:?}"),
            }
        }
        assert!(holds.len() <= 3, "{} seats of a capacity that was never acknowledged", holds.len());
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        app.until_capacities_agree().await;
        for hold in &holds {
            assert_eq!(app.confirm(hold, "r").await.0, StatusCode::OK, "a seat that was given is confirmed");
        }
        for hold in &holds {
            app.release(hold).await;
        }
    }
    let last = app.call(Method::PUT, path, sizes(5)).await;
    assert!(last.0.is_success(), "{last:?}");
    app.until_free("s", 5).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_went_back_in_time_learns_from_redis_what_it_lost_in_the_kill() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 9), ("t", "-", 9)]).await;
    let old = app.held("anna", "s").await;
    app.agree().await;
    let row = "SELECT cursor_ms || ' ' || cursor_seq || ' ' || cursor_epoch FROM reservation.pools";
    let before: String = app.stores.pool().get().await.unwrap().query_one(row, &[]).await.unwrap().get(0);
    let paid = app.held("bob", "s").await;
    assert_eq!(app.confirm(&paid, "r").await.0, StatusCode::OK);
    let held = app.held("carl", "t").await;
    app.agree().await;
    app.engine.stop().await;
    // As a backup from before would be; and Redis has trimmed what came in between.
    let words: Vec<_> = before.split(' ').collect();
    execute(
        &app,
        &format!(
            "DELETE FROM reservation.holds WHERE candidate <> 'anna';
             UPDATE reservation.sittings SET confirmed = 0;
             UPDATE reservation.pools SET cursor_ms = {}, cursor_seq = {}, cursor_epoch = {}",
            words[0], words[1], words[2]
        ),
    )
    .await;
    let mut redis = app.stores.redis_connection().await;
    let trimmed: i64 = redis.xtrim(keys().events(), redis::streams::StreamMaxlen::Equals(1)).await.unwrap();
    assert!(trimmed > 0);
    let (engine, api) = app.another().await;
    for (hold, state) in [(&old, "held"), (&paid, "confirmed"), (&held, "held")] {
        let found = call(&api, Method::GET, &format!("/api/v1/exams/e/holds/{hold}"), Value::Null).await;
        assert_eq!(found.1["state"], state, "{found:?}");
    }
    let body = json!({"reference": "r"});
    let again = call(&api, Method::POST, &format!("/api/v1/exams/e/holds/{paid}/confirm"), body).await;
    assert_eq!(again.0, StatusCode::OK, "asked again, it is told again: {again:?}");
    app.agree().await;
    engine.stop().await;
    app.agree().await;
}

/// Of several processes that share a ledger all would call themselves unready together for one lost second.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_ready_until_the_ledger_has_taken_no_write_of_it_for_four_seconds_and_again_after_the_kill() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 3)]).await;
    app.until_ready().await;
    let mut client = app.stores.pool().get().await.unwrap();
    let lock = client.transaction().await.unwrap();
    // Its rounds fail from now on: each gives up after two seconds.
    lock.batch_execute("LOCK TABLE reservation.writers IN SHARE MODE").await.unwrap();
    app.until_part_fails("ledger").await;
    let silent = "SELECT extract(epoch FROM clock_timestamp() - max(until))::float8 + 4 FROM reservation.writers";
    let silent: f64 = lock.query_one(silent, &[]).await.unwrap().get(0);
    assert!(silent >= 4.0, "unready {silent} s after its last write was taken");
    lock.rollback().await.unwrap();
    app.until_ready().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_an_end_even_while_the_ledger_is_locked_and_nothing_kills_the_lock() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 3)]).await;
    let mut client = app.stores.pool().get().await.unwrap();
    let lock = client.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE reservation.sittings").await.unwrap();
    let since = Instant::now();
    let body = json!({"title": "s", "capacity": 5});
    let reply = app.call(Method::PUT, "/api/v1/exams/e/sittings/s", body).await;
    assert_eq!(reply.0, StatusCode::SERVICE_UNAVAILABLE, "{reply:?}");
    assert!(since.elapsed() < WAIT, "{:?}", since.elapsed());
    drop(lock);
    app.resize("s", 5).await;
    app.finish().await;
}
