//! What is asked before and after the rush, without haste: creating the exam, reading its sittings,
//! looking a hold up.

mod new_exam;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, Uri};
use reservation::ids::SittingId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::generator::connection::{Answer, CallError};
use crate::generator::crew::Crew;
use crate::server::target::Target;
use crate::server::wire::waiting_room::WaitingRoomReply;
use crate::server::wire::{Outgoing, ProblemReply, Requests, SittingReply, json};

pub use new_exam::{Calendar, NewExam};

/// Connections of the office.
const CONNECTIONS: usize = 32;
/// Patience with one request.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How often a request is repeated, when the server is not ready or the connection broke.
const RETRIES: u32 = 5;
/// Wait before that.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// A few patient connections.
pub struct Office {
    crew: Crew,
}

/// Why the office got nowhere.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// The server said no.
    #[error("{what}: the server answered {status}: {detail}")]
    Refused {
        /// What was asked for.
        what: String,
        /// The status of the answer.
        status: StatusCode,
        /// The server's sentence.
        detail: String,
    },
    /// It answers something else than Seathold does.
    #[error("{what}: the answer is none of Seathold's: {cause}")]
    Strange {
        /// What was asked for.
        what: String,
        /// Why it cannot be read.
        cause: serde_json::Error,
    },
    /// There was no answer.
    #[error("{what}: {cause}")]
    Call {
        /// What was asked for.
        what: String,
        /// Why there was none.
        cause: CallError,
    },
    /// No answer in time.
    #[error("{0}: no answer within {TIMEOUT:?}")]
    TimedOut(String),
}

impl Office {
    /// Opens a connection to the server's office.
    pub async fn open(target: &Target) -> Result<Self, OfficeError> {
        let opened = Crew::open(target.clone(), CONNECTIONS).await;
        let crew =
            opened.map_err(|cause| OfficeError::Call { what: format!("connecting to {}", target.url), cause })?;
        Ok(Self { crew })
    }

    /// Asks, again if need be, and reads the answer.
    pub async fn ask(&self, what: &str, request: impl Fn() -> Outgoing) -> Result<Answer, OfficeError> {
        let mut attempt = 0;
        loop {
            let result = tokio::time::timeout(TIMEOUT, self.call(request())).await;
            let is_last = attempt == RETRIES;
            match result {
                Ok(Ok(answer)) if !is_busy(answer.status) || is_last => return Ok(answer),
                Ok(Err(cause)) if is_last => return Err(OfficeError::Call { what: what.to_owned(), cause }),
                Err(_) if is_last => return Err(OfficeError::TimedOut(what.to_owned())),
                _ => {}
            }
            attempt += 1;
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }

    async fn call(&self, request: Outgoing) -> Result<Answer, CallError> {
        let mut turn = self.crew.turn().await;
        let mut connection = turn.connection().await?;
        let answer = connection.call(request).await?;
        turn.give_back(connection);
        Ok(answer)
    }

    /// Creates an exam with its sittings, `s1` to `sN`. Doing it again changes nothing.
    pub async fn create(&self, key: &HeaderValue, exam: &NewExam) -> Result<(), OfficeError> {
        let admin = Requests::new(self.crew.target(), &exam.id, Some(key.clone()))
            .expect("exam ids are checked before they come here");
        self.put(&admin, &format!("/api/v1/exams/{}", exam.id), &exam.body()).await?;
        for (number, body) in (1..).zip(exam.sittings()) {
            self.put(&admin, &format!("/api/v1/exams/{}/sittings/s{number}", exam.id), &body).await?;
        }
        Ok(())
    }

    async fn put(&self, admin: &Requests, path: &str, body: &impl Serialize) -> Result<(), OfficeError> {
        let (uri, body) = (Uri::try_from(path).unwrap_or_default(), json(body));
        let answer = self.ask(path, || admin.request(Method::PUT, uri.clone(), body.clone())).await?;
        refusal(path, &answer).map_or(Ok(()), Err)
    }

    /// How an exam's waiting room stands.
    pub async fn room(&self, requests: &Requests) -> Result<WaitingRoomReply, OfficeError> {
        self.read("asking for the waiting room", || requests.room()).await
    }

    /// The sittings of an exam and how many of their seats are free.
    pub async fn sittings(&self, requests: &Requests) -> Result<Vec<SittingReply>, OfficeError> {
        self.read("reading the sittings", || requests.list()).await
    }

    /// A page as somebody sees it who is not signed in; empty when there is none.
    pub async fn page(&self, requests: &Requests, path: &str) -> Result<String, OfficeError> {
        let uri = Uri::try_from(path).unwrap_or_default();
        let answer = self.ask(path, || requests.request(Method::GET, uri.clone(), Bytes::new())).await?;
        let page = answer.status.is_success().then(|| String::from_utf8_lossy(&answer.body).into_owned());
        Ok(page.unwrap_or_default())
    }

    async fn read<T: DeserializeOwned>(&self, what: &str, request: impl Fn() -> Outgoing) -> Result<T, OfficeError> {
        let answer = self.ask(what, request).await?;
        if let Some(refused) = refusal(what, &answer) {
            return Err(refused);
        }
        serde_json::from_slice(&answer.body).map_err(|cause| OfficeError::Strange { what: what.to_owned(), cause })
    }

    /// Waits until a new exam's sittings are listed with all their seats: the list is fed by events
    /// and may be a moment behind.
    pub async fn sittings_when_listed(
        &self,
        requests: &Requests,
        exam: &NewExam,
    ) -> Result<Vec<SittingReply>, OfficeError> {
        let mut sittings = Vec::new();
        for _ in 0..40 {
            sittings = self.sittings(requests).await?;
            let seats: u64 = sittings.iter().map(|sitting| sitting.free).sum();
            if seats == exam.seats && sittings.len() == exam.capacities().count() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(sittings)
    }
}

/// Is it worth asking again? An office that shares its address with the rush may be told to wait.
fn is_busy(status: StatusCode) -> bool {
    matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS)
}

/// The server's no, if it is one.
pub fn refusal(what: &str, answer: &Answer) -> Option<OfficeError> {
    if answer.status.is_success() {
        return None;
    }
    let detail = serde_json::from_slice::<ProblemReply>(&answer.body)
        .map_or_else(|_| words_of(&answer.body), |problem| format!("{} ({})", problem.detail, problem.code));
    Some(OfficeError::Refused { what: what.to_owned(), status: answer.status, detail })
}

/// The beginning of a body that is no problem document.
fn words_of(body: &Bytes) -> String {
    String::from_utf8_lossy(body).chars().filter(|c| !c.is_control()).take(80).collect()
}

/// Sitting ids in the order of the list.
pub fn ids(sittings: &[SittingReply]) -> Vec<SittingId> {
    sittings.iter().map(|sitting| sitting.id.clone()).collect()
}
