//! Postgres, one file per table, and what goes wrong below the rules.

pub(crate) mod fault;
pub(crate) mod incoming;
pub(crate) mod migrations;
pub mod purpose;
pub(crate) mod site;

use std::time::Duration;

use deadpool_postgres::{GenericClient, Object, Pool, PoolError, Timeouts};
use reservation::ids::ExamId;
use tokio_postgres::Row;

use crate::model::ids::AccountId;
use crate::store::fault::described;

pub use crate::store::fault::PostgresFault;

/// Longest wait for a connection, and for making one.
const CONNECTION_WAIT_MAX: Duration = Duration::from_secs(5);

/// A store did not do its part. Never carries personal data.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No database connection in time.
    #[error("no database connection: {0}")]
    Pool(String),
    /// The database refused or broke off.
    #[error("the database failed: {0}")]
    Postgres(PostgresFault),
    /// The file store refused or broke off.
    #[error("the file store failed: {0}")]
    Files(#[from] object_store::Error),
    /// The vault has not the key, or the ciphertext is not what was written there.
    #[error(transparent)]
    Vault(#[from] crate::secrets::vault::VaultError),
    /// A row says what this version cannot mean.
    #[error("stored data is corrupt: {0}")]
    Corrupt(&'static str),
}

impl StoreError {
    /// Is it about what was worked on rather than about a store that is away? Then the next one may go well.
    pub(crate) fn is_of_one_row(&self) -> bool {
        match self {
            Self::Files(_) | Self::Vault(_) | Self::Corrupt(_) => true,
            Self::Postgres(fault) => fault.is_of_one_row(),
            Self::Pool(_) => false,
        }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error.into())
    }
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        Self::Pool(described(&error))
    }
}

/// The connections. A connection is never kept across a call of the engine, which needs some of the same pool.
#[derive(Clone)]
pub(crate) struct Database(Pool);

impl Database {
    pub(crate) fn new(pool: Pool) -> Self {
        Self(pool)
    }

    /// A connection, within [`CONNECTION_WAIT_MAX`].
    pub(crate) async fn client(&self) -> Result<Object, StoreError> {
        let wait = Some(CONNECTION_WAIT_MAX);
        Ok(self.0.timeout_get(&Timeouts { wait, create: wait, recycle: wait }).await?)
    }
}

/// Did the database refuse because of this constraint?
pub(crate) fn violates(error: &tokio_postgres::Error, constraint: &str) -> bool {
    error.as_db_error().and_then(|error| error.constraint()) == Some(constraint)
}

/// The row of an account in an exam, in a table that has at most one of each: `select` says which columns of which table.
pub(crate) async fn row_of(
    client: &impl GenericClient,
    select: &str,
    (exam, account): (&ExamId, AccountId),
) -> Result<Option<Row>, StoreError> {
    let statement = client.prepare_cached(&format!("{select} WHERE exam = $1 AND account = $2")).await?;
    Ok(client.query_opt(&statement, &[&exam.as_str(), &account.0]).await?)
}

/// The same as [`row_of`], locked until the transaction ends.
pub(crate) async fn row_locked(
    transaction: &impl GenericClient,
    select: &str,
    (exam, account): (&ExamId, AccountId),
) -> Result<Option<Row>, StoreError> {
    let statement =
        transaction.prepare_cached(&format!("{select} WHERE exam = $1 AND account = $2 FOR UPDATE")).await?;
    Ok(transaction.query_opt(&statement, &[&exam.as_str(), &account.0]).await?)
}

/// What becomes of lines that were there before an import and are not in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// They stay as they are.
    Kept,
    /// They go, but for those of people to whom an account is bound.
    UnboundRemoved,
    /// All of them go.
    Removed,
}

/// What an import of many lines did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) added: u64,
    pub(crate) changed: u64,
    pub(crate) removed: u64,
}

impl Merged {
    /// From what the database counted.
    pub(crate) fn new(added: i64, changed: i64, removed: u64) -> Result<Self, StoreError> {
        let count = |number: i64| u64::try_from(number).map_err(|_| StoreError::Corrupt("a negative count"));
        Ok(Self { added: count(added)?, changed: count(changed)?, removed })
    }
}
