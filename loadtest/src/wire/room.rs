//! The waiting room's requests and answers.

use jiff::Timestamp;
use reservation::ids::CandidateId;
use serde::{Deserialize, Serialize};

/// What `POST waiting-room/places` takes.
#[derive(Debug, Serialize)]
pub struct PostPlace {
    /// Who.
    pub candidate: CandidateId,
}

/// What `POST waiting-room/places` answers.
#[derive(Debug, Deserialize)]
pub struct PlaceReply {
    /// How the place stands.
    pub state: PlaceState,
    /// How many are before; none before the opening.
    pub ahead: Option<u64>,
    /// After how many seconds to ask again.
    pub refresh_seconds: Option<f64>,
    /// What to show when asking for a seat, once admitted.
    pub pass: Option<String>,
}

/// How a place stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceState {
    /// Not yet.
    Waiting,
    /// Come in.
    Admitted,
    /// There is no waiting room now.
    Open,
}

/// What `GET waiting-room` answers.
#[derive(Debug, Clone, Deserialize)]
pub struct RoomReply {
    /// Is it on now?
    pub is_on: bool,
    /// When the exam opens.
    pub opens_at: Option<Timestamp>,
    /// SHA-256 of the seed, in hexadecimal digits; shown from the start.
    pub commitment: String,
    /// The seed, in hexadecimal digits, once the exam has opened.
    pub seed: Option<String>,
    /// All places ever taken.
    pub present: u64,
    /// Places not yet admitted.
    pub waiting: u64,
    /// Places admitted.
    pub admitted: u64,
}
