//! What the version before left: its migrations, and rows of people, orders, cases, pictures and a message. The program of
//! today writes them, so that what is sealed is as it would be; then they are all that is taken over into a schema of
//! that version, and states which that version alone had for a moment are set there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gateways::Gateways;
use object_store::memory::InMemory;
use registration::desk::case::Subject;
use registration::desk::people::Side;
use registration::desk::staff::{Role, StaffMember};
use registration::model::document::DocumentKind;
use registration::model::exam::Exam;
use registration::model::ids::AccountId;
use registration::people::accounts::NewAccount;
use registration::pictures::kept::Slot;
use registration::rules::details::Answers;
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use sandbox::Sandbox;
use testkit::TestStores;

use crate::people::{CASES, Candidate, PASSWORD, STATES, document};

/// The last migration of the version before.
const VERSION: u32 = 18;
/// What staff sign in with.
pub(crate) const STAFF_PASSWORD: &str = "a long password";
/// The person of the roster whose earlier score is asked about, and that score's number.
pub(crate) const SCORED: (&str, &str, &str) = ("罗海安", "430104200507080028", "430000201106002");
/// What the form of the one whose form waits says, and what the roster has.
pub(crate) const SCHOOLS: (&str, &str) = ("同浦大学", "申江大学");
/// Why staff sent a picture back.
pub(crate) const REASON: &str = "金额看不清";
/// The tables that must not lose a row.
const TABLES: [&str; 9] = [
    "accounts",
    "orders",
    "order_sittings",
    "screenshots",
    "identities",
    "face_checks",
    "applications",
    "score_reviews",
    "audit",
];
const EXAM: &str = include_str!("exam.toml");
const FORM_EXAM: &str = include_str!("form.toml");
const SITTINGS: &str = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity
s0,英语,English,一号楼,Building 1,2090-05-22T09:00:00+08:00,40
";

/// The stores, and what is known of who is in them.
pub(crate) struct Left {
    pub(crate) engine: Engine,
    pub(crate) sandbox: Sandbox,
    pub(crate) candidates: Vec<Candidate>,
    files: Arc<InMemory>,
    /// Last, so that the stores outlive what uses them.
    stores: TestStores,
}

impl Left {
    /// Everything as that version left it.
    pub(crate) async fn behind() -> Self {
        let stores = TestStores::start().await;
        let config = EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() };
        let engine = Engine::start(config).await.unwrap();
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let mut left = Self { engine, sandbox, candidates: Vec::new(), files: Arc::default(), stores };
        let registration = left.registration().await;
        registration.staff.add("reviewer", STAFF_PASSWORD, Role::Reviewer).await.unwrap();
        registration.staff.add("boss", STAFF_PASSWORD, Role::Administrator).await.unwrap();
        let [exam, form, cet] = left.import(&registration).await;
        for (number, (state, name)) in STATES.into_iter().enumerate() {
            left.order(&registration, &exam, (number, state, name)).await;
        }
        for (number, (case, name)) in CASES.into_iter().enumerate() {
            let account = left.account(&registration, (STATES.len() + number, case, name)).await;
            match case {
                "identity" => hand_in_identity(&registration, account).await,
                "face" => hand_in_face(&registration, account, &exam).await,
                "form" => hand_in_form(&registration, account, &form).await,
                _ => ask_for_score(&registration, account, &cet).await,
            }
        }
        registration.stop().await;
        left.take_back().await;
        left
    }

    /// The program of today over these stores.
    pub(crate) async fn registration(&self) -> Registration {
        let Gateways { sms, mail, .. } = self.sandbox.gateways().unwrap();
        let open = Registration::open(RegistrationConfig {
            postgres: self.stores.pool(),
            engine: self.engine.clone(),
            files: self.files.clone(),
            vault: Vault::load_or_create(&self.stores.dir().join("vault-keys")).unwrap(),
            gateways: Gateways { sms, mail, ..Gateways::default() },
            accounts: Default::default(),
        });
        Box::pin(open).await.unwrap()
    }

    /// The exam of the orders, the one of the form, and CET as it ships, open now.
    async fn import(&self, registration: &Registration) -> [Arc<Exam>; 3] {
        let dir = |name: &str| {
            let dir = self.stores.dir().join(name);
            std::fs::create_dir_all(&dir).unwrap();
            dir
        };
        let write = |dir: &PathBuf, files: &[(&str, &str)]| {
            files.iter().for_each(|(file, text)| std::fs::write(dir.join(file), text).unwrap());
        };
        let roster = format!(
            "document_kind,document_number,name,school\nresident_id,{},{},{}\n",
            document(STATES.len() + 2),
            CASES[2].1,
            SCHOOLS.1
        );
        let (exam, form, cet) = (dir("exam"), dir("form"), dir("cet"));
        write(&exam, &[("exam.toml", EXAM), ("sittings.csv", SITTINGS)]);
        write(&form, &[("exam.toml", FORM_EXAM), ("sittings.csv", SITTINGS), ("roster.csv", &roster)]);
        for entry in std::fs::read_dir(root().join("ops/exams/cet")).unwrap().map(Result::unwrap) {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let text = if entry.file_name() == "exam.toml" { open_now(&text) } else { text };
            std::fs::write(cet.join(entry.file_name()), text).unwrap();
        }
        let mut exams = Vec::new();
        for dir in [exam, form, cet] {
            let id = registration.exams.import(&dir).await.unwrap().exam;
            exams.push(registration.exams.get(&id).unwrap());
        }
        exams.try_into().unwrap()
    }

    async fn account(&mut self, registration: &Registration, who: (usize, &'static str, &'static str)) -> AccountId {
        let (number, left, name) = who;
        let mobile: &'static str = format!("139123456{number:02}").leak();
        let document = document(number);
        let new = NewAccount::parse(name, &document, mobile, PASSWORD).unwrap();
        let account = registration.accounts.register(new).await.unwrap().id;
        self.candidates.push(Candidate { left, name, document, mobile, account, order: None });
        account
    }

    /// An order, as far as the program of today brings it.
    async fn order(&mut self, registration: &Registration, exam: &Exam, who: (usize, &'static str, &'static str)) {
        let account = self.account(registration, who).await;
        let orders = &registration.orders;
        let order = orders.hold(account, &exam.id, &["s0".parse().unwrap()], false).await.unwrap().id;
        self.candidates.last_mut().unwrap().order = Some(order);
        if ["waiting", "confirming", "confirmed", "refused", "cancelled"].contains(&who.1) {
            orders.hand_in(account, order, picture().into()).await.unwrap();
        }
        let (member, reviews) = (reviewer(registration).await, &registration.reviews);
        if ["confirmed", "refused", "cancelled"].contains(&who.1) {
            reviews.screenshot(&member, order).await.unwrap();
            let look = reviews.get(&member, order).await.unwrap().unwrap().look.unwrap();
            match who.1 {
                "confirmed" => drop(reviews.confirm(&member, order, &look).await.unwrap()),
                _ => drop(reviews.refuse(&member, order, &look, REASON).await.unwrap()),
            }
        }
        if ["released", "lapsed"].contains(&who.1) {
            orders.release(account, order).await.unwrap();
        }
    }

    /// Gives all rows back to the version before: a schema of its migrations, with what it knows of each table.
    async fn take_back(&self) {
        let client = self.stores.pool().get().await.unwrap();
        client.batch_execute("ALTER SCHEMA registration RENAME TO later; CREATE SCHEMA registration").await.unwrap();
        for path in migrations() {
            client.batch_execute(&std::fs::read_to_string(&path).unwrap()).await.unwrap();
        }
        client.batch_execute(&include_str!("take_back.sql").replace("VERSION", &VERSION.to_string())).await.unwrap();
        let id_of = |left: &str| Candidate::of(&self.candidates, left).order.unwrap();
        let confirmed = Candidate::of(&self.candidates, "confirmed").account.0;
        let rows = format!(
            "UPDATE registration.orders SET state = 'confirming', decided_at = now() - interval '1 hour',
                 decided_by = (SELECT id FROM registration.staff WHERE name = 'reviewer') WHERE id = '{}';
             UPDATE registration.orders SET state = 'cancelled', seats_owed = true WHERE id = '{}';
             UPDATE registration.orders SET state = 'lapsed' WHERE id = '{}';
             UPDATE registration.accounts SET mobile_verified_at = now() WHERE id = '{confirmed}';
             DELETE FROM registration.notices;
             INSERT INTO registration.notices (account, exam, kind, made_at, next_try_at, tries)
             VALUES ('{confirmed}', 'exam', 'order_confirmed', now() - interval '6 minutes', now(), 2)",
            id_of("confirming"),
            id_of("cancelled"),
            id_of("lapsed"),
        );
        client.batch_execute(&rows).await.unwrap();
    }

    /// How many rows each table has that must not lose one.
    pub(crate) async fn counts(&self) -> BTreeMap<&'static str, i64> {
        let mut counts = BTreeMap::new();
        for table in TABLES {
            counts.insert(table, self.count(table).await);
        }
        counts
    }

    /// How many rows there are of a table, perhaps with a condition.
    pub(crate) async fn count(&self, of: &str) -> i64 {
        let query = format!("SELECT count(*) FROM registration.{of}");
        self.stores.pool().get().await.unwrap().query_one(&query, &[]).await.unwrap().get(0)
    }

    /// The state of the order that was left so.
    pub(crate) async fn state_of(&self, left: &str) -> String {
        let order = Candidate::of(&self.candidates, left).order.unwrap().to_string();
        let client = self.stores.pool().get().await.unwrap();
        client.query_one("SELECT state FROM registration.orders WHERE id = $1", &[&order]).await.unwrap().get(0)
    }

    /// What the one message is about that waited, and what became of it.
    pub(crate) async fn message(&self) -> (String, String) {
        let query = "SELECT kind, coalesce(outcome, 'waiting') FROM registration.outbox ORDER BY id";
        let rows = self.stores.pool().get().await.unwrap().query(query, &[]).await.unwrap();
        let Some(row) = rows.first() else { return Default::default() };
        (row.get(0), row.get(1))
    }
}

async fn reviewer(registration: &Registration) -> StaffMember {
    registration.staff.list().await.unwrap().into_iter().find(|member| member.name == "reviewer").unwrap()
}

async fn hand_in_identity(registration: &Registration, account: AccountId) {
    let identity = &registration.identity;
    identity.consent(account).await.unwrap();
    identity.draft(account, Slot::Holding, picture().into()).await.unwrap();
    identity.hand_in(account).await.unwrap();
}

/// Of somebody whom staff have verified.
async fn hand_in_face(registration: &Registration, account: AccountId, exam: &Exam) {
    hand_in_identity(registration, account).await;
    let (member, subject) = (reviewer(registration).await, Subject::Identity(account));
    registration.identity_reviews.picture(&member, &subject, Side::HandedIn).await.unwrap();
    let case = registration.identity_reviews.get(&member, &subject).await.unwrap().unwrap();
    registration.identity_reviews.confirm(&member, &subject, case.picture).await.unwrap();
    registration.face_consents().give(account).await.unwrap();
    registration.faces.check(account, &exam.id, &exam.rules.face, Some(live().into())).await.unwrap();
}

async fn hand_in_form(registration: &Registration, account: AccountId, exam: &Exam) {
    let answers = Answers([("school".parse().unwrap(), SCHOOLS.0.to_owned())].into());
    registration.applications.hand_in(account, exam, &[], &answers).await.unwrap();
}

async fn ask_for_score(registration: &Registration, account: AccountId, exam: &Exam) {
    let who = (DocumentKind::ResidentId, SCORED.1, SCORED.0);
    let mark = registration.eligibility.look_up(account, exam, &[], who).await.unwrap();
    let number = SCORED.2.parse().unwrap();
    registration.eligibility.request_score_review(account, exam, Some(&mark), &number).await.unwrap();
}

/// CET, with registration open, and nothing before the eligibility.
fn open_now(text: &str) -> String {
    let text = text.replace("2026-11-02T08", "2020-11-02T08").replace("[\"notice\"]", "[\"eligibility\"]");
    let text = text.replace("2027-04-16T17", "2089-04-16T17").replace("2027-04-18T17", "2089-04-18T17");
    let (before, after) = text.split_once("[[steps]]\ntitle = { zh = \"资格信息查询与确认\"").unwrap();
    format!("{before}[[steps]]{}", after.split_once("[[steps]]").unwrap().1)
}

/// The migrations of the version before, in their order.
fn migrations() -> Vec<PathBuf> {
    let number = |path: &PathBuf| -> u32 {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.trim_start_matches('V').split("__").next().unwrap().parse().unwrap()
    };
    let all = std::fs::read_dir(root().join("registration/migrations")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = all.filter(|path| number(path) <= VERSION).collect();
    all.sort_by_key(number);
    all
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A picture as large as a screenshot, with something to be seen.
fn picture() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let picture =
        image::RgbImage::from_fn(240, 480, |x, y| image::Rgb([if (x / 8 + y / 8) % 2 == 0 { 0 } else { 255 }; 3]));
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

/// Another one than the verified photo: that one is refused.
fn live() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let byte = |number: u32| u8::try_from(number).unwrap();
    let picture = image::RgbImage::from_fn(240, 480, |x, y| image::Rgb([byte(x), 90, byte(y / 2)]));
    picture.write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    out.into_inner()
}
