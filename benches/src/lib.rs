//! What the benchmarks and `ops/perf` share: a pool of one huge sitting on a private Redis.

use std::time::Duration;

use jiff::SignedDuration;
use reservation::engine::pool::Pool;
use reservation::ids::{ExamId, SittingNumber};
use reservation::ledger::{Ledger, exams, pools, sittings};
use reservation::restore::open_pool;
use reservation::room::RoomSettings;
use reservation::sitting::{Acknowledge, CAPACITY_MAX, Exam, SittingSpec};
use reservation::store::{HoldRequest, Moment, Store};
use reservation::sync::Writer;
use testkit::{Durability, Fsync, StoresOptions, TestStores};

/// How long a bench's holds last: longer than it runs.
pub const TTL: Duration = Duration::from_secs(3_600);

/// A pool that is ready to be called.
pub struct Bench {
    /// The private servers.
    pub stores: TestStores,
    /// Redis.
    pub store: Store,
    /// Postgres.
    pub ledger: Ledger,
    /// The pool, under epoch 1.
    pub pool: Pool,
}

impl Bench {
    /// Starts private servers, Redis with this `appendfsync`, and opens a pool with one sitting of
    /// ten million seats.
    pub async fn start(fsync: Fsync) -> Self {
        let stores = TestStores::start_with(StoresOptions { redis: fsync, postgres: Durability::Full }).await;
        let store = Store::open(stores.redis_url()).await.expect("our own Redis answers");
        let ledger = Ledger::open(stores.pool()).await.expect("our own Postgres answers");
        let id: ExamId = "bench".parse().expect("a name");
        let pool = Pool::new("bench".parse().expect("a name"), id.clone());
        let exam = Exam {
            id,
            title: "Bench".to_owned(),
            hold: SignedDuration::from_hours(1),
            grace: SignedDuration::ZERO,
            opens_at: None,
            closes_at: None,
            acknowledge: Acknowledge::Redis,
            waiting_room: RoomSettings::default(),
        };
        let spec = SittingSpec {
            title: "Bench".to_owned(),
            group: None,
            pool: None,
            capacity: CAPACITY_MAX,
            venue: None,
            starts_at: None,
        };
        let client = ledger.client().await.expect("a connection");
        exams::put(&**client, &exam).await.expect("an exam");
        pools::add(&**client, &pool.id, &exam.id).await.expect("a pool");
        let sitting = "s".parse().expect("a name");
        sittings::add(&**client, &exam.id, &sitting, &pool.id, &spec).await.expect("a sitting");
        drop(client);
        let row = open_pool(&store, &ledger, &pool, false).await.expect("the pool opens");
        pool.take_over(&row);
        Self { stores, store, ledger, pool }
    }

    /// Holds one seat for each of `count` candidates from `first` on, in one script call.
    pub async fn hold(&self, first: u64, count: u64) {
        let requests: Vec<_> = (first..first + count)
            .map(|n| HoldRequest {
                candidate: format!("c{n:09}").parse().expect("a name"),
                sittings: vec![(SittingNumber(1), SittingNumber(1))],
            })
            .collect();
        let moment = Moment { epoch: self.pool.standing().epoch, now_ms: None };
        let reply = self.store.hold(&self.pool.keys, moment, TTL, &requests).await.expect("holds");
        assert_eq!(reply.answers.len() as u64, count);
    }

    /// Brings the ledger up to date, as the engine's sync does.
    pub async fn sync(&self) {
        let tail = self.store.tail(&self.pool.keys).await.expect("our own Redis answers").unwrap_or_default();
        let writer = Writer::try_new(&self.store, &self.ledger, &self.pool).await.expect("our own Postgres answers");
        let mut writer = writer.expect("nobody else writes");
        while writer.cursor() < tail {
            let events = writer.read(&self.pool).await.expect("events");
            writer.commit(&self.pool, &events).await.expect("a commit");
        }
    }

    /// Drops all events, as the ledger's writer does behind its cursor; and answers Redis's memory in bytes.
    pub async fn memory_bytes(&self) -> u64 {
        let mut redis = self.stores.redis_connection().await;
        let _: i64 = redis::cmd("XTRIM")
            .arg(self.pool.keys.events())
            .arg("MAXLEN")
            .arg(1)
            .query_async(&mut redis)
            .await
            .expect("our own Redis answers");
        let info: String =
            redis::cmd("INFO").arg("memory").query_async(&mut redis).await.expect("our own Redis answers");
        let used = info.lines().find_map(|line| line.strip_prefix("used_memory:")).expect("Redis says so");
        used.trim().parse().expect("a number")
    }
}
