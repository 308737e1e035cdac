//! Alibaba Cloud face recognition, `CompareFace` of 2019-12-30:
//! <https://help.aliyun.com/zh/viapi/developer-reference/api-facebody-2019-12-30-compareface>. The answer brings its
//! thresholds; the middle one is one false match in 10 000.
//!
//! Variables, besides those of [`super`]: `ALIBABA_CLOUD_FACEBODY_URL` (default
//! `https://facebody.cn-shanghai.aliyuncs.com`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;

use super::{Api, Body, Credentials, is_throttled};
use crate::faces::error::FaceError;
use crate::faces::similarity::Similarity;
use crate::http::{Endpoint, VendorError};
use crate::settings::{SettingError, Variables};

/// The documented threshold of one false match in 10 000, in case the answer brings none.
const SAME_FROM: f32 = 69.0;

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct AliyunFaceConfig {
    credentials: Credentials,
    endpoint: Endpoint,
}

impl AliyunFaceConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        let default = "https://facebody.cn-shanghai.aliyuncs.com";
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "ALIBABA_CLOUD_FACEBODY_URL", default)?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct AliyunFaces(Api);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    confidence: f32,
    #[serde(default)]
    thresholds: Vec<f32>,
}

impl AliyunFaces {
    pub(crate) fn new(config: AliyunFaceConfig) -> Self {
        Self(Api::new(config.credentials, config.endpoint, "2019-12-30"))
    }

    pub(crate) async fn compare(&self, a: Bytes, b: Bytes) -> Result<Similarity, FaceError> {
        let body = Body::Form(vec![("ImageDataA", STANDARD.encode(&a)), ("ImageDataB", STANDARD.encode(&b))]);
        let answer: Answer = self.0.call("CompareFace", &[], body).await.map_err(face_error)?;
        let score = answer.data.confidence;
        if !(0.0..=100.0).contains(&score) {
            return Err(face_error(VendorError::garbled()));
        }
        let same_from = answer.data.thresholds.get(1).copied().unwrap_or(SAME_FROM);
        Ok(Similarity { score, same: score >= same_from })
    }
}

/// Also for the liveness check, which shares the gateway's codes.
pub(super) fn face_error(error: VendorError) -> FaceError {
    let code = match error {
        VendorError::Code(code) => code,
        VendorError::Busy => return FaceError::Busy,
        VendorError::NoAnswer(word) => return FaceError::Unavailable(word),
    };
    match code.as_str() {
        "FaceNotFound" | "InvalidImage.NoFace" | "InvalidFace.NotFound" | "InvalidImage.NotFoundFace" => {
            FaceError::NoFace
        }
        "InvalidFace.Quality"
        | "InvalidFace.TooSmall"
        | "InvalidImage.Resolution"
        | "InvalidImage.Content"
        | "InvalidImage.Type" => FaceError::PoorQuality,
        throttled if is_throttled(throttled) => FaceError::Busy,
        _ => FaceError::Unavailable(code),
    }
}
