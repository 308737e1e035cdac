//! The table `journal_lines`: what an entry debits and credits. Rows are only added.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::model::fen::Fen;
use crate::model::payment::PaymentId;
use crate::model::payment::journal::Entry;
use crate::model::payment::listed::Line;
use crate::store::StoreError;

/// Adds the two lines of an entry.
pub(crate) async fn insert(transaction: &impl GenericClient, id: i64, entry: &Entry) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.journal_lines (entry, line, account, debit_fen, credit_fen)
             VALUES ($1, 1, $2, $4, 0), ($1, 2, $3, 0, $4)",
        )
        .await?;
    let (debit, credit) = (entry.debit.to_string(), entry.credit.to_string());
    transaction.execute(&statement, &[&id, &debit, &credit, &entry.amount.0]).await?;
    Ok(())
}

/// What each account has, debits less credits.
pub(crate) async fn balances(client: &impl GenericClient) -> Result<Vec<(String, Fen)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT account, (sum(debit_fen) - sum(credit_fen))::bigint AS balance FROM registration.journal_lines
             GROUP BY account ORDER BY account",
        )
        .await?;
    let rows = client.query(&statement, &[]).await?;
    Ok(rows.iter().map(|row| (row.get("account"), Fen(row.get("balance")))).collect())
}

/// What the journal says of a payment, in the order in which it was written.
pub(crate) async fn of_payment(
    client: &impl GenericClient,
    payment: PaymentId,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT j.id, j.at, j.kind, j.order_id, l.account, l.debit_fen, l.credit_fen
             FROM registration.journal j JOIN registration.journal_lines l ON l.entry = j.id
             WHERE j.payment = $1 ORDER BY j.id, l.line LIMIT $2",
        )
        .await?;
    client.query(&statement, &[&payment.0, &limit]).await?.iter().map(read).collect()
}

/// Lines of entries that were written between two moments, in the order in which they were, behind this line of this entry.
/// Each comes with which line of its entry it is.
pub(crate) async fn between(
    client: &impl GenericClient,
    (from, until): (Timestamp, Timestamp),
    after: Option<(i64, i16)>,
    limit: i64,
) -> Result<Vec<(i16, Line)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT j.id, j.at, j.kind, j.order_id, l.account, l.debit_fen, l.credit_fen, l.line
             FROM registration.journal j JOIN registration.journal_lines l ON l.entry = j.id
             WHERE j.at >= $1 AND j.at < $2 AND ($3::bigint IS NULL OR (j.id, l.line) > ($3, $4::smallint))
             ORDER BY j.id, l.line LIMIT $5",
        )
        .await?;
    let (entry, line) = (after.map(|place| place.0), after.map(|place| place.1));
    let rows = client.query(&statement, &[&from, &until, &entry, &line, &limit]).await?;
    rows.iter().map(|row| Ok((row.get("line"), read(row)?))).collect()
}

fn read(row: &Row) -> Result<Line, StoreError> {
    let order: Option<&str> = row.get("order_id");
    Ok(Line {
        entry: row.get("id"),
        at: row.get("at"),
        kind: row.get::<_, &str>("kind").parse().map_err(|_| StoreError::Corrupt("a kind of entry"))?,
        order: order.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("an order's number"))?,
        account: row.get("account"),
        debit: Fen(row.get("debit_fen")),
        credit: Fen(row.get("credit_fen")),
    })
}
