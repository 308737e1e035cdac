//! Every route as every role, within what they work for and beyond it. The routes are read from `src/routes.rs`: one without a
//! line in `permits/routes.txt` fails here, and so does a line without a route.

mod lines;
mod things;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use axum::Router;
use axum::body::Body;
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_TYPE, COOKIE, HOST};
use http::{Request, StatusCode};
use httpkit::limits::ClientAddress;
use registration::desk::staff::Role;
use registration::drafts::Begin;
use registration::model::actor::Actor;
use registration::model::payment::Method;
use tower::ServiceExt;

use crate::desk::picture_bytes;
use crate::house::{DOCUMENTS, EXAM, House};
use lines::{Line, Of, Works, routes};
use things::{Things, query};

const HERE: &str = "degree-english";
const THERE: &str = "elsewhere";
const SITE: &str = "11111111-1111-1111-1111-111111111111";
const OTHER_SITE: &str = "22222222-2222-2222-2222-222222222222";
const GROUP: &str = "33333333-3333-3333-3333-333333333333";
const IMPORT: &str = "44444444-4444-4444-4444-444444444444";
const REFUND: &str = "55555555-5555-5555-5555-555555555555";
const NOBODY: &str = "99999999-9999-9999-9999-999999999999";
/// So many requests at a time.
const AT_ONCE: usize = 8;

#[test]
fn every_route_has_a_line_and_every_line_a_route() {
    let lines: BTreeSet<(&str, String)> = Line::all().iter().map(|line| (line.method, line.path.to_owned())).collect();
    let routes = routes();
    assert!(routes.len() > 150, "routes.rs is read another way: {}", routes.len());
    let missing: Vec<_> = routes.difference(&lines).collect();
    assert!(missing.is_empty(), "say in permits/routes.txt who may ask: {missing:?}");
    let gone: Vec<_> = lines.difference(&routes).collect();
    assert!(gone.is_empty(), "permits/routes.txt has routes that are not there: {gone:?}");
}

async fn staged(house: &mut House) -> Things {
    house.import("here", EXAM, &[]).await;
    house.import("there", &EXAM.replace(HERE, THERE), &[]).await;
    house.hire("somebody", Role::Administrator).await;
    let order = house.order(DOCUMENTS[0]).await;
    let orders = &house.registration.orders;
    let order = orders.hand_in(order.account, order.id, picture_bytes().into()).await.unwrap();
    let paid = house.order(DOCUMENTS[1]).await;
    let (payments, who) = (&house.registration.payments, Actor::Candidate(paid.account));
    let payment = payments.begin(&who, Method::Alipay, &[(paid.id, paid.amount)]).await.unwrap();
    let gateway = Actor::Gateway("alipay".parse().unwrap());
    payments.receive(payment.id, &gateway, Some("4200002345202611291234567890")).await.unwrap();
    let staff = house.registration.staff.list().await.unwrap().remove(0);
    let id = order.id;
    house
        .sql(&format!(
            "INSERT INTO registration.sites (id, name_zh, name_en, address_zh, address_en)
             VALUES ('{SITE}', '东校区', 'East', '一路', 'First'), ('{OTHER_SITE}', '西校区', 'West', '二路', 'Second');
             INSERT INTO registration.rooms (id, site, name, layout, seat_order, spacing)
             VALUES ('{SITE}', '{SITE}', '101', ARRAY['oooo'], 'rows', 'dense');
             INSERT INTO registration.sitting_rooms (exam, sitting, number, room) VALUES ('{HERE}', 'morning', 1, '{SITE}');
             INSERT INTO registration.refunds (id, payment, order_id, amount_fen, reason, state, created_at, asked_kind, stuck_at)
             SELECT '{REFUND}', payment, order_id, 1, 'staff', 'abnormal', now(), 'system', now()
             FROM registration.payment_orders WHERE payment = '{}';
             INSERT INTO registration.arrangements (exam, sitting, rules, commitment, seed, generation, record,
                 published_commitment, published_seed, published_seats, published_rooms, made_at, published_at, published_by)
             VALUES ('{HERE}', 'morning', '{{}}', 'c', '\\x00', 1, '{{}}', 'c', 's', 1, 1, now(), now(), '{}');
             INSERT INTO registration.seat_assignments (exam, sitting, order_id, room, room_number, seat, label, assigned_at)
             VALUES ('{HERE}', 'morning', '{id}', '{SITE}', 1, 3, 'A03', now());
             INSERT INTO registration.group_payments (id, exam, title, begun_by, created_at, locked_until)
             VALUES ('{GROUP}', '{HERE}', '一班', '{}', now(), now() + interval '1 hour');
             INSERT INTO registration.imports (id, kind, exam, staff, file_name, state, made_at)
             VALUES ('{IMPORT}', 'roster', '{HERE}', '{}', 'a.csv', 'read', now());",
            payment.id.0, staff.id.0, staff.id.0, staff.id.0
        ))
        .await;
    let client = house.stores.pool().get().await.unwrap();
    let case: i64 = client.query_one("SELECT id FROM registration.cases LIMIT 1", &[]).await.unwrap().get(0);
    let draft = house.registration.exam_drafts().begin(&staff, Begin::Exam(HERE.parse().unwrap())).await.unwrap().0;
    Things { order, paid: paid.id.to_string(), payment: payment.number(), case, draft: draft.to_string() }
}

/// A request of whoever has the cookie, with a body that its handler can read.
fn request((line, path): &(&Line, String), form: &str, cookie: Option<&str>) -> Request<Body> {
    let is_upload = UPLOADS.contains(&line.path);
    let is_json = line.path.ends_with("/scans") || line.path.ends_with("/doubts");
    let (kind, body) = match line.method {
        "GET" => ("", String::new()),
        _ if is_upload => ("multipart/form-data; boundary=edge", FILES.to_owned()),
        _ if is_json => ("application/json", BROUGHT.replace("NOBODY", NOBODY)),
        _ => ("application/x-www-form-urlencoded", form.to_owned()),
    };
    let mut request = Request::builder().method(line.method).uri(path).header(HOST, "staff.example.edu");
    if !kind.is_empty() {
        request = request.header(CONTENT_TYPE, kind);
    }
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    let mut request = request.body(Body::from(body)).unwrap();
    request.extensions_mut().insert(ClientAddress(IpAddr::from([203, 0, 113, 7])));
    request
}

/// Parts of forms with files.
const FILES: &str = "--edge\r\nContent-Disposition: form-data; name=\"exam\"\r\n\r\ndegree-english\r\n\
    --edge\r\nContent-Disposition: form-data; name=\"which\"\r\n\r\ninvoice\r\n--edge--\r\n";
/// What a door could bring.
const BROUGHT: &str = r#"{"device": "NOBODY", "scans": [], "id": "NOBODY", "scan": "NOBODY", "at": "2026-11-30T00:00:00Z",
    "serial": "1", "jpeg": "", "tries": 1}"#;
/// What programs of doors ask, of whom only so much is answered in a second: as two roles alone.
const PROGRAMS: [&str; 5] = ["/snapshot", "/photos", "/scans", "/state", "/doubts"];
/// The routes whose forms bring files.
const UPLOADS: [&str; 6] = [
    "/imports",
    "/exam-drafts/files",
    "/finance/import",
    "/finance/groups/read",
    "/finance/invoices/documents",
    "/finance/invoices/{order}/document",
];

/// Asks all of these, some at a time: what each was answered. Who has asked too often asks again.
async fn ask(router: &Router, things: &Things, cookie: Option<&str>, lines: &[(&Line, String)]) -> Vec<StatusCode> {
    let one = async |asked: &(&Line, String)| {
        let form = things.form(asked.0.path);
        loop {
            let answer = router.clone().oneshot(request(asked, &form, cookie)).await.unwrap().status();
            if answer != StatusCode::TOO_MANY_REQUESTS {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    stream::iter(lines.iter().map(one)).buffered(AT_ONCE).collect().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_asked_as_every_role_within_and_beyond() {
    let mut house = House::open(Vec::new()).await;
    let things = Box::pin(staged(&mut house)).await;
    house.hire("everyone", Role::Administrator).await;
    house.sign_in("everyone").await;
    let (router, cookie) = (house.router(), house.cookie.clone());
    lists_show_what_is_theirs(&mut house, &things).await;
    let lines = Line::all();
    let addressed = |line: &Line| format!("{}{}", things.fill(line.path), query(line.path));
    let mut faults = BTreeMap::new();

    // Nobody who is not signed in.
    let asked: Vec<(&Line, String)> =
        lines.iter().filter(|line| line.of != Of::Public).map(|line| (line, addressed(line))).collect();
    for ((line, path), status) in asked.iter().zip(ask(&router, &things, None, &asked).await) {
        if status != StatusCode::SEE_OTHER && status != StatusCode::UNAUTHORIZED {
            faults.insert(format!("{} {path} by nobody", line.method), status);
        }
    }
    // Whoever may not, first: whoever may changes what is there.
    for is_permitted in [false, true] {
        for (role, works) in Role::ALL.into_iter().flat_map(|role| Works::ALL.map(|works| (role, works))) {
            let limits = works.limits();
            house
                .sql(&format!(
                    "UPDATE registration.staff SET acts_as = '{}', {limits} WHERE name = 'everyone'",
                    role.as_str()
                ))
                .await;
            // A list is a list; each asks for what is theirs and what is not.
            let is_asked = |line: &&Line| {
                let is_single = matches!(line.of, Of::Public | Of::Own | Of::Many);
                let is_needless =
                    line.is_of(role) && !line.of.is_told_by(works) || is_single && works != Works::ForOtherExam;
                let is_program = line.of == Of::Entrance && PROGRAMS.iter().any(|end| line.path.ends_with(end));
                let is_too_much = is_program && !matches!(role, Role::Seating | Role::Reviewer);
                // Who may do it nowhere may not do it here either.
                let is_known = !line.is_of(role) && works != Works::Everywhere && !is_single;
                let is_left_out = is_needless || is_too_much || is_known || LAST.contains(&line.path);
                !is_left_out && line.permits(role, works) == is_permitted
            };
            let asked: Vec<(&Line, String)> =
                lines.iter().filter(is_asked).map(|line| (line, addressed(line))).collect();
            let answers = ask(&router, &things, cookie.as_deref(), &asked).await;
            for ((line, path), status) in asked.iter().zip(answers) {
                let is_hidden =
                    matches!(line.of, Of::Own | Of::Hidden | Of::Candidate) && status == StatusCode::NOT_FOUND;
                let is_wrong = match is_permitted {
                    true => status == StatusCode::FORBIDDEN || line.of == Of::Hidden && is_hidden,
                    false => status != StatusCode::FORBIDDEN && !is_hidden,
                };
                if is_wrong || status == StatusCode::INTERNAL_SERVER_ERROR {
                    faults.insert(format!("{} {path} by {role:?} {works:?}", line.method), status);
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults: {faults:#?}", faults.len());
    house.registration.stop().await;
}

/// What whoever is limited sees of lists, and of candidates of schools.
async fn lists_show_what_is_theirs(house: &mut House, things: &Things) {
    let (order, paid) = (things.order.id.to_string(), &things.paid);
    house
        .sql(&format!(
            "UPDATE registration.exam_sittings SET starts_at = now() + interval '1 day', campus = '99101' WHERE exam = '{HERE}';
             INSERT INTO registration.exam_organisations
                 (exam, code, position, parent, level, name_zh, name_en, notice_zh, notice_en, allows_elsewhere)
             VALUES ('{HERE}', '99', 0, NULL, 'province', '省', 'P', '{{}}', '{{}}', false),
                 ('{HERE}', '991', 1, '99', 'school', '校', 'S', '{{}}', '{{}}', false),
                 ('{HERE}', '99101', 2, '991', 'campus', '区', 'C', '{{}}', '{{}}', false)"
        ))
        .await;
    let here = [Works::Everywhere, Works::ForExam];
    let at_site = [Works::Everywhere, Works::AtSite];
    let both = [Works::Everywhere, Works::ForExam, Works::AtSite];
    let wall = format!("/wall/{HERE}\"");
    for (role, path, text, seen_by) in [
        (Role::Reviewer, "/", &order[..], &here[..]),
        (Role::Auditor, "/", &order, &here),
        (Role::Finance, "/finance", paid, &here),
        (Role::Finance, "/finance/payments.csv", paid, &here),
        (Role::Finance, "/finance/open", paid, &here),
        (Role::Finance, "/finance/groups", "一班", &here),
        (Role::Registrar, "/imports", "a.csv", &here),
        (Role::Seating, "/rooms", "东校区", &at_site),
        (Role::Seating, "/check-in", "东校区", &both),
        (Role::Operator, "/wall", &wall, &here),
    ] {
        for works in Works::ALL {
            let limits = works.limits();
            let (role, name) = (role.as_str(), "everyone");
            house
                .sql(&format!("UPDATE registration.staff SET acts_as = '{role}', {limits} WHERE name = '{name}'"))
                .await;
            let (status, _, page) = house.get(path).await;
            assert_eq!(status, StatusCode::OK, "{path} {role} {works:?}");
            assert_eq!(page.contains(text), seen_by.contains(&works), "{path} {role} {works:?}: {page}");
        }
    }
    let inquiry = asked(house, things).await;
    // By schools: a province has its campuses, and another one nobody of them.
    for (code, is_theirs) in [("99", true), ("991", true), ("99101", true), ("98", false), ("9910", false)] {
        house
            .sql(&format!(
                "UPDATE registration.staff SET acts_as = 'reviewer', of_exams = NULL, of_sites = NULL,
                     of_schools = ARRAY['{code}'] WHERE name = 'everyone'"
            ))
            .await;
        assert_eq!(house.get("/").await.2.contains(&order), is_theirs, "{code}");
        let one = house.get(&format!("/orders/{order}")).await.0;
        assert_eq!(one, if is_theirs { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{code}");
        let candidate = house.get(&things.fill("/candidates/{account}")).await;
        assert_eq!(candidate.0, if is_theirs { StatusCode::OK } else { StatusCode::NOT_FOUND }, "{code}");
        assert!(!candidate.2.contains("value=\"verified"), "{code}: who they were verified to be is not theirs");
        let found = house.post("/candidates", &format!("sought={order}")).await.0;
        assert_eq!(found, if is_theirs { StatusCode::SEE_OTHER } else { StatusCode::NOT_FOUND }, "{code}");
        inquiry_is_theirs(house, &inquiry, is_theirs, code).await;
        house.sql("UPDATE registration.staff SET acts_as = 'finance' WHERE name = 'everyone'").await;
        assert_eq!(house.get("/finance").await.2.contains(paid), is_theirs, "{code}");
        let payment = house.get(&format!("/finance/payments/{}", things.payment)).await.0;
        assert_eq!(payment, if is_theirs { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{code}");
    }
    house.sql("UPDATE registration.staff SET of_schools = NULL WHERE name = 'everyone'").await;
}

/// The address of a question about the exam that is here, by a candidate of the school.
async fn asked(house: &House, things: &Things) -> String {
    let (inquiries, exam) = (house.registration.candidates.inquiries(), HERE.parse().unwrap());
    inquiries.ask(things.order.account, Some(&exam), "where they stood", "何时缴费？").await.unwrap();
    let client = house.stores.pool().get().await.unwrap();
    let row = client.query_one("SELECT id::text FROM registration.inquiries", &[]).await.unwrap();
    format!("/inquiries/{}", row.get::<_, String>(0))
}

/// A candidate's question is listed, read and answered by whoever works for their school, and by nobody of another one.
async fn inquiry_is_theirs(house: &mut House, inquiry: &str, is_theirs: bool, code: &str) {
    let page = house.get("/inquiries").await.2;
    assert_eq!(page.contains(inquiry), is_theirs, "{code}");
    let counted = "<a href=\"/inquiries\">咨询 <small>1</small></a>";
    assert_eq!(page.contains(counted), is_theirs, "{code}: {page}");
    let read = house.get(inquiry).await.0;
    assert_eq!(read, if is_theirs { StatusCode::OK } else { StatusCode::NOT_FOUND }, "{code}");
    // It stays open for the next of them: an answer that says nothing is none.
    let (form, status) = match is_theirs {
        true => ("answer=%20", StatusCode::UNPROCESSABLE_ENTITY),
        false => ("answer=yes", StatusCode::NOT_FOUND),
    };
    assert_eq!(house.post(&format!("{inquiry}/answer"), form).await.0, status, "{code}");
}

/// What ends the sign-in with which all is asked.
const LAST: [&str; 1] = ["/sign-out"];
