//! Waiting lists: who wants a seat that may come back stands in line for it. The line is Redis's, beside the seats; what
//! is told here is in the ledger first.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::engine::catalogue::ExamEntry;
use crate::engine::upkeep::offers::open_sittings;
use crate::engine::{Engine, HoldError};
use crate::ids::{CandidateId, ExamId, HoldId, SittingId, SittingNumber};
use crate::ledger::waits::{self, WaitRow};
use crate::ledger::{LedgerError, catalogue, waiting_lists};
use crate::pool::Pool;
use crate::sitting::Sitting;
use crate::store::reply::Reply;
use crate::store::{WaitAnswer, WaitRequest};
use crate::waiting_list::{LAPSES_MAX, ListPer, WaitOf, WaitState, WaitingListSettings};

/// Longest offer, in seconds.
const OFFER_SECONDS_MAX: i64 = 7 * 24 * 3_600;

/// A candidate's wait as pages and messages tell it.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The sittings for which the candidate waits: one, or all of a group in one pool.
    pub sittings: Vec<SittingId>,
    /// The state in which the wait stands.
    pub state: WaitState,
    /// How many wait before the candidate, and how many wait in all; absent when the candidate does not wait.
    pub position: Option<(u64, u64)>,
    /// Offers that were let pass or given back.
    pub lapses: u32,
    /// The hold that was offered, if one is.
    pub offer: Option<HoldId>,
    /// When it came to be so.
    pub changed_at: Timestamp,
    /// What the engine calls it; only for [`Engine::wait_told`].
    pub of: WaitOf,
}

/// How many wait for a sitting's seats, and how many free ones are kept for them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListCount {
    /// How many wait on the sitting's list.
    pub waiting: u64,
    /// Free seats of the sitting that are the list's.
    pub kept: u64,
}

fn invalid(field: &'static str, reason: impl Into<String>) -> HoldError {
    HoldError::Invalid { field, reason: reason.into() }
}

fn check(settings: &WaitingListSettings) -> Result<(), HoldError> {
    if !(1..=OFFER_SECONDS_MAX).contains(&settings.offer.as_secs()) {
        return Err(invalid("waiting_list.offer", format!("1 to {OFFER_SECONDS_MAX} seconds")));
    }
    if !(1..=LAPSES_MAX).contains(&settings.lapses_max) {
        return Err(invalid("waiting_list.lapses_max", format!("1 to {LAPSES_MAX}")));
    }
    Ok(())
}

impl Engine {
    /// Sets the waiting lists of an exam that is there, or switches them off. What there is a list for cannot change while
    /// somebody waits.
    pub async fn put_waiting_list(
        &self,
        exam: &ExamId,
        settings: Option<WaitingListSettings>,
    ) -> Result<(), HoldError> {
        self.look_for(exam, &[]).await?;
        let entry = self.entry(exam)?;
        if settings.is_none() && entry.waiting_list.is_none() {
            return Ok(());
        }
        if let Some(settings) = &settings {
            check(settings)?;
        }
        let mut client = self.inner.ledger.client().await?;
        let tx = client.transaction().await.map_err(LedgerError::from)?;
        let before = waiting_lists::get(&*tx, exam).await?;
        if let (Some(settings), Some((before, _))) = (&settings, before)
            && settings.per != before.per
            && waits::has_any(&*tx, exam).await?
        {
            return Err(invalid("waiting_list.per", "cannot change while somebody waits"));
        }
        waiting_lists::put(&*tx, exam, settings).await?;
        catalogue::count_up(&*tx).await?;
        tx.commit().await.map_err(LedgerError::from)?;
        drop(client);
        self.reload_catalogue().await
    }

    /// How the exam's waiting lists are set; `None` while they are off.
    pub fn waiting_list(&self, exam: &ExamId) -> Option<WaitingListSettings> {
        self.entry(exam).ok()?.waiting_list
    }

    /// Puts the candidate on the list of the sitting, at its end; again: where they are. The answer comes when the ledger
    /// has it: a position in a line is a promise.
    pub async fn join_list(
        &self,
        exam: &ExamId,
        candidate: &CandidateId,
        sitting: &SittingId,
    ) -> Result<WaitAnswer, HoldError> {
        self.look_for(exam, std::slice::from_ref(sitting)).await?;
        let entry = self.entry(exam)?;
        let (pool, wanted) = self.resolve(&entry, std::slice::from_ref(sitting))?;
        let (sitting, now) = (&wanted[0], Timestamp::now());
        if !entry.exam.is_open(now) {
            return Err(HoldError::NotOpen { opens_at: entry.exam.opens_at, closes_at: entry.exam.closes_at });
        }
        let settings = entry.waiting_list.ok_or_else(|| invalid("waiting_list", "the exam has none"))?;
        if let Some(closes_at) = sitting.closes_at(settings.offer).filter(|closes_at| *closes_at <= now) {
            return Err(HoldError::Begun { sitting: sitting.id.clone(), closes_at });
        }
        if self.waits_in_another_pool(&entry, &pool, candidate, sitting.group_number).await? {
            return Ok(WaitAnswer::Elsewhere);
        }
        let list = settings.per.list_of(sitting.number, sitting.group_number);
        let open = open_sittings(&entry, &pool, now);
        let of_list = open.into_iter().filter(|(number, group)| settings.per.list_of(*number, *group) == list);
        let sittings = of_list.map(|(number, _)| number).collect();
        let request =
            WaitRequest { candidate: candidate.clone(), group: sitting.group_number, joins: Some((list, sittings)) };
        let answered = pool.lanes.wait.ask(request).await?;
        if answered.answer == WaitAnswer::Waiting {
            self.wait_for_event(&pool, answered.lineage, answered.event).await?;
        }
        Ok(answered.answer)
    }

    /// Takes the candidate off the list of the sitting's group. Whoever has an offer gives its hold back instead:
    /// [`WaitAnswer::Offered`].
    pub async fn leave_list(
        &self,
        exam: &ExamId,
        candidate: &CandidateId,
        sitting: &SittingId,
    ) -> Result<WaitAnswer, HoldError> {
        self.look_for(exam, std::slice::from_ref(sitting)).await?;
        let entry = self.entry(exam)?;
        let (pool, wanted) = self.resolve(&entry, std::slice::from_ref(sitting))?;
        let request = WaitRequest { candidate: candidate.clone(), group: wanted[0].group_number, joins: None };
        let answered = pool.lanes.wait.ask(request).await?;
        if answered.answer == WaitAnswer::Left {
            self.wait_for_event(&pool, answered.lineage, answered.event).await?;
        }
        Ok(answered.answer)
    }

    /// Calls `wait` for these requests, by the settings that the lists had last.
    pub(in crate::engine) async fn wait_in_redis(
        &self,
        pool: &Pool,
        requests: &[WaitRequest],
    ) -> Result<(Reply<WaitAnswer>, i64), HoldError> {
        let settings = self.entry(&pool.exam)?.last_waiting_list;
        let settings = settings.ok_or_else(|| invalid("waiting_list", "the exam has none"))?;
        let (store, keys) = (&self.inner.store, &pool.keys);
        self.call(pool, |moment| store.wait(keys, moment, settings, requests)).await
    }

    async fn waits_in_another_pool(
        &self,
        entry: &ExamEntry,
        pool: &Pool,
        candidate: &CandidateId,
        group: SittingNumber,
    ) -> Result<bool, HoldError> {
        let is_elsewhere =
            |sitting: &Sitting| sitting.group_number == group && sitting.spec.pool.as_ref() != Some(&pool.id);
        // Where a group is in one pool, Redis knows.
        if !entry.sittings.iter().any(|sitting| is_elsewhere(sitting)) {
            return Ok(false);
        }
        let client = self.inner.ledger.client().await?;
        let rows = waits::of_candidate(&**client, &entry.exam.id, candidate).await?;
        let waits = |state| matches!(state, WaitState::Waiting | WaitState::Offered);
        Ok(rows.iter().any(|row| row.of.group == group && row.pool != pool.id && waits(row.of.wait.state)))
    }

    /// The candidate's waits in the exam, those that are over among them; at most one for each group.
    pub async fn waits_of(&self, exam: &ExamId, candidate: &CandidateId) -> Result<Vec<Waiting>, HoldError> {
        let entry = self.entry(exam)?;
        if entry.last_waiting_list.is_none() {
            return Ok(Vec::new());
        }
        let client = self.inner.ledger.client().await?;
        let rows = waits::of_candidate(&**client, exam, candidate).await?;
        drop(client);
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let mut waiting = waiting(&entry, row.clone());
            if waiting.state == WaitState::Waiting {
                let pool = self.pool(&row.pool)?;
                let store = &self.inner.store;
                let position = self.ask(|| store.position_in_list(&pool.keys, candidate, row.of.group)).await?;
                waiting.position = position
                    .filter(|position| position.wait.state == WaitState::Waiting)
                    .map(|position| (position.ahead, position.waiting));
            }
            found.push(waiting);
        }
        Ok(found)
    }

    /// Waits of which their candidates are not told yet, at most `limit`; without positions.
    pub async fn untold_waits(&self, exam: &ExamId, limit: u16) -> Result<Vec<Waiting>, HoldError> {
        let entry = self.entry(exam)?;
        if entry.last_waiting_list.is_none() {
            return Ok(Vec::new());
        }
        let client = self.inner.ledger.client().await?;
        let rows = waits::untold(&**client, exam, limit.into()).await?;
        Ok(rows.into_iter().map(|row| waiting(&entry, row)).collect())
    }

    /// Notes that the candidate was told of this wait, as it is in it. False when it has moved on.
    pub async fn wait_told(&self, exam: &ExamId, waiting: &Waiting) -> Result<bool, HoldError> {
        let client = self.inner.ledger.client().await?;
        Ok(waits::told(&**client, exam, &waiting.of).await?)
    }

    /// How many wait for each sitting, and what is kept for them; of sittings with either.
    pub async fn list_counts(&self, exam: &ExamId) -> Result<HashMap<SittingId, ListCount>, HoldError> {
        let entry = self.entry(exam)?;
        let Some(settings) = entry.last_waiting_list else { return Ok(HashMap::new()) };
        let client = self.inner.ledger.client().await?;
        let waiting = waits::waiting(&**client, exam).await?;
        drop(client);
        let mut kept = HashMap::new();
        for pool in self.pools_of(exam) {
            kept.extend(self.ask(|| self.inner.store.kept(&pool.keys)).await?);
        }
        let count = |sitting: &Sitting| ListCount {
            waiting: waiting
                .get(&settings.per.list_of(sitting.number, sitting.group_number))
                .copied()
                .unwrap_or_default(),
            kept: kept.get(&sitting.number).copied().unwrap_or_default(),
        };
        let counts = entry.sittings.iter().map(|sitting| (sitting.id.clone(), count(sitting)));
        Ok(counts.filter(|(_, count)| *count != ListCount::default()).collect())
    }
}

fn waiting(entry: &ExamEntry, WaitRow { of, pool, changed_at }: WaitRow) -> Waiting {
    let per = entry.last_waiting_list.map_or(ListPer::Sitting, |settings| settings.per);
    let in_list = |sitting: &&std::sync::Arc<Sitting>| {
        per.list_of(sitting.number, sitting.group_number) == of.wait.list && sitting.spec.pool.as_ref() == Some(&pool)
    };
    let offer =
        of.wait.offer.map(|(generation, sitting)| HoldId { candidate: of.candidate.clone(), sitting, generation });
    Waiting {
        sittings: entry.sittings.iter().filter(in_list).map(|sitting| sitting.id.clone()).collect(),
        state: of.wait.state,
        position: None,
        lapses: of.wait.lapses,
        offer: offer.filter(|_| of.wait.state == WaitState::Offered),
        changed_at,
        of,
    }
}
