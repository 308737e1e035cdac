//! The table `wall_sampler`: which process writes the seconds.

use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::store::StoreError;

/// Whoever has not renewed it for so long is replaced.
const LEASE_SECONDS: f64 = 3.5;

/// Takes or renews the right to write seconds. False while another process has it.
pub(crate) async fn take(client: &impl GenericClient, process: Uuid) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.wall_sampler AS w (process, until)
             VALUES ($1, now() + make_interval(secs => $2))
             ON CONFLICT (only_row) DO UPDATE SET process = excluded.process, until = excluded.until
             WHERE w.process = excluded.process OR w.until < now()",
        )
        .await?;
    Ok(client.execute(&statement, &[&process, &LEASE_SECONDS]).await? == 1)
}

/// Gives it back, so that nobody has to wait for its end.
pub(crate) async fn give_back(client: &impl GenericClient, process: Uuid) -> Result<(), StoreError> {
    client.execute("DELETE FROM registration.wall_sampler WHERE process = $1", &[&process]).await?;
    Ok(())
}
