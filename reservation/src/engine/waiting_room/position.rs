//! A candidate's position as told: how it stands, how long it may take, and when to look again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::engine::catalogue::ExamEntry;
use crate::engine::seats::hold::at_ms;
use crate::ids::CandidateId;
use crate::store::waiting_room::Joined;
use crate::waiting_room::WaitingRoomKeys;
use crate::waiting_room::pass::{Pass, PositionToken};

/// A waiting page comes back after at least and at most so many seconds.
const REFRESH_SECONDS: std::ops::RangeInclusive<u64> = 3..=30;
/// Pages that wait for the opening come back within so many seconds after it.
const OPENING_SPREAD_SECONDS: u64 = 6;
/// Longer waits are not worth saying: nobody knows.
const WAIT_SECONDS_MAX: f64 = 24.0 * 3_600.0;

/// A candidate's position.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingRoomPosition {
    /// The state of the position.
    pub state: TurnState,
    /// To be shown again, should Redis lose the line; only for those who came before the opening.
    pub token: Option<PositionToken>,
    /// After how many seconds to ask again, with jitter.
    pub refresh: Duration,
    /// The clock that decided.
    pub server_time: Timestamp,
}

/// The states in which a position may be.
#[derive(Debug, Clone, PartialEq)]
pub enum TurnState {
    /// No room is on: no pass is needed.
    Open,
    /// The candidate has no position and asked for none.
    Nowhere,
    /// The candidate waits in the line.
    Waiting {
        /// Positions before this one; absent before the opening, when the order is not drawn yet.
        ahead: Option<u64>,
        /// How long it will take, as things go; absent while nobody can know.
        expected: Option<SignedDuration>,
        /// All positions taken so far.
        present: u64,
    },
    /// The candidate is admitted and may ask for seats.
    Admitted {
        /// The pass to send along with the request for seats.
        pass: Pass,
        /// The end of the time in which the pass is good.
        expires_at: Timestamp,
    },
}

impl WaitingRoomPosition {
    /// No room is on.
    pub(super) fn open(now: Timestamp) -> Self {
        let refresh = Duration::from_secs(*REFRESH_SECONDS.end());
        Self { state: TurnState::Open, token: None, refresh, server_time: now }
    }
}

/// A position as Redis said it, for the candidate.
pub(super) fn position(
    entry: &ExamEntry,
    keys: &WaitingRoomKeys,
    candidate: &CandidateId,
    joined: Joined,
    is_full: bool,
) -> WaitingRoomPosition {
    let exam = &entry.exam;
    let (now_ms, state, is_shuffled) = match joined {
        Joined::Nowhere { now_ms } => (now_ms, TurnState::Nowhere, false),
        Joined::InLine { now_ms, present, admitted, rank, is_shuffled, per_second, pass_until_ms } => {
            let is_open = exam.opens_at.is_none_or(|opens| opens.as_millisecond() <= now_ms);
            let ahead = rank.saturating_sub(admitted);
            let state = match pass_until_ms {
                Some(until) => {
                    let expires_at = at_ms(until);
                    TurnState::Admitted { pass: Pass::sign(keys, &exam.id, candidate, expires_at), expires_at }
                }
                None if !is_open => TurnState::Waiting { ahead: None, expected: None, present },
                None => {
                    // Before the line has moved for the first time, what was set is all there is to go by.
                    let rate = per_second.or(exam.waiting_room.admit_per_second.map(f64::from)).filter(|_| !is_full);
                    let expected = rate.and_then(|rate| expected(ahead, rate));
                    TurnState::Waiting { ahead: Some(ahead), expected, present }
                }
            };
            (now_ms, state, is_shuffled)
        }
    };
    let until_opening = exam.opens_at.map_or(0, |opens| opens.as_millisecond() - now_ms);
    let refresh = refresh(&state, u64::try_from(until_opening).unwrap_or_default());
    let token = is_shuffled.then(|| PositionToken::sign(keys, &exam.id, candidate));
    WaitingRoomPosition { state, token, refresh, server_time: at_ms(now_ms) }
}

fn expected(ahead: u64, per_second: f64) -> Option<SignedDuration> {
    let seconds = (ahead as f64 + 1.0) / per_second;
    (seconds <= WAIT_SECONDS_MAX).then(|| SignedDuration::from_secs_f64(seconds.ceil()))
}

/// When to look again: sooner when the turn is near, and never all at once.
fn refresh(state: &TurnState, until_opening_ms: u64) -> Duration {
    let (least, most) = (*REFRESH_SECONDS.start(), *REFRESH_SECONDS.end());
    let seconds = match state {
        // Straight after the opening, spread over a few seconds.
        TurnState::Waiting { ahead: None, .. } if until_opening_ms < most * 1_000 => {
            return Duration::from_millis(until_opening_ms + jitter(OPENING_SPREAD_SECONDS * 1_000))
                .max(Duration::from_secs(least));
        }
        TurnState::Waiting { expected: Some(expected), .. } => expected.as_secs().unsigned_abs() / 4,
        TurnState::Waiting { ahead: Some(0..=9), .. } => most / 2,
        _ => most,
    };
    let mean_ms = seconds.clamp(least, most) * 1_000;
    // Between three quarters and all of it.
    Duration::from_millis(mean_ms - jitter(mean_ms / 4)).max(Duration::from_secs(least))
}

/// A number from 0 to `most`, not the same for everybody.
fn jitter(most: u64) -> u64 {
    let mut bytes = [0; 8];
    // Without random bytes everybody comes at once, which is bad and not wrong.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    u64::from_be_bytes(bytes) % (most + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(ahead: Option<u64>, expected_seconds: Option<i64>) -> TurnState {
        TurnState::Waiting { ahead, expected: expected_seconds.map(SignedDuration::from_secs), present: 9 }
    }

    #[test]
    fn pages_come_back_sooner_when_their_turn_is_near_and_never_all_at_once() {
        let all = |state: &TurnState, opening| (0..200).map(|_| refresh(state, opening).as_secs_f64()).collect();
        let within = |times: Vec<f64>, least: f64, most: f64| {
            assert!(times.iter().all(|time| (least..=most).contains(time)), "{times:?}");
            assert!(times.iter().any(|time| *time != times[0]) || least == most, "no jitter: {times:?}");
        };
        within(all(&waiting(Some(5_000), Some(3_600)), 0), 22.5, 30.0);
        within(all(&waiting(Some(50), Some(40)), 0), 7.5, 10.0);
        within(all(&waiting(Some(0), Some(2)), 0), 3.0, 3.0);
        within(all(&waiting(Some(0), None), 0), 11.0, 15.0);
        within(all(&waiting(None, None), 3_600_000), 22.5, 30.0);
        within(all(&waiting(None, None), 12_000), 12.0, 18.0);
    }

    #[test]
    fn nobody_is_told_a_wait_that_nobody_knows() {
        assert_eq!(expected(99, 50.0), Some(SignedDuration::from_secs(2)));
        assert_eq!(expected(99, 0.0), None);
        assert_eq!(expected(99, 1e-9), None);
    }
}
