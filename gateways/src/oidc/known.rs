//! What the provider says of itself, kept for an hour: where it is asked, and with which keys it signs. A token that names another key,
//! or that the key of its name has not signed, has them asked for again, once a minute at most; a provider that gave no answer is left
//! alone for a few seconds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::Jwk;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Request, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

use super::token::{TokenFault, pick};
use super::{ANSWER_BYTES_MAX, OidcConfig, OidcError, endpoint};
use crate::http::Http;

/// So long what it said is believed.
const LASTS: Duration = Duration::from_secs(60 * 60);
/// Keys are asked for again, because of a token that none of them has signed, no sooner than this after the last time.
pub(super) const KEYS_PAUSE: Duration = Duration::from_secs(60);
/// So long a provider that gave no answer is not asked again.
const SILENCE: Duration = Duration::from_secs(5);
/// Longest wait for what somebody else is asking.
const LOCK_WAIT: Duration = Duration::from_secs(6);
/// Most keys that are looked at.
const KEYS_MAX: usize = 100;
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// Where the provider is asked, and how.
#[derive(Debug)]
pub(super) struct Metadata {
    pub(super) authorization: Url,
    pub(super) token: Url,
    keys: Url,
    /// Does it say in every answer who it is (RFC 9207)?
    pub(super) names_itself: bool,
    /// Does it take a client's secret in the form alone?
    pub(super) takes_form_only: bool,
}

/// The document of discovery, as far as it is read.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// A set of keys, each read by itself: one of a kind that nobody knows here spoils no other.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    metadata: Option<(Arc<Metadata>, Instant)>,
    keys: Option<(Vec<Jwk>, Instant)>,
    /// Until when the provider is not asked, and what it did not answer.
    silent: Option<(Instant, OidcError)>,
}

impl Known {
    /// Where the provider is asked.
    pub(super) async fn metadata(&self, http: &Http, config: &OidcConfig) -> Result<Arc<Metadata>, OidcError> {
        let mut kept = self.lock().await?;
        if let Some((metadata, since)) = &kept.metadata
            && since.elapsed() < LASTS
        {
            return Ok(Arc::clone(metadata));
        }
        kept.demand_voice()?;
        match discovered(http, config).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                kept.metadata = Some((Arc::clone(&metadata), Instant::now()));
                kept.keys = None;
                Ok(metadata)
            }
            Err(error) => Err(kept.silence(error)),
        }
    }

    /// The key with which a token was signed that names it so.
    pub(super) async fn key(
        &self,
        http: &Http,
        metadata: &Metadata,
        (algorithm, kid): (Algorithm, Option<&str>),
    ) -> Result<Jwk, OidcError> {
        let mut kept = self.lock().await?;
        if let Some((keys, since)) = &kept.keys {
            let found = pick(keys, algorithm, kid).filter(|_| since.elapsed() < LASTS);
            if let Some(key) = found {
                return Ok(key.clone());
            }
            if since.elapsed() < KEYS_PAUSE {
                return Err(TokenFault::Key.into());
            }
        }
        let keys = kept.ask_keys(http, metadata).await?;
        pick(keys, algorithm, kid).cloned().ok_or(OidcError::Token(TokenFault::Key))
    }

    /// The same after `before` had not signed the token: a provider may call a new key as it called the old one, or call none.
    pub(super) async fn key_after(
        &self,
        before: &Jwk,
        http: &Http,
        metadata: &Metadata,
        (algorithm, kid): (Algorithm, Option<&str>),
    ) -> Result<Jwk, OidcError> {
        let mut kept = self.lock().await?;
        if let Some((keys, since)) = &kept.keys {
            // Somebody else may have asked meanwhile.
            let found = pick(keys, algorithm, kid).filter(|key| *key != before);
            if let Some(key) = found {
                return Ok(key.clone());
            }
            if since.elapsed() < KEYS_PAUSE {
                return Err(TokenFault::Signature.into());
            }
        }
        let keys = kept.ask_keys(http, metadata).await?;
        let found = pick(keys, algorithm, kid).filter(|key| *key != before).cloned();
        found.ok_or(OidcError::Token(TokenFault::Signature))
    }

    /// As if the keys had been asked for at that moment.
    #[cfg(test)]
    pub(super) async fn kept_since(&self, moment: Instant) {
        if let Some((_, since)) = &mut self.kept.lock().await.keys {
            *since = moment;
        }
    }

    async fn lock(&self) -> Result<MutexGuard<'_, Kept>, OidcError> {
        let lock = tokio::time::timeout(LOCK_WAIT, self.kept.lock()).await;
        lock.map_err(|_| OidcError::NoAnswer("timeout".into()))
    }
}

impl Kept {
    /// Refuses while the provider is left alone.
    fn demand_voice(&self) -> Result<(), OidcError> {
        match &self.silent {
            Some((until, error)) if Instant::now() < *until => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Asks for the keys and keeps them.
    async fn ask_keys(&mut self, http: &Http, metadata: &Metadata) -> Result<&[Jwk], OidcError> {
        self.demand_voice()?;
        let set = match fetched::<KeySet>(http, &metadata.keys).await {
            Ok(set) => set,
            Err(error) => return Err(self.silence(error)),
        };
        let read = |key: Value| serde_json::from_value::<Jwk>(key).ok();
        let keys: Vec<Jwk> = set.keys.into_iter().take(KEYS_MAX).filter_map(read).collect();
        let (keys, _) = self.keys.insert((keys, Instant::now()));
        Ok(keys.as_slice())
    }

    /// Leaves the provider alone for a while.
    fn silence(&mut self, error: OidcError) -> OidcError {
        self.silent = Some((Instant::now() + SILENCE, error.clone()));
        error
    }
}

async fn discovered(http: &Http, config: &OidcConfig) -> Result<Metadata, OidcError> {
    let garbled = |what: &str| OidcError::NoAnswer(format!("its configuration has no usable {what}"));
    let url = format!("{}{DISCOVERY}", config.issuer.trim_end_matches('/'));
    let url = Url::parse(&url).map_err(|_| garbled("address"))?;
    let document: Document = fetched(http, &url).await?;
    // Whoever answers at this address must say that it is this issuer (Discovery 1.0, 4.3).
    if document.issuer != config.issuer {
        return Err(garbled("issuer"));
    }
    let is_local = config.is_local();
    let named = |text: &str, what: &str| endpoint(text, is_local).ok_or_else(|| garbled(what));
    // Without a word a provider takes the secret in the header.
    let methods = document.token_endpoint_auth_methods_supported;
    let takes_form_only = methods.is_some_and(|methods| {
        let has = |method: &str| methods.iter().any(|known| known == method);
        has("client_secret_post") && !has("client_secret_basic")
    });
    Ok(Metadata {
        authorization: named(&document.authorization_endpoint, "authorization_endpoint")?,
        token: named(&document.token_endpoint, "token_endpoint")?,
        keys: named(&document.jwks_uri, "jwks_uri")?,
        names_itself: document.authorization_response_iss_parameter_supported,
        takes_form_only,
    })
}

async fn fetched<A: DeserializeOwned>(http: &Http, url: &Url) -> Result<A, OidcError> {
    let mut request = Request::new(Method::GET, url.clone());
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    let reply = http.send_for(request, ANSWER_BYTES_MAX).await?;
    if reply.status != 200 {
        return Err(OidcError::NoAnswer(format!("http {}", reply.status)));
    }
    serde_json::from_slice(&reply.body).map_err(|_| OidcError::NoAnswer("garbled answer".into()))
}
