//! The table `reminder_wishes`: who asked to be told when registration opens.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::model::ids::AccountId;
use crate::store::StoreError;

/// Did the account ask for it?
pub(crate) async fn is_there(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<bool, StoreError> {
    let statement =
        client.prepare_cached("SELECT FROM registration.reminder_wishes WHERE exam = $1 AND account = $2").await?;
    Ok(client.query_opt(&statement, &[&exam.as_str(), &account.0]).await?.is_some())
}

/// Notes that it asks. Again: nothing changes.
pub(crate) async fn add(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.reminder_wishes (exam, account, asked_at) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    client.execute(&statement, &[&exam.as_str(), &account.0, &now]).await?;
    Ok(())
}

/// Forgets that it asked: in this exam, or in all of them.
pub(crate) async fn delete(
    client: &impl GenericClient,
    exam: Option<&ExamId>,
    account: AccountId,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.reminder_wishes WHERE account = $2 AND ($1::text IS NULL OR exam = $1)",
        )
        .await?;
    client.execute(&statement, &[&exam.map(ExamId::as_str), &account.0]).await?;
    Ok(())
}
