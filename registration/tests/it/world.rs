//! One world per test: stores of its own, an exam, candidates, a reviewer, and the books balanced at the end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use deadpool_postgres::Object;
use gateways::Gateways;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use object_store::local::LocalFileSystem;
use registration::desk::audit::AuditEntry;
use registration::desk::case::{Case, CaseKind, Subject};
use registration::desk::cases::Asked;
use registration::desk::payments::{DecisionError, Look};
use registration::desk::staff::{Role, StaffMember};
use registration::model::document::ResidentId;
use registration::model::exam_rules::{CaptchaRule, LoginKind};
use registration::model::ids::{AccountId, StaffId};
use registration::model::order::{Order, OrderId, OrderState};
use registration::people::accounts::{Account, AccountSettings, Caller, NewAccount, SignIn, SignInError, SignedIn};
use registration::seats::{HandInError, OrderError};
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use reservation::ids::{ExamId, SittingId};
use testkit::TestStores;

/// Longer than the sweep's round, and than the engine's.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const PASSWORD: &str = "correct-horse";

/// What a test's exam is like.
pub(crate) struct Setup {
    pub(crate) hold_seconds: u32,
    pub(crate) grace_seconds: u32,
    /// Capacities of `s0`, `s1`, … The last one is in no group, the others are in one.
    pub(crate) capacities: Vec<u32>,
    pub(crate) gateways: Gateways,
    /// What `exam.toml` says besides.
    pub(crate) rules: &'static str,
    /// Another `sittings.csv`; the capacities do not matter then.
    pub(crate) sittings: Option<&'static str>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            hold_seconds: 900,
            grace_seconds: 60,
            capacities: vec![2, 2, 2],
            gateways: Gateways::default(),
            rules: "",
            sittings: None,
        }
    }
}

pub(crate) struct World {
    pub(crate) registration: Registration,
    pub(crate) engine: Engine,
    pub(crate) stores: TestStores,
    pub(crate) reviewer: StaffMember,
    gateways: Gateways,
}

impl World {
    pub(crate) async fn start(setup: Setup) -> Self {
        Self::start_with(setup, AccountSettings::default()).await
    }

    /// A world with other settings of accounts.
    pub(crate) async fn start_with(setup: Setup, accounts: AccountSettings) -> Self {
        let stores = TestStores::start().await;
        let config = EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() };
        let engine = Engine::start(config).await.unwrap();
        let registration = open(&stores, &engine, setup.gateways.clone(), accounts).await;
        write_exam(&stores, &setup);
        registration.exams.import(&stores.dir().join("exam")).await.unwrap();
        let reviewer = registration.staff.add("reviewer", "long-enough-1", Role::Reviewer).await.unwrap();
        Self { registration, engine, stores, reviewer, gateways: setup.gateways }
    }

    /// A world over what an earlier version left.
    pub(crate) async fn over(stores: TestStores, engine: Engine, reviewer: StaffId, setup: &Setup) -> Self {
        let registration = open(&stores, &engine, setup.gateways.clone(), AccountSettings::default()).await;
        write_exam(&stores, setup);
        registration.exams.import(&stores.dir().join("exam")).await.unwrap();
        let reviewer = registration.staff.member(reviewer).await.unwrap().unwrap();
        Self { registration, engine, stores, reviewer, gateways: setup.gateways.clone() }
    }

    pub(crate) async fn usual() -> Self {
        Self::start(Setup::default()).await
    }

    /// A process that starts over the same stores, after this one died.
    pub(crate) async fn restart_registration(&mut self) {
        self.registration.stop().await;
        self.registration = open(&self.stores, &self.engine, self.gateways.clone(), AccountSettings::default()).await;
    }

    /// Another process over the same stores.
    pub(crate) async fn another_process(&self) -> Registration {
        self.another_process_with(self.gateways.clone()).await
    }

    /// One that reaches people in other ways.
    pub(crate) async fn another_process_with(&self, gateways: Gateways) -> Registration {
        open(&self.stores, &self.engine, gateways, AccountSettings::default()).await
    }

    /// A new candidate with a document of their own.
    pub(crate) async fn candidate(&self, number: u32) -> Account {
        let document = document(number);
        let new = NewAccount::parse("王芳", &document, "13812345678", PASSWORD).unwrap();
        self.registration.accounts.register(new).await.unwrap()
    }

    pub(crate) async fn hold(&self, account: AccountId, sittings: &[&str]) -> Result<Order, OrderError> {
        self.registration.orders.hold(account, &exam(), &ids(sittings), false).await
    }

    /// Signs in as a stranger.
    pub(crate) async fn sign_in(&self, login: &str, password: &str) -> Result<Account, SignInError> {
        let entered = SignIn { login, password, preferred: LoginKind::Document };
        match self.registration.accounts.sign_in(&entered, &Caller::stranger(CaptchaRule::Suspicion)).await? {
            SignedIn::Account(account) => Ok(*account),
            SignedIn::Which(accounts) => panic!("{} accounts", accounts.len()),
        }
    }

    pub(crate) async fn replace(&self, account: AccountId, sittings: &[&str]) -> Result<Order, OrderError> {
        self.registration.orders.hold(account, &exam(), &ids(sittings), true).await
    }

    pub(crate) async fn hand_in(&self, account: AccountId, order: OrderId) -> Result<Order, HandInError> {
        self.registration.orders.hand_in(account, order, picture()).await
    }

    /// What a page shows staff of an order, after they have opened its picture; of one without a picture, nothing real.
    pub(crate) async fn look(&self, staff: &StaffMember, order: OrderId) -> Look {
        let reviews = &self.registration.reviews;
        let look = reviews.get(staff, order).await.unwrap().and_then(|review| review.look);
        if look.is_some() {
            reviews.screenshot(staff, order).await.unwrap();
        }
        look.unwrap_or_else(|| "00000000-0000-0000-0000-000000000000.0".parse().unwrap())
    }

    /// The reviewer looks and confirms.
    pub(crate) async fn confirm(&self, order: OrderId) -> Result<Order, DecisionError> {
        let look = self.look(&self.reviewer, order).await;
        self.registration.reviews.confirm(&self.reviewer, order, &look).await
    }

    /// The reviewer looks and refuses.
    pub(crate) async fn refuse(&self, order: OrderId, reason: &str) -> Result<Order, DecisionError> {
        let look = self.look(&self.reviewer, order).await;
        self.registration.reviews.refuse(&self.reviewer, order, &look, reason).await
    }

    /// The cases of a kind that wait.
    pub(crate) async fn waiting(&self, kind: CaseKind) -> Vec<Case> {
        let asked = [kind];
        self.registration.cases.open(&self.reviewer, &Asked::first(&asked, 100)).await.unwrap()
    }

    /// How many of a kind wait.
    pub(crate) async fn count_waiting(&self, kind: CaseKind) -> u64 {
        self.registration.cases.counts(&self.reviewer).await.unwrap().of(&[kind])
    }

    /// What was done to an order's payment.
    pub(crate) async fn history(&self, order: OrderId) -> Vec<AuditEntry> {
        self.registration.cases.history(&self.reviewer, &Subject::Payment(order)).await.unwrap()
    }

    pub(crate) async fn order(&self, account: AccountId, order: OrderId) -> Order {
        self.registration.orders.get(account, order).await.unwrap().unwrap()
    }

    pub(crate) async fn sql(&self) -> Object {
        self.stores.pool().get().await.unwrap()
    }

    /// Changes rows behind the doors, as a process that died in between would have left them.
    pub(crate) async fn execute(&self, statement: &str) {
        self.sql().await.batch_execute(statement).await.unwrap();
    }

    /// Free seats by sitting, as the board says.
    pub(crate) fn free(&self) -> HashMap<String, u32> {
        let board = self.engine.availability(&exam()).unwrap();
        board.iter().map(|line| (line.sitting.id.to_string(), line.free)).collect()
    }

    /// Waits until a sitting has so many free seats.
    pub(crate) async fn until_free(&self, sitting: &str, free: u32) {
        until(&format!("{free} free seats in {sitting}"), async || self.free()[sitting] == free).await;
    }

    /// Waits until an order's row says so.
    pub(crate) async fn until_row(&self, order: OrderId, state: &str) {
        until(&format!("order {state}"), async || self.row_state(order).await == state).await;
    }

    /// The state in an order's row.
    pub(crate) async fn row_state(&self, order: OrderId) -> String {
        let statement = "SELECT state FROM registration.orders WHERE id = $1";
        self.sql().await.query_one(statement, &[&order.to_string()]).await.unwrap().get(0)
    }

    /// The books: every seat that is not free belongs to a live order, and the other way round.
    pub(crate) async fn finish(self) {
        until("no owed seats", async || {
            let owing = "SELECT count(*) FROM registration.orders WHERE seats_owed";
            self.sql().await.query_one(owing, &[]).await.unwrap().get::<_, i64>(0) == 0
        })
        .await;
        until("balanced books", async || self.taken_by_orders().await == self.taken_by_board()).await;
        let books = self.registration.payments.books().await.unwrap();
        assert_eq!(books.differences, [], "the books of money: {:?}", books.balances);
        self.registration.stop().await;
        self.engine.stop().await;
    }

    fn taken_by_board(&self) -> HashMap<String, i64> {
        let mut taken = HashMap::new();
        for exam in self.registration.exams.list() {
            for line in self.engine.availability(&exam.id).unwrap().iter().filter(|line| line.free != line.capacity) {
                let seats = i64::from(line.capacity) - i64::from(line.free);
                taken.insert(format!("{}/{}", exam.id, line.sitting.id), seats);
            }
        }
        taken
    }

    async fn taken_by_orders(&self) -> HashMap<String, i64> {
        let live = "SELECT o.exam || '/' || s.sitting, count(*) FROM registration.order_sittings s
             JOIN registration.orders o ON o.id = s.order_id
             WHERE o.is_live GROUP BY 1";
        let rows = self.sql().await.query(live, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

/// Opens the doors over stores.
pub(crate) async fn open(
    stores: &TestStores,
    engine: &Engine,
    gateways: Gateways,
    accounts: AccountSettings,
) -> Registration {
    let files = stores.dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let config = RegistrationConfig {
        postgres: stores.pool(),
        engine: engine.clone(),
        files: Arc::new(LocalFileSystem::new_with_prefix(files).unwrap()),
        vault: Vault::load_or_create(&stores.dir().join("vault-keys")).unwrap(),
        gateways,
        accounts,
    };
    Registration::open(config).await.unwrap()
}

/// Writes the exam's files into the stores' directory.
pub(crate) fn write_exam(stores: &TestStores, setup: &Setup) {
    let dir = stores.dir().join("exam");
    std::fs::create_dir_all(&dir).unwrap();
    let Setup { hold_seconds, grace_seconds, capacities, rules, sittings, .. } = setup;
    let toml = format!(
        "id = \"exam\"\ntitle = {{ zh = \"考试\", en = \"Exam\" }}\norganiser = {{ zh = \"学院\", en = \"School\" }}\n\
         hold_seconds = {hold_seconds}\ngrace_seconds = {grace_seconds}\n\
         opens_at = 2020-01-01T00:00:00+08:00\ncloses_at = 2099-01-01T00:00:00+08:00\n\
         fee = \"120.00\"\npayment_url = \"https://pay.example.com/\"\n\
         notice = {{ zh = [\"须知\"], en = [\"Notice\"] }}\n\
         [[groups]]\nid = \"group\"\ntitle = {{ zh = \"组\", en = \"Group\" }}\n{rules}"
    );
    let mut csv = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity,group\n".to_owned();
    for (number, capacity) in capacities.iter().enumerate() {
        let group = if number + 1 == capacities.len() { "" } else { "group" };
        csv += &format!("s{number},英语,English,一教,Hall,2099-02-01T09:00:00+08:00,{capacity},{group}\n");
    }
    std::fs::write(dir.join("exam.toml"), toml).unwrap();
    std::fs::write(dir.join("sittings.csv"), sittings.map_or(csv, str::to_owned)).unwrap();
}

/// Waits for something, at most [`PATIENCE`].
pub(crate) async fn until(what: &str, is_so: impl AsyncFnMut() -> bool) {
    until_within(PATIENCE, what, is_so).await;
}

/// The same, at most for so long.
pub(crate) async fn until_within(patience: Duration, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + patience;
    while !is_so().await {
        assert!(tokio::time::Instant::now() < deadline, "never came: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) fn exam() -> ExamId {
    "exam".parse().unwrap()
}

pub(crate) fn ids(sittings: &[&str]) -> Vec<SittingId> {
    sittings.iter().map(|sitting| sitting.parse().unwrap()).collect()
}

/// A valid document number; each number gives another one.
pub(crate) fn document(number: u32) -> String {
    let body =
        format!("110105{}{:02}{:02}{:03}", 1950 + number / 1000 % 50, 1 + number / 100_000 % 12, 1, number % 1000);
    let checks = "0123456789X".chars().map(|check| format!("{body}{check}"));
    checks.into_iter().find(|text| text.parse::<ResidentId>().is_ok()).unwrap()
}

/// A small JPEG with something on it.
pub(crate) fn picture() -> Bytes {
    picture_of(240, 360)
}

/// One of that size.
pub(crate) fn picture_of(width: u32, height: u32) -> Bytes {
    let mut bytes = Vec::new();
    let picture =
        RgbImage::from_fn(width, height, |x, y| Rgb([20, 120, if (x / 8 + y / 8) % 2 == 0 { 60 } else { 240 }]));
    picture.write_with_encoder(JpegEncoder::new(&mut bytes)).unwrap();
    bytes.into()
}

/// The state's name, for short assertions.
pub(crate) fn is_refused(state: &OrderState) -> bool {
    matches!(state, OrderState::Refused { .. })
}
