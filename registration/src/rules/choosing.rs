//! What may be chosen: eligibility, groups, prerequisites, campuses. Pure: pages ask it what to offer, orders ask it
//! again before seats are taken.

use jiff::Timestamp;
use reservation::ids::{GroupId, SittingId};

use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::{CampusRule, OrganisationCode, Subject, SubjectId};
use crate::model::facts::EligibilityState;
use crate::model::order::{Order, OrderState};
use crate::model::organisation::{Organisation, OrganisationLevel, ancestry};

/// Why a sitting cannot be chosen by this candidate, seats apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceRefusal {
    /// The roster does not name the candidate eligible.
    #[error("not eligible for subject {0}")]
    NotEligible(SubjectId),
    /// Another sitting of the group is chosen, or registered for.
    #[error("only one of group {0} can be chosen")]
    SameGroup(GroupId),
    /// Another subject must be registered for first.
    #[error("subject {subject} needs one of {needs:?}")]
    Requires {
        /// The subject that was chosen.
        subject: SubjectId,
        /// One of these is needed.
        needs: Vec<SubjectId>,
    },
    /// The campus is not the candidate's, and the school or the exam does not let them pick another one.
    #[error("campus {0} is not open to this candidate")]
    OtherCampus(OrganisationCode),
    /// The campus is not registering now.
    #[error("campus {0} is not open now")]
    CampusClosed(OrganisationCode),
    /// It has begun, or begins before it could be paid.
    #[error("sitting {0} has begun, or begins before it could be paid")]
    TooLate(SittingId),
    /// Its fee is not set yet.
    #[error("sitting {0} has no fee yet")]
    NoFee(SittingId),
}

/// Checks sittings of one part beside what the candidate has already (`live` orders that stay as they are).
pub fn check(
    exam: &Exam,
    eligibility: &EligibilityState,
    live: &[&Order],
    choice: &[&ExamSitting],
    now: Timestamp,
) -> Result<(), ChoiceRefusal> {
    let had: Vec<&ExamSitting> =
        live.iter().flat_map(|order| &order.sittings).filter_map(|seat| exam.sitting(&seat.sitting)).collect();
    for (index, sitting) in choice.iter().enumerate() {
        alone(exam, eligibility, sitting, now)?;
        let others = had.iter().chain(&choice[..index]);
        if let Some(group) = &sitting.group
            && others.clone().any(|other| other.group.as_ref() == Some(group) && other.id != sitting.id)
        {
            return Err(ChoiceRefusal::SameGroup(group.clone()));
        }
        if let Some(subject) = subject_of(exam, sitting) {
            let has = |needed: &SubjectId| had.iter().chain(choice).any(|other| other.subject.as_ref() == Some(needed));
            if !subject.requires.is_empty() && !subject.requires.iter().any(has) {
                let (subject, needs) = (subject.id.clone(), subject.requires.clone());
                return Err(ChoiceRefusal::Requires { subject, needs });
            }
        }
    }
    Ok(())
}

/// Checks a sitting without regard to others: what a page needs to know before anything is chosen.
pub fn alone(
    exam: &Exam,
    eligibility: &EligibilityState,
    sitting: &ExamSitting,
    now: Timestamp,
) -> Result<(), ChoiceRefusal> {
    if exam.is_too_late(sitting, now) {
        return Err(ChoiceRefusal::TooLate(sitting.id.clone()));
    }
    let part = exam.rules.part(&exam.part_of(sitting));
    if part.is_some_and(|part| part.needs_fee) && sitting.fee.0 <= 0 {
        return Err(ChoiceRefusal::NoFee(sitting.id.clone()));
    }
    if let Some(subject) = subject_of(exam, sitting).filter(|subject| subject.needs_eligibility) {
        let is_eligible = match eligibility {
            EligibilityState::Bound { subjects, .. } => subjects.contains(&subject.id),
            EligibilityState::None => false,
        };
        if !is_eligible {
            return Err(ChoiceRefusal::NotEligible(subject.id.clone()));
        }
    }
    let Some(campus) = &sitting.campus else { return Ok(()) };
    if !is_offered(exam, eligibility, part.map(|part| part.campus).unwrap_or_default(), campus) {
        return Err(ChoiceRefusal::OtherCampus(campus.clone()));
    }
    match exam.organisation(campus) {
        Some(organisation) if !organisation.is_open(now) => Err(ChoiceRefusal::CampusClosed(campus.clone())),
        _ => Ok(()),
    }
}

/// The campuses that a candidate may pick from in a part, those that are open now, in the order of the file.
pub fn campuses<'a>(
    exam: &'a Exam,
    eligibility: &EligibilityState,
    rule: CampusRule,
    now: Timestamp,
) -> Vec<&'a Organisation> {
    let is_campus = |one: &&Organisation| one.level == OrganisationLevel::Campus && one.is_open(now);
    exam.organisations
        .iter()
        .filter(is_campus)
        .filter(|campus| is_offered(exam, eligibility, rule, &campus.code))
        .collect()
}

/// The campus of the candidate's record.
pub fn own_campus(eligibility: &EligibilityState) -> Option<&OrganisationCode> {
    match eligibility {
        EligibilityState::Bound { campus, .. } => campus.as_ref(),
        EligibilityState::None => None,
    }
}

/// Does the candidate's school let them pick another school's campus?
pub fn may_go_elsewhere(exam: &Exam, eligibility: &EligibilityState) -> bool {
    let own = own_campus(eligibility);
    own.is_some_and(|own| ancestry(&exam.organisations, own).iter().all(|one| one.allows_elsewhere))
}

fn is_offered(exam: &Exam, eligibility: &EligibilityState, rule: CampusRule, campus: &OrganisationCode) -> bool {
    match rule {
        CampusRule::Any => true,
        CampusRule::Own => own_campus(eligibility) == Some(campus),
        CampusRule::Pick => own_campus(eligibility) == Some(campus) || may_go_elsewhere(exam, eligibility),
    }
}

fn subject_of<'a>(exam: &'a Exam, sitting: &ExamSitting) -> Option<&'a Subject> {
    sitting.subject.as_ref().and_then(|id| exam.rules.subject(id))
}

/// Why a seat stays: what is left would not stand without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DropRefusal {
    /// The part always keeps one.
    #[error("the last subject of this part cannot be dropped")]
    Last,
    /// Another subject that is registered for needs this one.
    #[error("subject {0} needs this one")]
    Needed(SubjectId),
}

/// May these unpaid sittings be dropped together beside the candidate's other live orders?
pub fn check_drop(exam: &Exam, live: &[&Order], dropped: &[SittingId]) -> Result<(), DropRefusal> {
    let (gone, left): (Vec<&ExamSitting>, Vec<&ExamSitting>) =
        sittings_of(exam, live).partition(|sitting| dropped.contains(&sitting.id));
    if let Some((_, subject)) = unsupported(exam, &left) {
        return Err(DropRefusal::Needed(subject.id.clone()));
    }
    let is_last = |sitting: &&ExamSitting| {
        let part = exam.part_of(sitting);
        let keeps_one = exam.rules.part(&part).is_some_and(|part| part.keeps_one);
        keeps_one && !left.iter().any(|other| exam.part_of(other) == part)
    };
    if gone.iter().any(is_last) { Err(DropRefusal::Last) } else { Ok(()) }
}

/// The first of these sittings whose subject needs another one that is not among them.
pub fn unsupported<'a>(exam: &'a Exam, sittings: &[&'a ExamSitting]) -> Option<(&'a ExamSitting, &'a Subject)> {
    all_unsupported(exam, sittings).next()
}

/// All of them.
pub fn all_unsupported<'a>(
    exam: &'a Exam,
    sittings: &[&'a ExamSitting],
) -> impl Iterator<Item = (&'a ExamSitting, &'a Subject)> {
    let stands = |needed: &SubjectId| sittings.iter().any(|sitting| sitting.subject.as_ref() == Some(needed));
    sittings.iter().filter_map(move |sitting| {
        let subject = subject_of(exam, sitting)?;
        let is_supported = subject.requires.is_empty() || subject.requires.iter().any(stands);
        (!is_supported).then_some((*sitting, subject))
    })
}

/// The subject that must be paid for before this order: one that a subject of the order needs, when no live order that has
/// come so far (`is_enough`), nor the order itself, has it.
pub fn needed_before(
    exam: &Exam,
    live: &[&Order],
    order: &Order,
    is_enough: impl Fn(&OrderState) -> bool,
) -> Option<SubjectId> {
    let ready: Vec<&Order> =
        live.iter().filter(|other| other.id == order.id || is_enough(&other.state)).copied().collect();
    let ready: Vec<&ExamSitting> = sittings_of(exam, &ready).chain(sittings_of(exam, &[order])).collect();
    let has = |needed: &SubjectId| ready.iter().any(|sitting| sitting.subject.as_ref() == Some(needed));
    sittings_of(exam, &[order])
        .filter_map(|sitting| subject_of(exam, sitting))
        .find(|subject| !subject.requires.is_empty() && !subject.requires.iter().any(has))
        .and_then(|subject| subject.requires.first().cloned())
}

/// The subject to pay for before this order: evidence of its payment must be in.
pub fn pay_first(exam: &Exam, live: &[&Order], order: &Order) -> Option<SubjectId> {
    let is_paid = |state: &OrderState| matches!(state, OrderState::WaitingReview | OrderState::Confirmed);
    needed_before(exam, live, order, is_paid)
}

fn sittings_of<'a>(exam: &'a Exam, orders: &[&Order]) -> impl Iterator<Item = &'a ExamSitting> {
    let ids: Vec<SittingId> =
        orders.iter().flat_map(|order| &order.sittings).map(|seat| seat.sitting.clone()).collect();
    ids.into_iter().filter_map(|id| exam.sitting(&id))
}

#[cfg(test)]
mod tests;
