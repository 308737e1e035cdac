//! Alibaba Cloud's financial-grade identity check, `InitFaceVerify` and `DescribeFaceVerify` of 2019-03-07:
//! <https://help.aliyun.com/zh/id-verification/financial-grade-id-verification/>. Works in ordinary mobile browsers.
//!
//! Variables, besides those of [`super`]: `ALIBABA_CLOUD_CLOUDAUTH_SCENE_ID` (the console's scene),
//! `ALIBABA_CLOUD_CLOUDAUTH_PRODUCT` (default `ID_PRO`), `ALIBABA_CLOUD_CLOUDAUTH_MODEL` (default `MULTI_ACTION`),
//! `ALIBABA_CLOUD_CLOUDAUTH_URL` (default `https://cloudauth.aliyuncs.com`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::face_compare::face_error;
use super::{Api, Body, Credentials};
use crate::faces::error::FaceError;
use crate::http::{Endpoint, VendorError};
use crate::liveness::check::{LivenessFailure, LivenessOutcome, LivenessRequest, LivenessStart};
use crate::settings::{SettingError, Variables};

/// What the vendor's script tells of a phone's browser, for a browser whose script did not run.
const NO_META_INFO: &str =
    r#"{"zimVer":"3.0.0","appVersion":"1","bioMetaInfo":"4.1.0:11501568,0","appName":"h5","deviceType":"h5"}"#;

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct AliyunFaceVerifyConfig {
    credentials: Credentials,
    endpoint: Endpoint,
    scene_id: String,
    product: String,
    model: String,
}

impl AliyunFaceVerifyConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "ALIBABA_CLOUD_CLOUDAUTH_URL", "https://cloudauth.aliyuncs.com")?,
            scene_id: variables.required("ALIBABA_CLOUD_CLOUDAUTH_SCENE_ID")?,
            product: variables.or("ALIBABA_CLOUD_CLOUDAUTH_PRODUCT", "ID_PRO")?,
            model: variables.or("ALIBABA_CLOUD_CLOUDAUTH_MODEL", "MULTI_ACTION")?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct AliyunFaceVerify {
    api: Api,
    config: AliyunFaceVerifyConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<T> {
    code: String,
    result_object: Option<T>,
}

impl<T> Answer<T> {
    fn result(self) -> Result<T, VendorError> {
        if self.code != "200" {
            return Err(VendorError::code(&self.code));
        }
        self.result_object.ok_or_else(VendorError::garbled)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Begun {
    certify_id: String,
    certify_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    passed: Option<String>,
    sub_code: Option<String>,
    /// JSON in a string.
    material_info: Option<String>,
}

impl AliyunFaceVerify {
    pub(crate) fn new(config: AliyunFaceVerifyConfig) -> Self {
        Self { api: Api::new(config.credentials.clone(), config.endpoint.clone(), "2019-03-07"), config }
    }

    pub(crate) async fn begin(&self, request: &LivenessRequest) -> Result<LivenessStart, FaceError> {
        let query = [
            ("SceneId", self.config.scene_id.as_str()),
            ("OuterOrderNo", &request.order),
            ("ProductCode", &self.config.product),
            ("CertType", "IDENTITY_CARD"),
            ("CertName", &request.name),
            ("CertNo", &request.number),
            ("MetaInfo", request.meta_info.as_deref().unwrap_or(NO_META_INFO)),
            ("ReturnUrl", &request.return_url),
            ("CertifyUrlType", "H5"),
            ("CertifyUrlStyle", "S"),
            ("ProcedurePriority", "url"),
        ];
        let body = Body::Form(vec![("Model", self.config.model.clone())]);
        let answer: Answer<Begun> = self.api.call("InitFaceVerify", &query, body).await.map_err(face_error)?;
        let begun = answer.result().map_err(face_error)?;
        Ok(LivenessStart { token: begun.certify_id, url: begun.certify_url })
    }

    pub(crate) async fn outcome(&self, token: &str) -> Result<LivenessOutcome, FaceError> {
        let query = [("SceneId", self.config.scene_id.as_str()), ("CertifyId", token), ("PictureReturnType", "JPG")];
        let call = self.api.call("DescribeFaceVerify", &query, Body::Empty);
        let answer: Answer<Described> = call.await.map_err(face_error)?;
        // 424: the person has not finished.
        if answer.code == "424" {
            return Ok(LivenessOutcome::Pending);
        }
        let described = answer.result().map_err(face_error)?;
        match (described.passed.as_deref(), described.sub_code.as_deref()) {
            (Some("T"), _) => Ok(passed(described.material_info.as_deref())),
            (_, None | Some("")) => Ok(LivenessOutcome::Pending),
            (_, Some(code)) => Ok(LivenessOutcome::Failed(failure_of(code))),
        }
    }
}

fn passed(material: Option<&str>) -> LivenessOutcome {
    let material: Value = material.and_then(|material| serde_json::from_str(material).ok()).unwrap_or_default();
    let photo = material.pointer("/facialPictureFront/pictureBase64").and_then(Value::as_str);
    let score = material
        .pointer("/verifyInfo/faceComparisonScore")
        .or_else(|| material.pointer("/facialPictureFront/verifyScore"));
    let score = match score {
        Some(Value::Number(score)) => score.as_f64(),
        Some(Value::String(score)) => score.parse().ok(),
        _ => None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "a score of 0 to 100 loses nothing that counts")]
    let similarity = score.map(|score| score as f32);
    LivenessOutcome::Passed { similarity, photo: photo.and_then(|photo| STANDARD.decode(photo).ok()).map(Bytes::from) }
}

fn failure_of(sub_code: &str) -> LivenessFailure {
    match sub_code {
        "201" => LivenessFailure::Mismatch,
        "202" | "203" => LivenessFailure::NoRecord,
        "204" => LivenessFailure::NotSame,
        "205" => LivenessFailure::Spoof,
        _ => LivenessFailure::Other(VendorError::code(sub_code).into_code()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_failure_is_told_apart() {
        let known = [
            ("201", LivenessFailure::Mismatch),
            ("202", LivenessFailure::NoRecord),
            ("203", LivenessFailure::NoRecord),
            ("204", LivenessFailure::NotSame),
            ("205", LivenessFailure::Spoof),
            ("206", LivenessFailure::Other("206".into())),
        ];
        for (code, failure) in known {
            assert_eq!(failure_of(code), failure);
        }
    }
}
