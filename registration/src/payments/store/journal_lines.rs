//! The table `journal_lines`: what an entry debits and credits. Rows are only added.

use deadpool_postgres::GenericClient;

use crate::model::fen::Fen;
use crate::model::payment::journal::Entry;
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
