//! Compares what Redis says with the ledger, a slice of a pool at a time, and mends what contradicts it.
//!
//! Nothing that works as it should makes a contradiction; but Redis may be set back, and a call may come late. Without
//! this nobody would ever look at a seat again that Redis counts as taken and nobody has.

use std::collections::HashSet;

use metrics::counter;

use crate::engine::lanes::RunningPool;
use crate::engine::{Engine, HoldError};
use crate::hold::HoldState;
use crate::ids::{Generation, SittingNumber};
use crate::ledger::holds::{self, Known};
use crate::store::Place;

/// Records of one slice.
const SLICE: usize = 400;
/// So many contradictions are remembered as told; then all are forgotten, and those that still stand are told again.
const TOLD_MAX: usize = 10_000;

/// The contradictions that were told already: one that stands until people have decided is one alarm, not one a round.
#[derive(Debug, Default)]
pub(in crate::engine) struct Told(HashSet<Generation>);

impl Told {
    /// Is this the first time that it is told?
    fn is_new(&mut self, generation: Generation) -> bool {
        if self.0.len() >= TOLD_MAX {
            self.0.clear();
        }
        self.0.insert(generation)
    }
}

impl Engine {
    /// Compares one slice from `cursor` on; answers where the next one begins.
    pub(in crate::engine) async fn compare(
        &self,
        pool: &RunningPool,
        cursor: u64,
        told: &mut Told,
    ) -> Result<u64, HoldError> {
        let store = &self.inner.store;
        let (next, records) = self.ask(|| store.some_records(&pool.keys, cursor, SLICE)).await?;
        let places: Vec<(HoldState, Place)> = records.iter().filter_map(|(field, value)| live(field, value)).collect();
        if places.is_empty() {
            return Ok(next);
        }
        // Afterwards the ledger has heard of everything in the slice; what has changed since then is seen below.
        self.wait_for_tail(pool).await?;
        for slice in places.chunks(SLICE) {
            let asked: Vec<Place> = slice.iter().map(|(_, place)| place.clone()).collect();
            let client = self.inner.ledger.client().await?;
            let known = holds::known(&**client, &pool.exam, &asked).await?;
            drop(client);
            for (state, place) in slice {
                match known.get(&place.generation) {
                    Some(known) if known.is_settled && known.state.is_none_or(|state| !state.is_live()) => {
                        self.mend(pool, (*state, place), *known, told).await?;
                    }
                    _ => {}
                }
            }
        }
        Ok(next)
    }

    /// Redis has a live hold, and the ledger has one that ended, or none.
    async fn mend(
        &self,
        pool: &RunningPool,
        (state, place): (HoldState, &Place),
        known: Known,
        told: &mut Told,
    ) -> Result<(), HoldError> {
        let store = &self.inner.store;
        let now = self.ask(|| store.record(&pool.keys, &place.candidate, place.group)).await?;
        let field = format!("{}:{}", place.candidate, place.group);
        if now.and_then(|value| live(&field, &value)) != Some((state, place.clone())) {
            return Ok(());
        }
        let is_new = told.is_new(place.generation);
        counter!("seathold_ledger_contradictions_total").increment(is_new.into());
        let (redis, ledger) = (state.as_str(), known.state.map_or("nothing", HoldState::as_str));
        let generation = place.generation.0;
        if known.state.is_none() && !known.has_rival {
            // It was the ledger that lost something, and somebody may have paid: people must decide.
            if is_new {
                tracing::error!(pool = %pool.id, generation, redis, ledger, "Redis has a hold that the ledger lacks");
            }
            return Ok(());
        }
        // The ledger leads: a hold that ended there, or that it could not take beside another one, is nobody's.
        if is_new {
            tracing::error!(pool = %pool.id, generation, redis, ledger, "Redis contradicts the ledger: the seat is freed");
        }
        if state == HoldState::Held {
            pool.lanes.release.ask(place.clone()).await?;
            return Ok(());
        }
        self.settle(pool, &[(place.clone(), false)]).await
    }
}

/// A live hold as Redis keeps it; nothing of a trace.
fn live(field: &str, value: &str) -> Option<(HoldState, Place)> {
    let (candidate, group) = field.rsplit_once(':')?;
    let mut words = value.split(' ');
    let head = words.next()?;
    let state = match head.get(..1)? {
        "h" => HoldState::Held,
        "f" => HoldState::Frozen,
        "c" => HoldState::Confirmed,
        _ => return None,
    };
    let place = Place {
        candidate: candidate.parse().ok()?,
        group: SittingNumber(group.parse().ok()?),
        sitting: SittingNumber(head.get(1..)?.parse().ok()?),
        generation: Generation(words.next()?.parse().ok()?),
    };
    Some((state, place))
}
