//! Alibaba Cloud's OpenAPI, RPC style: one signed call, on which its products stand, a file each.
//!
//! Variables of all products: `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` (secret): a RAM user's
//! with rights to the products in use and no others.

pub mod face_compare;
pub mod face_verify;
pub mod id_card_ocr;
pub(crate) mod signature;
pub mod sms;
pub mod two_elements;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use reqwest::{Method, Request};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::{Endpoint, Http, VendorError};
use crate::keys::digests::random_hex;
use crate::settings::{SettingError, Variables};
use signature::{Signing, canonical_query};

/// Who calls, as the vendor knows us.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The AccessKey ID, which names the key.
    pub access_key_id: String,
    /// The AccessKey Secret, which signs.
    pub access_key_secret: SecretString,
}

impl Credentials {
    /// Reads the credentials from their variables.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            access_key_id: variables.required("ALIBABA_CLOUD_ACCESS_KEY_ID")?,
            access_key_secret: variables.secret("ALIBABA_CLOUD_ACCESS_KEY_SECRET")?,
        })
    }
}

/// A product: where it answers, and in which version.
#[derive(Debug)]
pub(crate) struct Api {
    http: Http,
    credentials: Credentials,
    endpoint: Endpoint,
    version: &'static str,
}

/// What goes with a call.
pub(crate) enum Body {
    Empty,
    /// Named values, as a form.
    Form(Vec<(&'static str, String)>),
    /// The bytes of a picture.
    Picture(Bytes),
}

impl Api {
    pub(crate) fn new(credentials: Credentials, endpoint: Endpoint, version: &'static str) -> Self {
        Self { http: Http::new(), credentials, endpoint, version }
    }

    /// Calls an action. An error of the gateway is an HTTP error with its code; a product's own refusal may be an
    /// answer whose `Code` is for the caller to read.
    pub(crate) async fn call<A: DeserializeOwned>(
        &self,
        action: &str,
        query: &[(&str, &str)],
        body: Body,
    ) -> Result<A, VendorError> {
        let (content_type, body) = match body {
            Body::Empty => (None, Bytes::new()),
            Body::Form(values) => {
                let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                (Some("application/x-www-form-urlencoded"), Bytes::from(canonical_query(&values)))
            }
            Body::Picture(picture) => (Some("application/octet-stream"), picture),
        };
        let now = Timestamp::now();
        let signing = Signing { credentials: &self.credentials, now, nonce: &random_hex::<16>() };
        let host = self.endpoint.host();
        let signed = signing.sign(&signature::Call {
            host: &host,
            action,
            version: self.version,
            query,
            content_type,
            body: &body,
        });
        let mut url = self.endpoint.url("/", &[]);
        url.set_query(Some(&canonical_query(query)).filter(|query| !query.is_empty()).map(String::as_str));
        let mut request = Request::new(Method::POST, url);
        let header = |text: &str| HeaderValue::from_str(text).map_err(|_| VendorError::garbled());
        let headers = request.headers_mut();
        headers.insert(HOST, header(&host)?);
        headers.insert(AUTHORIZATION, header(&signed.authorization)?);
        headers.insert("x-acs-action", header(action)?);
        headers.insert("x-acs-version", HeaderValue::from_static(self.version));
        headers.insert("x-acs-date", header(&signed.date)?);
        headers.insert("x-acs-signature-nonce", header(signing.nonce)?);
        headers.insert("x-acs-content-sha256", header(&signed.content_hash)?);
        headers.insert("accept", HeaderValue::from_static("application/json"));
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        *request.body_mut() = Some(body.into());
        let reply = self.http.send(request).await?;
        answer_of(reply.status, &reply.body)
    }
}

fn answer_of<A: DeserializeOwned>(status: u16, body: &[u8]) -> Result<A, VendorError> {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        return Err(if status == 200 {
            VendorError::garbled()
        } else {
            VendorError::NoAnswer(format!("http {status}"))
        });
    };
    if status != 200 {
        let code = answer.get("Code").and_then(Value::as_str);
        return Err(code.map_or_else(|| VendorError::NoAnswer(format!("http {status}")), VendorError::code));
    }
    serde_json::from_value(answer).map_err(|_| VendorError::garbled())
}

/// Has the account, not the caller's picture, run into a limit of calls?
pub(crate) fn is_throttled(code: &str) -> bool {
    code.starts_with("Throttling") || code.contains("exceededConcurrency") || code == "ServiceUnavailable"
}
