//! What a caller of `kyc1.qcloud.com` keeps: the access token and the SIGN ticket. The vendor asks to keep both and
//! to renew them every 20 minutes; NONCE tickets are never kept.

use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{TencentKycConfig, VERSION, is_of_person};
use crate::http::{Http, VendorError};

/// Renewed well before it ends: tokens live two hours, tickets one.
const KEPT_FOR: Duration = Duration::from_secs(20 * 60);
/// Longest wait for somebody else's renewal.
const LOCK_WAIT: Duration = Duration::from_secs(15);

#[derive(Debug)]
pub(super) struct Session {
    http: Http,
    config: TencentKycConfig,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    since: Instant,
    access_token: String,
    sign_ticket: String,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("since", &self.since).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(config: &TencentKycConfig) -> Self {
        Self { http: Http::new(), config: config.clone(), kept: Mutex::new(None) }
    }

    /// The ticket that signs calls of ours.
    pub(super) async fn sign_ticket(&self) -> Result<String, VendorError> {
        self.fresh(|kept| kept.sign_ticket.clone()).await
    }

    /// A ticket that signs one visit of the login page.
    pub(super) async fn nonce_ticket(&self, user: &str) -> Result<String, VendorError> {
        let access_token = self.fresh(|kept| kept.access_token.clone()).await?;
        self.ticket(&access_token, &[("type", "NONCE"), ("user_id", user)]).await
    }

    /// Posts JSON and returns `result`.
    pub(super) async fn post<A: DeserializeOwned>(
        &self,
        path: &str,
        order: &str,
        body: &Value,
    ) -> Result<A, VendorError> {
        let mut request = Request::new(Method::POST, self.config.endpoint.url(path, &[("orderNo", order)]));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = Some(body.to_string().into());
        let answer = self.answer(request).await;
        // Not about the person. Perhaps the vendor has forgotten the ticket: the next call asks for a new one.
        if answer.as_ref().is_err_and(|error| matches!(error, VendorError::Code(code) if !is_of_person(code)))
            && let Ok(mut kept) = tokio::time::timeout(LOCK_WAIT, self.kept.lock()).await
        {
            *kept = None;
        }
        let result = answer?.get_mut("result").map(Value::take).unwrap_or_default();
        serde_json::from_value(result).map_err(|_| VendorError::garbled())
    }

    /// Many may wait here for one renewal; while the vendor is away each waits its own bound.
    async fn fresh(&self, of: impl FnOnce(&Kept) -> String) -> Result<String, VendorError> {
        let lock = tokio::time::timeout(LOCK_WAIT, self.kept.lock()).await;
        let mut kept = lock.map_err(|_| VendorError::NoAnswer("timeout".into()))?;
        if let Some(good) = kept.as_ref().filter(|kept| kept.since.elapsed() < KEPT_FOR) {
            return Ok(of(good));
        }
        let since = Instant::now();
        let query = [
            ("appId", self.config.app_id.as_str()),
            ("secret", self.config.secret.expose_secret()),
            ("grant_type", "client_credential"),
            ("version", VERSION),
        ];
        let answer = self.get("/api/oauth2/access_token", &query).await?;
        let access_token =
            answer.get("access_token").and_then(Value::as_str).ok_or_else(VendorError::garbled)?.to_owned();
        let sign_ticket = self.ticket(&access_token, &[("type", "SIGN")]).await?;
        Ok(of(kept.insert(Kept { since, access_token, sign_ticket })))
    }

    async fn ticket(&self, access_token: &str, kind: &[(&str, &str)]) -> Result<String, VendorError> {
        let app_id = self.config.app_id.as_str();
        let mut query = vec![("appId", app_id), ("access_token", access_token), ("version", VERSION)];
        query.extend(kind);
        let answer = self.get("/api/oauth2/api_ticket", &query).await?;
        let ticket = answer.pointer("/tickets/0/value").and_then(Value::as_str);
        ticket.map(str::to_owned).ok_or_else(VendorError::garbled)
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, VendorError> {
        self.answer(Request::new(Method::GET, self.config.endpoint.url(path, query))).await
    }

    async fn answer(&self, request: Request) -> Result<Value, VendorError> {
        let reply = self.http.send(request).await?;
        let parsed: Option<Value> = serde_json::from_slice(&reply.body).ok();
        let Some(answer) = parsed else {
            let garbled = VendorError::garbled();
            return Err(if reply.status == 200 {
                garbled
            } else {
                VendorError::NoAnswer(format!("http {}", reply.status))
            });
        };
        match answer.get("code") {
            Some(Value::String(code)) if code == "0" => Ok(answer),
            Some(Value::Number(code)) if code.as_i64() == Some(0) => Ok(answer),
            Some(Value::String(code)) => Err(VendorError::code(code)),
            Some(Value::Number(code)) => Err(VendorError::code(&code.to_string())),
            _ => Err(VendorError::garbled()),
        }
    }
}
