//! How many have come, in numbers, for pages that stay open.

use axum::response::Response;
use serde_json::{Value, json};

use crate::checkin::answer::{Caller, Refused, json};

pub(crate) async fn show(caller: Caller) -> Result<Response, Refused> {
    let (visit, entrance) = (&caller.visit, &caller.entrance);
    let door = &visit.app.outside.registration.checkin;
    let counts = door.counts(&visit.staff, entrance).await.map_err(|error| Refused::new(visit.words, error))?;
    let by_room = counts.by_room.iter();
    let by_room = by_room.map(|room| json!({ "number": room.number, "in": room.people_in, "expected": room.expected }));
    let by_room: Vec<Value> = by_room.collect();
    json(
        &caller,
        &json!({ "in": counts.people_in, "late": counts.late, "expected": counts.expected, "doubtful": counts.doubtful,
            "waiting": counts.waiting, "conflicts": counts.conflicts, "by_room": by_room }),
    )
}
