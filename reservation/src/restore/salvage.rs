//! A ledger that has gone back in time (a backup, a replica that was behind) learns from Redis what it has lost.

use std::collections::HashMap;

use metrics::counter;

use super::OpenError;
use crate::ids::Generation;
use crate::ledger::holds::fold::{self, FoldRow};
use crate::ledger::pools::PoolRow;
use crate::ledger::{sittings, waits};
use crate::pool::Pool;
use crate::store::{Link, LiveHold};

/// Takes Redis's live holds into the ledger if Redis is the newer of the two: it has only events after the cursor,
/// though the event at the cursor is never trimmed. Otherwise Redis is the older one, and nothing happens.
///
/// Before they are read the pool is taken under `fence`, an epoch that nobody knows: other processes give out seats
/// under the old one until then, and a seat that is given out behind the reading would be lost.
///
/// What ended in the gap is told by nobody: such a hold comes back, and lapses or waits for its decision again. A seat
/// may so stay taken; none is given twice, and none that is paid for is lost.
pub(super) async fn salvage(
    link: &Link,
    (pool, row): (&Pool, &PoolRow),
    fence: i64,
    tx: &deadpool_postgres::Transaction<'_>,
) -> Result<(), OpenError> {
    if link.oldest(&pool.keys).await?.is_none_or(|oldest| oldest <= row.cursor) {
        return Ok(());
    }
    link.fence(&pool.keys, fence).await?;
    let (mut from, mut holds) = (0, HashMap::<Generation, LiveHold>::new());
    loop {
        let (next, page) = link.live_holds(&pool.keys, from).await?;
        holds.extend(page.into_iter().map(|hold| (hold.place.generation, hold)));
        if next == 0 {
            break;
        }
        from = next;
    }
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let rows = holds.values().map(|LiveHold { place, state, lapses_ms }| FoldRow {
        candidate: place.candidate.as_str(),
        group: place.group,
        sitting: place.sitting,
        generation: place.generation,
        state: *state,
        lapses_ms: *lapses_ms,
        changed_ms: now_ms,
        reference: None,
    });
    let taken_over = fold::salvage(tx, &pool.exam, &rows.collect::<Vec<_>>().into()).await?;
    sittings::recount(&**tx, &pool.id).await?;
    let (mut from, mut found) = (0, Vec::new());
    loop {
        let (next, page) = link.waits(&pool.keys, from).await?;
        found.extend(page);
        if next == 0 {
            break;
        }
        from = next;
    }
    waits::salvage(tx, &pool.exam, &pool.id, &found).await?;
    tracing::error!(
        pool = %pool.id, holds = holds.len(), taken_over, cursor = %row.cursor,
        "the ledger is older than Redis and lacks events: took over the live holds that Redis has"
    );
    counter!("seathold_ledger_went_back_total").increment(1);
    Ok(())
}
