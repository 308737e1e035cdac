//! The harness: an engine and its API in process, private stores, and the global invariants.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use deadpool_postgres::Pool;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use redis::AsyncCommands;
use redis::streams::StreamRangeReply;
use reservation::api::{Api, ApiConfig};
use reservation::engine::{Engine, EngineConfig};
use reservation::ids::PoolId;
use reservation::ledger::api_keys::Scope;
use reservation::store::keys::PoolKeys;
use serde_json::{Value, json};
use testkit::{StoresOptions, TestStores};

const KEY: &str = "test-admin-key";
/// Longest wait for what must come. What must come soon is measured by the stores' clocks instead: the machine that runs
/// the tests has other things to do.
pub(crate) const WAIT: Duration = Duration::from_secs(60);

pub(crate) struct App {
    pub(crate) stores: TestStores,
    pub(crate) engine: Engine,
    pub(crate) front: Front,
    /// Where the test itself looks at Redis.
    pub(crate) eyes: String,
}

/// The front door alone, so that the stores can be killed while candidates are at it.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) api: Api,
}

impl std::ops::Deref for App {
    type Target = Front;
    fn deref(&self) -> &Front {
        &self.front
    }
}

/// A status and a JSON body.
pub(crate) type Reply = (StatusCode, Value);

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(StoresOptions::default()).await
    }

    pub(crate) async fn start_with(options: StoresOptions) -> Self {
        let stores = TestStores::start_with(options).await;
        let url = stores.redis_url().to_owned();
        Self::on(stores, &url, &url).await
    }

    /// An engine that finds Redis at `url`, while the test looks at it at `eyes`.
    pub(crate) async fn on(stores: TestStores, url: &str, eyes: &str) -> Self {
        let postgres = stores.pool();
        Self::with(stores, url, eyes, postgres).await
    }

    /// An engine that reaches Postgres by these connections.
    pub(crate) async fn start_on(stores: TestStores, postgres: Pool) -> Self {
        let url = stores.redis_url().to_owned();
        Self::with(stores, &url, &url, postgres).await
    }

    /// An engine that finds Redis at `url` and Postgres by these connections, while the test looks at Redis at `eyes`.
    pub(crate) async fn with(stores: TestStores, url: &str, eyes: &str, postgres: Pool) -> Self {
        let engine = engine_with(url, postgres).await;
        engine.add_api_key("test", Scope::Admin, KEY).await.unwrap();
        let api = Api::new(engine.clone(), ApiConfig::default());
        Self { stores, engine, front: Front { api }, eyes: eyes.to_owned() }
    }

    /// A second process on the same stores.
    pub(crate) async fn another(&self) -> (Engine, Api) {
        let (engine, Front { api }) = self.another_at(self.stores.redis_url()).await;
        (engine, api)
    }

    /// A second process that finds Redis at `url`.
    pub(crate) async fn another_at(&self, url: &str) -> (Engine, Front) {
        self.another_over(url, self.stores.pool()).await
    }

    /// A second process that finds Redis at `url` and Postgres by these connections.
    pub(crate) async fn another_over(&self, url: &str, postgres: Pool) -> (Engine, Front) {
        let engine = engine_with(url, postgres).await;
        let api = Api::new(engine.clone(), ApiConfig::default());
        (engine, Front { api })
    }

    /// Redis as the test sees it.
    pub(crate) async fn look(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.eyes.as_str()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// Live holds as Redis has them: `candidate:group` → state, sitting, generation.
    pub(crate) async fn in_redis(&self) -> BTreeMap<String, (char, i32, i64)> {
        let keys = PoolKeys::of(&"e".parse::<PoolId>().unwrap());
        let taken: BTreeMap<String, String> = self.look().await.hgetall(keys.taken()).await.unwrap();
        taken
            .into_iter()
            // What was given back stands there until its deadline, and has no seat.
            .filter(|(_, value)| !value.starts_with('r'))
            .map(|(field, value)| {
                let mut words = value.split(' ');
                let (head, generation) = (words.next().unwrap(), words.next().unwrap());
                (field, (head.chars().next().unwrap(), head[1..].parse().unwrap(), generation.parse().unwrap()))
            })
            .collect()
    }

    /// Live holds as the ledger has them, in the same form.
    pub(crate) async fn in_ledger(&self) -> BTreeMap<String, (char, i32, i64)> {
        let client = self.stores.pool().get().await.unwrap();
        let rows = client
            .query(
                "SELECT candidate, group_number, state, sitting, generation FROM reservation.holds
                 WHERE exam = 'e' AND state IN ('held', 'frozen', 'confirmed')",
                &[],
            )
            .await
            .unwrap();
        let letter = |state: &str| state.chars().next().unwrap();
        rows.iter()
            .map(|row| {
                let field = format!("{}:{}", row.get::<_, String>(0), row.get::<_, i32>(1));
                (field, (letter(row.get(2)), row.get(3), row.get(4)))
            })
            .collect()
    }

    /// The global invariants, after the ledger has caught up: ledger equals Redis, free and taken
    /// make the capacity, confirmed seats are counted and within what was promised.
    pub(crate) async fn agree(&self) {
        let since = Instant::now();
        loop {
            let (redis, ledger) = (self.in_redis().await, self.in_ledger().await);
            let counts = self.counts().await;
            let fits = counts.iter().all(|(number, (capacity, free))| {
                let taken = redis.values().filter(|(_, sitting, _)| sitting == number).count();
                i64::try_from(taken).unwrap() + free == *capacity
            });
            if redis == ledger && fits {
                break;
            }
            assert!(
                since.elapsed() < WAIT,
                "Redis and ledger disagree: {} and {} holds, counts {counts:?}, only in Redis {:?}, only in the ledger {:?}",
                redis.len(),
                ledger.len(),
                redis.iter().filter(|(field, hold)| ledger.get(*field) != Some(hold)).take(5).collect::<Vec<_>>(),
                ledger.iter().filter(|(field, hold)| redis.get(*field) != Some(hold)).take(5).collect::<Vec<_>>(),
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let client = self.stores.pool().get().await.unwrap();
        let wrong = client
            .query(
                "SELECT s.id FROM reservation.sittings s WHERE s.confirmed > s.promised OR s.confirmed <> (
                     SELECT count(*) FROM reservation.holds h
                     WHERE h.exam = s.exam AND h.sitting = s.number AND h.state = 'confirmed')",
                &[],
            )
            .await
            .unwrap();
        assert!(wrong.is_empty(), "confirmed seats are miscounted");
    }

    /// Waits until the ledger has every event, and Redis every decision of the ledger: nothing is under way any more.
    pub(crate) async fn at_rest(&self) {
        let since = Instant::now();
        let keys = PoolKeys::of(&"e".parse::<PoolId>().unwrap());
        let query = "SELECT cursor_ms || '-' || cursor_seq, (SELECT count(*) FROM reservation.holds WHERE NOT settled)
             FROM reservation.pools WHERE id = 'e'";
        loop {
            let row = self.stores.pool().get().await.unwrap().query_one(query, &[]).await.unwrap();
            let newest: StreamRangeReply = self.look().await.xrevrange_count(keys.events(), "+", "-", 1).await.unwrap();
            if row.get::<_, i64>(1) == 0 && newest.ids[0].id == row.get::<_, String>(0) {
                return;
            }
            assert!(since.elapsed() < WAIT, "something is always under way");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Capacity and free seats in Redis, by sitting number.
    pub(crate) async fn counts(&self) -> BTreeMap<i32, (i64, i64)> {
        let keys = PoolKeys::of(&"e".parse::<PoolId>().unwrap());
        let mut redis = self.look().await;
        let capacity: BTreeMap<i32, i64> = redis.hgetall(keys.capacity()).await.unwrap();
        let free: BTreeMap<i32, i64> = redis.hgetall(keys.free()).await.unwrap();
        capacity.into_iter().map(|(number, capacity)| (number, (capacity, free[&number]))).collect()
    }

    /// Checks the invariants, stops, and checks them again.
    pub(crate) async fn finish(self) {
        self.agree().await;
        self.engine.stop().await;
        self.agree().await;
    }
}

impl Front {
    pub(crate) async fn call(&self, method: Method, path: &str, body: Value) -> Reply {
        call(&self.api, method, path, body).await
    }

    /// An exam `e` with these sittings; `groups` are theirs, `-` for none.
    pub(crate) async fn exam(&self, hold_seconds: u32, sittings: &[(&str, &str, u32)]) {
        let exam = json!({"title": "Exam", "hold_seconds": hold_seconds});
        assert!(self.put("/api/v1/exams/e", exam).await.0.is_success());
        for (id, group, capacity) in sittings {
            let mut sitting = json!({"title": id, "capacity": capacity});
            if *group != "-" {
                sitting["group"] = json!(group);
            }
            let reply = self.put(&format!("/api/v1/exams/e/sittings/{id}"), sitting).await;
            assert!(reply.0.is_success(), "{reply:?}");
        }
    }

    /// Puts this, as often as it is told to come again.
    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        persist(|| self.call(Method::PUT, path, body.clone())).await
    }

    /// Asks for seats once, whatever the answer is.
    pub(crate) async fn hold(&self, candidate: &str, sittings: &[&str]) -> Reply {
        let body = json!({"candidate": candidate, "sittings": sittings});
        self.call(Method::POST, "/api/v1/exams/e/holds", body).await
    }

    /// Holds one seat and answers the hold's id.
    pub(crate) async fn held(&self, candidate: &str, sitting: &str) -> String {
        let (asked, sittings) = (AtomicUsize::new(0), [sitting]);
        let reply = persist(|| {
            asked.fetch_add(1, Ordering::Relaxed);
            self.hold(candidate, &sittings)
        })
        .await;
        // Whoever was told to come again may have had the seat since.
        let is_new = reply.0 == StatusCode::CREATED || (asked.into_inner() > 1 && reply.0 == StatusCode::OK);
        assert!(is_new, "{reply:?}");
        id(&reply)
    }

    pub(crate) async fn release(&self, hold: &str) -> StatusCode {
        let path = format!("/api/v1/exams/e/holds/{hold}");
        persist(|| self.call(Method::DELETE, &path, Value::Null)).await.0
    }

    pub(crate) async fn freeze(&self, hold: &str) -> Reply {
        let path = format!("/api/v1/exams/e/holds/{hold}/freeze");
        persist(|| self.call(Method::POST, &path, Value::Null)).await
    }

    pub(crate) async fn confirm(&self, hold: &str, reference: &str) -> Reply {
        let (path, body) = (format!("/api/v1/exams/e/holds/{hold}/confirm"), json!({"reference": reference}));
        persist(|| self.call(Method::POST, &path, body.clone())).await
    }

    pub(crate) async fn find(&self, hold: &str) -> Reply {
        let path = format!("/api/v1/exams/e/holds/{hold}");
        persist(|| self.call(Method::GET, &path, Value::Null)).await
    }

    pub(crate) async fn state(&self, hold: &str) -> String {
        self.find(hold).await.1["state"].as_str().unwrap_or("none").to_owned()
    }

    /// What the public list says is free in a sitting.
    pub(crate) async fn free(&self, sitting: &str) -> u64 {
        let (status, list) = self.call(Method::GET, "/api/v1/exams/e/sittings", Value::Null).await;
        assert_eq!(status, StatusCode::OK);
        let found = list.as_array().unwrap().iter().find(|view| view["id"] == sitting).unwrap().clone();
        found["free"].as_u64().unwrap()
    }

    /// Waits until `sitting` has `free` free seats.
    pub(crate) async fn until_free(&self, sitting: &str, free: u64) {
        let since = Instant::now();
        while self.free(sitting).await != free {
            assert!(since.elapsed() < WAIT, "{sitting} has {} free, not {free}", self.free(sitting).await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn engine_with(url: &str, postgres: Pool) -> Engine {
    let config = EngineConfig { redis_url: url.to_owned(), postgres };
    Engine::start(config).await.unwrap()
}

/// Asks again as long as the answer is "come again", as a page does: on a machine that is full to the brim a store is out of
/// reach for a moment now and then. What must be answered at once is asked once.
pub(crate) async fn persist<F: Future<Output = Reply>>(ask: impl Fn() -> F) -> Reply {
    let since = Instant::now();
    loop {
        let reply = ask().await;
        if reply.0 != StatusCode::SERVICE_UNAVAILABLE {
            return reply;
        }
        assert!(since.elapsed() < WAIT, "503 for far too long: {reply:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn call(api: &Api, method: Method, path: &str, body: Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, text) = raw(api, method, path, Some(KEY), body.into()).await;
    let json = if text.is_empty() { Value::Null } else { serde_json::from_slice(&text).unwrap() };
    (status, json)
}

pub(crate) async fn raw(api: &Api, method: Method, path: &str, key: Option<&str>, body: Bytes) -> (StatusCode, Bytes) {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(key) = key {
        request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    }
    // Boxed, because the type of what is awaited here would grow beyond what the compiler follows.
    let response = Box::pin(api.handle(request.body(Full::new(body)).unwrap())).await;
    let status = response.status();
    (status, response.into_body().collect().await.unwrap().to_bytes())
}

pub(crate) fn id(reply: &Reply) -> String {
    reply.1["holds"][0]["id"].as_str().unwrap().to_owned()
}

pub(crate) fn code(reply: &Reply) -> &str {
    reply.1["code"].as_str().unwrap_or("none")
}
