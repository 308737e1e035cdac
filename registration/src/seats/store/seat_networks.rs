//! The table `seat_networks`: from which network an account took seats last, where an exam bounds what one may hold.

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::model::ids::AccountId;
use crate::store::StoreError;

/// Notes that the account takes seats from this network now, unless `most` other accounts hold seats from it that are
/// not confirmed yet, or began to take some since `lately`. False: there are so many. Whoever asks for the same network
/// waits until the transaction ends.
pub(crate) async fn take(
    transaction: &Transaction<'_>,
    (exam, account): (&ExamId, AccountId),
    network: &[u8; 32],
    (now, lately): (Timestamp, Timestamp),
    most: i64,
) -> Result<bool, StoreError> {
    let lock = transaction
        .prepare_cached(
            "SELECT pg_advisory_xact_lock(('x' || encode(substr($1::bytea, 1, 8), 'hex'))::bit(64)::bigint)",
        )
        .await?;
    transaction.execute(&lock, &[&&network[..]]).await?;
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.seat_networks (exam, account, network, taken_at)
             SELECT $1, $2, $3, $4 WHERE $6 >
                 (SELECT count(*) FROM registration.seat_networks n
                  WHERE n.exam = $1 AND n.network = $3 AND n.account <> $2 AND (n.taken_at > $5 OR EXISTS
                      (SELECT FROM registration.orders o WHERE o.exam = n.exam AND o.account = n.account
                           AND o.is_live AND o.state <> 'confirmed')))
             ON CONFLICT (exam, account) DO UPDATE SET network = excluded.network, taken_at = excluded.taken_at",
        )
        .await?;
    let (exam, network) = (exam.as_str(), &network[..]);
    Ok(transaction.execute(&statement, &[&exam, &account.0, &network, &now, &lately, &most]).await? == 1)
}
