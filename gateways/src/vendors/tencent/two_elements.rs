//! Tencent Cloud's check of name and number, `IdCardVerification` of 2018-03-01:
//! <https://cloud.tencent.com/document/product/1007/33188>.
//!
//! Variables, besides those of [`super`]: `TENCENTCLOUD_FACEID_URL` (default `https://faceid.tencentcloudapi.com`).

use serde::Deserialize;
use serde_json::json;

use super::{Api, Credentials, is_throttled};
use crate::http::{Endpoint, VendorError};
use crate::settings::{SettingError, Variables};
use crate::two_elements::answer::{Belonging, TwoElementsError};

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct TencentTwoElementsConfig {
    credentials: Credentials,
    endpoint: Endpoint,
}

impl TencentTwoElementsConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "TENCENTCLOUD_FACEID_URL", "https://faceid.tencentcloudapi.com")?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct TencentTwoElements(Api);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    result: String,
}

impl TencentTwoElements {
    pub(crate) fn new(config: TencentTwoElementsConfig) -> Self {
        Self(Api::new(config.credentials, config.endpoint, "faceid", "2018-03-01"))
    }

    pub(crate) async fn check(&self, name: &str, number: &str) -> Result<Belonging, TwoElementsError> {
        let body = json!({ "IdCard": number, "Name": name });
        let answer: Answer = self.0.call("IdCardVerification", &body).await.map_err(no_answer)?;
        belonging(&answer.result).ok_or_else(|| no_answer(VendorError::code(&answer.result)))
    }
}

/// -1: apart. -2 and -3: number or name are of no form that the register knows; -5: it has no record. -4: it is away.
fn belonging(result: &str) -> Option<Belonging> {
    match result {
        "0" => Some(Belonging::Together),
        "-1" => Some(Belonging::Apart),
        "-2" | "-3" | "-5" => Some(Belonging::Unknown),
        _ => None,
    }
}

fn no_answer(error: VendorError) -> TwoElementsError {
    match error {
        VendorError::Busy => TwoElementsError::Busy,
        VendorError::NoAnswer(word) => TwoElementsError::Unavailable(word),
        VendorError::Code(code) if is_throttled(&code) => TwoElementsError::Busy,
        VendorError::Code(code) => TwoElementsError::Unavailable(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_result_is_told_apart() {
        assert_eq!(belonging("0"), Some(Belonging::Together));
        assert_eq!(belonging("-1"), Some(Belonging::Apart));
        for result in ["-2", "-3", "-5"] {
            assert_eq!(belonging(result), Some(Belonging::Unknown), "{result}");
        }
        assert_eq!(belonging("-4"), None, "the register is away");
    }
}
