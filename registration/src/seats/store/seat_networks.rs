//! The table `seat_networks`: from which network an account took seats last, where an exam bounds what one may hold.

use deadpool_postgres::{GenericClient, Transaction};
use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::model::ids::AccountId;
use crate::store::StoreError;

/// The moments that a network's seats are counted by.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) now: Timestamp,
    /// Whoever began to take seats since then counts, with an order or without one yet.
    pub(crate) lately: Timestamp,
    /// What was taken before then is paid for or has lapsed.
    pub(crate) earliest: Timestamp,
}

/// Notes that the account takes seats from this network now, unless `most` other accounts hold seats from it that are
/// not paid for yet, or began to take some lately. False: there are so many. Whoever asks for the same network waits until
/// the transaction ends.
pub(crate) async fn take(
    transaction: &Transaction<'_>,
    (exam, account): (&ExamId, AccountId),
    network: &[u8; 32],
    Times { now, lately, earliest }: Times,
    most: i64,
) -> Result<bool, StoreError> {
    // A row that a crash loses lets one account more in; a whole network waits for each one's write to the disk.
    transaction.batch_execute("SET LOCAL synchronous_commit = off").await?;
    let lock = transaction
        .prepare_cached(
            "SELECT pg_advisory_xact_lock(('x' || encode(substr($1::bytea, 1, 8), 'hex'))::bit(64)::bigint)",
        )
        .await?;
    transaction.execute(&lock, &[&&network[..]]).await?;
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.seat_networks (exam, account, network, taken_at)
             SELECT $1, $2, $3, $4 WHERE $7 > (SELECT count(*) FROM
                 (SELECT 1 FROM registration.seat_networks n
                  WHERE n.exam = $1 AND n.network = $3 AND n.account <> $2 AND n.taken_at > $6
                      AND (n.taken_at > $5 OR EXISTS
                          (SELECT FROM registration.orders o WHERE o.exam = n.exam AND o.account = n.account
                               AND o.is_live AND o.state = 'unpaid' AND o.lapses_at > $4))
                  LIMIT $7) counted)
             ON CONFLICT (exam, account) DO UPDATE SET network = excluded.network, taken_at = excluded.taken_at",
        )
        .await?;
    let (exam, network) = (exam.as_str(), &network[..]);
    Ok(transaction.execute(&statement, &[&exam, &account.0, &network, &now, &lately, &earliest, &most]).await? == 1)
}

/// The account took no seat after all: from then on it counts only if it holds another one. What it has begun to take
/// meanwhile stays.
pub(crate) async fn take_back(
    client: &impl GenericClient,
    (exam, account): (&ExamId, AccountId),
    Times { now, lately, .. }: Times,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.seat_networks SET taken_at = $4 WHERE exam = $1 AND account = $2 AND taken_at = $3",
        )
        .await?;
    client.execute(&statement, &[&exam.as_str(), &account.0, &now, &lately]).await?;
    Ok(())
}
