//! What a visitor may choose, as plain values: which cards, in which groups, and what the button does.

use jiff::Timestamp;
use pagekit::words::Words;
use registration::model::exam::{Exam, ExamSitting};
use registration::model::exam_rules::{CampusRule, OrganisationCode, PartId};
use registration::model::facts::EligibilityState;
use registration::model::order::{Order, OrderState};
use registration::rules::choosing;
use registration::rules::choosing::own_campus;
use reservation::engine::waiting_list::Waiting;
use reservation::ids::GroupId;
use reservation::sitting::Availability;

use crate::request::chosen::Chosen;
use crate::request::order::own;
use crate::view::callout::Tone;
use crate::view::exam::sitting_card::{Choice, SittingCard, release_word};
use crate::view::exam::waiting_list::list_link;
use crate::words::choice::{choice_sentence, late_word};
use crate::words::order::mine;

/// What is chosen from, and by whom.
pub(crate) struct Offer<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) part: PartId,
    /// The candidate's live orders of the exam.
    pub(crate) orders: &'a [&'a Order],
    pub(crate) eligibility: &'a EligibilityState,
    /// Where they wait.
    pub(crate) waits: &'a [Waiting],
    pub(crate) chosen: &'a Chosen,
    pub(crate) now: Timestamp,
}

impl Offer<'_> {
    /// The live order that stands in the way of another one of this part, where only one is allowed.
    pub(crate) fn sole_order(&self) -> Option<&Order> {
        let is_here = |order: &&&Order| order.part == self.part && !self.exam.is_many(&self.part);
        self.orders.iter().find(is_here).copied()
    }

    /// Whose sittings are offered.
    pub(crate) fn campus_rule(&self) -> CampusRule {
        self.exam.rules.part(&self.part).map(|part| part.campus).unwrap_or_default()
    }

    /// The campus whose sittings are shown, where campuses matter.
    pub(crate) fn campus(&self) -> Option<&OrganisationCode> {
        let own = || own_campus(self.eligibility);
        match self.campus_rule() {
            CampusRule::Any => self.chosen.campus.as_ref(),
            CampusRule::Own => own(),
            CampusRule::Pick => self.chosen.campus.as_ref().or_else(own),
        }
    }
}

/// What can be chosen, as plain values.
pub(crate) struct ChoicePlan {
    /// Cards in their groups; empty when the sittings are not known yet.
    pub(crate) groups: Vec<CardGroup>,
    /// The button, when seats can be taken.
    pub(crate) action: Option<Action>,
    /// Has the agreement been ticked?
    pub(crate) has_agreed: bool,
    /// Is there a sitting that can be ticked?
    pub(crate) has_choice: bool,
}

/// Sittings that exclude each other, or those that exclude none.
pub(crate) struct CardGroup {
    /// The group's name; absent for the rest.
    pub(crate) title: Option<String>,
    /// The name of its radio buttons; absent: each card is a box of its own.
    pub(crate) radio: Option<String>,
    /// Why only one of them can be had, where the exam says so in words of its own.
    pub(crate) rule: Option<String>,
    /// The cards of its sittings.
    pub(crate) cards: Vec<SittingCard>,
}

/// What the button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Sign in first, then hold.
    SignIn,
    /// The seat is held.
    Hold,
    /// Give up the unpaid order and hold.
    Replace,
}

/// Decides what this visitor may choose, where anything may be chosen at all.
pub(crate) fn plan(
    w: Words,
    offer: &Offer<'_>,
    available: Option<&[Availability]>,
    may_choose: bool,
    is_signed_in: bool,
) -> ChoicePlan {
    let order = offer.sole_order();
    let action = match order.map(|order| &order.state) {
        _ if !may_choose => None,
        // A school pays for it, or has paid: it stays as it is.
        Some(_) if order.is_some_and(|order| order.by_school.is_some()) => None,
        Some(OrderState::Unpaid) => Some(Action::Replace),
        Some(_) => None,
        None if is_signed_in => Some(Action::Hold),
        None => Some(Action::SignIn),
    };
    let exam = offer.exam;
    let is_shown = |sitting: &&ExamSitting| {
        exam.part_of(sitting) == offer.part && (offer.campus().is_none() || sitting.campus.as_ref() == offer.campus())
    };
    let shown: Vec<&ExamSitting> = exam.sittings.iter().filter(is_shown).collect();
    let mut groups: Vec<CardGroup> = Vec::new();
    let grouped = exam.groups.iter().map(|group| Some(&group.id)).chain([None]);
    for (index, group) in grouped.enumerate() {
        let radio = group.map(|_| format!("sitting-{}", index + 1));
        let is_only = exam.groups.len() == 1 && shown.iter().all(|sitting| sitting.group.is_some());
        let cards: Vec<SittingCard> = shown
            .iter()
            .filter(|sitting| sitting.group.as_ref() == group)
            .filter_map(|sitting| {
                let choice = action.map(|_| Choice {
                    name: radio.clone().unwrap_or_else(|| "sitting".to_owned()),
                    is_radio: radio.is_some(),
                    // In an exam of one group there is nothing else to choose.
                    is_required: radio.is_some() && is_only,
                    is_chosen: offer.chosen.sittings.contains(&sitting.id),
                });
                card(w, offer, sitting, available?, choice)
            })
            .collect();
        if !cards.is_empty() {
            groups.push(CardGroup { title: title(w, exam, group), radio, rule: rule(w, exam, group), cards });
        }
    }
    let has_choice = groups.iter().flat_map(|group| &group.cards).any(|card| card.choice.is_some());
    ChoicePlan { groups, action, has_agreed: offer.chosen.has_agreed || order.is_some(), has_choice }
}

fn title(w: Words, exam: &Exam, group: Option<&GroupId>) -> Option<String> {
    let group = exam.groups.iter().find(|one| Some(&one.id) == group)?;
    Some(w.pick(&group.title.zh, &group.title.en).to_owned())
}

fn rule(w: Words, exam: &Exam, group: Option<&GroupId>) -> Option<String> {
    let rule = exam.rules.group_rules.iter().find(|rule| Some(&rule.group) == group)?;
    rule.hint.as_ref().map(|hint| w.pick(&hint.zh, &hint.en).to_owned())
}

fn card(
    w: Words,
    offer: &Offer<'_>,
    sitting: &ExamSitting,
    available: &[Availability],
    choice: Option<Choice>,
) -> Option<SittingCard> {
    let now = available.iter().find(|one| one.sitting.id == sitting.id)?;
    let is_many = offer.exam.is_many(&offer.part);
    let had = own(offer.orders.iter().copied(), sitting);
    let blocked = match had {
        Some(_) => None,
        None => blocked(w, offer, sitting, is_many),
    };
    // Who has an order that stands in the way can wait for none.
    let may_wait = choice.is_some() && had.is_none() && blocked.is_none() && offer.sole_order().is_none();
    let list = may_wait.then(|| list_link(w, offer.exam, &sitting.id, offer.waits)).flatten();
    let choice = choice.filter(|_| had.is_none() && blocked.is_none());
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
        release_word: release_word(offer.exam),
        choice,
        list,
        is_over: had.is_none() && offer.exam.is_too_late(sitting, offer.now),
        is_mine: had.is_some(),
        is_of_hold: had.is_some_and(|order| order.state == OrderState::Unpaid),
        note: had.map(|order| mine(w, order)).or_else(|| blocked.map(|text| (Tone::Bad, text))),
    })
}

/// Why this candidate cannot choose the sitting, whoever else has a seat.
fn blocked(w: Words, offer: &Offer<'_>, sitting: &ExamSitting, is_many: bool) -> Option<String> {
    let alone = choosing::alone(offer.exam, offer.eligibility, sitting, offer.now);
    let beside = || {
        let others: Vec<&Order> =
            offer.orders.iter().filter(|order| is_many || order.part != offer.part).copied().collect();
        let checked = choosing::check(offer.exam, offer.eligibility, &others, &[sitting], offer.now);
        // What it needs may be chosen together with it.
        checked.or_else(|refusal| match refusal {
            choosing::ChoiceRefusal::Requires { ref needs, .. } if is_here(offer, needs) => Ok(()),
            refusal => Err(refusal),
        })
    };
    if let Some(word) = late_word(w, offer.exam, sitting, offer.now) {
        return Some(word);
    }
    let refusal = alone.and_then(|()| beside()).err()?;
    // Where the group's heading says why only one of it can be had, the card says which one that is.
    Some(match group_had(offer, &refusal) {
        Some(had) => {
            w.with("choice-group-had", &[("subject", w.pick(&had.title.zh, &had.title.en).into())]).into_owned()
        }
        None => choice_sentence(w, offer.exam, &refusal),
    })
}

/// What the candidate has of the group, if that is the reason and the group has words of its own for it.
fn group_had<'a>(offer: &Offer<'a>, refusal: &choosing::ChoiceRefusal) -> Option<&'a ExamSitting> {
    let choosing::ChoiceRefusal::SameGroup(group) = refusal else { return None };
    let exam = offer.exam;
    let seats = offer.orders.iter().flat_map(|order| &order.sittings);
    let mut had = seats.filter_map(|seat| exam.sitting(&seat.sitting)).filter(|one| one.group.as_ref() == Some(group));
    exam.rules.group_rules.iter().any(|rule| rule.group == *group && rule.hint.is_some()).then(|| had.next())?
}

fn is_here(offer: &Offer<'_>, needs: &[registration::model::exam_rules::SubjectId]) -> bool {
    let part = |id| offer.exam.rules.subject(id).map(|subject| &subject.part);
    needs.iter().any(|need| part(need) == Some(&offer.part))
}
