//! Hundreds of exams: each is a pool, and none of them costs a connection of its own to Postgres.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, call, persist};

/// How often it is looked whether nothing happens any more.
const WINDOWS_MAX: usize = 6;
const POOLS: usize = 400;

async fn number(app: &App, query: &str) -> i64 {
    app.stores.pool().get().await.unwrap().query_one(query, &[]).await.unwrap().get(0)
}

/// How many script calls Redis has heard.
async fn scripts(app: &App) -> u64 {
    let mut cmd = redis::cmd("INFO");
    let info: String = cmd.arg("commandstats").query_async(&mut app.look().await).await.unwrap();
    let calls = info.lines().find_map(|line| line.strip_prefix("cmdstat_evalsha:calls=")).unwrap();
    calls.split(',').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_hundred_exams_work_and_start_again_and_killed_sessions_are_few() {
    let app = App::start().await;
    for n in 0..POOLS {
        let exam = format!("/api/v1/exams/x{n}");
        let acknowledge = if n % 2 == 0 { "ledger" } else { "redis" };
        let body = json!({"title": "E", "hold_seconds": 900, "acknowledge": acknowledge});
        assert!(app.put(&exam, body).await.0.is_success(), "{exam}");
        let sitting = app.put(&format!("{exam}/sittings/s"), json!({"title": "S", "capacity": 3})).await;
        assert!(sitting.0.is_success(), "{exam}: {sitting:?}");
    }
    app.engine.stop().await;

    let since = Instant::now();
    let (engine, api) = app.another().await;
    println!("{POOLS} pools were open again after {:?}", since.elapsed());
    for n in (0..POOLS).step_by(23) {
        let exam = format!("/api/v1/exams/x{n}");
        let (holds, body) = (&format!("{exam}/holds"), json!({"candidate": "c", "sittings": ["s"]}));
        let held = persist(|| call(&api, Method::POST, holds, body.clone())).await;
        assert!(held.0.is_success(), "{exam}: {held:?}");
        let path = format!("{exam}/holds/{}/confirm", held.1["holds"][0]["id"].as_str().unwrap());
        let confirmed = persist(|| call(&api, Method::POST, &path, json!({"reference": "r"}))).await;
        assert_eq!((confirmed.0, &confirmed.1["state"]), (StatusCode::OK, &Value::from("confirmed")), "{exam}");
    }
    assert_eq!(persist(|| call(&api, Method::GET, "/readyz", Value::Null)).await.0, StatusCode::OK);

    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
    let sessions = number(&app, sessions).await;
    assert!(sessions <= 16 + 1, "{sessions} sessions for {POOLS} pools");
    // Idle, the pools together ask a few questions a second, not a few each.
    let asked = "SELECT sum(calls)::bigint FROM (SELECT xact_commit + xact_rollback AS calls FROM pg_stat_database) d";
    // What the confirmations left to do comes to its end first, on a busy machine later than on an idle one.
    let mut a_second = i64::MAX;
    for _ in 0..WINDOWS_MAX {
        let before = number(&app, asked).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        a_second = (number(&app, asked).await - before) / 4;
        println!("{a_second} transactions a second, idle, with {POOLS} pools and {sessions} sessions");
        if a_second < 40 {
            break;
        }
    }
    assert!(a_second < 40, "{a_second} transactions a second while nothing happens");
    let before = scripts(&app).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let a_second = (scripts(&app).await - before) / 5;
    println!("{a_second} script calls a second, idle, with {POOLS} pools");
    assert!(a_second < 300, "{a_second} script calls a second while nothing happens");
    engine.stop().await;
}
