//! The door to cases: whatever waits for staff, in one shape. Who sees what, and claims it; what was done with it.

mod ahead;
mod claims;
mod figures;
mod following;
mod noted;
pub(crate) mod opinions;

use std::sync::Arc;

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::desk::audit;
use crate::desk::audit::{AuditAction, AuditEntry};
use crate::desk::case::{Bookmark, Case, CaseId, CaseKind, Claim, Subject};
use crate::desk::permits::asked;
use crate::desk::permits::{Forbidden, Right, demand_about, demand_somewhere, permits_somewhere};
use crate::desk::reason::NoReason;
use crate::desk::staff::StaffMember;
use crate::desk::store;
use crate::exams::Exams;
use crate::exams::store::exams::second_opinion_percent as percent_of;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::people::candidates::store::inquiries;
use crate::seats::store::orders;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use claims::{CLAIM_LASTS, CLAIM_MAX, Decider, Opened};
pub use figures::{Load, Reviewer};
pub use following::{FOLLOW_EVERY, Move, Moves};
pub(crate) use noted::Note;
pub use noted::{Decided, UNDO_MAX};

/// Most cases that are read together.
pub const CASES_MAX: usize = 100;
/// Most questions of candidates that are counted.
const INQUIRIES_MAX: i64 = 1_000;

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

/// How many cases wait, and how many requests of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    cases: Vec<(CaseKind, u64)>,
    /// How many requests wait for a second person that whoever works could be; `None`: nothing of the kind is theirs.
    pub approvals: Option<u64>,
    /// How many questions of candidates wait for an answer; `None`: they are not theirs to answer.
    pub inquiries: Option<u64>,
}

impl Counts {
    /// So many of these kinds.
    pub fn of(&self, kinds: &[CaseKind]) -> u64 {
        self.cases.iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, count)| count).sum()
    }
}

impl FromIterator<(CaseKind, u64)> for Counts {
    fn from_iter<I: IntoIterator<Item = (CaseKind, u64)>>(counts: I) -> Self {
        Self { cases: counts.into_iter().collect(), ..Self::default() }
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
    /// Somebody else works on it, or they themselves in another window.
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
    /// Of some cases like this one a second member of staff is asked: what is decided is noted, and carried out later.
    #[error("a second opinion may be asked for: the decision is to be noted")]
    ToBeNoted,
    /// Many pictures are being worked on: the same may be decided again in a moment.
    #[error("many pictures at once: decide again in a moment")]
    Busy,
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
    /// Tells the job that a decision is to be carried out at once.
    pub(crate) wake: Arc<Notify>,
    /// How the queues stood a moment ago: one look for all who follow them.
    pub(crate) following: Arc<following::Following>,
}

impl Cases {
    /// Cases that wait, the first due first, without those that wait for somebody else's opinion than theirs.
    pub async fn open(&self, member: &StaffMember, asked: &Asked<'_>) -> Result<Vec<Case>, CaseError> {
        let Asked { kinds, exam, after, limit } = *asked;
        for kind in kinds {
            demand_somewhere(member, Right::See(*kind))?;
        }
        let limit = i64::try_from(limit.min(CASES_MAX)).expect("a small number");
        let (client, within) = (self.database.client().await?, (kinds, &member.reach.candidates()));
        Ok(store::cases::open(&client, (member.id, clock::now()), within, exam, after, limit).await?)
    }

    /// How many wait, of the kinds that they may see, without those that wait for somebody else's opinion than theirs; and how many
    /// requests of others and questions of candidates.
    pub async fn counts(&self, member: &StaffMember) -> Result<Counts, StoreError> {
        let may_see = |(kind, _): &(CaseKind, u64)| permits_somewhere(member, Right::See(*kind));
        let approvals = asked::count(&self.database, &self.exams, member).await?;
        let others = Counts { approvals, inquiries: self.inquiries(member).await?, ..Counts::default() };
        if !CaseKind::ALL.into_iter().any(|kind| permits_somewhere(member, Right::See(kind))) {
            return Ok(others);
        }
        let client = self.database.client().await?;
        let within = member.reach.candidates();
        let mut counts = store::cases::counts(&client, &within).await?;
        without_given(&mut counts, &store::case_opinions::given(&client, clock::now(), &within).await?, member.id);
        Ok(Counts { cases: counts.into_iter().filter(may_see).collect(), ..others })
    }

    /// How many questions of candidates wait for this member.
    async fn inquiries(&self, member: &StaffMember) -> Result<Option<u64>, StoreError> {
        if !permits_somewhere(member, Right::AnswerInquiries) {
            return Ok(None);
        }
        let client = self.database.client().await?;
        inquiries::count_open(&client, &member.reach.candidates(), INQUIRIES_MAX).await.map(Some)
    }

    /// One case, open or closed.
    pub async fn get(&self, member: &StaffMember, id: CaseId) -> Result<Option<Case>, CaseError> {
        let client = self.database.client().await?;
        match store::cases::get(&client, clock::now(), id).await? {
            Some(case) => Ok(Some(seen_by(&client, member, case).await?)),
            None => Ok(None),
        }
    }

    /// The cases of a subject, the newest first: the open one, then those that were closed.
    pub async fn of(&self, member: &StaffMember, subject: &Subject) -> Result<Vec<Case>, CaseError> {
        let (client, limit) = (self.database.client().await?, i64::try_from(CASES_MAX).expect("a small constant"));
        let cases = store::cases::of_subject(&client, clock::now(), &subject.to_string(), limit).await?;
        let mut seen = Vec::with_capacity(cases.len());
        for case in cases {
            seen.push(seen_by(&client, member, case).await?);
        }
        Ok(seen)
    }

    /// What was done with a subject and by whom, the newest first. While its case is open, and a second one may be asked, what
    /// others did since it waits is left out.
    pub async fn history(&self, member: &StaffMember, subject: &Subject) -> Result<Vec<AuditEntry>, CaseError> {
        let client = self.database.client().await?;
        demand_of(&client, member, Right::See(subject.kind()), subject).await?;
        let history = audit::looking::history(&client, &subject.to_string()).await?;
        Ok(self.without_hints(&client, member, (subject, history)).await?)
    }
}

/// Takes off what waits for somebody else's opinion than this member's.
fn without_given(counts: &mut [(CaseKind, u64)], given: &[(CaseKind, StaffId, u64)], member: StaffId) {
    for (kind, count) in counts {
        let theirs = given.iter().filter(|(of, staff, _)| of == kind && *staff == member);
        *count = theirs.fold(*count, |count, (.., theirs)| count.saturating_sub(*theirs));
    }
}

async fn seen_by(client: &impl GenericClient, member: &StaffMember, case: Case) -> Result<Case, CaseError> {
    case_permits(client, member, Right::See(case.kind()), &case).await?;
    Ok(case)
}

/// Refuses whoever may not do this with the case.
pub(super) async fn case_permits(
    client: &impl GenericClient,
    member: &StaffMember,
    right: Right,
    case: &Case,
) -> Result<(), CaseError> {
    demand_about(client, member, right, (case.exam.as_ref(), case.account)).await
}

/// Refuses whoever may not do this with what is asked of staff there.
pub(crate) async fn demand_of(
    client: &impl GenericClient,
    member: &StaffMember,
    right: Right,
    subject: &Subject,
) -> Result<(), CaseError> {
    let about = match subject {
        Subject::Payment(order) => match orders::get(client, *order).await? {
            Some(order) => (Some(order.exam), order.account),
            // Of an order that is not there nothing is found; who asks has the right at all.
            None => return Ok(demand_somewhere(member, right)?),
        },
        Subject::Identity(account) => (None, *account),
        Subject::Face(account, exam)
        | Subject::Form(exam, account)
        | Subject::Score(exam, account)
        | Subject::Accommodation(exam, account) => (Some(exam.clone()), *account),
    };
    demand_about(client, member, right, (about.0.as_ref(), about.1)).await
}

/// Whoever lets a card pass has looked at its back, too. Nothing is asked where what waits has none.
pub(crate) async fn demand_look_at_back(
    client: &impl GenericClient,
    member: &StaffMember,
    subject: &Subject,
    back: Option<Uuid>,
) -> Result<(), CaseError> {
    let Some(back) = back.map(|back| back.to_string()) else { return Ok(()) };
    let (look, about) = (AuditAction::LookedAtPicture, subject.to_string());
    match audit::looking::has_looked(client, member.id, &look, &about, &back).await? {
        true => Ok(()),
        false => Err(CaseError::NotLooked),
    }
}

/// What a decision rests on.
pub(crate) struct Deciding<'a> {
    pub(crate) decider: Decider<'a>,
    pub(crate) subject: &'a Subject,
    /// The look that must be on record, at exactly what is `seen`.
    pub(crate) look: AuditAction,
    pub(crate) seen: &'a str,
    /// What the case waits with, as the page that they decide on has it.
    pub(crate) version: &'a str,
}

impl Deciding<'_> {
    /// May it be decided, and carried out at once? Asked in the decision's transaction, while the subject is locked. Of some
    /// cases somebody else is asked, too: there it is, once it was noted.
    pub(crate) async fn check(&self, transaction: &impl GenericClient) -> Result<CaseId, CaseError> {
        let case = self.check_noting(transaction).await?;
        let is_noted = self.decider.note.is_some();
        match case.exam.as_ref().filter(|_| !is_noted) {
            Some(exam) if percent_of(transaction, exam, case.kind()).await? > 0 => Err(CaseError::ToBeNoted),
            _ => Ok(case.id),
        }
    }

    /// May it be decided? The case is open and stays so, with what they decide on, nobody else works on it, nor they
    /// themselves by a later opening, it waits for nobody else's opinion, and whoever decides has looked. Where two differ that is
    /// with a claim, by which alone both are seen.
    pub(crate) async fn check_noting(&self, transaction: &impl GenericClient) -> Result<Case, CaseError> {
        let (subject, now) = (self.subject.to_string(), clock::now());
        let case = store::cases::lock_open(transaction, now, &subject).await?;
        let case = case.filter(|case| case.version == self.version).ok_or(CaseError::NotWaiting)?;
        let Decider { member, claim: token, note } = self.decider;
        // What was decided is carried out, or taken back first; and it is carried out only as long as it stands.
        if case.noted.map(|(by, until)| (case.id, by, until)) != note.map(|(id, until)| (id, member.id, until)) {
            return Err(CaseError::NotWaiting);
        }
        if note.is_none() && case.waits_for_others(member.id, now) {
            return Err(CaseError::NotWaiting);
        }
        case_permits(transaction, member, Right::Decide(case.kind()), &case).await?;
        // A claim that ran out and that nobody has taken since keeps nobody from deciding.
        let is_another = |claim: &&Claim| claim.by != member.id || token.is_some_and(|token| claim.token != token);
        if let Some(claim) = case.claim.as_ref().filter(is_another) {
            return Err(CaseError::Claimed(claim.clone()));
        }
        if note.is_none() && case.is_disputed() && case.claim.is_none() {
            return Err(CaseError::NotLooked);
        }
        match audit::looking::has_looked(transaction, member.id, &self.look, &subject, self.seen).await? {
            true => Ok(case),
            false => Err(CaseError::NotLooked),
        }
    }
}
