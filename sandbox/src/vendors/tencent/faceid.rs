//! `DetectAuth` and `GetDetectInfoEnhanced`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Refusal, text};
use crate::check::{Decision, Kind, NewCheck};
use crate::desk::Desk;
use crate::faults::Fail;
use crate::keys::FACEID_RULE;

pub(super) fn begin(desk: &Desk, body: &Value, fault: Option<Fail>) -> Result<Value, Refusal> {
    match fault {
        Some(Fail::Throttle) => return Err(Refusal("RequestLimitExceeded", "too many calls a second")),
        Some(Fail::Balance) => return Err(Refusal("UnauthorizedOperation.Arrears", "the account is in arrears")),
        _ => {}
    }
    if text(body, "RuleId") != Some(FACEID_RULE) {
        return Err(Refusal("InvalidParameterValue.RuleIdNotExist", "there is no such RuleId"));
    }
    let (Some(_), Some(return_url)) = (text(body, "Name").and(text(body, "IdCard")), text(body, "RedirectUrl")) else {
        return Err(Refusal("InvalidParameter", "Name, IdCard and RedirectUrl are needed"));
    };
    let token = desk.checks.begin(NewCheck {
        kind: Kind::TencentFaceId,
        order: text(body, "Extra").unwrap_or_default(),
        return_url,
        decided: (fault == Some(Fail::Mismatch)).then_some(Decision::Mismatch),
    });
    Ok(json!({ "Url": format!("http://{}/checks/{token}", desk.host), "BizToken": token }))
}

pub(super) fn outcome(desk: &Desk, body: &Value) -> Result<Value, Refusal> {
    if text(body, "RuleId") != Some(FACEID_RULE) {
        return Err(Refusal("InvalidParameterValue.RuleIdNotExist", "there is no such RuleId"));
    }
    let token = text(body, "BizToken").unwrap_or_default();
    let Some(check) = desk.checks.find(Kind::TencentFaceId, token) else {
        return Err(Refusal("InvalidParameterValue.BizTokenIllegal", "there is no such BizToken"));
    };
    if check.is_over() && check.decision.is_none() {
        return Err(Refusal("InvalidParameterValue.BizTokenExpired", "the BizToken is too old"));
    }
    let code = check.decision.map(|decision| match decision {
        Decision::Passed => 0,
        Decision::Failed => 2016,
        Decision::Mismatch => 2006,
        Decision::Cancelled => 1004,
    });
    let is_passed = code == Some(0);
    Ok(json!({
        "Text": {
            "ErrCode": code,
            "ErrMsg": code.map(|code| if code == 0 { "成功" } else { "失败" }),
            "LiveStatus": code.map(|_| 0),
            "Sim": is_passed.then(|| check.similarity().to_string()),
            "Extra": check.order,
        },
        "BestFrame": { "BestFrame": check.photo.filter(|_| is_passed).map(|photo| STANDARD.encode(photo)) },
    }))
}
