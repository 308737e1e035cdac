//! A house to work in: the staff's pages over a registration of its own, staff who are signed in, and an exam.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum_extra::extract::cookie::Key;
use backoffice::BackofficeState;
use gateways::{Channel, Gateways};
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{Request, StatusCode};
use httpkit::limits::ClientAddress;
use registration::desk::staff::{Role, StaffMember};
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

    /// Opens it, with these ways to the outside world.
    pub(crate) async fn open_with(gateways: Gateways) -> Self {
        let stores = TestStores::start().await;
        let redis_url = stores.redis_url().to_owned();
        let engine = Engine::start(EngineConfig { redis_url, postgres: stores.pool() }).await.unwrap();
        let registration = Registration::open(RegistrationConfig {
            postgres: stores.pool(),
            engine,
            files: Arc::new(object_store::memory::InMemory::new()),
            vault: Vault::load_or_create(&stores.dir().join("vault-key")).unwrap(),
            gateways,
            accounts: Default::default(),
        })
        .await
        .unwrap();
        let state = BackofficeState {
            registration: registration.clone(),
            cookie_key: Key::generate(),
            demo: true,
            refund_alone_max: Fen(5_000),
            site_url: "http://127.0.0.1:1".to_owned(),
        };
        Self { registration, router: backoffice::router(state), cookie: None, cookies: HashMap::new(), stores }
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
    pub(crate) async fn hire(&self, name: &str, role: Role) -> StaffMember {
        self.registration.staff.add(name, "a long password", role).await.unwrap()
    }

    /// Somebody signs in, and works from now on.
    pub(crate) async fn sign_in(&mut self, name: &str) -> Reply {
        let answer = self.post("/sign-in?next=/", &format!("name={name}&password=a%20long%20password")).await;
        self.cookies.insert(name.to_owned(), self.cookie.clone().unwrap());
        answer
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
