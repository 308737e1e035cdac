//! Calling `exchange`: a candidate's held seats given back for others, in one step.

use std::time::Duration;

use redis::Cmd;

use super::reply::{self, ExchangeAnswer, Reply};
use super::{EVENTS_BEHIND_MAX, Moment, Store, StoreError, ms, scripts};
use crate::ids::{CandidateId, Generation, SittingNumber};
use crate::store::keys::PoolKeys;

/// One candidate's wish to change seats, in numbers.
#[derive(Debug, Clone)]
pub struct ExchangeRequest {
    /// The candidate, by id.
    pub candidate: CandidateId,
    /// What is given back: its group and which hold, at least one.
    pub given_back: Vec<(SittingNumber, Generation)>,
    /// Each sitting wanted with its group, at least one.
    pub sittings: Vec<(SittingNumber, SittingNumber)>,
    /// For less than this no hold is given, as in [`super::Lasting::least`].
    pub least: Duration,
}

impl Store {
    /// Calls `exchange`. Repeating it changes nothing.
    pub async fn exchange(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        request: &ExchangeRequest,
    ) -> Result<Reply<ExchangeAnswer>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            cmd.arg(request.candidate.as_str()).arg(EVENTS_BEHIND_MAX).arg(ms(request.least));
            cmd.arg(request.given_back.len());
            for (group, generation) in &request.given_back {
                cmd.arg(group.0).arg(generation.0);
            }
            for (sitting, group) in &request.sittings {
                cmd.arg(group.0).arg(sitting.0);
            }
        };
        self.call(&scripts::EXCHANGE, keys, moment, arguments, reply::text(reply::exchange_answer)).await
    }
}
