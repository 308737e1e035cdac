//! The exam to create, and the requests that do so.

use jiff::Timestamp;
use reservation::api::wire::{PutExam, PutSitting};
use reservation::sitting;
use reservation::waiting_room::WaitingRoomSettings;

use crate::cli::{Acknowledge, NewExamArgs};

/// The exam to create.
#[derive(Debug, Clone)]
pub struct NewExam {
    /// The id of the exam.
    pub id: String,
    /// All its seats, spread over the sittings as evenly as it goes.
    pub seats: u64,
    /// How many sittings.
    sittings: u32,
    /// How long a seat is held.
    pub hold_seconds: u32,
    /// When a hold counts as taken.
    acknowledge: sitting::Acknowledge,
    /// When it opens.
    pub calendar: Calendar,
    /// Its waiting room.
    pub waiting_room: WaitingRoomSettings,
}

/// When an exam opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    /// It is open.
    Open,
    /// At this moment.
    OpensAt(Timestamp),
}

impl NewExam {
    /// As the options say, under a name that nobody else takes.
    pub fn named_now(new: &NewExamArgs, calendar: Calendar) -> Self {
        Self {
            // Nobody else creates one in the same millisecond under the same dice.
            id: format!("load-{:x}-{:04x}", Timestamp::now().as_millisecond(), fastrand::u16(..)),
            seats: new.seats,
            sittings: new.sittings,
            hold_seconds: new.hold_seconds,
            acknowledge: match new.acknowledge {
                Acknowledge::Redis => sitting::Acknowledge::Redis,
                Acknowledge::Ledger => sitting::Acknowledge::Ledger,
            },
            calendar,
            waiting_room: WaitingRoomSettings {
                mode: new.waiting_room.map(Into::into).unwrap_or_default(),
                admit_per_second: new.admit_per_second,
            },
        }
    }

    /// Seats by sitting.
    pub fn capacities(&self) -> impl Iterator<Item = u32> {
        let (many, rest) = (self.seats / u64::from(self.sittings), self.seats % u64::from(self.sittings));
        let capacity = move |number| many + u64::from(u64::from(number) < rest);
        (0..self.sittings).map(move |number| u32::try_from(capacity(number)).unwrap_or(u32::MAX))
    }

    pub(super) fn body(&self) -> PutExam {
        PutExam {
            title: "Load test".to_owned(),
            hold_seconds: self.hold_seconds,
            grace_seconds: 0,
            opens_at: match self.calendar {
                Calendar::Open => None,
                Calendar::OpensAt(at) => Some(at),
            },
            closes_at: None,
            acknowledge: self.acknowledge,
            waiting_room: self.waiting_room,
        }
    }

    pub(super) fn sittings(&self) -> impl Iterator<Item = PutSitting> {
        (1..).zip(self.capacities()).map(|(number, capacity)| PutSitting {
            title: format!("Sitting {number}"),
            group: None,
            capacity,
            venue: None,
            starts_at: None,
            pool: None,
        })
    }
}
