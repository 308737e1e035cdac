//! The orders of a list as a table: whose they are, and how each stands or what has become of its money.

use std::collections::HashMap;

use maud::{Markup, html};
use pagekit::callout::tag;
use pagekit::words::{Words, key};
use registration::Fen;
use registration::model::exam::Exam;
use registration::model::order::OrderId;
use registration::model::payment::group::{GroupCandidate, GroupLine, LineState};
use registration::model::payment::listed::Part;

use super::words;
use crate::finance::parts::{number, table};

const HEADS: [&str; 6] =
    [key("money-order"), key("candidate"), key("document"), key("sittings"), key("money-amount"), key("money-state")];

/// Whose orders are.
pub(crate) type People = HashMap<OrderId, GroupCandidate>;

/// Is the order to be paid for?
pub(crate) fn is_ready(line: &GroupLine) -> bool {
    matches!(line.state, LineState::Ready { .. })
}

/// What those that are ready cost in all.
pub(crate) fn sum(lines: &[GroupLine]) -> Fen {
    let amount = |line: &GroupLine| match line.state {
        LineState::Ready { amount, .. } => amount,
        _ => Fen(0),
    };
    lines.iter().map(amount).sum()
}

/// The lines, those first that cannot be paid for.
pub(crate) fn standing(w: Words, exam: Option<&Exam>, lines: &[GroupLine], people: &People) -> Markup {
    let subject = |id: &str| subject_title(w, exam, id);
    let (ready, others): (Vec<&GroupLine>, Vec<&GroupLine>) = lines.iter().partition(|line| is_ready(line));
    let rows: Vec<Vec<Markup>> = (others.into_iter().chain(ready))
        .map(|line| {
            let amount = match line.state {
                LineState::Ready { amount, .. } => Some(amount),
                _ => people.get(&line.order).map(|one| one.amount),
            };
            let (tone, word) = words::line(w, &line.state, &subject);
            row(w, exam, line.order, people.get(&line.order), amount, &tag(tone, &word))
        })
        .collect();
    table(w, &w.t("group-lines"), &HEADS, &rows)
}

/// What has become of the money, those first that have no seat.
pub(crate) fn outcome(w: Words, exam: Option<&Exam>, parts: &[Part], people: &People, now: jiff::Timestamp) -> Markup {
    use registration::model::payment::listed::Became;
    let (seats, others): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.became == Some(Became::Seat));
    let rows: Vec<Vec<Markup>> = (others.into_iter().chain(seats))
        .map(|part| {
            let (tone, word) = words::became(w, part.became);
            let state = html! {
                div {
                    (tag(tone, &word))
                    @if let Some(until) = part.choice_until {
                        " " span class="hint" {
                            (w.with("money-choice-until", &[("when", pagekit::when::near(w.language, until, now).into())]))
                        }
                    }
                }
            };
            row(w, exam, part.order, people.get(&part.order), Some(part.amount), &state)
        })
        .collect();
    table(w, &w.t("group-outcome"), &HEADS, &rows)
}

fn row(
    w: Words,
    exam: Option<&Exam>,
    order: OrderId,
    person: Option<&GroupCandidate>,
    amount: Option<Fen>,
    state: &Markup,
) -> Vec<Markup> {
    vec![
        html! { span class="fen" { (order) } },
        html! { @if let Some(name) = person.and_then(|one| one.name.as_ref()) { (name.expose()) } },
        html! { @if let Some(document) = person.and_then(|one| one.document_masked.as_ref()) { (number(document)) } },
        html! { @if let Some(person) = person { (sittings(w, exam, person)) } },
        html! { @if let Some(amount) = amount { span class="fen" { (amount) } } },
        state.clone(),
    ]
}

/// What somebody sits.
pub(crate) fn sittings(w: Words, exam: Option<&Exam>, person: &GroupCandidate) -> String {
    let title = |id: &reservation::ids::SittingId| {
        let found = exam.and_then(|exam| exam.sittings.iter().find(|sitting| sitting.id == *id));
        found.map_or_else(|| id.to_string(), |sitting| w.pick(&sitting.title.zh, &sitting.title.en).to_owned())
    };
    person.sittings.iter().map(title).collect::<Vec<_>>().join(w.pick("、", ", "))
}

/// What a subject is called.
pub(crate) fn subject_title(w: Words, exam: Option<&Exam>, id: &str) -> String {
    let of_subject = |exam: &Exam| {
        exam.rules
            .subjects
            .iter()
            .find(|subject| subject.id.as_str() == id)
            .map(|subject| w.pick(&subject.title.zh, &subject.title.en).to_owned())
    };
    exam.and_then(of_subject).unwrap_or_else(|| id.to_owned())
}
