//! What time has decided of orders, and what a process that died has left of them.

use jiff::SignedDuration;

use crate::model::clock;
use crate::model::order::OrderId;
use crate::pictures::screenshots::Screenshots;
use crate::pictures::store::screenshots;
use crate::seats::store::orders::due;
use crate::seats::{ConfirmError, Orders};
use crate::store::{Database, StoreError};

/// Most orders of a kind at a time.
const BATCH: i64 = 200;
/// Most full batches in one round, should rows not move.
const BATCHES_MAX: usize = 20;
/// A confirmation that began so long ago has died.
const CONFIRMING_MAX: SignedDuration = SignedDuration::from_secs(30);
/// A picture that was not accepted for so long belongs to no hand-in any more.
const PENDING_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Ends the orders whose time is up. After a rush many lapse at once: full batches follow each other.
pub(super) async fn end(database: &Database, orders: &Orders) -> Result<(), StoreError> {
    for _ in 0..BATCHES_MAX {
        let now = clock::now();
        let client = database.client().await?;
        let mut ended = due::unpaid(&client, now, BATCH).await?;
        ended.extend(due::refused(&client, now, BATCH).await?);
        let owing = due::owing(&client, BATCH).await?;
        drop(client);
        let is_full = i64::try_from(ended.len().max(owing.len())).is_ok_and(|count| count >= BATCH);
        for order in ended {
            let id = order.id;
            go_on(id, orders.settle(order).await.map(drop))?;
        }
        for order in owing {
            go_on(order.id, orders.return_seats(&order).await)?;
        }
        if !is_full {
            break;
        }
    }
    Ok(())
}

/// Carries out what was decided where whoever did so died.
pub(super) async fn carry_out(database: &Database, orders: &Orders) -> Result<(), StoreError> {
    let until = clock::now() - CONFIRMING_MAX;
    let died = due::confirming(&database.client().await?, until, BATCH).await?;
    for order in died {
        let id = order.id;
        match orders.carry_out(order).await {
            Ok(_) => tracing::info!(order = %id, "a confirmation that had died was carried out"),
            Err(ConfirmError::Store(error)) => go_on(id, Err(error))?,
            Err(error) => tracing::warn!(order = %id, %error, "a confirmation could not be carried out"),
        }
    }
    Ok(())
}

/// Removes the pictures of hand-ins that never ended.
pub(super) async fn discard_pictures(database: &Database, kept: &Screenshots) -> Result<(), StoreError> {
    let until = clock::now() - PENDING_MAX;
    let abandoned = screenshots::abandoned(&database.client().await?, until, BATCH).await?;
    for (order, picture) in abandoned {
        go_on(order, kept.discard(order, picture).await.map(drop))?;
    }
    Ok(())
}

/// One order that cannot be worked on does not keep the job from the others; a database that is away does.
fn go_on(order: OrderId, done: Result<(), StoreError>) -> Result<(), StoreError> {
    match done {
        Err(error @ (StoreError::Files(_) | StoreError::Vault(_) | StoreError::Corrupt(_))) => {
            tracing::error!(%order, %error, "a job could not work on an order");
            Ok(())
        }
        done => done,
    }
}
