//! The ledger: Postgres remembers what Redis decided. All SQL of the engine is in the files below.

pub mod api_keys;
pub mod catalogue;
pub mod earlier_graces;
pub mod exams;
pub mod holds;
pub mod parked_events;
pub mod pools;
pub mod sittings;
pub mod waiting_lists;
pub mod waiting_rooms;
pub mod waits;
pub mod writers;

use std::time::Duration;

use deadpool_postgres::{Object, Pool, Transaction};
use tokio::time::error::Elapsed;
use tokio_postgres::error::SqlState;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// The Postgres advisory lock under which migrations run, so that two processes may start at once.
const MIGRATION_LOCK: i64 = 0x5ea7_0001;

/// Longest wait for the answer to what somebody waits for.
pub const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// Why the ledger did not do it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// More would be confirmed than was promised.
    #[error("the sitting has no seat left to confirm")]
    Overbooked,
    /// A live hold of the candidate is already in that group.
    #[error("the candidate has another live hold in the group")]
    GroupTaken,
    /// A hold was to be added that is there.
    #[error("the ledger has this hold already")]
    AlreadyThere,
    /// Postgres takes the statement and refuses the value: said again, it is refused again.
    #[error("the ledger does not take it: {0}")]
    Refused(String),
    /// The pool's row moved on: another process has it.
    #[error("another process has moved the pool on")]
    Overtaken,
    /// Postgres took the question and did not answer in time.
    #[error("Postgres did not answer in time")]
    Silent,
    /// Postgres cannot be reached, or said something unexpected.
    #[error("no answer from Postgres: {0}")]
    Unavailable(String),
}

impl LedgerError {
    /// Would the same rows be refused again, however often they are sent?
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Overbooked | Self::GroupTaken | Self::AlreadyThere | Self::Refused(_))
    }
}

impl From<tokio_postgres::Error> for LedgerError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(db) if db.constraint() == Some("confirmed_within_promised") => Self::Overbooked,
            Some(db) if db.constraint() == Some("holds_pkey") => Self::AlreadyThere,
            Some(db) if db.constraint() == Some("one_live_hold_per_group") => Self::GroupTaken,
            Some(db) if *db.code() == SqlState::T_R_SERIALIZATION_FAILURE => Self::Overtaken,
            // Data exceptions and violated constraints. The server's message, never the detail: that may quote a row.
            Some(db) if matches!(&db.code().code()[..2], "22" | "23") => {
                Self::Refused(format!("{} ({})", db.message(), db.code().code()))
            }
            Some(db) => Self::Unavailable(format!("{} ({})", db.message(), db.code().code())),
            None => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<deadpool_postgres::PoolError> for LedgerError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// The ledger's connections.
#[derive(Clone)]
pub struct Ledger {
    connections: Pool,
}

impl Ledger {
    /// Brings the schema `reservation` up to date.
    pub async fn open(connections: Pool) -> Result<Self, LedgerError> {
        let ledger = Self { connections };
        let mut client = ledger.client().await?;
        // Waiting for the process that is at it, and a schema over many rows, take longer than a query of a request may.
        client.batch_execute("SET statement_timeout = 0").await?;
        client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK]).await?;
        // Daily work is done as another role, which owns no table.
        let role: String = client.query_one("SELECT current_setting('role')", &[]).await?.get(0);
        client.batch_execute("SET ROLE NONE").await?;
        let outcome = migrate(&mut client, &role).await;
        client.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK]).await?;
        client.batch_execute("RESET statement_timeout; RESET ROLE").await?;
        outcome?;
        Ok(ledger)
    }

    /// A connection out of the pool; waits for one no longer than the pool is set to.
    pub async fn client(&self) -> Result<Object, LedgerError> {
        Ok(self.connections.get().await?)
    }

    /// What was heard on this connection within its time. One that fell silent does not go back to the pool, and those
    /// that rest there are not trusted either: whatever silenced it may have silenced them.
    pub fn heard<T>(&self, client: Object, outcome: Result<Result<T, LedgerError>, Elapsed>) -> Result<T, LedgerError> {
        outcome.unwrap_or_else(|_| {
            drop(Object::take(client));
            self.connections.retain(|_, _| false);
            Err(LedgerError::Silent)
        })
    }
}

/// Limits on Postgres's side of a transaction that others wait for: a process that hangs in the middle of one must not
/// keep its locks.
pub async fn limit(tx: &Transaction<'_>) -> Result<(), LedgerError> {
    let limits = "SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '4s';
         SET LOCAL idle_in_transaction_session_timeout = '3s'";
    Ok(tx.batch_execute(limits).await?)
}

/// What the role of daily work may do with the rows.
const GRANTS: &str = "SELECT format(
    'GRANT USAGE ON SCHEMA reservation TO %1$I;
     GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA reservation TO %1$I;
     GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA reservation TO %1$I',
    $1::text)";

async fn migrate(client: &mut Object, role: &str) -> Result<(), LedgerError> {
    client.batch_execute("CREATE SCHEMA IF NOT EXISTS reservation").await?;
    let mut runner = embedded::migrations::runner();
    runner.set_migration_table_name("reservation.schema_history");
    let client: &mut tokio_postgres::Client = client;
    runner.run_async(client).await.map_err(|error| LedgerError::Unavailable(error.to_string()))?;
    if role != "none" {
        let grants: String = client.query_one(GRANTS, &[&role]).await?.get(0);
        client.batch_execute(&grants).await?;
    }
    Ok(())
}
