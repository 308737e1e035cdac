//! Table `api_keys`: who may call the JSON API. Only digests are kept.

use jiff::Timestamp;
use tokio_postgres::GenericClient;

use super::LedgerError;

/// Most keys that are listed.
const LISTED_MAX: i64 = 10_000;

/// A key's number, from 1 on. Never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub i64);

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Create and change exams and sittings; also everything that the other scopes may.
    Admin,
    /// Hold, release, freeze, confirm.
    Hold,
    /// The key may read `/metrics`.
    Metrics,
}

impl Scope {
    /// The word for the scope in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Hold => "hold",
            Self::Metrics => "metrics",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Admin, Self::Hold, Self::Metrics].into_iter().find(|scope| scope.as_str() == word)
    }

    /// Does this scope include `other`?
    pub fn includes(self, other: Self) -> bool {
        self == Self::Admin || self == other
    }
}

/// A key that may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoodKey {
    /// The scope, which says what the key may do.
    pub scope: Scope,
    /// The first key of its name, revoked or not: keys of one name follow each other and share their candidates.
    pub first: KeyId,
}

/// A key as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// The key's number.
    pub id: KeyId,
    /// The name of whoever the key was given to.
    pub name: String,
    /// The scope as stored, which says what the key may do.
    pub scope: String,
    /// Since when it is good.
    pub created_at: Timestamp,
    /// Since when it is good no more.
    pub revoked_at: Option<Timestamp>,
}

/// Which keys are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'a> {
    /// The one with this number.
    Id(KeyId),
    /// All with this name.
    Name(&'a str),
}

/// Remembers a key by its SHA-256. Again with the same digest: nothing happens.
pub async fn add(client: &impl GenericClient, name: &str, scope: Scope, digest: &[u8]) -> Result<(), LedgerError> {
    client
        .execute(
            "INSERT INTO reservation.api_keys (name, scope, digest) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &[&name, &scope.as_str(), &digest],
        )
        .await?;
    Ok(())
}

/// Every key that was not revoked, by its digest.
pub async fn all(client: &impl GenericClient) -> Result<Vec<(Vec<u8>, GoodKey)>, LedgerError> {
    let rows = client
        .query(
            "SELECT digest, scope, first FROM (
                 SELECT digest, scope, revoked_at, min(id) OVER (PARTITION BY name) AS first FROM reservation.api_keys
             ) AS named WHERE revoked_at IS NULL",
            &[],
        )
        .await?;
    let good = |scope: Scope, first| GoodKey { scope, first: KeyId(first) };
    Ok(rows
        .iter()
        .filter_map(|row| Some((row.get("digest"), good(Scope::parse(row.get("scope"))?, row.get("first")))))
        .collect())
}

/// All keys, the oldest first, revoked ones too.
pub async fn list(client: &impl GenericClient) -> Result<Vec<ListedKey>, LedgerError> {
    let rows = client
        .query(
            "SELECT id, name, scope, created_at, revoked_at FROM reservation.api_keys ORDER BY id LIMIT $1",
            &[&LISTED_MAX],
        )
        .await?;
    let listed = |row: &tokio_postgres::Row| ListedKey {
        id: KeyId(row.get("id")),
        name: row.get("name"),
        scope: row.get("scope"),
        created_at: row.get("created_at"),
        revoked_at: row.get("revoked_at"),
    };
    Ok(rows.iter().map(listed).collect())
}

/// Ends the keys that are meant; answers the numbers of those that were good until now.
pub async fn revoke(client: &impl GenericClient, named: Named<'_>) -> Result<Vec<KeyId>, LedgerError> {
    let (id, name) = match named {
        Named::Id(id) => (Some(id.0), None),
        Named::Name(name) => (None, Some(name)),
    };
    let rows = client
        .query(
            "UPDATE reservation.api_keys SET revoked_at = now()
             WHERE revoked_at IS NULL AND (id = $1 OR name = $2) RETURNING id",
            &[&id, &name],
        )
        .await?;
    Ok(rows.iter().map(|row| KeyId(row.get("id"))).collect())
}
