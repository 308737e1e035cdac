//! A server that lies about seats must be found out, and one that does not must not be accused.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use loadtest::measured::results::{CheckKind, CheckState};
use serde_json::{Value, json};

use crate::rig::{KeyFile, serve, state, test};

/// How it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// Not at all.
    None,
    /// Gives one seat more than it has, and says that none is free.
    OneTooMany,
    /// Gives the same hold to everybody.
    SameHold,
    /// Takes a seat out of the count for nobody.
    LostSeat,
}

#[derive(Default)]
struct Seats {
    capacity: usize,
    /// Candidate to hold.
    holds: HashMap<String, String>,
}

/// One exam with one sitting, in memory.
pub(crate) async fn doctored(lie: Lie) -> SocketAddr {
    let seats = Arc::new(Mutex::new(Seats::default()));
    serve(move |request| answer(Arc::clone(&seats), lie, request)).await
}

async fn answer(seats: Arc<Mutex<Seats>>, lie: Lie, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (status, reply) = reply(&mut seats.lock().unwrap(), lie, &method, &path, &body);
    let mut response = Response::new(Full::from(if reply.is_null() { String::new() } else { reply.to_string() }));
    *response.status_mut() = status;
    response
}

fn reply(seats: &mut Seats, lie: Lie, method: &Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let capacity = seats.capacity;
    match (method.as_str(), path.rsplit('/').next().unwrap()) {
        ("PUT", _) if path.contains("/sittings/") => {
            seats.capacity = usize::try_from(body["capacity"].as_u64().unwrap()).unwrap();
            (StatusCode::CREATED, json!({}))
        }
        ("PUT", _) => (StatusCode::CREATED, json!({})),
        ("GET", "sittings") => {
            let taken = seats.holds.len() + usize::from(lie == Lie::LostSeat && !seats.holds.is_empty());
            (StatusCode::OK, json!([{"id": "s1", "capacity": capacity, "free": capacity.saturating_sub(taken)}]))
        }
        ("POST", "holds") => {
            let limit = match lie {
                Lie::OneTooMany => capacity + 1,
                Lie::LostSeat => capacity - 1,
                Lie::None | Lie::SameHold => capacity,
            };
            if seats.holds.len() >= limit {
                return (StatusCode::CONFLICT, json!({"code": "full"}));
            }
            let candidate = body["candidate"].as_str().unwrap().to_owned();
            let id = if lie == Lie::SameHold { "c.1.1".to_owned() } else { format!("{candidate}.1.1") };
            seats.holds.insert(candidate, id.clone());
            (StatusCode::CREATED, json!({"holds": [hold(&id, "held")], "server_time": "2026-11-22T09:00:00Z"}))
        }
        ("POST", "freeze") => (StatusCode::OK, hold(path.rsplit('/').nth(1).unwrap(), "frozen")),
        ("POST", "confirm") => (StatusCode::OK, hold(path.rsplit('/').nth(1).unwrap(), "confirmed")),
        ("DELETE", id) => {
            seats.holds.retain(|_, held| held != id);
            (StatusCode::NO_CONTENT, Value::Null)
        }
        ("GET", id) if seats.holds.values().any(|held| held == id) => (StatusCode::OK, hold(id, "held")),
        _ => (StatusCode::NOT_FOUND, json!({"code": "unknown_hold"})),
    }
}

fn hold(id: &str, state: &str) -> Value {
    json!({"id": id, "sitting": "s1", "state": state, "expires_at": "2026-11-22T09:15:00Z"})
}

const RUSH: &str = "api --rate 200 --seconds 1 --seats 50 --sittings 1 --connections 8 --confirm 60% --release 10%";

async fn states(lie: Lie) -> [CheckState; 3] {
    let results = test(doctored(lie).await, &KeyFile::new("k"), RUSH).await;
    assert_eq!(results.is_oversold(), lie != Lie::None, "{lie:?}: {:?}", results.checks);
    [CheckKind::Peak, CheckKind::UniqueIds, CheckKind::Census].map(|kind| state(&results, kind))
}

#[tokio::test]
async fn an_honest_server_is_not_accused() {
    assert_eq!(states(Lie::None).await, [CheckState::Passed; 3]);
}

#[tokio::test]
async fn one_seat_too_many_is_found_out_by_what_candidates_were_told_and_by_the_census() {
    assert_eq!(states(Lie::OneTooMany).await, [CheckState::Failed, CheckState::Passed, CheckState::Failed]);
}

#[tokio::test]
async fn one_hold_for_two_candidates_is_found_out() {
    assert_eq!(states(Lie::SameHold).await[1], CheckState::Failed);
}

#[tokio::test]
async fn a_seat_that_nobody_has_is_missed() {
    assert_eq!(states(Lie::LostSeat).await, [CheckState::Passed, CheckState::Passed, CheckState::Failed]);
}
