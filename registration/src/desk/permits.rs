//! Who of the staff may do what, and where. One pure function says so; every door asks it before it shows or decides anything.
//! `whose` asks the store first whose candidate somebody is, `sitting` for which campus it is held; `approvals` is what two people do together.

pub mod approvals;
pub(crate) mod asked;
pub(crate) mod sitting;
mod whose;

use reservation::ids::ExamId;
use strum::IntoEnumIterator;

use crate::desk::case::CaseKind;
use crate::model::actor::{Role, StaffMember};
use crate::model::exam_rules::OrganisationCode;
use crate::model::room::SiteId;

pub(crate) use whose::{demand_about, permits_about};

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter)]
pub enum Right {
    /// See cases of this kind, and whatever belongs to them.
    See(CaseKind),
    /// Claim and decide cases of this kind.
    Decide(CaseKind),
    /// Take over a case that somebody else works on, and see what each of the staff decided.
    TakeOverCases,
    /// Find accounts, correct who they say to be, and sign them out everywhere.
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
    /// Let people in at doors. Where, an administrator says for each invigilator.
    CheckIn,
    /// Say who works at which doors.
    AssignInvigilators,
    /// Invite members of staff, disable them, and take their second factors away.
    ManageStaff,
    /// Search the audit.
    ReadAudit,
    /// Change what the site says of itself.
    ChangeImprint,
    /// Say after how many years data of candidates goes, and keep single accounts from it.
    SetRetention,
    /// Watch how the seats of exams stand, now and as they stood.
    Watch,
    /// Bring lists as files: rosters, results of earlier exams.
    Import,
    /// Take lists out as files.
    Export,
    /// Set up exams: work on drafts of them, apply drafts, take exams out as files.
    EditExams,
    /// Open exams and close them at once.
    OpenAndClose,
    /// Find candidates, and see what each has done and what was done about it.
    SeeCandidates,
    /// Note something about a candidate.
    NoteOnCandidates,
    /// Read what candidates ask in writing, and answer it.
    AnswerInquiries,
    /// Make keys of the API, replace and end them.
    ManageKeys,
    /// Say whom to tell by webhooks, look at what was told, and tell it again.
    ManageWebhooks,
}

impl Right {
    /// All rights that there are, those about cases once for each kind.
    pub fn all() -> Vec<Self> {
        let of_kind = |right: Self| match right {
            Self::See(_) => CaseKind::ALL.map(Self::See).to_vec(),
            Self::Decide(_) => CaseKind::ALL.map(Self::Decide).to_vec(),
            other => vec![other],
        };
        Self::iter().flat_map(of_kind).collect()
    }

    /// Who has it besides administrators, who have all. This is the whole table; docs/roles.md says why.
    pub fn roles(self) -> &'static [Role] {
        use Role::{Auditor, Finance, Invigilator, Operator, Registrar, Reviewer, Seating};
        match self {
            Self::See(_) => &[Registrar, Reviewer, Auditor],
            Self::Decide(_) => &[Reviewer],
            Self::SeeMoney => &[Finance, Auditor],
            Self::MoveMoney | Self::PayForGroups | Self::MakeInvoices => &[Finance],
            Self::CorrectAccounts | Self::MoveRegistrations | Self::TellCodes | Self::Import | Self::Export => {
                &[Registrar]
            }
            Self::ArrangeSeats | Self::AssignInvigilators => &[Seating],
            Self::CheckIn => &[Seating, Invigilator],
            Self::Watch => &[Seating, Operator, Auditor],
            Self::ReadAudit => &[Auditor],
            Self::EditExams => &[Registrar],
            Self::OpenAndClose => &[Registrar, Operator],
            Self::SeeCandidates => &[Registrar, Reviewer, Finance, Auditor],
            Self::NoteOnCandidates => &[Registrar, Reviewer, Finance],
            Self::AnswerInquiries => &[Registrar, Reviewer],
            Self::ManageWebhooks => &[Operator],
            Self::TakeOverCases | Self::ManageStaff | Self::ChangeImprint | Self::SetRetention | Self::ManageKeys => {
                &[]
            }
        }
    }

    /// Has this role the right, wherever?
    pub fn is_of(self, role: Role) -> bool {
        role == Role::Administrator || self.roles().contains(&role)
    }
}

/// What the thing belongs to that somebody wants to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All exams, sites and schools together, or what is of none.
    Everything,
    /// What belongs to one exam as a whole: to no site of it, and to no school.
    Exam(&'a ExamId),
    /// A site with its rooms, whichever exam uses them.
    Site(SiteId),
    /// What an exam has at one site.
    Entrance(&'a ExamId, SiteId),
    /// What an exam has of one organisation: its code, and those of what it belongs to.
    School(&'a ExamId, &'a [OrganisationCode]),
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

/// May this member of staff do this here? Whoever is disabled may do nothing; what a role may is [`Right::roles`]; and whoever is
/// there for some exams alone may nothing with what is of no exam, and so with sites and schools. At which doors an invigilator
/// works, `CheckIn` asks besides.
pub fn permits(member: &StaffMember, right: Right, scope: Scope<'_>) -> bool {
    let (exam, site, schools): (_, _, &[OrganisationCode]) = match scope {
        Scope::Everything => (None, None, &[]),
        Scope::Exam(exam) => (Some(exam), None, &[]),
        Scope::Site(site) => (None, Some(site), &[]),
        Scope::Entrance(exam, site) => (Some(exam), Some(site), &[]),
        Scope::School(exam, line) => (Some(exam), None, line),
    };
    let reach = &member.reach;
    let of_exam = reach.exams.as_ref().is_none_or(|theirs| exam.is_some_and(|exam| theirs.contains(exam)));
    let of_site = reach.sites.as_ref().is_none_or(|theirs| site.is_some_and(|site| theirs.contains(&site)));
    let of_school = reach.schools.as_ref().is_none_or(|theirs| schools.iter().any(|code| theirs.contains(code)));
    permits_somewhere(member, right) && of_exam && of_site && of_school
}

/// May this member of staff do this anywhere? For links to lists, which then show what is theirs; never for a thing.
pub fn permits_somewhere(member: &StaffMember, right: Right) -> bool {
    member.disabled_at.is_none() && right.is_of(member.role)
}

/// Refuses whoever may do it nowhere: before a list that is limited to what is theirs.
pub(crate) fn demand_somewhere(member: &StaffMember, right: Right) -> Result<(), Forbidden> {
    if permits_somewhere(member, right) { Ok(()) } else { Err(Forbidden) }
}

/// Refuses whoever may not.
pub(crate) fn demand(member: &StaffMember, right: Right, scope: Scope<'_>) -> Result<(), Forbidden> {
    if permits(member, right, scope) { Ok(()) } else { Err(Forbidden) }
}

#[cfg(test)]
mod tests;
