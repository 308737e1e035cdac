//! What the tests of the waiting room have in common.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use reservation::engine::Engine;
use reservation::store::Store;
use reservation::store::waiting_room::{AdmitRequest, Strain, WaitingRoomRedisKeys};
use reservation::waiting_room::{WaitingRoomKeys, WaitingRoomMode, WaitingRoomSettings};
use serde_json::{Value, json};

use crate::app::{App, Front, Reply, WAIT, persist};

pub(crate) const POSITIONS: &str = "/api/v1/exams/e/waiting-room/positions";
pub(crate) const STATE: &str = "{room:e}:state";

/// An exam `e` with a room and one sitting `s`.
pub(crate) async fn exam(front: &Front, room: Value, opens_at: Option<Timestamp>, seats: u32) {
    let body = json!({"title": "Exam", "hold_seconds": 900, "opens_at": opens_at, "waiting_room": room});
    let reply = front.put("/api/v1/exams/e", body).await;
    assert!(reply.0.is_success(), "{reply:?}");
    let sitting = json!({"title": "S", "capacity": seats});
    assert!(front.put("/api/v1/exams/e/sittings/s", sitting).await.0.is_success());
}

pub(crate) async fn join(front: &Front, candidate: &str) -> Value {
    let ask = || front.call(Method::POST, POSITIONS, json!({"candidate": candidate}));
    let (status, position) = persist(ask).await;
    assert_eq!(status, StatusCode::OK, "{position}");
    position
}

pub(crate) async fn rejoin(front: &Front, candidate: &str, ticket: &Value) -> Value {
    persist(|| front.call(Method::POST, POSITIONS, json!({"candidate": candidate, "ticket": ticket}))).await.1
}

pub(crate) async fn room(front: &Front) -> Value {
    persist(|| front.call(Method::GET, "/api/v1/exams/e/waiting-room", Value::Null)).await.1
}

/// Waits until the room, as it is told to everybody, is so.
pub(crate) async fn until(front: &Front, is_so: impl Fn(&Value) -> bool) -> Value {
    let since = Instant::now();
    loop {
        let now = room(front).await;
        if is_so(&now) {
            return now;
        }
        assert!(since.elapsed() < WAIT, "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until the candidate is admitted.
pub(crate) async fn until_admitted(front: &Front, candidate: &str) -> Value {
    let since = Instant::now();
    loop {
        let position = join(front, candidate).await;
        if position["state"] == "admitted" {
            return position;
        }
        assert!(since.elapsed() < WAIT, "{position}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) async fn hold(front: &Front, candidate: &str, pass: &Value) -> Reply {
    let body = json!({"candidate": candidate, "sittings": ["s"], "pass": pass});
    front.call(Method::POST, "/api/v1/exams/e/holds", body).await
}

pub(crate) async fn keys(app: &App) -> WaitingRoomKeys {
    let client = app.stores.pool().get().await.unwrap();
    let row = client.query_one("SELECT round, seed, pass_key FROM reservation.waiting_rooms", &[]).await.unwrap();
    let bytes = |at: usize| row.get::<_, Vec<u8>>(at).try_into().unwrap();
    WaitingRoomKeys { round: row.get(0), seed: bytes(1), pass_key: bytes(2) }
}

pub(crate) fn soon(milliseconds: i64) -> Option<Timestamp> {
    Some(Timestamp::now() + SignedDuration::from_millis(milliseconds))
}

pub(crate) fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}{n}")).collect()
}

pub(crate) async fn strain(app: &App, engine: &Engine) {
    let id = "e".parse().unwrap();
    let request = AdmitRequest {
        round: keys(app).await.round,
        settings: WaitingRoomSettings { mode: WaitingRoomMode::Automatic, admit_per_second: None },
        opens_ms: engine.exam(&id).unwrap().opens_at.map(Timestamp::as_millisecond),
        was_on: false,
        strain: Strain::Long,
        supply: 8,
        ceiling: 50,
        seated: 0,
        pass_life_ms: 1_200_000,
        is_lost: false,
    };
    let store = Store::open(app.stores.redis_url()).await.unwrap();
    let after = store.waiting_room_admit(&WaitingRoomRedisKeys::of(&id), &request).await.unwrap().unwrap();
    assert!(after.is_on);
}

pub(crate) async fn admitted_and_clock(app: &App) -> (i64, f64) {
    let mut redis = app.stores.redis_connection().await;
    // At one moment: between two questions the test may be kept waiting.
    let mut both = redis::pipe();
    both.atomic().hget(STATE, "admitted").cmd("TIME");
    let (admitted, (seconds, micros)): (i64, (f64, f64)) = both.query_async(&mut redis).await.unwrap();
    (admitted, seconds + micros / 1e6)
}
