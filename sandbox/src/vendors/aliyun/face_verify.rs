//! `InitFaceVerify` and `DescribeFaceVerify`: refusals are HTTP 200 with a number as code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Values;
use crate::check::{Decision, Kind, NewCheck};
use crate::desk::Desk;
use crate::faults::Fail;
use crate::keys::CLOUDAUTH_SCENE;

fn refusal(code: &str, message: &str) -> Value {
    json!({ "Code": code, "Message": message })
}

pub(super) fn begin(desk: &Desk, values: &Values, fault: Option<Fail>) -> Value {
    if fault == Some(Fail::Balance) {
        return refusal("411", "the account is overdue");
    }
    if values.get("SceneId") != Some(CLOUDAUTH_SCENE) {
        return refusal("404", "there is no such scene");
    }
    let needed = ["ProductCode", "CertType", "CertName", "CertNo", "MetaInfo", "ReturnUrl"];
    if needed.iter().any(|name| values.get(name).is_none()) {
        return refusal("400", "a parameter is missing");
    }
    let order = values.get("OuterOrderNo").unwrap_or_default();
    if order.len() > 32 || order.is_empty() || !order.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return refusal("401", "OuterOrderNo is 1 to 32 letters and digits");
    }
    let return_url = values.get("ReturnUrl").unwrap_or_default();
    let is_address = url::Url::parse(return_url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    let is_meta = values.get("MetaInfo").is_some_and(|meta| serde_json::from_str::<Value>(meta).is_ok());
    if !is_address || !is_meta {
        return refusal("401", "ReturnUrl or MetaInfo is wrong");
    }
    let decided = (fault == Some(Fail::Mismatch)).then_some(Decision::Mismatch);
    let token = desk.checks.begin(NewCheck { kind: Kind::Aliyun, order, return_url, decided });
    let result = json!({ "CertifyId": token, "CertifyUrl": format!("http://{}/checks/{token}", desk.host) });
    json!({ "Code": "200", "Message": "success", "ResultObject": result })
}

pub(super) fn describe(desk: &Desk, values: &Values) -> Value {
    let token = values.get("CertifyId").unwrap_or_default();
    let Some(check) = desk.checks.find(Kind::Aliyun, token) else {
        return refusal("406", "there is no such CertifyId");
    };
    let Some(decision) = check.decision else { return refusal("424", "the check is not finished") };
    let sub_code = match decision {
        Decision::Passed => "200",
        Decision::Failed => "204",
        Decision::Mismatch => "201",
        Decision::Cancelled => "206",
    };
    let is_passed = decision == Decision::Passed;
    let photo = check.photo.as_ref().filter(|_| is_passed && values.get("PictureReturnType") == Some("JPG"));
    let material = json!({
        "facialPictureFront": {
            "pictureBase64": photo.map(|photo| STANDARD.encode(photo)),
            "verifyScore": is_passed.then(|| check.similarity()),
        },
    });
    let result = json!({
        "Passed": if is_passed { "T" } else { "F" },
        "SubCode": sub_code,
        "MaterialInfo": material.to_string(),
        "IdentityInfo": "",
    });
    json!({ "Code": "200", "Message": "success", "ResultObject": result })
}
