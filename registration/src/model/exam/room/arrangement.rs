//! How the sittings of an exam are arranged (编排), and what the public may know of it. Plain values.

use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use seating::Rules;

use crate::model::ids::StaffId;

/// How a sitting is arranged. The seed is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    /// The exam that is arranged.
    pub exam: ExamId,
    /// The sitting of it.
    pub sitting: SittingId,
    /// By which rules.
    pub rules: Rules,
    /// SHA-256 of the seed that is drawn by, 64 hexadecimal digits.
    pub commitment: String,
    /// How often it has been published.
    pub generation: u32,
    /// When its seed was drawn.
    pub made_at: Timestamp,
    /// What was published last; `None` before the first time.
    pub published: Option<Published>,
    /// Since when it is not arranged anew.
    pub frozen_at: Option<Timestamp>,
}

/// What was published of an arrangement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// When it was published.
    pub at: Timestamp,
    /// By whom of the staff.
    pub by: Option<StaffId>,
    /// The commitment of that draw.
    pub commitment: String,
    /// Its seed, 64 hexadecimal digits.
    pub seed: String,
    /// How many people have a place by the draw.
    pub seats: u32,
    /// In how many rooms.
    pub rooms: u32,
    /// How many came later and have a place.
    pub late: u32,
}

/// Where an arrangement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rules and commitment are set; nobody has a place.
    SetUp,
    /// Places are published.
    Published,
    /// Places are published, and another draw is being prepared.
    Anew,
    /// Places are published and stay as they are.
    Frozen,
}

impl Arrangement {
    /// Where it stands.
    pub fn stage(&self) -> Stage {
        match &self.published {
            None => Stage::SetUp,
            Some(_) if self.frozen_at.is_some() => Stage::Frozen,
            Some(published) if published.commitment != self.commitment => Stage::Anew,
            Some(_) => Stage::Published,
        }
    }

    /// May its rules and rooms be changed now? Not those of what is published.
    pub fn is_open(&self) -> bool {
        matches!(self.stage(), Stage::SetUp | Stage::Anew)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_closed_until_another_seed_is_drawn() {
        let published = Published {
            at: Timestamp::UNIX_EPOCH,
            by: None,
            commitment: "a".to_owned(),
            seed: "s".to_owned(),
            seats: 1,
            rooms: 1,
            late: 0,
        };
        let mut one = Arrangement {
            exam: "exam".parse().unwrap(),
            sitting: "s0".parse().unwrap(),
            rules: Rules::default(),
            commitment: "a".to_owned(),
            generation: 0,
            made_at: Timestamp::UNIX_EPOCH,
            published: None,
            frozen_at: None,
        };
        assert_eq!((one.stage(), one.is_open()), (Stage::SetUp, true));
        one.published = Some(published);
        assert_eq!((one.stage(), one.is_open()), (Stage::Published, false));
        one.commitment = "b".to_owned();
        assert_eq!((one.stage(), one.is_open()), (Stage::Anew, true));
        one.frozen_at = Some(Timestamp::UNIX_EPOCH);
        assert_eq!((one.stage(), one.is_open()), (Stage::Frozen, false));
    }
}
