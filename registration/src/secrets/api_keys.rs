//! Keys of the JSON API as staff make, replace and end them. A key itself is shown once and kept nowhere; whatever is done to one is in
//! the audit, in the same transaction. Who may do what with a key is the API's to say (`reservation::api::auth`).

mod refusals;
mod wanted;

use deadpool_postgres::Transaction;
use jiff::{SignedDuration, Timestamp};
use reservation::api::auth::secret::{digest_of, ending_of, new_key};
use reservation::ledger::LedgerError;
use reservation::ledger::api_keys::{self, GOOD_MAX, KeyId, ListedKey, Named, NewKey};
use secrecy::{ExposeSecret, SecretString};

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::staff::By;
use crate::exams::Exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::store::{Database, StoreError};

pub(crate) use refusals::write_refusals;
pub use wanted::{DEMO_NAME, KeyFault, NAME_CHARS_MAX, WantedKey};

/// Longest time for which a key goes on beside the one that replaces it.
pub const OVERLAP_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Why a key was not made, replaced or ended.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// Not theirs to do.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Such a key cannot be.
    #[error(transparent)]
    Fault(#[from] KeyFault),
    /// There is no such key, or it has ended.
    #[error("no good key has this number: `seathold key list` shows all")]
    Unknown,
    /// Another one was made in its place already.
    #[error("key {} was made in its place: rotate that one, or make another", .0.0)]
    Replaced(KeyId),
    /// There are as many as there may be.
    #[error("{GOOD_MAX} keys are good, and more there cannot be: revoke those that nobody uses")]
    TooMany,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key that was just made. It is shown now or never; `Debug` does not show it.
#[derive(Debug)]
pub struct MadeKey {
    /// The key's number.
    pub id: KeyId,
    /// Whose it is.
    pub name: String,
    secret: SecretString,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Until when the key goes on that it replaces.
    pub replaced_until: Option<Timestamp>,
}

impl MadeKey {
    /// The key itself.
    pub fn secret(&self) -> &str {
        self.secret.expose_secret()
    }
}

/// The door to keys. Cloning is a few reference counts.
#[derive(Clone)]
pub struct ApiKeys {
    pub(crate) database: Database,
    pub(crate) exams: Exams,
}

impl From<LedgerError> for ApiKeyError {
    fn from(error: LedgerError) -> Self {
        Self::Store(StoreError::Pool(error.to_string()))
    }
}

impl From<tokio_postgres::Error> for ApiKeyError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Refuses whoever may not; answers whose act it is, and under which name a key is then made.
fn demanded(by: By<'_>) -> Result<(Actor, Option<&str>), ApiKeyError> {
    match by {
        By::Operator => Ok((Actor::System, None)),
        By::Administrator(member) => {
            demand(member, Right::ManageKeys, Scope::Everything)?;
            Ok((Actor::Staff(member.id), Some(&member.name)))
        }
    }
}

impl ApiKeys {
    /// All keys that there are or were, the oldest first; at most ten thousand.
    pub async fn list(&self, by: By<'_>) -> Result<Vec<ListedKey>, ApiKeyError> {
        demanded(by)?;
        Ok(api_keys::list(&**self.database.client().await?).await?)
    }

    /// Makes a key.
    ///
    /// # Errors
    /// [`ApiKeyError`].
    pub async fn make(&self, by: By<'_>, wanted: &WantedKey) -> Result<MadeKey, ApiKeyError> {
        let (actor, made_by) = demanded(by)?;
        let now = clock::now();
        wanted.check(now)?;
        let unknown = wanted.exams.iter().flatten().find(|exam| self.exams.get(exam).is_none());
        if let Some(exam) = unknown {
            return Err(KeyFault::UnknownExam(exam.clone()).into());
        }
        let secret = new_key();
        let digest = digest_of(&secret);
        let new = NewKey {
            name: wanted.name.trim(),
            scopes: wanted.scopes,
            exams: wanted.exams.as_deref(),
            expires_at: wanted.expires_at,
            made_by,
            digest: digest.as_ref(),
            ending: ending_of(&secret),
        };
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let id = insert(&transaction, &new).await?;
        let detail = wanted.to_string();
        write(&transaction, actor, AuditAction::KeyMade, id, &detail).await?;
        transaction.commit().await?;
        let (name, expires_at) = (new.name.to_owned(), wanted.expires_at);
        Ok(MadeKey { id, name, secret: secret.into(), expires_at, replaced_until: None })
    }

    /// Makes another key of the same name, scopes and exams, good for as long as this one was made for; this one ends after the
    /// overlap, or earlier if it would anyway. It is replaced once: after that, the key in its place is.
    ///
    /// # Errors
    /// [`ApiKeyError`].
    pub async fn rotate(&self, by: By<'_>, id: KeyId, overlap: SignedDuration) -> Result<MadeKey, ApiKeyError> {
        let (actor, made_by) = demanded(by)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let old = api_keys::lock(&*transaction, id).await?;
        // Behind the lock: whoever waited for it may find the key revoked a moment ago.
        let now = clock::now();
        let until = now + overlap.clamp(SignedDuration::ZERO, OVERLAP_MAX);
        let is_good = |old: &ListedKey| old.revoked_at.is_none() && old.is_good(now);
        let old = old.filter(is_good).ok_or(ApiKeyError::Unknown)?;
        if let Some(next) = old.replaced_by {
            return Err(ApiKeyError::Replaced(next));
        }
        let expires_at = old.expires_at.map(|expires_at| now + expires_at.duration_since(old.created_at));
        let secret = new_key();
        let digest = digest_of(&secret);
        let new = NewKey {
            name: &old.name,
            scopes: old.scopes,
            exams: old.exams.as_deref(),
            expires_at,
            made_by,
            digest: digest.as_ref(),
            ending: ending_of(&secret),
        };
        let next = insert(&transaction, &new).await?;
        api_keys::replace(&*transaction, (id, next), (now, until)).await?;
        write(&transaction, actor, AuditAction::KeyRotated, id, &format!("key {} until {until:.0}", next.0)).await?;
        transaction.commit().await?;
        let replaced_until = Some(old.ends_at().map_or(until, |ends_at| ends_at.min(until)));
        Ok(MadeKey { id: next, name: old.name, secret: secret.into(), expires_at, replaced_until })
    }

    /// Ends keys, within [`FRESH`](reservation::api::auth::FRESH) in every process; answers the numbers of those that were good until
    /// now.
    ///
    /// # Errors
    /// [`ApiKeyError::Unknown`] when none of them was.
    pub async fn revoke(&self, by: By<'_>, named: Named<'_>) -> Result<Vec<KeyId>, ApiKeyError> {
        let (actor, _) = demanded(by)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let ended = api_keys::revoke(&*transaction, named).await?;
        if ended.is_empty() {
            return Err(ApiKeyError::Unknown);
        }
        for (id, name) in &ended {
            write(&transaction, actor.clone(), AuditAction::KeyRevoked, *id, name).await?;
        }
        transaction.commit().await?;
        Ok(ended.into_iter().map(|(id, _)| id).collect())
    }
}

/// Revokes keys whose time is over where the version before would still take them.
pub(crate) async fn revoke_ended(database: &Database) -> Result<(), StoreError> {
    let revoked = api_keys::revoke_ended(&**database.client().await?).await;
    revoked.map_err(|error| StoreError::Pool(error.to_string()))
}

async fn insert(transaction: &Transaction<'_>, new: &NewKey<'_>) -> Result<KeyId, ApiKeyError> {
    if api_keys::count_good(&**transaction).await? >= GOOD_MAX {
        return Err(ApiKeyError::TooMany);
    }
    // A digest that is there already would be the same 256 random bits once more.
    api_keys::add(&**transaction, new).await?.ok_or(ApiKeyError::Store(StoreError::Corrupt("a new key")))
}

/// Writes down what was done to a key, by its number.
async fn write(
    transaction: &Transaction<'_>,
    actor: Actor,
    action: AuditAction,
    id: KeyId,
    detail: &str,
) -> Result<(), StoreError> {
    Entry::new(actor, action, &format!("api-key.{}", id.0)).detail(detail).write(transaction).await
}
