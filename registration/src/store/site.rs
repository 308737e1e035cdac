//! The table `site`: what all of this data is for.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::store::StoreError;

/// Is it a demo's? Nothing when no server has decided yet.
pub(crate) async fn is_demo(client: &impl GenericClient) -> Result<Option<bool>, StoreError> {
    let row = client.query_opt("SELECT is_demo FROM registration.site", &[]).await?;
    Ok(row.map(|row| row.get("is_demo")))
}

/// Decides, and answers what was decided: another server may have been first.
pub(crate) async fn decide(client: &impl GenericClient, is_demo: bool, since: Timestamp) -> Result<bool, StoreError> {
    client
        .execute(
            "INSERT INTO registration.site (is_demo, since) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            &[&is_demo, &since],
        )
        .await?;
    self::is_demo(client).await?.ok_or(StoreError::Corrupt("nobody decided what the site is for"))
}
