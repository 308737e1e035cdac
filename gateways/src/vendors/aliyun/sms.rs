//! Alibaba Cloud SMS, `SendSms` of 2017-05-25: <https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms>.
//!
//! Variables, besides those of [`super`]: `ALIBABA_CLOUD_SMS_SIGN` (the approved signature's text),
//! `ALIBABA_CLOUD_SMS_TEMPLATE` (the approved template's code, `SMS_…`), `ALIBABA_CLOUD_SMS_VARIABLE` (the template's
//! variable for the code, default `code`), `ALIBABA_CLOUD_SMS_NOTICE_TEMPLATE` (the code of a template for notices, if there
//! is one: its only variable, `event`, of 12 characters, is what happened), `ALIBABA_CLOUD_SMS_URL` (default
//! `https://dysmsapi.aliyuncs.com`).

use serde::Deserialize;
use serde_json::json;

use super::{Api, Body, Credentials};
use crate::http::{Endpoint, VendorError};
use crate::settings::{SettingError, Variables};
use crate::sms::error::SmsError;

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct AliyunSmsConfig {
    credentials: Credentials,
    endpoint: Endpoint,
    sign: String,
    template: String,
    variable: String,
    notice_template: Option<String>,
}

impl AliyunSmsConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "ALIBABA_CLOUD_SMS_URL", "https://dysmsapi.aliyuncs.com")?,
            sign: variables.required("ALIBABA_CLOUD_SMS_SIGN")?,
            template: variables.required("ALIBABA_CLOUD_SMS_TEMPLATE")?,
            variable: variables.or("ALIBABA_CLOUD_SMS_VARIABLE", "code")?,
            notice_template: variables.optional("ALIBABA_CLOUD_SMS_NOTICE_TEMPLATE")?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct AliyunSms {
    api: Api,
    config: AliyunSmsConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    code: String,
}

impl AliyunSms {
    pub(crate) fn new(config: AliyunSmsConfig) -> Self {
        Self { api: Api::new(config.credentials.clone(), config.endpoint.clone(), "2017-05-25"), config }
    }

    pub(crate) async fn send_code(&self, mobile: &str, code: &str) -> Result<(), SmsError> {
        let parameters = json!({ self.config.variable.as_str(): code }).to_string();
        self.send(mobile, &self.config.template, &parameters).await
    }

    pub(crate) fn can_notify(&self) -> bool {
        self.config.notice_template.is_some()
    }

    pub(crate) async fn send_notice(&self, mobile: &str, event: &str) -> Result<(), SmsError> {
        let template = self.config.notice_template.as_deref();
        let template = template.ok_or_else(|| SmsError::Rejected("no template".to_owned()))?;
        self.send(mobile, template, &json!({ "event": event }).to_string()).await
    }

    async fn send(&self, mobile: &str, template: &str, parameters: &str) -> Result<(), SmsError> {
        let query = [
            ("PhoneNumbers", mobile),
            ("SignName", self.config.sign.as_str()),
            ("TemplateCode", template),
            ("TemplateParam", parameters),
        ];
        let answer: Answer = self.api.call("SendSms", &query, Body::Empty).await.map_err(sms_error)?;
        if answer.code == "OK" { Ok(()) } else { Err(sms_error(VendorError::code(&answer.code))) }
    }
}

fn sms_error(error: VendorError) -> SmsError {
    let VendorError::Code(code) = error else { return SmsError::Unavailable(error.into_code()) };
    match code.as_str() {
        "isv.MOBILE_NUMBER_ILLEGAL" | "isv.MOBILE_COUNT_OVER_LIMIT" | "isv.BLACK_KEY_CONTROL_LIMIT" => SmsError::Number,
        "isv.BUSINESS_LIMIT_CONTROL" | "isv.DAY_LIMIT_CONTROL" => SmsError::Throttled,
        refused if is_ours_to_mend(refused) => SmsError::Rejected(code),
        _ => SmsError::Unavailable(code),
    }
}

/// Keys, rights, balance, signature or template: waiting does not help.
fn is_ours_to_mend(code: &str) -> bool {
    let codes = ["SignatureDoesNotMatch", "IncompleteSignature", "MissingParameter"];
    let families = ["isv.", "isp.RAM_PERMISSION_DENY", "InvalidAccessKeyId", "Forbidden", "NoPermission"];
    codes.contains(&code) || families.iter().any(|family| code.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_is_told_apart() {
        let of = |code: &str| sms_error(VendorError::code(code));
        assert!(matches!(of("isv.MOBILE_NUMBER_ILLEGAL"), SmsError::Number));
        assert!(matches!(of("isv.BUSINESS_LIMIT_CONTROL"), SmsError::Throttled));
        assert!(matches!(of("isv.DAY_LIMIT_CONTROL"), SmsError::Throttled));
        let ours = [
            "isv.SMS_TEMPLATE_ILLEGAL",
            "isv.SMS_SIGNATURE_ILLEGAL",
            "isv.INVALID_PARAMETERS",
            "isv.TEMPLATE_MISSING_PARAMETERS",
            "isv.OUT_OF_SERVICE",
            "isv.AMOUNT_NOT_ENOUGH",
            "isp.RAM_PERMISSION_DENY",
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId.NotFound",
        ];
        for code in ours {
            assert!(matches!(of(code), SmsError::Rejected(told) if told == code), "{code}");
        }
        for code in ["isp.SYSTEM_ERROR", "Throttling.User", "ServiceUnavailable", "Whatever"] {
            assert!(matches!(of(code), SmsError::Unavailable(told) if told == code), "{code}");
        }
    }
}
