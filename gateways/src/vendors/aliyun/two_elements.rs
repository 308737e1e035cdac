//! Alibaba Cloud's check of name and number, `Id2MetaVerify` of 2019-03-07:
//! <https://help.aliyun.com/zh/id-verification/information-verification/developer-reference/id2metaverify>.
//!
//! Variables, besides those of [`super`]: `ALIBABA_CLOUD_CLOUDAUTH_URL` (default `https://cloudauth.aliyuncs.com`).

use serde::Deserialize;

use super::{Api, Body, Credentials, is_throttled};
use crate::http::{Endpoint, VendorError};
use crate::settings::{SettingError, Variables};
use crate::two_elements::answer::{Belonging, TwoElementsError};

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct AliyunTwoElementsConfig {
    credentials: Credentials,
    endpoint: Endpoint,
}

impl AliyunTwoElementsConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "ALIBABA_CLOUD_CLOUDAUTH_URL", "https://cloudauth.aliyuncs.com")?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct AliyunTwoElements(Api);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    code: String,
    result_object: Option<Verified>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Verified {
    biz_code: String,
}

impl AliyunTwoElements {
    pub(crate) fn new(config: AliyunTwoElementsConfig) -> Self {
        Self(Api::new(config.credentials, config.endpoint, "2019-03-07"))
    }

    pub(crate) async fn check(&self, name: &str, number: &str) -> Result<Belonging, TwoElementsError> {
        // In the body: addresses stand in logs on the way.
        let values = [("ParamType", "normal"), ("UserName", name), ("IdentifyNum", number)];
        let body = Body::Form(values.map(|(name, value)| (name, value.to_owned())).to_vec());
        let answer: Answer = self.0.call("Id2MetaVerify", &[], body).await.map_err(no_answer)?;
        if answer.code != "200" {
            return Err(no_answer(VendorError::code(&answer.code)));
        }
        match answer.result_object.as_ref().map(|verified| verified.biz_code.as_str()) {
            Some("1") => Ok(Belonging::Together),
            Some("2") => Ok(Belonging::Apart),
            Some("3") => Ok(Belonging::Unknown),
            _ => Err(no_answer(VendorError::garbled())),
        }
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
