//! Who is let in at a door: what is said of a ticket that is shown there. Pure. Devices judge by themselves, without a
//! network, from what they were told of their site; we judge the same scans anew, from what we know of all. Both by these
//! rules: `backoffice/tests/vectors/verdicts.json` is what both are tested with.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use ticketcode::{CodeError, Entry, Tag};

use crate::model::exam::{Exam, ExamSitting};
use crate::model::room::checkin::Verdict;
use crate::rules::tickets::Times;

/// So long after the start somebody is still let in where the exam does not say until when.
const LATE: SignedDuration = SignedDuration::from_mins(15);

/// The times of a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoorTimes {
    /// Nobody is let in before.
    pub opens_at: Timestamp,
    /// When the sitting begins: whoever comes later is late.
    pub starts_at: Timestamp,
    /// Nobody is let in later. Before the start where the exam closes its doors so early.
    pub late_until: Timestamp,
    /// When the sitting ends.
    pub ends_at: Timestamp,
}

impl DoorTimes {
    /// Those of a sitting of the exam.
    pub fn of(exam: &Exam, sitting: &ExamSitting) -> Self {
        let times = Times::of(exam, sitting);
        let (opens_at, ends_at) = times.good();
        let late_until = times.closes_at.unwrap_or(times.starts_at + LATE);
        Self { opens_at, starts_at: times.starts_at, late_until, ends_at }
    }
}

/// One sitting at one site, as its doors judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// What codes call the exam.
    pub exam: Tag,
    /// What codes call the sitting.
    pub sitting: Tag,
    /// When somebody may come in.
    pub times: DoorTimes,
    /// The numbers of the sitting's rooms at other sites.
    pub elsewhere: BTreeSet<u16>,
}

/// What was shown, and how far it speaks for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// A code, and whether one of the exam's keys signed it.
    Code(Result<Entry, CodeError>),
    /// A number that was typed, or somebody who was found by name: the photo alone speaks for them.
    Named,
}

/// For what a known ticket is, as far as it is not for here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The room of this number at this site.
    Room(u16),
    /// A room of another site.
    OtherSite,
    /// Another sitting of the exam.
    OtherSitting,
}

/// What is known of the ticket that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Where it lets somebody in.
    pub place: Place,
    /// How often it was issued.
    pub generation: u16,
    /// Whether it lets nobody in any more.
    pub is_void: bool,
    /// Whether this device has let somebody in with it.
    pub is_in: bool,
}

/// What is said of a ticket shown `at` a time to a device that stands at the door of a `room`, or at that of the site.
/// `known` is `None` for a ticket of which nothing is known, and for what is none.
pub fn judge(door: &Door, presented: &Presented, known: Option<&Known>, room: Option<u16>, at: Timestamp) -> Verdict {
    let entry = match presented {
        Presented::Named => None,
        Presented::Code(Ok(entry)) if entry.exam != door.exam => return Verdict::OtherExam,
        Presented::Code(Ok(entry)) if entry.sitting != door.sitting => return Verdict::OtherSitting,
        Presented::Code(Ok(entry)) => Some(entry),
        // Nobody here has the keys of other exams, and nobody comes in with what they signed.
        Presented::Code(Err(CodeError::UnknownKey { exam, .. })) if *exam != door.exam => return Verdict::OtherExam,
        Presented::Code(Err(CodeError::Forged)) => return Verdict::Forged,
        Presented::Code(Err(CodeError::UnknownKey { .. } | CodeError::Malformed | CodeError::Version(_))) => {
            return Verdict::Unknown;
        }
    };
    let Some(known) = known else {
        let is_elsewhere = entry.is_some_and(|entry| door.elsewhere.contains(&entry.room));
        return if is_elsewhere { Verdict::OtherSite } else { Verdict::Unknown };
    };
    if known.place == Place::OtherSitting {
        return Verdict::OtherSitting;
    }
    if known.is_void {
        return Verdict::Void;
    }
    if entry.is_some_and(|entry| entry.generation < known.generation) {
        return Verdict::Older;
    }
    // A ticket that is newer than what is known of it is believed about its place.
    let newer = entry.filter(|entry| entry.generation > known.generation);
    let its_room = match (newer, known.place) {
        (Some(entry), _) if door.elsewhere.contains(&entry.room) => return Verdict::OtherSite,
        (Some(entry), _) => entry.room,
        (None, Place::Room(number)) => number,
        (None, Place::OtherSite | Place::OtherSitting) => return Verdict::OtherSite,
    };
    if known.is_in {
        return Verdict::Again;
    }
    by_time_and_room(&door.times, its_room, room, at)
}

/// Of a good ticket for a room of this site.
fn by_time_and_room(times: &DoorTimes, its_room: u16, room: Option<u16>, at: Timestamp) -> Verdict {
    if at < times.opens_at {
        Verdict::TooEarly
    } else if at > times.late_until {
        Verdict::TooLate
    } else if room.is_some_and(|room| room != its_room) {
        Verdict::OtherRoom
    } else if at > times.starts_at {
        Verdict::Late
    } else {
        Verdict::Good
    }
}

#[cfg(test)]
mod tests;
