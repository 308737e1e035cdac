//! What goes over the wire, as types; the load generator knows nothing else of this crate.

pub mod waiting_room;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};

use crate::hold::{Hold, HoldState};
use crate::ids::{CandidateId, GroupId, HoldId, PoolId, Reference, SittingId};
use crate::sitting::{Acknowledge, Availability, Exam, Level, Sitting};
use crate::waiting_room::WaitingRoomSettings;

/// How names are written, as a regular expression: what [`is_name`](crate::ids::is_name) takes.
pub(super) const NAME_PATTERN: &str = "^[A-Za-z0-9_-]{1,64}$";

/// What `PUT exam` takes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutExam {
    /// Its name on pages, 1–200 characters on one line, not all of them blank.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff][^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub title: String,
    /// How long a seat is held, 1–2,592,000.
    #[schema(minimum = 1, maximum = 2_592_000)]
    pub hold_seconds: u32,
    /// How much longer than shown a seat is kept, so that a payment begun in time lands in time. Default 0.
    #[serde(default)]
    #[schema(maximum = 2_592_000)]
    pub grace_seconds: u32,
    /// No holds before. Default: open already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// No holds from then on. Default: open without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    /// When a hold counts as taken. Default `redis`.
    #[serde(default)]
    pub acknowledge: Acknowledge,
    /// The waiting room before it. Default: off.
    #[serde(default)]
    pub waiting_room: WaitingRoomSettings,
}

/// An exam as callers of the API see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExamView {
    /// The exam's id.
    pub id: String,
    /// Its name on pages.
    pub title: String,
    /// How long a seat is held.
    pub hold_seconds: u32,
    /// How much longer than shown a seat is kept.
    pub grace_seconds: u32,
    /// No holds before; not there: open already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// No holds from then on; not there: open without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    /// When a hold counts as taken.
    pub acknowledge: Acknowledge,
    /// The waiting room before it.
    pub waiting_room: WaitingRoomSettings,
}

impl From<&Exam> for ExamView {
    fn from(exam: &Exam) -> Self {
        let seconds = |span: jiff::SignedDuration| u32::try_from(span.as_secs()).unwrap_or_default();
        Self {
            id: exam.id.to_string(),
            title: exam.title.clone(),
            hold_seconds: seconds(exam.hold),
            grace_seconds: seconds(exam.grace),
            opens_at: exam.opens_at,
            closes_at: exam.closes_at,
            acknowledge: exam.acknowledge,
            waiting_room: exam.waiting_room,
        }
    }
}

/// What `PUT sitting` takes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSitting {
    /// Its name on pages, 1–200 characters on one line, not all of them blank.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff][^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub title: String,
    /// Sittings of one group exclude each other. Cannot change later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    pub group: Option<GroupId>,
    /// Seats, 0–10,000,000. May change at any time, also below what is taken.
    #[schema(maximum = 10_000_000)]
    pub capacity: u32,
    /// Where it is, 1–200 characters on one line, not all of them blank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff][^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub venue: Option<String>,
    /// The time at which the sitting begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// The pool it belongs to; default: the exam's own. Cannot change later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    pub pool: Option<PoolId>,
}

/// A sitting and how many of its seats are free.
#[derive(Debug, Serialize, ToSchema)]
pub struct SittingView {
    /// The sitting's id.
    #[schema(value_type = String)]
    pub id: SittingId,
    /// The sitting's name, for people.
    pub title: String,
    /// The group of which a candidate may occupy one sitting; null when the sitting is alone.
    #[schema(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// The place where the sitting is held, for people.
    pub venue: Option<String>,
    /// The time at which the sitting begins.
    pub starts_at: Option<Timestamp>,
    /// The number of its seats, free or not.
    pub capacity: u32,
    /// The number of seats that are free now.
    pub free: u32,
    /// The level of what is free: ample, low or full.
    pub level: Level,
    /// When the next hold lapses, of a full sitting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_release_at: Option<Timestamp>,
}

impl SittingView {
    /// A sitting with these counts.
    pub fn new(sitting: &Sitting, capacity: u32, free: u32, next_release_at: Option<Timestamp>) -> Self {
        Self {
            id: sitting.id.clone(),
            title: sitting.spec.title.clone(),
            group: sitting.spec.group.clone(),
            venue: sitting.spec.venue.clone(),
            starts_at: sitting.spec.starts_at,
            capacity,
            free,
            level: Level::of(free, capacity),
            next_release_at,
        }
    }
}

impl From<&Availability> for SittingView {
    fn from(now: &Availability) -> Self {
        Self::new(&now.sitting, now.capacity, now.free, now.next_release_at)
    }
}

/// What `POST holds` takes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostHold {
    /// Who holds. A key of the scope `hold` has candidates of its own: those of another key, and the site's, are others
    /// even under the same name. Its keys of one name share theirs.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    pub candidate: CandidateId,
    /// 1–16 sittings of one pool, each once: all or none.
    #[schema(schema_with = sittings)]
    pub sittings: Vec<SittingId>,
    /// What the waiting room gave; needed while it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<String>,
}

/// The sittings of a hold in the document, which says of each how it is written.
fn sittings() -> Array {
    let name = ObjectBuilder::new().schema_type(Type::String).pattern(Some(NAME_PATTERN));
    let described = ArrayBuilder::new().description(Some("1–16 sittings of one pool, each once: all or none."));
    described.items(name).min_items(Some(1)).max_items(Some(16)).unique_items(true).build()
}

/// A hold as callers of the API see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldView {
    /// Its id; one taken anew after it lapsed has a new one.
    #[schema(value_type = String)]
    pub id: HoldId,
    /// The id of the hold's sitting.
    #[schema(value_type = String)]
    pub sitting: SittingId,
    /// The state in which the hold stands.
    pub state: HoldState,
    /// The deadline to show: without the grace. Without meaning once frozen.
    pub expires_at: Timestamp,
    /// The reference of what paid for the hold, once it is confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub reference: Option<Reference>,
}

impl From<Hold> for HoldView {
    fn from(hold: Hold) -> Self {
        let Hold { id, sitting, state, expires_at, reference } = hold;
        Self { id, sitting, state, expires_at, reference }
    }
}

/// What `POST holds` answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldsView {
    /// One hold per sitting, in the order asked for.
    pub holds: Vec<HoldView>,
    /// The clock that decided.
    pub server_time: Timestamp,
}

/// What `POST confirm` takes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmHold {
    /// What paid: an order number, a transaction id. 1–128 visible ASCII characters.
    #[schema(value_type = String, pattern = "^[!-~]{1,128}$")]
    pub reference: Reference,
}
