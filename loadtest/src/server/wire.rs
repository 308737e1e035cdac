//! The API's requests and answers. Requests are made of `reservation`'s own wire types, so that they
//! cannot drift apart; answers are read into small types of ours, with nothing we do not need.

pub mod waiting_room;

use bytes::Bytes;
use http::uri::{InvalidUri, PathAndQuery};
use http::{HeaderValue, Method, Request, Uri, header};
use http_body_util::Full;
use jiff::Timestamp;
use reservation::api::wire::waiting_room::PostPosition;
use reservation::api::wire::{ConfirmHold, PostHold};
use reservation::ids::{CandidateId, Reference, SittingId};
use serde::{Deserialize, Serialize};

use crate::server::target::Target;

/// A request that is ready to be sent; cloning is cheap.
pub type Outgoing = Request<Full<Bytes>>;

/// Makes the requests of one exam.
#[derive(Debug, Clone)]
pub struct Requests {
    host: HeaderValue,
    key: Option<HeaderValue>,
    holds: String,
    list: Uri,
    events: Uri,
    room: Uri,
    positions: Uri,
}

/// What `POST holds` answers.
#[derive(Debug, Deserialize)]
pub struct HoldsReply {
    /// One per sitting asked for.
    pub holds: Vec<HoldReply>,
    /// The server's clock.
    pub server_time: Timestamp,
}

/// A hold as the server tells it.
#[derive(Debug, Deserialize)]
pub struct HoldReply {
    /// The id of the hold.
    pub id: String,
    /// `held`, `frozen`, `confirmed`, or how it ended.
    pub state: String,
    /// The deadline that is shown.
    pub expires_at: Timestamp,
}

/// A sitting in the public list.
#[derive(Debug, Clone, Deserialize)]
pub struct SittingReply {
    /// The id of the sitting.
    pub id: SittingId,
    /// All its seats.
    pub capacity: u64,
    /// Free ones now.
    pub free: u64,
}

/// A problem document.
#[derive(Debug, Deserialize)]
pub struct ProblemReply {
    /// A stable word.
    pub code: String,
    /// What is the matter, as a sentence.
    #[serde(default)]
    pub detail: String,
}

impl Requests {
    /// Requests for `exam` at `target`, with this key.
    ///
    /// # Errors
    /// When the exam's name does not fit into a path.
    pub fn new(target: &Target, exam: &str, key: Option<HeaderValue>) -> Result<Self, InvalidUri> {
        let exam = format!("/api/v1/exams/{exam}");
        let uri = |tail: &str| format!("{exam}/{tail}").parse();
        Ok(Self {
            host: target.host.clone(),
            key,
            list: uri("sittings")?,
            events: uri("events")?,
            room: uri("waiting-room")?,
            positions: uri("waiting-room/positions")?,
            holds: format!("{exam}/holds"),
        })
    }

    /// A seat for `candidate` in `sitting`, with the pass out of a waiting room.
    pub fn hold(&self, candidate: CandidateId, sitting: SittingId, pass: Option<&str>) -> Outgoing {
        let body = json(&PostHold { candidate, sittings: vec![sitting], pass: pass.map(str::to_owned) });
        self.request(Method::POST, path(self.holds.clone()), body)
    }

    /// How a hold stands.
    pub fn find(&self, hold: &str) -> Outgoing {
        self.request(Method::GET, path(format!("{}/{hold}", self.holds)), Bytes::new())
    }

    /// Payment has begun.
    pub fn freeze(&self, hold: &str) -> Outgoing {
        self.request(Method::POST, path(format!("{}/{hold}/freeze", self.holds)), Bytes::new())
    }

    /// It is paid.
    pub fn confirm(&self, hold: &str, reference: Reference) -> Outgoing {
        let body = json(&ConfirmHold { reference });
        self.request(Method::POST, path(format!("{}/{hold}/confirm", self.holds)), body)
    }

    /// The seat is given back.
    pub fn release(&self, hold: &str) -> Outgoing {
        self.request(Method::DELETE, path(format!("{}/{hold}", self.holds)), Bytes::new())
    }

    /// The public list of sittings.
    pub fn list(&self) -> Outgoing {
        self.public(self.list.clone(), "application/json")
    }

    /// The stream of events.
    pub fn events(&self) -> Outgoing {
        self.public(self.events.clone(), "text/event-stream")
    }

    /// A page, asked for as a browser does.
    pub fn page(&self, page: &PathAndQuery) -> Outgoing {
        let mut request = self.public(Uri::from(page.clone()), "text/html");
        request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        request
    }

    /// How the waiting room stands.
    pub fn room(&self) -> Outgoing {
        self.public(self.room.clone(), "application/json")
    }

    /// A position in the waiting room for `candidate`, or how the one that is there stands.
    /// `token` is what an earlier answer brought.
    pub fn position(&self, candidate: CandidateId, token: Option<String>) -> Outgoing {
        let body = json(&PostPosition { candidate, token });
        self.request(Method::POST, self.positions.clone(), body)
    }

    /// Any request with the key, and with JSON when there is a body.
    pub fn request(&self, method: Method, uri: Uri, body: Bytes) -> Outgoing {
        let has_body = !body.is_empty();
        let mut request = Request::new(Full::new(body));
        (*request.method_mut(), *request.uri_mut()) = (method, uri);
        let headers = request.headers_mut();
        headers.insert(header::HOST, self.host.clone());
        if let Some(key) = &self.key {
            headers.insert(header::AUTHORIZATION, key.clone());
        }
        if has_body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        request
    }

    fn public(&self, uri: Uri, accept: &'static str) -> Outgoing {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(header::HOST, self.host.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        request
    }
}

/// A value as JSON.
pub fn json(value: &impl Serialize) -> Bytes {
    Bytes::from(serde_json::to_vec(value).expect("what we send has only texts, numbers and times"))
}

/// A path that is made of names and ids. One that is no path becomes `/`, where the server says 404.
fn path(text: String) -> Uri {
    Uri::try_from(text).unwrap_or_default()
}

/// `Authorization: Bearer KEY`.
///
/// # Errors
/// When the key has characters that a header cannot carry.
pub fn bearer(key: &str) -> Result<HeaderValue, header::InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {key}"))?;
    value.set_sensitive(true);
    Ok(value)
}
