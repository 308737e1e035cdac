//! Tencent Cloud SMS, `SendSms` of 2021-01-11: <https://cloud.tencent.com/document/product/382/55981>.
//!
//! Variables, besides those of [`super`]: `TENCENTCLOUD_SMS_APP_ID` (SdkAppId), `TENCENTCLOUD_SMS_SIGN` (the approved
//! signature's text), `TENCENTCLOUD_SMS_TEMPLATE` (the approved template's number; its first variable is the code),
//! `TENCENTCLOUD_SMS_NOTICE_TEMPLATE` (the number of a template for notices, if there is one: its only variable, of 12
//! characters, is what happened), `TENCENTCLOUD_SMS_MINUTES` (what to give as second variable, if the template has one), `TENCENTCLOUD_SMS_URL`
//! (default `https://sms.tencentcloudapi.com`).

use serde::Deserialize;
use serde_json::json;

use super::{Api, Credentials};
use crate::http::{Endpoint, VendorError};
use crate::settings::{SettingError, Variables};
use crate::sms::error::SmsError;

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct TencentSmsConfig {
    credentials: Credentials,
    endpoint: Endpoint,
    app_id: String,
    sign: String,
    template: String,
    notice_template: Option<String>,
    minutes: Option<String>,
}

impl TencentSmsConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        Ok(Self {
            credentials: Credentials::of(variables)?,
            endpoint: Endpoint::of(variables, "TENCENTCLOUD_SMS_URL", "https://sms.tencentcloudapi.com")?,
            app_id: variables.required("TENCENTCLOUD_SMS_APP_ID")?,
            sign: variables.required("TENCENTCLOUD_SMS_SIGN")?,
            template: variables.required("TENCENTCLOUD_SMS_TEMPLATE")?,
            notice_template: variables.optional("TENCENTCLOUD_SMS_NOTICE_TEMPLATE")?,
            minutes: variables.optional("TENCENTCLOUD_SMS_MINUTES")?,
        })
    }
}

#[derive(Debug)]
pub(crate) struct TencentSms {
    api: Api,
    config: TencentSmsConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    send_status_set: Vec<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    code: String,
}

impl TencentSms {
    pub(crate) fn new(config: TencentSmsConfig) -> Self {
        let api = Api::new(config.credentials.clone(), config.endpoint.clone(), "sms", "2021-01-11");
        Self { api, config }
    }

    pub(crate) async fn send_code(&self, mobile: &str, code: &str) -> Result<(), SmsError> {
        let mut parameters = vec![code];
        parameters.extend(self.config.minutes.as_deref());
        self.send(mobile, &self.config.template, &parameters).await
    }

    pub(crate) fn can_notify(&self) -> bool {
        self.config.notice_template.is_some()
    }

    pub(crate) async fn send_notice(&self, mobile: &str, event: &str) -> Result<(), SmsError> {
        let template = self.config.notice_template.as_deref();
        self.send(mobile, template.ok_or_else(|| SmsError::Rejected("no template".to_owned()))?, &[event]).await
    }

    async fn send(&self, mobile: &str, template: &str, parameters: &[&str]) -> Result<(), SmsError> {
        let config = &self.config;
        let body = json!({
            "PhoneNumberSet": [format!("+86{mobile}")],
            "SmsSdkAppId": config.app_id,
            "SignName": config.sign,
            "TemplateId": template,
            "TemplateParamSet": parameters,
        });
        let answer: Answer = self.api.call("SendSms", &body).await.map_err(sms_error)?;
        match answer.send_status_set.first() {
            Some(status) if status.code == "Ok" => Ok(()),
            Some(status) => Err(sms_error(VendorError::code(&status.code))),
            None => Err(sms_error(VendorError::garbled())),
        }
    }
}

fn sms_error(error: VendorError) -> SmsError {
    let VendorError::Code(code) = error else { return SmsError::Unavailable(error.into_code()) };
    match code.as_str() {
        "InvalidParameterValue.IncorrectPhoneNumber"
        | "FailedOperation.PhoneNumberInBlacklist"
        | "FailedOperation.PhoneNumberParseFail" => SmsError::Number,
        "LimitExceeded.DeliveryFrequencyLimit" => SmsError::Throttled,
        limit if limit.starts_with("LimitExceeded.PhoneNumber") => SmsError::Throttled,
        refused if is_ours_to_mend(refused) => SmsError::Rejected(code),
        _ => SmsError::Unavailable(code),
    }
}

/// Keys, rights, balance, signature or template: waiting does not help.
fn is_ours_to_mend(code: &str) -> bool {
    let families =
        ["AuthFailure", "UnauthorizedOperation", "UnsupportedOperation", "InvalidParameter", "MissingParameter"];
    let codes = [
        "FailedOperation.ContainSensitiveWord",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.MissingSignature",
        "FailedOperation.NotEnterpriseCertification",
        "FailedOperation.ProhibitSubAccountUse",
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "FailedOperation.TemplateUnapprovedOrNotExist",
    ];
    codes.contains(&code) || families.iter().any(|family| code.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_is_told_apart() {
        let of = |code: &str| sms_error(VendorError::code(code));
        assert!(matches!(of("InvalidParameterValue.IncorrectPhoneNumber"), SmsError::Number));
        for limit in ["ThirtySecondLimit", "OneHourLimit", "DailyLimit", "SameContentDailyLimit"] {
            assert!(matches!(of(&format!("LimitExceeded.PhoneNumber{limit}")), SmsError::Throttled), "{limit}");
        }
        let ours = [
            "AuthFailure.SignatureFailure",
            "AuthFailure.SignatureExpire",
            "AuthFailure.SecretIdNotFound",
            "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
            "FailedOperation.InsufficientBalanceInSmsPackage",
            "FailedOperation.SignatureIncorrectOrUnapproved",
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "InvalidParameterValue.TemplateParameterFormatError",
        ];
        for code in ours {
            assert!(matches!(of(code), SmsError::Rejected(told) if told == code), "{code}");
        }
        for code in ["InternalError.Timeout", "RequestLimitExceeded", "LimitExceeded.AppDailyLimit", "Whatever.New"] {
            assert!(matches!(of(code), SmsError::Unavailable(told) if told == code), "{code}");
        }
    }
}
