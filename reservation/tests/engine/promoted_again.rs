//! A primary is demoted, gets older data, and is promoted again, in the same process; or it is demoted and nobody hangs
//! up on it. And what is refused at the start.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, Value};
use reservation::engine::{Engine, EngineConfig};
use serde_json::json;
use testkit::{FaultyLine, LineEnd, RedisPair, TestStores};

use crate::app::{App, Front, WAIT, code, id, persist};

const SEATS: u32 = 6;

/// An engine behind a line that leads to server 0 of a pair, with two holds of which both servers know.
async fn a_pair() -> (RedisPair, App, FaultyLine) {
    let (pair, stores) = tokio::join!(RedisPair::start(), TestStores::start());
    let line = FaultyLine::to(LineEnd::Port(pair.port(0))).await;
    let app = App::on(stores, &line.redis_url(), &format!("redis://127.0.0.1:{}/", pair.port(0))).await;
    app.exam(900, &[("s", "-", SEATS)]).await;
    for candidate in ["a0", "a1"] {
        app.held(candidate, "s").await;
    }
    app.agree().await;
    pair.follow(1).await;
    (pair, app, line)
}

/// Nobody gets a seat that is taken, and who was confirmed is.
async fn nothing_is_given_twice(front: &Front, confirmed: &str) {
    for n in 0..4 {
        let candidate = format!("n{n}");
        let reply = persist(|| front.hold(&candidate, &["s"])).await;
        assert_eq!((reply.0, code(&reply)), (StatusCode::CONFLICT, "full"), "{reply:?}");
    }
    assert_eq!(front.state(confirmed).await, "confirmed");
}

/// A seat that is given out afterwards has a generation that no hold had before, on whichever server.
async fn no_generation_comes_twice(app: &App, front: &Front) {
    let all = "SELECT generation FROM reservation.holds ORDER BY generation";
    let known = async || -> Vec<i64> {
        let client = app.stores.pool().get().await.unwrap();
        client.query(all, &[]).await.unwrap().iter().map(|row| row.get("generation")).collect()
    };
    app.agree().await;
    let before = known().await;
    let reply = persist(|| front.hold("a0", &["s"])).await;
    let freed = persist(|| async { (front.release(&id(&reply)).await, serde_json::Value::Null) }).await;
    assert_eq!(freed.0, StatusCode::NO_CONTENT);
    front.held("z", "s").await;
    app.agree().await;
    let new: Vec<i64> = known().await.into_iter().filter(|generation| !before.contains(generation)).collect();
    assert!(new.len() == 1 && new[0] > before[before.len() - 1], "{before:?}, {new:?}");
}

/// Server 1 is cut off with what it has, server 0 goes on; then 0 follows 1, and is promoted again.
async fn promote_again(pair: &RedisPair, app: &App, stop: Option<&Engine>) -> String {
    pair.promote(1).await;
    let mut confirmed = String::new();
    for n in 0..4 {
        let candidate = format!("b{n}");
        let reply = persist(|| app.hold(&candidate, &["s"])).await;
        confirmed = id(&reply);
    }
    let reply = persist(|| app.confirm(&confirmed, "paid")).await;
    assert_eq!(reply.0, StatusCode::OK, "{reply:?}");
    app.agree().await;
    if let Some(engine) = stop {
        engine.stop().await;
    }
    pair.follow(0).await;
    pair.promote(0).await;
    confirmed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_was_promoted_again_is_not_believed() {
    let (pair, app, _line) = a_pair().await;
    let epoch = "SELECT epoch FROM reservation.pools WHERE id = 'e'";
    let epoch = async || -> i64 { app.stores.pool().get().await.unwrap().query_one(epoch, &[]).await.unwrap().get(0) };
    let before = epoch().await;
    let confirmed = promote_again(&pair, &app, None).await;
    // Until somebody has looked who is there, a seat may still be given out in vain.
    let since = Instant::now();
    while epoch().await == before {
        assert!(since.elapsed() < WAIT, "nobody looks who is there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    nothing_is_given_twice(&app, &confirmed).await;
    no_generation_comes_twice(&app, &app.front).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_was_promoted_again_while_the_server_was_away_is_not_believed() {
    let (pair, app, line) = a_pair().await;
    let confirmed = promote_again(&pair, &app, Some(&app.engine)).await;
    let (engine, front) = app.another_at(&line.redis_url()).await;
    nothing_is_given_twice(&front, &confirmed).await;
    no_generation_comes_twice(&app, &front).await;
    engine.stop().await;
}

/// The usual case with a managed Redis: the address moves, and the old primary is a replica that hangs up on nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_demoted_primary_is_left_without_anybody_hanging_up() {
    let (pair, mut app, line) = a_pair().await;
    pair.promote(1).await;
    line.lead_to(LineEnd::Port(pair.port(1)));
    pair.follow(0).await;
    app.eyes = format!("redis://127.0.0.1:{}/", pair.port(1));
    // Good within the patience of whoever asks.
    app.held("b", "s").await;
    // The boards are fed from the new one, too.
    let (other, front) = app.another_at(&line.redis_url()).await;
    front.held("c", "s").await;
    app.until_free("s", 2).await;
    app.agree().await;

    // Back again, and this time the old primary has lost its own: whatever it is asked for it says so.
    let waiting = tokio::spawn(what_ends_the_wait_for_an_event(pair.port(1)));
    pair.say(1, &["CONFIG", "SET", "replica-serve-stale-data", "no"]).await;
    until_the_waiter_waits(&pair, 1).await;
    pair.promote(0).await;
    line.lead_to(LineEnd::Port(pair.port(0)));
    pair.say(1, &["REPLICAOF", "127.0.0.1", "1"]).await;
    assert_eq!(waiting.await.unwrap(), "UNBLOCKED", "who waits for an event hears of it");
    assert_eq!(code_of::<i64>(redis::cmd("EXISTS").arg("x"), pair.connect(1).await).await, "MASTERDOWN");
    app.eyes = format!("redis://127.0.0.1:{}/", pair.port(0));
    app.held("d", "s").await;
    let since = Instant::now();
    // The board of the other one, whom nobody asked, is fed from the new one, too.
    while front.free("s").await != 1 {
        assert!(since.elapsed() < WAIT, "{}", front.free("s").await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    other.stop().await;
    app.finish().await;
}

/// The word with which Redis refuses this.
async fn code_of<T: FromRedisValue + std::fmt::Debug>(cmd: &Cmd, mut redis: MultiplexedConnection) -> String {
    let error = cmd.query_async::<T>(&mut redis).await.unwrap_err();
    error.code().unwrap_or_default().to_owned()
}

/// The name of a connection that waits for an event.
const WAITER: &str = "waiter";

/// What the reader of a board is told that waits at the server at this port.
async fn what_ends_the_wait_for_an_event(port: u16) -> String {
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}/")).unwrap();
    let patient = AsyncConnectionConfig::new().set_response_timeout(None);
    let mut redis = client.get_multiplexed_async_connection_with_config(&patient).await.unwrap();
    let _: String = redis::cmd("CLIENT").arg("SETNAME").arg(WAITER).query_async(&mut redis).await.unwrap();
    let mut wait = redis::cmd("XREAD");
    wait.arg("BLOCK").arg(0).arg("STREAMS").arg("a-stream-of-nobody").arg("$");
    code_of::<Value>(&wait, redis).await
}

async fn until_the_waiter_waits(pair: &RedisPair, server: usize) {
    let since = Instant::now();
    loop {
        let mut list = redis::cmd("CLIENT");
        let clients: String = list.arg("LIST").query_async(&mut pair.connect(server).await).await.unwrap();
        let mut named = clients.lines().filter(|line| line.contains(&format!("name={WAITER} ")));
        if named.any(|line| line.contains("cmd=xread")) {
            return;
        }
        assert!(since.elapsed() < WAIT, "{clients}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A partition: each of two servers reaches another Redis, and both Redis believe to be the primary.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_acknowledged_stands_after_two_primaries() {
    let (pair, mut app, line) = a_pair().await;
    let exam = json!({"title": "Exam", "hold_seconds": 900, "acknowledge": "ledger"});
    assert!(app.call(Method::PUT, "/api/v1/exams/e", exam).await.0.is_success());
    pair.promote(1).await;
    let second = format!("redis://127.0.0.1:{}/", pair.port(1));
    let (other, other_front) = app.another_at(&second).await;
    let mut acknowledged = Vec::new();
    for n in 0..12 {
        let front = if n % 2 == 0 { &app.front } else { &other_front };
        // Whoever is told nothing may have a seat or none; what is told must stand.
        let reply = front.hold(&format!("c{n}"), &["s"]).await;
        if reply.0 == StatusCode::CREATED {
            acknowledged.push(format!("c{n}"));
        } else {
            assert!(["full", "unavailable"].contains(&code(&reply)), "{reply:?}");
        }
    }
    pair.follow(0).await;
    line.lead_to(LineEnd::Port(pair.port(1)));
    app.eyes = second;
    app.agree().await;
    let client = app.stores.pool().get().await.unwrap();
    let live = "SELECT candidate FROM reservation.holds WHERE state IN ('held', 'frozen', 'confirmed')";
    let live: Vec<String> = client.query(live, &[]).await.unwrap().iter().map(|row| row.get("candidate")).collect();
    assert!(live.len() <= SEATS as usize, "{live:?}");
    assert!(acknowledged.iter().all(|told| live.contains(told)), "told {acknowledged:?}, live {live:?}");
    assert!(!acknowledged.is_empty(), "somebody gets a seat even then");
    other.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_throws_keys_away_is_refused() {
    let (pair, stores) = tokio::join!(RedisPair::start(), TestStores::start());
    pair.say(0, &["CONFIG", "SET", "maxmemory", "100mb"]).await;
    pair.say(0, &["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]).await;
    let redis_url = format!("redis://127.0.0.1:{}/", pair.port(0));
    let config = EngineConfig { redis_url, postgres: stores.pool() };
    let error = Engine::start(config).await.err().unwrap().to_string();
    assert!(error.contains("maxmemory-policy"), "{error}");
}
