//! A database as an earlier version left it: its migrations only, the exam of a [`World`] and one member of staff. The
//! program of today opens it with [`Before::into_world`].

use registration::model::ids::{AccountId, StaffId};
use registration::secrets::vault::Vault;
use reservation::engine::{Engine, EngineConfig};
use reservation::sitting::{Acknowledge, Exam, SittingSpec};
use reservation::waiting_room::WaitingRoomSettings;
use testkit::TestStores;
use uuid::Uuid;

use crate::world::{Setup, World, exam};

/// An earlier version's stores.
pub(crate) struct Before {
    pub(crate) stores: TestStores,
    pub(crate) engine: Engine,
    pub(crate) reviewer: StaffId,
    setup: Setup,
}

impl Before {
    /// New stores, migrated as far as that version went.
    pub(crate) async fn open(version: i32, setup: Setup) -> Self {
        let stores = TestStores::start().await;
        migrate(&stores, version).await;
        let config = EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() };
        let engine = Engine::start(config).await.unwrap();
        let reviewer = StaffId(Uuid::now_v7());
        let before = Self { stores, engine, reviewer, setup };
        before.put_exam().await;
        before
    }

    async fn put_exam(&self) {
        let hold = jiff::SignedDuration::from_secs(self.setup.hold_seconds.into());
        let grace = jiff::SignedDuration::from_secs(self.setup.grace_seconds.into());
        let spec = Exam {
            id: exam(),
            title: "考试".to_owned(),
            hold,
            grace,
            opens_at: None,
            closes_at: None,
            acknowledge: Acknowledge::default(),
            waiting_room: WaitingRoomSettings::default(),
        };
        self.engine.put_exam(spec).await.unwrap();
        let rows = format!(
            "INSERT INTO registration.staff (id, name, role, password_hash, created_at)
                 VALUES ('{}', 'reviewer', 'reviewer', '', now());
             INSERT INTO registration.exams (id, title_zh, title_en, organiser_zh, organiser_en, notice_zh, notice_en,
                 opens_at, closes_at, payment_deadline, hold_seconds, grace_seconds, resubmit_hours, fee_fen, payment_url,
                 version)
             VALUES ('exam', '考试', 'Exam', '学院', 'School', '{{}}', '{{}}', '2020-01-01', '2099-01-01', '2099-01-02',
                 {}, {}, 24, 12000, 'https://pay.example.com/', nextval('registration.exam_versions'))",
            self.reviewer.0, self.setup.hold_seconds, self.setup.grace_seconds
        );
        let client = self.stores.pool().get().await.unwrap();
        client.batch_execute(&rows).await.unwrap();
        for (number, capacity) in self.setup.capacities.iter().enumerate() {
            let is_last = number + 1 == self.setup.capacities.len();
            let spec = SittingSpec {
                title: "英语".to_owned(),
                group: (!is_last).then(|| "group".parse().unwrap()),
                pool: None,
                capacity: *capacity,
                venue: None,
                starts_at: Some("2099-02-01T01:00:00Z".parse().unwrap()),
            };
            self.engine.put_sitting(&exam(), &format!("s{number}").parse().unwrap(), spec).await.unwrap();
            let row =
                "INSERT INTO registration.exam_sittings (exam, id, position, title_zh, title_en, group_id, venue_zh,
                     venue_en, starts_at, fee_fen)
                 VALUES ('exam', $1, $2, '英语', 'English', $3, '一教', 'Hall', '2099-02-01T01:00:00Z', 12000)";
            let (id, position) = (format!("s{number}"), i32::try_from(number).unwrap());
            client.execute(row, &[&id, &position, &(!is_last).then_some("group")]).await.unwrap();
        }
    }

    /// A candidate, of whom nothing is known but the account.
    pub(crate) async fn candidate(&self) -> AccountId {
        let id = Uuid::now_v7();
        let row = "INSERT INTO registration.accounts (id, password_hash, created_at) VALUES ($1, '', now())";
        self.stores.pool().get().await.unwrap().execute(row, &[&id]).await.unwrap();
        AccountId(id)
    }

    /// The form of a candidate, handed in.
    pub(crate) async fn form(&self, account: AccountId) {
        // Nobody of these tests reads the answers.
        let row = "INSERT INTO registration.applications
                 (exam, account, created_at, notice_agreed_at, details, details_at, details_version)
             VALUES ('exam', $1, now(), now(), '\\x00', now(), 1)";
        self.stores.pool().get().await.unwrap().execute(row, &[&account.0]).await.unwrap();
    }

    /// Opens it with the program of today.
    pub(crate) async fn into_world(self) -> World {
        Vault::load_or_create(&self.stores.dir().join("vault-keys")).unwrap();
        World::over(self.stores, self.engine, self.reviewer, &self.setup).await
    }
}

/// Runs the migrations up to that one, as the program does.
async fn migrate(stores: &TestStores, version: i32) {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let migrations = refinery::load_sql_migrations(dir).unwrap();
    let mut client = deadpool_postgres::Object::take(stores.pool().get().await.unwrap());
    client.batch_execute("CREATE SCHEMA registration").await.unwrap();
    refinery::Runner::new(&migrations)
        .set_target(refinery::Target::Version(version))
        .set_migration_table_name("registration.schema_history")
        .run_async(&mut *client)
        .await
        .unwrap();
}
