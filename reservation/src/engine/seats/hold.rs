//! Taking seats, looking at holds, giving them back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use crate::engine::catalogue::ExamEntry;
use crate::engine::lanes::RunningPool;
use crate::engine::lanes::coalesce::Answered;
use crate::engine::seats::asked_again::Asked;
use crate::engine::waiting_room::Admission;
use crate::engine::{Engine, HoldError, Taken};
use crate::hold::{Hold, HoldState};
use crate::ids::{CandidateId, ExamId, HoldId, SittingId, SittingNumber};
use crate::ledger::holds::{self, HoldRow};
use crate::pool::Pool;
use crate::sitting::{Acknowledge, Exam, Sitting};
use crate::store::event::StreamId;
use crate::store::reply::{HoldAnswer, ReleaseAnswer, Reply, Seat, SettleAnswer};
use crate::store::{HoldRequest, Lasting, Place};

/// Most sittings in one request.
pub(crate) const SITTINGS_MAX: usize = 16;

/// Whoever gave a seat back and takes one again gets what is left of its time, but no less than this without the grace:
/// nobody pays in less. Until that rest is over, no seat of the group is free to them. So however often somebody
/// gives back and takes again, others have their chance when the first deadline comes. An exam with very short holds
/// has a tenth of one instead.
const LEAST: Duration = Duration::from_secs(60);

/// How long holds of an exam last, with the grace.
pub(in crate::engine) fn lasting(entry: &ExamEntry) -> Lasting {
    let ttl = Duration::try_from(entry.ttl(Timestamp::now())).unwrap_or_default();
    let hold = Duration::try_from(entry.exam.hold).unwrap_or_default();
    Lasting { ttl, least: ttl.saturating_sub(hold) + LEAST.min(hold / 10) }
}

/// A time in ms since 1970, as scripts give it.
pub(in crate::engine) fn at_ms(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A hold's pool, its sitting and its place.
pub(in crate::engine) struct Located {
    pub(in crate::engine) entry: Arc<ExamEntry>,
    pub(in crate::engine) pool: Arc<RunningPool>,
    pub(in crate::engine) sitting: Arc<Sitting>,
    pub(in crate::engine) place: Place,
}

impl Located {
    /// The hold as callers see it.
    pub(in crate::engine) fn hold(&self, row: &HoldRow) -> Hold {
        Hold {
            id: id_of(&row.place),
            sitting: self.sitting.id.clone(),
            state: row.state,
            expires_at: self.entry.shown(row.lapses_at),
            reference: row.reference.clone().filter(|_| row.state == HoldState::Confirmed),
        }
    }
}

pub(in crate::engine) fn id_of(place: &Place) -> HoldId {
    HoldId { candidate: place.candidate.clone(), sitting: place.sitting, generation: place.generation }
}

impl Engine {
    /// Takes a seat in each of the sittings, all or none. Again with the same: the same holds. While a waiting room is
    /// on, only who is admitted is let through. No seat is given out in a sitting that has begun, nor in one that begins
    /// before the hold would end, unless it is paid for.
    pub async fn hold(
        &self,
        exam: &ExamId,
        candidate: &CandidateId,
        sittings: &[SittingId],
        admission: Admission<'_>,
    ) -> Result<Taken, HoldError> {
        let asked = Instant::now();
        let outcome = self.take(exam, candidate, sittings, admission).await;
        self.count(exam, &outcome, asked.elapsed());
        outcome
    }

    async fn take(
        &self,
        exam: &ExamId,
        candidate: &CandidateId,
        sittings: &[SittingId],
        admission: Admission<'_>,
    ) -> Result<Taken, HoldError> {
        self.look_for(exam, sittings).await?;
        let entry = self.entry(exam)?;
        let (pool, wanted) = self.resolve(&entry, sittings)?;
        let now = Timestamp::now();
        if !entry.exam.is_open(now) {
            return Err(HoldError::NotOpen { opens_at: entry.exam.opens_at, closes_at: entry.exam.closes_at });
        }
        refuse_begun(&entry.exam, &wanted, admission, now)?;
        self.admit(&entry, candidate, admission)?;
        let request = HoldRequest {
            candidate: candidate.clone(),
            sittings: wanted.iter().map(|sitting| (sitting.number, sitting.group_number)).collect(),
        };
        let Answered { answer, event, lineage, now_ms } = pool.lanes.hold.ask(request).await?;
        let (seats, is_new) = seats_of(&entry, &pool, answer)?;
        if is_new {
            self.seated(&entry);
        }
        self.acknowledge(&entry.exam, &pool, lineage, event).await?;
        let holds = wanted.iter().zip(seats).map(|(sitting, seat)| hold_of(&entry, candidate, sitting, seat));
        Ok(Taken { holds: holds.collect(), is_new, server_time: at_ms(now_ms) })
    }

    /// Calls `hold`; asked again where no answer came, and what the first time took is new all the same.
    pub(in crate::engine) async fn hold_in_redis(
        &self,
        pool: &Pool,
        requests: &[HoldRequest],
    ) -> Result<(Reply<HoldAnswer>, i64), HoldError> {
        let entry = self.entry(&pool.exam)?;
        let (store, lasting) = (&self.inner.store, lasting(&entry));
        let asked = Asked::now(store, &pool.keys);
        let (mut reply, lineage) = self
            .call(pool, |moment| {
                asked.count();
                store.hold(&pool.keys, moment, lasting, requests)
            })
            .await?;
        self.tell_new(pool, &asked, (lasting.ttl, reply.now_ms), reply.answers.iter_mut()).await;
        Ok((reply, lineage))
    }

    /// The pool and the sittings that a request names.
    pub(in crate::engine) fn resolve(
        &self,
        entry: &ExamEntry,
        sittings: &[SittingId],
    ) -> Result<(Arc<RunningPool>, Vec<Arc<Sitting>>), HoldError> {
        let invalid = |reason: &str| HoldError::Invalid { field: "sittings", reason: reason.to_owned() };
        if sittings.is_empty() || sittings.len() > SITTINGS_MAX {
            return Err(invalid(&format!("1 to {SITTINGS_MAX} sittings")));
        }
        let mut wanted: Vec<Arc<Sitting>> = Vec::with_capacity(sittings.len());
        for id in sittings {
            let sitting = entry.sitting(id).ok_or_else(|| HoldError::UnknownSitting(id.clone()))?;
            if wanted.iter().any(|other| other.number == sitting.number) {
                return Err(invalid("each sitting once"));
            }
            if wanted.first().is_some_and(|first| first.spec.pool != sitting.spec.pool) {
                return Err(invalid("sittings of one pool only"));
            }
            wanted.push(sitting.clone());
        }
        let pool = wanted[0].spec.pool.as_ref().ok_or_else(|| invalid("a sitting without a pool"))?;
        Ok((self.pool(pool)?, wanted))
    }

    /// Waits until the ledger has the event, where the exam promises that.
    pub(in crate::engine) async fn acknowledge(
        &self,
        exam: &Exam,
        pool: &Pool,
        lineage: i64,
        event: Option<StreamId>,
    ) -> Result<(), HoldError> {
        if exam.acknowledge == Acknowledge::Redis {
            return Ok(());
        }
        // Boxed, as most exams do not ask for it: every hold would carry its size.
        Box::pin(self.wait_for_event(pool, lineage, event)).await
    }

    /// Waits until the ledger has what a call wrote.
    pub(in crate::engine) async fn wait_for_event(
        &self,
        pool: &Pool,
        lineage: i64,
        event: Option<StreamId>,
    ) -> Result<(), HoldError> {
        match event {
            Some(event) => Ok(pool.wait_for(lineage, event).await?),
            // Nothing changed now; what it answers for may still be on its way.
            None => self.wait_for_tail(pool).await,
        }
    }

    /// Waits until the ledger has everything that Redis has now.
    pub(in crate::engine) async fn wait_for_tail(&self, pool: &Pool) -> Result<(), HoldError> {
        let lineage = pool.epochs().lineage;
        let tail = self.ask(|| self.inner.store.tail(&pool.keys)).await?;
        Ok(pool.wait_for(lineage, tail.unwrap_or_default()).await?)
    }

    /// Finds out where a hold would be.
    pub(in crate::engine) fn locate(&self, exam: &ExamId, hold: &HoldId) -> Result<Located, HoldError> {
        let entry = self.entry(exam)?;
        let sitting = entry.numbered(hold.sitting).ok_or_else(|| HoldError::UnknownHold(hold.clone()))?.clone();
        let pool = sitting.spec.pool.as_ref().ok_or_else(|| HoldError::UnknownHold(hold.clone()))?;
        let pool = self.pool(pool)?;
        let place = Place {
            candidate: hold.candidate.clone(),
            group: sitting.group_number,
            sitting: sitting.number,
            generation: hold.generation,
        };
        Ok(Located { entry, pool, sitting, place })
    }

    /// A hold, live or ended.
    pub async fn find(&self, exam: &ExamId, hold: &HoldId) -> Result<Hold, HoldError> {
        self.look_for_hold(exam, hold).await?;
        let located = self.locate(exam, hold)?;
        let Located { pool, place, entry, sitting } = &located;
        let store = &self.inner.store;
        let record = self.ask(|| store.record(&pool.keys, &place.candidate, place.group)).await?;
        let seat = record.as_deref().and_then(seat_of).filter(|seat| seat.generation == place.generation);
        match seat {
            Some(seat) if seat.state == HoldState::Held => Ok(hold_of(entry, &place.candidate, sitting, seat)),
            // The ledger leads, and knows the reference.
            Some(seat) => Ok(self
                .row(&located)
                .await?
                .filter(|row| row.state != HoldState::Held)
                .map_or_else(|| hold_of(entry, &place.candidate, sitting, seat), |row| located.hold(&row))),
            None => {
                let ended = self.row(&located).await?.filter(|row| !row.state.is_live());
                let row = match ended {
                    Some(row) => Some(row),
                    None => {
                        self.wait_for_tail(pool).await?;
                        self.row(&located).await?
                    }
                };
                row.map(|row| located.hold(&row)).ok_or_else(|| HoldError::UnknownHold(hold.clone()))
            }
        }
    }

    /// The hold's row in the ledger.
    pub(in crate::engine) async fn row(&self, located: &Located) -> Result<Option<HoldRow>, HoldError> {
        let client = self.inner.ledger.client().await?;
        let Place { candidate, sitting, generation, .. } = &located.place;
        Ok(holds::find(&**client, &located.entry.exam.id, candidate, *sitting, *generation).await?)
    }

    /// Gives the seat back: a held one becomes released, a frozen or confirmed one cancelled. Also
    /// fine when it ended already.
    pub async fn release(&self, exam: &ExamId, hold: &HoldId) -> Result<(), HoldError> {
        self.look_for_hold(exam, hold).await?;
        let located = self.locate(exam, hold)?;
        let Located { pool, place, entry, .. } = &located;
        let Answered { answer, event, lineage, .. } = pool.lanes.release.ask(place.clone()).await?;
        match answer {
            ReleaseAnswer::Frozen | ReleaseAnswer::Confirmed => self.cancel(&located).await,
            ReleaseAnswer::Released | ReleaseAnswer::Gone => self.acknowledge(&entry.exam, pool, lineage, event).await,
        }
    }

    /// Cancels a hold that the ledger leads: there first, then in Redis.
    async fn cancel(&self, located: &Located) -> Result<(), HoldError> {
        self.wait_for_tail(&located.pool).await?;
        let client = self.inner.ledger.client().await?;
        let is_cancelled = holds::decide::cancel(&**client, &located.entry.exam.id, &located.place).await?;
        drop(client);
        if !is_cancelled && self.row(located).await?.is_some_and(|row| row.state.is_live()) {
            return Err(HoldError::Unavailable("the hold is just changing".to_owned()));
        }
        self.settle(&located.pool, &[(located.place.clone(), false)]).await
    }

    /// Carries decisions of the ledger to Redis: true for confirmed, false for cancelled.
    pub(in crate::engine) async fn settle(
        &self,
        pool: &RunningPool,
        decided: &[(Place, bool)],
    ) -> Result<(), HoldError> {
        let answers = try_join_all(decided.iter().map(|decision| pool.lanes.settle.ask(decision.clone()))).await?;
        let conflicts = answers.iter().filter(|answered| answered.answer == SettleAnswer::Conflict).count() as u64;
        if conflicts > 0 {
            tracing::error!(pool = %pool.id, conflicts, "Redis has another hold where the ledger confirmed one");
            metrics::counter!("seathold_settle_conflicts_total").increment(conflicts);
        }
        Ok(())
    }
}

/// Refuses sittings in which no seat is given out any more. Whoever has paid needs no time for it.
pub(in crate::engine) fn refuse_begun<'a>(
    exam: &Exam,
    wanted: impl IntoIterator<Item = &'a Arc<Sitting>>,
    admission: Admission<'_>,
    now: Timestamp,
) -> Result<(), HoldError> {
    let to_pay = match admission {
        Admission::Exempt => SignedDuration::ZERO,
        Admission::Pass(_) => exam.hold,
    };
    for sitting in wanted {
        if let Some(closes_at) = sitting.closes_at(to_pay).filter(|closes_at| *closes_at <= now) {
            return Err(HoldError::Begun { sitting: sitting.id.clone(), closes_at });
        }
    }
    Ok(())
}

/// The seats that a script gave, and whether any of them is new; or why it gave none.
pub(in crate::engine) fn seats_of(
    entry: &ExamEntry,
    pool: &Pool,
    answer: HoldAnswer,
) -> Result<(Vec<Seat>, bool), HoldError> {
    let unheard = || HoldError::Unavailable("Redis named another sitting".to_owned());
    let id_of = |number: SittingNumber| entry.numbered(number).map(|sitting| sitting.id.clone()).ok_or_else(unheard);
    match answer {
        HoldAnswer::Held(seats) => Ok((seats, true)),
        HoldAnswer::Kept(seats) => Ok((seats, false)),
        HoldAnswer::Full(number, earliest_ms) => {
            // Just after the rush's first answers the board has not heard of their deadlines.
            let told = Some(earliest_ms).filter(|ms| *ms > 0).map(at_ms);
            let next_release_at = pool.board.next_release_at_or(number, told);
            Err(HoldError::Full { sitting: id_of(number)?, next_release_at })
        }
        // For this candidate no seat is free until then.
        HoldAnswer::Resting(number, until_ms) => {
            Err(HoldError::Full { sitting: id_of(number)?, next_release_at: Some(at_ms(until_ms)) })
        }
        HoldAnswer::GroupTaken(number) => Err(HoldError::GroupTaken(id_of(number)?)),
        // The ledger has it and Redis does not yet: a new sitting on its way.
        HoldAnswer::UnknownSitting(_) => Err(unheard()),
    }
}

/// A seat as callers see it.
pub(in crate::engine) fn hold_of(entry: &ExamEntry, candidate: &CandidateId, sitting: &Sitting, seat: Seat) -> Hold {
    Hold {
        id: HoldId { candidate: candidate.clone(), sitting: sitting.number, generation: seat.generation },
        sitting: sitting.id.clone(),
        state: seat.state,
        expires_at: entry.shown(at_ms(seat.lapses_ms)),
        reference: None,
    }
}

/// Reads a record as Redis keeps it.
fn seat_of(record: &str) -> Option<Seat> {
    let (head, rest) = record.split_once(' ')?;
    let (generation, lapses) = rest.split_once(' ')?;
    let state = match head.as_bytes().first()? {
        b'h' => HoldState::Held,
        b'f' => HoldState::Frozen,
        b'c' => HoldState::Confirmed,
        _ => return None,
    };
    Some(Seat { state, generation: crate::ids::Generation(generation.parse().ok()?), lapses_ms: lapses.parse().ok()? })
}
