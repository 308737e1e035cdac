//! `SendSms`: refusals of a number stand in its status, refusals of the account in an error.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Refusal, text};
use crate::desk::Desk;
use crate::digests::random;
use crate::faults::Fail;
use crate::keys::{SMS_SIGN, SMS_VARIABLE_CHARS_MAX, TENCENT_SMS_APP, TENCENT_SMS_NOTICE, TENCENT_SMS_TEMPLATE};
use crate::outbox::{Kind, Message};

const NUMBERS_MAX: usize = 200;

pub(super) fn send(desk: &Desk, body: &Value, fault: Option<Fail>) -> Result<Value, Refusal> {
    if text(body, "SmsSdkAppId") != Some(TENCENT_SMS_APP) {
        return Err(Refusal("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "the SmsSdkAppId is wrong"));
    }
    if fault == Some(Fail::Balance) {
        let message = "the package has no messages left";
        return Err(Refusal("FailedOperation.InsufficientBalanceInSmsPackage", message));
    }
    let strings = |name: &str| -> Vec<String> {
        let values = body.get(name).and_then(Value::as_array).into_iter().flatten();
        values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
    };
    let (numbers, values) = (strings("PhoneNumberSet"), strings("TemplateParamSet"));
    if numbers.is_empty() || numbers.len() > NUMBERS_MAX {
        return Err(Refusal("LimitExceeded.PhoneNumberCountLimit", "between 1 and 200 numbers"));
    }
    let is_notice = text(body, "TemplateId") == Some(TENCENT_SMS_NOTICE);
    let statuses: Vec<Value> = numbers
        .iter()
        .map(|number| {
            let code = status_of(body, number, &values, fault);
            if code == "Ok" {
                desk.outbox.put(message(number, &values, is_notice));
            }
            json!({
                "SerialNo": if code == "Ok" { random() } else { String::new() },
                "PhoneNumber": number,
                "Fee": u8::from(code == "Ok"),
                "SessionContext": text(body, "SessionContext").unwrap_or_default(),
                "Code": code,
                "Message": if code == "Ok" { "send success" } else { "refused" },
                "IsoCode": "CN",
            })
        })
        .collect();
    Ok(json!({ "SendStatusSet": statuses }))
}

fn status_of(body: &Value, number: &str, values: &[String], fault: Option<Fail>) -> &'static str {
    let mobile = number.strip_prefix("+86").unwrap_or(number);
    let is_mobile = mobile.len() == 11 && mobile.starts_with('1') && mobile.bytes().all(|byte| byte.is_ascii_digit());
    // A template's variable for a code takes up to six digits.
    let is_code = |value: &String| value.len() <= 6 && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_event = |value: &String| (1..=SMS_VARIABLE_CHARS_MAX).contains(&value.chars().count());
    let is_notice = text(body, "TemplateId") == Some(TENCENT_SMS_NOTICE);
    if fault == Some(Fail::Throttle) {
        "LimitExceeded.PhoneNumberThirtySecondLimit"
    } else if fault == Some(Fail::Number) || !is_mobile {
        "InvalidParameterValue.IncorrectPhoneNumber"
    } else if text(body, "SignName") != Some(SMS_SIGN) {
        "FailedOperation.SignatureIncorrectOrUnapproved"
    } else if !is_notice && text(body, "TemplateId") != Some(TENCENT_SMS_TEMPLATE) {
        "FailedOperation.TemplateIncorrectOrUnapproved"
    } else if is_notice && values.len() != 1 {
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
    } else if values.is_empty() || !values.iter().all(|value| if is_notice { is_event(value) } else { is_code(value) })
    {
        "InvalidParameterValue.TemplateParameterFormatError"
    } else {
        "Ok"
    }
}

fn message(number: &str, values: &[String], is_notice: bool) -> Message {
    let first = values.first().map(String::as_str).unwrap_or_default();
    let minutes = values.get(1).map_or("10", String::as_str);
    Message {
        kind: Kind::Sms,
        vendor: "tencent",
        to: number.strip_prefix("+86").unwrap_or(number).to_owned(),
        subject: None,
        text: match is_notice {
            true => format!("【{SMS_SIGN}】您的考试报名有新进展：{first}。请登录报名网站查看。"),
            false => {
                format!("【{SMS_SIGN}】您在考试报名网站的验证码：{first}，{minutes}分钟内有效，请勿告知他人。")
            }
        },
        html: None,
        values: values.to_vec(),
        at: Timestamp::now(),
    }
}
