//! A waiting room that lies must be found out, and one that does not must not be accused.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use jiff::Timestamp;
use loadtest::checks::waiting_room::Shuffle;
use loadtest::measured::record::{Operation, Outcome};
use loadtest::measured::results::{CheckKind, CheckState, Results};
use serde_json::{Value, json};

use crate::rig::{KeyFile, serve, state, test};

const SEED: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const COMMITMENT: &str = "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd";
/// Admitted a second.
const RATE: i64 = 60;

/// How it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    /// Not at all.
    None,
    /// Lets those with the worst positions in first.
    Reversed,
    /// Gives seats to those who have no pass.
    Leaky,
    /// Publishes another seed than it promised.
    OtherSeed,
}

#[derive(Default)]
struct Room {
    opens_at: Option<Timestamp>,
    capacity: usize,
    /// Score and name of those who came before the opening, then those who came later.
    early: Vec<(u64, String)>,
    late: Vec<String>,
    holds: HashSet<String>,
}

impl Room {
    fn is_open(&self) -> bool {
        self.opens_at.is_none_or(|at| at <= Timestamp::now())
    }

    fn admitted(&self) -> usize {
        let since = self.opens_at.map_or(0, |at| Timestamp::now().as_millisecond() - at.as_millisecond());
        usize::try_from(since.max(0) * RATE / 1_000).unwrap().min(self.early.len() + self.late.len())
    }

    fn rank(&mut self, lie: Lie, candidate: &str) -> usize {
        let is_known =
            self.early.iter().any(|(_, name)| name == candidate) || self.late.iter().any(|it| it == candidate);
        if !is_known && self.is_open() {
            self.late.push(candidate.to_owned());
        } else if !is_known {
            let shuffle = Shuffle::published(Some(SEED), COMMITMENT).unwrap().unwrap();
            self.early.push((shuffle.score(candidate), candidate.to_owned()));
            self.early.sort_unstable();
        }
        let position = match self.early.iter().position(|(_, name)| name == candidate) {
            Some(position) => position,
            None => self.early.len() + self.late.iter().position(|name| name == candidate).unwrap(),
        };
        if lie == Lie::Reversed { self.early.len() + self.late.len() - 1 - position } else { position }
    }

    fn position(&mut self, lie: Lie, candidate: &str) -> Value {
        let rank = self.rank(lie, candidate);
        let (is_open, admitted) = (self.is_open(), self.admitted());
        if is_open && rank < admitted {
            return json!({"state": "admitted", "ahead": null, "refresh_seconds": 1, "pass": format!("pass-{candidate}")});
        }
        json!({"state": "waiting", "ahead": is_open.then(|| rank - admitted), "refresh_seconds": 0.1, "pass": null})
    }

    fn hold(&mut self, lie: Lie, body: &Value) -> (StatusCode, Value) {
        let candidate = body["candidate"].as_str().unwrap();
        let refused = |code: &str| (StatusCode::CONFLICT, json!({"code": code, "detail": "no"}));
        let has_pass = body["pass"].as_str() == Some(&format!("pass-{candidate}"));
        if !has_pass && lie != Lie::Leaky {
            return refused("not_admitted");
        }
        if self.holds.len() >= self.capacity && !self.holds.contains(candidate) {
            return refused("full");
        }
        self.holds.insert(candidate.to_owned());
        (StatusCode::CREATED, hold(candidate))
    }
}

fn hold(candidate: &str) -> Value {
    let held = json!({"id": candidate, "sitting": "s1", "state": "held", "expires_at": "2099-01-01T00:00:00Z"});
    json!({"holds": [held], "server_time": Timestamp::now()})
}

async fn room(lie: Lie) -> SocketAddr {
    let room = Arc::new(Mutex::new(Room::default()));
    serve(move |request| answer(Arc::clone(&room), lie, request)).await
}

async fn answer(room: Arc<Mutex<Room>>, lie: Lie, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut room = room.lock().unwrap();
    let last = path.rsplit('/').next().unwrap();
    let (status, reply) = match (method.as_str(), last) {
        ("PUT", _) if path.contains("/sittings/") => {
            room.capacity = usize::try_from(body["capacity"].as_u64().unwrap()).unwrap();
            (StatusCode::CREATED, json!({}))
        }
        ("PUT", _) => {
            assert_eq!(body["waiting_room"]["mode"], "on");
            room.opens_at = body["opens_at"].as_str().map(|at| at.parse().unwrap());
            (StatusCode::CREATED, json!({}))
        }
        ("GET", "sittings") => {
            let free = room.capacity - room.holds.len();
            (StatusCode::OK, json!([{"id": "s1", "capacity": room.capacity, "free": free}]))
        }
        ("GET", "waiting-room") => {
            let seed = room.is_open().then_some(if lie == Lie::OtherSeed { "00" } else { SEED });
            let (admitted, present) = (room.admitted(), room.early.len() + room.late.len());
            let waiting = present - admitted;
            (StatusCode::OK, json!({"commitment": COMMITMENT, "seed": seed, "waiting": waiting, "admitted": admitted}))
        }
        ("POST", "positions") => (StatusCode::OK, room.position(lie, body["candidate"].as_str().unwrap())),
        ("POST", "holds") => room.hold(lie, &body),
        ("GET", _) if room.holds.contains(last) => (StatusCode::OK, hold(last)["holds"][0].clone()),
        _ => (StatusCode::NOT_FOUND, json!({"code": "unknown", "detail": "nothing here"})),
    };
    Response::builder().status(status).body(Full::from(reply.to_string())).unwrap()
}

async fn waited(lie: Lie) -> Results {
    let words = "waiting-room --candidates 150 --spike 40%/500ms --seconds 2 --opens-in 1s --early 60% --seats 40 \
                 --sittings 1 --connections 16 --push 20% --confirm 0 --release 0 --wait-max 10s";
    test(room(lie).await, &KeyFile::new("k"), words).await
}

#[tokio::test]
async fn an_honest_room_is_not_accused() {
    let results = waited(Lie::None).await;
    for kind in [CheckKind::Admission, CheckKind::Order, CheckKind::Peak, CheckKind::Census] {
        assert_eq!(state(&results, kind), CheckState::Passed, "{:?}", results.checks);
    }
    let holds = &results.measured.operations[&Operation::Hold].outcomes;
    assert_eq!(holds[&Outcome::Given], 40, "{holds:?}");
    assert!(holds[&Outcome::NotAdmitted] > 5 && holds[&Outcome::Full] > 50, "{holds:?}");
    assert!(results.measured.in_room.count() > 100 && results.figures.errors == 0, "{:?}", results.measured.problems);
    assert!(results.room.iter().any(|point| point.waiting > 20), "{:?}", results.room);
    assert_eq!(results.measured.operations[&Operation::Enter].outcomes.values().sum::<u64>(), 150);
}

#[tokio::test]
async fn another_order_than_the_published_one_is_found_out() {
    let results = waited(Lie::Reversed).await;
    assert_eq!(state(&results, CheckKind::Order), CheckState::Failed, "{:?}", results.checks);
    assert!(results.is_oversold(), "the exit status says so");
}

#[tokio::test]
async fn a_seat_without_a_pass_is_found_out() {
    let results = waited(Lie::Leaky).await;
    assert_eq!(state(&results, CheckKind::Admission), CheckState::Failed, "{:?}", results.checks);
}

#[tokio::test]
async fn a_broken_promise_is_found_out() {
    let results = waited(Lie::OtherSeed).await;
    assert_eq!(state(&results, CheckKind::Order), CheckState::Failed, "{:?}", results.checks);
}
