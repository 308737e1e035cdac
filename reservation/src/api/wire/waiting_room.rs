//! What goes over the wire about a waiting room.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::engine::waiting_room::{TurnState, WaitingRoomPosition, WaitingRoomState};
use crate::ids::CandidateId;
use crate::waiting_room::WaitingRoomMode;

/// An exam's waiting room.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingRoomView {
    /// The times at which the room stands before the exam.
    pub mode: WaitingRoomMode,
    /// Is a pass needed now?
    pub is_on: bool,
    /// The opening of the exam; null when it is open already.
    pub opens_at: Option<Timestamp>,
    /// SHA-256 of the seed, in hex, from before the first position; null while no room was ever wanted.
    pub commitment: Option<String>,
    /// The seed in hex, once the exam has opened. A shuffled position's score is the first 52 bits of
    /// HMAC-SHA256(seed, `shuffled_as` of the position); lower is earlier.
    pub seed: Option<String>,
    /// All positions ever taken.
    pub present: u64,
    /// Positions not yet admitted.
    pub waiting: u64,
    /// The number of positions that were admitted.
    pub admitted: u64,
    /// The time by the clock of this server.
    pub server_time: Timestamp,
}

impl From<WaitingRoomState> for WaitingRoomView {
    fn from(room: WaitingRoomState) -> Self {
        let WaitingRoomState {
            mode, is_on, opens_at, commitment, seed, present, waiting, admitted, server_time, ..
        } = room;
        Self { mode, is_on, opens_at, commitment, seed, present, waiting, admitted, server_time }
    }
}

/// What `POST positions` takes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostPosition {
    /// The id of the candidate who waits.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    pub candidate: CandidateId,
    /// The `ticket` of an earlier answer, if there was one: brings a shuffled position back, should it be lost.
    #[serde(rename = "ticket", default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// The states in which a position may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PositionState {
    /// The candidate waits in the line.
    Waiting,
    /// Seats may be asked for, with the pass.
    Admitted,
    /// No room is on: no pass is needed.
    Open,
}

/// A position in the waiting room.
#[derive(Debug, Serialize, ToSchema)]
pub struct PositionView {
    /// The state of the position.
    pub state: PositionState,
    /// Positions before this one; null before the opening, when the order is not drawn yet, and when not waiting.
    pub ahead: Option<u64>,
    /// How long it will take, as things go; null while nobody can know.
    pub expected_wait_seconds: Option<u64>,
    /// After how many seconds to ask again.
    pub refresh_seconds: u64,
    /// What `POST holds` takes; only when admitted.
    pub pass: Option<String>,
    /// Until when the pass is good; then a new position is needed.
    pub pass_expires_at: Option<Timestamp>,
    /// To be sent with later requests; only for those who came before the opening.
    #[serde(rename = "ticket", skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The name under which the shuffle knows the candidate, with `ticket` only: a key of the scope `hold` has its own
    /// candidates, so its number stands before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub shuffled_as: Option<CandidateId>,
    /// The clock that decided.
    pub server_time: Timestamp,
}

impl PositionView {
    /// The position of a candidate, under the name by which the engine knows it.
    pub fn new(position: WaitingRoomPosition, candidate: CandidateId) -> Self {
        let mut view = Self {
            state: PositionState::Open,
            ahead: None,
            expected_wait_seconds: None,
            refresh_seconds: position.refresh.as_secs(),
            pass: None,
            pass_expires_at: None,
            shuffled_as: position.token.is_some().then_some(candidate),
            token: position.token.map(|token| token.as_str().to_owned()),
            server_time: position.server_time,
        };
        match position.state {
            TurnState::Open | TurnState::Nowhere => {}
            TurnState::Waiting { ahead, expected, .. } => {
                (view.state, view.ahead) = (PositionState::Waiting, ahead);
                view.expected_wait_seconds = expected.map(|wait| wait.as_secs().unsigned_abs());
            }
            TurnState::Admitted { pass, expires_at } => {
                (view.state, view.pass_expires_at) = (PositionState::Admitted, Some(expires_at));
                view.pass = Some(pass.as_str().to_owned());
            }
        }
        view
    }
}
