//! How many seats there are, before one may choose: live, and folded, because it is not what comes next.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderState};
use reservation::sitting::Availability;

use crate::request::order::own;
use crate::view::callout::Tone;
use crate::view::exam::sitting_card::{SittingCard, live_list, release_word, sitting_card};
use crate::view::icons::{Icon, icon};
use crate::words::choice::late_word;
use crate::words::order::mine;

/// An exam with more sittings than these has campuses, and shows them where one picks.
const SHOWN_MAX: usize = 40;

/// The sittings with their free seats; nothing where there are too many to read.
pub(crate) fn seats(
    w: Words,
    exam: &Exam,
    available: Option<&[Availability]>,
    orders: &[Order],
    now: Timestamp,
) -> Markup {
    let Some(available) = available.filter(|_| (1..=SHOWN_MAX).contains(&exam.sittings.len())) else { return html! {} };
    let cards = exam.sittings.iter().filter_map(|sitting| {
        let seats = available.iter().find(|one| one.sitting.id == sitting.id)?;
        let order = own(orders.iter().filter(|order| order.state.is_live()), sitting);
        Some(SittingCard {
            id: sitting.id.to_string(),
            title: w.pick(&sitting.title.zh, &sitting.title.en).to_owned(),
            venue: w.pick(&sitting.venue.zh, &sitting.venue.en).to_owned(),
            starts_at: Some(sitting.starts_at),
            fee: sitting.fee.to_string(),
            capacity: seats.capacity,
            free: seats.free,
            level: seats.level,
            next_release_at: seats.next_release_at,
            release_word: release_word(exam),
            choice: None,
            list: None,
            is_over: order.is_none() && exam.is_too_late(sitting, now),
            is_mine: order.is_some(),
            is_of_hold: order.is_some_and(|order| order.state == OrderState::Unpaid),
            note: match order {
                Some(order) => Some(mine(w, order)),
                None => late_word(w, exam, sitting, now).map(|word| (Tone::Bad, word)),
            },
        })
    });
    let list = html! { ul class="seats" { @for card in cards { (sitting_card(w, &card, now)) } } };
    html! {
        section class="read" {
            details {
                summary { (w.t("seats-title")) (icon(Icon::Chevron)) }
                (live_list(w, exam, now, &list))
            }
        }
    }
}
