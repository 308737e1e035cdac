//! What the model is compared with: a pool on real Redis, its ledger, and a sync that can crash.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use redis::AsyncCommands;
use reservation::hold::HoldState;
use reservation::ids::{ExamId, SittingNumber};
use reservation::ledger::holds::decide::Confirmed;
use reservation::ledger::writers::{self, WriterId};
use reservation::ledger::{Ledger, exams, holds, pools, sittings, waiting_lists};
use reservation::pool::Pool;
use reservation::restore::open_pool;
use reservation::sitting::{Acknowledge, Exam, SittingSpec};
use reservation::store::reply::{ExchangeAnswer, FreezeAnswer, HoldAnswer, ReleaseAnswer};
use reservation::store::{ExchangeRequest, FreezeRequest, HoldRequest, Lasting, Moment, Place, Store};
use reservation::sync::Writer;
use reservation::waiting_room::WaitingRoomSettings;
use testkit::TestStores;

use super::lists::Lists;
use super::world::{GROUPS, Given, Model, Record, field_of, key_of, place_of};
use super::{LEAST_MS, TTL_MS};

pub(crate) struct Rig {
    pub(super) stores: TestStores,
    pub(super) store: Store,
    pub(super) ledger: Ledger,
    cases: usize,
    pub(super) exam: ExamId,
    pub(super) pool: Pool,
    pub(super) lists: Lists,
    me: WriterId,
    writer: Option<Writer>,
}

/// A pool's keys at some moment.
pub(crate) struct Snapshot {
    keys: Vec<(String, Option<Vec<u8>>)>,
    tail: reservation::store::event::StreamId,
}

pub(super) fn moment(model: &Model) -> Moment {
    Moment { now_ms: Some(model.now), ..Moment::now(model.epoch) }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        let stores = TestStores::start().await;
        let ledger = Ledger::open(stores.pool()).await.unwrap();
        let store = Store::open(stores.redis_url()).await.unwrap();
        let exam: ExamId = "case-0".parse().unwrap();
        let pool = Pool::new("case-0".parse().unwrap(), exam.clone());
        let lists = Lists::default();
        Self { stores, store, ledger, cases: 0, exam, pool, lists, me: WriterId::new(), writer: None }
    }

    /// A new exam with four sittings of two seats, and waiting lists.
    pub(crate) async fn begin(&mut self, lists: Lists) -> Model {
        self.lists = lists;
        self.cases += 1;
        let name = format!("case-{}", self.cases);
        self.exam = name.parse().unwrap();
        self.pool = Pool::new(name.parse().unwrap(), self.exam.clone());
        self.writer = None;
        let client = self.ledger.client().await.unwrap();
        let exam = Exam {
            id: self.exam.clone(),
            title: name,
            hold: SignedDuration::from_millis(TTL_MS),
            grace: SignedDuration::ZERO,
            opens_at: None,
            closes_at: None,
            acknowledge: Acknowledge::Redis,
            waiting_room: WaitingRoomSettings::default(),
        };
        exams::put(&**client, &exam).await.unwrap();
        waiting_lists::put(&**client, &self.exam, Some(lists.settings())).await.unwrap();
        pools::add(&**client, &self.pool.id, &self.exam).await.unwrap();
        let mut model = Model::default();
        (model.now, model.epoch) = (1_000_000, 1);
        for (sitting, group) in GROUPS {
            let spec = SittingSpec {
                title: "S".to_owned(),
                group: Some(format!("g{group}").parse().unwrap()),
                pool: None,
                capacity: 2,
                venue: None,
                starts_at: None,
            };
            let id = format!("s{sitting}").parse().unwrap();
            let added = sittings::add(&**client, &self.exam, &id, &self.pool.id, &spec).await.unwrap();
            assert_eq!((added.number.0, added.group_number.0), (sitting, group));
            model.capacity.insert(sitting, 2);
            model.free.insert(sitting, 2);
        }
        let row = open_pool(&self.store, &self.ledger, &self.pool, self.me, false).await.unwrap();
        assert_eq!(row.epoch, 1);
        model
    }

    pub(crate) async fn hold(&self, model: &Model, requests: &[HoldRequest], ttl_ms: i64) -> Vec<HoldAnswer> {
        let ms = |ms: i64| Duration::from_millis(ms.unsigned_abs());
        let lasting = Lasting { ttl: ms(ttl_ms), least: ms(LEAST_MS) };
        self.store.hold(&self.pool.keys, moment(model), lasting, requests).await.unwrap().answers
    }

    pub(crate) async fn exchange(&self, model: &Model, request: &ExchangeRequest) -> ExchangeAnswer {
        self.store.exchange(&self.pool.keys, moment(model), request).await.unwrap().answers[0].clone()
    }

    pub(crate) async fn release(&self, model: &Model, places: &[Place]) -> Vec<ReleaseAnswer> {
        self.store.release(&self.pool.keys, moment(model), places).await.unwrap().answers
    }

    pub(crate) async fn freeze(&self, model: &Model, request: FreezeRequest) -> FreezeAnswer {
        self.store.freeze(&self.pool.keys, moment(model), &[request]).await.unwrap().answers[0]
    }

    pub(crate) async fn resize(&self, model: &Model, sitting: i32, capacity: u32) -> i64 {
        let capacities = [(SittingNumber(sitting), capacity)];
        let taken = self.store.resize(&self.pool.keys, moment(model), &capacities).await.unwrap().answers[0];
        let mut client = self.ledger.client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        let found = sittings::lock(&*tx, &self.exam, &format!("s{sitting}").parse().unwrap()).await.unwrap().unwrap();
        let spec = SittingSpec { capacity, ..found.spec };
        sittings::change(&*tx, &self.exam, SittingNumber(sitting), &spec, taken).await.unwrap();
        tx.commit().await.unwrap();
        taken
    }

    pub(crate) async fn sweep(&self, model: &Model) {
        self.store.sweep(&self.pool.keys, moment(model), 16).await.unwrap();
    }

    async fn writer(&mut self) -> &mut Writer {
        if self.writer.is_none() {
            let client = self.ledger.client().await.unwrap();
            writers::renew(&**client, self.me).await.unwrap();
            pools::claim(&**client, self.me, &[]).await.unwrap();
            drop(client);
            self.writer = Some(Writer::open(&self.store, &self.ledger, &self.pool, self.me).await.unwrap());
        }
        self.writer.as_mut().unwrap()
    }

    /// Brings the ledger up to date, and compares its live holds with the model's.
    pub(crate) async fn sync(&mut self, model: &Model) {
        let tail = self.store.tail(&self.pool.keys).await.unwrap().unwrap();
        let pool = Pool::new(self.pool.id.clone(), self.exam.clone());
        let writer = self.writer().await;
        writer.refresh(&pool).await.unwrap();
        while writer.cursor() < tail {
            let events = writer.read(&pool).await.unwrap();
            writer.commit(&pool, &events).await.unwrap();
        }
        self.store.trim(&self.pool.keys, self.writer.as_ref().unwrap().cursor()).await.unwrap();
        let mut expected: BTreeMap<_, _> = model.taken.clone();
        for (generation, confirmed) in &model.decided {
            expected.retain(|_, record| record.generation != *generation || *confirmed);
            for record in expected.values_mut().filter(|record| record.generation == *generation) {
                record.state = HoldState::Confirmed;
            }
        }
        let mut client = self.ledger.client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        let live = holds::live(&tx, &self.exam, &[1, 2, 3, 4]).await.unwrap();
        let rows = holds::live_page(&tx, &live, 1_000).await.unwrap();
        let found: BTreeMap<_, _> = rows
            .iter()
            .map(|row| {
                let key = key_of(&format!("{}:{}", row.place.candidate, row.place.group));
                (key, (row.state, row.place.sitting.0, row.place.generation.0))
            })
            .collect();
        let expected: BTreeMap<_, _> = expected
            .into_iter()
            .map(|(key, record)| (key, (record.state, record.sitting, record.generation)))
            .collect();
        assert_eq!(found, expected, "ledger and model");
        tx.rollback().await.unwrap();
        self.compare_waits_of_ledger(model).await;
    }

    /// The sync reads events, and dies before it commits them.
    pub(crate) async fn crash_sync(&mut self) {
        let tail = self.store.tail(&self.pool.keys).await.unwrap().unwrap();
        let pool = Pool::new(self.pool.id.clone(), self.exam.clone());
        let writer = self.writer().await;
        writer.refresh(&pool).await.unwrap();
        if writer.cursor() < tail {
            writer.read(&pool).await.unwrap();
        }
        self.writer = None;
    }

    /// Confirms or cancels in the ledger only, as if the process died before it told Redis.
    pub(crate) async fn decide(&mut self, model: &mut Model, place: &Given, confirm: bool) {
        let key = (place.0, place.1);
        let record = model.taken.get(&key).copied().filter(|record| record.generation == place.3);
        let before = record.and_then(|record| model.decided.get(&record.generation).copied());
        let mut client = self.ledger.client().await.unwrap();
        let place = place_of(place);
        let state = match (record, before) {
            (Some(_), Some(true)) => Some(HoldState::Confirmed),
            (Some(_), Some(false)) | (None, _) => None,
            (Some(Record { state, .. }), None) => Some(state),
        };
        let (done, expected) = if confirm {
            let wish = (place.clone(), "r".parse().unwrap());
            let tx = client.transaction().await.unwrap();
            let words = holds::decide::confirm(&tx, &self.exam, &[wish]).await.unwrap();
            tx.commit().await.unwrap();
            (matches!(words[..], [Confirmed::Yes { is_new: true, .. }]), state == Some(HoldState::Frozen))
        } else {
            let may = matches!(state, Some(HoldState::Frozen | HoldState::Confirmed));
            (holds::decide::cancel(&**client, &self.exam, &place).await.unwrap(), may)
        };
        assert_eq!(done, expected, "a decision on {state:?}");
        if done {
            model.decided.insert(place.generation.0, confirm);
        }
    }

    /// Somebody carries the ledger's decisions to Redis.
    pub(crate) async fn finish(&self, model: &Model) {
        let client = self.ledger.client().await.unwrap();
        let decided = holds::unsettled(&**client, &self.exam, &[1, 2, 3, 4], -1.0).await.unwrap();
        assert_eq!(decided.len(), model.decided.len());
        if !decided.is_empty() {
            // Twice: whoever does it may not know that somebody else has.
            for _ in 0..2 {
                self.store.settle(&self.pool.keys, moment(model), &decided).await.unwrap();
            }
        }
    }

    /// Redis restarts with all its data, but without scripts.
    pub(crate) async fn restart(&mut self) {
        let _: String =
            redis::cmd("SCRIPT").arg("FLUSH").query_async(&mut self.stores.redis_connection().await).await.unwrap();
        let before = pools::get(&**self.ledger.client().await.unwrap(), &self.pool.id).await.unwrap().unwrap();
        let row = open_pool(&self.store, &self.ledger, &self.pool, self.me, true).await.unwrap();
        assert_eq!((row.epoch, row.cursor), (before.epoch + 1, before.cursor), "adopted, not restored");
        assert_eq!(row.lineage, row.epoch, "who waits for an event of before must not take a later one for it");
    }

    /// Redis loses the pool, with everything that the ledger has not heard of.
    pub(crate) async fn lose(&mut self) {
        let _: () = self.stores.redis_connection().await.del(self.pool.keys.all().as_slice()).await.unwrap();
        let row = open_pool(&self.store, &self.ledger, &self.pool, self.me, false).await.unwrap();
        assert_eq!(row.epoch, row.cursor_epoch, "restored");
    }

    /// The pool's keys as they are now, and the newest event among them.
    pub(crate) async fn snapshot(&self) -> Snapshot {
        let mut redis = self.stores.redis_connection().await;
        let mut keys = Vec::new();
        for key in self.pool.keys.all() {
            let dump: Option<Vec<u8>> = redis::cmd("DUMP").arg(key).query_async(&mut redis).await.unwrap();
            keys.push((key.clone(), dump));
        }
        Snapshot { keys, tail: self.store.tail(&self.pool.keys).await.unwrap().unwrap() }
    }

    /// Redis comes back with older data, as from a backup. Answers whether it was adopted, which is
    /// right exactly when the ledger has nothing that it lacks; and the epoch.
    pub(crate) async fn go_back(&mut self, snapshot: &Snapshot) -> (bool, i64) {
        let mut redis = self.stores.redis_connection().await;
        let _: String = redis::cmd("SCRIPT").arg("FLUSH").query_async(&mut redis).await.unwrap();
        let _: () = redis.del(self.pool.keys.all().as_slice()).await.unwrap();
        for (key, dump) in &snapshot.keys {
            if let Some(dump) = dump {
                let _: String = redis::cmd("RESTORE").arg(key).arg(0).arg(dump).query_async(&mut redis).await.unwrap();
            }
        }
        let before = pools::get(&**self.ledger.client().await.unwrap(), &self.pool.id).await.unwrap().unwrap();
        let row = open_pool(&self.store, &self.ledger, &self.pool, self.me, true).await.unwrap();
        let adopted = row.cursor == before.cursor;
        assert_eq!(
            adopted,
            before.cursor <= snapshot.tail && before.cursor_epoch <= row.epoch,
            "{before:?} {:?}",
            snapshot.tail
        );
        (adopted, row.epoch)
    }

    /// Every count and every record in Redis against the model's.
    pub(crate) async fn compare(&self, model: &Model) {
        let mut redis = self.stores.redis_connection().await;
        let taken: BTreeMap<String, String> = redis.hgetall(self.pool.keys.taken()).await.unwrap();
        // What was given back stands there too, until its deadline.
        let expected: BTreeMap<String, (char, String)> = model
            .taken
            .iter()
            .chain(&model.given_back)
            .map(|(key, record)| {
                let letter = record.state.as_str().chars().next().unwrap();
                (field_of(*key), (letter, format!("{} {}", record.sitting, record.generation)))
            })
            .collect();
        let found: BTreeMap<String, (char, String)> = taken
            .into_iter()
            .map(|(field, value)| {
                let (head, _) = value.rsplit_once(' ').unwrap();
                (field, (head.chars().next().unwrap(), head[1..].to_owned()))
            })
            .collect();
        assert_eq!(found, expected, "Redis and model");
        let counts: BTreeMap<i32, (i64, i64)> = self
            .store
            .counts(&self.pool.keys)
            .await
            .unwrap()
            .into_iter()
            .map(|(n, capacity, free)| (n.0, (capacity, free)))
            .collect();
        let wanted: BTreeMap<i32, (i64, i64)> =
            model.capacity.iter().map(|(n, capacity)| (*n, (*capacity, model.free[n]))).collect();
        assert_eq!(counts, wanted, "counts");
        self.compare_lists(model).await;
    }
}
