//! Tencent Cloud face recognition, `CompareFace` of 2020-03-03: <https://cloud.tencent.com/document/product/867/44987>.
//! Algorithm 3.0: one person scores above 50 (one false match in 10 000).
//!
//! Variables, besides those of [`super`]: `TENCENTCLOUD_IAI_URL` (default `https://iai.tencentcloudapi.com`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::{Api, Credentials, is_throttled};
use crate::faces::error::FaceError;
use crate::faces::similarity::Similarity;
use crate::http::{Endpoint, VendorError};
use crate::settings::{SettingError, Variables};

/// The vendor's threshold of one false match in 10 000.
const SAME_FROM: f32 = 50.0;

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct TencentFaceConfig {
    credentials: Credentials,
    endpoint: Endpoint,
}

impl TencentFaceConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "TENCENTCLOUD_IAI_URL", "https://iai.tencentcloudapi.com")?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct TencentFaces(Api);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    score: f32,
}

impl TencentFaces {
    pub(crate) fn new(config: TencentFaceConfig) -> Self {
        Self(Api::new(config.credentials, config.endpoint, "iai", "2020-03-03"))
    }

    pub(crate) async fn compare(&self, a: Bytes, b: Bytes) -> Result<Similarity, FaceError> {
        let body = json!({
            "ImageA": STANDARD.encode(&a),
            "ImageB": STANDARD.encode(&b),
            "FaceModelVersion": "3.0",
            "QualityControl": 1,
            "NeedRotateDetection": 0,
        });
        let answer: Answer = self.0.call("CompareFace", &body).await.map_err(face_error)?;
        if !(0.0..=100.0).contains(&answer.score) {
            return Err(face_error(VendorError::garbled()));
        }
        Ok(Similarity { score: answer.score, same: answer.score >= SAME_FROM })
    }
}

/// Also for the liveness products, which share these codes.
pub(super) fn face_error(error: VendorError) -> FaceError {
    let code = match error {
        VendorError::Code(code) => code,
        VendorError::Busy => return FaceError::Busy,
        VendorError::NoAnswer(word) => return FaceError::Unavailable(word),
    };
    match code.as_str() {
        "InvalidParameterValue.NoFaceInPhoto"
        | "FailedOperation.ImageFacedetectFailed"
        | "FailedOperation.LifePhotoDetectNoFaces" => FaceError::NoFace,
        "FailedOperation.FaceQualityNotQualified"
        | "FailedOperation.FaceSizeTooSmall"
        | "FailedOperation.ImageResolutionTooSmall"
        | "FailedOperation.ImageDecodeFailed"
        | "FailedOperation.LifePhotoDetectFaces"
        | "FailedOperation.LifePhotoPoorQuality"
        | "FailedOperation.PoorImageQuality"
        | "FailedOperation.CoveredFace"
        | "FailedOperation.IncompleteFace" => FaceError::PoorQuality,
        "FailedOperation.ConflictOperation" | "FailedOperation.RequestLimitExceeded" => FaceError::Busy,
        throttled if is_throttled(throttled) => FaceError::Busy,
        _ => FaceError::Unavailable(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_is_told_apart() {
        let of = |code: &str| face_error(VendorError::code(code));
        assert!(matches!(of("InvalidParameterValue.NoFaceInPhoto"), FaceError::NoFace));
        assert!(matches!(of("FailedOperation.ImageFacedetectFailed"), FaceError::NoFace));
        for code in ["FaceQualityNotQualified", "FaceSizeTooSmall", "ImageDecodeFailed", "ImageResolutionTooSmall"] {
            assert!(matches!(of(&format!("FailedOperation.{code}")), FaceError::PoorQuality), "{code}");
        }
        assert!(matches!(of("FailedOperation.ConflictOperation"), FaceError::Busy));
        assert!(matches!(of("RequestLimitExceeded"), FaceError::Busy));
        let ours = [
            "FailedOperation.ImageResolutionExceed",
            "FailedOperation.ImageSizeExceed",
            "InvalidParameterValue.FaceModelVersionIllegal",
            "InvalidParameterValue.QualityControlIllegal",
            "AuthFailure.SignatureFailure",
        ];
        for code in ours {
            assert!(matches!(of(code), FaceError::Unavailable(told) if told == code), "{code}");
        }
    }
}
