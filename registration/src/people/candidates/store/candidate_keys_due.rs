//! The table `candidate_keys_due`: accounts whose keys are to be made anew, a row for each change. Triggers write it.

use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::store::StoreError;

/// Takes some rows out, the oldest first, which come back unless the transaction is committed, and says of which accounts they
/// are: as often as there were rows. What is read of those accounts from here on is at least as new as the rows. A change that
/// is not committed yet has a row of its own, which is not seen here and stays.
///
/// Whoever calls this has locked `candidate_keys_sweep`, which nobody else locks. Then the accounts are locked, as little as what
/// is written of them needs, and those that cannot be locked are left for later:
/// - whoever changes an account holds it, too, which does not keep us out, and adds a row here, for which they wait for nobody:
///   neither waits for the other;
/// - whoever removes an account holds it so that we leave it out; or they wait for us, and hold none of its keys yet. Without
///   our lock they could hold the account and wait for its keys, which we have, while we wait for the account, to which the new
///   keys refer.
pub(in crate::people::candidates) async fn take(
    transaction: &impl GenericClient,
    limit: i64,
) -> Result<Vec<Uuid>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "WITH taken AS MATERIALIZED (
                 SELECT due.id FROM registration.candidate_keys_due due
                 JOIN registration.accounts a ON a.id = due.account ORDER BY due.id LIMIT $1
                 FOR KEY SHARE OF a SKIP LOCKED
             )
             DELETE FROM registration.candidate_keys_due d USING taken t WHERE d.id = t.id RETURNING d.id, d.account",
        )
        .await?;
    let rows = transaction.query(&statement, &[&limit]).await?;
    // Of those that were passed over the accounts are gone, or going. Where there were enough, the rest is another round's.
    let is_all = i64::try_from(rows.len()).is_ok_and(|taken| taken < limit);
    let last: Option<i64> = rows.iter().map(|row| row.get("id")).max().filter(|_| !is_all);
    let gone = transaction
        .prepare_cached(
            "DELETE FROM registration.candidate_keys_due WHERE id IN (
                 SELECT due.id FROM registration.candidate_keys_due due
                 WHERE due.id <= coalesce($1, 9223372036854775807)
                 AND NOT EXISTS (SELECT FROM registration.accounts a WHERE a.id = due.account) LIMIT $2
             )",
        )
        .await?;
    transaction.execute(&gone, &[&last, &limit]).await?;
    Ok(rows.iter().map(|row| row.get("account")).collect())
}

/// Lets accounts fall due with keys of earlier rules, which the version before has made, or makes while it runs beside.
pub(in crate::people::candidates) async fn add_of_earlier_rules(
    transaction: &impl GenericClient,
    limit: i64,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.candidate_keys_due (account)
             SELECT DISTINCT account FROM registration.candidate_keys WHERE rules < 3 ORDER BY account LIMIT $1",
        )
        .await?;
    transaction.execute(&statement, &[&limit]).await?;
    Ok(())
}

/// Lets the next accounts behind this one fall due, by their ids: the last of them, or `None` where there is none.
pub(in crate::people::candidates) async fn add_behind(
    transaction: &impl GenericClient,
    behind: Uuid,
    limit: i64,
) -> Result<Option<Uuid>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.candidate_keys_due (account)
             SELECT id FROM registration.accounts WHERE id > $1 ORDER BY id LIMIT $2 RETURNING account",
        )
        .await?;
    let rows = transaction.query(&statement, &[&behind, &limit]).await?;
    Ok(rows.iter().map(|row| row.get("account")).max())
}
