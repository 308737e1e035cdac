//! The site on private stores, and a browser without a screen: cookies, forms, redirects as they come.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum_extra::extract::cookie::Key;
use deadpool_postgres::Pool;
use gateways::Gateways;
use h5::{H5State, Printing};
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use httpkit::limits::ClientAddress;
use pagekit::local_path::query_value;
use papers::{FontPaths, Press};
use registration::desk::case::{Case, CaseKind};
use registration::desk::cases::Asked;
use registration::desk::payments::Look;
use registration::desk::staff::StaffMember;
use registration::model::document::ResidentId;
use registration::model::order::OrderId;
use registration::people::accounts::AccountSettings;
use registration::secrets::vault::Vault;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use reservation::sitting::Exam;
use reservation::waiting_room::{WaitingRoomMode, WaitingRoomSettings};
use testkit::TestStores;
use tower::ServiceExt;

/// Largest answer that a test reads.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// The site with one exam.
pub(crate) struct Site {
    pub(crate) engine: Engine,
    pub(crate) registration: Registration,
    pub(crate) router: Router,
    pub(crate) busy: h5::Busy,
    /// Last, so that the stores outlive what uses them.
    stores: TestStores,
}

impl Site {
    /// An exam of two sittings of one group, `morning` with `seats` seats and `evening` with one.
    pub(crate) async fn start(seats: u32) -> Self {
        Self::start_with(seats, 900, 60).await
    }

    /// The same with another hold and grace, in seconds.
    pub(crate) async fn start_with(seats: u32, hold: u32, grace: u32) -> Self {
        let exam = EXAM.replace("HOLD", &hold.to_string()).replace("GRACE", &grace.to_string());
        let sittings = SITTINGS.replace("SEATS", &seats.to_string());
        Self::open(&exam, &sittings, Gateways::default(), AccountSettings::default()).await
    }

    /// An exam with more rules in `exam.toml`, and other sittings.
    pub(crate) async fn start_exam(rules: &str, sittings: &str) -> Self {
        Self::start_exam_with(rules, sittings, 60).await
    }

    /// The same with another grace, in seconds.
    pub(crate) async fn start_exam_with(rules: &str, sittings: &str, grace: u32) -> Self {
        let exam = EXAM.replace("HOLD", "900").replace("GRACE", &grace.to_string());
        Self::open(&format!("{exam}{rules}"), sittings, Gateways::default(), AccountSettings::default()).await
    }

    /// The usual sittings, more rules, and vendors.
    pub(crate) async fn start_among(rules: &str, gateways: Gateways) -> Self {
        let exam = EXAM.replace("HOLD", "900").replace("GRACE", "60") + rules;
        Self::open(&exam, &SITTINGS.replace("SEATS", "5"), gateways, AccountSettings::default()).await
    }

    /// A site that reaches people.
    pub(crate) async fn start_reached(gateways: Gateways, accounts: AccountSettings) -> Self {
        let exam = EXAM.replace("HOLD", "900").replace("GRACE", "60");
        Self::open(&exam, &SITTINGS.replace("SEATS", "5"), gateways, accounts).await
    }

    /// Another exam like the usual one, but for more in its `exam.toml`.
    pub(crate) async fn add_exam(&self, id: &str, more: &str) {
        let dir = self.stores.dir().join(id);
        std::fs::create_dir_all(&dir).unwrap();
        let exam =
            EXAM.replace("HOLD", "900").replace("GRACE", "60").replace("\"degree-english\"", &format!("\"{id}\""));
        let (keys, tables) = exam.split_once("[notice]").unwrap();
        std::fs::write(dir.join("exam.toml"), format!("{keys}{more}[notice]{tables}")).unwrap();
        std::fs::write(dir.join("sittings.csv"), SITTINGS.replace("SEATS", "5")).unwrap();
        self.registration.exams.import(&dir).await.unwrap();
    }

    /// Imports the usual exam anew: this sitting began long ago.
    pub(crate) async fn begin(&self, sitting: &str) {
        let dir = self.stores.dir().join("exam");
        let text = std::fs::read_to_string(dir.join("sittings.csv")).unwrap();
        let moved = |one: &str| one.replace("2090-", if one.starts_with(sitting) { "2020-" } else { "2090-" }) + "\n";
        std::fs::write(dir.join("sittings.csv"), text.lines().map(moved).collect::<String>()).unwrap();
        self.registration.exams.import(&dir).await.unwrap();
    }

    /// Listens on this machine, so that payment channels can tell it something; its own visitors come from there, too.
    pub(crate) async fn listen(&mut self) -> String {
        self.router = self.router.clone().layer(axum::Extension(ClientAddress([127, 0, 0, 1].into())));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    /// What the staff page shows of an order, after its picture was opened.
    pub(crate) async fn look(&self, staff: &StaffMember, order: OrderId) -> Look {
        self.registration.reviews.screenshot(staff, order).await.unwrap();
        self.registration.reviews.get(staff, order).await.unwrap().unwrap().look.unwrap()
    }

    /// Somebody of the staff opens the picture and confirms.
    pub(crate) async fn confirm(&self, staff: &StaffMember, order: OrderId) {
        let look = self.look(staff, order).await;
        self.registration.reviews.confirm(staff, order, &look).await.unwrap();
    }

    /// Somebody of the staff opens the picture and refuses it.
    pub(crate) async fn refuse(&self, staff: &StaffMember, order: OrderId, reason: &str) {
        let look = self.look(staff, order).await;
        self.registration.reviews.refuse(staff, order, &look, reason).await.unwrap();
    }

    /// Where the test may write.
    pub(crate) fn dir(&self) -> &Path {
        self.stores.dir()
    }

    /// The case of a kind that waits longest.
    pub(crate) async fn first_case(&self, staff: &StaffMember, kind: CaseKind) -> Case {
        let asked = [kind];
        self.registration.cases.open(staff, &Asked::first(&asked, 1)).await.unwrap().remove(0)
    }

    /// The keys of everything encrypted.
    pub(crate) fn vault(&self) -> Vault {
        Vault::load_or_create(&self.stores.dir().join("vault-key")).unwrap()
    }

    /// Changes rows behind the doors.
    pub(crate) async fn execute(&self, statement: &str) {
        self.stores.pool().get().await.unwrap().batch_execute(statement).await.unwrap();
    }

    /// Connections to the stores.
    pub(crate) fn pool(&self) -> Pool {
        self.stores.pool()
    }

    /// One number out of the stores.
    pub(crate) async fn count(&self, query: &str) -> i64 {
        self.stores.pool().get().await.unwrap().query_one(query, &[]).await.unwrap().get(0)
    }

    /// One text out of the stores.
    pub(crate) async fn text(&self, query: &str) -> String {
        self.stores.pool().get().await.unwrap().query_one(query, &[]).await.unwrap().get(0)
    }

    /// The usual exam, with a pool of connections to Postgres that `through` makes, and vendors.
    pub(crate) async fn start_through(gateways: Gateways, through: impl AsyncFnOnce(&TestStores) -> Pool) -> Self {
        let exam = EXAM.replace("HOLD", "900").replace("GRACE", "60");
        let stores = TestStores::start().await;
        let pool = through(&stores).await;
        let sittings = SITTINGS.replace("SEATS", "5");
        Box::pin(Self::open_on(stores, pool, (&exam, &sittings), gateways, AccountSettings::default())).await
    }

    async fn open(exam: &str, sittings: &str, gateways: Gateways, accounts: AccountSettings) -> Self {
        let stores = TestStores::start().await;
        let pool = stores.pool();
        // Large, and every test that starts a site would carry it.
        Box::pin(Self::open_on(stores, pool, (exam, sittings), gateways, accounts)).await
    }

    async fn open_on(
        stores: TestStores,
        postgres: Pool,
        (exam, sittings): (&str, &str),
        gateways: Gateways,
        accounts: AccountSettings,
    ) -> Self {
        let redis_url = stores.redis_url().to_owned();
        let engine = Engine::start(EngineConfig { redis_url, postgres: stores.pool() }).await.unwrap();
        let registration = Registration::open(RegistrationConfig {
            postgres: postgres.clone(),
            engine: engine.clone(),
            files: Arc::new(object_store::memory::InMemory::new()),
            vault: Vault::load_or_create(&stores.dir().join("vault-key")).unwrap(),
            gateways,
            accounts,
        })
        .await
        .unwrap();
        let dir = stores.dir().join("exam");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("exam.toml"), exam).unwrap();
        std::fs::write(dir.join("sittings.csv"), sittings).unwrap();
        registration.exams.import(&dir).await.unwrap();
        let (router, busy) = h5::site(state(&engine, &registration, None));
        Self { engine, registration, router, busy, stores }
    }

    /// The same with a press: whoever was signed in is so no more.
    pub(crate) fn with_press(mut self) -> Self {
        let press = Arc::new(Press::new(FontPaths::default()).unwrap());
        let printing = Some(Printing::new(press, 1));
        (self.router, self.busy) = h5::site(state(&self.engine, &self.registration, printing));
        self
    }

    /// Imports an exam that ships, with its dates changed by `change`: each file's name and text in, its text out.
    pub(crate) async fn import_shipped(&self, name: &str, change: impl Fn(&str, String) -> String) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams").join(name);
        let dir = self.stores.dir().join(name);
        std::fs::create_dir_all(&dir).unwrap();
        for entry in std::fs::read_dir(source).unwrap().map(Result::unwrap) {
            let file = entry.file_name().into_string().unwrap();
            std::fs::write(dir.join(&file), change(&file, std::fs::read_to_string(entry.path()).unwrap())).unwrap();
        }
        self.registration.exams.import(&dir).await.unwrap();
    }

    /// Puts a waiting room before the exam, or takes it away.
    pub(crate) async fn set_room(&self, mode: WaitingRoomMode) {
        let exam = self.engine.exam(&"degree-english".parse().unwrap()).unwrap();
        let waiting_room = WaitingRoomSettings { mode, admit_per_second: Some(1_000) };
        self.engine.put_exam(Exam { waiting_room, ..(*exam).clone() }).await.unwrap();
    }

    /// A browser that nobody has signed in with.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor { router: self.router.clone(), cookie: None, headers: HeaderMap::new() }
    }

    /// A browser with a new account signed in. Candidates are told apart by `number`, below 1000.
    pub(crate) async fn candidate(&self, number: u32) -> Visitor {
        let mut visitor = self.visitor();
        let answer = visitor.post("/sign-up?exam=degree-english", &account_form(number)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        visitor
    }
}

fn state(engine: &Engine, registration: &Registration, printing: Option<Printing>) -> H5State {
    H5State {
        limits: httpkit::limits::Limits::default(),
        engine: engine.clone(),
        registration: registration.clone(),
        cookie_key: Key::generate(),
        public_url: None,
        contact: None,
        demo: true,
        sandbox_url: None,
        printing,
    }
}

/// What a candidate types to sign up.
pub(crate) fn account_form(number: u32) -> String {
    let document = document(number);
    format!("name={}&document={document}&mobile=13912345678&password=secret-1", query_value("张伟"))
}

/// A document number with the right check digit.
pub(crate) fn document(number: u32) -> String {
    let mut numbers = "0123456789X".chars().map(|check| format!("11010519900101{number:03}{check}"));
    numbers.find(|text| text.parse::<ResidentId>().is_ok()).unwrap()
}

const EXAM: &str = r#"
id = "degree-english"
title = { zh = "学位外语考试", en = "Degree English" }
organiser = { zh = "临江大学", en = "Linjiang University" }
hold_seconds = HOLD
grace_seconds = GRACE
opens_at = 2020-01-01T09:00:00+08:00
closes_at = 2090-01-01T17:00:00+08:00
payment_deadline = 2090-01-01T18:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.edu/degree-english"
resubmit_hours = 24
[notice]
zh = ["第一条", "第二条"]
en = ["First", "Second"]
[[groups]]
id = "language"
title = { zh = "外语", en = "Language" }
"#;

const SITTINGS: &str = "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee
morning,英语,English,language,一号楼,Building 1,2090-05-22T09:00:00+08:00,SEATS,
evening,英语,English,language,一号楼,Building 1,2090-05-22T19:00:00+08:00,1,
";

/// A browser: keeps the session cookie, follows nothing.
pub(crate) struct Visitor {
    router: Router,
    pub(crate) cookie: Option<String>,
    /// Sent with every request.
    pub(crate) headers: HeaderMap,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }
}

impl Visitor {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Answer {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.send(request.body(Body::from(form.to_owned())).unwrap()).await;
        // Who was signed in without having sent a cookie is led over the page that looks whether they keep one.
        let location = answer.location();
        if location.ends_with("&entered=1") { self.get(location).await } else { answer }
    }

    /// Sends any body, and follows nothing.
    pub(crate) async fn post_body(&mut self, path: &str, content: &str, body: Body) -> Answer {
        self.send(Request::post(path).header(CONTENT_TYPE, content).body(body).unwrap()).await
    }

    pub(crate) async fn put(&mut self, path: &str, bytes: &[u8]) -> Answer {
        self.send(Request::put(path).body(Body::from(bytes.to_vec())).unwrap()).await
    }

    /// Sends texts as a form with files does.
    pub(crate) async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let part = |(name, value): &(&str, &str)| {
            format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = fields.iter().map(part).collect::<String>() + "--cut--\r\n";
        self.post_body(path, "multipart/form-data; boundary=cut", Body::from(body)).await
    }

    /// Hands in a file as the album's part of the upload form.
    pub(crate) async fn upload(&mut self, order: &str, picture: &[u8]) -> Answer {
        self.upload_to(&format!("/orders/{order}/screenshot"), &[("camera", &[]), ("album", picture)]).await
    }

    /// Sends a form of files.
    pub(crate) async fn upload_to(&mut self, path: &str, files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, content) in files {
            body.extend_from_slice(b"--cut\r\ncontent-disposition: form-data; name=\"");
            body.extend_from_slice(name.as_bytes());
            body.extend_from_slice(b"\"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--cut--\r\n");
        self.post_body(path, "multipart/form-data; boundary=cut", Body::from(body)).await
    }

    async fn send(&mut self, mut request: Request<Body>) -> Answer {
        request.headers_mut().insert("host", "exam.example.edu".parse().unwrap());
        request.headers_mut().insert(ACCEPT_LANGUAGE, "zh-CN".parse().unwrap());
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(COOKIE, cookie.parse().unwrap());
        }
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        for set in response.headers().get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            let kept = self.cookie.take().unwrap_or_default();
            let others = kept.split("; ").filter(|pair| !pair.is_empty() && !pair.starts_with(&format!("{name}=")));
            let mine = format!("{name}={value}");
            let mine = Some(mine.as_str()).filter(|_| !set.contains("Max-Age=0"));
            let kept = others.chain(mine).collect::<Vec<_>>().join("; ");
            self.cookie = Some(kept).filter(|kept| !kept.is_empty());
        }
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text, bytes }
    }
}
