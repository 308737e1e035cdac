//! The table `group_payments`: lists of orders that a school pays for at once.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::actor::Within;
use crate::model::exam_rules::OrganisationCode;
use crate::model::fen::Fen;
use crate::model::ids::StaffId;
use crate::model::order::OrderId;
use crate::model::payment::PaymentId;
use crate::model::payment::group::{GroupId, GroupLock, GroupPayment, GroupState};
use crate::store::StoreError;

/// What every query of whole ones begins with; the first parameter is now.
const SELECT: &str = "
    SELECT g.id, g.exam, g.organisation, g.title, g.begun_by, g.created_at, g.locked_until, g.released_at,
        g.locked_until <= $1 AS is_over,
        (SELECT p.id FROM registration.payments p WHERE p.of_group = g.id AND p.state = 'received'
            ORDER BY p.received_at, p.id LIMIT 1) AS paid_by,
        ARRAY(SELECT o.order_id FROM registration.group_payment_orders o WHERE o.group_payment = g.id
            ORDER BY o.order_id) AS order_ids,
        ARRAY(SELECT o.amount_fen FROM registration.group_payment_orders o WHERE o.group_payment = g.id
            ORDER BY o.order_id) AS order_amounts
    FROM registration.group_payments g";

/// One that begins.
pub(crate) struct NewGroup<'a> {
    pub(crate) id: GroupId,
    pub(crate) exam: &'a ExamId,
    pub(crate) organisation: Option<&'a OrganisationCode>,
    pub(crate) title: &'a str,
    pub(crate) begun_by: StaffId,
    pub(crate) created_at: Timestamp,
    pub(crate) locked_until: Timestamp,
}

/// Adds a school's list.
pub(crate) async fn insert(transaction: &impl GenericClient, new: &NewGroup<'_>) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.group_payments
                 (id, exam, organisation, title, begun_by, created_at, locked_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .await?;
    let NewGroup { id, exam, organisation, title, begun_by, created_at, locked_until } = new;
    let (exam, organisation) = (exam.as_str(), organisation.map(OrganisationCode::as_str));
    let row: [&(dyn ToSql + Sync); 7] = [&id.0, &exam, &organisation, title, &begun_by.0, created_at, locked_until];
    transaction.execute(&statement, &row).await?;
    Ok(())
}

/// The list of that number; `None` when there is none.
pub(crate) async fn get(
    client: &impl GenericClient,
    id: GroupId,
    now: Timestamp,
) -> Result<Option<GroupPayment>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE g.id = $2")).await?;
    client.query_opt(&statement, &[&now, &id.0]).await?.as_ref().map(read).transpose()
}

/// One, locked until the transaction ends. Whoever has the locks of its orders, too, took those first.
pub(crate) async fn lock(
    transaction: &impl GenericClient,
    id: GroupId,
    now: Timestamp,
) -> Result<Option<GroupPayment>, StoreError> {
    let statement = transaction.prepare_cached(&format!("{SELECT} WHERE g.id = $2 FOR UPDATE OF g")).await?;
    transaction.query_opt(&statement, &[&now, &id.0]).await?.as_ref().map(read).transpose()
}

/// Those of an exam, or of all, the newest first.
pub(crate) async fn list(
    client: &impl GenericClient,
    (exam, within): (Option<&ExamId>, &Within),
    now: Timestamp,
    limit: i64,
) -> Result<Vec<GroupPayment>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE ($2::text IS NULL OR g.exam = $2) AND ($4::text[] IS NULL OR g.exam = ANY($4))
                 AND ($5::text[] IS NULL OR registration.is_below(g.exam, g.organisation, $5))
             ORDER BY g.created_at DESC, g.id LIMIT $3"
        ))
        .await?;
    let (exam, Within { exams, schools }) = (exam.map(ExamId::as_str), within);
    client.query(&statement, &[&now, &exam, &limit, exams, schools]).await?.iter().map(read).collect()
}

/// Lets the orders of one go. False: that was done before.
pub(crate) async fn release(transaction: &impl GenericClient, id: GroupId, now: Timestamp) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached("UPDATE registration.group_payments SET released_at = $2 WHERE id = $1 AND released_at IS NULL")
        .await?;
    Ok(transaction.execute(&statement, &[&id.0, &now]).await? == 1)
}

/// What keeps an order from its candidate: a list that it is on which is neither paid, nor released, nor over.
pub(crate) async fn lock_of(
    client: &impl GenericClient,
    order: OrderId,
    now: Timestamp,
) -> Result<Option<GroupLock>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT g.id, g.title, g.locked_until
             FROM registration.group_payment_orders o JOIN registration.group_payments g ON g.id = o.group_payment
             WHERE o.order_id = $1 AND g.released_at IS NULL AND g.locked_until > $2
                 AND NOT EXISTS (
                     SELECT FROM registration.payments p WHERE p.of_group = g.id AND p.state = 'received')
             ORDER BY g.locked_until DESC LIMIT 1",
        )
        .await?;
    let lock =
        |row: Row| GroupLock { group: GroupId(row.get("id")), title: row.get("title"), until: row.get("locked_until") };
    Ok(client.query_opt(&statement, &[&order.to_string(), &now]).await?.map(lock))
}

fn read(row: &Row) -> Result<GroupPayment, StoreError> {
    let (orders, amounts): (Vec<&str>, Vec<i64>) = (row.get("order_ids"), row.get("order_amounts"));
    let order = |(order, amount): (&str, i64)| {
        Ok((order.parse().map_err(|_| StoreError::Corrupt("an order's number"))?, Fen(amount)))
    };
    let organisation: Option<&str> = row.get("organisation");
    let organisation = organisation.map(str::parse).transpose();
    let paid_by = row.get::<_, Option<Uuid>>("paid_by").map(PaymentId);
    let is_released = row.get::<_, Option<Timestamp>>("released_at").is_some();
    let state = match paid_by {
        Some(payment) => GroupState::Paid(payment),
        None if is_released => GroupState::Released,
        None if row.get("is_over") => GroupState::Over,
        None => GroupState::Open,
    };
    Ok(GroupPayment {
        id: GroupId(row.get("id")),
        exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        organisation: organisation.map_err(|_| StoreError::Corrupt("an organisation's code"))?,
        title: row.get("title"),
        begun_by: StaffId(row.get("begun_by")),
        created_at: row.get("created_at"),
        locked_until: row.get("locked_until"),
        state,
        orders: orders.into_iter().zip(amounts).map(order).collect::<Result<_, StoreError>>()?,
    })
}
