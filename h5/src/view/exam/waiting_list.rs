//! Where a candidate stands on waiting lists, in a box above what they came for.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use reservation::engine::waiting_list::Waiting;
use reservation::ids::SittingId;

use crate::view::callout::{Tone, callout};
use crate::view::icons::{Icon, icon};
use crate::words::exam::lasting;

/// The address of a sitting's waiting list.
pub(crate) fn list_path(exam: &Exam, sitting: &SittingId) -> String {
    format!("/exams/{}/list/{sitting}", exam.id)
}

/// A box for each list on which the candidate waits. An offer is an order, and stands where orders do.
pub(crate) fn list_boxes(w: Words, exam: &Exam, waits: &[Waiting]) -> Markup {
    let Some(rules) = &exam.rules.waiting_list else { return html! {} };
    html! {
        @for (waiting, (ahead, all)) in waits.iter().filter_map(|waiting| Some((waiting, waiting.position?))) {
            @if let Some(sitting) = waiting.sittings.first() {
                @let values = [
                    ("number", (ahead + 1).into()), ("count", all.into()), ("held", lasting(w, rules.offer()).into()),
                ];
                (callout(Tone::Plain, &w.t("list-box-title"), &html! {
                    p { (w.with("list-box-text", &values)) }
                    p { a class="link" href=(list_path(exam, sitting)) { (w.t("list-box-link")) (icon(Icon::Chevron)) } }
                }))
            }
        }
    }
}

/// What a full sitting's card leads to: the list, or the candidate's position on it.
pub(crate) fn list_link(w: Words, exam: &Exam, sitting: &SittingId, waits: &[Waiting]) -> Option<(String, String)> {
    exam.rules.waiting_list.as_ref()?;
    let position = waits.iter().find(|waiting| waiting.sittings.contains(sitting)).and_then(|waiting| waiting.position);
    let text = match position {
        Some((ahead, _)) => w.with("list-position-link", &[("number", (ahead + 1).into())]),
        None => w.t("list-join-link"),
    };
    Some((list_path(exam, sitting), text.into_owned()))
}
