//! Opening a pool: is what Redis has still true? Adopt it under a new epoch, or load it from the ledger.
//!
//! All of it happens on one Redis process: the one that is trusted with the pool afterwards.

pub(crate) mod fold;
mod salvage;
pub(crate) mod taking;

use std::time::Duration;

use crate::hold::HoldState;
use crate::ledger::holds::{self, HoldRow};
use crate::ledger::pools::{self, PoolRow};
use crate::ledger::writers::WriterId;
use crate::ledger::{Ledger, LedgerError, sittings, waiting_lists, waits};
use crate::pool::Pool;
use crate::store::{Link, Moved, Store, StoreError};
use crate::waiting_list::{WaitOf, WaitState};
use salvage::salvage;

/// How many holds go to Redis in one call.
const PAGE_HOLDS: u16 = 2_000;
/// Most holds that were given back of which the deadline is loaded; whoever else gave one back begins anew.
const GIVEN_BACK_MAX: i64 = 100_000;

/// Whether a clock was set, its pool's writer says. Who hears nothing from it for so long was the one that stood still,
/// with the writer's clock.
const WRITER_WAIT: Duration = Duration::from_secs(10);

/// Why a pool could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Redis did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger did not do its part.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// There is no such pool in the ledger.
    #[error("the ledger does not know the pool")]
    Unknown,
}

/// Opens `pool`, under a lock in the ledger so that one process does it, and lets its scripts be called.
///
/// What Redis has is believed only with the entry at the ledger's cursor in it, on the process on which it was last
/// compared with the ledger, and not if the caller says that it `must_verify`: a restarted Redis, or a replica in its
/// place, may have gone back in time. A new epoch is above every one that the ledger or Redis knows, so no generation
/// is given twice. The ledger's row is committed last: until then no process knows the new epoch, and Redis
/// refuses the old one.
///
/// Where the process's clock was set forward under the pool, all running deadlines are set forward by as much. `me`
/// does that if it writes the pool, and else leaves it closed until the writer has done it.
pub async fn open_pool(
    store: &Store,
    ledger: &Ledger,
    pool: &Pool,
    me: WriterId,
    must_verify: bool,
) -> Result<PoolRow, OpenError> {
    let mut client = ledger.client().await?;
    let tx = client.transaction().await.map_err(LedgerError::from)?;
    tx.batch_execute("SET LOCAL lock_timeout = '5s'").await.map_err(LedgerError::from)?;
    let mut row = pools::lock(&*tx, &pool.id).await?.ok_or(OpenError::Unknown)?;
    let link = store.link(&pool.keys).await?;
    let kept = link.kept(&pool.keys).await?;
    let is_known = row.epoch > 0 && kept.epoch.is_some();
    let may_adopt = is_known && link.has_entry(&pool.keys, row.cursor, row.cursor_epoch).await?;
    let is_trusted = kept.is_verified && row.process.as_deref() == Some(link.process());
    // Of older data, or of a load that was not finished, the sum says nothing.
    let mut moved = kept.moved.filter(|_| kept.epoch == Some(row.epoch));
    let set_forward_ms = match store.set_forward(&pool.keys, &link, row.epoch, moved) {
        Some((ms, _)) if row.writer.is_none_or(|writer| writer == me) => Some(ms),
        Some((_, known_for)) if known_for < WRITER_WAIT => return Err(StoreError::Unverified.into()),
        Some(_) => {
            store.follow_clock(&pool.keys, &link, row.epoch, moved);
            None
        }
        None => None,
    };
    if let Some(ms) = set_forward_ms {
        let forward = SetForward { ms, epoch_max: kept.epoch_max, moved };
        let parked;
        (row, moved, parked) = set_deadlines_forward(store, &link, (pool, row), forward, &tx).await?;
        tx.commit().await.map_err(LedgerError::from)?;
        taking::count_parked(parked);
    } else if must_verify || !may_adopt || !is_trusted || kept.epoch != Some(row.epoch) {
        let mut next = row.epoch.max(row.cursor_epoch).max(kept.epoch_max) + 1;
        if may_adopt && link.adopt(&pool.keys, next, row.cursor, row.cursor_epoch).await? {
            // A new lineage too: an event that Redis has lost must not seem to be in the ledger because
            // a later one is.
            (row.epoch, row.lineage, moved) = (next, next, kept.moved);
            tracing::info!(pool = %pool.id, epoch = next, "adopted what Redis has");
        } else {
            if is_known {
                salvage(&link, (pool, &row), next, &tx).await?;
                next += 1;
            }
            let sum = store.moved(&pool.keys, row.epoch, moved, next);
            moved = Some(sum);
            let (cursor, loaded) = load(&link, pool, next, sum, &tx).await?;
            if row.epoch == 0 {
                tracing::debug!(pool = %pool.id, "opened for the first time");
            } else {
                tracing::warn!(pool = %pool.id, epoch = next, holds = loaded, "Redis had lost it: restored from the ledger");
            }
            row = PoolRow { epoch: next, lineage: next, cursor, cursor_epoch: next, ..row };
        }
        row.process = Some(link.process().to_owned());
        pools::set(&*tx, &pool.id, &row).await?;
        tx.commit().await.map_err(LedgerError::from)?;
    }
    link.load_scripts().await?;
    store.trust(&pool.keys, &link, row.epoch, moved);
    Ok(row)
}

/// A clock that was set forward under a pool.
struct SetForward {
    /// The time by which it was set forward, in ms.
    ms: i64,
    /// The highest epoch that anybody ever tried to load the pool under.
    epoch_max: i64,
    /// The sum by which its deadlines were set forward before, as far as Redis says.
    moved: Option<Moved>,
}

/// Loads the pool anew, after the ledger has heard of everything in it, with as much time left on every running clock
/// as there was before Redis's own clock was set; answers the pool's row, by how much its deadlines were set forward in
/// all, and how many events the ledger did not take.
async fn set_deadlines_forward(
    store: &Store,
    link: &Link,
    (pool, row): (&Pool, PoolRow),
    SetForward { ms: by_ms, epoch_max, moved }: SetForward,
    tx: &deadpool_postgres::Transaction<'_>,
) -> Result<(PoolRow, Option<Moved>, u64), OpenError> {
    let fence = row.epoch.max(row.cursor_epoch).max(epoch_max) + 1;
    let mut reader = store.reader(&pool.keys).await?;
    let parked = taking::take_all(link, &mut reader, (pool, &row), fence, tx).await?;
    let before = at(link.now_ms() - by_ms);
    let by_seconds = Duration::from_millis(by_ms.unsigned_abs()).as_secs_f64();
    holds::set_deadlines_forward(&**tx, &pool.exam, &pool.id, before, by_seconds).await?;
    let next = fence + 1;
    let mut sum = store.moved(&pool.keys, row.epoch, moved, next);
    sum.by_ms = sum.by_ms.saturating_add(by_ms);
    let (cursor, loaded) = load(link, pool, next, sum, tx).await?;
    tracing::error!(
        pool = %pool.id, epoch = next, holds = loaded, by_seconds,
        "Redis's clock was set forward, or this server stood still: no hold loses time by it; set the clocks by one source"
    );
    metrics::counter!("seathold_clock_set_forward_total").increment(1);
    let row = PoolRow {
        epoch: next,
        lineage: next,
        cursor,
        cursor_epoch: next,
        process: Some(link.process().to_owned()),
        ..row
    };
    pools::set(&**tx, &pool.id, &row).await?;
    Ok((row, Some(sum), parked))
}

/// A time of Redis's clock.
fn at(ms: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// Loads the pool's live holds into Redis, page by page, and the deadlines of those that were given back before they
/// are over; answers the id of the first event, and how many live holds there are. `moved`: by how much deadlines were set
/// forward in all, these included.
pub(crate) async fn load(
    link: &Link,
    pool: &Pool,
    epoch: i64,
    moved: Moved,
    tx: &deadpool_postgres::Transaction<'_>,
) -> Result<(crate::store::event::StreamId, usize), OpenError> {
    let capacities = sittings::capacities(&**tx, &pool.id).await?;
    let numbers: Vec<i32> = capacities.iter().map(|(number, _)| number.0).collect();
    let mut taken = std::collections::HashMap::<i32, i64>::new();
    let (process, history) = link.process_and_history();
    let begin = [process.to_owned(), history.to_owned(), moved.to_string()];
    link.restore(&pool.keys, epoch, "begin", &begin).await?;
    holds::settle_all(&**tx, &pool.exam, &numbers).await?;
    let now = at(link.now_ms());
    // First, as a later hold may be in their place.
    for page in holds::given_back(&**tx, &pool.exam, &numbers, now, GIVEN_BACK_MAX).await?.chunks(PAGE_HOLDS.into()) {
        let arguments: Vec<String> = page.iter().flat_map(|row| as_arguments(row, 'r', true)).collect();
        link.restore(&pool.keys, epoch, "holds", &arguments).await?;
    }
    let live = holds::live(tx, &pool.exam, &numbers).await?;
    let mut loaded = 0;
    loop {
        let page = holds::live_page(tx, &live, PAGE_HOLDS.into()).await?;
        if page.is_empty() {
            break;
        }
        let mut arguments = Vec::with_capacity(page.len() * 3);
        for row in &page {
            *taken.entry(row.place.sitting.0).or_default() += 1;
            arguments.extend(match row.state {
                HoldState::Held => as_arguments(row, 'h', true),
                HoldState::Frozen => as_arguments(row, 'f', false),
                _ => as_arguments(row, 'c', false),
            });
        }
        link.restore(&pool.keys, epoch, "holds", &arguments).await?;
        loaded += page.len();
    }
    load_waits(link, pool, epoch, tx).await?;
    let coming_first = waits::coming_first(&**tx, &pool.exam, &pool.id).await?;
    let mut arguments = vec![link.now_ms().to_string()];
    for (number, capacity) in &capacities {
        let free = i64::from(*capacity) - taken.get(&number.0).copied().unwrap_or_default();
        // What is kept is so from the first moment on: nobody overtakes while Redis is back and no offer was made yet.
        let (free, kept) = match coming_first.contains(number) {
            true => (free.min(0), free.max(0).to_string()),
            false => (free, "-".to_owned()),
        };
        arguments.extend([number.to_string(), capacity.to_string(), free.to_string(), kept]);
    }
    let id = link.restore(&pool.keys, epoch, "finish", &arguments).await?;
    let id = id.parse().map_err(|()| StoreError::Unexpected(format!("restore answered {id:?}")))?;
    Ok((id, loaded))
}

/// Loads the pool's waits, each with the place in its list that it had.
async fn load_waits(
    link: &Link,
    pool: &Pool,
    epoch: i64,
    tx: &deadpool_postgres::Transaction<'_>,
) -> Result<(), OpenError> {
    let Some((settings, _)) = waiting_lists::get(&**tx, &pool.exam).await? else { return Ok(()) };
    waits::take_back_dead_offers(tx, &pool.exam, &pool.id).await?;
    let found = waits::of_pool(tx, &pool.exam, &pool.id).await?;
    loop {
        let page = waits::page(tx, &found, PAGE_HOLDS.into()).await?;
        if page.is_empty() {
            return Ok(());
        }
        let mut arguments = vec![settings.lapses_max.to_string()];
        for WaitOf { candidate, group, wait } in &page {
            let field = format!("{candidate}:{group}");
            let member = if wait.state == WaitState::Waiting { wait.in_line(&field) } else { "-".to_owned() };
            arguments.extend([field, format!("{}{}", wait.state.letter(), wait.text()), member]);
        }
        link.restore(&pool.keys, epoch, "waits", &arguments).await?;
    }
}

/// A row as `restore` takes it: field, value, deadline or "-" when no clock runs.
fn as_arguments(HoldRow { place, lapses_at, .. }: &HoldRow, letter: char, has_clock: bool) -> [String; 3] {
    let lapses_ms = lapses_at.as_millisecond();
    [
        format!("{}:{}", place.candidate, place.group),
        format!("{letter}{} {} {lapses_ms}", place.sitting, place.generation.0),
        if has_clock { lapses_ms.to_string() } else { "-".to_owned() },
    ]
}
