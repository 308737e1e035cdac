//! The door to cases: whatever waits for staff, in one shape. Who sees what, and claims it; what was done with it.

use deadpool_postgres::GenericClient;
use jiff::SignedDuration;
use reservation::ids::ExamId;

use crate::desk::audit;
use crate::desk::audit::{AuditAction, AuditEntry};
use crate::desk::case::{Bookmark, Case, CaseId, CaseKind, Claim, Subject};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::reason::NoReason;
use crate::desk::staff::StaffMember;
use crate::desk::store;
use crate::exams::Exams;
use crate::model::clock;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// Most cases that are read together.
pub const CASES_MAX: usize = 100;
/// Longest claim; whoever works longer on a case claims it again.
pub const CLAIM_MAX: SignedDuration = SignedDuration::from_mins(60);
/// How often a claim is tried again because somebody else's ended at that moment.
const CLAIM_ROUNDS: usize = 3;

/// Which cases are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Of these kinds; those that the asker may not see are left out.
    pub kinds: &'a [CaseKind],
    /// Of this exam alone.
    pub exam: Option<&'a ExamId>,
    /// Only those behind this one: the last of the page before.
    pub after: Option<Bookmark>,
    /// At most so many, and [`CASES_MAX`].
    pub limit: usize,
}

impl<'a> Asked<'a> {
    /// The first cases of these kinds.
    pub fn first(kinds: &'a [CaseKind], limit: usize) -> Self {
        Self { kinds, exam: None, after: None, limit }
    }
}

/// How many cases wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(Vec<(CaseKind, u64)>);

impl Counts {
    /// So many of these kinds.
    pub fn of(&self, kinds: &[CaseKind]) -> u64 {
        self.0.iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, count)| count).sum()
    }
}

impl FromIterator<(CaseKind, u64)> for Counts {
    fn from_iter<I: IntoIterator<Item = (CaseKind, u64)>>(counts: I) -> Self {
        Self(counts.into_iter().collect())
    }
}

/// Why staff did not see, claim or decide. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// They have not the right for cases of this kind.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It does not wait: somebody decided, or the candidate handed in anew.
    #[error("the case does not wait with what was looked at")]
    NotWaiting,
    /// Whoever decides has not looked.
    #[error("the case must be looked at first")]
    NotLooked,
    /// Somebody else works on it.
    #[error("{} works on the case until {}", .0.name, .0.until)]
    Claimed(Claim),
    /// The candidate says to be somebody else since: they have to hand in again.
    #[error("name or document changed since it was handed in")]
    Changed,
    /// Another account is verified as this person.
    #[error("another account is verified as this person")]
    OtherAccount,
    /// A refusal needs a reason.
    #[error(transparent)]
    Reason(#[from] NoReason),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for CaseError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The door. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Cases {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) exams: Exams,
}

impl Cases {
    /// Cases that wait, the longest waiting first.
    pub async fn open(&self, member: &StaffMember, asked: &Asked<'_>) -> Result<Vec<Case>, CaseError> {
        let Asked { kinds, exam, after, limit } = *asked;
        for kind in kinds {
            demand(member, Right::See(*kind), exam.into())?;
        }
        let limit = i64::try_from(limit.min(CASES_MAX)).expect("a small number");
        let client = self.database.client().await?;
        Ok(store::cases::open(&client, clock::now(), kinds, exam, after, limit).await?)
    }

    /// How many wait, of the kinds that they may see.
    pub async fn counts(&self, member: &StaffMember) -> Result<Counts, StoreError> {
        let counts = store::cases::counts(&self.database.client().await?).await?;
        let may_see = |(kind, _): &(CaseKind, u64)| demand(member, Right::See(*kind), Scope::Everything).is_ok();
        Ok(counts.into_iter().filter(may_see).collect())
    }

    /// One case, open or closed.
    pub async fn get(&self, member: &StaffMember, id: CaseId) -> Result<Option<Case>, CaseError> {
        let case = store::cases::get(&self.database.client().await?, clock::now(), id).await?;
        case.map(|case| seen_by(member, case)).transpose()
    }

    /// The cases of a subject, the newest first: the open one, then those that were closed.
    pub async fn of(&self, member: &StaffMember, subject: &Subject) -> Result<Vec<Case>, CaseError> {
        let (client, limit) = (self.database.client().await?, i64::try_from(CASES_MAX).expect("a small constant"));
        let cases = store::cases::of_subject(&client, clock::now(), &subject.to_string(), limit).await?;
        cases.into_iter().map(|case| seen_by(member, case)).collect()
    }

    /// What was done with a subject and by whom, the newest first.
    pub async fn history(&self, member: &StaffMember, subject: &Subject) -> Result<Vec<AuditEntry>, CaseError> {
        demand(member, Right::See(subject.kind()), subject.exam().into())?;
        Ok(audit::history(&self.database.client().await?, &subject.to_string()).await?)
    }

    /// Claims an open case for a while, at most [`CLAIM_MAX`]: nobody else decides it until then. Of two who claim at once
    /// one wins; whoever has it already has it longer.
    pub async fn claim(&self, member: &StaffMember, id: CaseId, lasts: SignedDuration) -> Result<Claim, CaseError> {
        let client = self.database.client().await?;
        for _ in 0..CLAIM_ROUNDS {
            let now = clock::now();
            let found = store::cases::get(&client, now, id).await?;
            let case = found.filter(|case| case.closed.is_none()).ok_or(CaseError::NotWaiting)?;
            demand(member, Right::Decide(case.kind()), case.exam.as_ref().into())?;
            if let Some(claim) = case.claim.filter(|claim| claim.by != member.id) {
                return Err(CaseError::Claimed(claim));
            }
            let until = now + lasts.min(CLAIM_MAX);
            if store::cases::claim(&client, id, member.id, now, until).await? {
                return Ok(Claim { by: member.id, name: member.name.clone(), until });
            }
        }
        Err(CaseError::NotWaiting)
    }

    /// Gives a case back undecided. False when it was not theirs any more.
    pub async fn give_back(&self, member: &StaffMember, id: CaseId) -> Result<bool, StoreError> {
        store::cases::give_back(&self.database.client().await?, id, member.id).await
    }
}

fn seen_by(member: &StaffMember, case: Case) -> Result<Case, CaseError> {
    demand(member, Right::See(case.kind()), case.exam.as_ref().into())?;
    Ok(case)
}

/// What a decision rests on.
pub(crate) struct Deciding<'a> {
    pub(crate) member: &'a StaffMember,
    pub(crate) subject: &'a Subject,
    /// The look that must be on record, at exactly what is `seen`.
    pub(crate) look: AuditAction,
    pub(crate) seen: &'a str,
    /// What the case waits with, as the page that they decide on has it.
    pub(crate) version: &'a str,
}

impl Deciding<'_> {
    /// May it be decided? Asked in the decision's transaction, while the subject is locked: the case is open and stays so,
    /// with what they decide on, nobody else works on it, and whoever decides has looked.
    pub(crate) async fn check(&self, transaction: &impl GenericClient) -> Result<(), CaseError> {
        let subject = self.subject.to_string();
        let case = store::cases::lock_open(transaction, clock::now(), &subject).await?;
        let case = case.filter(|case| case.version == self.version).ok_or(CaseError::NotWaiting)?;
        demand(self.member, Right::Decide(case.kind()), case.exam.as_ref().into())?;
        if let Some(claim) = case.claim.filter(|claim| claim.by != self.member.id) {
            return Err(CaseError::Claimed(claim));
        }
        match audit::has_looked(transaction, self.member.id, &self.look, &subject, self.seen).await? {
            true => Ok(()),
            false => Err(CaseError::NotLooked),
        }
    }
}
