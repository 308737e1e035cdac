//! Doors over HTTP: programs are answered in JSON whatever happens, pages say who has come, and nobody sees a door that is not
//! theirs.

use http::StatusCode;
use registration::desk::staff::Role;
use serde_json::{Value, json};

use crate::house::{EXAM, House, Reply};

const SITE: &str = "11111111-1111-1111-1111-111111111111";
const STEPS: &str = "
[[steps]]
title = { zh = \"选\", en = \"Choose\" }
tasks = [\"sittings\"]
[[steps]]
title = { zh = \"付\", en = \"Pay\" }
tasks = [\"payment\"]
[[steps]]
title = { zh = \"证\", en = \"Ticket\" }
tasks = [\"ticket\"]
opens_at = 2020-01-02T00:00:00+08:00
";

fn said(reply: &Reply) -> (StatusCode, Value) {
    (reply.0, serde_json::from_str(&reply.2).unwrap_or_else(|_| panic!("no JSON: {}", reply.2)))
}

/// A confirmed order with a place, and its ticket.
async fn seated(house: &House) -> (String, String) {
    let order = house.order(crate::house::DOCUMENTS[0]).await.id.to_string();
    let client = house.stores.pool().get().await.unwrap();
    client
        .batch_execute(&format!(
            "UPDATE registration.orders SET state = 'confirmed', submitted_at = now(), decided_kind = 'system',
                 decided_at = now() WHERE id = '{order}';
             INSERT INTO registration.sites (id, name_zh, name_en, address_zh, address_en)
             VALUES ('{SITE}', '东校区', 'East', '一路 1 号', '1 First Road');
             INSERT INTO registration.rooms (id, site, name, layout, seat_order, spacing)
             VALUES ('{SITE}', '{SITE}', '101', ARRAY['oooo'], 'rows', 'dense');
             INSERT INTO registration.sitting_rooms (exam, sitting, number, room)
             VALUES ('degree-english', 'morning', 1, '{SITE}');
             INSERT INTO registration.seat_assignments (exam, sitting, order_id, room, room_number, seat, label, assigned_at)
             VALUES ('degree-english', 'morning', '{order}', '{SITE}', 1, 3, 'A03', now());
             UPDATE registration.exam_sittings SET starts_at = now() - interval '5 minutes';
             UPDATE registration.exams SET version = version + 1"
        ))
        .await
        .unwrap();
    let exam = "degree-english".parse().unwrap();
    assert_eq!(house.registration.tickets.issue_all(&exam).await.unwrap().orders, 1);
    let row = client.query_one("SELECT code, serial::text AS serial FROM registration.tickets", &[]).await.unwrap();
    (row.get("code"), row.get("serial"))
}

fn scan(id: u128, code: &str, act: &str) -> Value {
    let now = jiff::Timestamp::now();
    json!({ "id": uuid::Uuid::from_u128(id), "at": now, "sent_at": now, "code": code, "number": null, "serial": null,
        "room": 1, "verdict": "late", "act": act })
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_a_door_is_worked_at_over_http() {
    let mut house = House::open(Vec::new()).await;
    house.import("exam", &format!("{EXAM}{STEPS}"), &[]).await;
    for (name, role) in [
        ("chief", Role::Administrator),
        ("gate", Role::Invigilator),
        ("other", Role::Invigilator),
        ("li.min", Role::Reviewer),
    ] {
        house.hire(name, role).await;
        house.sign_in(name).await;
    }
    let (code, serial) = seated(&house).await;
    let exam = "degree-english".parse().unwrap();
    let start = || house.registration.exams.get(&exam).unwrap().sittings[0].starts_at;
    crate::house::until("the new start", async || start() < jiff::Timestamp::now()).await;
    let door = format!("/check-in/degree-english/morning/{SITE}");
    not_theirs(&mut house, &door).await;
    assigned(&mut house, &door).await;

    let snapshot = said(&house.by("gate").get(&format!("{door}/snapshot")).await);
    assert_eq!((snapshot.0, &snapshot.1["people"][0]["serial"]), (StatusCode::OK, &json!(serial)));
    assert_eq!(snapshot.1["people"][0]["document"], json!("1101**********002X"), "masked");
    assert_eq!(snapshot.1["key"].as_str().unwrap().len(), 44);
    let photos = said(&house.get(&format!("{door}/photos?after=")).await);
    assert_eq!(photos.1, json!({ "photos": [{ "serial": serial, "jpeg": null }], "next": null }));
    let odd = said(&house.get(&format!("{door}/photos?after=x")).await);
    assert_eq!((odd.0, &odd.1["error"]), (StatusCode::BAD_REQUEST, &json!("malformed")));
    brought(&mut house, &door, &code).await;

    let page = house.get(&door).await;
    assert!(page.2.contains("1<small> / 1</small>") && !page.2.contains("张伟"), "numbers only: {}", page.2);
    let page = house.get(&format!("{door}?list=all")).await;
    assert!(page.2.contains("张伟") && page.2.contains("迟到"), "{}", page.2);
    let file = house.get(&format!("{door}/attendance.csv")).await;
    assert!(file.2.contains("张伟") && file.2.contains("1101**********002X") && file.2.contains("A03"), "{}", file.2);
    assert_eq!(house.get(&format!("{door}/attendance.xlsx")).await.0, StatusCode::OK);
    signed(&mut house, &door, (&code, &serial)).await;
    house.registration.stop().await;
}

/// Whoever is signed out, or works elsewhere, is told so in JSON where a program asks, and by pages where people do.
async fn not_theirs(house: &mut House, door: &str) {
    for path in ["snapshot", "photos", "state"] {
        let nobody = said(&house.by("nobody").get(&format!("{door}/{path}")).await);
        assert_eq!((nobody.0, &nobody.1["error"]), (StatusCode::UNAUTHORIZED, &json!("signed-out")), "{path}");
        for name in ["other", "li.min"] {
            let other = said(&house.by(name).get(&format!("{door}/{path}")).await);
            assert_eq!((other.0, &other.1["error"]), (StatusCode::FORBIDDEN, &json!("not-yours")), "{path}");
        }
    }
    let body = json!({ "device": uuid::Uuid::from_u128(1), "scans": [] }).to_string();
    let nobody = said(&house.by("nobody").bring(&format!("{door}/scans"), &body).await);
    assert_eq!(nobody.0, StatusCode::UNAUTHORIZED, "{}", nobody.1);
    assert_eq!(house.by("nobody").get(door).await.0, StatusCode::SEE_OTHER, "a page leads to signing in");
    let other = house.by("other").get(door).await;
    assert!(other.0 == StatusCode::FORBIDDEN && other.2.contains("<html"), "{}", other.2);
    for page in ["/workers", "/doubts", "/attendance.csv"] {
        assert_eq!(house.by("other").get(&format!("{door}{page}")).await.0, StatusCode::FORBIDDEN, "{page}");
    }
    assert_eq!(house.by("li.min").get("/check-in").await.0, StatusCode::FORBIDDEN);
    let unknown = said(
        &house.by("chief").get("/check-in/degree-english/evening/11111111-1111-1111-1111-111111111111/state").await,
    );
    assert_eq!(unknown.0, StatusCode::NOT_FOUND);
}

/// An administrator says who works here; the invigilator begins there.
async fn assigned(house: &mut House, door: &str) {
    let wrong = house.by("chief").post(&format!("{door}/workers/add"), "name=li.min").await;
    assert_eq!(wrong.0, StatusCode::UNPROCESSABLE_ENTITY);
    let done = house.post(&format!("{door}/workers/add"), "name=gate").await;
    assert_eq!((done.0, done.1), (StatusCode::SEE_OTHER, format!("{door}/workers?done=added")));
    assert!(house.get(&format!("{door}/workers")).await.2.contains("gate"));
    let refused = house.by("gate").post(&format!("{door}/workers/add"), "name=other").await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN);
    let first = house.by("gate").get("/").await;
    assert_eq!((first.0, &first.1[..]), (StatusCode::SEE_OTHER, "/check-in"));
    assert!(house.get("/check-in").await.2.contains(door));
}

/// Scans are kept once; one that is none keeps none of the others.
async fn brought(house: &mut House, door: &str, code: &str) {
    let path = format!("{door}/scans");
    let body = |scans: Value| json!({ "device": uuid::Uuid::from_u128(1), "scans": scans }).to_string();
    let scans = json!([scan(1, code, "admitted"), { "id": "x" }, scan(2, "6BF7 X", "refused")]);
    let stored = said(&house.bring(&path, &body(scans.clone())).await);
    let state = |one: &Value| (one["state"].as_str().unwrap().to_owned(), one["why"].clone());
    let states = |answer: &Value| answer["results"].as_array().unwrap().iter().map(state).collect::<Vec<_>>();
    let (kept, refused) = (("stored".to_owned(), Value::Null), ("refused".to_owned(), json!("malformed")));
    assert_eq!((stored.0, states(&stored.1)), (StatusCode::OK, vec![kept.clone(), refused.clone(), kept]));
    assert_eq!(
        (&stored.1["in"], &stored.1["voided"], &stored.1["results"][1]["id"]),
        (&json!(1), &json!([]), &json!("x"))
    );
    let again = said(&house.bring(&path, &body(scans)).await);
    let known = ("known".to_owned(), Value::Null);
    assert_eq!(states(&again.1), [known.clone(), refused, known]);
    let many: Vec<Value> = (0..101).map(|number| scan(100 + number, "A", "refused")).collect();
    assert_eq!(said(&house.bring(&path, &body(json!(many))).await).0, StatusCode::PAYLOAD_TOO_LARGE);
    let large = said(&house.bring(&path, &body(json!(["0".repeat(600_000)]))).await);
    assert_eq!((large.0, &large.1["error"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too-large")));
    assert_eq!(said(&house.bring(&path, "{").await).0, StatusCode::BAD_REQUEST);
    let form = said(&house.post(&path, "device=1").await);
    assert_eq!((form.0, &form.1["error"]), (StatusCode::BAD_REQUEST, &json!("malformed")), "no form of another page");
    let state = said(&house.get(&format!("{door}/state")).await);
    assert_eq!(
        (&state.1["in"], &state.1["late"], &state.1["expected"]),
        (&json!(1), &json!(1), &json!(1)),
        "{}",
        state.1
    );
}

/// An entry in doubt comes after its scan and with its photo, is looked at and signed by two people.
async fn signed(house: &mut House, door: &str, (code, serial): (&str, &str)) {
    let jpeg = specimen_photo();
    let now = jiff::Timestamp::now();
    let (id, path) = (uuid::Uuid::from_u128(77), format!("{door}/doubts"));
    let entry = |jpeg: &str| {
        json!({ "id": id, "scan": uuid::Uuid::from_u128(3), "at": now, "serial": serial, "jpeg": jpeg, "tries": 3 })
            .to_string()
    };
    let early = said(&house.by("gate").bring(&path, &entry(&jpeg)).await);
    assert_eq!(
        (early.0, &early.1["error"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("unavailable")),
        "to be sent again"
    );
    let scans = json!({ "device": uuid::Uuid::from_u128(1), "scans": [scan(3, code, "doubtful")] }).to_string();
    assert_eq!(said(&house.bring(&format!("{door}/scans"), &scans).await).0, StatusCode::OK);
    let bad = said(&house.bring(&path, &entry("AAAA")).await);
    assert_eq!((bad.0, &bad.1["error"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("picture")));
    assert_eq!(said(&house.bring(&path, &entry(&jpeg)).await).1, json!({ "state": "stored" }));
    assert_eq!(said(&house.bring(&path, &entry(&jpeg)).await).1, json!({ "state": "known" }));
    let page = format!("{path}/{id}");
    assert!(house.get(&path).await.2.contains(&page));
    assert_eq!(house.get(&format!("{page}/door.jpg")).await.0, StatusCode::NOT_FOUND, "not before the page");
    assert_eq!(house.get(&page).await.0, StatusCode::OK);
    assert_eq!(house.get(&format!("{page}/door.jpg")).await.0, StatusCode::OK);
    let unsaid = house.post(&format!("{page}/sign"), "note=x").await;
    assert!(unsaid.0 == StatusCode::UNPROCESSABLE_ENTITY && unsaid.2.contains("value=\"x\""), "{}", unsaid.2);
    let done = house.post(&format!("{page}/sign"), "says=same&note=").await;
    assert_eq!((done.0, done.1), (StatusCode::SEE_OTHER, format!("{path}?done=signed")));
    let twice = house.post(&format!("{page}/sign"), "says=same&note=").await;
    assert_eq!(twice.0, StatusCode::CONFLICT);
    assert!(house.by("chief").get(&page).await.2.contains("/sign"));
    assert_eq!(house.post(&format!("{page}/sign"), "says=other&note=").await.0, StatusCode::SEE_OTHER);
    assert!(house.get(&path).await.2.contains("两人意见不同"));
}

/// A JPEG with something on it, in base 64.
fn specimen_photo() -> String {
    use base64::Engine as _;
    let mut bytes = Vec::new();
    let picture = image::RgbImage::from_fn(240, 320, |x, y| {
        image::Rgb([20, 120, if (x / 8 + y / 8) % 2 == 0 { 60 } else { 240 }])
    });
    picture.write_with_encoder(image::codecs::jpeg::JpegEncoder::new(&mut bytes)).unwrap();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
