//! Brings the schema `registration` to this version, one process at a time.

use deadpool_postgres::Object;
use refinery::Migration;

use crate::OpenError;
use crate::store::fault::described;
use crate::store::{Database, StoreError};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// The advisory lock under which the schema is migrated ("regmigr" in ASCII).
const LOCK: i64 = 0x72_6567_6d69_6772;

/// As whom this connection works besides the one that it signed in as.
const ROLE: &str = "SELECT current_setting('role')";
/// What it says where that is nobody else.
const NO_ROLE: &str = "none";
/// What the role of daily work may do: everything with rows, but to what has happened to money and to the audit it
/// only adds.
const GRANTS: &str = "SELECT format(
    'GRANT USAGE ON SCHEMA registration TO %1$I;
     GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA registration TO %1$I;
     GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA registration TO %1$I;
     REVOKE UPDATE, DELETE ON registration.journal, registration.journal_lines, registration.payment_events,
         registration.audit, registration.audit_chain FROM %1$I',
    $1::text)";

/// Migrations whose text was changed after some databases had run them. They do the same, but give up when they cannot lock
/// their tables, instead of going on without.
const REWORDED: [i32; 2] = [20, 21];

/// Runs what has not run yet.
pub(crate) async fn run(database: &Database) -> Result<(), OpenError> {
    // Taken out of the pool: whatever happens, the lock ends with the connection.
    let mut client = Object::take(database.client().await?);
    // A request's queries have an end on Postgres' side. Here it would be that of a start which can never succeed: a schema
    // over many rows takes its time, and so does waiting for the process that is at it.
    client.batch_execute("SET statement_timeout = 0").await.map_err(StoreError::from)?;
    // Daily work is done as another role, which owns no table.
    let role: String = client.query_one(ROLE, &[]).await.map_err(StoreError::from)?.get(0);
    client.batch_execute("SET ROLE NONE").await.map_err(StoreError::from)?;
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(StoreError::from)?;
    client.batch_execute("CREATE SCHEMA IF NOT EXISTS registration").await.map_err(StoreError::from)?;
    let mut runner = embedded::migrations::runner().set_abort_divergent(false);
    runner.set_migration_table_name("registration.schema_history");
    let failed = |error: &refinery::Error| OpenError::Migration(said(error));
    runner.run_async(&mut *client).await.map_err(|error| failed(&error))?;
    if role != NO_ROLE {
        let grants: String = client.query_one(GRANTS, &[&role]).await.map_err(StoreError::from)?.get(0);
        client.batch_execute(&grants).await.map_err(StoreError::from)?;
    }
    let applied = runner.get_applied_migrations_async(&mut *client).await.map_err(|error| failed(&error))?;
    match diverging(runner.get_migrations(), &applied) {
        Some(other) => {
            Err(OpenError::Migration(format!("V{}__{} ran with another text", other.version(), other.name())))
        }
        None => Ok(()),
    }
}

/// The first migration that ran and is another one now, those apart that may be.
fn diverging<'a>(known: &'a [Migration], applied: &[Migration]) -> Option<&'a Migration> {
    let is_other = |known: &&Migration| {
        let ran = applied.iter().find(|applied| applied.version() == known.version());
        ran.is_some_and(|ran| ran.checksum() != known.checksum()) && !REWORDED.contains(&known.version())
    };
    known.iter().find(is_other)
}

/// Which migration it was, and why Postgres would not run it.
fn said(error: &refinery::Error) -> String {
    match error.kind() {
        refinery::error::Kind::Connection(what, source) => format!("{what}: {}", described(source.as_ref())),
        kind => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_that_ran_with_another_text_is_found_unless_it_was_reworded() {
        let of = |version: i32, text: &str| Migration::unapplied(&format!("V{version}__a"), text).unwrap();
        let known = [of(1, "a"), of(19, "b"), of(20, "c"), of(22, "d")];
        assert!(diverging(&known, &[of(1, "a"), of(20, "before")]).is_none());
        let other = diverging(&known, &[of(1, "a"), of(19, "x"), of(20, "before")]);
        assert_eq!(other.map(Migration::version), Some(19));
    }
}
