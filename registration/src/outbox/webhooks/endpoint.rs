//! Endpoints and deliveries as staff say and see them. Plain values.

use jiff::Timestamp;
use reservation::ids::ExamId;
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use super::kind::EventKind;
use crate::outbox::store::webhook_attempts::StoredAttempt;
use crate::outbox::store::webhook_deliveries::StoredDelivery;
use crate::outbox::store::webhook_endpoints::StoredEndpoint;

/// Longest description of an endpoint, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 100;
/// Most exams of which an endpoint is told, when it is not told of all.
const EXAMS_MAX: usize = 100;

/// Which endpoint is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EndpointId(pub Uuid);

/// Why an endpoint is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DisabledWhy {
    /// Staff said so.
    Staff,
    /// It answered 410: it wants no more.
    Gone,
    /// Every try has failed for days.
    Failing,
    /// Too much waited for it.
    Overflow,
}

/// An endpoint, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The endpoint's id.
    pub id: EndpointId,
    /// Where it is told.
    pub url: String,
    /// Whose it is.
    pub description: String,
    /// What it is told.
    pub kinds: Vec<EventKind>,
    /// The exams of which it is told; `None`: all, and what is of none.
    pub exams: Option<Vec<ExamId>>,
    /// Until when its secret of before signs, too.
    pub old_until: Option<Timestamp>,
    /// When it was made.
    pub made_at: Timestamp,
    /// The login name of who made it.
    pub made_by: String,
    /// Since when every try has failed.
    pub failing_since: Option<Timestamp>,
    /// Since when it is told nothing, and why.
    pub disabled: Option<(Timestamp, DisabledWhy)>,
    /// How many deliveries wait, counted up to a thousand.
    pub waiting: i64,
}

/// An endpoint as somebody wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedEndpoint {
    /// Where it is told.
    pub url: String,
    /// Whose it is.
    pub description: String,
    /// What it is told.
    pub kinds: Vec<EventKind>,
    /// The exams of which it is told; `None`: all.
    pub exams: Option<Vec<ExamId>>,
}

/// Why such an endpoint cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointFault {
    /// Webhooks may not go to its address.
    #[error(transparent)]
    Url(#[from] gateways::webhooks::TargetFault),
    /// Its description is missing or too long.
    #[error("a description has 1 to {DESCRIPTION_CHARS_MAX} characters")]
    Description,
    /// It would be told nothing.
    #[error("choose at least one kind of event")]
    NoKind,
    /// It is for some exams, of which there are none, too many, or one that does not exist.
    #[error("choose 1 to {EXAMS_MAX} exams, or all")]
    Exams,
}

/// Something that an endpoint was told, or is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number; later ones have higher numbers.
    pub id: i64,
    /// What receivers know the event by, without `msg_`.
    pub message: Uuid,
    /// The kind's word.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// When it happened.
    pub at: Timestamp,
    /// How often it was tried.
    pub tries: i16,
    /// When it is tried next, if it waits.
    pub next_try_at: Timestamp,
    /// When it came to its end, and whether it was delivered.
    pub done: Option<(Timestamp, bool)>,
    /// The last try.
    pub last: Option<Attempt>,
}

/// A try to deliver something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it was.
    pub at: Timestamp,
    /// The status that was answered, or a word for why there was no answer.
    pub ended: Result<i16, String>,
    /// How long it took, in ms.
    pub took_ms: i32,
    /// The beginning of the answer, at most 1 KiB.
    pub answer: String,
}

impl WantedEndpoint {
    /// What is wrong with all but the address.
    pub(super) fn check(&self, is_exam: impl Fn(&ExamId) -> bool) -> Result<(), EndpointFault> {
        let text = self.description.trim();
        let length = text.chars().count();
        if !(1..=DESCRIPTION_CHARS_MAX).contains(&length) || text.chars().any(char::is_control) {
            return Err(EndpointFault::Description);
        }
        if self.kinds.is_empty() {
            return Err(EndpointFault::NoKind);
        }
        let can_be = |exams: &Vec<ExamId>| (1..=EXAMS_MAX).contains(&exams.len()) && exams.iter().all(is_exam);
        if self.exams.as_ref().is_none_or(can_be) { Ok(()) } else { Err(EndpointFault::Exams) }
    }
}

impl Endpoint {
    pub(super) fn of(stored: StoredEndpoint, waiting: i64, now: Timestamp) -> Self {
        let why = |word: &str| word.parse().unwrap_or(DisabledWhy::Staff);
        Self {
            id: EndpointId(stored.id),
            url: stored.url,
            description: stored.description,
            // A later version's kinds are told all the same, and not shown here.
            kinds: stored.kinds.iter().filter_map(|kind| kind.parse().ok()).collect(),
            exams: stored.exams,
            old_until: stored.old_secret.map(|(_, until)| until).filter(|until| *until > now),
            made_at: stored.made_at,
            made_by: stored.made_by,
            failing_since: stored.failing_since,
            disabled: stored.disabled.map(|(at, word)| (at, why(&word))),
            waiting,
        }
    }
}

impl Delivery {
    pub(super) fn of(stored: StoredDelivery, last: Option<StoredAttempt>) -> Self {
        let StoredDelivery { id, message, kind, subject, at, tries, next_try_at, done } = stored;
        let done = done.map(|(at, outcome)| (at, outcome == "sent"));
        let last = last.map(|StoredAttempt { at, ended, took_ms, answer, .. }| Attempt { at, ended, took_ms, answer });
        Self { id, message, kind, subject, at, tries, next_try_at, done, last }
    }
}
