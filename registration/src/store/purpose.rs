//! What the data of a site is for: a demo, where nothing is real and everybody knows the passwords, or real candidates.
//! The first server over it decides, for good: who was "verified" by a sandbox must never count as a real candidate, nor
//! may a demo's passwords open real data.

use deadpool_postgres::Pool;
use uuid::Uuid;

use crate::OpenError;
use crate::desk::audit::AuditAction;
use crate::desk::staff::write_down;
use crate::desk::store::staff;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::people::store::accounts;
use crate::secrets::passwords::{Hasher, Password};
use crate::store::migrations;
use crate::store::{self, Database, StoreError};

/// What a server wants to do with the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Shows visitors around: nothing in it is real.
    Demo,
    /// Registers real candidates: no sandbox stands in for anybody.
    Real,
}

/// A sign-in to the staff console that everybody knows: the demo's.
#[derive(Debug, Clone, Copy)]
pub struct PublicSignIn {
    /// The login name of the member of staff.
    pub name: &'static str,
    /// The password, which everybody may read.
    pub password: &'static str,
}

/// Why a server may not work with the data.
#[derive(Debug, thiserror::Error)]
pub enum PurposeError {
    /// A demo over real data.
    #[error(
        "this data is of real candidates and no place for a demo: start without --demo, or give the demo a directory and \
         stores of its own with --data, --database-url and --redis-url"
    )]
    IsReal,
    /// Real candidates over a demo's data.
    #[error(
        "this data is a demo's, where nobody is real: give the site a directory and stores of its own with --data, \
         --database-url and --redis-url, or go on with --demo"
    )]
    IsDemo,
    /// No turn to compare a password within seconds.
    #[error("the machine is too busy to compare a password: start again in a moment")]
    Busy,
    /// The schema could not be brought to this version.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Decides what the data is for, or compares with what was decided, before anything works with it. Data of a version
/// before this table speaks for itself; and because such versions let a demo run over real data, nobody signs in to real
/// data with the demo's password any more.
pub async fn establish(postgres: &Pool, wanted: Purpose, public: PublicSignIn) -> Result<(), PurposeError> {
    let database = Database::new(postgres.clone());
    migrations::run(&database).await?;
    let client = database.client().await?;
    let mut decided = store::site::is_demo(&client).await?;
    if decided.is_none() {
        decided = looks_like_a_demo(&client, public.name).await?;
    }
    if decided.is_none_or(|is_demo| is_demo == (wanted == Purpose::Demo)) {
        decided = Some(store::site::decide(&client, wanted == Purpose::Demo, clock::now()).await?);
    }
    drop(client);
    match (decided, wanted) {
        (Some(true), Purpose::Real) => Err(PurposeError::IsDemo),
        (Some(false), Purpose::Demo) => Err(PurposeError::IsReal),
        (_, Purpose::Demo) => Ok(()),
        (_, Purpose::Real) => lock_out(&database, public).await,
    }
}

/// What data says of itself that no server has decided about: a demo has one member of staff, whose name is known, and
/// whoever works for real has added others, or has candidates without that one. `None`: it is new.
async fn looks_like_a_demo(
    client: &impl deadpool_postgres::GenericClient,
    public_name: &str,
) -> Result<Option<bool>, StoreError> {
    let (is_there, are_others) = staff::is_there_and_others(client, public_name).await?;
    Ok(match (is_there, are_others) {
        (_, true) => Some(false),
        (true, false) => Some(true),
        (false, false) => accounts::any(client).await?.then_some(false),
    })
}

/// Whoever still has the public password gets one that nobody knows.
async fn lock_out(database: &Database, public: PublicSignIn) -> Result<(), PurposeError> {
    let found = staff::by_name(&database.client().await?, public.name).await?;
    let Some(staff) = found else { return Ok(()) };
    let hasher = Hasher::new();
    if !hasher.verify(public.password, Some(staff.password_hash)).await.map_err(|_| PurposeError::Busy)? {
        return Ok(());
    }
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let secret = Password::of_staff(&secret).expect("64 hexadecimal digits are a password");
    let password_hash = hasher.hash(&secret).await.map_err(|_| PurposeError::Busy)?;
    let client = database.client().await?;
    staff::set_password(&client, staff.id, &password_hash).await?;
    write_down(&client, Actor::System, AuditAction::StaffPassword, &staff.name).await?;
    tracing::warn!(staff = staff.name, "had the demo's public password, and has one that nobody knows now");
    Ok(())
}
