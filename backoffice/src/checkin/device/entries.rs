//! An entry in doubt, as a device brings it.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use registration::checkin::{NewDoubt, PHOTO_BYTES_MAX};
use registration::model::room::checkin::{DoubtId, ScanId};
use registration::model::room::ticket::TicketSerial;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::checkin::answer::{Brought, Refused, Why, json};

/// Largest request, in bytes: the photo in base 64, and some words.
pub(crate) const BODY_BYTES_MAX: usize = 400 * 1024;
const _: () = assert!(PHOTO_BYTES_MAX / 3 * 4 + 1024 < BODY_BYTES_MAX);
/// The years that a clock may show, in seconds since 1970: until 2200.
const SECONDS_MAX: i64 = 7_258_118_400;

/// An entry as it is written.
#[derive(Deserialize)]
pub(crate) struct Written {
    id: Uuid,
    scan: Uuid,
    at: Timestamp,
    /// Where it is missing, the device's clock is believed.
    #[serde(default)]
    sent_at: Option<Timestamp>,
    serial: String,
    jpeg: String,
    tries: u8,
}

pub(crate) async fn take(Brought(caller, written): Brought<Written>) -> Result<Response, Refused> {
    let w = caller.visit.words;
    let malformed = || Refused::new(w, Why::Malformed);
    let jpeg = STANDARD.decode(written.jpeg.as_bytes()).map_err(|_| malformed())?;
    if jpeg.len() > PHOTO_BYTES_MAX {
        return Err(Refused::new(w, Why::TooLarge));
    }
    let sent_at = written.sent_at.unwrap_or(caller.visit.now);
    if [written.at, sent_at].iter().any(|at| !(0..SECONDS_MAX).contains(&at.as_second())) {
        return Err(malformed());
    }
    let new = NewDoubt {
        id: DoubtId(written.id),
        scan: ScanId(written.scan),
        at: written.at,
        sent_at,
        serial: written.serial.parse().map(TicketSerial).map_err(|_| malformed())?,
        jpeg: jpeg.into(),
        tries: written.tries,
    };
    let door = &caller.visit.app.outside.registration.checkin;
    let is_new = door.doubt(&caller.visit.staff, &caller.entrance, new).await;
    let is_new = is_new.map_err(|error| Refused::new(w, error))?;
    json(&caller, &json!({ "state": if is_new { "stored" } else { "known" } }))
}
