//! `CompareFace`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Refusal, text};
use crate::faces::{Face, Unfit};
use crate::faults::Fail;

const BASE64_BYTES_MAX: usize = 5 * 1024 * 1024;

pub(super) fn compare(body: &Value, fault: Option<Fail>) -> Result<Value, Refusal> {
    match fault {
        Some(Fail::Throttle) => return Err(Refusal("RequestLimitExceeded", "too many calls a second")),
        Some(Fail::Balance) => return Err(Refusal("ResourceUnavailable.InArrears", "the account is in arrears")),
        Some(Fail::NoFace) => return Err(refusal(Unfit::NoFace)),
        Some(Fail::PoorQuality) => return Err(refusal(Unfit::Poor)),
        _ => {}
    }
    if text(body, "FaceModelVersion").is_some_and(|version| version != "3.0" && version != "2.0") {
        return Err(Refusal("InvalidParameterValue.FaceModelVersionIllegal", "2.0 or 3.0"));
    }
    let (a, b) = (face(body, "ImageA")?, face(body, "ImageB")?);
    // Another person is a low score, never an error.
    let score = if fault == Some(Fail::Mismatch) { 3.0 } else { a.likeness(&b) };
    Ok(json!({ "Score": score, "FaceModelVersion": "3.0" }))
}

fn face(body: &Value, name: &str) -> Result<Face, Refusal> {
    let Some(picture) = text(body, name) else {
        return Err(Refusal("InvalidParameterValue.ImageEmpty", "a picture is missing"));
    };
    if picture.len() > BASE64_BYTES_MAX {
        return Err(Refusal("FailedOperation.ImageSizeExceed", "more than 5 MB"));
    }
    let picture = STANDARD.decode(picture).map_err(|_| refusal(Unfit::Poor))?;
    Face::of(&picture).map_err(refusal)
}

fn refusal(unfit: Unfit) -> Refusal {
    match unfit {
        Unfit::NoFace => Refusal("InvalidParameterValue.NoFaceInPhoto", "there is no face in the picture"),
        Unfit::Poor => Refusal("FailedOperation.FaceQualityNotQualified", "the picture is too poor"),
    }
}
