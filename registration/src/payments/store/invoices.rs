//! The table `invoices`: who wants one for what, and which documents were handed back. What an invoice is of comes from the
//! money that bought the order's seats, less what has gone back of it.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::exam_rules::OrganisationCode;
use crate::model::fen::Fen;
use crate::model::ids::StaffId;
use crate::model::order::OrderId;
use crate::store::StoreError;

/// What every query selects.
const SELECT: &str = "
    SELECT * FROM (
        SELECT i.*, coalesce(paid.amount_fen - (
                SELECT coalesce(sum(r.amount_fen), 0) FROM registration.refunds r
                WHERE r.payment = paid.payment AND r.order_id = i.order_id AND r.state <> 'closed'), 0)::bigint AS amount_fen
        FROM registration.invoices i
        LEFT JOIN LATERAL (
            SELECT b.payment, b.amount_fen FROM registration.payment_orders b
            JOIN registration.payments p ON p.id = b.payment
            LEFT JOIN registration.settlements s ON s.payment = b.payment AND s.order_id = b.order_id
            WHERE b.order_id = i.order_id AND p.state = 'received' AND (p.method = 'screenshot' OR s.state = 'seat')
            LIMIT 1) paid ON true) i";

/// An invoice as kept.
#[derive(Debug, Clone)]
pub(crate) struct StoredInvoice {
    pub(crate) order: OrderId,
    pub(crate) asked_at: Timestamp,
    /// For whom it is written, sealed.
    pub(crate) title: Vec<u8>,
    pub(crate) amount: Fen,
    pub(crate) issued: Option<Document>,
    pub(crate) credited: Option<Document>,
}

/// A document that was handed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) id: Uuid,
    pub(crate) amount: Fen,
    pub(crate) at: Timestamp,
}

/// Which of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Invoice,
    CreditNote,
}

/// Asks for one, or for one with another title, as long as none was made. False: one was.
pub(crate) async fn ask(
    client: &impl GenericClient,
    (order, exam): (OrderId, &ExamId),
    title: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.invoices AS i (order_id, exam, asked_at, title) VALUES ($1, $2, $3, $4)
             ON CONFLICT (order_id) DO UPDATE SET asked_at = EXCLUDED.asked_at, title = EXCLUDED.title
             WHERE i.document IS NULL",
        )
        .await?;
    let row: [&(dyn ToSql + Sync); 4] = [&order.to_string(), &exam.as_str(), &now, &title];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// That of an order.
pub(crate) async fn get(client: &impl GenericClient, order: OrderId) -> Result<Option<StoredInvoice>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE i.order_id = $1")).await?;
    client.query_opt(&statement, &[&order.to_string()]).await?.as_ref().map(read).transpose()
}

/// Waits for whoever else hands a document back for the order. False: nobody wants an invoice for it.
pub(crate) async fn lock(transaction: &impl GenericClient, order: OrderId) -> Result<bool, StoreError> {
    let statement =
        transaction.prepare_cached("SELECT FROM registration.invoices WHERE order_id = $1 FOR UPDATE").await?;
    Ok(transaction.query_opt(&statement, &[&order.to_string()]).await?.is_some())
}

/// Those of an exam, in the order in which they were asked for; only those that wait for the finance office, or all.
pub(crate) async fn list(
    client: &impl GenericClient,
    (exam, schools): (&ExamId, Option<&[OrganisationCode]>),
    only_waiting: bool,
    after: Option<(Timestamp, OrderId)>,
    limit: i64,
) -> Result<Vec<StoredInvoice>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE i.exam = $1 AND ($3::timestamptz IS NULL OR (i.asked_at, i.order_id) > ($3, $4))
                 AND (NOT $2 OR CASE WHEN i.document IS NULL THEN i.amount_fen > 0
                     ELSE i.issued_fen - i.amount_fen - coalesce(i.credited_fen, 0) > 0 END)
                 AND ($6::text[] IS NULL OR EXISTS (
                     SELECT FROM registration.orders o
                     WHERE o.id = i.order_id AND registration.is_of_schools(o.exam, o.account, $6)))
             ORDER BY i.asked_at, i.order_id LIMIT $5"
        ))
        .await?;
    let (at, order) = (after.map(|(at, _)| at), after.map(|(_, order)| order.to_string()));
    let schools: Option<Vec<&str>> = schools.map(|all| all.iter().map(OrganisationCode::as_str).collect());
    let row: [&(dyn ToSql + Sync); 6] = [&exam.as_str(), &only_waiting, &at, &order, &limit, &schools];
    client.query(&statement, &row).await?.iter().map(read).collect()
}

/// Notes the document that was handed back, and by whom; it takes the place of an earlier one.
pub(crate) async fn hand_back(
    transaction: &impl GenericClient,
    order: OrderId,
    which: Which,
    document: &Document,
    staff: StaffId,
) -> Result<(), StoreError> {
    let statement = match which {
        Which::Invoice => {
            "UPDATE registration.invoices SET document = $2, issued_fen = $3, issued_at = $4, issued_by = $5
             WHERE order_id = $1"
        }
        Which::CreditNote => {
            "UPDATE registration.invoices SET credit = $2, credited_fen = $3, credited_at = $4, credited_by = $5
             WHERE order_id = $1"
        }
    };
    let statement = transaction.prepare_cached(statement).await?;
    let Document { id, amount, at } = document;
    transaction.execute(&statement, &[&order.to_string(), id, &amount.0, at, &staff.0]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<StoredInvoice, StoreError> {
    let document = |id: &str, amount: &str, at: &str| {
        let id: Option<Uuid> = row.get(id);
        id.map(|id| Document { id, amount: Fen(row.get(amount)), at: row.get(at) })
    };
    Ok(StoredInvoice {
        order: row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?,
        asked_at: row.get("asked_at"),
        title: row.get("title"),
        amount: Fen(row.get("amount_fen")),
        issued: document("document", "issued_fen", "issued_at"),
        credited: document("credit", "credited_fen", "credited_at"),
    })
}
