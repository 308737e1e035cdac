//! A house to work in: the staff's pages over a registration of its own, staff who are signed in, and an exam.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum_extra::extract::cookie::Key;
use backoffice::{BackofficeState, SecondFactor, SecondPerson};
use gateways::{Channel, Gateways};
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{Request, StatusCode};
use httpkit::limits::ClientAddress;
use jiff::SignedDuration;
use pagekit::local_path::query_value;
use papers::{FontPaths, Press};
use registration::desk::staff::{Duty, StaffMember};
use registration::model::order::Order;
use registration::people::accounts::NewAccount;
use registration::secrets::vault::Vault;
use registration::{Fen, Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use reservation::ids::ExamId;
use testkit::TestStores;
use tower::ServiceExt;

/// An exam of one sitting of five seats.
pub(crate) const EXAM: &str = r#"
id = "degree-english"
title = { zh = "学位外语考试", en = "Degree English" }
organiser = { zh = "临江大学", en = "Linjiang University" }
hold_seconds = 900
grace_seconds = 60
opens_at = 2020-01-01T09:00:00+08:00
closes_at = 2090-01-01T17:00:00+08:00
payment_deadline = 2090-01-01T18:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.edu/degree-english"
resubmit_hours = 24
groups = []
[notice]
zh = ["第一条"]
en = ["First"]
"#;
const SITTINGS: &str = "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee
morning,英语,English,,一号楼,Building 1,2090-05-22T09:00:00+08:00,5,
";
/// Document numbers with right check digits.
pub(crate) const DOCUMENTS: [&str; 4] =
    ["11010519491231002X", "440308199901101512", "310105199001010018", "320106198001010011"];

/// Status, where it leads, text.
pub(crate) type Reply = (StatusCode, String, String);

pub(crate) struct House {
    pub(crate) registration: Registration,
    pub(crate) engine: Engine,
    router: Router,
    /// Whoever works now: a cookie, if they are signed in.
    pub(crate) cookie: Option<String>,
    cookies: HashMap<String, String>,
    /// Last, so that the stores outlive what uses them.
    pub(crate) stores: TestStores,
}

impl House {
    /// Opens it, with these channels for payments; an exam and staff come later.
    pub(crate) async fn open(pay: Vec<Channel>) -> Self {
        Self::open_with(Gateways { pay, ..Gateways::default() }).await
    }

    /// Opens it, with these ways to the outside world. As in a demo nobody is asked for a second factor.
    pub(crate) async fn open_with(gateways: Gateways) -> Self {
        Box::pin(Self::open_as(gateways, (SecondFactor::Off, SecondPerson::Off), SignedDuration::ZERO)).await
    }

    /// Opens it where staff show a second factor.
    pub(crate) async fn open_guarded(gateways: Gateways, second_factor: SecondFactor) -> Self {
        Box::pin(Self::open_as(gateways, (second_factor, SecondPerson::Off), SignedDuration::ZERO)).await
    }

    /// Opens it where two people do together what they do in earnest; nobody is asked for a second factor.
    pub(crate) async fn open_by_two() -> Self {
        Box::pin(Self::open_as(Gateways::default(), (SecondFactor::Off, SecondPerson::Required), SignedDuration::ZERO))
            .await
    }

    /// The same where everybody shows a second factor, too.
    pub(crate) async fn open_guarded_by_two() -> Self {
        let guarded = (SecondFactor::Required, SecondPerson::Required);
        Box::pin(Self::open_as(Gateways::default(), guarded, SignedDuration::ZERO)).await
    }

    /// Opens it where decisions can be taken back for so long.
    pub(crate) async fn open_undoing(gateways: Gateways, undo: SignedDuration) -> Self {
        Box::pin(Self::open_as(gateways, (SecondFactor::Off, SecondPerson::Off), undo)).await
    }

    async fn open_as(gateways: Gateways, guards: (SecondFactor, SecondPerson), undo: SignedDuration) -> Self {
        let stores = TestStores::start().await;
        let redis_url = stores.redis_url().to_owned();
        let engine = Engine::start(EngineConfig { redis_url, postgres: stores.pool() }).await.unwrap();
        // It is large.
        let registration = Box::pin(Registration::open(RegistrationConfig {
            postgres: stores.pool(),
            engine: engine.clone(),
            files: Arc::new(object_store::memory::InMemory::new()),
            vault: Vault::load_or_create(&stores.dir().join("vault-key")).unwrap(),
            gateways,
            accounts: Default::default(),
        }))
        .await
        .unwrap();
        let router = backoffice::router(state(&registration, guards, undo));
        Self { registration, engine, router, cookie: None, cookies: HashMap::new(), stores }
    }

    /// From now on links to candidates' pages lead there, and nobody is asked for a second factor; whoever was signed in is so no
    /// more.
    pub(crate) fn lead_to(&mut self, site_url: &str) {
        let usual = state(&self.registration, (SecondFactor::Off, SecondPerson::Off), SignedDuration::ZERO);
        self.router = backoffice::router(BackofficeState { site_url: site_url.to_owned(), ..usual });
    }

    /// The staff's pages, to be served to a browser.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// Changes rows behind the doors: what otherwise takes minutes to pass.
    pub(crate) async fn sql(&self, statement: &str) {
        self.stores.pool().get().await.unwrap().batch_execute(statement).await.unwrap();
    }

    /// Imports an exam of these two files, and `more`.
    pub(crate) async fn import(&self, name: &str, exam: &str, more: &[(&str, &str)]) -> ExamId {
        let dir = self.stores.dir().join(name);
        std::fs::create_dir_all(&dir).unwrap();
        for (file, text) in [("exam.toml", exam), ("sittings.csv", SITTINGS)].iter().chain(more) {
            std::fs::write(dir.join(file), text).unwrap();
        }
        self.registration.exams.import(&dir).await.unwrap().exam
    }

    /// Adds somebody of the staff.
    pub(crate) async fn hire(&self, name: &str, duty: impl Into<Duty>) -> StaffMember {
        self.registration.staff.add(name, "a long password", duty).await.unwrap()
    }

    /// Somebody signs in, and works from now on.
    pub(crate) async fn sign_in(&mut self, name: &str) -> Reply {
        let answer = self.post("/sign-in?next=/", &format!("name={name}&password=a%20long%20password")).await;
        self.keep(name);
        answer
    }

    /// Whoever works now is this one, also when somebody else has worked meanwhile.
    pub(crate) fn keep(&mut self, name: &str) {
        self.cookies.insert(name.to_owned(), self.cookie.clone().unwrap());
    }

    /// Somebody who is signed in works from now on; nobody, if nobody of that name is.
    pub(crate) fn by(&mut self, name: &str) -> &mut Self {
        self.cookie = self.cookies.get(name).cloned();
        self
    }

    /// An order of a new candidate with this document.
    pub(crate) async fn order(&self, document: &str) -> Order {
        let new = NewAccount::parse("张伟", document, "13912345678", "secret-1").unwrap();
        let account = self.registration.accounts.register(new).await.unwrap().id;
        let (exam, sitting) = ("degree-english".parse().unwrap(), "morning".parse().unwrap());
        self.registration.orders.hold(account, &exam, &[sitting], false).await.unwrap()
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Reply {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// What a program brings, as JSON.
    pub(crate) async fn bring(&mut self, path: &str, body: &str) -> Reply {
        let request = Request::post(path).header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// A form with files: each part is a name, the name of a file if it is one, and what is in it.
    pub(crate) async fn upload(&mut self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Reply {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--edge--\r\n");
        let request = Request::post(path).header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A file.
    pub(crate) async fn fetch(&mut self, path: &str) -> Vec<u8> {
        self.file(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// A file that a form asks for.
    pub(crate) async fn fetch_by_form(&mut self, path: &str, form: &str) -> Vec<u8> {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.file(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    async fn file(&self, mut request: Request<Body>) -> Vec<u8> {
        let path = request.uri().path().to_owned();
        request.extensions_mut().insert(ClientAddress(IpAddr::from([203, 0, 113, 7])));
        request.headers_mut().insert(HOST, "staff.example.edu".parse().unwrap());
        request.headers_mut().insert(COOKIE, self.cookie.as_ref().unwrap().parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        to_bytes(response.into_body(), 4 * 1024 * 1024).await.unwrap().to_vec()
    }

    async fn send(&mut self, mut request: Request<Body>) -> Reply {
        request.extensions_mut().insert(ClientAddress(IpAddr::from([203, 0, 113, 7])));
        request.headers_mut().insert(HOST, "staff.example.edu".parse().unwrap());
        request.headers_mut().insert(ACCEPT_LANGUAGE, "zh-CN".parse().unwrap());
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(COOKIE, cookie.parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        if let Some(set) = response.headers().get(SET_COOKIE) {
            self.cookie = Some(set.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        let location = response.headers().get(LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 4 * 1024 * 1024).await.unwrap();
        (status, location, String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn state(
    registration: &Registration,
    (second_factor, second_person): (SecondFactor, SecondPerson),
    undo: SignedDuration,
) -> BackofficeState {
    BackofficeState {
        registration: registration.clone(),
        cookie_key: Key::generate(),
        demo: true,
        second_factor,
        second_person,
        refund_alone_max: Fen(5_000),
        undo,
        site_url: "http://127.0.0.1:1".to_owned(),
        press: Press::new(FontPaths::default()).ok().map(Arc::new),
    }
}

/// A usual reason of the page's panel, by its place in it, as the form sends it.
pub(crate) fn usual(page: &str, number: usize) -> String {
    let before = format!("id=\"usual-{number}\" name=\"usual\" value=\"");
    let rest = page.split(&before).nth(1).unwrap_or_else(|| panic!("no usual reason {number} in {page}"));
    format!("&usual={}", query_value(rest.split('"').next().unwrap()))
}

/// Looks again and again until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..300 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("never: {what}");
}
