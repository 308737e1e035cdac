//! A sitting with tickets, and the staff's pages on a line that can be cut.

use std::path::Path;
use std::time::Duration;

use axum::Extension;
use http::StatusCode;
use httpkit::limits::ClientAddress;
use jiff::{SignedDuration, Timestamp};
use registration::desk::staff::Role;
use reservation::ids::ExamId;
use serde_json::{Value, json};
use testkit::{BrowserOptions, Device, FaultyLine, LineEnd, Walker};
use tokio::time::{Instant, sleep};

use crate::house::{DOCUMENTS, EXAM, House};

/// Tickets can be printed since long ago.
const STEPS: &str = r#"
[[steps]]
title = { zh = "选择场次", en = "Choose" }
tasks = ["sittings"]
[[steps]]
title = { zh = "缴费", en = "Pay" }
tasks = ["payment"]
[[steps]]
title = { zh = "打印准考证", en = "Ticket" }
tasks = ["ticket"]
opens_at = 2020-01-02T09:00:00+08:00
"#;
/// Longest wait for scans to arrive.
const WAIT: Duration = Duration::from_secs(60);
/// The only site.
const SITE: &str = "11111111-1111-1111-1111-111111111111";
/// Seats of a room.
const SEATS: u32 = 30;

/// The house, with a sitting that begins soon and a ticket for each of so many people.
pub(super) struct Door {
    pub(super) house: House,
    pub(super) exam: ExamId,
    line: FaultyLine,
    port: u16,
}

impl Door {
    pub(super) async fn open(people: u32) -> Self {
        let mut house = House::open(Vec::new()).await;
        let starts_at = Timestamp::now() + SignedDuration::from_mins(30);
        let sittings = format!(
            "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee\n\
             morning,英语,English,,一号楼,Building 1,{},500,\n",
            starts_at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
        );
        let rules = format!("{EXAM}{STEPS}");
        let exam = Box::pin(house.import("exam", &rules, &[("sittings.csv", &sittings)])).await;
        house.hire("chief", Role::Administrator).await;
        house.sign_in("chief").await;
        Box::pin(house.order(DOCUMENTS[0])).await;
        seat(&house, people).await;
        Box::pin(house.registration.tickets.issue_all(&exam)).await.unwrap();
        let list = house.get(&format!("/check-in/{exam}/morning/{SITE}/snapshot")).await;
        assert_eq!(list.0, StatusCode::OK, "{}", list.2);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let pages = house.router().layer(Extension(ClientAddress([127, 0, 0, 1].into())));
        tokio::spawn(async move { axum::serve(listener, pages).await });
        let line = FaultyLine::to(LineEnd::Port(port)).await;
        Self { house, exam, line, port }
    }

    /// Where the staff's pages are.
    pub(super) fn url(&self) -> String {
        self.line.http_url()
    }

    /// Where the page is.
    pub(super) fn path(&self) -> String {
        format!("/check-in/{}/morning/{SITE}/scan", self.exam)
    }

    /// A phone of somebody who is signed in, on the page, with its list.
    pub(super) async fn phone(&self, camera: Option<&Path>) -> Walker {
        let options =
            BrowserOptions { device: Device::Phone, camera: camera.map(Path::to_owned), ..Default::default() };
        let phone = Walker::start(&self.line.http_url(), options).await;
        let cookie = self.house.cookie.clone().unwrap();
        let (name, value) = cookie.split_once('=').unwrap();
        let url = self.line.http_url();
        phone.devtools("Network.setCookie", json!({"name": name, "value": value, "url": url})).await;
        phone.open(&self.path()).await;
        phone.find_one("[data-work]:not([hidden])").await;
        phone
    }

    /// No connection stands, and none is made.
    pub(super) fn cut(&self) {
        // Nobody listens there.
        self.line.lead_to(LineEnd::Port(1));
        self.line.cut();
    }

    pub(super) fn mend(&self) {
        self.line.lead_to(LineEnd::Port(self.port));
    }

    /// The codes of all tickets, in the order of their serials.
    pub(super) async fn codes(&self) -> Vec<String> {
        let client = self.house.stores.pool().get().await.unwrap();
        let rows = client.query("SELECT code FROM registration.tickets ORDER BY serial", &[]).await.unwrap();
        rows.iter().map(|row| row.get("code")).collect()
    }

    /// The first column of a query's only row.
    pub(super) async fn count(&self, query: &str) -> i64 {
        let client = self.house.stores.pool().get().await.unwrap();
        client.query_one(query, &[]).await.unwrap().get(0)
    }

    /// Scans that have arrived.
    pub(super) async fn scans(&self) -> usize {
        usize::try_from(self.count("SELECT count(*) FROM registration.scans").await).unwrap()
    }

    /// Waits until so many scans have arrived: a page notes what was decided a moment later, and sends it after that.
    pub(super) async fn comes_to(&self, scans: usize) {
        let deadline = Instant::now() + WAIT;
        while self.scans().await < scans {
            assert!(Instant::now() < deadline, "{} of {scans} scans arrived", self.scans().await);
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Seats for so many orders, all of one account: the doors look at tickets, not at accounts.
async fn seat(house: &House, people: u32) {
    let rooms = people.div_ceil(SEATS);
    let statements = format!(
        "INSERT INTO registration.sites (id, name_zh, name_en, address_zh, address_en)
         VALUES ('{SITE}', '东校区', 'East Campus', '湖滨路 100 号', '100 Hubin Road');
         INSERT INTO registration.rooms (id, site, name, layout, seat_order, spacing)
         SELECT ('22222222-2222-2222-2222-' || lpad(n::text, 12, '0'))::uuid, '{SITE}', '一号楼 ' || (300 + n),
             ARRAY['oooooo', 'oooooo', 'oooooo', 'oooooo', 'oooooo'], 'rows', 'dense' FROM generate_series(1, {rooms}) n;
         INSERT INTO registration.sitting_rooms (exam, sitting, number, room)
         SELECT 'degree-english', 'morning', n, ('22222222-2222-2222-2222-' || lpad(n::text, 12, '0'))::uuid
         FROM generate_series(1, {rooms}) n;
         ALTER TABLE registration.orders DISABLE TRIGGER USER;
         INSERT INTO registration.orders (id, account, exam, part, is_sole, amount_fen, state, expires_at, lapses_at,
             created_at, submitted_at, decided_kind, decided_at)
         SELECT 'AAAA-' || lpad(n::text, 4, '0'), (SELECT id FROM registration.accounts LIMIT 1), 'degree-english', 'main',
             false, 12000, 'confirmed', now(), now(), now(), now(), 'system', now() FROM generate_series(1, {people}) n;
         INSERT INTO registration.order_sittings (order_id, position, sitting, hold, fee_fen)
         SELECT id, 0, 'morning', 'nobody.1.1', 12000 FROM registration.orders WHERE id LIKE 'AAAA-%';
         ALTER TABLE registration.orders ENABLE TRIGGER USER;
         INSERT INTO registration.seat_assignments (exam, sitting, order_id, room, room_number, seat, label, assigned_at)
         SELECT 'degree-english', 'morning', 'AAAA-' || lpad(n::text, 4, '0'),
             ('22222222-2222-2222-2222-' || lpad(((n - 1) / {SEATS} + 1)::text, 12, '0'))::uuid, (n - 1) / {SEATS} + 1,
             (n - 1) % {SEATS} + 1, 'H' || lpad(((n - 1) % {SEATS} + 1)::text, 2, '0'), now()
         FROM generate_series(1, {people}) n"
    );
    house.stores.pool().get().await.unwrap().batch_execute(&statements).await.unwrap();
}

/// What a phone says of itself.
pub(super) async fn looks(phone: &Walker, script: &str) -> Value {
    phone.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
}
