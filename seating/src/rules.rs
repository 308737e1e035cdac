//! How a sitting is arranged.

use serde::{Deserialize, Serialize};

use crate::examinee::Key;

/// The rules of an arrangement. What cannot be kept is listed by [`crate::violations`], never hidden.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Rooms are filled one value after the other (school after school); without it everybody is mixed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<Key>,
    /// Neighbours differ by each of these.
    pub apart: Vec<Key>,
    /// Whether those diagonally next to each other are neighbours, too.
    pub diagonal: bool,
    /// A room has one kind of paper only (四同).
    pub one_paper_per_room: bool,
    /// Seats of each room that stay empty, for late candidates and broken desks; a room may say another number.
    pub spare_seats: u16,
    /// Rooms that stay empty: the last ones of the list.
    pub spare_rooms: u16,
    /// What becomes of the few who are left for the last room.
    pub few: Few,
}

/// What becomes of the few who are left for the last room of those with the same paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Few {
    /// They have the room to themselves.
    #[default]
    Stay,
    /// If they are no more than this, and the room before has as many spare seats, they sit there.
    JoinBefore(u16),
    /// The last two rooms have equally many, or one more in the first.
    Even,
}
