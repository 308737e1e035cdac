//! Freezing and confirming: where evidence of payment becomes a seat.
//!
//! freeze in Redis (with the reference, so that the intent is in the ledger) → commit in the
//! ledger → tell the caller → mark in Redis. Whatever step dies, `sweep::finish` goes on from
//! what the ledger has.

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use crate::engine::lanes::coalesce::Answered;
use crate::engine::lanes::{Decided, RunningPool};
use crate::engine::seats::hold::{Located, id_of};
use crate::engine::{Engine, HoldError};
use crate::hold::{Hold, HoldState};
use crate::ids::{ExamId, Generation, HoldId, Reference};
use crate::ledger::holds::decide::{self, Confirmed};
use crate::ledger::holds::{self, HoldRow};
use crate::ledger::{self, ANSWER_WAIT, LedgerError};
use crate::pool::Pool;
use crate::store::reply::FreezeAnswer;
use crate::store::{FreezeRequest, Place};

impl Engine {
    /// Stops the clock: evidence of payment is in. [`HoldError::Expired`] when it has ended.
    pub async fn freeze(&self, exam: &ExamId, hold: &HoldId) -> Result<Hold, HoldError> {
        self.look_for_hold(exam, hold).await?;
        let located = self.locate(exam, hold)?;
        match self.freeze_in_redis(&located, false, None).await?.answer {
            FreezeAnswer::Frozen(_) | FreezeAnswer::Confirmed(_) => self.find(exam, hold).await,
            _ => {
                self.wait_for_tail(&located.pool).await?;
                match self.row(&located).await? {
                    None => Err(HoldError::UnknownHold(hold.clone())),
                    Some(_) => Err(HoldError::Expired(hold.clone())),
                }
            }
        }
    }

    /// Stops the clocks of one candidate's holds together: those of one pool in one call of Redis. False when one of them
    /// has ended, or was never there; the others stand still all the same.
    pub async fn freeze_all(&self, exam: &ExamId, holds: &[HoldId]) -> Result<bool, HoldError> {
        let mut located = Vec::with_capacity(holds.len());
        for hold in holds {
            match self.look_for_hold(exam, hold).await.and_then(|()| self.locate(exam, hold)) {
                Ok(found) => located.push(found),
                Err(HoldError::UnknownHold(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let asked = located.iter().map(|located| self.freeze_in_redis(located, false, None));
        let answers = try_join_all(asked).await?;
        let is_frozen = |answer: &FreezeAnswer| matches!(answer, FreezeAnswer::Frozen(_) | FreezeAnswer::Confirmed(_));
        let frozen = answers.iter().filter(|answered| is_frozen(&answered.answer)).count();
        Ok(frozen == holds.len())
    }

    /// Makes the seat the candidate's; returns after the ledger has committed it. A hold that has
    /// ended takes a free seat of the sitting under a new id, or is [`HoldError::Expired`].
    /// Idempotent by (hold, reference).
    pub async fn confirm(&self, exam: &ExamId, hold: &HoldId, reference: &Reference) -> Result<Hold, HoldError> {
        self.look_for_hold(exam, hold).await?;
        let mut located = self.locate(exam, hold)?;
        let frozen = self.freeze_in_redis(&located, false, Some(reference)).await?;
        located.place.generation = match frozen.answer {
            FreezeAnswer::Frozen(generation) | FreezeAnswer::Confirmed(generation) => {
                self.wait_for_event(&located.pool, frozen.lineage, frozen.event).await?;
                generation
            }
            answer => self.take_anew(&located, hold, reference, answer).await?,
        };
        let row = self.confirm_in_ledger(&located.pool, &located.place, reference).await?;
        Ok(located.hold(&row))
    }

    async fn freeze_in_redis(
        &self,
        located: &Located,
        take: bool,
        reference: Option<&Reference>,
    ) -> Result<Answered<FreezeAnswer>, HoldError> {
        let Located { pool, place, entry, .. } = located;
        let request = FreezeRequest { place: place.clone(), take, reference: reference.cloned() };
        let answered = pool.lanes.freeze.ask(request).await?;
        self.acknowledge(&entry.exam, pool, answered.lineage, answered.event).await?;
        Ok(answered)
    }

    /// The money is there but the hold is gone: finds the seat that an earlier try took, or the
    /// candidate's later hold on the sitting, or takes a free seat of a sitting that has not begun.
    async fn take_anew(
        &self,
        located: &Located,
        hold: &HoldId,
        reference: &Reference,
        answer: FreezeAnswer,
    ) -> Result<Generation, HoldError> {
        let Located { pool, place, entry, sitting } = located;
        self.wait_for_tail(pool).await?;
        let Some(old) = self.row(located).await? else { return Err(HoldError::UnknownHold(hold.clone())) };
        let client = self.inner.ledger.client().await?;
        let earlier =
            holds::find_by_reference(&**client, &entry.exam.id, &place.candidate, place.sitting, reference).await?;
        drop(client);
        match earlier {
            Some(row) if row.state.is_live() => return Ok(row.place.generation),
            // Somebody decided against this payment; it cannot buy the seat after all.
            Some(row) if row.state == HoldState::Cancelled => return Err(HoldError::Expired(hold.clone())),
            _ if old.state == HoldState::Cancelled => return Err(HoldError::Expired(hold.clone())),
            _ => {}
        }
        let mut again =
            Located { entry: entry.clone(), pool: pool.clone(), sitting: sitting.clone(), place: place.clone() };
        if let FreezeAnswer::Other(_, generation) = answer {
            again.place.generation = generation;
        }
        // Whoever paid for a sitting that has begun gets the money back, and no seat.
        let has_begun = sitting.closes_at(SignedDuration::ZERO).is_some_and(|begins| begins <= Timestamp::now());
        let taken = self.freeze_in_redis(&again, !has_begun, Some(reference)).await?;
        match taken.answer {
            FreezeAnswer::Frozen(generation)
            | FreezeAnswer::Confirmed(generation)
            | FreezeAnswer::Taken(generation) => {
                self.wait_for_event(pool, taken.lineage, taken.event).await?;
                Ok(generation)
            }
            FreezeAnswer::GroupTaken => Err(HoldError::GroupTaken(sitting.id.clone())),
            FreezeAnswer::Other(..) => Err(HoldError::Unavailable("the hold is just changing".to_owned())),
            FreezeAnswer::Full | FreezeAnswer::Expired => Err(HoldError::Expired(hold.clone())),
        }
    }

    /// Commits a frozen hold's confirmation, then tells Redis.
    pub(in crate::engine) async fn confirm_in_ledger(
        &self,
        pool: &RunningPool,
        place: &Place,
        reference: &Reference,
    ) -> Result<HoldRow, HoldError> {
        let wish = (place.clone(), reference.clone());
        match pool.lanes.confirm.ask(wish).await?.answer {
            Decided::Said(Confirmed::Yes { row, is_new }) => {
                if is_new && let Err(error) = self.settle(pool, &[(place.clone(), true)]).await {
                    // The seat is the candidate's; Redis is told again by `finish`.
                    tracing::warn!(pool = %pool.id, %error, "a confirmation is not in Redis yet");
                }
                Ok(row)
            }
            Decided::Overbooked => {
                // Redis gave out a seat that the ledger does not have: only after Redis lost data.
                let client = self.inner.ledger.client().await?;
                decide::cancel(&**client, &pool.exam, place).await?;
                drop(client);
                self.settle(pool, &[(place.clone(), false)]).await?;
                Err(self.full(pool, place))
            }
            Decided::Said(Confirmed::OtherReference) => Err(HoldError::OtherReference(id_of(place))),
            Decided::Said(Confirmed::Ended) => Err(HoldError::Expired(id_of(place))),
            // Redis lost it before the ledger had it.
            Decided::Said(Confirmed::NotFrozen) => Err(HoldError::Unavailable("the hold is just changing".to_owned())),
        }
    }

    /// Commits what is wished in one transaction; one by one where a sitting has not enough for all.
    pub(in crate::engine) async fn decide(
        &self,
        pool: &Pool,
        wishes: &[(Place, Reference)],
    ) -> Result<Vec<Decided>, HoldError> {
        match self.decide_together(pool, wishes).await {
            Err(LedgerError::Overbooked) => {}
            words => return Ok(words?.into_iter().map(Decided::Said).collect()),
        }
        let mut decided = Vec::with_capacity(wishes.len());
        for wish in wishes {
            decided.push(match self.decide_together(pool, std::slice::from_ref(wish)).await {
                Err(LedgerError::Overbooked) => Decided::Overbooked,
                words => words?.pop().map_or(Decided::Said(Confirmed::NotFrozen), Decided::Said),
            });
        }
        Ok(decided)
    }

    async fn decide_together(&self, pool: &Pool, wishes: &[(Place, Reference)]) -> Result<Vec<Confirmed>, LedgerError> {
        let mut client = self.inner.ledger.client().await?;
        let deciding = async {
            let tx = client.transaction().await?;
            ledger::limit(&tx).await?;
            let words = decide::confirm(&tx, &pool.exam, wishes).await?;
            tx.commit().await?;
            Ok(words)
        };
        let outcome = tokio::time::timeout(ANSWER_WAIT, deciding).await;
        self.inner.ledger.heard(client, outcome)
    }

    fn full(&self, pool: &Pool, place: &Place) -> HoldError {
        let entry = self.entry(&pool.exam).ok();
        match entry.as_ref().and_then(|entry| entry.numbered(place.sitting)) {
            Some(sitting) => HoldError::Full {
                sitting: sitting.id.clone(),
                next_release_at: pool.board.next_release_at(place.sitting),
            },
            None => HoldError::Expired(id_of(place)),
        }
    }
}
