//! Everybody at once, through HTTP and the real binary: exact counts under load, and while each of the three
//! processes is killed in turn. Ends on what must always hold: Redis, ledger and answers agree.
#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use embedded::Postgres;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use testkit::{Answer, Caller, ServedApp};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

/// One connection per candidate, and some files.
const FILES: u64 = 16_384;
/// Longest wait for what must come.
const WAIT: Duration = Duration::from_secs(120);

async fn open_exam(app: &ServedApp, capacity: u32) -> Arc<Caller> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, soft.max(FILES.min(hard)), hard).unwrap();
    let caller = app.caller();
    let exam = json!({"title": "Race", "hold_seconds": 3600});
    assert_eq!(caller.call("PUT", "/api/v1/exams/race", &exam).await.unwrap().status, 201);
    let sitting = json!({"title": "Morning", "capacity": capacity});
    assert_eq!(caller.call("PUT", "/api/v1/exams/race/sittings/morning", &sitting).await.unwrap().status, 201);
    Arc::new(caller)
}

async fn hold(caller: &Caller, candidate: usize) -> Option<Answer> {
    let body = json!({"candidate": format!("candidate-{candidate}"), "sittings": ["morning"]});
    caller.call("POST", "/api/v1/exams/race/holds", &body).await
}

async fn free(caller: &Caller) -> Value {
    let nothing = Value::Null;
    let answer = decision(|| caller.call("GET", "/api/v1/exams/race/sittings", &nothing)).await;
    answer.json()[0]["free"].clone()
}

/// Distinct candidates with a live hold, as the ledger knows it once it has heard everything.
async fn ledger(app: &ServedApp, expected: usize) -> usize {
    let url = Postgres::url_in(&app.data().join("postgres")).unwrap();
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let query = "SELECT count(*), count(DISTINCT candidate) FROM reservation.holds \
                 WHERE exam = 'race' AND state IN ('held', 'frozen', 'confirmed')";
    let mut live = (0, 0);
    for _ in 0..2_400 {
        let row = client.query_one(query, &[]).await.unwrap();
        live = (row.get::<_, i64>(0), row.get::<_, i64>(1));
        if usize::try_from(live.0).unwrap() == expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(live.0, live.1, "one live hold per candidate");
    usize::try_from(live.0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn race_of_five_thousand_for_a_hundred_seats() {
    let mut app = ServedApp::start().await;
    let caller = open_exam(&app, 100).await;
    let mut requests = JoinSet::new();
    for candidate in 0..5_000 {
        let caller = Arc::clone(&caller);
        requests.spawn(async move { (candidate, decision(|| hold(&caller, candidate)).await) });
    }
    let (mut winners, mut full) = (Vec::new(), 0);
    for (candidate, answer) in requests.join_all().await {
        match answer.status {
            200 | 201 => winners.push((candidate, answer.json()["holds"][0]["id"].clone())),
            409 if answer.json()["code"] == "full" => full += 1,
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert_eq!((winners.len(), full), (100, 4_900));
    assert_eq!(free(&caller).await, 0);

    // The same candidate again: the same hold. Given back: exactly that many are free.
    let (winner, id) = &winners[0];
    let again = decision(|| hold(&caller, *winner)).await;
    assert_eq!((again.status, &again.json()["holds"][0]["id"]), (200, id));
    let nothing = Value::Null;
    for (_, id) in &winners[..7] {
        let path = format!("/api/v1/exams/race/holds/{}", id.as_str().unwrap());
        assert_eq!(decision(|| caller.call("DELETE", &path, &nothing)).await.status, 204);
    }
    assert_eq!(free(&caller).await, 7);
    assert_eq!(ledger(&app, 93).await, 93);
    assert!(app.stop().await.success());
}

/// Asks until there is a decision; to be told to come again is none, and neither is a server or store that was just killed.
async fn decision<F: Future<Output = Option<Answer>>>(ask: impl Fn() -> F) -> Answer {
    let start = Instant::now();
    while start.elapsed() < WAIT {
        match ask().await {
            Some(answer) if !matches!(answer.status, 429 | 503) => return answer,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("no decision within {WAIT:?}");
}

/// One candidate's decision, when there is a place for asking.
async fn until_decided(
    caller: Arc<Caller>,
    places: Arc<Semaphore>,
    decided: Arc<AtomicUsize>,
    candidate: usize,
) -> (usize, bool) {
    // Whoever waits between two tries is in nobody's way.
    let ask = || async {
        let _place = places.acquire().await.unwrap();
        hold(&caller, candidate).await
    };
    let answer = decision(ask).await;
    let has_seat = match answer.status {
        200 | 201 => true,
        409 if answer.json()["code"] == "full" => false,
        other => panic!("{other}: {}", answer.body),
    };
    decided.fetch_add(1, Ordering::Relaxed);
    (candidate, has_seat)
}

#[tokio::test(flavor = "multi_thread")]
async fn race_while_each_process_is_killed() {
    let mut app = ServedApp::start().await;
    let caller = open_exam(&app, 500).await;
    let places = Arc::new(Semaphore::new(16));
    let decided = Arc::new(AtomicUsize::new(0));
    let mut requests = JoinSet::new();
    for candidate in 0..2_000 {
        let (caller, places, decided) = (Arc::clone(&caller), Arc::clone(&places), Arc::clone(&decided));
        requests.spawn(until_decided(caller, places, decided, candidate));
    }
    // Each in the middle of giving seats out: the last is given at 500.
    reached(&decided, 100).await;
    kill(app.redis_pid());
    reached(&decided, 200).await;
    kill(app.postgres_pid());
    reached(&decided, 300).await;
    app.kill().await;
    app.start_again().await;

    let decided = requests.join_all().await;
    let winners: HashSet<usize> = decided.into_iter().filter(|(_, won)| *won).map(|(candidate, _)| candidate).collect();
    assert_eq!(winners.len(), 500, "every seat is given, none twice");
    assert_eq!(free(&caller).await, 0);
    assert_eq!(ledger(&app, 500).await, 500);

    // What was promised is still there after a clean restart.
    assert!(app.stop().await.success());
    app.start_again().await;
    assert_eq!(free(&caller).await, 0);
    for candidate in winners.iter().take(20) {
        assert_eq!(decision(|| hold(&caller, *candidate)).await.status, 200);
    }
    assert!(app.stop().await.success());
}

async fn reached(decided: &AtomicUsize, number: usize) {
    let start = Instant::now();
    while decided.load(Ordering::Relaxed) < number {
        assert!(start.elapsed() < WAIT, "no decisions any more before {number}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn kill(pid: u32) {
    let _ = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
}
