//! API keys: kept as digests in the ledger, and in memory for the hot path.

mod known;
pub mod secret;
mod used;

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use http::{HeaderMap, header};
use jiff::Timestamp;

use crate::api::problem::Problem;
use crate::engine::refused_keys::Refusal;
use crate::engine::{Engine, HoldError};
use crate::ledger::api_keys::{self, ListedKey, Named, NewKey, ReadKey, Scopes};
pub use known::GoodKey;
use known::Known;
pub(super) use known::Wanted;
use secret::{digest_of, ending_of, is_mistyped};

/// A key that was revoked, or whose time is over, works no longer than this, in any process.
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

/// Why a request's key was not let through.
#[derive(Debug)]
pub(super) enum Denied {
    /// It brings none.
    NoKey,
    /// It brings one that is refused.
    Refused(Refusal),
    /// The keys could not be read.
    Unread(HoldError),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Mistyped | Refusal::Unknown => Self::unauthorized(),
            Refusal::Ended(_) => Self::key_ended(),
            Refusal::Scope(_, scope) => Self::forbidden(scope.as_str()),
            Refusal::Exam(_) => Self::other_exam(),
        }
    }
}

impl KeyRing {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine, keys: RwLock::default(), looking: tokio::sync::Mutex::default() }
    }

    /// The request's key, when it may do what is wanted.
    pub(super) async fn check(&self, headers: &HeaderMap, wanted: Wanted<'_>) -> Result<GoodKey, Denied> {
        let key = key_in(headers).ok_or(Denied::NoKey)?;
        let digest = digest_of(key);
        let (mut found, age) = self.look_up(digest.as_ref(), wanted);
        let is_stale = age.is_none_or(|age| age > FRESH);
        // Asked for at once only where it could be there.
        let is_new = || found.is_none() && age.is_none_or(|age| age > LOOK_EVERY) && !is_mistyped(key);
        if is_stale || is_new() {
            // Boxed, as it hardly ever happens: every request would carry its size.
            match Box::pin(self.read_in_time(age)).await {
                Ok(()) => found = self.look_up(digest.as_ref(), wanted).0,
                // Without the ledger the keys that we know go on working.
                Err(error) if age.is_none() => return Err(Denied::Unread(error)),
                Err(_) => {}
            }
        }
        let stranger = || if is_mistyped(key) { Refusal::Mistyped } else { Refusal::Unknown };
        found.unwrap_or_else(|| Err(stranger())).map_err(Denied::Refused)
    }

    /// Does the request bring a key that may hold or confirm seats, as far as is known without asking anybody? Until the keys
    /// were read, whoever brings one is believed: its call is what has them read.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        key_in(headers).is_some_and(|key| {
            let known = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            known.age().is_none_or(|age| known.may_hold(digest_of(key).as_ref(), age))
        })
    }

    /// What is known of the key, and how long ago that was read.
    fn look_up(&self, digest: &[u8], wanted: Wanted<'_>) -> (Option<Result<GoodKey, Refusal>>, Option<Duration>) {
        let known = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let age = known.age();
        let judged = known.judge(digest, wanted, age.unwrap_or_default(), |used, now| {
            used.at(now);
            used.carry(&self.engine);
        });
        (judged, age)
    }

    fn age(&self) -> Option<Duration> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).age()
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
        let age = self.age();
        if let (Some(age), Some(seen)) = (age, seen_age)
            && age < seen
        {
            return Ok(());
        }
        if age.is_some_and(|age| age < LOOK_EVERY) {
            return Ok(());
        }
        let read = self.engine.all_keys().await?;
        let mut known = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        *known = Known::of(read, Timestamp::now().as_second(), &known);
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
    async fn all_keys(&self) -> Result<Vec<ReadKey>, HoldError> {
        let client = self.inner.ledger.client().await?;
        Ok(api_keys::all(&**client).await?)
    }

    /// Lets `key` call the API, for all exams and without an end, as the program itself. Only its digest is kept. Again: nothing
    /// happens.
    pub async fn add_api_key(&self, name: &str, scopes: impl Into<Scopes>, key: &str) -> Result<(), HoldError> {
        let client = self.inner.ledger.client().await?;
        let (digest, scopes, ending) = (digest_of(key), scopes.into(), ending_of(key));
        let key =
            NewKey { name, scopes, exams: None, expires_at: None, made_by: None, digest: digest.as_ref(), ending };
        api_keys::add(&**client, &key).await?;
        Ok(())
    }

    /// All keys that there are or were.
    pub async fn api_keys(&self) -> Result<Vec<ListedKey>, HoldError> {
        let client = self.inner.ledger.client().await?;
        Ok(api_keys::list(&**client).await?)
    }

    /// Ends keys, within [`FRESH`] in every process; answers those that were good until now, with their names.
    pub async fn revoke_api_keys(&self, named: Named<'_>) -> Result<Vec<(api_keys::KeyId, String)>, HoldError> {
        let client = self.inner.ledger.client().await?;
        Ok(api_keys::revoke(&**client, named).await?)
    }
}
