//! Creating and changing exams and sittings; capacity may change at any time.

use std::sync::Arc;

use crate::engine::{Engine, HoldError};
use crate::ids::{ExamId, PoolId, SittingId, SittingNumber};
use crate::ledger::{LedgerError, catalogue, earlier_graces, exams, pools, sittings, waiting_rooms};
use crate::pool::Pool;
use crate::sitting::{CAPACITY_MAX, Exam, Sitting, SittingSpec, TITLE_CHARS_MAX};
use crate::waiting_room::ADMIT_PER_SECOND_MAX;

/// Longest hold, and longest grace.
const HOLD_SECONDS_MAX: i64 = 30 * 24 * 3_600;

fn invalid(field: &'static str, reason: impl Into<String>) -> HoldError {
    HoldError::Invalid { field, reason: reason.into() }
}

fn check_text(field: &'static str, text: &str) -> Result<(), HoldError> {
    let length = text.chars().count();
    if text.chars().all(is_blank) || length > TITLE_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(invalid(field, format!("1 to {TITLE_CHARS_MAX} characters on one line, not all of them blank")));
    }
    Ok(())
}

/// Is nothing to be seen of it: a blank of any width, a joiner, a mark of direction or of byte order, a filler?
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn check_exam(exam: &Exam) -> Result<(), HoldError> {
    check_text("title", &exam.title)?;
    if !(1..=HOLD_SECONDS_MAX).contains(&exam.hold.as_secs()) {
        return Err(invalid("hold_seconds", format!("1 to {HOLD_SECONDS_MAX}")));
    }
    if !(0..=HOLD_SECONDS_MAX).contains(&exam.grace.as_secs()) {
        return Err(invalid("grace_seconds", format!("0 to {HOLD_SECONDS_MAX}")));
    }
    if exam.waiting_room.admit_per_second.is_some_and(|rate| !(1..=ADMIT_PER_SECOND_MAX).contains(&rate)) {
        return Err(invalid("waiting_room.admit_per_second", format!("1 to {ADMIT_PER_SECOND_MAX}")));
    }
    match (exam.opens_at, exam.closes_at) {
        (Some(opens), Some(closes)) if opens >= closes => Err(invalid("closes_at", "after opens_at")),
        _ => Ok(()),
    }
}

fn check_sitting(spec: &SittingSpec) -> Result<(), HoldError> {
    check_text("title", &spec.title)?;
    if let Some(venue) = &spec.venue {
        check_text("venue", venue)?;
    }
    if spec.capacity > CAPACITY_MAX {
        return Err(invalid("capacity", format!("0 to {CAPACITY_MAX}")));
    }
    Ok(())
}

/// What of a sitting cannot change once it is there.
fn check_change(before: &SittingSpec, spec: &SittingSpec) -> Result<(), HoldError> {
    if before.group != spec.group {
        return Err(invalid("group", "cannot change once the sitting is there"));
    }
    if spec.pool.is_some() && spec.pool != before.pool {
        return Err(invalid("pool", "cannot change once the sitting is there"));
    }
    Ok(())
}

impl Engine {
    /// Refuses what [`Self::put_sitting`] would refuse of these sittings, before any of them is changed.
    pub fn check_sittings(&self, exam: &ExamId, sittings: &[(SittingId, SittingSpec)]) -> Result<(), HoldError> {
        let catalogue = self.catalogue();
        let entry = catalogue.exam(exam);
        for (id, spec) in sittings {
            check_sitting(spec)?;
            if let Some(known) = entry.and_then(|entry| entry.sitting(id)) {
                check_change(&known.spec, spec)?;
            }
        }
        Ok(())
    }

    /// Creates or changes an exam. True when it is new.
    pub async fn put_exam(&self, exam: Exam) -> Result<bool, HoldError> {
        check_exam(&exam)?;
        let mut client = self.inner.ledger.client().await?;
        let tx = client.transaction().await.map_err(LedgerError::from)?;
        let had_opened = exams::had_opened(&*tx, &exam.id).await?;
        earlier_graces::keep(&*tx, &exam).await?;
        let is_new = exams::put(&*tx, &exam).await?;
        waiting_rooms::put(&*tx, &exam, had_opened).await?;
        catalogue::count_up(&*tx).await?;
        tx.commit().await.map_err(LedgerError::from)?;
        drop(client);
        self.reload_catalogue().await?;
        Ok(is_new)
    }

    /// Creates or changes a sitting. True when it is new. Its group and pool cannot change.
    pub async fn put_sitting(
        &self,
        exam: &ExamId,
        id: &SittingId,
        spec: SittingSpec,
    ) -> Result<(Arc<Sitting>, bool), HoldError> {
        self.put_sitting_if(exam, id, spec, None).await
    }

    /// The same, but where the sitting is there and has not `known` seats any more, nothing is changed and
    /// [`HoldError::Invalid`] says so. `None`: however many it has.
    pub async fn put_sitting_if(
        &self,
        exam: &ExamId,
        id: &SittingId,
        spec: SittingSpec,
        known: Option<u32>,
    ) -> Result<(Arc<Sitting>, bool), HoldError> {
        check_sitting(&spec)?;
        self.look_for(exam, &[]).await?;
        self.entry(exam)?;
        let is_new = match self.change_sitting(exam, id, &spec, known).await? {
            Some(()) => false,
            None => {
                self.add_sitting(exam, id, &spec).await?;
                true
            }
        };
        self.reload_catalogue().await?;
        let entry = self.entry(exam)?;
        let sitting = entry.sitting(id).ok_or_else(|| HoldError::UnknownSitting(id.clone()))?;
        Ok((sitting.clone(), is_new))
    }

    /// Changes a sitting that is there; `None` when there is none.
    ///
    /// Whatever dies half way, Redis never has more seats than the ledger: a capacity is raised in the ledger first and
    /// lowered in Redis first. The row stays locked while Redis takes it over, so that two changes cannot cross.
    async fn change_sitting(
        &self,
        exam: &ExamId,
        id: &SittingId,
        spec: &SittingSpec,
        known: Option<u32>,
    ) -> Result<Option<()>, HoldError> {
        let mut client = self.inner.ledger.client().await?;
        let tx = client.transaction().await.map_err(LedgerError::from)?;
        let Some(before) = sittings::lock(&*tx, exam, id).await? else { return Ok(None) };
        check_change(&before.spec, spec)?;
        if known.is_some_and(|known| known != before.spec.capacity) {
            return Err(invalid("capacity", "has changed meanwhile: look at it again"));
        }
        let pool_id = before.spec.pool.clone().unwrap_or_else(|| own_pool(exam));
        let pool = self.pool(&pool_id)?;
        let is_raised = spec.capacity > before.spec.capacity;
        let taken = match is_raised {
            true => 0,
            false => self.resize(&pool, before.number, spec.capacity).await?,
        };
        sittings::change(&*tx, exam, before.number, spec, taken).await?;
        catalogue::count_up(&*tx).await?;
        tx.commit().await.map_err(LedgerError::from)?;
        drop(client);
        if is_raised {
            self.carry_capacity(&pool, exam, id).await?;
        }
        Ok(Some(()))
    }

    async fn add_sitting(&self, exam: &ExamId, id: &SittingId, spec: &SittingSpec) -> Result<(), HoldError> {
        let pool_id = spec.pool.clone().unwrap_or_else(|| own_pool(exam));
        let mut client = self.inner.ledger.client().await?;
        let tx = client.transaction().await.map_err(LedgerError::from)?;
        if !pools::add(&*tx, &pool_id, exam).await? {
            return Err(invalid("pool", "belongs to another exam"));
        }
        let sitting = sittings::add(&*tx, exam, id, &pool_id, spec).await?;
        catalogue::count_up(&*tx).await?;
        tx.commit().await.map_err(LedgerError::from)?;
        drop(client);
        self.reload_catalogue().await?;
        let pool = self.pool(&pool_id)?;
        // A pool that is opened now brings the new sitting with it; else Redis learns of it here.
        self.resize(&pool, sitting.number, spec.capacity).await?;
        Ok(())
    }

    /// Sets a capacity in Redis; answers how many seats are taken.
    async fn resize(&self, pool: &Pool, number: SittingNumber, capacity: u32) -> Result<i64, HoldError> {
        let capacities = [(number, capacity)];
        let store = &self.inner.store;
        let (reply, _) = self.call(pool, |moment| store.resize(&pool.keys, moment, &capacities)).await?;
        pool.board.resized(&capacities, &reply.free, reply.event);
        Ok(reply.answers.first().copied().unwrap_or_default())
    }

    /// Brings Redis's capacities to the ledger's, where a change died between the two.
    pub(in crate::engine) async fn reconcile_capacities(&self, pool: &Pool) -> Result<(), HoldError> {
        let client = self.inner.ledger.client().await?;
        let wanted = sittings::capacities(&**client, &pool.id).await?;
        drop(client);
        let differs = |&(number, capacity): &(_, u32)| pool.board.capacity(number) != Some(i64::from(capacity));
        if !wanted.iter().any(differs) {
            return Ok(());
        }
        let catalogue = self.catalogue();
        let Some(entry) = catalogue.exam(&pool.exam) else { return Ok(()) };
        for (number, _) in wanted.into_iter().filter(differs) {
            if let Some(sitting) = entry.numbered(number) {
                self.carry_capacity(pool, &pool.exam, &sitting.id).await?;
            }
        }
        Ok(())
    }

    /// Sets in Redis what the ledger says by now, and promises what is taken: under the row's lock, so that a change
    /// which is just happening is not undone.
    async fn carry_capacity(&self, pool: &Pool, exam: &ExamId, id: &SittingId) -> Result<(), HoldError> {
        let mut client = self.inner.ledger.client().await?;
        let tx = client.transaction().await.map_err(LedgerError::from)?;
        if let Some(now) = sittings::lock(&*tx, exam, id).await? {
            let taken = self.resize(pool, now.number, now.spec.capacity).await?;
            sittings::promise(&*tx, exam, now.number, taken).await?;
        }
        tx.commit().await.map_err(LedgerError::from)?;
        Ok(())
    }
}

/// The pool of all sittings that name none.
fn own_pool(exam: &ExamId) -> PoolId {
    exam.as_str().parse().expect("an exam's id is a name, as a pool's is")
}
