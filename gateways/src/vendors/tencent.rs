//! Tencent Cloud's API 3.0: one signed JSON call, on which its products stand, a file each.
//!
//! Variables of all products: `TENCENTCLOUD_SECRET_ID`, `TENCENTCLOUD_SECRET_KEY` (secret), `TENCENTCLOUD_REGION`
//! (default `ap-guangzhou`). The key pair is a CAM user's with rights to the products in use and no others.

pub mod face_compare;
pub mod faceid;
pub mod id_card_ocr;
pub mod kyc_browser;
pub(crate) mod signature;
pub mod sms;
pub mod two_elements;

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use reqwest::{Method, Request};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::{Endpoint, Http, VendorError};
use crate::settings::{SettingError, Variables};
use signature::Signing;

const JSON: &str = "application/json; charset=utf-8";

/// Who calls, as the vendor knows us.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The SecretId, which names the key.
    pub secret_id: String,
    /// The SecretKey, which signs.
    pub secret_key: SecretString,
    /// The region that works for us.
    pub region: String,
}

impl Credentials {
    /// Reads the credentials from their variables.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            secret_id: variables.required("TENCENTCLOUD_SECRET_ID")?,
            secret_key: variables.secret("TENCENTCLOUD_SECRET_KEY")?,
            region: variables.or("TENCENTCLOUD_REGION", "ap-guangzhou")?,
        })
    }
}

/// A product: where it answers, and under which name and version.
#[derive(Debug)]
pub(crate) struct Api {
    http: Http,
    credentials: Credentials,
    endpoint: Endpoint,
    service: &'static str,
    version: &'static str,
}

impl Api {
    pub(crate) fn new(
        credentials: Credentials,
        endpoint: Endpoint,
        service: &'static str,
        version: &'static str,
    ) -> Self {
        Self { http: Http::new(), credentials, endpoint, service, version }
    }

    /// Calls an action. The vendor answers HTTP 200 also to say no: then the code is the error.
    pub(crate) async fn call<A: DeserializeOwned>(
        &self,
        action: &str,
        body: &impl Serialize,
    ) -> Result<A, VendorError> {
        let body = serde_json::to_vec(body).map_err(|_| VendorError::garbled())?;
        let host = self.endpoint.host();
        let now = Timestamp::now();
        let signing = Signing { credentials: &self.credentials, service: self.service, now };
        let action_lower = action.to_lowercase();
        let signed = [("content-type", JSON), ("host", host.as_str()), ("x-tc-action", action_lower.as_str())];
        let authorization = signing.authorization(&signed, &body);
        let mut request = Request::new(Method::POST, self.endpoint.url("/", &[]));
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        let header = |text: &str| HeaderValue::from_str(text).map_err(|_| VendorError::garbled());
        headers.insert(HOST, header(&host)?);
        headers.insert(AUTHORIZATION, header(&authorization)?);
        headers.insert("x-tc-action", header(action)?);
        headers.insert("x-tc-version", HeaderValue::from_static(self.version));
        headers.insert("x-tc-region", header(&self.credentials.region)?);
        headers.insert("x-tc-timestamp", HeaderValue::from(now.as_second()));
        *request.body_mut() = Some(body.into());
        let reply = self.http.send(request).await?;
        answer_of(reply.status, &reply.body)
    }
}

fn answer_of<A: DeserializeOwned>(status: u16, body: &[u8]) -> Result<A, VendorError> {
    let parsed: Result<Value, _> = serde_json::from_slice(body);
    let Ok(Some(response)) = parsed.map(|mut answer| answer.get_mut("Response").map(Value::take)) else {
        return Err(if status == 200 {
            VendorError::garbled()
        } else {
            VendorError::NoAnswer(format!("http {status}"))
        });
    };
    if let Some(code) = response.pointer("/Error/Code").and_then(Value::as_str) {
        return Err(VendorError::code(code));
    }
    serde_json::from_value(response).map_err(|_| VendorError::garbled())
}

/// Has the account, not the caller's picture, run into a limit of calls?
pub(crate) fn is_throttled(code: &str) -> bool {
    code.starts_with("RequestLimitExceeded") || code == "LimitExceeded" || code == "ResourceInsufficient"
}
