//! How the waiting room's line came out: of those who stood in front, next, last, how many were given a seat. Whoever keeps to
//! the line sees it fall from left to right; a bulge further back is worth a look.

use maud::{Markup, html};
use pagekit::words::Words;
use reservation::engine::waiting_room::outcomes::LinePart;

use crate::wall::numbers::counted;

/// How many of a hundred in it were given a seat. Everybody is 100, and nobody else.
fn percent(part: &LinePart) -> u64 {
    match (part.seated, part.positions) {
        (_, 0) => 0,
        (seated, positions) if seated >= positions => 100,
        (seated, positions) => (seated * 100 / positions).min(99),
    }
}

/// The parts as cells, the more were given a seat the darker; nothing where nothing is known.
pub(in crate::wall) fn line(w: Words, parts: &[LinePart]) -> Markup {
    let all: u64 = parts.iter().map(|part| part.positions).sum();
    if all == 0 {
        return html! {};
    }
    let last = parts.len();
    html! {
        section class="sittings" {
            h2 { (w.with("wall-line", &[("count", counted(all).into())])) }
            ol class="strip spoken parts" {
                @for (index, part) in parts.iter().enumerate() {
                    @let percent = percent(part);
                    li class=(format!("s{}", percent * 8 / 100)) {
                        span class="name" {
                            @if index == 0 { (w.t("wall-line-front")) }
                            @else if index + 1 == last { (w.t("wall-line-back")) }
                            @else { (index * 100 / last) "–" ((index + 1) * 100 / last) " %" }
                        }
                        b { (percent) " %" }
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
    fn everybody_is_a_hundred_and_nobody_else_is() {
        let percent = |seated, positions| percent(&LinePart { positions, seated });
        assert_eq!(
            [percent(0, 0), percent(0, 9), percent(1, 3), percent(999, 1_000), percent(7, 7)],
            [0, 0, 33, 99, 100]
        );
    }
}
