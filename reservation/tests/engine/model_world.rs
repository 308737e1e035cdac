//! The engine as it should be, in memory: no Redis, no Lua, no Postgres.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::LEAST_MS;
use super::lists::Lists;
use reservation::hold::HoldState;
use reservation::ids::{Generation, SittingNumber};
use reservation::store::Place;
use reservation::store::reply::{ExchangeAnswer, FreezeAnswer, HoldAnswer, ReleaseAnswer, Seat};
use reservation::waiting_list::Wait;

/// Sitting → group: one and two exclude each other.
pub(crate) const GROUPS: [(i32, i32); 4] = [(1, 1), (2, 1), (3, 3), (4, 4)];

/// A hold that was given out at some time: candidate, group, sitting, generation.
pub(crate) type Given = (usize, i32, i32, i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) state: HoldState,
    pub(crate) sitting: i32,
    pub(crate) generation: i64,
    pub(crate) deadline: i64,
}

/// What one hold call has done so far.
struct Call {
    deadline: i64,
    fresh: Vec<(i64, String)>,
    /// Those of who gave back before: with a deadline of their own.
    early: Vec<i64>,
    /// What each full sitting was answered: looked up once in a call.
    earliest: BTreeMap<i32, i64>,
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
    /// Seats that were given back, until their deadlines: whoever takes one again wins no time.
    pub(crate) given_back: BTreeMap<(usize, i32), Record>,
    /// Running clocks in order: deadline and text; and the last deadline that ever was at its end.
    queue: VecDeque<(i64, String)>,
    last: i64,
    /// Those that came out of order, as Redis orders them.
    expiry: BTreeSet<(i64, String)>,
    /// Free seats that are a list's, of sittings whose list comes first and is waited on.
    pub(crate) kept: BTreeMap<i32, i64>,
    /// Has anybody ever waited? And waits as Redis has them, and the last word on every wait that there ever was.
    pub(crate) is_waited_in: bool,
    pub(crate) waits: BTreeMap<(usize, i32), Wait>,
    pub(crate) said: BTreeMap<(usize, i32), Wait>,
    /// What the call under way did to holds: kind, where, generation.
    pub(super) ended: Vec<(char, (usize, i32), i64)>,
    /// What the ledger decided and Redis has not followed yet, and what it last saw.
    pub(crate) decided: BTreeMap<i64, bool>,
}

impl Model {
    pub(super) fn lapsed(&self, record: &Record) -> bool {
        record.state == HoldState::Held && record.deadline <= self.now
    }

    pub(super) fn next_generation(&mut self) -> i64 {
        self.counter += 1;
        (self.epoch << 32) + self.counter
    }

    pub(super) fn drop_record(&mut self, key: (usize, i32)) {
        if let Some(record) = self.taken.remove(&key) {
            self.ended.push(('x', key, record.generation));
            self.add_free(record.sitting, 1);
        }
    }

    /// As [`Self::drop_record`], but the deadline stays.
    fn give_back(&mut self, key: (usize, i32)) {
        let record = self.taken[&key];
        self.drop_record(key);
        self.ended.last_mut().unwrap().0 = 'r';
        self.given_back.insert(key, Record { state: HoldState::Released, ..record });
    }

    /// Until when a new hold lasts that would have this deadline, after what was given back there.
    fn deadline_in(&self, key: (usize, i32), deadline: i64) -> i64 {
        let before = self.given_back.get(&key).filter(|record| record.deadline > self.now);
        before.map_or(deadline, |record| record.deadline.min(deadline))
    }

    pub(super) fn insert(&mut self, key: (usize, i32), record: Record) {
        self.add_free(record.sitting, -1);
        self.given_back.remove(&key);
        self.taken.insert(key, record);
    }

    pub(crate) fn sweep(&mut self, entries: usize) {
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
                let is_over = |record: &Record| record.generation == generation && record.deadline <= self.now;
                if self.given_back.get(&key).is_some_and(is_over) {
                    self.given_back.remove(&key);
                }
            }
        }
    }

    pub(crate) fn hold(&mut self, requests: &[(usize, Vec<usize>)], ttl_ms: i64) -> Vec<HoldAnswer> {
        let mut demand = BTreeMap::<i32, i64>::new();
        for sitting in requests.iter().flat_map(|(_, sittings)| sittings) {
            *demand.entry(GROUPS[*sitting].0).or_default() += 1;
        }
        if demand.iter().any(|(sitting, wanted)| self.free[sitting] < *wanted) {
            self.sweep(16);
        }
        let deadline = self.now + ttl_ms;
        let mut call = Call { deadline, fresh: Vec::new(), early: Vec::new(), earliest: BTreeMap::new() };
        let answers =
            requests.iter().map(|(candidate, sittings)| self.hold_one(*candidate, sittings, &mut call)).collect();
        // One entry as long as the generations count up.
        for run in call.fresh.chunk_by(|(one, _), (next, _)| one + 1 == *next) {
            let fields: Vec<_> = run.iter().map(|(_, field)| field.as_str()).collect();
            let entry = format!("{} {}", run[0].0, fields.join(" "));
            if deadline >= self.last {
                self.queue.push_back((deadline, entry));
            } else {
                self.expiry.insert((deadline, entry));
            }
        }
        if !call.fresh.is_empty() {
            self.last = self.last.max(deadline);
        }
        answers
    }

    pub(super) fn start_clock(&mut self, deadline: i64, entry: String) {
        if deadline >= self.last {
            self.last = deadline;
            self.queue.push_back((deadline, entry));
        } else {
            self.expiry.insert((deadline, entry));
        }
    }

    /// `given_back` are holds of one candidate, `sittings` indices of [`GROUPS`].
    pub(crate) fn exchange(&mut self, given_back: &[Given], sittings: &[usize]) -> ExchangeAnswer {
        let candidate = given_back[0].0;
        if sittings.iter().any(|n| self.free[&GROUPS[*n].0] < 1) {
            self.sweep(16);
        }
        let groups = given_back.iter().map(|given| given.1).chain(sittings.iter().map(|n| GROUPS[*n].1));
        for key in groups.map(|group| (candidate, group)) {
            if self.taken.get(&key).is_some_and(|record| self.lapsed(record)) {
                self.drop_record(key);
            }
        }
        let (mut leaving, mut has_ended) = (BTreeMap::new(), false);
        for given in given_back {
            match self.taken.get(&(candidate, given.1)).filter(|record| record.generation == given.3) {
                None => has_ended = true,
                Some(record) if record.state != HoldState::Held => return ExchangeAnswer::Frozen,
                Some(record) => drop(leaving.insert(given.1, *record)),
            }
        }
        let mut deadline = leaving.values().map(|record| record.deadline).min();
        let (mut missing, mut seen) = (Vec::new(), BTreeSet::new());
        for (sitting, group) in sittings.iter().map(|n| GROUPS[*n]) {
            if !seen.insert(group) {
                return ExchangeAnswer::Seats(HoldAnswer::GroupTaken(SittingNumber(sitting)));
            }
            match self.taken.get(&(candidate, group)) {
                Some(record) if record.sitting == sitting => drop(leaving.remove(&group)),
                _ => missing.push((sitting, group)),
            }
        }
        if has_ended && !missing.is_empty() {
            return ExchangeAnswer::Gone;
        }
        for (sitting, group) in &missing {
            if self.taken.contains_key(&(candidate, *group)) && !leaving.contains_key(group) {
                return ExchangeAnswer::Seats(HoldAnswer::GroupTaken(SittingNumber(*sitting)));
            }
            if self.free[sitting] < 1 {
                let heads = [self.queue.front(), self.expiry.first()];
                let earliest = heads.into_iter().flatten().map(|(deadline, _)| *deadline).min().unwrap_or_default();
                return ExchangeAnswer::Seats(HoldAnswer::Full(SittingNumber(*sitting), earliest));
            }
            let before = self.deadline_in((candidate, *group), deadline.unwrap());
            if before < deadline.unwrap() && before - self.now < LEAST_MS {
                return ExchangeAnswer::Seats(HoldAnswer::Resting(SittingNumber(*sitting), before));
            }
            deadline = Some(before);
        }
        for group in leaving.keys() {
            self.give_back((candidate, *group));
        }
        let mut fresh = Vec::new();
        for (sitting, group) in &missing {
            let (generation, deadline) = (self.next_generation(), deadline.unwrap());
            let record = Record { state: HoldState::Held, sitting: *sitting, generation, deadline };
            self.insert((candidate, *group), record);
            fresh.push((generation, field_of((candidate, *group))));
        }
        if let Some((first, _)) = fresh.first() {
            let fields: Vec<_> = fresh.iter().map(|(_, field)| field.as_str()).collect();
            self.start_clock(deadline.unwrap(), format!("{first} {}", fields.join(" ")));
        }
        let seat = |n: &usize| {
            let record = &self.taken[&(candidate, GROUPS[*n].1)];
            Seat { state: record.state, generation: Generation(record.generation), lapses_ms: record.deadline }
        };
        let seats = sittings.iter().map(seat).collect();
        ExchangeAnswer::Seats(if missing.is_empty() { HoldAnswer::Kept(seats) } else { HoldAnswer::Held(seats) })
    }

    /// One request of a call.
    fn hold_one(&mut self, candidate: usize, sittings: &[usize], call: &mut Call) -> HoldAnswer {
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
                None if self.free[&sitting] < 1 => {
                    let heads = [self.queue.front(), self.expiry.first()];
                    let own = call.fresh.first().map(|_| call.deadline).into_iter().chain(call.early.iter().copied());
                    let ends = heads.into_iter().flatten().map(|(deadline, _)| *deadline).chain(own);
                    let earliest = call.earliest.entry(sitting).or_insert(ends.min().unwrap_or_default());
                    return HoldAnswer::Full(SittingNumber(sitting), *earliest);
                }
                None => {
                    let deadline = self.deadline_in(key, call.deadline);
                    if deadline < call.deadline && deadline - self.now < LEAST_MS {
                        return HoldAnswer::Resting(SittingNumber(sitting), deadline);
                    }
                }
                _ => {}
            }
        }
        let mut is_new = false;
        let mut seats = Vec::new();
        for (sitting, group) in sittings.iter().map(|n| GROUPS[*n]) {
            let key = (candidate, group);
            if !self.taken.contains_key(&key) {
                let (generation, deadline) = (self.next_generation(), self.deadline_in(key, call.deadline));
                self.insert(key, Record { state: HoldState::Held, sitting, generation, deadline });
                if deadline == call.deadline {
                    call.fresh.push((generation, field_of(key)));
                } else {
                    call.early.push(deadline);
                    self.expiry.insert((deadline, format!("{generation} {}", field_of(key))));
                }
                is_new = true;
            }
            let record = self.taken[&key];
            seats.push(Seat {
                state: record.state,
                generation: Generation(record.generation),
                lapses_ms: record.deadline,
            });
        }
        if is_new { HoldAnswer::Held(seats) } else { HoldAnswer::Kept(seats) }
    }

    pub(crate) fn release(&mut self, place: &Given) -> ReleaseAnswer {
        let key = (place.0, place.1);
        match self.taken.get(&key).copied() {
            Some(record) if record.generation == place.3 => match record.state {
                HoldState::Held => {
                    if self.lapsed(&record) {
                        self.drop_record(key);
                        return ReleaseAnswer::Gone;
                    }
                    self.give_back(key);
                    ReleaseAnswer::Released
                }
                HoldState::Frozen => ReleaseAnswer::Frozen,
                _ => ReleaseAnswer::Confirmed,
            },
            _ => ReleaseAnswer::Gone,
        }
    }

    pub(crate) fn freeze(&mut self, place: &Given, take: bool) -> FreezeAnswer {
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
                self.ended.push(('f', key, generation));
                FreezeAnswer::Frozen(Generation(generation))
            }
            Some(record) if record.sitting == sitting => {
                FreezeAnswer::Other(record.state, Generation(record.generation))
            }
            Some(_) => FreezeAnswer::GroupTaken,
            None if !take => FreezeAnswer::Expired,
            None if self.free[&sitting] < 1 => FreezeAnswer::Full,
            None => {
                let generation = self.next_generation();
                self.insert(key, Record { state: HoldState::Frozen, sitting, generation, deadline: self.now });
                FreezeAnswer::Taken(Generation(generation))
            }
        }
    }

    pub(crate) fn resize(&mut self, sitting: i32, capacity: i64) -> i64 {
        let before = self.capacity.insert(sitting, capacity).unwrap_or_default();
        self.add_free(sitting, capacity - before);
        capacity - self.free[&sitting] - self.kept.get(&sitting).copied().unwrap_or_default()
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

    /// This model again after time has gone on: Redis came back with it, the ledger kept its decisions.
    pub(crate) fn came_back(&self, later: &Self, epoch: i64) -> Self {
        Self { now: later.now, epoch, counter: 0, decided: later.decided.clone(), ..self.clone() }
    }

    /// After a restore: decisions are carried out, and each running clock has its own entry.
    pub(crate) fn restored(&mut self, lists: Lists) {
        self.settle();
        self.restore_lists(lists);
        self.restarted();
        // The ledger's clock is the real one here, so by it all that was given back is over.
        self.given_back.clear();
        self.queue.clear();
        self.last = 0;
        let held = self.taken.iter().filter(|(_, record)| record.state == HoldState::Held);
        self.expiry =
            held.map(|(key, record)| (record.deadline, format!("{} {}", record.generation, field_of(*key)))).collect();
    }
}

pub(crate) fn field_of((candidate, group): (usize, i32)) -> String {
    format!("c{candidate}:{group}")
}

pub(crate) fn key_of(field: &str) -> (usize, i32) {
    let (candidate, group) = field[1..].split_once(':').unwrap();
    (candidate.parse().unwrap(), group.parse().unwrap())
}

pub(crate) fn place_of(&(candidate, group, sitting, generation): &Given) -> Place {
    Place {
        candidate: format!("c{candidate}").parse().unwrap(),
        group: SittingNumber(group),
        sitting: SittingNumber(sitting),
        generation: Generation(generation),
    }
}
