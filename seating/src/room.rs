//! A room and its seats: a plan drawn with letters, the order in which seats are numbered, and which of them are used.

use serde::{Deserialize, Serialize};

use crate::rules::Rules;

/// Most rows, and most places in a row, of a room.
pub const SIDE_MAX: usize = 100;
/// Most seats of a room.
pub const SEATS_MAX: usize = 2_000;
/// Longest name of a room, and longest prefix of its seats, in characters.
pub const NAME_CHARS_MAX: usize = 40;

/// A room as it is used for exams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Its name within the sitting, 1–40 characters.
    pub id: String,
    /// Where its seats are.
    pub layout: Layout,
    /// How its seats are numbered.
    #[serde(default)]
    pub order: SeatOrder,
    /// Which of its seats are used.
    #[serde(default)]
    pub spacing: Spacing,
    /// What stands before a seat's number: `H` makes `H01`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Whether it is reached without steps: on the ground floor, or by a lift.
    #[serde(default)]
    pub step_free: bool,
    /// Seats that stay empty, if not as many as the rules say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spare_seats: Option<u16>,
}

/// Where the seats of a room are: a line of text a row, the first one in front. `o` is a seat, `w` a seat that a wheelchair
/// reaches, `x` a seat that is not used, `_` a place without a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Layout {
    rows: Vec<Vec<Spot>>,
}

/// Why a plan is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// A letter that means nothing.
    #[error("row {row} has {letter:?}: a plan has o (seat), w (wheelchair), x (not used) and _ (nothing)")]
    Letter {
        /// Which row, from 1.
        row: usize,
        /// The letter that means nothing.
        letter: char,
    },
    /// Nobody could sit there.
    #[error("the plan has no seat")]
    NoSeat,
    /// It is larger than any room.
    #[error("a room has at most {SIDE_MAX} rows and columns and {SEATS_MAX} seats")]
    TooLarge,
}

/// How the seats of a room are numbered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatOrder {
    /// Down the first column, up the second, and so on, like an S.
    #[default]
    Serpentine,
    /// Down each column.
    Columns,
    /// Along each row.
    Rows,
}

/// Which seats of a room are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// All of them.
    #[default]
    Dense,
    /// Those on one colour of a chessboard.
    Checkered,
    /// Every second column, the first one among them.
    AlternateColumns,
}

/// What is at a place of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    Nothing,
    Unused,
    Seat { wheelchair: bool },
}

/// A seat that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// Which row, from the front, from 0.
    pub row: usize,
    /// Which column, from the left, from 0.
    pub column: usize,
    /// Whether a wheelchair reaches it.
    pub wheelchair: bool,
}

impl Layout {
    /// Rows of equally many seats, as 5 × 6.
    ///
    /// # Errors
    /// [`LayoutError::NoSeat`] and [`LayoutError::TooLarge`].
    pub fn grid(rows: usize, columns: usize) -> Result<Self, LayoutError> {
        Self::columns(&vec![rows; columns.min(SIDE_MAX + 1)])
    }

    /// Columns of so many seats each, as 7-8-8-7.
    ///
    /// # Errors
    /// [`LayoutError::NoSeat`] and [`LayoutError::TooLarge`].
    pub fn columns(seats: &[usize]) -> Result<Self, LayoutError> {
        let deepest = seats.iter().copied().max().unwrap_or(0).min(SIDE_MAX + 1);
        let row = |row| {
            seats.iter().map(move |seats| if row < *seats { Spot::Seat { wheelchair: false } } else { Spot::Nothing })
        };
        Self::checked((0..deepest).map(|at| row(at).collect()).collect())
    }

    fn checked(rows: Vec<Vec<Spot>>) -> Result<Self, LayoutError> {
        let seats = rows.iter().flatten().filter(|spot| matches!(spot, Spot::Seat { .. })).count();
        if rows.len() > SIDE_MAX || rows.iter().any(|row| row.len() > SIDE_MAX) || seats > SEATS_MAX {
            return Err(LayoutError::TooLarge);
        }
        if seats == 0 {
            return Err(LayoutError::NoSeat);
        }
        Ok(Self { rows })
    }

    /// What is at a place; nothing beyond the plan.
    pub(crate) fn at(&self, row: usize, column: usize) -> Spot {
        self.rows.get(row).and_then(|row| row.get(column)).copied().unwrap_or(Spot::Nothing)
    }
}

impl TryFrom<Vec<String>> for Layout {
    type Error = LayoutError;

    fn try_from(lines: Vec<String>) -> Result<Self, LayoutError> {
        if lines.len() > SIDE_MAX || lines.iter().any(|line| line.len() > SIDE_MAX) {
            return Err(LayoutError::TooLarge);
        }
        let spot = |row: usize, letter| match letter {
            'o' => Ok(Spot::Seat { wheelchair: false }),
            'w' => Ok(Spot::Seat { wheelchair: true }),
            'x' => Ok(Spot::Unused),
            '_' => Ok(Spot::Nothing),
            letter => Err(LayoutError::Letter { row: row + 1, letter }),
        };
        let rows = lines.iter().enumerate().map(|(row, line)| line.chars().map(|letter| spot(row, letter)).collect());
        Self::checked(rows.collect::<Result<_, _>>()?)
    }
}

impl From<Layout> for Vec<String> {
    fn from(layout: Layout) -> Self {
        let letter = |spot: &Spot| match spot {
            Spot::Nothing => '_',
            Spot::Unused => 'x',
            Spot::Seat { wheelchair: false } => 'o',
            Spot::Seat { wheelchair: true } => 'w',
        };
        layout.rows.iter().map(|row| row.iter().map(letter).collect()).collect()
    }
}

impl Spacing {
    /// Whether a seat at that place is used.
    pub(crate) fn uses(self, row: usize, column: usize) -> bool {
        match self {
            Self::Dense => true,
            Self::Checkered => (row + column).is_multiple_of(2),
            Self::AlternateColumns => column.is_multiple_of(2),
        }
    }
}

impl Room {
    /// How many seats a plan fills by itself: those that are used, without the spare ones of the room, or else of the rules.
    pub fn usual(&self, rules: &Rules) -> usize {
        self.seats().len().saturating_sub(usize::from(self.spare_seats.unwrap_or(rules.spare_seats)))
    }

    /// The seats that are used, in the order of their numbers, which begin with 1.
    pub fn seats(&self) -> Vec<Seat> {
        let deep = self.layout.rows.len();
        let wide = self.layout.rows.iter().map(Vec::len).max().unwrap_or(0);
        let column = |column| (0..deep).map(move |row| (row, column));
        let places: Vec<(usize, usize)> = match self.order {
            SeatOrder::Rows => (0..deep).flat_map(|row| (0..wide).map(move |column| (row, column))).collect(),
            SeatOrder::Columns => (0..wide).flat_map(column).collect(),
            SeatOrder::Serpentine => self.serpentine(deep, wide),
        };
        let seat = |(row, column)| match self.layout.at(row, column) {
            Spot::Seat { wheelchair } if self.spacing.uses(row, column) => Some(Seat { row, column, wheelchair }),
            _ => None,
        };
        places.into_iter().filter_map(seat).collect()
    }

    /// Columns that have no seat in use, aisles among them, do not turn the S around.
    fn serpentine(&self, deep: usize, wide: usize) -> Vec<(usize, usize)> {
        let used =
            |row, column| matches!(self.layout.at(row, column), Spot::Seat { .. }) && self.spacing.uses(row, column);
        let columns = (0..wide).filter(|column| (0..deep).any(|row| used(row, *column)));
        let mut places = Vec::with_capacity(deep * wide);
        for (turn, column) in columns.enumerate() {
            let down = (0..deep).map(|row| (row, column));
            if turn.is_multiple_of(2) { places.extend(down) } else { places.extend(down.rev()) }
        }
        places
    }

    /// How a seat is called: the room's prefix and the number with two digits or more.
    pub fn label(&self, seat: u16) -> String {
        format!("{}{seat:02}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(lines: &[&str], order: SeatOrder, spacing: Spacing) -> Room {
        let layout = Layout::try_from(lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()).unwrap();
        Room { id: "r".into(), layout, order, spacing, prefix: String::new(), step_free: false, spare_seats: None }
    }

    fn places(room: &Room) -> Vec<(usize, usize)> {
        room.seats().iter().map(|seat| (seat.row, seat.column)).collect()
    }

    #[test]
    fn seats_are_numbered_like_an_s_by_columns_or_by_rows() {
        let lines = ["oo", "oo"];
        assert_eq!(places(&room(&lines, SeatOrder::Serpentine, Spacing::Dense)), [(0, 0), (1, 0), (1, 1), (0, 1)]);
        assert_eq!(places(&room(&lines, SeatOrder::Columns, Spacing::Dense)), [(0, 0), (1, 0), (0, 1), (1, 1)]);
        assert_eq!(places(&room(&lines, SeatOrder::Rows, Spacing::Dense)), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    }

    #[test]
    fn an_aisle_and_a_broken_seat_do_not_turn_the_s() {
        let s = room(&["o_o", "x_o"], SeatOrder::Serpentine, Spacing::Dense);
        assert_eq!(places(&s), [(0, 0), (1, 2), (0, 2)]);
    }

    #[test]
    fn the_usual_room_has_7_8_8_7_seats() {
        let layout = Layout::columns(&[7, 8, 8, 7]).unwrap();
        let room = Room { layout, prefix: "H".into(), ..room(&["o"], SeatOrder::Serpentine, Spacing::Dense) };
        let seats = places(&room);
        assert_eq!(seats.len(), 30);
        assert_eq!((seats[6], seats[7], seats[14], seats[15]), ((6, 0), (7, 1), (0, 1), (0, 2)));
        assert_eq!((room.label(1), room.label(30)), ("H01".into(), "H30".into()));
    }

    #[test]
    fn every_second_seat_is_one_colour_of_a_chessboard() {
        let chess = room(&["ooo", "ooo"], SeatOrder::Rows, Spacing::Checkered);
        assert_eq!(places(&chess), [(0, 0), (0, 2), (1, 1)]);
        let columns = room(&["ooo", "ooo"], SeatOrder::Rows, Spacing::AlternateColumns);
        assert_eq!(places(&columns), [(0, 0), (0, 2), (1, 0), (1, 2)]);
    }

    #[test]
    fn a_plan_that_is_none_says_why() {
        let plan = |lines: &[&str]| Layout::try_from(lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
        assert_eq!(plan(&["oo", "o?"]), Err(LayoutError::Letter { row: 2, letter: '?' }));
        assert_eq!(plan(&[]), Err(LayoutError::NoSeat));
        assert_eq!(plan(&["_x"]), Err(LayoutError::NoSeat));
        assert_eq!(plan(&[&"o".repeat(101)]), Err(LayoutError::TooLarge));
        assert_eq!(Layout::grid(50, 50), Err(LayoutError::TooLarge));
        assert_eq!(Layout::grid(usize::MAX, usize::MAX), Err(LayoutError::TooLarge));
        assert_eq!(Layout::grid(0, 3), Err(LayoutError::NoSeat));
        assert_eq!(Vec::from(plan(&["ow", "_x"]).unwrap()), ["ow", "_x"]);
    }
}
