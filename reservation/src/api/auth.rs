//! API keys: kept as digests in the ledger, and in memory for the hot path.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use http::{HeaderMap, header};

use crate::api::problem::Problem;
use crate::engine::{Engine, HoldError};
use crate::ledger::api_keys::{self, GoodKey, KeyId, ListedKey, Named, Scope};

/// A key that was revoked works no longer than this, in any process.
pub const FRESH: Duration = Duration::from_secs(15);
/// Unknown keys make us look in the ledger no more often than this.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Longest wait for a look at the ledger. Without an answer the keys that we know go on working, and for
/// [`AFTER_SILENCE`] nobody waits for the next.
const LOOK_WAIT: Duration = Duration::from_secs(1);
const AFTER_SILENCE: Duration = Duration::from_secs(5);
/// Longest key that is looked at.
const KEY_BYTES_MAX: usize = 256;

/// The keys that may call.
pub struct KeyRing {
    engine: Engine,
    keys: RwLock<Known>,
    looking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    good: HashMap<Vec<u8>, GoodKey>,
    read_at: Option<Instant>,
    /// When a look at the ledger came to nothing.
    failed_at: Option<Instant>,
}

impl KeyRing {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine, keys: RwLock::default(), looking: tokio::sync::Mutex::default() }
    }

    /// The request's key, when it includes `scope`.
    pub(super) async fn check(&self, headers: &HeaderMap, scope: Scope) -> Result<GoodKey, Problem> {
        let key = key_in(headers).ok_or_else(Problem::unauthorized)?;
        let digest = digest(&SHA256, key.as_bytes());
        let (mut found, age) = self.look_up(digest.as_ref());
        let is_stale = age.is_none_or(|age| age > FRESH);
        if is_stale || (found.is_none() && age.is_none_or(|age| age > LOOK_EVERY)) {
            // Boxed, as it hardly ever happens: every request would carry its size.
            match Box::pin(self.read_in_time(age)).await {
                Ok(()) => found = self.look_up(digest.as_ref()).0,
                // Without the ledger the keys that we know go on working.
                Err(error) if age.is_none() => return Err(error.into()),
                Err(_) => {}
            }
        }
        match found {
            None => Err(Problem::unauthorized()),
            Some(held) if held.scope.includes(scope) => Ok(held),
            Some(_) => Err(Problem::forbidden(scope.as_str())),
        }
    }

    /// Does the request bring a key that may hold seats, as far as is known without asking anybody? Until the keys were
    /// read, whoever brings one is believed: its call is what has them read.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        key_in(headers).is_some_and(|key| {
            let (found, age) = self.look_up(digest(&SHA256, key.as_bytes()).as_ref());
            age.is_none() || found.is_some_and(|good| good.scope.includes(Scope::Hold))
        })
    }

    fn look_up(&self, digest: &[u8]) -> (Option<GoodKey>, Option<Duration>) {
        let known = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        (known.good.get(digest).copied(), known.read_at.map(|at| at.elapsed()))
    }

    /// Reads all keys, or gives up soon: a ledger that hangs must not stop those whose keys are known.
    async fn read_in_time(&self, seen_age: Option<Duration>) -> Result<(), HoldError> {
        let silent = || HoldError::Unavailable("the ledger does not tell the keys".to_owned());
        let failed_at = self.keys.read().unwrap_or_else(PoisonError::into_inner).failed_at;
        if seen_age.is_some() && failed_at.is_some_and(|at| at.elapsed() < AFTER_SILENCE) {
            return Err(silent());
        }
        let outcome = tokio::time::timeout(LOOK_WAIT, self.read(seen_age)).await.unwrap_or_else(|_| Err(silent()));
        if outcome.is_err() {
            self.keys.write().unwrap_or_else(PoisonError::into_inner).failed_at = Some(Instant::now());
        }
        outcome
    }

    /// Reads all keys, unless another request has done it since ours looked.
    async fn read(&self, seen_age: Option<Duration>) -> Result<(), HoldError> {
        let _one = self.looking.lock().await;
        let age = self.look_up(&[]).1;
        if let (Some(age), Some(seen)) = (age, seen_age)
            && age < seen
        {
            return Ok(());
        }
        if age.is_some_and(|age| age < LOOK_EVERY) {
            return Ok(());
        }
        let good = self.engine.good_keys().await?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) =
            Known { good: good.into_iter().collect(), read_at: Some(Instant::now()), failed_at: None };
        Ok(())
    }
}

/// The key that a request brings, if it brings one that is worth a look.
fn key_in(headers: &HeaderMap) -> Option<&str> {
    let key = headers.get(header::AUTHORIZATION)?.to_str().ok().and_then(bearer)?;
    (key.len() <= KEY_BYTES_MAX).then_some(key)
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

impl Engine {
    async fn good_keys(&self) -> Result<Vec<(Vec<u8>, GoodKey)>, HoldError> {
        let client = self.inner.ledger.client().await?;
        Ok(api_keys::all(&**client).await?)
    }

    /// Lets `key` call the API. Only its digest is kept.
    pub async fn add_api_key(&self, name: &str, scope: Scope, key: &str) -> Result<(), HoldError> {
        let client = self.inner.ledger.client().await?;
        Ok(api_keys::add(&**client, name, scope, digest(&SHA256, key.as_bytes()).as_ref()).await?)
    }

    /// All keys that there are or were.
    pub async fn api_keys(&self) -> Result<Vec<ListedKey>, HoldError> {
        let client = self.inner.ledger.client().await?;
        Ok(api_keys::list(&**client).await?)
    }

    /// Ends keys, within [`FRESH`] in every process; answers the numbers of those that were good until now.
    pub async fn revoke_api_keys(&self, named: Named<'_>) -> Result<Vec<KeyId>, HoldError> {
        let client = self.inner.ledger.client().await?;
        Ok(api_keys::revoke(&**client, named).await?)
    }
}
