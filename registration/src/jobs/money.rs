//! Settling money that came.

use futures_util::stream::{self, StreamExt};
use jiff::SignedDuration;

use crate::model::clock;
use crate::payments::store::settlements;
use crate::seats::Orders;
use crate::store::{Database, StoreError};

/// Most payments that are settled in one go, how many at once, and most full batches in one round.
const BATCH: i64 = 200;
const AT_ONCE: usize = 16;
const BATCHES_MAX: usize = 20;
/// So long nobody else settles what one process has taken. Should it die, whoever has paid waits so much longer, within the
/// half minute that they are promised; two at once would do no harm.
const TAKEN: SignedDuration = SignedDuration::from_secs(5);

/// Settles everything that is due. In a rush full batches follow each other.
pub(super) async fn settle(database: &Database, orders: &Orders) -> Result<(), StoreError> {
    let mut failed = Ok(());
    for _ in 0..BATCHES_MAX {
        let now = clock::now();
        let due = settlements::take_due(&database.client().await?, now, now + TAKEN, BATCH).await?;
        let is_full = i64::try_from(due.len()).is_ok_and(|count| count >= BATCH);
        let settled = stream::iter(due).map(|(payment, order)| async move {
            let done = orders.settle_paid(payment, order).await;
            done.inspect_err(|error| tracing::error!(%order, %error, "a payment could not be settled"))
        });
        let mut settled = std::pin::pin!(settled.buffer_unordered(AT_ONCE));
        while let Some(done) = settled.next().await {
            failed = failed.and(done);
        }
        if !is_full {
            break;
        }
    }
    failed
}
