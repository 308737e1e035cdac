//! Calls to WeChat Pay: signed by us, and the answers verified before anything in them is believed.

use std::collections::BTreeMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::config::{KEY_ID_PREFIX, VerifyWith, WechatPayConfig};
use super::signature::{Sealed, authorization, verify};
use crate::http::{Http, Reply, VendorError};
use crate::keys::digests::random_hex;
use crate::keys::{Certificate, PublicKey};
use crate::pay::error::PayError;
use crate::pay::news::NotGenuine;

/// How often a call is sent again whose answer was a probe.
const ASKED_AGAIN_MAX: usize = 3;
/// Largest answer: the bill of a day.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The list of certificates is asked for at most once in this time.
const CERTIFICATES_PAUSE_SECONDS: i64 = 60;
/// Where that list is. A merchant with a public key has none, so only the mode of certificates goes there.
const CERTIFICATES: &str = "/v3/certificates";

/// The connection, and the keys that are believed.
#[derive(Debug)]
pub(super) struct Line {
    config: WechatPayConfig,
    http: Http,
    known: RwLock<Known>,
    /// A notification named a certificate that we do not have.
    misses_certificate: AtomicBool,
    /// Seconds of the last list.
    listed_at: AtomicI64,
}

#[derive(Debug)]
struct Known {
    keys: BTreeMap<String, PublicKey>,
    /// The number of the certificate that lasts longest.
    newest: Option<(Timestamp, String)>,
}

/// An answer that is WeChat Pay's. Its status is HTTP's: what the body calls so is another thing.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    body: Bytes,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    data: Vec<ListedCertificate>,
}

#[derive(Deserialize)]
struct ListedCertificate {
    serial_no: String,
    encrypt_certificate: Sealed,
}

impl Line {
    pub(super) fn new(config: WechatPayConfig) -> Self {
        let newest = config.platform.iter().map(|one| (one.ends_at, one.serial_hex())).max();
        let known = Known { keys: config.keys(), newest };
        Self {
            config,
            http: Http::new(),
            known: RwLock::new(known),
            misses_certificate: AtomicBool::new(false),
            listed_at: AtomicI64::new(i64::MIN / 2),
        }
    }

    pub(super) fn config(&self) -> &WechatPayConfig {
        &self.config
    }

    /// Sends a call. A probe in place of an answer is not used: the same call goes out again, which the vendor knows
    /// by its number.
    pub(super) async fn call(&self, method: Method, path: &str, body: Option<&str>) -> Result<Answer, PayError> {
        if self.misses_certificate.swap(false, Ordering::Relaxed) {
            self.list_certificates().await;
        }
        for _ in 0..=ASKED_AGAIN_MAX {
            let reply = self.send(&method, path, body, &self.http).await?;
            let mut verdict = self.verdict(&reply);
            if verdict == Err(NotGenuine::Signature) && self.is_new(&reply) && self.list_certificates().await {
                verdict = self.verdict(&reply);
            }
            match verdict {
                Ok(()) => return Ok(Answer { status: reply.status, body: reply.body }),
                Err(NotGenuine::Probe) => {}
                Err(error) => return Err(PayError::Unclear(error.to_string())),
            }
        }
        Err(PayError::Unclear("nothing but probes".to_owned()))
    }

    /// Sends a request as it is and reads what comes, unverified.
    pub(super) async fn send(
        &self,
        method: &Method,
        path: &str,
        body: Option<&str>,
        http: &Http,
    ) -> Result<Reply, PayError> {
        let request = self.request(method, path, body, Timestamp::now().as_second(), &random_hex::<16>())?;
        http.send_for(request, ANSWER_BYTES_MAX).await.map_err(|error| PayError::Unclear(error.into_code()))
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        body: Option<&str>,
        seconds: i64,
        nonce: &str,
    ) -> Result<Request, PayError> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = self.config.api.url(path, &[]);
        url.set_query(query);
        let mut request = Request::new(method.clone(), url);
        if let Some(body) = body {
            *request.body_mut() = Some(body.to_owned().into());
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let header = |text: &str| {
            HeaderValue::from_str(text).map_err(|_| PayError::Refused("a setting is no text for a header".to_owned()))
        };
        let authorization = header(&authorization(&self.config, &request, seconds, nonce))?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, authorization);
        if let Some(serial) = self.asked_serial() {
            headers.insert("wechatpay-serial", header(&serial)?);
        }
        Ok(request)
    }

    /// The number of the key that answers shall be signed with, prefix and all.
    fn asked_serial(&self) -> Option<String> {
        match (self.config.verify_with, &self.config.public_key) {
            (VerifyWith::Key, Some((id, _))) => Some(id.clone()),
            _ => self.read_known(|known| known.newest.clone()).map(|(_, serial)| serial),
        }
    }

    /// Notifications are signed by either kind of key, whichever the answers are.
    pub(super) fn verify_news(
        &self,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), NotGenuine> {
        let verdict = verify(&|serial| self.key(serial), header, body, now);
        let is_unknown = |serial: String| self.is_listed(&serial) && self.key(&serial).is_none();
        if verdict == Err(NotGenuine::Signature) && header("wechatpay-serial").is_some_and(is_unknown) {
            self.misses_certificate.store(true, Ordering::Relaxed);
        }
        verdict
    }

    /// Whether an answer is WeChat Pay's. Not all refusals are signed, and what is not signed refuses at most.
    fn verdict(&self, reply: &Reply) -> Result<(), NotGenuine> {
        let is_signed = reply.header("wechatpay-signature").is_some();
        if !is_signed && !(200..300).contains(&reply.status) {
            return Ok(());
        }
        verify(&|serial| self.key(serial), &|name| reply.header(name), &reply.body, Timestamp::now())
    }

    fn is_new(&self, reply: &Reply) -> bool {
        reply.header("wechatpay-serial").is_some_and(|serial| self.is_listed(&serial) && self.key(&serial).is_none())
    }

    /// Can this number stand in the list of certificates?
    fn is_listed(&self, serial: &str) -> bool {
        self.config.verify_with == VerifyWith::Certificate && !serial.starts_with(KEY_ID_PREFIX)
    }

    fn key(&self, serial: &str) -> Option<PublicKey> {
        self.read_known(|known| known.keys.get(serial).cloned())
    }

    fn read_known<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Fetches WeChat Pay's certificates, which it seals with the APIv3 key. Says whether there are new ones.
    async fn list_certificates(&self) -> bool {
        let now = Timestamp::now().as_second();
        if now - self.listed_at.swap(now, Ordering::Relaxed) < CERTIFICATES_PAUSE_SECONDS {
            return false;
        }
        let Ok(reply) = self.send(&Method::GET, CERTIFICATES, None, &self.http).await else { return false };
        let Ok(listed) = serde_json::from_slice::<Listed>(&reply.body) else { return false };
        let mut found = Vec::new();
        for one in listed.data {
            let text = one.encrypt_certificate.open(&self.config).and_then(|text| String::from_utf8(text).ok());
            let certificate = text.and_then(|text| Certificate::all_in(&text).into_iter().next());
            let Some((ends_at, key)) = certificate.and_then(|one| Some((one.ends_at, one.key?))) else { continue };
            found.push((one.serial_no, ends_at, key));
        }
        let key_of = |serial: &str| {
            let new = found.iter().find(|(number, _, _)| number == serial);
            new.map(|(_, _, key)| key.clone()).or_else(|| self.key(serial))
        };
        if verify(&key_of, &|name| reply.header(name), &reply.body, Timestamp::now()).is_err() {
            return false;
        }
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = known.keys.len();
        for (serial, ends_at, key) in found {
            known.newest = known.newest.take().max(Some((ends_at, serial.clone())));
            known.keys.insert(serial, key);
        }
        known.keys.len() > before
    }
}

impl Answer {
    /// The answer of a call that worked, or why it did not.
    pub(super) fn done<T: DeserializeOwned>(&self) -> Result<T, PayError> {
        self.is_done()?;
        serde_json::from_slice(&self.body).map_err(|_| garbled())
    }

    /// Whether the call worked.
    pub(super) fn is_done(&self) -> Result<(), PayError> {
        if (200..300).contains(&self.status) {
            return Ok(());
        }
        let Some(code) = self.code() else { return Err(PayError::Unclear(format!("http {}", self.status))) };
        let code = VendorError::code(&code).into_code();
        let is_fault = ["SYSTEM_ERROR", "SYSTEMERROR", "BANK_ERROR", "BANKERROR", "FREQUENCY_LIMITED"];
        if !(400..500).contains(&self.status) || self.status == 429 || is_fault.contains(&code.as_str()) {
            return Err(PayError::Unclear(code));
        }
        Err(PayError::Refused(code))
    }

    /// The code of a refusal.
    pub(super) fn code(&self) -> Option<String> {
        self.refusal().map(|refusal| refusal.code)
    }

    pub(super) fn message(&self) -> Option<String> {
        self.refusal().and_then(|refusal| refusal.message)
    }

    fn refusal(&self) -> Option<Refusal> {
        let is_refusal = (400..600).contains(&self.status);
        is_refusal.then(|| serde_json::from_slice(&self.body).ok()).flatten()
    }
}

pub(super) fn garbled() -> PayError {
    PayError::Unclear("garbled answer".to_owned())
}
