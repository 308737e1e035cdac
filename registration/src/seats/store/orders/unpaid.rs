//! The table `orders`: unpaid ones that a school might pay for.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{SELECT, StoredOrder, read};
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::store::StoreError;

/// Unpaid orders of an exam whose seats are held and that cost something, with one of the sittings if some are named, and
/// that no school's list has locked: in the order of their numbers, after `after`.
pub(crate) async fn of_exam(
    client: &impl GenericClient,
    exam: &ExamId,
    sittings: Option<&[SittingId]>,
    after: Option<OrderId>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.exam = $1 AND o.is_live AND o.state = 'unpaid' AND o.expires_at > $2 AND o.amount_fen > 0
                 AND ($3::text[] IS NULL OR EXISTS (SELECT FROM registration.order_sittings s
                     WHERE s.order_id = o.id AND s.sitting = ANY($3)))
                 AND ($4::text IS NULL OR o.id > $4)
                 AND NOT EXISTS (SELECT FROM registration.group_payment_orders g
                     JOIN registration.group_payments l ON l.id = g.group_payment
                     WHERE g.order_id = o.id AND l.released_at IS NULL AND l.locked_until > $2)
             ORDER BY o.id LIMIT $5"
        ))
        .await?;
    let sittings: Option<Vec<&str>> = sittings.map(|all| all.iter().map(SittingId::as_str).collect());
    let after = after.map(|order| order.to_string());
    let row: [&(dyn ToSql + Sync); 5] = [&exam.as_str(), &now, &sittings, &after, &limit];
    client.query(&statement, &row).await?.iter().map(read).collect()
}

/// Orders with these numbers, in any order.
pub(crate) async fn get_all(client: &impl GenericClient, ids: &[OrderId]) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE o.id = ANY($1)")).await?;
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    client.query(&statement, &[&ids]).await?.iter().map(read).collect()
}

/// Live orders of these accounts in an exam that cost something, in any order.
pub(crate) async fn of_accounts(
    client: &impl GenericClient,
    exam: &ExamId,
    accounts: &[AccountId],
    limit: i64,
) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.exam = $1 AND o.account = ANY($2) AND o.is_live AND o.amount_fen > 0
             ORDER BY o.id LIMIT $3"
        ))
        .await?;
    let accounts: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
    client.query(&statement, &[&exam.as_str(), &accounts, &limit]).await?.iter().map(read).collect()
}
