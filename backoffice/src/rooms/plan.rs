//! A room as it is seen from the door to the last row: the front on top, each seat with its number, and who sits there.

use std::collections::HashMap;

use maud::{Markup, html};
use pagekit::words::Words;
use seating::Room;

/// What is drawn at a place of a plan.
enum Spot {
    Nothing,
    /// A seat that is not used: broken, or left empty by the spacing.
    Unused,
    Seat {
        number: u16,
        is_wheelchair: bool,
    },
}

/// Who sits at a seat.
#[derive(Debug, Clone)]
pub(crate) struct Sitter {
    /// The number of the order.
    pub(crate) order: String,
    pub(crate) is_given_up: bool,
}

/// The plan of a room; `who` sits at which seat, by its number.
pub(crate) fn plan(w: Words, label: &str, room: &Room, who: &HashMap<u16, Sitter>) -> Markup {
    html! {
        div class="plan" role="group" tabindex="0" aria-label=(label) {
            p class="plan-front" { (w.t("plan-front")) }
            table {
                caption class="unseen" { (label) }
                tbody {
                    @for row in spots(room) {
                        tr { @for spot in row { (cell(w, room, &spot, who)) } }
                    }
                }
            }
        }
    }
}

fn cell(w: Words, room: &Room, spot: &Spot, who: &HashMap<u16, Sitter>) -> Markup {
    match spot {
        Spot::Nothing => html! { td {} },
        Spot::Unused => html! { td data-seat="unused" { span class="unseen" { (w.t("plan-unused")) } } },
        Spot::Seat { number, is_wheelchair } => {
            let sitter = who.get(number);
            let state = match sitter {
                None => "free",
                Some(sitter) if sitter.is_given_up => "given-up",
                Some(_) => "taken",
            };
            html! {
                td data-seat=(state) {
                    b { (room.label(*number)) }
                    @if *is_wheelchair { span class="plan-mark" { (w.t("plan-wheelchair")) } }
                    @if let Some(sitter) = sitter {
                        @if sitter.is_given_up { s { (sitter.order) } } @else { span { (sitter.order) } }
                    }
                }
            }
        }
    }
}

/// What is where, row by row from the front.
fn spots(room: &Room) -> Vec<Vec<Spot>> {
    let seats: HashMap<(usize, usize), (u16, bool)> =
        (1..).zip(room.seats()).map(|(number, seat)| ((seat.row, seat.column), (number, seat.wheelchair))).collect();
    let letters: Vec<String> = room.layout.clone().into();
    let spot = |row: usize, column: usize, letter: char| match (seats.get(&(row, column)), letter) {
        (Some((number, is_wheelchair)), _) => Spot::Seat { number: *number, is_wheelchair: *is_wheelchair },
        (None, '_') => Spot::Nothing,
        (None, _) => Spot::Unused,
    };
    let row = |(row, letters): (usize, &String)| {
        letters.chars().enumerate().map(|(column, letter)| spot(row, column, letter)).collect()
    };
    letters.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use seating::{Layout, SeatOrder, Spacing};

    use super::*;
    use crate::request::catalogue::words;
    use pagekit::language::Language;

    #[test]
    fn a_plan_shows_who_sits_where_and_what_stays_empty() {
        let layout = Layout::try_from(vec!["ow_".to_owned(), "oxo".to_owned()]).unwrap();
        let (order, spacing) = (SeatOrder::Rows, Spacing::Dense);
        let room =
            Room { id: "r".into(), layout, order, spacing, prefix: "H".into(), step_free: true, spare_seats: None };
        let sitter = |order: &str, is_given_up| Sitter { order: order.to_owned(), is_given_up };
        let who = HashMap::from([(1, sitter("0000-0001", false)), (3, sitter("0000-0002", true))]);
        let drawn = plan(words(Language::Zh), "考场", &room, &who).into_string();
        for (state, count) in [("taken", 1), ("given-up", 1), ("free", 2), ("unused", 1)] {
            assert_eq!(drawn.matches(&format!("data-seat=\"{state}\"")).count(), count, "{state}: {drawn}");
        }
        assert!(drawn.contains("<s>0000-0002</s>") && drawn.contains("H04"));
    }
}
