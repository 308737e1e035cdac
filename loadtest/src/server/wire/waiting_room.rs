//! The waiting room's answers, with nothing we do not need.

pub use reservation::api::wire::waiting_room::PositionState;
use serde::Deserialize;

/// What `POST waiting-room/positions` answers.
#[derive(Debug, Clone, Deserialize)]
pub struct PositionReply {
    /// How the position stands.
    pub state: PositionState,
    /// How many are before; none before the opening.
    pub ahead: Option<u64>,
    /// After how many seconds to ask again.
    pub refresh_seconds: Option<f64>,
    /// What to show when asking for a seat, once admitted.
    pub pass: Option<String>,
    /// What brings the position back.
    #[serde(default, rename = "ticket")]
    pub token: Option<String>,
    /// The name under which the shuffle knows the candidate, where it was asked for under a key's own.
    #[serde(default)]
    pub shuffled_as: Option<Box<str>>,
}

/// What `GET waiting-room` answers.
#[derive(Debug, Clone, Deserialize)]
pub struct WaitingRoomReply {
    /// SHA-256 of the seed, in hexadecimal digits; shown before anybody takes a position.
    pub commitment: Option<String>,
    /// The seed, in hexadecimal digits, once the exam has opened.
    pub seed: Option<String>,
    /// Positions not yet admitted.
    pub waiting: u64,
    /// How many positions are admitted.
    pub admitted: u64,
}
