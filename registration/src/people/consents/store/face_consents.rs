//! The table `face_consents`: who agreed to having their face looked at, and who took it back.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::people::consents::FaceConsent;
use crate::store::StoreError;

/// What the account said last.
pub(crate) async fn get(client: &impl GenericClient, account: Uuid) -> Result<FaceConsent, StoreError> {
    let statement = client
        .prepare_cached("SELECT given_at, withdrawn_at FROM registration.face_consents WHERE account = $1")
        .await?;
    let Some(row) = client.query_opt(&statement, &[&account]).await? else { return Ok(FaceConsent::None) };
    let withdrawn_at: Option<Timestamp> = row.get("withdrawn_at");
    Ok(match withdrawn_at {
        Some(at) => FaceConsent::Withdrawn { at },
        None => FaceConsent::Given { at: row.get("given_at") },
    })
}

/// Did the account agree, and not take it back?
pub(crate) async fn is_given(client: &impl GenericClient, account: Uuid) -> Result<bool, StoreError> {
    Ok(matches!(get(client, account).await?, FaceConsent::Given { .. }))
}

/// Did the account take it back? Who was checked by the version before never said anything.
pub(crate) async fn is_withdrawn(client: &impl GenericClient, account: Uuid) -> Result<bool, StoreError> {
    Ok(matches!(get(client, account).await?, FaceConsent::Withdrawn { .. }))
}

/// Notes that the account agrees. False when it had agreed to this text already.
pub(crate) async fn give(
    client: &impl GenericClient,
    account: Uuid,
    version: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.face_consents AS f (account, version, given_at) VALUES ($1, $2, $3)
             ON CONFLICT (account) DO UPDATE SET version = $2, given_at = $3, withdrawn_at = NULL
             WHERE f.withdrawn_at IS NOT NULL OR f.version <> $2",
        )
        .await?;
    Ok(client.execute(&statement, &[&account, &version, &now]).await? == 1)
}

/// Takes it back. False when there is nothing to take back.
pub(crate) async fn withdraw(client: &impl GenericClient, account: Uuid, now: Timestamp) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.face_consents SET withdrawn_at = greatest($2, given_at)
             WHERE account = $1 AND withdrawn_at IS NULL",
        )
        .await?;
    Ok(client.execute(&statement, &[&account, &now]).await? == 1)
}
