//! What the identity provider remembers, and whom it answers.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::digests::{pairs, random};

pub(super) const CLIENT: &str = "seathold-sandbox";
pub(super) const SECRET: &str = "sandbox-oidc-client-secret-000000";
/// A code is good so long, once.
const CODE_LASTS: Duration = Duration::from_secs(60);
/// Most codes and most addresses that are remembered.
const REMEMBERED_MAX: usize = 1_000;
/// Longest name of somebody.
const SUBJECT_BYTES_MAX: usize = 255;

/// What is wrong with a token, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenTwist {
    /// Nothing is: it is as it should be.
    #[default]
    Right,
    /// It answers another question.
    OtherNonce,
    /// It is for another client.
    OtherAudience,
    /// It has been over for ten minutes.
    Expired,
    /// Nobody has signed it: its algorithm is `none`.
    Unsigned,
    /// It names another issuer.
    OtherIssuer,
    /// It names a key that the provider has not.
    OtherKey,
    /// Its signature is of another text.
    Spoiled,
}

impl TokenTwist {
    /// All of them, with the word of each in the page's form and with how the page calls it.
    pub(crate) const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Right, "right", "正常 as it should be"),
        (Self::OtherNonce, "nonce", "nonce 不符 another nonce"),
        (Self::OtherAudience, "audience", "受众不符 for another client"),
        (Self::Expired, "expired", "已过期 expired"),
        (Self::Unsigned, "unsigned", "没有签名 not signed"),
        (Self::OtherIssuer, "issuer", "签发者不符 another issuer"),
        (Self::OtherKey, "key", "密钥不明 an unknown key"),
        (Self::Spoiled, "spoiled", "签名不对 a wrong signature"),
    ];
}

/// Who signs in at the provider, and how.
#[derive(Debug, Clone, Copy)]
pub struct SigningIn<'a> {
    /// Who it is there, for ever.
    pub subject: &'a str,
    /// Whether they show a second factor there.
    pub has_second_factor: bool,
    /// What is wrong with the token.
    pub twist: TokenTwist,
}

/// The provider's memory. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct Provider {
    issuer: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    redirects: VecDeque<String>,
    codes: VecDeque<Code>,
}

/// What a code stands for.
#[derive(Debug, Clone)]
pub(super) struct Code {
    code: String,
    since: Instant,
    pub(super) redirect: String,
    pub(super) nonce: String,
    pub(super) challenge: String,
    pub(super) subject: String,
    pub(super) has_second_factor: bool,
    pub(super) twist: TokenTwist,
}

/// A question that the provider answers.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    redirect: String,
    state: String,
    nonce: String,
    challenge: String,
}

impl Provider {
    pub(crate) fn new(http: SocketAddr) -> Self {
        Self { issuer: format!("http://{http}/oidc"), inner: Arc::default() }
    }

    /// Whose word its tokens are.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The client may let browsers go back to this address from now on, and to none that differs from it by a letter.
    pub fn let_back_to(&self, redirect: &str) {
        let mut inner = self.lock();
        if inner.redirects.len() >= REMEMBERED_MAX {
            inner.redirects.pop_front();
        }
        inner.redirects.push_back(redirect.to_owned());
    }

    /// What its page does for somebody who opens it with this address and signs in: where their browser goes then.
    ///
    /// # Errors
    ///
    /// Why the page shows nothing but that sentence.
    pub fn sign_in(&self, address: &str, who: SigningIn<'_>) -> Result<String, &'static str> {
        let (_, query) = address.split_once('?').ok_or("there is no question")?;
        let question = self.question(query)?;
        if who.subject.is_empty() || who.subject.len() > SUBJECT_BYTES_MAX {
            return Err("a subject is 1 to 255 bytes");
        }
        let code = Code {
            code: random(),
            since: Instant::now(),
            redirect: question.redirect.clone(),
            nonce: question.nonce.clone(),
            challenge: question.challenge.clone(),
            subject: who.subject.to_owned(),
            has_second_factor: who.has_second_factor,
            twist: who.twist,
        };
        let back = question.back(&[("code", code.code.as_str()), ("iss", self.issuer.as_str())]);
        let mut inner = self.lock();
        if inner.codes.len() >= REMEMBERED_MAX {
            inner.codes.pop_front();
        }
        inner.codes.push_back(code);
        Ok(back)
    }

    /// The question in a query, if this client may ask it so.
    pub(crate) fn question(&self, query: &str) -> Result<Question, &'static str> {
        let pairs = pairs(query);
        let value = |name: &str| {
            let mut all = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone());
            all.next().filter(|value| !value.is_empty() && all.next().is_none())
        };
        if value("client_id").as_deref() != Some(CLIENT) {
            return Err("there is no such client");
        }
        let redirect = value("redirect_uri").ok_or("no redirect_uri")?;
        if !self.lock().redirects.contains(&redirect) {
            return Err("the redirect_uri is not registered");
        }
        if value("response_type").as_deref() != Some("code") {
            return Err("response_type must be code");
        }
        if !value("scope").unwrap_or_default().split(' ').any(|scope| scope == "openid") {
            return Err("scope must have openid");
        }
        if value("code_challenge_method").as_deref() != Some("S256") {
            return Err("code_challenge_method must be S256");
        }
        let challenge =
            value("code_challenge").filter(|text| text.len() == 43).ok_or("no code_challenge of SHA-256")?;
        let (state, nonce) = (value("state").ok_or("no state")?, value("nonce").ok_or("no nonce")?);
        Ok(Question { redirect, state, nonce, challenge })
    }

    /// Takes a code, once and in time.
    pub(super) fn take(&self, code: &str) -> Option<Code> {
        let mut inner = self.lock();
        let at = inner.codes.iter().position(|known| known.code == code)?;
        inner.codes.remove(at).filter(|code| code.since.elapsed() < CODE_LASTS)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Question {
    /// Where the browser goes back to with this.
    fn back(&self, more: &[(&str, &str)]) -> String {
        let joint = if self.redirect.contains('?') { '&' } else { '?' };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("state", &self.state).extend_pairs(more);
        format!("{}{joint}{}", self.redirect, form.finish())
    }

    /// The same when whoever sits before the page does not sign in.
    pub(crate) fn denied(&self, issuer: &str) -> String {
        self.back(&[("error", "access_denied"), ("iss", issuer)])
    }
}

/// What points a client here; where browsers go back to is [`Provider::let_back_to`]'s to say.
pub(crate) fn variables(http: SocketAddr) -> Vec<(&'static str, String)> {
    vec![
        ("SEATHOLD_OIDC_ISSUER", Provider::new(http).issuer),
        ("SEATHOLD_OIDC_CLIENT_ID", CLIENT.to_owned()),
        ("SEATHOLD_OIDC_CLIENT_SECRET", SECRET.to_owned()),
        ("SEATHOLD_OIDC_NAME_ZH", "统一身份认证（沙盒）".to_owned()),
        ("SEATHOLD_OIDC_NAME_EN", "the sandbox university".to_owned()),
        ("SEATHOLD_OIDC_SECOND_FACTOR", "amr=mfa".to_owned()),
    ]
}
