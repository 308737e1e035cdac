//! `IdCardVerification`: the number's check digit is looked at, as the vendor does; the register is the one of the sandbox.

use serde_json::{Value, json};

use super::{Refusal, text};
use crate::faults::Fail;
use crate::vendors::residents::{Record, look_up};

pub(super) fn check(body: &Value, fault: Option<Fail>) -> Result<Value, Refusal> {
    match fault {
        Some(Fail::Throttle) => return Err(Refusal("RequestLimitExceeded", "too many calls a second")),
        Some(Fail::Balance) => return Err(Refusal("UnauthorizedOperation.Arrears", "the account is in arrears")),
        _ => {}
    }
    let (Some(name), Some(number)) = (text(body, "Name"), text(body, "IdCard")) else {
        return Err(Refusal("InvalidParameter", "Name and IdCard are needed"));
    };
    let (result, description) = match (fault, look_up(name, number)) {
        (Some(Fail::Mismatch), _) => ("-1", "姓名和身份证号不一致"),
        (Some(Fail::Number), _) => ("-5", "证件库中无此身份证记录"),
        (_, Record::Found) => ("0", "姓名和身份证号一致"),
        (_, Record::NoNumber) => ("-2", "非法身份证号"),
        (_, Record::NoName) => ("-3", "非法姓名"),
    };
    Ok(json!({ "Result": result, "Description": description }))
}
