//! Alibaba Cloud's OpenAPI, RPC style: every product, told apart by `x-acs-action`. The gateway's refusals are HTTP
//! errors, the products' own are HTTP 200 with a code, as the vendor's are.

mod face_verify;
mod signature;

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateways::{CardError, CardSide, CardText};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::digests::{pairs, random};
use crate::faces::{Face, Unfit};
use crate::faults::{Fail, Service};
use crate::keys::{ALIYUN_SMS_NOTICE, ALIYUN_SMS_TEMPLATE, SMS_SIGN, SMS_VARIABLE_CHARS_MAX};
use crate::outbox::{Kind, Message};
use crate::vendors::call::Call;
use crate::vendors::residents::{Record, look_up};

/// A refusal: HTTP status, code, a text for people.
pub(crate) struct Refusal(pub(crate) u16, pub(crate) &'static str, pub(crate) &'static str);

/// The values of query and form, which the vendor does not tell apart.
pub(crate) struct Values(Vec<(String, String)>);

impl Values {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }
}

pub(crate) async fn answer(desk: &Desk, call: &Call) -> Response {
    let (status, mut answer) = match dispatch(desk, call).await {
        Ok(answer) => (StatusCode::OK, answer),
        Err(Refusal(status, code, message)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, json!({ "Code": code, "Message": message, "HostId": desk.host }))
        }
    };
    answer["RequestId"] = random().to_uppercase().into();
    (status, Json(answer)).into_response()
}

async fn dispatch(desk: &Desk, call: &Call) -> Result<Value, Refusal> {
    signature::verify(desk, call)?;
    let action = call.header("x-acs-action");
    let (service, version) = match action {
        "SendSms" => (Service::AliyunSms, "2017-05-25"),
        "RecognizeIdcard" => (Service::AliyunOcr, "2021-07-07"),
        "CompareFace" => (Service::AliyunFace, "2019-12-30"),
        "InitFaceVerify" | "DescribeFaceVerify" | "Id2MetaVerify" => (Service::AliyunCloudauth, "2019-03-07"),
        _ => return Err(Refusal(404, "InvalidAction.NotFound", "the sandbox does not play this action")),
    };
    if call.header("x-acs-version") != version {
        return Err(Refusal(400, "InvalidVersion", "the product has no such version"));
    }
    let fault = desk.fault(service).await;
    match fault {
        Some(Fail::Signature) => {
            return Err(Refusal(400, "SignatureDoesNotMatch", "the sandbox was told to refuse it"));
        }
        Some(Fail::Unavailable | Fail::Timeout) => {
            return Err(Refusal(500, "InternalError", "the sandbox was told to fail"));
        }
        Some(Fail::Throttle) if service != Service::AliyunSms => {
            return Err(Refusal(400, "Throttling.User", "too many calls a second"));
        }
        _ => {}
    }
    let mut values = pairs(call.uri.query().unwrap_or_default());
    if call.header("content-type").starts_with("application/x-www-form-urlencoded") {
        values.extend(pairs(&String::from_utf8_lossy(&call.body)));
    }
    let values = Values(values);
    match service {
        Service::AliyunSms => Ok(send_sms(desk, &values, fault)),
        Service::AliyunOcr => read_card(desk, call, fault).await,
        Service::AliyunFace => compare(&values, fault),
        _ if action == "Id2MetaVerify" => Ok(two_elements(&values, fault)),
        _ if action == "InitFaceVerify" => Ok(face_verify::begin(desk, &values, fault)),
        _ => Ok(face_verify::describe(desk, &values)),
    }
}

fn send_sms(desk: &Desk, values: &Values, fault: Option<Fail>) -> Value {
    let mobile = values.get("PhoneNumbers").unwrap_or_default();
    let is_mobile = mobile.len() == 11 && mobile.starts_with('1') && mobile.bytes().all(|byte| byte.is_ascii_digit());
    let parameters: Value =
        values.get("TemplateParam").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let is_notice = values.get("TemplateCode") == Some(ALIYUN_SMS_NOTICE);
    let value = parameters.get(if is_notice { "event" } else { "code" }).and_then(Value::as_str);
    let code = match fault {
        Some(Fail::Throttle) => "isv.BUSINESS_LIMIT_CONTROL",
        Some(Fail::Balance) => "isv.AMOUNT_NOT_ENOUGH",
        Some(Fail::Number) => "isv.MOBILE_NUMBER_ILLEGAL",
        _ if !is_mobile => "isv.MOBILE_NUMBER_ILLEGAL",
        _ if values.get("SignName") != Some(SMS_SIGN) => "isv.SMS_SIGNATURE_ILLEGAL",
        _ if !is_notice && values.get("TemplateCode") != Some(ALIYUN_SMS_TEMPLATE) => "isv.SMS_TEMPLATE_ILLEGAL",
        _ if value.is_none() => "isv.TEMPLATE_MISSING_PARAMETERS",
        _ if is_notice && value.is_some_and(|value| value.chars().count() > SMS_VARIABLE_CHARS_MAX) => {
            "isv.PARAM_LENGTH_LIMIT"
        }
        _ => "OK",
    };
    if code != "OK" {
        return json!({ "Code": code, "Message": "the sandbox refuses it" });
    }
    let value = value.unwrap_or_default().to_owned();
    desk.outbox.put(Message {
        kind: Kind::Sms,
        vendor: "aliyun",
        to: mobile.to_owned(),
        subject: None,
        text: match is_notice {
            true => format!("【{SMS_SIGN}】您的考试报名有新进展：{value}。请登录报名网站查看。"),
            false => format!("【{SMS_SIGN}】您在考试报名网站的验证码：{value}，10分钟内有效，请勿告知他人。"),
        },
        html: None,
        values: vec![value],
        at: Timestamp::now(),
    });
    json!({ "Code": "OK", "Message": "OK", "BizId": random() })
}

/// It finds out by itself which side it sees: the front is tried first.
async fn read_card(desk: &Desk, call: &Call, fault: Option<Fail>) -> Result<Value, Refusal> {
    match fault {
        Some(Fail::NoFace) => return Err(card_refusal(&CardError::NoCard)),
        Some(Fail::PoorQuality) => return Err(card_refusal(&CardError::Blurred)),
        Some(Fail::Balance) => return Err(Refusal(403, "noPermission", "the account is in arrears")),
        _ => {}
    }
    let Some(cards) = &desk.cards else {
        return Err(Refusal(403, "noPermission", "the sandbox reads cards with tesseract: install it"));
    };
    let (side, read) = match cards.read(CardSide::Front, call.body.clone()).await {
        Err(CardError::WrongSide) => ("back", cards.read(CardSide::Back, call.body.clone()).await),
        read => ("face", read),
    };
    let read = read.map_err(|error| card_refusal(&error))?;
    let warning =
        json!({ "completenessScore": 95.0, "isCopy": 0, "isReshoot": 0, "qualityScore": 90.0, "tamperScore": 1.0 });
    let data = json!({ "data": { side: { "data": card(read), "warning": warning } } });
    Ok(json!({ "Data": data.to_string() }))
}

fn card(read: CardText) -> Value {
    let birth = read.birth.map(|birth| {
        let parts: Vec<&str> = birth.split('-').map(|part| part.trim_start_matches('0')).collect();
        if let [year, month, day] = parts[..] { format!("{year}年{month}月{day}日") } else { birth }
    });
    let validity = read.valid_until.map(|until| format!("2000.01.01-{}", until.replace('-', ".")));
    json!({
        "name": read.name,
        "idNumber": read.number,
        "birthDate": birth,
        "issueAuthority": read.authority,
        "validPeriod": validity,
    })
}

fn card_refusal(error: &CardError) -> Refusal {
    let code = match error {
        CardError::NoCard => "unmatchedImageType",
        CardError::Blurred => "imageBlur",
        CardError::WrongSide | CardError::Unreadable => "illegalImageContent",
        CardError::Busy => "exceededConcurrency",
        CardError::Unavailable(_) => "InternalError",
    };
    Refusal(400, code, "the sandbox's reader refuses it")
}

fn compare(values: &Values, fault: Option<Fail>) -> Result<Value, Refusal> {
    match fault {
        Some(Fail::NoFace) => return Err(face_refusal(Unfit::NoFace)),
        Some(Fail::PoorQuality) => return Err(face_refusal(Unfit::Poor)),
        Some(Fail::Balance) => return Err(Refusal(403, "BasicServiceOverdue", "the account is in arrears")),
        _ => {}
    }
    let face = |name: &str| {
        let picture = values.get(name).ok_or(Refusal(400, "MissingParameter", "a picture is missing"))?;
        let picture = STANDARD.decode(picture).map_err(|_| face_refusal(Unfit::Poor))?;
        Face::of(&picture).map_err(face_refusal)
    };
    let (a, b) = (face("ImageDataA")?, face("ImageDataB")?);
    // Another scale than Tencent's: one person begins at 69.
    let likeness = if fault == Some(Fail::Mismatch) { 3.0 } else { a.likeness(&b) };
    let confidence = if likeness < 50.0 { likeness * 1.3 } else { 69.0 + (likeness - 50.0) * 0.6 };
    Ok(
        json!({ "Data": { "Confidence": confidence, "Thresholds": [61.0, 69.0, 75.0], "QualityScoreA": 95.0, "QualityScoreB": 95.0 } }),
    )
}

/// `Id2MetaVerify`: refusals are HTTP 200 with a number as code.
fn two_elements(values: &Values, fault: Option<Fail>) -> Value {
    if fault == Some(Fail::Balance) {
        return json!({ "Code": "411", "Message": "the account is overdue" });
    }
    let (Some("normal"), Some(name), Some(number)) =
        (values.get("ParamType"), values.get("UserName"), values.get("IdentifyNum"))
    else {
        return json!({ "Code": "400", "Message": "ParamType, UserName and IdentifyNum are needed" });
    };
    let biz_code = match (fault, look_up(name, number)) {
        (Some(Fail::Mismatch), _) => "2",
        (Some(Fail::Number), _) => "3",
        (_, Record::Found) => "1",
        (_, Record::NoNumber | Record::NoName) => {
            return json!({ "Code": "401", "Message": "the name or the number has no such form" });
        }
    };
    json!({ "Code": "200", "Message": "success", "ResultObject": { "BizCode": biz_code } })
}

fn face_refusal(unfit: Unfit) -> Refusal {
    match unfit {
        Unfit::NoFace => Refusal(400, "InvalidImage.NotFoundFace", "there is no face in the picture"),
        Unfit::Poor => Refusal(400, "InvalidImage.Resolution", "the picture is too poor"),
    }
}
