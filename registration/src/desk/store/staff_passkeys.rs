//! The table `staff_passkeys`: keys of members that a device or its system keeps.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::store::StoreError;

/// A passkey as stored.
pub(crate) struct StoredPasskey {
    pub(crate) number: i64,
    /// As the authenticator calls it.
    pub(crate) credential: Vec<u8>,
    pub(crate) key: Vec<u8>,
    pub(crate) algorithm: i32,
    pub(crate) site: String,
    pub(crate) agent: String,
    pub(crate) added_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
}

/// What every query reads.
const SELECT: &str = "SELECT number, credential, key, algorithm, site, agent, added_at, used_at
     FROM registration.staff_passkeys";

/// Adds one. False when there is one of this credential.
pub(crate) async fn insert(
    client: &impl GenericClient,
    staff: Uuid,
    new: &StoredPasskey,
    signs: i64,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.staff_passkeys (staff, credential, key, algorithm, site, agent, added_at, signs)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .await?;
    let StoredPasskey { credential, key, algorithm, site, agent, added_at, .. } = new;
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
        [&staff, credential, key, algorithm, site, agent, added_at, &signs];
    Ok(client.execute(&statement, &values).await? == 1)
}

/// Somebody's, the newest first.
pub(crate) async fn of(client: &impl GenericClient, staff: Uuid, limit: i64) -> Result<Vec<StoredPasskey>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE staff = $1 ORDER BY number DESC LIMIT $2")).await?;
    Ok(client.query(&statement, &[&staff, &limit]).await?.iter().map(read).collect())
}

/// The one of somebody's that an authenticator calls so.
pub(crate) async fn get(
    client: &impl GenericClient,
    staff: Uuid,
    credential: &[u8],
) -> Result<Option<StoredPasskey>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE staff = $1 AND credential = $2")).await?;
    Ok(client.query_opt(&statement, &[&staff, &credential]).await?.map(|row| read(&row)))
}

/// Notes that it signed. False when its count of signatures did not grow, as that of a copy would not; one that counts none always
/// says zero.
pub(crate) async fn signed(
    client: &impl GenericClient,
    number: i64,
    signs: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff_passkeys SET signs = $2, used_at = $3
             WHERE number = $1 AND (signs < $2 OR (signs = 0 AND $2 = 0))",
        )
        .await?;
    Ok(client.execute(&statement, &[&number, &signs, &now]).await? == 1)
}

/// Takes one of somebody's away. False when there is no such one.
pub(crate) async fn delete(client: &impl GenericClient, staff: Uuid, number: i64) -> Result<bool, StoreError> {
    let statement =
        client.prepare_cached("DELETE FROM registration.staff_passkeys WHERE staff = $1 AND number = $2").await?;
    Ok(client.execute(&statement, &[&staff, &number]).await? == 1)
}

/// Takes all of somebody's away. How many.
pub(crate) async fn delete_all(client: &impl GenericClient, staff: Uuid) -> Result<u64, StoreError> {
    let statement = client.prepare_cached("DELETE FROM registration.staff_passkeys WHERE staff = $1").await?;
    Ok(client.execute(&statement, &[&staff]).await?)
}

fn read(row: &Row) -> StoredPasskey {
    StoredPasskey {
        number: row.get("number"),
        credential: row.get("credential"),
        key: row.get("key"),
        algorithm: row.get("algorithm"),
        site: row.get("site"),
        agent: row.get("agent"),
        added_at: row.get("added_at"),
        used_at: row.get("used_at"),
    }
}
