//! The table `candidate_keys_sweep`: how far the accounts that were there before keys were kept have been gone through. Its one
//! row is the lock of whoever makes keys.

use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::store::StoreError;

/// Waits for others who make keys, and keeps them out until the transaction ends: of two who make those of one account, the one
/// who read it first may not write last. The id behind which accounts were not gone through yet; `None`: all were.
///
/// It waits for a second at most, and a process that stops in the middle is broken off: a search goes on without.
pub(in crate::people::candidates) async fn lock(transaction: &impl GenericClient) -> Result<Option<Uuid>, StoreError> {
    let limits = "SET LOCAL lock_timeout = '1s'; SET LOCAL idle_in_transaction_session_timeout = '10s'";
    transaction.batch_execute(limits).await?;
    let statement = transaction
        .prepare_cached("SELECT behind, is_done FROM registration.candidate_keys_sweep FOR NO KEY UPDATE")
        .await?;
    let row = transaction.query_one(&statement, &[]).await?;
    Ok((!row.get::<_, bool>("is_done")).then(|| row.get("behind")))
}

/// Accounts were gone through up to this one; `None`: to the last.
pub(in crate::people::candidates) async fn go_on(
    transaction: &impl GenericClient,
    behind: Option<Uuid>,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.candidate_keys_sweep SET behind = coalesce($1, behind), is_done = $1::uuid IS NULL",
        )
        .await?;
    transaction.execute(&statement, &[&behind]).await?;
    Ok(())
}
