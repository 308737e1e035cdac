//! Brings the schema `registration` to this version, one process at a time.

use deadpool_postgres::Object;

use crate::OpenError;
use crate::store::fault::described;
use crate::store::{Database, StoreError};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// The advisory lock under which the schema is migrated ("regmigr" in ASCII).
const LOCK: i64 = 0x72_6567_6d69_6772;

/// Runs what has not run yet.
pub(crate) async fn run(database: &Database) -> Result<(), OpenError> {
    // Taken out of the pool: whatever happens, the lock ends with the connection.
    let mut client = Object::take(database.client().await?);
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(StoreError::from)?;
    client.batch_execute("CREATE SCHEMA IF NOT EXISTS registration").await.map_err(StoreError::from)?;
    embedded::migrations::runner()
        .set_migration_table_name("registration.schema_history")
        .run_async(&mut *client)
        .await
        .map_err(|error| OpenError::Migration(said(&error)))?;
    Ok(())
}

/// Which migration it was, and why Postgres would not run it.
fn said(error: &refinery::Error) -> String {
    match error.kind() {
        refinery::error::Kind::Connection(what, source) => format!("{what}: {}", described(source.as_ref())),
        kind => kind.to_string(),
    }
}
