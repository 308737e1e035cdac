//! Tencent Cloud FaceID, `DetectAuth` and `GetDetectInfoEnhanced` of 2018-03-01: the check of mini programs and of
//! pages inside WeChat. <https://cloud.tencent.com/document/product/1007/31816>. Ordinary browsers need
//! [`super::kyc_browser`].
//!
//! Variables, besides those of [`super`]: `TENCENTCLOUD_FACEID_RULE_ID` (the console's RuleId),
//! `TENCENTCLOUD_FACEID_URL` (default `https://faceid.tencentcloudapi.com`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::face_compare::face_error;
use super::{Api, Credentials};
use crate::faces::error::FaceError;
use crate::http::{Endpoint, VendorError};
use crate::liveness::check::{LivenessFailure, LivenessOutcome, LivenessRequest, LivenessStart};
use crate::settings::{SettingError, Variables};

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct TencentFaceIdConfig {
    credentials: Credentials,
    endpoint: Endpoint,
    rule_id: String,
}

impl TencentFaceIdConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "TENCENTCLOUD_FACEID_URL", "https://faceid.tencentcloudapi.com")?,
            rule_id: variables.required("TENCENTCLOUD_FACEID_RULE_ID")?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct TencentFaceId {
    api: Api,
    rule_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Begun {
    url: String,
    biz_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Detected {
    text: Option<Text>,
    best_frame: Option<BestFrame>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    err_code: Option<i64>,
    sim: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BestFrame {
    best_frame: Option<String>,
}

impl TencentFaceId {
    pub(crate) fn new(config: TencentFaceIdConfig) -> Self {
        let rule_id = config.rule_id;
        Self { api: Api::new(config.credentials, config.endpoint, "faceid", "2018-03-01"), rule_id }
    }

    pub(crate) async fn begin(&self, request: &LivenessRequest) -> Result<LivenessStart, FaceError> {
        let body = json!({
            "RuleId": self.rule_id,
            "IdCard": request.number,
            "Name": request.name,
            "RedirectUrl": request.return_url,
            "Extra": request.order,
        });
        let begun: Begun = self.api.call("DetectAuth", &body).await.map_err(face_error)?;
        Ok(LivenessStart { token: begun.biz_token, url: begun.url })
    }

    pub(crate) async fn outcome(&self, token: &str) -> Result<LivenessOutcome, FaceError> {
        // "0" for the text, "3" for the best picture; the video is never fetched.
        let body = json!({ "BizToken": token, "RuleId": self.rule_id, "InfoType": "03" });
        let detected: Detected = match self.api.call("GetDetectInfoEnhanced", &body).await {
            Ok(detected) => detected,
            // Nobody finished within the two hours of the token.
            Err(VendorError::Code(code)) if code == "InvalidParameterValue.BizTokenExpired" => {
                return Ok(LivenessOutcome::Failed(LivenessFailure::Cancelled));
            }
            Err(error) => return Err(face_error(error)),
        };
        let Some(Text { err_code: Some(code), sim }) = detected.text else { return Ok(LivenessOutcome::Pending) };
        if code != 0 {
            return Ok(LivenessOutcome::Failed(failure_of(code)));
        }
        let photo = detected.best_frame.and_then(|frame| frame.best_frame);
        Ok(LivenessOutcome::Passed {
            similarity: sim.and_then(|sim| sim.parse().ok()),
            photo: photo.and_then(|photo| STANDARD.decode(photo).ok()).map(Bytes::from),
        })
    }
}

/// <https://cloud.tencent.com/document/product/1007/31082>.
fn failure_of(code: i64) -> LivenessFailure {
    match code {
        1002 | 1003 => LivenessFailure::Spoof,
        2006 => LivenessFailure::Mismatch,
        2016 => LivenessFailure::NotSame,
        2013..=2015 => LivenessFailure::NoRecord,
        _ => LivenessFailure::Other(code.to_string()),
    }
}
