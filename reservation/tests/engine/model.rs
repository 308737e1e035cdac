//! The Lua scripts and the sync against a model in memory: the same random operations, every
//! answer and every count compared, with crashes of the sync, restarts and losses of Redis between.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reservation::hold::HoldState;
use reservation::ids::{Generation, PoolId, SittingNumber};
use reservation::store::reply::{FreezeAnswer, HoldAnswer, ReleaseAnswer, Seat};
use reservation::store::{FreezeRequest, HoldRequest, Place};

use rig::Rig;

#[path = "model_rig.rs"]
mod rig;

pub(crate) const TTL_MS: i64 = 1_000;
/// What it is shortened to now and then, so that deadlines come out of order.
const SHORT_TTL_MS: i64 = 300;
/// Sitting → group: one and two exclude each other.
pub(crate) const GROUPS: [(i32, i32); 4] = [(1, 1), (2, 1), (3, 3), (4, 4)];
const CANDIDATES: usize = 5;

#[derive(Debug, Clone)]
enum Op {
    Hold(Vec<(usize, Vec<usize>)>, bool),
    Release(Vec<usize>),
    Freeze(usize, bool, bool),
    Resize(usize, u32),
    Sweep,
    Pass(i64),
    Sync,
    SyncCrash,
    Confirm(usize),
    Cancel(usize),
    Finish,
    Restart,
    Lose,
    Snapshot,
    GoBack,
}

fn operations() -> impl Strategy<Value = Vec<Op>> {
    let sittings = proptest::sample::subsequence(vec![0, 1, 2, 3], 1..=2);
    let batch = prop::collection::vec((0..CANDIDATES, sittings), 1..6);
    let op = prop_oneof![
        6 => (batch, prop::bool::weighted(0.2)).prop_map(|(batch, short)| Op::Hold(batch, short)),
        3 => prop::collection::vec(any::<usize>(), 1..4).prop_map(Op::Release),
        3 => (any::<usize>(), any::<bool>(), any::<bool>()).prop_map(|(n, take, paid)| Op::Freeze(n, take, paid)),
        2 => (0..4usize, 0..4u32).prop_map(|(sitting, capacity)| Op::Resize(sitting, capacity)),
        2 => Just(Op::Sweep),
        3 => (1..900i64).prop_map(Op::Pass),
        2 => Just(Op::Sync),
        1 => Just(Op::SyncCrash),
        2 => any::<usize>().prop_map(Op::Confirm),
        1 => any::<usize>().prop_map(Op::Cancel),
        1 => Just(Op::Finish),
        1 => Just(Op::Restart),
        1 => Just(Op::Lose),
        1 => Just(Op::Snapshot),
        1 => Just(Op::GoBack),
    ];
    prop::collection::vec(op, 1..50)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) state: HoldState,
    pub(crate) sitting: i32,
    pub(crate) generation: i64,
    pub(crate) deadline: i64,
}

/// The engine as it should be, without Redis, Lua or Postgres.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) epoch: i64,
    counter: i64,
    pub(crate) capacity: BTreeMap<i32, i64>,
    pub(crate) free: BTreeMap<i32, i64>,
    pub(crate) taken: BTreeMap<(usize, i32), Record>,
    /// Running clocks in order: deadline and text; and the last deadline that ever was at its end.
    queue: VecDeque<(i64, String)>,
    last: i64,
    /// Those that came out of order, as Redis orders them.
    expiry: BTreeSet<(i64, String)>,
    /// What the ledger decided and Redis has not followed yet, and what it last saw.
    pub(crate) decided: BTreeMap<i64, bool>,
}

impl Model {
    fn lapsed(&self, record: &Record) -> bool {
        record.state == HoldState::Held && record.deadline <= self.now
    }

    fn next_generation(&mut self) -> i64 {
        self.counter += 1;
        (self.epoch << 32) + self.counter
    }

    fn drop_record(&mut self, key: (usize, i32)) {
        if let Some(record) = self.taken.remove(&key) {
            *self.free.get_mut(&record.sitting).unwrap() += 1;
        }
    }

    fn sweep(&mut self, entries: usize) {
        for _ in 0..entries {
            let is_due = |entry: Option<&(i64, String)>| entry.is_some_and(|(deadline, _)| *deadline <= self.now);
            let entry = if is_due(self.queue.front()) {
                self.queue.pop_front()
            } else if is_due(self.expiry.first()) {
                self.expiry.pop_first()
            } else {
                break;
            };
            let entry = entry.unwrap();
            let mut words = entry.1.split(' ');
            let first: i64 = words.next().unwrap().parse().unwrap();
            for (generation, field) in (first..).zip(words) {
                let key = key_of(field);
                if self.taken.get(&key).is_some_and(|record| record.generation == generation && self.lapsed(record)) {
                    self.drop_record(key);
                }
            }
        }
    }

    fn hold(&mut self, requests: &[(usize, Vec<usize>)], ttl_ms: i64) -> Vec<HoldAnswer> {
        let mut demand = BTreeMap::<i32, i64>::new();
        for sitting in requests.iter().flat_map(|(_, sittings)| sittings) {
            *demand.entry(GROUPS[*sitting].0).or_default() += 1;
        }
        if demand.iter().any(|(sitting, wanted)| self.free[sitting] < *wanted) {
            self.sweep(16);
        }
        let deadline = self.now + ttl_ms;
        let mut fresh: Vec<(i64, String)> = Vec::new();
        // The script looks up the earliest deadline once, before it adds its own.
        let heads = [self.queue.front(), self.expiry.first()];
        let earliest = heads.into_iter().flatten().map(|(deadline, _)| *deadline).min().unwrap_or_default();
        let answers = requests.iter().map(|(candidate, sittings)| self.hold_one(*candidate, sittings, deadline, earliest, &mut fresh)).collect();
        if let Some((first, _)) = fresh.first() {
            let fields: Vec<_> = fresh.iter().map(|(_, field)| field.as_str()).collect();
            let entry = (deadline, format!("{first} {}", fields.join(" ")));
            if deadline >= self.last {
                self.last = deadline;
                self.queue.push_back(entry);
            } else {
                self.expiry.insert(entry);
            }
        }
        answers
    }

    fn hold_one(
        &mut self,
        candidate: usize,
        sittings: &[usize],
        deadline: i64,
        earliest: i64,
        fresh: &mut Vec<(i64, String)>,
    ) -> HoldAnswer {
        let mut groups = BTreeSet::new();
        for (sitting, group) in sittings.iter().map(|n| GROUPS[*n]) {
            if !groups.insert(group) {
                return HoldAnswer::GroupTaken(SittingNumber(sitting));
            }
            let key = (candidate, group);
            if self.taken.get(&key).is_some_and(|record| self.lapsed(record)) {
                self.drop_record(key);
            }
            match self.taken.get(&key) {
                Some(record) if record.sitting != sitting => return HoldAnswer::GroupTaken(SittingNumber(sitting)),
                None if self.free[&sitting] < 1 => return HoldAnswer::Full(SittingNumber(sitting), earliest),
                _ => {}
            }
        }
        let mut is_new = false;
        let mut seats = Vec::new();
        for (sitting, group) in sittings.iter().map(|n| GROUPS[*n]) {
            let key = (candidate, group);
            if !self.taken.contains_key(&key) {
                let generation = self.next_generation();
                *self.free.get_mut(&sitting).unwrap() -= 1;
                self.taken.insert(key, Record { state: HoldState::Held, sitting, generation, deadline });
                fresh.push((generation, field_of(key)));
                is_new = true;
            }
            let record = self.taken[&key];
            seats.push(Seat { state: record.state, generation: Generation(record.generation), lapses_ms: record.deadline });
        }
        if is_new { HoldAnswer::Held(seats) } else { HoldAnswer::Kept(seats) }
    }

    fn release(&mut self, place: &(usize, i32, i32, i64)) -> ReleaseAnswer {
        let key = (place.0, place.1);
        match self.taken.get(&key).copied() {
            Some(record) if record.generation == place.3 => match record.state {
                HoldState::Held => {
                    let lapsed = self.lapsed(&record);
                    self.drop_record(key);
                    if lapsed { ReleaseAnswer::Gone } else { ReleaseAnswer::Released }
                }
                HoldState::Frozen => ReleaseAnswer::Frozen,
                _ => ReleaseAnswer::Confirmed,
            },
            _ => ReleaseAnswer::Gone,
        }
    }

    fn freeze(&mut self, place: &(usize, i32, i32, i64), take: bool) -> FreezeAnswer {
        let (candidate, group, sitting, generation) = *place;
        if self.free[&sitting] < 1 {
            self.sweep(16);
        }
        let key = (candidate, group);
        if self.taken.get(&key).is_some_and(|record| self.lapsed(record)) {
            self.drop_record(key);
        }
        match self.taken.get_mut(&key) {
            Some(record) if record.generation == generation && record.sitting == sitting => {
                if record.state == HoldState::Confirmed {
                    return FreezeAnswer::Confirmed(Generation(generation));
                }
                record.state = HoldState::Frozen;
                FreezeAnswer::Frozen(Generation(generation))
            }
            Some(record) if record.sitting == sitting => FreezeAnswer::Other(record.state, Generation(record.generation)),
            Some(_) => FreezeAnswer::GroupTaken,
            None if !take => FreezeAnswer::Expired,
            None if self.free[&sitting] < 1 => FreezeAnswer::Full,
            None => {
                let generation = self.next_generation();
                *self.free.get_mut(&sitting).unwrap() -= 1;
                self.taken.insert(key, Record { state: HoldState::Frozen, sitting, generation, deadline: self.now });
                FreezeAnswer::Taken(Generation(generation))
            }
        }
    }

    fn resize(&mut self, sitting: i32, capacity: i64) -> i64 {
        let before = self.capacity.insert(sitting, capacity).unwrap_or_default();
        let free = self.free.entry(sitting).or_default();
        *free += capacity - before;
        capacity - *free
    }

    /// What `decided` says becomes so.
    pub(crate) fn settle(&mut self) {
        for (generation, confirmed) in std::mem::take(&mut self.decided) {
            let key = self.taken.iter().find(|(_, record)| record.generation == generation).map(|(key, _)| *key);
            match key {
                Some(key) if confirmed => self.taken.get_mut(&key).unwrap().state = HoldState::Confirmed,
                Some(key) => self.drop_record(key),
                None => {}
            }
        }
    }

    pub(crate) fn restarted(&mut self) {
        self.epoch += 1;
        self.counter = 0;
    }

    /// After a restore: decisions are carried out, and each running clock has its own entry.
    pub(crate) fn restored(&mut self) {
        self.settle();
        self.restarted();
        self.queue.clear();
        self.last = 0;
        let held = self.taken.iter().filter(|(_, record)| record.state == HoldState::Held);
        self.expiry = held.map(|(key, record)| (record.deadline, format!("{} {}", record.generation, field_of(*key)))).collect();
    }
}

pub(crate) fn field_of((candidate, group): (usize, i32)) -> String {
    format!("c{candidate}:{group}")
}

pub(crate) fn key_of(field: &str) -> (usize, i32) {
    let (candidate, group) = field[1..].split_once(':').unwrap();
    (candidate.parse().unwrap(), group.parse().unwrap())
}

pub(crate) fn place_of(&(candidate, group, sitting, generation): &(usize, i32, i32, i64)) -> Place {
    Place {
        candidate: format!("c{candidate}").parse().unwrap(),
        group: SittingNumber(group),
        sitting: SittingNumber(sitting),
        generation: Generation(generation),
    }
}

/// All holds that were ever given out, to be picked from: candidate, group, sitting, generation.
type Known = Vec<(usize, i32, i32, i64)>;

async fn run(rig: &mut Rig, operations: Vec<Op>) {
    let mut model = rig.begin().await;
    let mut synced = model.clone();
    let mut known: Known = Vec::new();
    let mut snapshot = (rig.snapshot().await, model.clone());
    for op in operations {
        let picked = |n: usize| known.get(n.checked_rem(known.len()).unwrap_or_default()).copied();
        match op {
            Op::Hold(batch, short) => {
                let ttl_ms = if short { SHORT_TTL_MS } else { TTL_MS };
                let requests: Vec<_> = batch
                    .iter()
                    .map(|(candidate, sittings)| HoldRequest {
                        candidate: format!("c{candidate}").parse().unwrap(),
                        sittings: sittings.iter().map(|n| (SittingNumber(GROUPS[*n].0), SittingNumber(GROUPS[*n].1))).collect(),
                    })
                    .collect();
                assert_eq!(rig.hold(&model, &requests, ttl_ms).await, model.hold(&batch, ttl_ms));
            }
            Op::Release(picks) => {
                let places: Vec<_> = picks.into_iter().filter_map(picked).collect();
                let expected: Vec<_> = places.iter().map(|place| model.release(place)).collect();
                let places: Vec<_> = places.iter().map(place_of).collect();
                assert_eq!(rig.release(&model, &places).await, expected);
            }
            Op::Freeze(pick, take, paid) => {
                let Some(place) = picked(pick) else { continue };
                let reference = paid.then(|| "r".parse().unwrap());
                let request = FreezeRequest { place: place_of(&place), take, reference };
                let before = model.clone();
                assert_eq!(rig.freeze(&before, request).await, model.freeze(&place, take));
            }
            Op::Resize(n, capacity) => {
                let sitting = GROUPS[n].0;
                assert_eq!(rig.resize(&model, sitting, capacity).await, model.resize(sitting, capacity.into()));
                // The ledger's capacity is written with it, and is what a restore goes by.
                synced.resize(sitting, capacity.into());
            }
            Op::Sweep => {
                rig.sweep(&model).await;
                model.sweep(16);
            }
            Op::Pass(ms) => {
                model.now += ms;
                synced.now += ms;
            }
            Op::Sync => {
                rig.sync(&model).await;
                synced = model.clone();
            }
            Op::SyncCrash => rig.crash_sync().await,
            Op::Confirm(pick) | Op::Cancel(pick) => {
                let confirm = matches!(op, Op::Confirm(_));
                let Some(place) = picked(pick) else { continue };
                rig.sync(&model).await;
                rig.decide(&mut model, &place, confirm).await;
                synced = model.clone();
            }
            Op::Finish => {
                rig.finish(&model).await;
                model.settle();
                rig.sync(&model).await;
                synced = model.clone();
            }
            Op::Restart => {
                rig.restart().await;
                model.restarted();
                synced.restarted();
            }
            Op::Lose => {
                rig.lose().await;
                synced.restored();
                model = synced.clone();
            }
            Op::Snapshot => snapshot = (rig.snapshot().await, model.clone()),
            Op::GoBack => {
                let (adopted, epoch) = rig.go_back(&snapshot.0).await;
                if adopted {
                    let decided = model.decided.clone();
                    model = Model { now: model.now, epoch, counter: 0, decided, ..snapshot.1.clone() };
                    for (sitting, capacity) in synced.capacity.clone() {
                        let capacity = u32::try_from(capacity).unwrap();
                        assert_eq!(rig.resize(&model, sitting, capacity).await, model.resize(sitting, capacity.into()));
                    }
                    synced.epoch = epoch;
                } else {
                    synced.restored();
                    synced.epoch = epoch;
                    model = synced.clone();
                }
            }
        }
        for (key, record) in &model.taken {
            let place = (key.0, key.1, record.sitting, record.generation);
            if !known.contains(&place) {
                known.push(place);
            }
        }
        rig.compare(&model).await;
    }
    rig.sync(&model).await;
}

#[test]
fn scripts_and_sync_do_what_the_model_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let rig = std::cell::RefCell::new(runtime.block_on(Rig::start()));
    let config = Config { cases: 250, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    TestRunner::new(config)
        .run(&operations(), |operations| {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                runtime.block_on(run(&mut rig.borrow_mut(), operations));
            }));
            outcome.map_err(|panic| {
                let text = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "panicked".to_owned());
                TestCaseError::fail(text)
            })
        })
        .unwrap();
    // The pool's name is typed, so that a change of its rules shows here too.
    assert!("case-1".parse::<PoolId>().is_ok());
}
