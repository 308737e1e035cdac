//! Changing seats: what a candidate holds is given back for others in one step, under the same deadline.

use std::time::Instant;

use jiff::Timestamp;

use crate::engine::seats::asked_again::Asked;
use crate::engine::seats::hold::{SITTINGS_MAX, at_ms, hold_of, lasting, refuse_begun, seats_of};
use crate::engine::waiting_room::Admission;
use crate::engine::{Engine, HoldError, Taken};
use crate::ids::{CandidateId, ExamId, Generation, HoldId, PoolId, SittingId, SittingNumber};
use crate::store::ExchangeRequest;
use crate::store::reply::ExchangeAnswer;

impl Engine {
    /// Are all of these sittings in one pool, so that seats of them can be exchanged?
    pub fn share_a_pool(&self, exam: &ExamId, sittings: &[SittingId]) -> Result<bool, HoldError> {
        let entry = self.entry(exam)?;
        let mut pools = Vec::with_capacity(sittings.len());
        for id in sittings {
            pools.push(entry.sitting(id).ok_or_else(|| HoldError::UnknownSitting(id.clone()))?.spec.pool.clone());
        }
        Ok(pools.windows(2).all(|two| two[0] == two[1]))
    }

    /// Gives `given_back` (held, of one candidate) back and takes a seat in each of `sittings`, all or nothing. What is
    /// in both stays. The new holds end when the first of the old ones would have, and of those that were given back
    /// before in a group that is wanted: nobody wins time by changing. Again
    /// with the same: the same holds. [`HoldError::Expired`]: one of the old ones has ended, and nothing was done.
    pub async fn exchange(
        &self,
        exam: &ExamId,
        given_back: &[HoldId],
        sittings: &[SittingId],
        admission: Admission<'_>,
    ) -> Result<Taken, HoldError> {
        let asked = Instant::now();
        let outcome = self.take_in_exchange(exam, given_back, sittings, admission).await;
        self.count(exam, &outcome, asked.elapsed());
        outcome
    }

    async fn take_in_exchange(
        &self,
        exam: &ExamId,
        given_back: &[HoldId],
        sittings: &[SittingId],
        admission: Admission<'_>,
    ) -> Result<Taken, HoldError> {
        self.look_for(exam, sittings).await?;
        let entry = self.entry(exam)?;
        let (pool, wanted) = self.resolve(&entry, sittings)?;
        let (candidate, places) = self.places_of(exam, &pool.id, given_back)?;
        let now = Timestamp::now();
        if !entry.exam.is_open(now) {
            return Err(HoldError::NotOpen { opens_at: entry.exam.opens_at, closes_at: entry.exam.closes_at });
        }
        // What stays is theirs already.
        let taken_anew = wanted.iter().filter(|sitting| !given_back.iter().any(|hold| hold.sitting == sitting.number));
        refuse_begun(&entry.exam, taken_anew, admission, now)?;
        self.admit(&entry, &candidate, admission)?;
        let request = ExchangeRequest {
            candidate: candidate.clone(),
            given_back: places,
            sittings: wanted.iter().map(|sitting| (sitting.number, sitting.group_number)).collect(),
            least: lasting(&entry).least,
        };
        let (keys, store) = (&pool.keys, &self.inner.store);
        let asked = Asked::now(store, keys);
        let (mut reply, lineage) = self
            .call(&pool, |moment| {
                asked.count();
                store.exchange(keys, moment, &request)
            })
            .await?;
        let seats = reply.answers.iter_mut().filter_map(|answer| match answer {
            ExchangeAnswer::Seats(answer) => Some(answer),
            ExchangeAnswer::Gone | ExchangeAnswer::Frozen => None,
        });
        self.tell_new(&pool, &asked, (lasting(&entry).ttl, reply.now_ms), seats).await;
        let answer = reply.answers.into_iter().next();
        let answer = match answer.ok_or_else(|| HoldError::Unavailable("Redis gave no answer".to_owned()))? {
            ExchangeAnswer::Seats(answer) => answer,
            ExchangeAnswer::Gone => return Err(HoldError::Expired(given_back[0].clone())),
            ExchangeAnswer::Frozen => return Err(HoldError::Unavailable("a seat is just being paid for".to_owned())),
        };
        let (seats, is_new) = seats_of(&entry, &pool, answer)?;
        self.acknowledge(&entry.exam, &pool, lineage, reply.event).await?;
        let holds = wanted.iter().zip(seats).map(|(sitting, seat)| hold_of(&entry, &candidate, sitting, seat));
        Ok(Taken { holds: holds.collect(), is_new, server_time: at_ms(reply.now_ms) })
    }

    /// Whose these holds are, and where; all of one candidate and in this pool.
    fn places_of(
        &self,
        exam: &ExamId,
        pool: &PoolId,
        holds: &[HoldId],
    ) -> Result<(CandidateId, Vec<(SittingNumber, Generation)>), HoldError> {
        let invalid = |reason: &str| HoldError::Invalid { field: "given_back", reason: reason.to_owned() };
        let first = holds.first().filter(|_| holds.len() <= SITTINGS_MAX);
        let candidate = &first.ok_or_else(|| invalid(&format!("1 to {SITTINGS_MAX} holds")))?.candidate;
        let mut places = Vec::with_capacity(holds.len());
        for hold in holds {
            let located = self.locate(exam, hold)?;
            if hold.candidate != *candidate || located.pool.id != *pool {
                return Err(invalid("holds of one candidate, in the pool of the sittings"));
            }
            places.push((located.place.group, hold.generation));
        }
        Ok((candidate.clone(), places))
    }
}
