//! Where exams take place: sites, their rooms, and the place in a room that somebody was given. Plain values.

pub mod arrangement;
pub mod checkin;
pub mod ticket;

use jiff::{SignedDuration, Timestamp};
use reservation::ids::SittingId;
use uuid::Uuid;

use crate::model::order::OrderId;
use crate::model::text::Text;

/// A site's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId(pub Uuid);

impl std::str::FromStr for SiteId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// A room's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomId(pub Uuid);

/// Where something is on the map: WGS 84, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// North of the equator, -90 to 90.
    pub latitude: f64,
    /// East of Greenwich, -180 to 180.
    pub longitude: f64,
}

/// A place with rooms for exams (考点).
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// By which it is known.
    pub id: SiteId,
    /// What it is called: 临江大学东校区.
    pub name: Text,
    /// The address, as one tells it to a driver.
    pub address: Text,
    /// How to find the gate; empty where nobody has said.
    pub way: Text,
    /// Where it is on the map.
    pub position: Option<Position>,
}

/// How far apart two sittings must begin for one room to serve both, as a warning says: how long they last nobody has said.
pub const ROOM_NEEDED: SignedDuration = SignedDuration::from_hours(3);

/// A room of a site, reused by every exam that takes place there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// By which it is known.
    pub id: RoomId,
    /// Where it is.
    pub site: SiteId,
    /// Within its site: 一号楼 302.
    pub name: String,
    /// On which floor; empty where nobody has said.
    pub floor: String,
    /// Whether a lift goes there.
    pub has_lift: bool,
    /// Its seats, and how they are numbered. The id of the plan is the room's id as text.
    pub plan: seating::Room,
}

/// The place in a room that somebody was given for a sitting, as published.
#[derive(Debug, Clone, PartialEq)]
pub struct SeatPlace {
    /// For which sitting.
    pub sitting: SittingId,
    /// Where to go.
    pub site: Site,
    /// The room to go to.
    pub room: RoomId,
    /// The room's name within the site: 一号楼 302.
    pub room_name: String,
    /// On which floor; empty where nobody has said.
    pub floor: String,
    /// The room's number in this sitting, from 1: 第 012 考场.
    pub room_number: u16,
    /// The seat's number in the room, from 1.
    pub seat: u16,
    /// What the seat is called: `H01`.
    pub label: String,
    /// Since when somebody has it.
    pub assigned_at: Timestamp,
}

/// Whoever was given a seat of a room for a sitting, as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitter {
    /// By whose order.
    pub order: OrderId,
    /// The seat's number in the room, from 1.
    pub seat: u16,
    /// Whether the place was given up since: then it stays empty.
    pub is_given_up: bool,
}
