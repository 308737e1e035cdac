//! Tencent Cloud's liveness check for mobile browsers, H5（移动端浏览器）: a service of its own at `kyc1.qcloud.com`
//! with an own application and an own signature. <https://cloud.tencent.com/document/product/1007/61073>.
//!
//! The way: access token → SIGN ticket (both kept while good) → the person's name and number against a `faceId` →
//! NONCE ticket (120 s, once) → the login page → the outcome by our order number.
//!
//! Variables: `TENCENTCLOUD_KYC_APP_ID` (WBappid), `TENCENTCLOUD_KYC_SECRET` (secret), `TENCENTCLOUD_KYC_URL`
//! (default `https://kyc1.qcloud.com`).

mod session;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::face_compare::face_error;
use crate::faces::error::FaceError;
use crate::http::{Endpoint, VendorError};
use crate::keys::digests::{random_hex, sha1_hex};
use crate::liveness::check::{LivenessFailure, LivenessOutcome, LivenessRequest, LivenessStart};
use crate::settings::{SettingError, Variables};
use session::Session;

const VERSION: &str = "1.0.0";

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct TencentKycConfig {
    app_id: String,
    secret: SecretString,
    endpoint: Endpoint,
}

impl TencentKycConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            app_id: variables.required("TENCENTCLOUD_KYC_APP_ID")?,
            secret: variables.secret("TENCENTCLOUD_KYC_SECRET")?,
            endpoint: Endpoint::of(variables, "TENCENTCLOUD_KYC_URL", "https://kyc1.qcloud.com")?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct TencentKyc {
    session: Session,
    config: TencentKycConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    face_id: String,
    optimal_domain: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    similarity: Option<String>,
    photo: Option<String>,
}

impl TencentKyc {
    pub(crate) fn new(config: TencentKycConfig) -> Self {
        Self { session: Session::new(&config), config }
    }

    pub(crate) async fn begin(&self, request: &LivenessRequest) -> Result<LivenessStart, FaceError> {
        let (app_id, order) = (self.config.app_id.as_str(), request.order.as_str());
        let nonce = random_hex::<16>();
        let ticket = self.session.sign_ticket().await.map_err(face_error)?;
        let body = json!({
            "appId": app_id,
            "orderNo": order,
            "name": request.name,
            "idNo": request.number,
            "userId": order,
            "version": VERSION,
            "nonce": nonce,
            "sign": sign(&[app_id, order, VERSION, &ticket, &nonce]),
        });
        let path = "/api/server/getAdvFaceId";
        let registered: Registered = self.session.post(path, order, &body).await.map_err(face_error)?;
        let ticket = self.session.nonce_ticket(order).await.map_err(face_error)?;
        let nonce = random_hex::<16>();
        let face_id = registered.face_id.as_str();
        let sign = sign(&[app_id, order, order, VERSION, face_id, &ticket, &nonce]);
        let query = [
            ("appId", app_id),
            ("version", VERSION),
            ("nonce", &nonce),
            ("orderNo", order),
            ("faceId", face_id),
            ("url", &request.return_url),
            ("resultType", "1"),
            ("userId", order),
            ("sign", &sign),
            ("from", "browser"),
            ("redirectType", "1"),
        ];
        let mut url = self.config.endpoint.url("/api/web/login", &query);
        if let Some(domain) = registered.optimal_domain.filter(|domain| is_domain(domain)) {
            let scheme = self.config.endpoint.scheme();
            let best = format!("{scheme}://{domain}{}?{}", url.path(), url.query().unwrap_or_default());
            url = best.parse().map_err(|_| face_error(VendorError::garbled()))?;
        }
        Ok(LivenessStart { token: request.order.clone(), url: url.into() })
    }

    pub(crate) async fn outcome(&self, order: &str) -> Result<LivenessOutcome, FaceError> {
        let app_id = self.config.app_id.as_str();
        let nonce = random_hex::<16>();
        let ticket = self.session.sign_ticket().await.map_err(face_error)?;
        let body = json!({
            "appId": app_id,
            "version": VERSION,
            "nonce": nonce,
            "orderNo": order,
            "sign": sign(&[app_id, order, VERSION, &ticket, &nonce]),
            // The best picture, not the video.
            "getFile": "2",
        });
        match self.session.post::<Record>("/api/v2/base/queryfacerecord", order, &body).await {
            Ok(record) => Ok(LivenessOutcome::Passed {
                similarity: record.similarity.and_then(|similarity| similarity.parse().ok()),
                photo: record.photo.and_then(|photo| STANDARD.decode(photo).ok()).map(Bytes::from),
            }),
            Err(VendorError::Code(code)) => outcome_of(code),
            Err(error) => Err(face_error(error)),
        }
    }
}

/// What a code of `queryfacerecord` says of the check: <https://cloud.tencent.com/document/product/1007/47912>.
fn outcome_of(code: String) -> Result<LivenessOutcome, FaceError> {
    let failure = match code.as_str() {
        // 无此查询结果
        "66660011" => return Ok(LivenessOutcome::Pending),
        "66660010" | "66660015" => LivenessFailure::Mismatch,
        "66660004" | "66660023" => LivenessFailure::NotSame,
        "66660018" | "3001" | "3002" | "3003" | "3004" | "3005" => LivenessFailure::Cancelled,
        _ if code.starts_with("6666") => LivenessFailure::Other(code),
        // Anything else is about our request, not about the person.
        _ => return Err(FaceError::Unavailable(code)),
    };
    Ok(LivenessOutcome::Failed(failure))
}

/// Does a code say something of the person who was checked?
fn is_of_person(code: &str) -> bool {
    outcome_of(code.to_owned()).is_ok()
}

/// The domain that the vendor wants the browser to go to; it becomes the host of an address.
fn is_domain(domain: &str) -> bool {
    !domain.is_empty() && domain.len() <= 255 && domain.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c))
}

/// The values in the order of their bytes, one after the other, as SHA-1 in upper case:
/// <https://cloud.tencent.com/document/product/1007/57615>.
pub(crate) fn sign(values: &[&str]) -> String {
    let mut values = values.to_vec();
    values.sort_unstable();
    sha1_hex(values.concat().as_bytes()).to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &str = "kHoSxvLZGxSoFsjxlbzEoUzh5PAnTU7T";
    const TICKET: &str = "XO99Qfxlti9iTVgHAjwvJdAZKN3nMuUhrsPdPlPVKlcyS50N6tlLnfuFBPIucaMS";

    /// The examples of two of the vendor's pages; `IDAXXXXX` is printed there so, and the signature fits it.
    #[test]
    fn the_published_examples_are_reproduced() {
        let by_user = sign(&["TIDA0001", "userID19959248596551", VERSION, TICKET, NONCE]);
        assert_eq!(by_user, "4AE72E6FBC2E9E1282922B013D1B4C2CBD38C4BD");
        let by_order = sign(&["IDAXXXXX", "orderNo596551", VERSION, TICKET, NONCE]);
        assert_eq!(by_order, "6CD5F0DBCFA1155E2A66754B33C2E67DD358393B");
    }

    #[test]
    fn a_failed_check_is_told_from_a_failed_request() {
        let of = |code: &str| outcome_of(code.to_owned());
        assert!(matches!(of("66660011"), Ok(LivenessOutcome::Pending)));
        assert!(matches!(of("66660010"), Ok(LivenessOutcome::Failed(LivenessFailure::Mismatch))));
        assert!(matches!(of("66660004"), Ok(LivenessOutcome::Failed(LivenessFailure::NotSame))));
        for code in ["3001", "3002", "3003", "3004", "3005"] {
            assert!(matches!(of(code), Ok(LivenessOutcome::Failed(LivenessFailure::Cancelled))), "{code}");
        }
        assert!(matches!(of("66669999"), Ok(LivenessOutcome::Failed(LivenessFailure::Other(_)))));
        assert!(matches!(of("400101"), Err(FaceError::Unavailable(_))));
        assert!(is_of_person("3001") && is_of_person("66660011") && !is_of_person("400101"), "whose tickets are good");
        assert!(!is_domain("evil.example/path?") && !is_domain("") && is_domain("kyc1.qcloud.com"));
    }
}
