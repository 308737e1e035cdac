//! Brings the schema `registration` to this version, one process at a time.

use deadpool_postgres::Object;

use crate::OpenError;
use crate::store::Database;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// The advisory lock under which the schema is migrated ("regmigr" in ASCII).
const LOCK: i64 = 0x72_6567_6d69_6772;

/// Runs what has not run yet.
pub(crate) async fn run(database: &Database) -> Result<(), OpenError> {
    // Taken out of the pool: whatever happens, the lock ends with the connection.
    let mut client = Object::take(database.client().await?);
    let failed = |error: &dyn std::fmt::Display| OpenError::Migration(error.to_string());
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(|error| failed(&error))?;
    client.batch_execute("CREATE SCHEMA IF NOT EXISTS registration").await.map_err(|error| failed(&error))?;
    embedded::migrations::runner()
        .set_migration_table_name("registration.schema_history")
        .run_async(&mut *client)
        .await
        .map_err(|error| failed(&error))?;
    Ok(())
}
