//! Tencent Cloud's API 3.0: every product, told apart by `X-TC-Action`. Refusals are HTTP 200, as the vendor's are.

mod face;
mod faceid;
mod ocr;
mod signature;
mod sms;
mod two_elements;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::digests::random;
use crate::faults::{Fail, Service};
use crate::vendors::call::Call;

/// A refusal: its code, and a text for people.
pub(crate) struct Refusal(pub(crate) &'static str, pub(crate) &'static str);

pub(crate) async fn answer(desk: &Desk, call: &Call) -> Response {
    let mut response = match dispatch(desk, call).await {
        Ok(response) => response,
        Err(Refusal(code, message)) => json!({ "Error": { "Code": code, "Message": message } }),
    };
    response["RequestId"] = random().into();
    Json(json!({ "Response": response })).into_response()
}

async fn dispatch(desk: &Desk, call: &Call) -> Result<Value, Refusal> {
    signature::verify(call)?;
    let (service, version) = match call.header("x-tc-action") {
        "SendSms" => (Service::TencentSms, "2021-01-11"),
        "IDCardOCR" => (Service::TencentOcr, "2018-11-19"),
        "CompareFace" => (Service::TencentFace, "2020-03-03"),
        "DetectAuth" | "GetDetectInfoEnhanced" | "IdCardVerification" => (Service::TencentFaceId, "2018-03-01"),
        _ => return Err(Refusal("InvalidAction", "the sandbox does not play this action")),
    };
    if call.header("x-tc-version") != version {
        return Err(Refusal("NoSuchVersion", "the product has no such version"));
    }
    let fault = desk.fault(service).await;
    if let Some(Refusal(code, message)) = fault.and_then(common_refusal) {
        return Err(Refusal(code, message));
    }
    let Ok(Value::Object(body)) = serde_json::from_slice(&call.body) else {
        return Err(Refusal("InvalidParameter", "the body is no JSON object"));
    };
    let body = Value::Object(body);
    match service {
        Service::TencentSms => sms::send(desk, &body, fault),
        Service::TencentOcr => ocr::read(desk, &body, fault).await,
        Service::TencentFace => face::compare(&body, fault),
        _ if call.header("x-tc-action") == "IdCardVerification" => two_elements::check(&body, fault),
        _ if call.header("x-tc-action") == "DetectAuth" => faceid::begin(desk, &body, fault),
        _ => faceid::outcome(desk, &body),
    }
}

/// The failures that all products share.
fn common_refusal(fail: Fail) -> Option<Refusal> {
    match fail {
        Fail::Signature => Some(Refusal("AuthFailure.SignatureFailure", "the sandbox was told to refuse it")),
        Fail::Unavailable | Fail::Timeout => Some(Refusal("InternalError", "the sandbox was told to fail")),
        Fail::Throttle | Fail::Mismatch | Fail::NoFace | Fail::PoorQuality | Fail::Balance | Fail::Number => None,
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}
