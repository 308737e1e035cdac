//! The faces to a snapshot, page by page.

use axum::extract::Query;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use registration::model::room::ticket::TicketSerial;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::checkin::answer::{Caller, Refused, Why, json};

/// Behind which serial, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
}

pub(crate) async fn show(caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    let (visit, entrance) = (&caller.visit, &caller.entrance);
    let after = match asked.after.as_str() {
        "" => None,
        text => Some(text.parse().map(TicketSerial).map_err(|_| Refused::new(visit.words, Why::Malformed))?),
    };
    let door = &visit.app.outside.registration.checkin;
    let page = door.photos(&visit.staff, entrance, after).await;
    let page = page.map_err(|error| Refused::new(visit.words, error))?;
    let photos = page.photos.iter().map(|photo| {
        let jpeg = photo.jpeg.as_ref().map(|jpeg| STANDARD.encode(jpeg));
        json!({ "serial": photo.serial.0.to_string(), "jpeg": jpeg })
    });
    let photos: Vec<Value> = photos.collect();
    let next = page.next.map(|serial| serial.0.to_string());
    json(&caller, &json!({ "photos": photos, "next": next }))
}
