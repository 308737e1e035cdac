//! What candidates lived through in the waiting room, and whether it kept its promises: nobody got a seat without
//! being admitted, and people were let in by the published shuffle, then in the order in which they came.

mod order;
mod shuffle;

use std::time::Duration;

pub use order::{Order, order};
pub use shuffle::{SeedError, Shuffle};

use crate::measured::results::{Check, CheckKind, CheckState};
use crate::server::wire::waiting_room::WaitingRoomReply;
use crate::shown::numbers::{counted, grouped};

/// One candidate's time in the waiting room. All moments are counted from the start of the test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// The candidate, by index.
    pub index: u64,
    /// When the request for a position was sent, and when its answer had arrived. A repeated one counts from the first.
    pub entered: (Duration, Duration),
    /// Was that before the opening? The server said so by naming no position.
    pub was_early: bool,
    /// The name that the shuffle has it under, if the server said one.
    pub shuffled_as: Option<Box<str>>,
    /// When the last question was sent that was answered `waiting`.
    pub still_waiting: Option<Duration>,
    /// When the first answer arrived that said `admitted`.
    pub admitted: Option<Duration>,
    /// Got a seat.
    pub has_seat: bool,
    /// Got a seat before it was told to be admitted.
    pub pushed_in: bool,
}

/// Did anybody get a seat without being admitted?
pub fn admission(stays: &[Stay], room: Option<&WaitingRoomReply>) -> Check {
    let pushed: Vec<u64> = stays.iter().filter(|stay| stay.pushed_in).map(|stay| stay.index).collect();
    let (seated, admitted) = (count(stays, |stay| stay.has_seat), count(stays, |stay| stay.admitted.is_some()));
    let (state, detail) = if let Some(first) = pushed.first() {
        let detail =
            format!("{} got a seat without being admitted, number {first} first", counted_people(pushed.len()));
        (CheckState::Failed, detail)
    } else if let Some(room) = room.filter(|room| room.admitted < admitted) {
        let (told, counts) = (grouped(admitted), grouped(room.admitted));
        (CheckState::Failed, format!("{told} were told that they are admitted, but the server counts {counts}"))
    } else {
        let detail =
            format!("all {} who got a seat were admitted before; {} were admitted", grouped(seated), grouped(admitted));
        (CheckState::Passed, detail)
    };
    Check { kind: CheckKind::Admission, state, detail }
}

/// Were people let in in the right order? `name` makes a candidate's name out of its index, for whom the server named
/// no other.
pub fn fairness(stays: &[Stay], room: Option<&WaitingRoomReply>, name: impl Fn(u64) -> String) -> Check {
    let check = |state, detail| Check { kind: CheckKind::Order, state, detail };
    let Some(room) = room else {
        return check(CheckState::Skipped, "the waiting room could not be asked how it stands".to_owned());
    };
    let early = count(stays, |stay| stay.was_early);
    let shuffle = match Shuffle::published(room.seed.as_deref(), room.commitment.as_deref().unwrap_or_default()) {
        Ok(shuffle) => shuffle,
        Err(SeedError::Secret) if early == 0 => None,
        Err(error) => return check(CheckState::Failed, error.to_string()),
    };
    let score = |shuffle: &Shuffle, stay: &Stay| match &stay.shuffled_as {
        Some(told) => shuffle.score(told),
        None => shuffle.score(&name(stay.index)),
    };
    let found = order(stays, |stay| Some(score(shuffle.as_ref()?, stay)));
    match found.violation {
        Some((first, second)) => check(
            CheckState::Failed,
            format!("number {second} was admitted while number {first}, whose turn was earlier, still waited"),
        ),
        None => check(
            CheckState::Passed,
            format!(
                "{} were let in by the published shuffle (its seed fits the commitment), then {} in the order in which \
                 they came",
                counted(found.early, "early candidate"),
                counted(found.late, "candidate")
            ),
        ),
    }
}

fn count(stays: &[Stay], wanted: impl Fn(&Stay) -> bool) -> u64 {
    stays.iter().filter(|stay| wanted(stay)).count() as u64
}

fn counted_people(number: usize) -> String {
    counted(number as u64, "candidate")
}

#[cfg(test)]
mod tests;
