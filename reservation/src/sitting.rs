//! Exams and sittings as plain values, and how full a sitting is.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{ExamId, GroupId, PoolId, SittingId, SittingNumber};
use crate::waiting_room::WaitingRoomSettings;

/// Most seats that one sitting may have.
pub const CAPACITY_MAX: u32 = 10_000_000;
/// Longest title or venue, in characters.
pub const TITLE_CHARS_MAX: usize = 200;

/// When a hold counts as taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Acknowledge {
    /// When Redis has it on disk (`appendfsync always`).
    #[default]
    Redis,
    /// When the ledger has it too: it survives the loss of Redis altogether.
    Ledger,
}

/// What an exam is to the engine: how long a seat is held, and when holds are given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exam {
    /// The exam's id.
    pub id: ExamId,
    /// Its name on pages.
    pub title: String,
    /// How long a seat is held, as shown.
    pub hold: SignedDuration,
    /// How much longer the engine waits than the shown deadline.
    pub grace: SignedDuration,
    /// No holds before; absent: open already.
    pub opens_at: Option<Timestamp>,
    /// No holds from then on; absent: open without end.
    pub closes_at: Option<Timestamp>,
    /// When a hold counts as taken.
    pub acknowledge: Acknowledge,
    /// The settings of its waiting room.
    pub waiting_room: WaitingRoomSettings,
}

impl Exam {
    /// Are holds given out at `now`?
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.opens_at.is_none_or(|opens| opens <= now) && self.closes_at.is_none_or(|closes| now < closes)
    }
}

/// What the caller says of a sitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SittingSpec {
    /// Its name on pages.
    pub title: String,
    /// Sittings of one group exclude each other. Cannot change later.
    pub group: Option<GroupId>,
    /// The pool it belongs to; absent: the exam's own. Cannot change later.
    pub pool: Option<PoolId>,
    /// The number of its seats.
    pub capacity: u32,
    /// The place where the sitting is held, for people.
    pub venue: Option<String>,
    /// The time at which the sitting begins.
    pub starts_at: Option<Timestamp>,
}

/// A sitting as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitting {
    /// Its id within the exam.
    pub id: SittingId,
    /// Its number within the exam.
    pub number: SittingNumber,
    /// Its group's number; its own when it is in no group.
    pub group_number: SittingNumber,
    /// What was said of it; `pool` is always there.
    pub spec: SittingSpec,
}

impl Sitting {
    /// From when on its seats are given out no more to somebody who needs `to_pay` before it begins; absent: nobody said
    /// when it begins.
    pub fn closes_at(&self, to_pay: SignedDuration) -> Option<Timestamp> {
        let starts_at = self.spec.starts_at?;
        Some(starts_at.checked_sub(to_pay).unwrap_or(Timestamp::MIN))
    }
}

/// How full a sitting is: green, yellow, red.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// More than half of the seats are free.
    Ample,
    /// Half of the seats or fewer are free.
    Low,
    /// The sitting has no free seat.
    Full,
}

impl Level {
    /// The level of `free` seats out of `capacity`.
    pub fn of(free: u32, capacity: u32) -> Self {
        match free {
            0 => Self::Full,
            free if u64::from(free) * 2 > u64::from(capacity) => Self::Ample,
            _ => Self::Low,
        }
    }
}

/// A sitting and how many of its seats are free, as pages and answers show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// The sitting that the numbers are about.
    pub sitting: std::sync::Arc<Sitting>,
    /// The number of its seats now, free or not.
    pub capacity: u32,
    /// Free seats, never below 0.
    pub free: u32,
    /// The level of what is free: ample, low or full.
    pub level: Level,
    /// When the next hold lapses, if the sitting is full and any hold may lapse.
    pub next_release_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b12_green_is_over_half_yellow_the_rest_and_red_none() {
        assert_eq!(Level::of(101, 200), Level::Ample);
        assert_eq!(Level::of(100, 200), Level::Low);
        assert_eq!(Level::of(1, 200), Level::Low);
        assert_eq!(Level::of(0, 200), Level::Full);
        assert_eq!(Level::of(0, 0), Level::Full);
        assert_eq!(Level::of(1, 1), Level::Ample);
    }
}
