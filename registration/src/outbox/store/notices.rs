//! The table `notices`, in which the version before keeps what candidates are told. It is only emptied here.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::store::StoreError;

/// Moves up to `limit` rows that are due into the outbox, and answers how many it were. A row that is not due is left: a
/// process of the version before took it and may be sending it now.
pub(crate) async fn move_over(
    client: &impl GenericClient,
    topic: &str,
    now: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "WITH gone AS (
                 DELETE FROM registration.notices WHERE id IN
                     (SELECT id FROM registration.notices WHERE next_try_at <= $2 ORDER BY next_try_at, id LIMIT $3
                      FOR UPDATE SKIP LOCKED)
                 RETURNING account, exam, kind, made_at, next_try_at, tries)
             INSERT INTO registration.outbox (topic, account, exam, kind, made_at, next_try_at, tries)
             SELECT $1, account, exam, kind, made_at, next_try_at, tries FROM gone",
        )
        .await?;
    Ok(client.execute(&statement, &[&topic, &now, &limit]).await?)
}
