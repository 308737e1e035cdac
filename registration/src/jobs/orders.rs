//! What time has decided of orders, and what a process that died has left of them.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::Object;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use reservation::engine::HoldError;
use reservation::ids::{ExamId, PoolId};

use crate::exams::definition::pool;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::order::{OrderId, OrderSitting};
use crate::pictures::screenshots::Screenshots;
use crate::pictures::store::screenshots::{self, Abandoned};
use crate::seats::store;
use crate::seats::store::orders::due::{self, Batch, Bookmark};
use crate::seats::store::orders::{StoredOrder, StoredState};
use crate::seats::{ConfirmError, Orders};
use crate::store::{Database, StoreError};

/// Most orders of a kind at a time.
const BATCH: i64 = 200;
/// Most batches of a kind in one round, should rows not move.
const BATCHES_MAX: usize = 200;
/// So many pools are worked on at once: one that is away makes each call last until its end.
const POOLS_AT_ONCE: usize = 8;
/// A confirmation that began so long ago has died: whoever has paid has the seat within half a minute all the same. Should it be
/// alive and only slow, two carry it out, which is the same.
const CONFIRMING_MAX: SignedDuration = SignedDuration::from_secs(8);
/// A picture that was not accepted for so long belongs to no hand-in any more.
const PENDING_MAX: SignedDuration = SignedDuration::from_hours(24);

/// What orders have to be worked on for.
#[derive(Debug, Clone, Copy)]
enum List {
    /// Their time to pay is up.
    Unpaid,
    /// Nobody mended what was refused.
    Refused,
    /// They have ended, and the engine has not got their seats back.
    Owing,
    /// Whoever confirmed them died.
    Confirming,
    /// They cost nothing, and could not be confirmed when the seats were taken.
    Free,
}

/// The pools that an order's seats are in: what is away is away for all orders in them.
type Pools = (ExamId, Vec<Option<PoolId>>);

/// Ends the orders whose time is up. After a rush many lapse at once: full batches follow each other.
pub(super) async fn end(database: &Database, orders: &Orders) -> Result<(), StoreError> {
    let refused_and_owing = async {
        List::Refused.walk(database, orders).await?;
        List::Owing.walk(database, orders).await
    };
    let (unpaid, others) = tokio::join!(List::Unpaid.walk(database, orders), refused_and_owing);
    unpaid.and(others)
}

/// Carries out what was decided where whoever did so died, and confirms what costs nothing.
pub(super) async fn carry_out(database: &Database, orders: &Orders) -> Result<(), StoreError> {
    List::Confirming.walk(database, orders).await?;
    List::Free.walk(database, orders).await
}

impl List {
    /// Works on all that was due when it began, each once: what cannot be worked on keeps nobody else waiting.
    async fn walk(self, database: &Database, orders: &Orders) -> Result<(), StoreError> {
        let now = clock::now();
        let (mut after, mut away) = (None, HashSet::new());
        for _ in 0..BATCHES_MAX {
            let batch = self.read(&database.client().await?, now, after.as_ref()).await?;
            let mut by_pool: HashMap<Pools, Vec<StoredOrder>> = HashMap::new();
            for order in batch.orders {
                by_pool.entry(pools_of(orders, &order)).or_default().push(order);
            }
            let mut groups: Vec<(Pools, Vec<StoredOrder>)> =
                by_pool.into_iter().filter(|(pools, _)| !away.contains(pools)).collect();
            while !groups.is_empty() {
                let rest = groups.split_off(groups.len().min(POOLS_AT_ONCE));
                for gone in join_all(groups.into_iter().map(|group| self.work_on_all(orders, group))).await {
                    away.extend(gone?);
                }
                groups = rest;
            }
            after = batch.last;
            if after.is_none() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn read(self, client: &Object, now: Timestamp, after: Option<&Bookmark>) -> Result<Batch, StoreError> {
        match self {
            Self::Unpaid => due::unpaid(client, now, after, BATCH).await,
            Self::Refused => due::refused(client, now, after, BATCH).await,
            Self::Owing => due::owing(client, after, BATCH).await,
            Self::Confirming => due::confirming(client, now - CONFIRMING_MAX, after, BATCH).await,
            Self::Free => due::free(client, now, after, BATCH).await,
        }
    }

    /// Works on the orders of some pools, one after the other. The pools, when they turned out to be away.
    async fn work_on_all(
        self,
        orders: &Orders,
        (pools, due): (Pools, Vec<StoredOrder>),
    ) -> Result<Option<Pools>, StoreError> {
        for order in due {
            let id = order.id;
            match self.work_on(orders, order).await {
                Ok(true) => {}
                Ok(false) => return Ok(Some(pools)),
                Err(error) => go_on(id, Err(error))?,
            }
        }
        Ok(None)
    }

    /// Works on an order. False when the engine is away.
    async fn work_on(self, orders: &Orders, order: StoredOrder) -> Result<bool, StoreError> {
        let id = order.id;
        match self {
            Self::Unpaid | Self::Refused => {
                let caught_up = orders.catch_up(order).await?;
                let is_left = caught_up.seats_owed || caught_up.state == StoredState::Unpaid;
                Ok(!is_left || !is_away(orders, &caught_up).await)
            }
            Self::Owing => {
                orders.return_seats(&order).await?;
                let now = store::orders::get(&orders.database.client().await?, id).await?;
                Ok(!now.is_some_and(|now| now.seats_owed) || !is_away(orders, &order).await)
            }
            Self::Confirming => match orders.carry_out(order).await {
                Ok(_) => {
                    tracing::info!(order = %id, "a confirmation that had died was carried out");
                    Ok(true)
                }
                Err(ConfirmError::Store(error)) => Err(error),
                Err(error) => {
                    tracing::warn!(order = %id, %error, "a confirmation could not be carried out");
                    Ok(!matches!(error, ConfirmError::Unavailable(_)))
                }
            },
            Self::Free => match orders.confirm(id, &Actor::System).await {
                Ok(_) | Err(ConfirmError::NeedsFirst(_) | ConfirmError::Moved(_) | ConfirmError::SeatGone(_)) => {
                    Ok(true)
                }
                Err(ConfirmError::Store(error)) => Err(error),
                Err(error) => {
                    tracing::warn!(order = %id, %error, "an order that costs nothing could not be confirmed yet");
                    Ok(!matches!(error, ConfirmError::Unavailable(_)))
                }
            },
        }
    }
}

/// Does the engine not answer for an order that did not move?
async fn is_away(orders: &Orders, order: &StoredOrder) -> bool {
    for seat in &order.sittings {
        match orders.engine.find(&order.exam, &seat.hold).await {
            Ok(_) | Err(HoldError::UnknownHold(_)) => {}
            Err(_) => return true,
        }
    }
    false
}

fn pools_of(orders: &Orders, order: &StoredOrder) -> Pools {
    let page = orders.exams.get(&order.exam);
    let pool = |seat: &OrderSitting| page.as_ref().and_then(|page| pool(page, page.sitting(&seat.sitting)?));
    let mut pools: Vec<Option<PoolId>> = order.sittings.iter().map(pool).collect();
    pools.sort();
    pools.dedup();
    (order.exam.clone(), pools)
}

/// Removes the pictures of hand-ins that never ended.
pub(super) async fn discard_pictures(database: &Database, kept: &Screenshots) -> Result<(), StoreError> {
    let (until, mut after) = (clock::now() - PENDING_MAX, None);
    for _ in 0..BATCHES_MAX {
        let abandoned = screenshots::abandoned(&database.client().await?, until, after, BATCH).await?;
        let is_full = i64::try_from(abandoned.len()).is_ok_and(|count| count >= BATCH);
        for Abandoned { order, id, created_at } in abandoned {
            go_on(order, kept.discard(order, id).await.map(drop))?;
            after = Some((created_at, id));
        }
        if !is_full {
            break;
        }
    }
    Ok(())
}

/// One order that cannot be worked on does not keep the job from the others; a database that is away does.
fn go_on(order: OrderId, done: Result<(), StoreError>) -> Result<(), StoreError> {
    match done {
        Err(error) if error.is_of_one_row() => {
            tracing::error!(%order, %error, "a job could not work on an order");
            Ok(())
        }
        done => done,
    }
}
