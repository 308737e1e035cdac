//! Where to sit, as far as it is published.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::room::SeatPlace;

use crate::view::layout::phrases;
use crate::words::ticket::floor;

/// Each place: the subject where there are several, the room by number and name, the seat; or that nobody has one yet.
pub(super) fn place_lines(w: Words, exam: &Exam, places: &[SeatPlace]) -> Markup {
    let title = |place: &SeatPlace| {
        let sitting = exam.sitting(&place.sitting).filter(|_| places.len() > 1)?;
        Some(w.pick(&sitting.title.zh, &sitting.title.en).to_owned())
    };
    html! {
        @if places.is_empty() { (w.t("receipt-places-none")) }
        @else {
            ul class="lines" {
                @for place in places {
                    li {
                        @if let Some(title) = title(place) { span class="line-title" { (title) } }
                        b { (w.with("receipt-place", &[
                            ("number", format!("{:03}", place.room_number).into()),
                            ("seat", place.label.clone().into())])) }
                        span class="line-venue" {
                            (phrases(w.pick(&place.site.name.zh, &place.site.name.en))) " " (place.room_name)
                            @if !place.floor.is_empty() { " " (floor(w, &place.floor)) }
                        }
                    }
                }
            }
        }
    }
}
