//! What a Redis that knows more than the ledger tells it: its live holds, page by page.

use redis::streams::StreamRangeReply;
use redis::{Cmd, from_redis_value};

use super::event::StreamId;
use super::keys::PoolKeys;
use super::{Place, StoreError};
use crate::hold::HoldState;
use crate::ids::{CandidateId, Generation, SittingNumber};
use crate::store::links::node::Link;

/// How many records one page has, about.
const PAGE: usize = 2_000;

/// A live hold as Redis has it.
#[derive(Debug, Clone)]
pub struct LiveHold {
    /// The place of the hold: candidate, group, sitting and generation.
    pub place: Place,
    /// The state in which the hold stands.
    pub state: HoldState,
    /// The deadline of the hold, in ms since 1970; also where its clock stands still.
    pub lapses_ms: i64,
}

impl Link {
    /// The oldest event that this process still has of the pool.
    pub async fn oldest(&self, keys: &PoolKeys) -> Result<Option<StreamId>, StoreError> {
        let unheard = |error: redis::ParsingError| StoreError::Unexpected(error.to_string());
        let found = self.ask(&Cmd::xrange_count(keys.events(), "-", "+", 1)).await?;
        let found: StreamRangeReply = from_redis_value(found).map_err(unheard)?;
        Ok(found.ids.first().and_then(|entry| entry.id.parse().ok()))
    }

    /// A page of the pool's live holds, and where the next begins; 0 at the end and at the beginning. A hold may come
    /// twice.
    pub async fn live_holds(&self, keys: &PoolKeys, from: u64) -> Result<(u64, Vec<LiveHold>), StoreError> {
        let unheard = |error: redis::ParsingError| StoreError::Unexpected(error.to_string());
        let mut cmd = redis::cmd("HSCAN");
        cmd.arg(keys.taken()).arg(from).arg("COUNT").arg(PAGE);
        let page = self.ask(&cmd).await?;
        let (next, records): (u64, Vec<(String, String)>) = from_redis_value(page).map_err(unheard)?;
        Ok((next, records.iter().filter_map(|(field, record)| live_hold(field, record)).collect()))
    }
}

/// Reads `candidate:group` and `<letter><sitting> <generation> <deadline>`; none for what is not live.
fn live_hold(field: &str, record: &str) -> Option<LiveHold> {
    let (candidate, group) = field.split_once(':')?;
    let mut words = record.split(' ');
    let head = words.next()?;
    let (letter, sitting) = head.split_at_checked(1)?;
    let state = match letter {
        "h" => HoldState::Held,
        "f" => HoldState::Frozen,
        "c" => HoldState::Confirmed,
        _ => return None,
    };
    let place = Place {
        candidate: candidate.parse::<CandidateId>().ok()?,
        group: SittingNumber(group.parse().ok()?),
        sitting: SittingNumber(sitting.parse().ok()?),
        generation: Generation(words.next()?.parse().ok()?),
    };
    Some(LiveHold { place, state, lapses_ms: words.next()?.parse().ok()? })
}
