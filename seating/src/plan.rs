//! What is arranged, and what comes of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::examinee::{Examinee, Key};
use crate::room::{NAME_CHARS_MAX, Room};
use crate::rules::Rules;

/// Most people of a sitting.
pub const EXAMINEES_MAX: usize = 200_000;
/// Most rooms of a sitting.
pub const ROOMS_MAX: usize = 20_000;
/// Longest id of a sitting or of somebody, in characters.
pub const ID_CHARS_MAX: usize = 64;

/// All that an arrangement follows from, but the seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Which sitting, 1–64 characters: a part of the draw.
    pub sitting: String,
    /// How it is arranged.
    #[serde(default)]
    pub rules: Rules,
    /// Its rooms, in the order in which they are filled.
    pub rooms: Vec<Room>,
    /// Who is to be seated; in which order they stand here changes nothing.
    pub examinees: Vec<Examinee>,
}

/// A place that was given to somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assigned {
    /// Whose it is.
    pub id: String,
    /// The name of the room.
    pub room: String,
    /// The seat's number in the room, from 1.
    pub seat: u16,
}

/// Who sits where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// By room, as the rooms are listed, then by seat.
    pub seats: Vec<Assigned>,
    /// Those for whom there is no seat in any room, by id.
    #[serde(default)]
    pub unplaced: Vec<String>,
}

/// Why nothing was arranged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// A name is empty or too long.
    #[error("{0:?} is no name: a sitting and a person have 1 to {ID_CHARS_MAX} characters, a room {NAME_CHARS_MAX}")]
    Name(String),
    /// Two rooms have one name.
    #[error("two rooms are called {0:?}")]
    RoomTwice(String),
    /// Somebody stands there twice.
    #[error("{0:?} is there twice")]
    ExamineeTwice(String),
    /// More than can be arranged at once.
    #[error("a sitting has at most {ROOMS_MAX} rooms and {EXAMINEES_MAX} people")]
    TooMany,
    /// Who is kept together sits next to each other.
    #[error("people cannot be kept together and apart by the same thing ({0:?})")]
    TogetherAndApart(Key),
}

impl Input {
    /// Reads a sitting from JSON; whether it can be arranged is what [`Self::check`] says.
    ///
    /// # Errors
    /// What in the text is no sitting, with its line and column.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Whether it can be arranged at all.
    ///
    /// # Errors
    /// The first fault that is found.
    pub fn check(&self) -> Result<(), InputError> {
        if self.rooms.len() > ROOMS_MAX || self.examinees.len() > EXAMINEES_MAX {
            return Err(InputError::TooMany);
        }
        named(&self.sitting, ID_CHARS_MAX)?;
        let mut rooms = BTreeSet::new();
        for room in &self.rooms {
            named(&room.id, NAME_CHARS_MAX)?;
            if !room.prefix.is_empty() {
                named(&room.prefix, NAME_CHARS_MAX)?;
            }
            if !rooms.insert(room.id.as_str()) {
                return Err(InputError::RoomTwice(room.id.clone()));
            }
        }
        let mut examinees = BTreeSet::new();
        for examinee in &self.examinees {
            named(&examinee.id, ID_CHARS_MAX)?;
            if !examinees.insert(examinee.id.as_str()) {
                return Err(InputError::ExamineeTwice(examinee.id.clone()));
            }
        }
        match self.rules.together {
            // A class is within its school, so a school together keeps no two of its classes apart for certain, but may.
            Some(key) if self.rules.apart.contains(&key) => Err(InputError::TogetherAndApart(key)),
            Some(Key::Class) if self.rules.apart.contains(&Key::School) => {
                Err(InputError::TogetherAndApart(Key::School))
            }
            _ => Ok(()),
        }
    }
}

fn named(name: &str, chars_max: usize) -> Result<(), InputError> {
    let chars = name.chars().count();
    if chars == 0 || chars > chars_max || name.chars().any(char::is_control) {
        return Err(InputError::Name(name.chars().take(chars_max).collect()));
    }
    Ok(())
}
