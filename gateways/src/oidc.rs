//! Signing in by an identity provider: OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636, S256). The
//! provider is found by OpenID Connect Discovery 1.0, its keys are kept and asked for again, within bounds, when none of them has
//! signed a token. Whom the provider's subject stands for is not known here.
//!
//! In reading order: `config` is what an operator says, `known` what the provider says of itself, `token` what is believed of what it
//! signs.

mod config;
mod known;
#[cfg(test)]
mod oidc_tests;
mod token;

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use secrecy::ExposeSecret;
use serde::Deserialize;
use url::form_urlencoded;

use crate::http::{Http, Reply, VendorError};
use known::{Known, Metadata};
use token::Expected;

pub use config::{OidcConfig, ProviderName, REDIRECT_PATH};
pub use token::TokenFault;

/// From the first byte sent to the last one read: a page waits for three such calls at most.
const WAIT: Duration = Duration::from_secs(5);
/// Largest answer of a provider.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Longest code that is passed on.
const CODE_BYTES_MAX: usize = 4 * 1024;
/// Random bytes of a state, of a nonce and of a verifier, which are 43 characters each.
const RANDOM_BYTES: usize = 32;

/// Why a provider let nobody in. Refusals first, faults last; never personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider said no to the code: its own word for why.
    #[error("the identity provider refused the code: {0}")]
    Refused(String),
    /// What the provider signed is not to be believed.
    #[error("the identity provider's token cannot be believed: {0}")]
    Token(#[from] TokenFault),
    /// There was no answer, or none that could be read: `timeout`, `unreachable`, …
    #[error("the identity provider cannot be asked: {0}")]
    NoAnswer(String),
}

impl From<VendorError> for OidcError {
    fn from(error: VendorError) -> Self {
        Self::NoAnswer(error.into_code())
    }
}

/// A question to the provider that a browser carries there, and what is kept until it comes back. `Debug` does not show it.
pub struct Asked {
    /// Where the browser goes.
    pub url: String,
    /// What the browser brings back.
    pub state: String,
    /// What the token says again.
    pub nonce: String,
    /// What the code is worth nothing without.
    pub verifier: String,
}

/// What a browser brought back from the provider.
#[derive(Clone, Copy)]
pub struct Answered<'a> {
    /// What stands for the token.
    pub code: &'a str,
    /// Who says that they answered, where the provider says so (RFC 9207).
    pub issuer: Option<&'a str>,
    /// The nonce of [`Asked`].
    pub nonce: &'a str,
    /// The verifier of [`Asked`].
    pub verifier: &'a str,
}

/// Somebody as the provider knows them.
#[derive(Clone, PartialEq, Eq)]
pub struct ProvidedSubject {
    /// Whose word it is: the issuer.
    pub issuer: String,
    /// Who it is, for that issuer, for ever.
    pub subject: String,
    /// How people call them there; empty where the token does not say.
    pub shown: String,
    /// Whether the token says that a second factor was shown, as the operator wants it said.
    pub has_second_factor: bool,
    /// When they showed the provider who they are, if it says so.
    pub authenticated_at: Option<Timestamp>,
}

/// A client of an identity provider. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Http,
    config: OidcConfig,
    known: Known,
}

/// What a token endpoint answers that says yes.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// What one answers that says no.
#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
}

impl IdentityProvider {
    /// A client that is configured so. Nothing is asked before somebody signs in.
    pub fn new(config: OidcConfig) -> Self {
        Self { inner: Arc::new(Inner { http: Http::with_wait(WAIT), config, known: Known::default() }) }
    }

    /// What people call it.
    pub fn name(&self) -> &ProviderName {
        &self.inner.config.name
    }

    /// Whose word its tokens are.
    pub fn issuer(&self) -> &str {
        &self.inner.config.issuer
    }

    /// How browsers reach the pages that it sends them back to, without a slash at the end.
    pub fn site(&self) -> &str {
        &self.inner.config.site
    }

    /// A question for one browser, once.
    ///
    /// # Errors
    /// [`OidcError::NoAnswer`] when the provider does not say where it is asked.
    pub async fn ask(&self) -> Result<Asked, OidcError> {
        let Inner { http, config, known } = &*self.inner;
        let metadata = known.metadata(http, config).await?;
        let (state, nonce, verifier) = (random(), random(), random());
        Ok(Asked { url: question(config, &metadata, &state, (&nonce, &verifier)), state, nonce, verifier })
    }

    /// Who it is that the provider sent back with this code.
    ///
    /// # Errors
    /// [`OidcError`], when it cannot be said for sure.
    pub async fn answer(&self, answered: Answered<'_>) -> Result<ProvidedSubject, OidcError> {
        let Inner { http, config, known } = &*self.inner;
        let metadata = known.metadata(http, config).await?;
        let is_expected = answered.issuer.is_some_and(|issuer| issuer == config.issuer);
        if !is_expected && (answered.issuer.is_some() || metadata.names_itself) {
            return Err(TokenFault::Issuer.into());
        }
        if answered.code.is_empty() || answered.code.len() > CODE_BYTES_MAX {
            return Err(OidcError::Refused("no code".into()));
        }
        let request = exchange(config, &metadata, answered)?;
        let token = token_of(&http.send_for(request, ANSWER_BYTES_MAX).await?)?;
        let (algorithm, kid) = token::signed_with(&token)?;
        let wanted = (algorithm, kid.as_deref());
        let key = known.key(http, &metadata, wanted).await?;
        let expected = Expected { issuer: &config.issuer, client: &config.client, nonce: answered.nonce };
        let claims = match token::verified(&token, (&key, algorithm), &expected) {
            Err(TokenFault::Signature) => {
                let key = known.key_after(&key, http, &metadata, wanted).await?;
                token::verified(&token, (&key, algorithm), &expected)?
            }
            verified => verified?,
        };
        Ok(ProvidedSubject {
            issuer: config.issuer.clone(),
            subject: token::subject(&claims)?,
            shown: token::text(&claims, &config.name_claim),
            has_second_factor: config.second_factor.as_ref().is_some_and(|rule| rule.is_met(&claims)),
            authenticated_at: token::authenticated_at(&claims),
        })
    }
}

/// Where a browser goes to be asked who sits before it.
fn question(config: &OidcConfig, metadata: &Metadata, state: &str, (nonce, verifier): (&str, &str)) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    let mut url = metadata.authorization.clone();
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", config.client.as_str()),
        ("redirect_uri", config.redirect().as_str()),
        ("scope", config.scopes.as_str()),
        ("state", state),
        ("nonce", nonce),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    if let Some(wanted) = config.second_factor.as_ref().and_then(config::SecondFactorRule::wanted) {
        url.query_pairs_mut().append_pair("acr_values", &wanted);
    }
    url.into()
}

/// The call that gives a token for a code: the client shows who it is in the header (RFC 6749, 2.3.1), or in the form where the
/// provider takes nothing else.
fn exchange(config: &OidcConfig, metadata: &Metadata, answered: Answered<'_>) -> Result<Request, OidcError> {
    let (client, secret) = (config.client.as_str(), config.secret.expose_secret());
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code");
    form.append_pair("code", answered.code);
    form.append_pair("redirect_uri", &config.redirect());
    form.append_pair("code_verifier", answered.verifier);
    if metadata.takes_form_only {
        form.append_pair("client_id", client).append_pair("client_secret", secret);
    }
    let mut request = Request::new(Method::POST, metadata.token.clone());
    *request.body_mut() = Some(form.finish().into());
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    if !metadata.takes_form_only {
        let coded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = STANDARD.encode(format!("{}:{}", coded(client), coded(secret)));
        let mut value = HeaderValue::from_str(&format!("Basic {pair}"))
            .map_err(|_| OidcError::NoAnswer("the client's secret cannot be sent".into()))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(request)
}

/// The token in an answer, or the provider's word for why there is none.
fn token_of(reply: &Reply) -> Result<String, OidcError> {
    if reply.status == 200 {
        let tokens: Tokens = serde_json::from_slice(&reply.body).map_err(|_| TokenFault::Garbled)?;
        return Ok(tokens.id_token);
    }
    match serde_json::from_slice::<TokenRefusal>(&reply.body) {
        Ok(refusal) if reply.status < 500 => Err(OidcError::Refused(VendorError::code(&refusal.error).into_code())),
        _ => Err(OidcError::NoAnswer(format!("http {}", reply.status))),
    }
}

/// Reads an address that the provider names: https, or on this machine where the provider is.
fn endpoint(text: &str, may_be_local: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_safe = url.scheme() == "https" || (may_be_local && url.scheme() == "http" && crate::http::is_loopback(&url));
    (is_safe && url.username().is_empty() && url.fragment().is_none()).then_some(url)
}

fn random() -> String {
    let mut bytes = [0; RANDOM_BYTES];
    rand::fill(&mut bytes).expect("the system has random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}
