//! What a device keeps of a site.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use pagekit::words::Words;
use registration::checkin::{Snapshot, SnapshotPerson};
use registration::model::exam::ExamSitting;
use serde::Serialize;

use crate::checkin::answer::{Caller, Refused, json};
use crate::desks::accommodations::kind_word;

/// The way in which this version writes it.
const FORMAT: u32 = 1;

pub(crate) async fn show(caller: Caller) -> Result<Response, Refused> {
    let (visit, entrance) = (&caller.visit, &caller.entrance);
    let door = &visit.app.outside.registration.checkin;
    let snapshot = door.snapshot(&visit.staff, entrance).await.map_err(|error| Refused::new(visit.words, error))?;
    json(&caller, &written(visit.words, &snapshot))
}

#[derive(Serialize)]
struct Written {
    format: u32,
    made_at: Timestamp,
    exam: Named,
    sitting: Times,
    site: Site,
    forget_at: Timestamp,
    key: String,
    keys: Vec<String>,
    sittings: Vec<Day>,
    rooms: Vec<Room>,
    elsewhere: Vec<Elsewhere>,
    people: Vec<Person>,
    void: Vec<String>,
}

#[derive(Serialize)]
struct Named {
    id: String,
    title: String,
    tag: String,
}

#[derive(Serialize)]
struct Times {
    id: String,
    title: String,
    tag: String,
    starts_at: Timestamp,
    opens_at: Timestamp,
    late_until: Timestamp,
    ends_at: Timestamp,
}

#[derive(Serialize)]
struct Site {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct Day {
    tag: String,
    title: String,
    starts_at: Timestamp,
}

#[derive(Serialize)]
struct Room {
    number: u16,
    name: String,
    floor: String,
}

#[derive(Serialize)]
struct Elsewhere {
    number: u16,
    site: String,
}

#[derive(Serialize)]
struct Person {
    serial: String,
    generation: u16,
    number: String,
    code_hash: String,
    name: String,
    document: String,
    room: u16,
    seat: u16,
    label: String,
    photo: bool,
    notes: Vec<String>,
}

fn written(w: Words, snapshot: &Snapshot) -> Written {
    let Snapshot { exam, sitting, site, times, .. } = snapshot;
    let title = |of: &ExamSitting| w.pick(&of.title.zh, &of.title.en).to_owned();
    let tag = |of: &ExamSitting| Snapshot::sitting_tag(of).to_string();
    let day = |of: &ExamSitting| Day { tag: tag(of), title: title(of), starts_at: of.starts_at };
    Written {
        format: FORMAT,
        made_at: snapshot.made_at,
        exam: Named {
            id: exam.id.to_string(),
            title: w.pick(&exam.title.zh, &exam.title.en).to_owned(),
            tag: snapshot.exam_tag().to_string(),
        },
        sitting: Times {
            id: sitting.id.to_string(),
            title: title(sitting),
            tag: tag(sitting),
            starts_at: times.starts_at,
            opens_at: times.opens_at,
            late_until: times.late_until,
            ends_at: times.ends_at,
        },
        site: Site { id: site.id.0.to_string(), name: w.pick(&site.name.zh, &site.name.en).to_owned() },
        forget_at: snapshot.forget_at,
        key: STANDARD.encode(snapshot.key.0),
        keys: snapshot.keys.iter().map(ToString::to_string).collect(),
        sittings: exam.sittings.iter().map(day).collect(),
        rooms: (snapshot.rooms.iter())
            .map(|room| Room { number: room.number, name: room.name.clone(), floor: room.floor.clone() })
            .collect(),
        elsewhere: (snapshot.elsewhere.iter())
            .map(|room| Elsewhere { number: room.number, site: w.pick(&room.site.zh, &room.site.en).to_owned() })
            .collect(),
        people: snapshot.people.iter().map(|one| person(w, one, snapshot.has_photos)).collect(),
        void: snapshot.void.iter().map(|serial| serial.0.to_string()).collect(),
    }
}

fn person(w: Words, one: &SnapshotPerson, has_photos: bool) -> Person {
    Person {
        serial: one.serial.0.to_string(),
        generation: one.generation.0,
        number: one.number.to_string(),
        code_hash: STANDARD.encode(one.code_hash),
        name: one.name.as_ref().map(|name| name.expose().to_owned()).unwrap_or_default(),
        document: one.document.as_ref().map(|document| document.masked()).unwrap_or_default(),
        room: one.room,
        seat: one.seat,
        label: one.label.clone(),
        photo: has_photos,
        notes: one.accommodations.iter().map(|kind| kind_word(w, *kind)).collect(),
    }
}
