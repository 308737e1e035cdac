//! The sittings, one cell each, in the order in which they begin: the fuller, the darker; one that is sold out is marked, and
//! says in which second.

pub(super) mod line;
pub(super) mod shares;

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::wall::second::SittingSecond;
use reservation::ids::SittingId;

use super::numbers::{clock, count};

/// Most cells; of more sittings, those that begin first.
pub(super) const CELLS_MAX: usize = 500;
/// So many cells have room for words.
const SPOKEN_MAX: usize = 48;

/// How full, in steps from 0 (every seat is left) to 8 (none is).
fn shade(sitting: &SittingSecond) -> i64 {
    if sitting.capacity <= 0 || sitting.left <= 0 {
        return 8;
    }
    // A seat that is left keeps it from looking full.
    ((sitting.capacity - sitting.left) * 8 / sitting.capacity).clamp(0, 7)
}

/// A cell: what it is called, when it begins, and how full it is.
struct Cell<'a> {
    name: String,
    starts_at: Option<Timestamp>,
    sitting: &'a SittingSecond,
}

/// The sittings as cells, in order.
fn cells<'a>(w: Words, exam: Option<&Exam>, sittings: &'a [(SittingId, SittingSecond)]) -> Vec<Cell<'a>> {
    let cell = |(id, sitting): &'a (SittingId, SittingSecond)| {
        let known = exam.and_then(|exam| exam.sitting(id));
        let name = known.map_or_else(|| id.to_string(), |known| crate::rooms::parts::sitting_title(w, known));
        Cell { name, starts_at: known.map(|known| known.starts_at), sitting }
    };
    let mut cells: Vec<Cell<'a>> = sittings.iter().map(cell).collect();
    // Those that nobody says the time of come last.
    cells.sort_by_key(|cell| (cell.starts_at.is_none(), cell.starts_at, cell.sitting.number));
    cells.truncate(CELLS_MAX);
    cells
}

/// `余 12`, or since when it is sold out.
fn state(w: Words, sitting: &SittingSecond) -> String {
    match Timestamp::from_second(sitting.full_at) {
        Ok(at) if sitting.full_at > 0 => w.with("wall-full-at", &[("time", clock(at).into())]).into_owned(),
        _ => w.with("wall-seats-left", &[("count", count(sitting.left.max(0)).into())]).into_owned(),
    }
}

/// The strip, under a line that sums it up.
pub(super) fn strip(w: Words, exam: Option<&Exam>, sittings: &[(SittingId, SittingSecond)]) -> Markup {
    if sittings.is_empty() {
        return html! {};
    }
    let cells = cells(w, exam, sittings);
    let full = cells.iter().filter(|cell| cell.sitting.full_at > 0).count();
    let is_spoken = cells.len() <= SPOKEN_MAX;
    let said = w.with("wall-sittings", &[("count", cells.len().into()), ("full", full.into())]);
    let class = |cell: &Cell<'_>| {
        let full = if cell.sitting.full_at > 0 { " sold" } else { "" };
        format!("s{}{full}", shade(cell.sitting))
    };
    html! {
        section class="sittings" {
            h2 { (said) }
            @if is_spoken {
                ol class="strip spoken" {
                    @for cell in &cells {
                        li class=(class(cell)) {
                            span class="name" { (cell.name) }
                            @if let Some(at) = cell.starts_at { span class="starts" { (when::moment(w.language, at)) } }
                            b { (state(w, cell.sitting)) }
                        }
                    }
                }
            } @else {
                // Each cell's words are there for whoever points at it; all together they would be a wall of text.
                div class="strip" role="img" aria-label=(said) {
                    @for cell in &cells {
                        i class=(class(cell)) title=(format!("{} · {}", cell.name, state(w, cell.sitting))) {}
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_no_seat_left_is_of_the_darkest_shade() {
        let shade = |capacity, left| shade(&SittingSecond::from([1, capacity, left, 0, 0, 0, 0]));
        assert_eq!([shade(100, 100), shade(100, 99), shade(100, 50), shade(100, 1), shade(100, 0)], [0, 0, 4, 7, 8]);
        assert_eq!([shade(10, -4), shade(0, 0)], [8, 8]);
    }
}
