//! Check-in at the door: what a device of staff scanned there, and what is said of it. Plain values.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use reservation::ids::{ExamId, SittingId};
use strum::VariantArray;
use uuid::Uuid;

use crate::model::room::SiteId;
use crate::model::room::ticket::{TicketNumber, TicketSerial};

/// A clock that differs less from ours is right: so long may a request be on its way.
const SKEW_BELIEVED_MIN: SignedDuration = SignedDuration::from_secs(30);
/// So long after the end of a sitting a device keeps what it knows of the people.
pub const KEPT_ON_DEVICES: SignedDuration = SignedDuration::from_hours(12);

/// Where people are let in: one sitting at one site.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entrance {
    /// The exam that is held.
    pub exam: ExamId,
    /// Which of its sittings.
    pub sitting: SittingId,
    /// The site that people come to.
    pub site: SiteId,
}

/// What a device calls a scan: made there once, so that a scan that is sent again is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScanId(pub Uuid);

/// What a device calls itself, until it forgets everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceId(pub Uuid);

/// What a device calls an entry in doubt (存疑).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DoubtId(pub Uuid);

/// What is said of a ticket that is shown at a door. Devices and we have the same words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::AsRefStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// The right person's ticket, here and now.
    Good,
    /// The same after the start, while people are still let in.
    Late,
    /// Nobody is let in any more.
    TooLate,
    /// The doors are not open yet.
    TooEarly,
    /// The room of the ticket is another one of this site.
    OtherRoom,
    /// The room of the ticket is at another site.
    OtherSite,
    /// The ticket is for another sitting of the exam.
    OtherSitting,
    /// The ticket is for another exam.
    OtherExam,
    /// The ticket lets nobody in: its order has ended.
    Void,
    /// The ticket was issued anew since: the newer one is good.
    Older,
    /// Its signature is not ours.
    Forged,
    /// No ticket that is known here.
    Unknown,
    /// Somebody was let in with it on this device already.
    Again,
}

impl Verdict {
    /// All that there are.
    pub const ALL: &[Self] = Self::VARIANTS;
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_ref())
    }
}

/// What staff did with whoever showed the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Act {
    /// Let in: name and photo are those of the person.
    Admitted,
    /// They were sent away.
    Refused,
    /// Let in with a doubt about who it is: a photo was taken (存疑).
    Doubtful,
}

impl Act {
    /// Was somebody let in?
    pub fn is_entry(self) -> bool {
        matches!(self, Self::Admitted | Self::Doubtful)
    }
}

/// What was shown at the door. `Debug` shows no code: whoever has it may come in.
#[derive(Clone, PartialEq, Eq)]
pub enum Shown {
    /// The text of a code.
    Code(String),
    /// The number of a ticket, typed.
    Number(TicketNumber),
    /// Somebody who was found by name, by the serial of the ticket.
    Serial(TicketSerial),
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code(_) => "Shown(code)",
            Self::Number(_) => "Shown(number)",
            Self::Serial(_) => "Shown(serial)",
        })
    }
}

/// A ticket that was looked at, as a device tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// By which it is known again.
    pub id: ScanId,
    /// When it was, by the device's clock.
    pub at: Timestamp,
    /// What the device's clock said when it was sent.
    pub sent_at: Timestamp,
    /// What was shown.
    pub shown: Shown,
    /// The number of the room at whose door the device stood; `None`: that of the site.
    pub room: Option<u16>,
    /// What the device said of it.
    pub verdict: Verdict,
    /// What staff did.
    pub act: Act,
}

impl Scan {
    /// When it was, by our clock: never after it was `received`.
    pub fn happened_at(&self, received: Timestamp) -> Timestamp {
        happened_at(self.at, self.sent_at, received)
    }
}

/// When something was, by our clock, that a device told of with its own: what its clock is wrong by, it was wrong by then,
/// too. A difference that the way here can make is none. Never after it was `received`.
pub fn happened_at(at: Timestamp, sent_at: Timestamp, received: Timestamp) -> Timestamp {
    let skew = received.duration_since(sent_at);
    let corrected = if skew.abs() < SKEW_BELIEVED_MIN { at } else { at.checked_add(skew).unwrap_or(received) };
    corrected.min(received)
}

/// What became of a scan that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanState {
    /// It is kept from now on.
    Stored,
    /// It was kept before.
    Known,
    /// It cannot be kept.
    Refused(ScanRefusal),
}

/// Why a scan cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr)]
#[strum(serialize_all = "snake_case")]
pub enum ScanRefusal {
    /// It says something that no scan says.
    Malformed,
    /// Its id is that of another scan: of another device, or at another entrance.
    Taken,
    /// As many as one site may have are kept already.
    Full,
}

/// One answer to one scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanAnswer {
    /// Which scan it is about.
    pub id: ScanId,
    /// What became of it.
    pub state: ScanState,
    /// Was somebody let in with the same ticket by another device, or by this one without its knowing?
    pub is_conflict: bool,
}

/// What members of staff say of an entry in doubt, each by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::AsRefStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Opinion {
    /// The person on the photo is whose ticket it is.
    Same,
    /// The person on the photo is somebody else.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn d7_a_scan_was_when_it_was_and_not_when_it_was_sent() {
        let (scanned, received) = (at("2026-06-13T00:40:00Z"), at("2026-06-13T01:00:10Z"));
        // Twenty minutes without a network; the way here took ten seconds.
        assert_eq!(happened_at(scanned, at("2026-06-13T01:00:00Z"), received), scanned);
        // The same on a device whose clock is two hours slow, and on one whose clock is a year fast.
        let slow = happened_at(at("2026-06-12T22:40:00Z"), at("2026-06-12T23:00:00Z"), received);
        assert_eq!(slow, at("2026-06-13T00:40:10Z"));
        let fast = happened_at(at("2027-06-13T00:40:00Z"), at("2027-06-13T01:00:00Z"), received);
        assert_eq!(fast, at("2026-06-13T00:40:10Z"));
        // Nothing was after it was told.
        assert_eq!(happened_at(at("2026-06-13T01:00:20Z"), received, received), received);
        assert_eq!(happened_at(Timestamp::MAX, Timestamp::MIN, received), received);
    }

    #[test]
    fn words_are_those_of_devices() {
        for verdict in Verdict::ALL {
            assert_eq!(verdict.as_ref().parse::<Verdict>().ok(), Some(*verdict));
        }
        assert_eq!((Verdict::TooEarly.as_ref(), Act::Doubtful.as_ref()), ("too_early", "doubtful"));
        assert!(Act::Doubtful.is_entry() && !Act::Refused.is_entry());
    }
}
