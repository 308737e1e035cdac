//! Alibaba Cloud OCR, `RecognizeIdcard` of 2021-07-07:
//! <https://help.aliyun.com/zh/ocr/developer-reference/api-ocr-api-2021-07-07-recognizeidcard>. It finds out by itself
//! which side it sees.
//!
//! Variables, besides those of [`super`]: `ALIBABA_CLOUD_OCR_URL` (default
//! `https://ocr-api.cn-hangzhou.aliyuncs.com`).

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::{Api, Body, Credentials, is_throttled};
use crate::cards::card::{CardSide, CardText, CardWarning};
use crate::cards::error::CardError;
use crate::cards::fields;
use crate::http::{Endpoint, VendorError};
use crate::settings::{SettingError, Variables};

/// Below it the vendor calls a picture poor.
const QUALITY_MIN: f64 = 30.0;
/// Below it a border is cut off.
const COMPLETENESS_MIN: f64 = 60.0;
/// Above it a picture seems edited.
const TAMPER_MAX: f64 = 60.0;

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct AliyunOcrConfig {
    credentials: Credentials,
    endpoint: Endpoint,
}

impl AliyunOcrConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        let default = "https://ocr-api.cn-hangzhou.aliyuncs.com";
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "ALIBABA_CLOUD_OCR_URL", default)?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct AliyunOcr(Api);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    /// JSON in a string.
    data: String,
}

impl AliyunOcr {
    pub(crate) fn new(config: AliyunOcrConfig) -> Self {
        Self(Api::new(config.credentials, config.endpoint, "2021-07-07"))
    }

    pub(crate) async fn read(&self, side: CardSide, picture: Bytes) -> Result<CardText, CardError> {
        let query = [("OutputFigure", "false"), ("OutputQualityInfo", "true")];
        let call = self.0.call("RecognizeIdcard", &query, Body::Picture(picture));
        let answer: Answer = call.await.map_err(card_error)?;
        let data: Value = serde_json::from_str(&answer.data).map_err(|_| card_error(VendorError::garbled()))?;
        // Both sides may be in one picture; then we take the one that was asked for.
        let (asked, other) = match side {
            CardSide::Front => ("face", "back"),
            CardSide::Back => ("back", "face"),
        };
        let part = |name: &str| data.pointer(&format!("/data/{name}")).cloned().filter(|part| !part.is_null());
        match (part(asked), part(other)) {
            (Some(part), _) => fields::checked(side, text_of(&part)),
            (None, Some(_)) => Err(CardError::WrongSide),
            (None, None) => Err(CardError::NoCard),
        }
    }
}

fn text_of(part: &Value) -> CardText {
    let value = |name: &str| part.pointer(&format!("/data/{name}")).and_then(Value::as_str).map(str::to_owned);
    let warning = |name: &str| part.pointer(&format!("/warning/{name}")).and_then(Value::as_f64);
    let is_set = |name: &str| match part.pointer(&format!("/warning/{name}")) {
        Some(Value::Bool(is_set)) => *is_set,
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        _ => false,
    };
    let mut warnings = Vec::new();
    warnings.extend(is_set("isCopy").then_some(CardWarning::Copy));
    warnings.extend(is_set("isReshoot").then_some(CardWarning::Reshot));
    warnings.extend(
        warning("completenessScore").is_some_and(|score| score < COMPLETENESS_MIN).then_some(CardWarning::Border),
    );
    warnings.extend(warning("tamperScore").is_some_and(|score| score > TAMPER_MAX).then_some(CardWarning::Edited));
    warnings
        .extend(warning("qualityScore").is_some_and(|score| score < QUALITY_MIN).then_some(CardWarning::Reflection));
    CardText {
        name: fields::text(value("name")),
        number: fields::number(value("idNumber")),
        birth: value("birthDate").as_deref().and_then(fields::date),
        valid_until: value("validPeriod").as_deref().and_then(fields::valid_until),
        authority: fields::text(value("issueAuthority")),
        warnings,
        ..CardText::default()
    }
}

fn card_error(error: VendorError) -> CardError {
    let code = match error {
        VendorError::Code(code) => code,
        VendorError::Busy => return CardError::Busy,
        VendorError::NoAnswer(word) => return CardError::Unavailable(word),
    };
    match code.as_str() {
        "unmatchedImageType" => CardError::NoCard,
        "illegalImageContent" => CardError::Unreadable,
        "imageBlur" => CardError::Blurred,
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
        assert!(matches!(of("unmatchedImageType"), CardError::NoCard));
        assert!(matches!(of("illegalImageContent"), CardError::Unreadable));
        assert!(matches!(of("exceededConcurrency"), CardError::Busy));
        assert!(matches!(of("Throttling.User"), CardError::Busy));
        for code in ["imageTimeOut", "illegalImageUrl", "illegalImageSize", "noPermission", "SignatureDoesNotMatch"] {
            assert!(matches!(of(code), CardError::Unavailable(told) if told == code), "{code}");
        }
    }

    #[test]
    fn fields_and_warnings_are_read() {
        let part = serde_json::json!({
            "data": { "name": "李样例", "idNumber": "11010519491231002X", "birthDate": "1949年12月31日" },
            "warning": { "completenessScore": 10.5, "isCopy": 1, "isReshoot": 0, "qualityScore": 90.0, "tamperScore": 1.0 },
        });
        let text = text_of(&part);
        assert_eq!(text.birth.as_deref(), Some("1949-12-31"));
        assert_eq!(text.number.as_deref(), Some("11010519491231002X"));
        assert_eq!(text.warnings, [CardWarning::Copy, CardWarning::Border]);
    }
}
