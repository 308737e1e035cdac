//! The harness for a cluster: an engine on six Redis servers, an exam of several pools, and the global
//! invariants over all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use http::Method;
use redis::AsyncCommands;
use reservation::api::{Api, ApiConfig};
use reservation::engine::{Engine, EngineConfig};
use reservation::ids::PoolId;
use reservation::ledger::api_keys::Scope;
use reservation::store::keys::PoolKeys;
use serde_json::{Value, json};
use testkit::{Fsync, TestCluster, TestStores};

use crate::app::{Reply, call, code, persist};

/// Live holds: `candidate:group` → state, sitting, generation.
type Holds = BTreeMap<String, (char, i32, i64)>;

/// An engine on a cluster. The stores are there for their Postgres.
pub(crate) struct Site {
    pub(crate) cluster: TestCluster,
    pub(crate) stores: TestStores,
    pub(crate) engine: Engine,
    pub(crate) front: Front,
}

/// The front door alone, so that servers can be killed while candidates are at it.
#[derive(Clone)]
pub(crate) struct Front(pub(crate) Api);

impl Site {
    pub(crate) async fn start(fsync: Fsync) -> Self {
        Self::start_on(TestCluster::start(fsync)).await
    }

    /// The same on a cluster that is still starting.
    pub(crate) async fn start_on(cluster: impl Future<Output = TestCluster>) -> Self {
        let (cluster, stores) = tokio::join!(cluster, TestStores::start());
        let (engine, front) = engine_on(&cluster, &stores).await;
        engine.add_api_key("test", Scope::Admin, "test-admin-key").await.unwrap();
        Self { cluster, stores, engine, front }
    }

    /// A second process on the same servers.
    pub(crate) async fn another(&self) -> (Engine, Front) {
        engine_on(&self.cluster, &self.stores).await
    }

    /// An exam `e` with a sitting `s-POOL` of so many seats in each pool.
    pub(crate) async fn exam(&self, pools: &[String], seats: usize) {
        let exam = json!({"title": "Exam", "hold_seconds": 900});
        assert!(persist(|| self.front.call(Method::PUT, "", exam.clone())).await.0.is_success());
        for pool in pools {
            let sitting = json!({"title": pool, "capacity": seats, "pool": pool});
            let path = format!("/sittings/s-{pool}");
            let reply = persist(|| self.front.call(Method::PUT, &path, sitting.clone())).await;
            assert!(reply.0.is_success(), "{reply:?}");
        }
    }

    /// Which primary has the pool.
    pub(crate) async fn primary_of(&self, pool: &str) -> usize {
        self.cluster.primary_of(keys_of(pool).meta()).await
    }

    /// The pool's epoch as the ledger has it.
    pub(crate) async fn epoch(&self, pool: &str) -> i64 {
        let client = self.stores.pool().get().await.unwrap();
        client.query_one("SELECT epoch FROM reservation.pools WHERE id = $1", &[&pool]).await.unwrap().get(0)
    }

    pub(crate) async fn in_redis(&self, pool: &str) -> Holds {
        let keys = keys_of(pool);
        let taken: BTreeMap<String, String> =
            self.cluster.connect_for(keys.meta()).await.hgetall(keys.taken()).await.unwrap();
        let read = |value: String| {
            let mut words = value.split(' ');
            let (head, generation) = (words.next().unwrap(), words.next().unwrap());
            (head.chars().next().unwrap(), head[1..].parse().unwrap(), generation.parse().unwrap())
        };
        let live = taken.into_iter().filter(|(_, value)| !value.starts_with('r'));
        live.map(|(field, value)| (field, read(value))).collect()
    }

    pub(crate) async fn in_ledger(&self, pool: &str) -> Holds {
        let client = self.stores.pool().get().await.unwrap();
        let query = "SELECT h.candidate || ':' || h.group_number, left(h.state, 1), h.sitting, h.generation
                     FROM reservation.holds h JOIN reservation.sittings s ON s.exam = h.exam AND s.number = h.sitting
                     WHERE s.pool = $1 AND h.state IN ('held', 'frozen', 'confirmed')";
        let rows = client.query(query, &[&pool]).await.unwrap();
        let state = |text: &str| text.chars().next().unwrap();
        rows.iter().map(|row| (row.get(0), (state(row.get(1)), row.get(2), row.get(3)))).collect()
    }

    async fn fits(&self, pool: &str) -> bool {
        let keys = keys_of(pool);
        let mut redis = self.cluster.connect_for(keys.meta()).await;
        let capacity: BTreeMap<i32, i64> = redis.hgetall(keys.capacity()).await.unwrap();
        let free: BTreeMap<i32, i64> = redis.hgetall(keys.free()).await.unwrap();
        let taken = self.in_redis(pool).await;
        capacity.iter().all(|(number, capacity)| {
            let taken = taken.values().filter(|(_, sitting, _)| sitting == number).count();
            free[number] >= 0 && i64::try_from(taken).unwrap() + free[number] == *capacity
        })
    }

    /// The global invariants, once the ledger has caught up: ledger equals Redis, free and taken make the
    /// capacity, nothing is confirmed beyond what was promised.
    pub(crate) async fn agree(&self, pools: &[String]) {
        for pool in pools {
            let since = Instant::now();
            loop {
                let (redis, ledger) = (self.in_redis(pool).await, self.in_ledger(pool).await);
                if redis == ledger && self.fits(pool).await {
                    break;
                }
                let only = |one: &Holds, other: &Holds| {
                    one.iter().filter(|(field, hold)| other.get(*field) != Some(hold)).count()
                };
                assert!(
                    since.elapsed() < Duration::from_secs(60),
                    "{pool}: {} holds only in Redis, {} only in the ledger",
                    only(&redis, &ledger),
                    only(&ledger, &redis)
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        let client = self.stores.pool().get().await.unwrap();
        let query = "SELECT count(*) FROM reservation.sittings s WHERE s.confirmed > s.promised OR s.confirmed <> (
                         SELECT count(*) FROM reservation.holds h
                         WHERE h.exam = s.exam AND h.sitting = s.number AND h.state = 'confirmed')";
        assert_eq!(client.query_one(query, &[]).await.unwrap().get::<_, i64>(0), 0, "confirmed seats are miscounted");
    }

    /// Checks the invariants, stops, and checks them again.
    pub(crate) async fn finish(self, pools: &[String]) {
        self.agree(pools).await;
        self.engine.stop().await;
        self.agree(pools).await;
    }

    /// Ids of the pool's live holds in the ledger that are confirmed.
    pub(crate) async fn confirmed(&self, pool: &str) -> BTreeSet<String> {
        let rows = self.in_ledger(pool).await.into_iter().filter(|(_, (state, ..))| *state == 'c');
        rows.map(|(field, (_, sitting, generation))| {
            format!("{}.{sitting}.{generation:x}", field.split_once(':').unwrap().0)
        })
        .collect()
    }
}

impl Front {
    /// Calls below `/api/v1/exams/e`.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Value) -> Reply {
        call(&self.0, method, &format!("/api/v1/exams/e{path}"), body).await
    }

    pub(crate) async fn hold(&self, candidate: &str, pool: &str) -> Reply {
        let body = json!({"candidate": candidate, "sittings": [format!("s-{pool}")]});
        self.call(Method::POST, "/holds", body).await
    }

    pub(crate) async fn confirm(&self, hold: &str) -> Reply {
        self.call(Method::POST, &format!("/holds/{hold}/confirm"), json!({"reference": format!("paid-{hold}")})).await
    }

    pub(crate) async fn release(&self, hold: &str) -> Reply {
        let path = format!("/holds/{hold}");
        persist(|| self.call(Method::DELETE, &path, Value::Null)).await
    }

    /// Asks for a seat until there is a decision, as a page would; `None` when the sitting is full.
    pub(crate) async fn hold_in_the_end(&self, candidate: &str, pool: &str) -> Option<String> {
        let reply = persist(|| self.hold(candidate, pool)).await;
        if reply.0.is_success() {
            return Some(crate::app::id(&reply));
        }
        assert_eq!(code(&reply), "full", "{reply:?}");
        None
    }

    /// Confirms; `None` when the hold was lost with a primary that nobody else had heard of it from.
    pub(crate) async fn confirm_in_the_end(&self, hold: &str) -> Option<String> {
        let reply = persist(|| self.confirm(hold)).await;
        if reply.0.is_success() {
            return Some(reply.1["id"].as_str().unwrap().to_owned());
        }
        assert!(matches!(code(&reply), "unknown_hold" | "expired"), "{reply:?}");
        None
    }
}

pub(crate) fn keys_of(pool: &str) -> PoolKeys {
    PoolKeys::of(&pool.parse::<PoolId>().unwrap())
}

async fn engine_on(cluster: &TestCluster, stores: &TestStores) -> (Engine, Front) {
    let config = EngineConfig { redis_url: cluster.url(), postgres: stores.pool() };
    let engine = Engine::start(config).await.unwrap();
    let front = Front(Api::new(engine.clone(), ApiConfig::default()));
    (engine, front)
}
