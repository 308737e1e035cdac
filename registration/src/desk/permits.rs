//! Who of the staff may do what. One pure function says so; every door asks it before it shows or decides anything.

use reservation::ids::ExamId;

use crate::desk::case::CaseKind;
use crate::desk::staff::{Role, StaffMember};

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// See cases of this kind, and whatever belongs to them.
    See(CaseKind),
    /// Claim and decide cases of this kind.
    Decide(CaseKind),
    /// Find accounts, and correct who they say to be.
    CorrectAccounts,
    /// Move registrations from one account to another.
    MoveRegistrations,
    /// Tell a candidate a code for another password.
    TellCodes,
    /// See payments, refunds, the books and what reconciliation found, and take them out as files.
    SeeMoney,
    /// Give money back, agree to it, ask channels, fetch bills and close findings.
    MoveMoney,
    /// Make lists of orders that a school pays for, and pay for them.
    PayForGroups,
    /// Read for whom candidates want invoices, and hand those back.
    MakeInvoices,
    /// See and change sites and rooms, and say who sits where.
    ArrangeSeats,
}

/// What the thing belongs to that somebody wants to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All exams together, or what is of no exam.
    Everything,
    /// What belongs to one exam.
    Exam(&'a ExamId),
}

impl<'a> From<Option<&'a ExamId>> for Scope<'a> {
    fn from(exam: Option<&'a ExamId>) -> Self {
        exam.map_or(Self::Everything, Self::Exam)
    }
}

/// This member of staff may not do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this member of staff may not do this")]
pub struct Forbidden;

/// May this member of staff do this here? Whoever is disabled may do nothing; reviewers see and decide cases; finance sees
/// and moves money, and no cases; administrators may do everything. Everybody's rights are for all exams.
pub fn permits(member: &StaffMember, right: Right, scope: Scope<'_>) -> bool {
    let is_theirs = match scope {
        Scope::Everything | Scope::Exam(_) => true,
    };
    let has_right = match (member.role, right) {
        (Role::Administrator, _)
        | (Role::Reviewer, Right::See(_) | Right::Decide(_))
        | (Role::Finance, Right::SeeMoney | Right::MoveMoney | Right::PayForGroups | Right::MakeInvoices) => true,
        (Role::Reviewer, Right::SeeMoney | Right::MoveMoney | Right::PayForGroups | Right::MakeInvoices)
        | (Role::Finance, Right::See(_) | Right::Decide(_))
        | (
            Role::Reviewer | Role::Finance,
            Right::CorrectAccounts | Right::MoveRegistrations | Right::TellCodes | Right::ArrangeSeats,
        ) => false,
    };
    member.disabled_at.is_none() && is_theirs && has_right
}

/// Refuses whoever may not.
pub(crate) fn demand(member: &StaffMember, right: Right, scope: Scope<'_>) -> Result<(), Forbidden> {
    if permits(member, right, scope) { Ok(()) } else { Err(Forbidden) }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::model::ids::StaffId;

    #[test]
    fn every_role_has_its_line() {
        let cases = CaseKind::ALL.into_iter().flat_map(|kind| [Right::See(kind), Right::Decide(kind)]);
        let accounts = [Right::CorrectAccounts, Right::MoveRegistrations, Right::TellCodes, Right::ArrangeSeats];
        let money = [Right::SeeMoney, Right::MoveMoney, Right::PayForGroups, Right::MakeInvoices];
        let rights: Vec<(Option<Role>, Right)> = (cases.map(|right| (Some(Role::Reviewer), right)))
            .chain(accounts.map(|right| (None, right)))
            .chain(money.map(|right| (Some(Role::Finance), right)))
            .collect();
        let exam = "ce".parse().unwrap();
        for role in Role::ALL {
            for scope in [Scope::Everything, Scope::Exam(&exam)] {
                let mut member = StaffMember {
                    id: StaffId(Uuid::from_u128(9)),
                    name: "li.min".to_owned(),
                    role,
                    session_epoch: 0,
                    disabled_at: None,
                };
                for (of, right) in &rights {
                    let may = role == Role::Administrator || *of == Some(role);
                    assert_eq!(permits(&member, *right, scope), may, "{role:?} {right:?} {scope:?}");
                }
                member.disabled_at = Some(Timestamp::UNIX_EPOCH);
                for (_, right) in &rights {
                    assert_eq!(demand(&member, *right, scope), Err(Forbidden), "{role:?} {right:?}");
                }
            }
        }
    }
}
