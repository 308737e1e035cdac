//! What a visitor may choose on an exam's page, as plain values: which cards, in which groups, and what the button does.

use pagekit::words::Words;
use registration::exams::{ExamPage, SittingPage};
use registration::order::{Order, OrderState};
use reservation::ids::GroupId;
use reservation::sitting::Availability;

use super::exam::Chosen;
use crate::view::sitting_card::{Choice, SittingCard};

/// What can be chosen, as plain values.
pub(crate) struct ChoicePlan {
    /// Cards in their groups; empty when the sittings are not known yet.
    pub(crate) groups: Vec<CardGroup>,
    /// The button, when seats can be taken.
    pub(crate) action: Option<Action>,
    /// Has the agreement been ticked?
    pub(crate) has_agreed: bool,
}

/// Sittings that exclude each other, or those that exclude none.
pub(crate) struct CardGroup {
    /// The group's name; absent for the rest.
    pub(crate) title: Option<String>,
    /// The name of its radio buttons; absent: each card is a box of its own.
    pub(crate) radio: Option<String>,
    /// Its cards.
    pub(crate) cards: Vec<SittingCard>,
}

/// What the button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Sign in first, then hold.
    SignIn,
    /// Hold.
    Hold,
    /// Give up the unpaid order and hold.
    Replace,
}

/// Decides what this visitor may choose, where anything may be chosen at all.
pub(crate) fn plan(
    w: Words,
    exam: &ExamPage,
    order: Option<&Order>,
    available: Option<&[Availability]>,
    chosen: &Chosen,
    may_choose: bool,
    is_signed_in: bool,
) -> ChoicePlan {
    let action = match order.map(|order| &order.state) {
        _ if !may_choose => None,
        Some(OrderState::Unpaid) => Some(Action::Replace),
        Some(_) => None,
        None if is_signed_in => Some(Action::Hold),
        None => Some(Action::SignIn),
    };
    let mut groups: Vec<CardGroup> = Vec::new();
    let grouped = exam.groups.iter().map(|group| Some(&group.id)).chain([None]);
    for (index, group) in grouped.enumerate() {
        let sittings: Vec<_> = exam.sittings.iter().filter(|sitting| sitting.group.as_ref() == group).collect();
        let radio = group.map(|_| format!("sitting-{}", index + 1));
        let name = radio.clone().unwrap_or_else(|| "sitting".to_owned());
        let cards = sittings
            .into_iter()
            .filter_map(|sitting| {
                let choice = action.map(|_| Choice {
                    name: name.clone(),
                    is_radio: radio.is_some(),
                    // In an exam of one group there is nothing else to choose.
                    is_required: radio.is_some()
                        && exam.groups.len() == 1
                        && exam.sittings.iter().all(|s| s.group.is_some()),
                    is_chosen: chosen.sittings.contains(&sitting.id),
                });
                card(w, sitting, available?, choice)
            })
            .collect::<Vec<_>>();
        if !cards.is_empty() {
            groups.push(CardGroup { title: title(w, exam, group), radio, cards });
        }
    }
    ChoicePlan { groups, action, has_agreed: chosen.has_agreed || order.is_some() }
}

fn title(w: Words, exam: &ExamPage, group: Option<&GroupId>) -> Option<String> {
    let group = exam.groups.iter().find(|one| Some(&one.id) == group)?;
    Some(w.pick(&group.title.zh, &group.title.en).to_owned())
}

fn card(w: Words, sitting: &SittingPage, available: &[Availability], choice: Option<Choice>) -> Option<SittingCard> {
    let now = available.iter().find(|one| one.sitting.id == sitting.id)?;
    Some(SittingCard {
        id: sitting.id.to_string(),
        title: w.pick(&sitting.title.zh, &sitting.title.en).to_owned(),
        venue: w.pick(&sitting.venue.zh, &sitting.venue.en).to_owned(),
        starts_at: Some(sitting.starts_at),
        fee: sitting.fee.to_string(),
        capacity: now.capacity,
        free: now.free,
        level: now.level,
        next_release_at: now.next_release_at,
        choice,
    })
}
