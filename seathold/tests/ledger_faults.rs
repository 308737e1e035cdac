//! The real server while Postgres is there and does not answer, and while another server hangs: how long that is felt,
//! and that it heals without a hand. The times are those that `docs/promises.md` states.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use testkit::{Answer, AppOptions, Caller, FaultyLine, ServedApp, TestStores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const EXAM: &str = "/api/v1/exams/e";

fn over(stores: &TestStores, postgres_url: &str) -> AppOptions {
    let environment = vec![
        ("REDIS_URL".to_owned(), stores.redis_url().to_owned()),
        ("DATABASE_URL".to_owned(), postgres_url.to_owned()),
    ];
    AppOptions { environment, ..AppOptions::default() }
}

async fn call(caller: &Caller, method: &str, path: &str, body: Value) -> Answer {
    caller.call(method, path, &body).await.unwrap_or_else(|| panic!("{method} {path} got no answer"))
}

async fn exam(caller: &Caller, acknowledge: &str) {
    let body = json!({"title": "E", "hold_seconds": 900, "acknowledge": acknowledge});
    assert!(call(caller, "PUT", EXAM, body).await.status < 300);
    let sitting = call(caller, "PUT", &format!("{EXAM}/sittings/s"), json!({"title": "S", "capacity": 500})).await;
    assert!(sitting.status < 300, "{}", sitting.body);
}

async fn hold(caller: &Caller, candidate: &str) -> Answer {
    call(caller, "POST", &format!("{EXAM}/holds"), json!({"candidate": candidate, "sittings": ["s"]})).await
}

async fn confirm(caller: &Caller, held: &Answer) -> Answer {
    let id = held.json()["holds"][0]["id"].as_str().unwrap_or("none").to_owned();
    call(caller, "POST", &format!("{EXAM}/holds/{id}/confirm"), json!({"reference": "r"})).await
}

/// How long until a seat was held and paid for again.
async fn healed(caller: &Caller, prefix: &str, wait: Duration) -> Duration {
    let since = Instant::now();
    for n in 0.. {
        let held = hold(caller, &format!("{prefix}{n}")).await;
        if held.status == 201 && confirm(caller, &held).await.status == 200 {
            break;
        }
        assert!(since.elapsed() < wait, "no seat is paid for after {wait:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    since.elapsed()
}

#[tokio::test]
async fn connections_to_postgres_that_fall_silent_are_given_up_and_kill_no_payment() {
    let stores = TestStores::start().await;
    let line = FaultyLine::to_postgres(&stores).await;
    let app = ServedApp::start_with(over(&stores, &line.postgres_url())).await;
    let caller = app.caller();
    exam(&caller, "redis").await;
    healed(&caller, "before", Duration::from_secs(30)).await;

    line.silence_standing();
    let took = healed(&caller, "standing", Duration::from_secs(25)).await;
    println!("standing connections fell silent: {took:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");

    // All of Postgres falls silent for longer than a key is fresh.
    line.silence();
    let since = Instant::now();
    let mut longest = Duration::ZERO;
    let mut is_unready = false;
    for n in 0.. {
        if since.elapsed() > Duration::from_secs(20) {
            break;
        }
        let asked = Instant::now();
        let held = hold(&caller, &format!("silent{n}")).await;
        longest = longest.max(asked.elapsed());
        assert_eq!(held.status, 201, "Redis alone decides: {}", held.body);
        let ready = call(&caller, "GET", "/readyz", Value::Null).await;
        is_unready |= ready.status == 503 && ready.json()["part"] == "ledger";
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("with Postgres silent, a hold took {longest:?} at most");
    assert!(longest < Duration::from_secs(2), "known keys go on working: {longest:?}");
    assert!(is_unready, "readiness names the ledger");
    line.deliver();
    let took = healed(&caller, "after", Duration::from_secs(20)).await;
    println!("Postgres answers again: {took:?}");
    assert!(took < Duration::from_secs(12), "{took:?}");
}

#[tokio::test]
async fn a_server_that_hangs_loses_its_pools_and_kills_no_payment_at_another() {
    let stores = TestStores::start().await;
    let first = ServedApp::start_with(over(&stores, stores.postgres_url())).await;
    let second = first.start_beside().await;
    let (at_first, at_second) = (first.caller(), second.caller());
    exam(&at_first, "ledger").await;
    healed(&at_first, "first", Duration::from_secs(30)).await;
    healed(&at_second, "second", Duration::from_secs(30)).await;

    let hung = Pid::from_raw(i32::try_from(first.pid()).unwrap());
    kill(hung, Signal::SIGSTOP).unwrap();
    let took = healed(&at_second, "hung", Duration::from_secs(20)).await;
    println!("another server hangs: {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    kill(hung, Signal::SIGCONT).unwrap();
    healed(&at_first, "awake", Duration::from_secs(30)).await;
    healed(&at_second, "together", Duration::from_secs(30)).await;
    let client = stores.pool().get().await.unwrap();
    let live = "SELECT count(*) FROM reservation.holds WHERE exam = 'e' AND state = 'confirmed'";
    let counted = "SELECT sum(confirmed)::bigint FROM reservation.sittings WHERE exam = 'e'";
    let [live, counted]: [i64; 2] =
        [client.query_one(live, &[]).await.unwrap().get(0), client.query_one(counted, &[]).await.unwrap().get(0)];
    assert!(live == counted && live >= 5, "{live} confirmed, {counted} counted");
}

#[tokio::test]
async fn a_server_waits_for_stores_that_start_after_it_as_after_a_kill_of_all() {
    let mut stores = TestStores::start().await;
    stores.kill_postgres().await;
    stores.kill_redis().await;
    let options = over(&stores, stores.postgres_url());
    let starting = tokio::spawn(ServedApp::start_with(options));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!starting.is_finished(), "it waits");
    stores.restart_postgres().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    stores.restart_redis().await;
    let app = starting.await.unwrap();
    let ready = call(&app.caller(), "GET", "/readyz", Value::Null).await;
    assert_eq!(ready.status, 200, "{}", ready.body);
}

async fn raw(app: &ServedApp, request: &str) -> String {
    let mut stream = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn hosts_are_named_once_and_heads_have_lengths_and_a_stop_says_its_last_words_before_the_kill() {
    let mut app = ServedApp::start().await;
    let status = |answer: &str| answer.split(' ').nth(1).unwrap_or_default().to_owned();
    for path in ["/healthz", "/"] {
        let ask = |head: &str| format!("GET {path} HTTP/1.1\r\n{head}connection: close\r\n\r\n");
        assert_eq!(status(&raw(&app, &ask("")).await), "400", "{path} without a host");
        assert_eq!(status(&raw(&app, &ask("host: a\r\nhost: b\r\n")).await), "400", "{path} with two");
        assert_eq!(status(&raw(&app, &ask("host: a\r\n")).await), "200", "{path}");
        assert_eq!(status(&raw(&app, &format!("GET {path} HTTP/1.0\r\n\r\n")).await), "200", "{path} in HTTP/1.0");
        let head = raw(&app, &format!("HEAD {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")).await;
        assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    }
    // A kept line that is asked again while the server stops gets an answer, and hears that it is the last.
    let mut kept = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut first = [0; 2048];
    let length = kept.read(&mut first).await.unwrap();
    assert!(!String::from_utf8_lossy(&first[..length]).contains("connection: close"));
    kill(Pid::from_raw(i32::try_from(app.pid()).unwrap()), Signal::SIGTERM).unwrap();
    tokio::time::sleep(Duration::from_millis(150)).await;
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut last = String::new();
    kept.read_to_string(&mut last).await.unwrap();
    assert!(last.starts_with("HTTP/1.1 200") && last.contains("connection: close"), "{last}");
    assert!(app.stop().await.success());
}
