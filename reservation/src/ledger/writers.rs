//! Table `writers`: the processes that may write pools' ledgers, and until when.
//!
//! One row per process, renewed every second, is the lease on all of its pools: an idle site of hundreds of pools
//! costs one small write a second.

use std::time::Duration;

use tokio_postgres::GenericClient;
use uuid::Uuid;

use super::LedgerError;

/// How long a process that says nothing keeps its pools.
pub const LEASE: Duration = Duration::from_secs(4);
/// Rows of processes that ended are forgotten after so long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3_600);

/// One process, as a writer of ledgers; never the same twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WriterId(pub(super) Uuid);

impl WriterId {
    /// A name that nobody has.
    pub fn new() -> Self {
        Self(Uuid::new_v4())
    }
}

impl Default for WriterId {
    fn default() -> Self {
        Self::new()
    }
}

/// Renews the lease, for as long as this session lives and at most [`LEASE`] from now on.
pub async fn renew(client: &impl GenericClient, writer: WriterId) -> Result<(), LedgerError> {
    let renewed = "INSERT INTO reservation.writers (id, until, pid, session_since)
         SELECT $1, now() + make_interval(secs => $2), pid, backend_start FROM pg_stat_activity
         WHERE pid = pg_backend_pid()
         ON CONFLICT (id) DO UPDATE
         SET until = excluded.until, pid = excluded.pid, session_since = excluded.session_since";
    client.execute(renewed, &[&writer.0, &LEASE.as_secs_f64()]).await?;
    Ok(())
}

/// Gives the lease back, and forgets those of processes that ended long ago.
pub async fn end(client: &impl GenericClient, writer: WriterId) -> Result<(), LedgerError> {
    client
        .execute(
            "DELETE FROM reservation.writers WHERE id = $1 OR until < now() - make_interval(secs => $2)",
            &[&writer.0, &FORGOTTEN_AFTER.as_secs_f64()],
        )
        .await?;
    Ok(())
}
