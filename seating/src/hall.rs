//! A room as plans use it: its seats by number, and which of them are next to each other.

use std::collections::BTreeMap;

use crate::examinee::Needs;
use crate::room::{Room, Seat, Spot};
use crate::rules::Rules;

/// Down, right, and so on: the four sides first, then the four corners.
const DIRECTIONS: [(isize, isize); 8] = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)];
/// How many of them are sides.
const SIDES: usize = 4;

/// A room, its seats in the order of their numbers, and the neighbours of each.
#[derive(Debug)]
pub(crate) struct Hall<'a> {
    pub(crate) room: &'a Room,
    pub(crate) seats: Vec<Seat>,
    /// For each seat, who sits next to it, as places in `seats`.
    pub(crate) neighbours: Vec<Vec<usize>>,
    /// How many seats are to be used, the spare ones left out.
    pub(crate) usual: usize,
    front: usize,
}

impl<'a> Hall<'a> {
    pub(crate) fn new(room: &'a Room, rules: &Rules) -> Self {
        let seats = room.seats();
        let places: BTreeMap<(usize, usize), usize> =
            seats.iter().enumerate().map(|(at, seat)| ((seat.row, seat.column), at)).collect();
        let directions = if rules.diagonal { &DIRECTIONS[..] } else { &DIRECTIONS[..SIDES] };
        let next =
            |seat: &Seat| directions.iter().filter_map(|towards| beside(room, &places, seat, *towards)).collect();
        let neighbours = seats.iter().map(next).collect();
        let front = seats.iter().map(|seat| seat.row).min().unwrap_or(0);
        Self { room, usual: room.usual(rules), seats, neighbours, front }
    }

    /// All of its halls, in the order of the rooms.
    pub(crate) fn all(rooms: &'a [Room], rules: &Rules) -> Vec<Self> {
        rooms.iter().map(|room| Self::new(room, rules)).collect()
    }

    pub(crate) fn is_front(&self, seat: usize) -> bool {
        self.seats[seat].row == self.front
    }

    /// How many seats a wheelchair reaches: none where there are steps before the room.
    pub(crate) fn wheelchairs(&self) -> usize {
        if self.room.step_free { self.seats.iter().filter(|seat| seat.wheelchair).count() } else { 0 }
    }

    pub(crate) fn fronts(&self) -> usize {
        (0..self.seats.len()).filter(|seat| self.is_front(*seat)).count()
    }

    /// Whether that seat is what somebody needs; who else is in the room is not its matter.
    pub(crate) fn suits(&self, seat: usize, needs: Needs) -> bool {
        (!needs.front_row || self.is_front(seat))
            && (!needs.no_steps() || self.room.step_free)
            && (!needs.wheelchair || self.seats[seat].wheelchair)
    }
}

/// Who sits next in a direction. A seat that only the spacing leaves free does not part two neighbours; an aisle does.
fn beside(
    room: &Room,
    places: &BTreeMap<(usize, usize), usize>,
    seat: &Seat,
    (down, right): (isize, isize),
) -> Option<usize> {
    let step = |steps| {
        let row = seat.row.checked_add_signed(down * steps)?;
        Some((row, seat.column.checked_add_signed(right * steps)?))
    };
    let (row, column) = step(1)?;
    match room.layout.at(row, column) {
        Spot::Seat { .. } if room.spacing.uses(row, column) => places.get(&(row, column)).copied(),
        Spot::Seat { .. } => places.get(&step(2)?).copied(),
        Spot::Nothing | Spot::Unused => None,
    }
}
