//! `IDCardOCR`, read by tesseract.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateways::{CardError, CardSide, CardText, CardWarning};
use serde_json::{Value, json};

use super::{Refusal, text};
use crate::desk::Desk;
use crate::faults::Fail;

/// Of the picture in base64.
const BASE64_BYTES_MAX: usize = 10 * 1024 * 1024;

pub(super) async fn read(desk: &Desk, body: &Value, fault: Option<Fail>) -> Result<Value, Refusal> {
    match fault {
        Some(Fail::Throttle) => return Err(Refusal("RequestLimitExceeded", "more than 20 calls a second")),
        Some(Fail::Balance) => return Err(Refusal("ResourceUnavailable.InArrears", "the account is in arrears")),
        Some(Fail::NoFace) => return Err(refusal(&CardError::NoCard)),
        Some(Fail::PoorQuality) => return Err(refusal(&CardError::Blurred)),
        Some(Fail::Mismatch) => return Err(refusal(&CardError::WrongSide)),
        _ => {}
    }
    let side = match text(body, "CardSide") {
        Some("FRONT") | None => CardSide::Front,
        Some("BACK") => CardSide::Back,
        Some(_) => {
            return Err(Refusal("InvalidParameterValue.InvalidParameterValueLimit", "CardSide is FRONT or BACK"));
        }
    };
    let Some(picture) = text(body, "ImageBase64") else {
        return Err(Refusal("FailedOperation.EmptyImageError", "ImageBase64 is missing"));
    };
    if picture.len() > BASE64_BYTES_MAX {
        return Err(Refusal("LimitExceeded.TooLargeFileError", "more than 10 MB"));
    }
    let Ok(picture) = STANDARD.decode(picture) else {
        return Err(Refusal("FailedOperation.ImageDecodeFailed", "ImageBase64 is no base64"));
    };
    let Some(cards) = &desk.cards else {
        return Err(Refusal("FailedOperation.UnOpenError", "the sandbox reads cards with tesseract: install it"));
    };
    let read = cards.read(side, picture.into()).await.map_err(|error| refusal(&error))?;
    Ok(answer(side, read))
}

fn refusal(error: &CardError) -> Refusal {
    let code = match error {
        CardError::NoCard => "FailedOperation.ImageNoIdCard",
        CardError::Blurred => "FailedOperation.ImageBlur",
        CardError::WrongSide => "FailedOperation.CardSideError",
        CardError::Unreadable => "FailedOperation.OcrFailed",
        CardError::Busy => "RequestLimitExceeded",
        CardError::Unavailable(_) => "FailedOperation.UnKnowError",
    };
    Refusal(code, "the sandbox's reader refuses it")
}

fn answer(side: CardSide, read: CardText) -> Value {
    let expired = read.warnings.contains(&CardWarning::Expired).then_some(-9109);
    let advanced = json!({ "IdCard": "", "Portrait": "", "WarnInfos": expired.into_iter().collect::<Vec<i32>>() });
    let sex = read.number.as_deref().and_then(|number| number.as_bytes().get(16).copied());
    let sex = sex.map(|digit| if digit % 2 == 1 { "男" } else { "女" });
    let birth = read.birth.map(|birth| {
        let parts: Vec<&str> = birth.split('-').map(|part| part.trim_start_matches('0')).collect();
        parts.join("/")
    });
    let validity = read.valid_until.map(|until| format!("2000.01.01-{}", until.replace('-', ".")));
    let is_front = side == CardSide::Front;
    json!({
        "Name": read.name.unwrap_or_default(),
        "Sex": sex.filter(|_| is_front).unwrap_or_default(),
        "Nation": if is_front { "汉" } else { "" },
        "Birth": birth.unwrap_or_default(),
        "Address": "",
        "IdNum": read.number.unwrap_or_default(),
        "Authority": read.authority.unwrap_or_default(),
        "ValidDate": validity.unwrap_or_default(),
        "AdvancedInfo": advanced.to_string(),
    })
}
