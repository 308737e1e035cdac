//! Tencent Cloud OCR, `IDCardOCR` of 2018-11-19: <https://cloud.tencent.com/document/product/866/33524>.
//!
//! Variables, besides those of [`super`]: `TENCENTCLOUD_OCR_URL` (default `https://ocr.tencentcloudapi.com`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Api, Credentials, is_throttled};
use crate::cards::card::{CardSide, CardText, CardWarning};
use crate::cards::error::CardError;
use crate::cards::fields;
use crate::http::{Endpoint, VendorError};
use crate::settings::{SettingError, Variables};

/// Which warnings to look for.
const CONFIG: &str = r#"{"CopyWarn":true,"BorderCheckWarn":true,"ReshootWarn":true,"DetectPsWarn":true,"TempIdWarn":true,"InvalidDateWarn":true,"ReflectWarn":true}"#;

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct TencentOcrConfig {
    credentials: Credentials,
    endpoint: Endpoint,
}

impl TencentOcrConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "TENCENTCLOUD_OCR_URL", "https://ocr.tencentcloudapi.com")?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct TencentOcr(Api);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Answer {
    name: Option<String>,
    id_num: Option<String>,
    birth: Option<String>,
    authority: Option<String>,
    valid_date: Option<String>,
    /// JSON in a string.
    advanced_info: Option<String>,
}

impl TencentOcr {
    pub(crate) fn new(config: TencentOcrConfig) -> Self {
        Self(Api::new(config.credentials, config.endpoint, "ocr", "2018-11-19"))
    }

    pub(crate) async fn read(&self, side: CardSide, picture: Bytes) -> Result<CardText, CardError> {
        let card_side = match side {
            CardSide::Front => "FRONT",
            CardSide::Back => "BACK",
        };
        let body = json!({ "ImageBase64": STANDARD.encode(&picture), "CardSide": card_side, "Config": CONFIG });
        let answer: Answer = self.0.call("IDCardOCR", &body).await.map_err(card_error)?;
        let warnings = answer.advanced_info.as_deref().map(warnings_of).unwrap_or_default();
        fields::checked(
            side,
            CardText {
                name: fields::text(answer.name),
                number: fields::number(answer.id_num),
                birth: answer.birth.as_deref().and_then(fields::date),
                valid_until: answer.valid_date.as_deref().and_then(fields::valid_until),
                authority: fields::text(answer.authority),
                warnings,
                ..CardText::default()
            },
        )
    }
}

fn warnings_of(advanced: &str) -> Vec<CardWarning> {
    let parsed: Value = serde_json::from_str(advanced).unwrap_or_default();
    let codes = parsed.get("WarnInfos").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64);
    codes.filter_map(warning_of).collect()
}

fn warning_of(code: i64) -> Option<CardWarning> {
    match code {
        -9100 => Some(CardWarning::Validity),
        -9101 => Some(CardWarning::Border),
        -9102 | -9108 => Some(CardWarning::Copy),
        -9103 => Some(CardWarning::Reshot),
        -9104 => Some(CardWarning::Temporary),
        -9105 => Some(CardWarning::Covered),
        -9106 => Some(CardWarning::Edited),
        -9107 => Some(CardWarning::Reflection),
        -9109 => Some(CardWarning::Expired),
        -9110 => Some(CardWarning::Electronic),
        -9111 => Some(CardWarning::Watermark),
        _ => None,
    }
}

fn card_error(error: VendorError) -> CardError {
    let code = match error {
        VendorError::Code(code) => code,
        VendorError::Busy => return CardError::Busy,
        VendorError::NoAnswer(word) => return CardError::Unavailable(word),
    };
    match code.as_str() {
        "FailedOperation.ImageBlur" => CardError::Blurred,
        // All four are mended by taking the card alone, filling the frame.
        "FailedOperation.ImageNoIdCard"
        | "FailedOperation.ImageNoText"
        | "FailedOperation.IdCardTooSmall"
        | "FailedOperation.MultiCardError" => CardError::NoCard,
        "FailedOperation.CardSideError" | "InvalidParameterValue.CardSideError" => CardError::WrongSide,
        "FailedOperation.ImageDecodeFailed" | "FailedOperation.IdCardInfoIllegal" | "FailedOperation.OcrFailed" => {
            CardError::Unreadable
        }
        throttled if is_throttled(throttled) => CardError::Busy,
        _ => CardError::Unavailable(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_is_told_apart() {
        let of = |code: &str| card_error(VendorError::code(code));
        assert!(matches!(of("FailedOperation.ImageBlur"), CardError::Blurred));
        for code in ["ImageNoIdCard", "IdCardTooSmall", "MultiCardError"] {
            assert!(matches!(of(&format!("FailedOperation.{code}")), CardError::NoCard), "{code}");
        }
        assert!(matches!(of("FailedOperation.CardSideError"), CardError::WrongSide));
        assert!(matches!(of("InvalidParameterValue.CardSideError"), CardError::WrongSide));
        for code in ["ImageDecodeFailed", "IdCardInfoIllegal", "OcrFailed"] {
            assert!(matches!(of(&format!("FailedOperation.{code}")), CardError::Unreadable), "{code}");
        }
        assert!(matches!(of("RequestLimitExceeded"), CardError::Busy));
        for code in ["FailedOperation.UnKnowError", "FailedOperation.DownLoadError", "LimitExceeded.TooLargeFileError"]
        {
            assert!(matches!(of(code), CardError::Unavailable(told) if told == code), "{code}");
        }
    }

    #[test]
    fn warnings_come_as_json_in_a_string() {
        let warnings = warnings_of(r#"{"IdCard":"","Portrait":"","WarnInfos":[-9102,-9109,-1]}"#);
        assert_eq!(warnings, [CardWarning::Copy, CardWarning::Expired]);
        assert!(warnings_of("not JSON").is_empty());
    }
}
