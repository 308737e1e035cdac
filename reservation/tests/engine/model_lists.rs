//! Waiting lists in the model, what they are compared with, and what must hold of them however they are made.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::SignedDuration;
use proptest::prelude::*;
use redis::AsyncCommands;
use reservation::hold::HoldState;
use reservation::ids::{Generation, SittingNumber};
use reservation::ledger::waits;
use reservation::store::{WaitAnswer, WaitRequest};
use reservation::waiting_list::{ListPer, Returns, Wait, WaitOf, WaitState, WaitingListSettings};

use super::CANDIDATES;
use super::rig::{Rig, moment};
use super::world::{GROUPS, Model, Record, field_of, key_of};

const OFFER_MS: i64 = 600;
const LAPSES_MAX: u32 = 2;

/// How the lists of a case are set.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lists {
    per_group: bool,
    everybody: bool,
}

impl Lists {
    pub(crate) fn settings(self) -> WaitingListSettings {
        WaitingListSettings {
            per: if self.per_group { ListPer::Group } else { ListPer::Sitting },
            offer: SignedDuration::from_secs(1),
            returns: if self.everybody { Returns::Everybody } else { Returns::ListFirst },
            lapses_max: LAPSES_MAX,
        }
    }

    fn list_of(self, n: usize) -> i32 {
        if self.per_group { GROUPS[n].1 } else { GROUPS[n].0 }
    }

    /// The sittings of a list.
    fn sittings_of(self, list: i32) -> Vec<i32> {
        (0..GROUPS.len()).filter(|n| self.list_of(*n) == list).map(|n| GROUPS[n].0).collect()
    }
}

pub(crate) fn lists() -> impl Strategy<Value = Lists> {
    let settings = (any::<bool>(), prop::bool::weighted(0.25));
    settings.prop_map(|(per_group, everybody)| Lists { per_group, everybody })
}

impl Model {
    /// Seats more or less; what is free in a sitting whose list comes first is the list's.
    pub(super) fn add_free(&mut self, sitting: i32, seats: i64) {
        let free = self.free.entry(sitting).or_default();
        *free += seats;
        if let Some(kept) = self.kept.get_mut(&sitting) {
            let all = *kept + *free;
            (*kept, *free) = (all.max(0), all.min(0));
        }
    }

    fn set_wait(&mut self, key: (usize, i32), wait: Wait) {
        self.said.insert(key, wait);
        if wait.state == WaitState::Seated || (wait.state == WaitState::Left && wait.lapses == 0) {
            self.waits.remove(&key);
        } else {
            self.waits.insert(key, wait);
        }
    }

    /// Who waits on a list, in order.
    fn line(&self, list: i32) -> Vec<(usize, i32)> {
        let waiting = self.waits.iter().filter(|(_, wait)| wait.state == WaitState::Waiting && wait.list.0 == list);
        let mut line: Vec<_> = waiting.map(|(key, wait)| (wait.number, *key)).collect();
        line.sort_unstable();
        line.into_iter().map(|(_, key)| key).collect()
    }

    /// The end of a script call: what becomes of offers by what it did to their holds.
    pub(crate) fn finish_call(&mut self) {
        let mut changed = BTreeSet::new();
        for (kind, key, generation) in std::mem::take(&mut self.ended) {
            let Some(wait) = self.waits.get(&key).copied() else { continue };
            let is_its = wait.offer.is_some_and(|(of, _)| of.0 == generation) && wait.state == WaitState::Offered;
            if !is_its || !changed.insert(key) {
                continue;
            }
            let lapses = wait.lapses + 1;
            let next = match kind {
                'f' => Wait { state: WaitState::Seated, ..wait },
                'x' if lapses < LAPSES_MAX => {
                    Wait { state: WaitState::Waiting, number: self.next_generation(), lapses, offer: None, ..wait }
                }
                _ => Wait { state: WaitState::Left, lapses, offer: None, ..wait },
            };
            self.set_wait(key, next);
        }
    }

    pub(crate) fn join(&mut self, candidate: usize, n: usize, lists: Lists) -> WaitAnswer {
        let (key, list) = ((candidate, GROUPS[n].1), lists.list_of(n));
        self.is_waited_in = true;
        let known = self.waits.get(&key).copied();
        match known {
            Some(Wait { state: WaitState::Offered, .. }) => return WaitAnswer::Offered,
            Some(Wait { state: WaitState::Waiting, list: other, .. }) => {
                return if other.0 == list { WaitAnswer::Waiting } else { WaitAnswer::Elsewhere };
            }
            _ if self.taken.contains_key(&key) => return WaitAnswer::Seated,
            Some(Wait { lapses, .. }) if lapses >= LAPSES_MAX => return WaitAnswer::Spent,
            _ => {}
        }
        let sittings = lists.sittings_of(list);
        if sittings.iter().any(|sitting| self.free[sitting] > 0) {
            return WaitAnswer::Free;
        }
        let number = self.next_generation();
        let lapses = known.map_or(0, |wait| wait.lapses);
        let list = SittingNumber(list);
        self.set_wait(key, Wait { state: WaitState::Waiting, list, number, lapses, offer: None });
        if !lists.everybody {
            for sitting in sittings {
                self.kept.entry(sitting).or_default();
                self.add_free(sitting, 0);
            }
        }
        WaitAnswer::Waiting
    }

    pub(crate) fn leave(&mut self, candidate: usize, n: usize) -> WaitAnswer {
        let key = (candidate, GROUPS[n].1);
        self.is_waited_in = true;
        match self.waits.get(&key).copied() {
            Some(Wait { state: WaitState::Offered, .. }) => WaitAnswer::Offered,
            Some(wait @ Wait { state: WaitState::Waiting, .. }) => {
                self.set_wait(key, Wait { state: WaitState::Left, offer: None, ..wait });
                WaitAnswer::Left
            }
            _ => WaitAnswer::Gone,
        }
    }

    /// How many offers are made in these sittings, indices of [`GROUPS`].
    pub(crate) fn offer(&mut self, open: &[usize], lists: Lists) -> u64 {
        if !self.is_waited_in {
            return 0;
        }
        let deadline = self.now + OFFER_MS;
        let mut made = Vec::new();
        let mut comes_first = BTreeMap::new();
        for n in open {
            let (sitting, list) = (GROUPS[*n].0, lists.list_of(*n));
            if !lists.everybody && !self.line(list).is_empty() {
                comes_first.insert(sitting, list);
                self.kept.entry(sitting).or_default();
                self.add_free(sitting, 0);
            }
            let seats = |model: &Self| match lists.everybody {
                true => model.free[&sitting],
                false => comes_first.get(&sitting).map_or(0, |_| model.kept[&sitting]),
            };
            while seats(self) > 0 {
                let Some(key) = self.line(list).first().copied() else { break };
                let wait = self.waits[&key];
                match self.taken.get(&key).copied() {
                    Some(record) if !self.lapsed(&record) => {
                        self.set_wait(key, Wait { state: WaitState::Seated, offer: None, ..wait });
                        continue;
                    }
                    Some(_) => self.drop_record(key),
                    None => {}
                }
                let generation = self.next_generation();
                self.insert(key, Record { state: HoldState::Held, sitting, generation, deadline });
                let offer = Some((Generation(generation), SittingNumber(sitting)));
                self.set_wait(key, Wait { state: WaitState::Offered, offer, ..wait });
                made.push((generation, field_of(key), sitting == key.1));
            }
        }
        for (sitting, kept) in self.kept.clone() {
            if comes_first.get(&sitting).is_none_or(|list| self.line(*list).is_empty()) {
                self.kept.remove(&sitting);
                self.add_free(sitting, kept);
            }
        }
        if let Some((first, ..)) = made.first() {
            let fields: Vec<_> = made.iter().map(|(_, field, _)| field.as_str()).collect();
            let entry = format!("{first} {}", fields.join(" "));
            self.start_clock(deadline, entry);
        }
        made.len() as u64
    }

    /// What must hold of offers made between this model and `after`, whoever made them.
    pub(crate) fn check_offers(&self, after: &Self, open: &[usize]) {
        let waited = |key: &&(usize, i32)| self.waits.get(*key).is_some_and(|wait| wait.state == WaitState::Waiting);
        let is = |key: &&(usize, i32), state| after.waits.get(*key).is_some_and(|wait| wait.state == state);
        let offered: Vec<_> = self.waits.keys().filter(waited).filter(|key| is(key, WaitState::Offered)).collect();
        for key in &offered {
            let (_, sitting) = after.waits[*key].offer.unwrap();
            assert!(open.iter().any(|n| GROUPS[*n].0 == sitting.0), "an offer in a sitting that gives out no seats");
            assert!(after.taken[*key].deadline > after.now, "an offer that is over when it is made");
            let overtaken = self.waits.iter().filter(|(other, wait)| {
                let is_before = wait.list == self.waits[*key].list && wait.number < self.waits[*key].number;
                is_before && is(other, WaitState::Waiting) && wait.number == after.waits[*other].number
            });
            assert_eq!(overtaken.count(), 0, "somebody was overtaken");
        }
        for (sitting, free) in &after.free {
            assert!(*free >= self.free[sitting].min(0), "an offer without a seat");
        }
    }

    /// The lists after a restore: as they were, and kept seats from the first moment on.
    pub(super) fn restore_lists(&mut self, lists: Lists) {
        self.ended.clear();
        self.kept.clear();
        self.is_waited_in = !self.waits.is_empty();
        for (n, (sitting, _)) in GROUPS.into_iter().enumerate() {
            let live = self.taken.values().filter(|record| record.sitting == sitting).count();
            self.free.insert(sitting, self.capacity[&sitting] - i64::try_from(live).unwrap());
            if !lists.everybody && !self.line(lists.list_of(n)).is_empty() {
                self.kept.insert(sitting, 0);
                self.add_free(sitting, 0);
            }
        }
    }
}

impl Rig {
    pub(crate) async fn wait(&self, model: &Model, candidate: usize, n: usize, joins: bool) -> WaitAnswer {
        let list = self.lists.list_of(n);
        let sittings = self.lists.sittings_of(list).into_iter().map(SittingNumber).collect();
        let request = WaitRequest {
            candidate: format!("c{candidate}").parse().unwrap(),
            group: SittingNumber(GROUPS[n].1),
            joins: joins.then_some((SittingNumber(list), sittings)),
        };
        let settings = self.lists.settings();
        self.store.wait(&self.pool.keys, moment(model), settings, &[request]).await.unwrap().answers[0]
    }

    pub(crate) async fn offer(&self, model: &Model, open: &[usize]) -> u64 {
        let open: Vec<_> = open.iter().map(|n| (SittingNumber(GROUPS[*n].0), SittingNumber(GROUPS[*n].1))).collect();
        let lasts = (self.lists.settings(), Duration::from_millis(OFFER_MS.unsigned_abs()));
        let reply = self.store.offer(&self.pool.keys, moment(model), lasts, &open).await.unwrap();
        let (offers, more) = reply.answers[0];
        assert_eq!(more, 0, "a handful is looked at in one call");
        offers
    }

    /// Waits, the line and what is kept in Redis against the model's; and that no seat is lost or made.
    pub(crate) async fn compare_lists(&self, model: &Model) {
        let keys = &self.pool.keys;
        let mut redis = self.stores.redis_connection().await;
        let waits: BTreeMap<String, String> = redis.hgetall(keys.waits()).await.unwrap();
        let found: BTreeMap<_, _> =
            waits.iter().map(|(field, value)| (key_of(field), WaitOf::of_record(field, value).unwrap().wait)).collect();
        assert_eq!(found, model.waits, "waits in Redis and model");
        let line: Vec<String> = redis.zrange(keys.line(), 0, -1).await.unwrap();
        let waiting = found.iter().filter(|(_, wait)| wait.state == WaitState::Waiting);
        let mut expected: Vec<_> = waiting.map(|(key, wait)| wait.in_line(&field_of(*key))).collect();
        expected.sort_unstable();
        assert_eq!(line, expected, "the line and its waits");
        let kept: BTreeMap<i32, i64> = redis.hgetall(keys.kept()).await.unwrap();
        assert_eq!(kept, model.kept, "kept");
        for (sitting, capacity) in &model.capacity {
            let live = model.taken.values().filter(|record| record.sitting == *sitting).count();
            let all = model.free[sitting] + kept.get(sitting).unwrap_or(&0) + i64::try_from(live).unwrap();
            assert_eq!(all, *capacity, "free, kept and taken seats are all seats");
            assert!(!kept.contains_key(sitting) || model.free[sitting] <= 0, "a kept seat is nobody else's");
        }
        if let Some(member) = expected.first() {
            let key = key_of(member.rsplit_once(' ').unwrap().1);
            let candidate = format!("c{}", key.0).parse().unwrap();
            let position = self.store.position_in_list(keys, &candidate, SittingNumber(key.1)).await.unwrap().unwrap();
            let list =
                found.values().filter(|wait| wait.state == WaitState::Waiting && wait.list == position.wait.list);
            assert_eq!((position.ahead, position.waiting), (0, list.count() as u64));
        }
    }

    /// Every wait that there ever was, as the ledger has it, against the model's last word on it.
    pub(crate) async fn compare_waits_of_ledger(&self, model: &Model) {
        let client = self.ledger.client().await.unwrap();
        let mut found = BTreeMap::new();
        for candidate in 0..CANDIDATES {
            let id = format!("c{candidate}").parse().unwrap();
            for row in waits::of_candidate(&**client, &self.exam, &id).await.unwrap() {
                found.insert((candidate, row.of.group.0), row.of.wait);
            }
        }
        assert_eq!(found, model.said, "waits in ledger and model");
    }
}
