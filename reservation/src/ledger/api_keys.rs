//! Table `api_keys`: who may call the JSON API. Only digests are kept.

use tokio_postgres::GenericClient;

use super::LedgerError;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Create and change exams and sittings; also everything that [`Scope::Hold`] may.
    Admin,
    /// Hold, release, freeze, confirm.
    Hold,
}

impl Scope {
    /// The scope's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Hold => "hold",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Admin, Self::Hold].into_iter().find(|scope| scope.as_str() == word)
    }

    /// Does this scope include `other`?
    pub fn includes(self, other: Self) -> bool {
        self == Self::Admin || self == other
    }
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

/// Every key that was not revoked: digest and scope.
pub async fn all(client: &impl GenericClient) -> Result<Vec<(Vec<u8>, Scope)>, LedgerError> {
    let rows = client.query("SELECT digest, scope FROM reservation.api_keys WHERE revoked_at IS NULL", &[]).await?;
    Ok(rows.iter().filter_map(|row| Some((row.get(0), Scope::parse(row.get(1))?))).collect())
}
