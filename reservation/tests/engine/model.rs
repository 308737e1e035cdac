//! The Lua scripts and the sync against a model in memory: the same random operations, every
//! answer and every count compared, with crashes of the sync, restarts and losses of Redis between.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reservation::ids::{PoolId, SittingNumber};
use reservation::store::{ExchangeRequest, FreezeRequest, HoldRequest};

use lists::Lists;
use rig::{Rig, Snapshot};
use world::{GROUPS, Given, Model, place_of};

#[path = "model_lists.rs"]
mod lists;
#[path = "model_rig.rs"]
mod rig;
#[path = "model_world.rs"]
mod world;

pub(crate) const TTL_MS: i64 = 1_000;
/// What it is shortened to now and then, so that deadlines come out of order.
const SHORT_TTL_MS: i64 = 300;
/// Of the time of what was given back, less than this is not given out again.
pub(crate) const LEAST_MS: i64 = 200;
const CANDIDATES: usize = 5;

#[derive(Debug, Clone)]
enum Op {
    Hold(Vec<(usize, Vec<usize>)>, bool),
    Exchange(usize, bool, Vec<usize>),
    Release(Vec<usize>),
    Freeze(usize, bool, bool),
    Resize(usize, u32),
    Join(usize, usize),
    Leave(usize, usize),
    Offer(Vec<usize>),
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
    let batch = prop::collection::vec((0..CANDIDATES, sittings.clone()), 1..6);
    let op = prop_oneof![
        6 => (batch, prop::bool::weighted(0.2)).prop_map(|(batch, short)| Op::Hold(batch, short)),
        4 => (any::<usize>(), any::<bool>(), sittings).prop_map(|(n, all, wanted)| Op::Exchange(n, all, wanted)),
        3 => prop::collection::vec(any::<usize>(), 1..4).prop_map(Op::Release),
        3 => (any::<usize>(), any::<bool>(), any::<bool>()).prop_map(|(n, take, paid)| Op::Freeze(n, take, paid)),
        2 => (0..4usize, 0..4u32).prop_map(|(sitting, capacity)| Op::Resize(sitting, capacity)),
        5 => (0..CANDIDATES, 0..4usize).prop_map(|(candidate, sitting)| Op::Join(candidate, sitting)),
        1 => (0..CANDIDATES, 0..4usize).prop_map(|(candidate, sitting)| Op::Leave(candidate, sitting)),
        4 => proptest::sample::subsequence(vec![0, 1, 2, 3], 0..=4).prop_map(Op::Offer),
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

/// One case: the model, what the ledger saw of it last, and all holds that were ever given out.
struct Case<'a> {
    rig: &'a mut Rig,
    model: Model,
    synced: Model,
    given: Vec<Given>,
    snapshot: (Snapshot, Model),
}

impl<'a> Case<'a> {
    async fn begin(rig: &'a mut Rig, lists: Lists) -> Self {
        let model = rig.begin(lists).await;
        let snapshot = (rig.snapshot().await, model.clone());
        Self { rig, synced: model.clone(), model, given: Vec::new(), snapshot }
    }

    /// One of the holds that were ever given out.
    fn picked(&self, n: usize) -> Option<Given> {
        self.given.get(n.checked_rem(self.given.len()).unwrap_or_default()).copied()
    }

    async fn step(&mut self, op: Op) {
        match op {
            Op::Hold(batch, short) => self.hold(&batch, if short { SHORT_TTL_MS } else { TTL_MS }).await,
            Op::Exchange(pick, all, wanted) => self.exchange(pick, all, &wanted).await,
            Op::Release(picks) => {
                let given: Vec<_> = picks.into_iter().filter_map(|n| self.picked(n)).collect();
                let expected: Vec<_> = given.iter().map(|given| self.model.release(given)).collect();
                let places: Vec<_> = given.iter().map(place_of).collect();
                assert_eq!(self.rig.release(&self.model, &places).await, expected);
            }
            Op::Freeze(pick, take, paid) => {
                let Some(given) = self.picked(pick) else { return };
                let reference = paid.then(|| "r".parse().unwrap());
                let request = FreezeRequest { place: place_of(&given), take, reference };
                let answer = self.rig.freeze(&self.model, request).await;
                assert_eq!(answer, self.model.freeze(&given, take));
            }
            Op::Resize(n, capacity) => {
                let sitting = GROUPS[n].0;
                let taken = self.rig.resize(&self.model, sitting, capacity).await;
                assert_eq!(taken, self.model.resize(sitting, capacity.into()));
                // The ledger's capacity is written with it, and is what a restore goes by.
                self.synced.resize(sitting, capacity.into());
            }
            Op::Join(candidate, n) => {
                let answer = self.rig.wait(&self.model, candidate, n, true).await;
                assert_eq!(answer, self.model.join(candidate, n, self.rig.lists));
            }
            Op::Leave(candidate, n) => {
                let answer = self.rig.wait(&self.model, candidate, n, false).await;
                assert_eq!(answer, self.model.leave(candidate, n));
            }
            Op::Offer(open) => self.offer(&open).await,
            Op::Sweep => {
                self.rig.sweep(&self.model).await;
                self.model.sweep(16);
            }
            Op::Pass(ms) => {
                self.model.now += ms;
                self.synced.now += ms;
            }
            op => self.mishap(op).await,
        }
        self.model.finish_call();
        for (key, record) in &self.model.taken {
            let given = (key.0, key.1, record.sitting, record.generation);
            if !self.given.contains(&given) {
                self.given.push(given);
            }
        }
        self.rig.compare(&self.model).await;
    }

    async fn hold(&mut self, batch: &[(usize, Vec<usize>)], ttl_ms: i64) {
        let number = |n: &usize| (SittingNumber(GROUPS[*n].0), SittingNumber(GROUPS[*n].1));
        let requests: Vec<_> = batch
            .iter()
            .map(|(candidate, sittings)| HoldRequest {
                candidate: format!("c{candidate}").parse().unwrap(),
                sittings: sittings.iter().map(number).collect(),
            })
            .collect();
        assert_eq!(self.rig.hold(&self.model, &requests, ttl_ms).await, self.model.hold(batch, ttl_ms));
    }

    /// One hold, or all that its candidate has, for others; asked twice, as after a broken connection.
    async fn exchange(&mut self, pick: usize, all: bool, wanted: &[usize]) {
        let Some(picked) = self.picked(pick) else { return };
        let mut given_back = vec![picked];
        let own = self.model.taken.iter().filter(|(key, _)| all && key.0 == picked.0 && key.1 != picked.1);
        given_back.extend(own.map(|(key, record)| (key.0, key.1, record.sitting, record.generation)));
        let request = ExchangeRequest {
            candidate: place_of(&picked).candidate,
            given_back: given_back.iter().map(place_of).map(|place| (place.group, place.generation)).collect(),
            sittings: wanted.iter().map(|n| (SittingNumber(GROUPS[*n].0), SittingNumber(GROUPS[*n].1))).collect(),
            least: std::time::Duration::from_millis(LEAST_MS.unsigned_abs()),
        };
        for _ in 0..2 {
            let answer = self.rig.exchange(&self.model, &request).await;
            assert_eq!(answer, self.model.exchange(&given_back, wanted));
            self.model.finish_call();
        }
    }

    /// Offers what is there in these sittings, and looks at what came of it without asking how.
    async fn offer(&mut self, open: &[usize]) {
        let before = self.model.clone();
        let offers = self.rig.offer(&self.model, open).await;
        assert_eq!(offers, self.model.offer(open, self.rig.lists));
        before.check_offers(&self.model, open);
    }

    async fn sync(&mut self) {
        self.rig.sync(&self.model).await;
        self.synced = self.model.clone();
    }

    /// What happens between Redis and the ledger, and to either of them.
    async fn mishap(&mut self, op: Op) {
        match op {
            Op::Sync => self.sync().await,
            Op::SyncCrash => self.rig.crash_sync().await,
            Op::Confirm(pick) | Op::Cancel(pick) => {
                let Some(given) = self.picked(pick) else { return };
                self.sync().await;
                self.rig.decide(&mut self.model, &given, matches!(op, Op::Confirm(_))).await;
                self.synced = self.model.clone();
            }
            Op::Finish => {
                self.rig.finish(&self.model).await;
                self.model.settle();
                self.sync().await;
            }
            Op::Restart => {
                self.rig.restart().await;
                self.model.restarted();
                self.synced.restarted();
            }
            Op::Lose => {
                self.rig.lose().await;
                self.synced.restored(self.rig.lists);
                self.model = self.synced.clone();
            }
            Op::Snapshot => self.snapshot = (self.rig.snapshot().await, self.model.clone()),
            Op::GoBack => self.go_back().await,
            op => unreachable!("{op:?} is no mishap"),
        }
    }

    async fn go_back(&mut self) {
        let (adopted, epoch) = self.rig.go_back(&self.snapshot.0).await;
        if adopted {
            self.model = self.snapshot.1.came_back(&self.model, epoch);
            for (sitting, capacity) in self.synced.capacity.clone() {
                let taken = self.rig.resize(&self.model, sitting, u32::try_from(capacity).unwrap()).await;
                assert_eq!(taken, self.model.resize(sitting, capacity));
            }
        } else {
            self.synced.restored(self.rig.lists);
            self.model = self.synced.clone();
            self.model.epoch = epoch;
        }
        self.synced.epoch = epoch;
    }
}

async fn run(rig: &mut Rig, lists: Lists, operations: Vec<Op>) {
    let mut case = Case::begin(rig, lists).await;
    for op in operations {
        case.step(op).await;
    }
    case.sync().await;
}

#[test]
fn scripts_and_sync_do_what_the_model_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let rig = std::cell::RefCell::new(runtime.block_on(Rig::start()));
    let config = Config { cases: 250, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    TestRunner::new(config)
        .run(&(lists::lists(), operations()), |(lists, operations)| {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                runtime.block_on(run(&mut rig.borrow_mut(), lists, operations));
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
