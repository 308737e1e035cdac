//! A world with doors: sites, rooms, people with places and tickets, and a sitting that began twenty minutes ago.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use registration::checkin::{CheckInError, Uploaded};
use registration::desk::staff::{Role, StaffMember};
use registration::model::ids::AccountId;
use registration::model::room::SiteId;
use registration::model::room::checkin::{Act, DeviceId, Entrance, Scan, ScanId, Shown, Verdict};
use uuid::Uuid;

use crate::world::{Setup, World, exam};

/// Tickets can be printed since long ago.
const RULES: &str = "
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
pub(crate) const EAST: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const WEST: &str = "22222222-2222-2222-2222-222222222222";

/// A ticket as it was issued.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) serial: u64,
    pub(crate) code: String,
    pub(crate) number: String,
}

/// A world with people in two rooms of the east site, one room of the west one, and another sitting; both began twenty
/// minutes ago.
pub(crate) struct Doors {
    pub(crate) world: World,
    pub(crate) chief: StaffMember,
    pub(crate) east: Entrance,
    began: Timestamp,
    pub(crate) account: AccountId,
}

pub(crate) fn entrance(site: &str, sitting: &str) -> Entrance {
    Entrance { exam: exam(), sitting: sitting.parse().unwrap(), site: SiteId(site.parse().unwrap()) }
}

impl Doors {
    /// `people` in the first room of the east site, and four others.
    pub(crate) async fn open(people: usize) -> Self {
        let mut world = World::start(Setup { rules: RULES, ..Setup::default() }).await;
        let account = world.candidate(1).await.id;
        let began = Timestamp::from_second(Timestamp::now().as_second()).unwrap() - SignedDuration::from_mins(20);
        world
            .execute(&format!(
                "UPDATE registration.exam_sittings SET starts_at = '{began}' WHERE id IN ('s0', 's1');
                 INSERT INTO registration.sites (id, name_zh, name_en, address_zh, address_en)
                 VALUES ('{EAST}', '东校区', 'East', '一路 1 号', '1 First Road'), ('{WEST}', '西校区', 'West', '二路 2 号', '2 Second Road');
                 INSERT INTO registration.rooms (id, site, name, layout, seat_order, spacing) VALUES
                     ('{EAST}', '{EAST}', '101', ARRAY['oooo'], 'rows', 'dense'),
                     ('33333333-3333-3333-3333-333333333333', '{EAST}', '102', ARRAY['oooo'], 'rows', 'dense'),
                     ('{WEST}', '{WEST}', '201', ARRAY['oooo'], 'rows', 'dense');
                 INSERT INTO registration.sitting_rooms (exam, sitting, number, room) VALUES
                     ('exam', 's0', 1, '{EAST}'), ('exam', 's0', 2, '33333333-3333-3333-3333-333333333333'),
                     ('exam', 's0', 7, '{WEST}'), ('exam', 's1', 1, '{EAST}')"
            ))
            .await;
        world.restart_registration().await;
        seat(&world, 0, 0, people, ("s0", EAST, 1)).await;
        seat(&world, 0, 900, 2, ("s0", "33333333-3333-3333-3333-333333333333", 2)).await;
        seat(&world, 0, 950, 1, ("s0", WEST, 7)).await;
        seat(&world, 1, 0, 1, ("s1", EAST, 1)).await;
        world.registration.tickets.issue_all(&exam()).await.unwrap();
        let chief = world.registration.staff.add("chief", "long-enough-1", Role::Administrator).await.unwrap();
        Self { world, chief, east: entrance(EAST, "s0"), began, account }
    }

    /// The tickets by the numbers of their orders.
    pub(crate) async fn tickets(&self) -> BTreeMap<String, Issued> {
        let all = "SELECT order_id, serial, code, number FROM registration.tickets";
        let rows = self.world.sql().await.query(all, &[]).await.unwrap();
        let issued = |row: &tokio_postgres::Row| Issued {
            serial: u64::try_from(row.get::<_, i64>("serial")).unwrap(),
            code: row.get("code"),
            number: row.get("number"),
        };
        rows.iter().map(|row| (row.get("order_id"), issued(row))).collect()
    }

    pub(crate) async fn upload(
        &self,
        staff: &StaffMember,
        device: DeviceId,
        scans: &[Scan],
    ) -> Result<Uploaded, CheckInError> {
        self.world.registration.checkin.upload(staff, &self.east, device, scans, None).await
    }

    /// So many minutes after the start.
    pub(crate) fn at(&self, minutes: i64) -> Timestamp {
        self.began + SignedDuration::from_mins(minutes)
    }

    /// What is kept of a scan: our word, its ticket, when it was.
    pub(crate) async fn kept(&self, scan: &Scan) -> (String, Option<i64>, Timestamp) {
        let one = "SELECT verdict, serial, at FROM registration.scans WHERE id = $1";
        let row = self.world.sql().await.query_one(one, &[&scan.id.0]).await.unwrap();
        (row.get("verdict"), row.get("serial"), row.get("at"))
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let count = format!("SELECT count(*) FROM registration.{table}");
        self.world.sql().await.query_one(&count, &[]).await.unwrap().get(0)
    }
}

/// Confirmed orders with places: `count` of them, numbered from `from`, in a room of a sitting.
async fn seat(world: &World, sitting: usize, from: usize, count: usize, (id, room, number): (&str, &str, u16)) {
    let account = "(SELECT id FROM registration.accounts LIMIT 1)";
    let last = from + count - 1;
    world
        .execute(&format!(
            "INSERT INTO registration.orders (id, account, exam, part, is_sole, amount_fen, state, expires_at, lapses_at,
                 created_at, submitted_at, decided_kind, decided_at)
             SELECT '{sitting}' || lpad(n::text, 3, '0') || '-0000', {account}, 'exam', 'main', false, 12000, 'confirmed',
                 now(), now(), now(), now(), 'system', now() FROM generate_series({from}, {last}) n;
             INSERT INTO registration.order_sittings (order_id, position, sitting, hold, fee_fen)
             SELECT '{sitting}' || lpad(n::text, 3, '0') || '-0000', 0, '{id}', 'nobody.1.1', 12000
             FROM generate_series({from}, {last}) n;
             INSERT INTO registration.seat_assignments (exam, sitting, order_id, room, room_number, seat, label, assigned_at)
             SELECT 'exam', '{id}', '{sitting}' || lpad(n::text, 3, '0') || '-0000', '{room}', {number}, n - {from} + 1,
                 'A' || lpad((n - {from} + 1)::text, 2, '0'), now() FROM generate_series({from}, {last}) n"
        ))
        .await;
}

pub(crate) fn device(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(number))
}

/// A scan that was sent just now.
pub(crate) fn scan(shown: Shown, at: Timestamp, room: u16) -> Scan {
    Scan {
        id: ScanId(Uuid::now_v7()),
        at,
        sent_at: Timestamp::now(),
        shown,
        room: Some(room),
        verdict: Verdict::Good,
        act: Act::Admitted,
    }
}
