//! Both sites of today over what was left, on ports of this machine, and a browser that keeps cookies.

use std::collections::BTreeMap;

use axum::Router;
use axum_extra::extract::cookie::Key;
use backoffice::{BackofficeState, SecondFactor, SecondPerson};
use h5::H5State;
use registration::Registration;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;

use crate::left::{Left, STAFF_PASSWORD};
use crate::people::{Candidate, PASSWORD};

/// Most redirects that a browser follows for one page.
const REDIRECTS_MAX: usize = 5;

/// The sites, and the program below them.
pub(crate) struct Sites {
    registration: Registration,
    candidates: String,
    staff: String,
    outbox: String,
}

impl Sites {
    /// Opens the database with the program of today.
    pub(crate) async fn open(left: &Left) -> Self {
        let registration = left.registration().await;
        let candidates = h5::router(H5State {
            limits: httpkit::limits::Limits::default(),
            engine: left.engine.clone(),
            registration: registration.clone(),
            cookie_key: Key::generate(),
            public_url: None,
            contact: None,
            demo: true,
            sandbox_url: None,
            printing: None,
        });
        let staff = backoffice::router(BackofficeState {
            registration: registration.clone(),
            cookie_key: Key::generate(),
            demo: true,
            second_factor: SecondFactor::Off,
            second_person: SecondPerson::Off,
            refund_alone_max: registration::Fen(5_000),
            undo: jiff::SignedDuration::ZERO,
            site_url: "http://127.0.0.1:1".to_owned(),
            press: None,
        });
        let outbox = format!("{}outbox.json", left.sandbox.url());
        Self { registration, candidates: serve(candidates).await, staff: serve(staff).await, outbox }
    }

    /// A browser in which a candidate has signed in.
    pub(crate) async fn signed_in(&self, candidate: &Candidate) -> Browser {
        let mut browser = Browser::new(&self.candidates);
        let form = format!("document={}&password={PASSWORD}", candidate.document);
        let page = browser.post("/sign-in?next=/me&exam=exam", &form).await;
        assert!(page.path == "/me" && page.status == 200, "{}: {} {}", candidate.left, page.path, page.text);
        browser
    }

    /// A browser in which a member of the staff has signed in.
    pub(crate) async fn staff(&self, name: &str) -> Browser {
        let mut browser = Browser::new(&self.staff);
        let form = format!("name={name}&password={}", STAFF_PASSWORD.replace(' ', "%20"));
        let page = browser.post("/sign-in?next=/people", &form).await;
        assert!(page.path == "/people" && page.status == 200, "{} {}", page.path, page.text);
        browser
    }

    /// The texts of all messages to a mobile.
    pub(crate) async fn sent_to(&self, mobile: &str) -> Vec<String> {
        let all = reqwest::get(&self.outbox).await.unwrap().bytes().await.unwrap();
        let all: Vec<serde_json::Value> = serde_json::from_slice(&all).unwrap();
        let to_them = all.iter().filter(|message| message["to"].as_str().unwrap().trim_start_matches("+86") == mobile);
        to_them.map(ToString::to_string).collect()
    }

    /// Stops the program.
    pub(crate) async fn stop(self) {
        self.registration.stop().await;
    }
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// A page as it came, after all redirects.
pub(crate) struct Page {
    /// Where it is.
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Page {
    /// What a person reads of markup: the text without tags and without the marks of what differs.
    pub(crate) fn plain(markup: &str) -> String {
        let whole = ["<mark>", "</mark>", "<wbr>"].iter().fold(markup.to_owned(), |text, tag| text.replace(tag, ""));
        let texts = whole.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text).trim());
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// A browser: cookies are kept, redirects followed.
pub(crate) struct Browser {
    client: reqwest::Client,
    url: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new(url: &str) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, url: url.to_owned(), cookies: BTreeMap::new() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.url));
        self.follow(path, request).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Page {
        let request = self.client.post(format!("{}{path}", self.url)).header("origin", &self.url);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.to_owned());
        self.follow(path, request).await
    }

    async fn follow(&mut self, path: &str, mut request: reqwest::RequestBuilder) -> Page {
        let mut path = path.to_owned();
        for _ in 0..=REDIRECTS_MAX {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request_now = request.header(ACCEPT_LANGUAGE, "zh-CN").header(COOKIE, cookies.join("; "));
            let answer = request_now.send().await.unwrap();
            for cookie in answer.headers().get_all(SET_COOKIE) {
                let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = cookie.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let status = answer.status().as_u16();
            let Some(next) = answer.headers().get(LOCATION) else {
                let bytes = answer.bytes().await.unwrap().to_vec();
                return Page { path, status, text: String::from_utf8_lossy(&bytes).into_owned(), bytes };
            };
            next.to_str().unwrap().clone_into(&mut path);
            request = self.client.get(format!("{}{path}", self.url));
        }
        panic!("redirects without an end at {path}")
    }
}
