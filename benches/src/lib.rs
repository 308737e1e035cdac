//! What the benchmarks and `ops/perf` share: pools of one or more huge sittings on a private Redis and Postgres.

use std::time::Duration;

use jiff::SignedDuration;
use reservation::ids::{ExamId, SittingNumber};
use reservation::ledger::writers::{self, WriterId};
use reservation::ledger::{Ledger, exams, pools, sittings};
use reservation::pool::Pool;
use reservation::restore::open_pool;
use reservation::sitting::{Acknowledge, CAPACITY_MAX, Exam, SittingSpec};
use reservation::store::reply::{HoldAnswer, Seat};
use reservation::store::{HoldRequest, Lasting, Moment, Place, Store};
use reservation::sync::Writer;
use reservation::waiting_room::WaitingRoomSettings;
use testkit::{Durability, Fsync, StoresOptions, TestStores};

/// How long a bench's holds last: longer than it runs.
pub const TTL: Duration = Duration::from_secs(3_600);

/// Private servers, without any pool that was not asked for.
pub struct Bench {
    /// The private servers.
    pub stores: TestStores,
    /// The scripts of Redis.
    pub store: Store,
    /// The tables of Postgres.
    pub ledger: Ledger,
    /// A pool with one sitting of ten million seats.
    pub pool: Pool,
}

/// Requests of `count` candidates, from the `first` on, for one seat each. Whoever measures makes them before.
pub fn requests(first: u64, count: u64, sitting: SittingNumber) -> Vec<HoldRequest> {
    (first..first + count)
        .map(|n| HoldRequest {
            candidate: format!("c{n:09}").parse().expect("a name"),
            sittings: vec![(sitting, sitting)],
        })
        .collect()
}

impl Bench {
    /// Starts private servers, Redis with this `appendfsync`, Postgres with every commit on the disk, and opens a
    /// pool with one sitting of ten million seats.
    pub async fn start(fsync: Fsync) -> Self {
        let stores = TestStores::start_with(StoresOptions { redis: fsync, postgres: Durability::Full }).await;
        let store = Store::open(stores.redis_url()).await.expect("our own Redis answers");
        let ledger = Ledger::open(stores.pool()).await.expect("our own Postgres answers");
        let pool = open(&store, &ledger, "bench", 1).await;
        Self { stores, store, ledger, pool }
    }

    /// Opens one more pool, of an exam of its own, with so many sittings of ten million seats.
    pub async fn add_pool(&self, name: &str, sittings: usize) -> Pool {
        open(&self.store, &self.ledger, name, sittings).await
    }

    /// Asks for these seats in one script call; panics unless every one of them is newly given.
    pub async fn hold(&self, pool: &Pool, requests: &[HoldRequest]) -> Vec<Seat> {
        let reply = self.store.hold(&pool.keys, moment(pool), Lasting::of(TTL), requests).await.expect("holds");
        assert_eq!(reply.answers.len(), requests.len(), "one answer per request");
        let seat = |answer| match answer {
            HoldAnswer::Held(seats) => seats[0],
            other => panic!("a seat should have been given, not {other:?}"),
        };
        reply.answers.into_iter().map(seat).collect()
    }

    /// Gives seats back in one script call.
    pub async fn release(&self, pool: &Pool, places: &[Place]) {
        let reply = self.store.release(&pool.keys, moment(pool), places).await.expect("releases");
        assert_eq!(reply.answers.len(), places.len(), "one answer per request");
    }

    /// Brings the ledger up to date, as the engine's sync does.
    pub async fn sync(&self) {
        let tail = self.store.tail(&self.pool.keys).await.expect("our own Redis answers").unwrap_or_default();
        let me = WriterId::new();
        let client = self.ledger.client().await.expect("our own Postgres answers");
        writers::renew(&**client, me).await.expect("a lease");
        pools::claim(&**client, me, &[]).await.expect("the pools");
        let writer = Writer::open(&self.store, &self.ledger, &self.pool, me).await;
        let mut writer = writer.expect("nobody else writes");
        while writer.cursor() < tail {
            let events = writer.read(&self.pool).await.expect("events");
            writer.commit(&self.pool, &events).await.expect("a commit");
        }
        writers::end(&**client, me).await.expect("the lease ends");
    }

    /// Drops all events of a pool, as the ledger's writer does behind its cursor.
    pub async fn trim(&self, pool: &Pool) {
        let mut redis = self.stores.redis_connection().await;
        let mut trim = redis::cmd("XTRIM");
        trim.arg(pool.keys.events()).arg("MAXLEN").arg(1);
        let _: i64 = trim.query_async(&mut redis).await.expect("our own Redis answers");
    }

    /// Redis's memory in bytes.
    pub async fn memory_bytes(&self) -> u64 {
        let mut redis = self.stores.redis_connection().await;
        let mut info = redis::cmd("INFO");
        let info: String = info.arg("memory").query_async(&mut redis).await.expect("our own Redis answers");
        let used = info.lines().find_map(|line| line.strip_prefix("used_memory:")).expect("Redis says so");
        used.trim().parse().expect("a number")
    }
}

/// The pool's epoch, on Redis's clock.
pub fn moment(pool: &Pool) -> Moment {
    Moment::now(pool.epochs().epoch)
}

/// Where the seats are that these requests were given, in the same order.
pub fn places(requests: &[HoldRequest], seats: &[Seat]) -> Vec<Place> {
    let place = |(request, seat): (&HoldRequest, &Seat)| Place {
        candidate: request.candidate.clone(),
        group: request.sittings[0].1,
        sitting: request.sittings[0].0,
        generation: seat.generation,
    };
    requests.iter().zip(seats).map(place).collect()
}

async fn open(store: &Store, ledger: &Ledger, name: &str, count: usize) -> Pool {
    let id: ExamId = name.parse().expect("a name");
    let pool = Pool::new(name.parse().expect("a name"), id.clone());
    let exam = Exam {
        id,
        title: "Bench".to_owned(),
        hold: SignedDuration::from_hours(1),
        grace: SignedDuration::ZERO,
        opens_at: None,
        closes_at: None,
        acknowledge: Acknowledge::Redis,
        waiting_room: WaitingRoomSettings::default(),
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
    for number in 1..=count {
        let sitting = format!("s{number}").parse().expect("a name");
        sittings::add(&**client, &exam.id, &sitting, &pool.id, &spec).await.expect("a sitting");
    }
    drop(client);
    let row = open_pool(store, ledger, &pool, WriterId::new(), false).await.expect("the pool opens");
    pool.take_over(&row);
    pool
}
