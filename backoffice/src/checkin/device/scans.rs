//! What a device scanned. Each scan is read by itself, so that one that cannot be read keeps none of the others.

use axum::response::Response;
use jiff::Timestamp;
use registration::checkin::SCANS_MAX;
use registration::model::room::checkin::{DeviceId, Scan, ScanAnswer, ScanId, ScanState, Shown};
use registration::model::room::ticket::TicketSerial;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::checkin::answer::{Brought, Refused, Why, json};

/// Largest request, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 512 * 1024;
/// Longest texts of a code and of a number that are looked at.
const CODE_CHARS_MAX: usize = 256;
const NUMBER_CHARS_MAX: usize = 64;

/// What comes, before any scan of it is read.
#[derive(Deserialize)]
pub(crate) struct Bringing {
    device: Uuid,
    scans: Vec<Value>,
    /// When the device's snapshot was made.
    #[serde(default)]
    since: Option<Timestamp>,
}

/// One scan as it is written.
#[derive(Deserialize)]
struct Written {
    id: Uuid,
    at: Timestamp,
    sent_at: Timestamp,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    serial: Option<String>,
    #[serde(default)]
    room: Option<u16>,
    verdict: String,
    act: String,
}

pub(crate) async fn take(Brought(caller, bringing): Brought<Bringing>) -> Result<Response, Refused> {
    let w = caller.visit.words;
    if bringing.scans.len() > SCANS_MAX {
        return Err(Refused::new(w, Why::TooLarge));
    }
    let read: Vec<Option<Scan>> = bringing.scans.iter().map(scan).collect();
    let scans: Vec<Scan> = read.iter().flatten().cloned().collect();
    let device = DeviceId(bringing.device);
    let door = &caller.visit.app.outside.registration.checkin;
    let uploaded = door.upload(&caller.visit.staff, &caller.entrance, device, &scans, bringing.since).await;
    let uploaded = uploaded.map_err(|error| Refused::new(w, error))?;
    let mut answers = uploaded.answers.iter();
    let results =
        bringing.scans.iter().zip(&read).map(|(sent, read)| match read.as_ref().and_then(|_| answers.next()) {
            Some(answer) => answered(answer),
            None => json!({ "id": sent.get("id"), "state": "refused", "why": "malformed", "conflict": false }),
        });
    let results: Vec<Value> = results.collect();
    let void: Vec<String> = uploaded.void.iter().map(|serial| serial.0.to_string()).collect();
    json(&caller, &json!({ "results": results, "in": uploaded.people_in, "voided": void }))
}

fn answered(answer: &ScanAnswer) -> Value {
    let (state, why) = match answer.state {
        ScanState::Stored => ("stored", None),
        ScanState::Known => ("known", None),
        ScanState::Refused(why) => ("refused", Some(why.as_ref().to_owned())),
    };
    json!({ "id": answer.id.0, "state": state, "why": why, "conflict": answer.is_conflict })
}

/// A scan, if it is one.
fn scan(value: &Value) -> Option<Scan> {
    let written = Written::deserialize(value).ok()?;
    let shown = match (&written.code, &written.serial, &written.number) {
        (Some(code), ..) => Shown::Code(Some(code.clone()).filter(|code| is_short(code, CODE_CHARS_MAX))?),
        (None, Some(serial), _) => Shown::Serial(serial.parse().map(TicketSerial).ok()?),
        // What was typed and is no number of any ticket is kept as it was typed: it belongs to nobody, as an unknown code does.
        (None, None, Some(number)) if is_short(number, NUMBER_CHARS_MAX) => match number.parse() {
            Ok(number) => Shown::Number(number),
            Err(_) => Shown::Code(number.clone()),
        },
        (None, None, _) => return None,
    };
    Some(Scan {
        id: ScanId(written.id),
        at: written.at,
        sent_at: written.sent_at,
        shown,
        room: written.room,
        verdict: written.verdict.parse().ok()?,
        act: written.act.parse().ok()?,
    })
}

fn is_short(text: &str, chars_max: usize) -> bool {
    text.chars().count() <= chars_max
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(more: &Value) -> Value {
        let mut scan = json!({ "id": "0190a1b2-0000-7000-8000-000000000001", "at": "2026-06-13T00:50:00Z",
            "sent_at": "2026-06-13T00:51:00Z", "code": null, "number": null, "serial": null, "room": 3,
            "verdict": "good", "act": "admitted" });
        for (name, value) in more.as_object().unwrap() {
            scan[name] = value.clone();
        }
        scan
    }

    #[test]
    fn d7_a_scan_is_read_or_is_none() {
        let read = |more: Value| scan(&written(&more)).map(|scan| scan.shown);
        assert_eq!(read(json!({ "code": "6BF7 X" })), Some(Shown::Code("6BF7 X".to_owned())));
        assert_eq!(read(json!({ "number": "ab12 cd34" })), Some(Shown::Number("AB12CD34".parse().unwrap())));
        assert_eq!(read(json!({ "number": "?" })), Some(Shown::Code("?".to_owned())));
        let serial = Shown::Serial(TicketSerial(9_007_199_254_740_993));
        assert_eq!(read(json!({ "serial": "9007199254740993" })), Some(serial));
        for bad in [
            json!({}),
            json!({ "code": "0".repeat(257) }),
            json!({ "serial": "-1" }),
            json!({ "number": "1".repeat(65) }),
            json!({ "code": "A", "verdict": "fine" }),
            json!({ "code": "A", "act": "waved" }),
            json!({ "code": "A", "at": "now" }),
            json!({ "code": "A", "room": -1 }),
            json!({ "code": "A", "id": "1" }),
        ] {
            assert!(scan(&written(&bad)).is_none(), "{bad}");
        }
    }
}
