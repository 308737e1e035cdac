//! Who works on which case. Opening a case claims it; the claim ends with the decision, when it is given back, when its owner
//! signs out, or by itself.

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};

use super::{CaseError, Cases, case_permits};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::{Case, CaseId, CaseKind, Claim, ClaimToken, Subject};
use crate::desk::permits::{Right, permits_somewhere};
use crate::desk::staff::StaffMember;
use crate::desk::store;
use crate::desk::store::cases::claims;
use crate::desk::store::cases::claims::NewClaim;
use crate::model::clock;
use crate::store::StoreError;

/// Longest claim; whoever works longer on a case claims it again.
pub const CLAIM_MAX: SignedDuration = SignedDuration::from_mins(60);
/// How long a claim of a page lasts; whoever uses the page has it longer.
pub const CLAIM_LASTS: SignedDuration = SignedDuration::from_mins(5);
/// How often a claim is tried again because somebody else's ended at that moment.
const CLAIM_ROUNDS: usize = 3;

const _: () = assert!(CLAIM_LASTS.as_secs() <= CLAIM_MAX.as_secs());

/// What became of opening a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It is theirs, until the claim runs out.
    Theirs(CaseId, Claim),
    /// Somebody else works on it: it can be read.
    Others(CaseId, Claim),
    /// It was decided, until then it can be taken back: by whoever asks, if it was they who did.
    Noted {
        /// Which case it is.
        case: CaseId,
        /// Until when it can be taken back.
        until: Timestamp,
        /// Was it they who decided?
        is_own: bool,
    },
    /// They have said what they think of it; it waits for somebody else.
    Given,
    /// It does not wait.
    Over,
}

/// Who decides, and by which opening of the case.
#[derive(Debug, Clone, Copy)]
pub struct Decider<'a> {
    /// Who of the staff.
    pub member: &'a StaffMember,
    /// The claim of the page that they decide on. `None`: they decide without one, and nobody else may have the case.
    pub claim: Option<ClaimToken>,
    /// Whose decision it is was noted with this case, until then, and is carried out now.
    pub(crate) note: Option<(CaseId, Timestamp)>,
}

impl<'a> Decider<'a> {
    /// Decides by the claim of a page.
    pub fn new(member: &'a StaffMember, claim: Option<ClaimToken>) -> Self {
        Self { member, claim, note: None }
    }

    /// Whose decision is carried out that was noted with this case, to be taken back until then.
    pub(crate) fn of_note(member: &'a StaffMember, case: CaseId, until: Timestamp) -> Self {
        Self { member, claim: None, note: Some((case, until)) }
    }
}

impl<'a> From<&'a StaffMember> for Decider<'a> {
    fn from(member: &'a StaffMember) -> Self {
        Self::new(member, None)
    }
}

impl Cases {
    /// Claims an open case for a while, at most [`CLAIM_MAX`]: nobody else decides it until then. Of two who claim at once
    /// one wins; whoever has it already has it under another token, and an older page of theirs decides it no more.
    pub async fn claim(&self, member: &StaffMember, id: CaseId, lasts: SignedDuration) -> Result<Claim, CaseError> {
        let client = self.database.client().await?;
        for _ in 0..CLAIM_ROUNDS {
            self.claimable(&client, member, id).await?;
            let new = new_claim(member, ClaimToken::draw(), lasts);
            if claims::claim(&client, id, &new).await? {
                return Ok(named(member, &new));
            }
        }
        Err(CaseError::NotWaiting)
    }

    /// Claims the open case of a subject, as [`Self::claim`] does.
    pub async fn open_up(
        &self,
        member: &StaffMember,
        subject: &Subject,
        lasts: SignedDuration,
    ) -> Result<Opened, CaseError> {
        let client = self.database.client().await?;
        let newest = store::cases::of_subject(&client, clock::now(), &subject.to_string(), 1).await?;
        drop(client);
        let Some(case) = newest.into_iter().find(|case| case.closed.is_none()) else { return Ok(Opened::Over) };
        if let Some((by, until)) = case.noted {
            return Ok(Opened::Noted { case: case.id, until, is_own: by == member.id });
        }
        if case.waits_for_others(member.id, clock::now()) {
            return Ok(Opened::Given);
        }
        match self.claim(member, case.id, lasts).await {
            Ok(claim) => Ok(Opened::Theirs(case.id, claim)),
            Err(CaseError::Claimed(claim)) => Ok(Opened::Others(case.id, claim)),
            Err(CaseError::NotWaiting) => Ok(Opened::Over),
            Err(error) => Err(error),
        }
    }

    /// Claims the case that is due first of those that nobody else has; whose it is already, under another token. `None`:
    /// there is none. Kinds that they may not decide are left out.
    pub async fn next(
        &self,
        member: &StaffMember,
        kinds: &[CaseKind],
        lasts: SignedDuration,
    ) -> Result<Option<(CaseId, Subject, Claim)>, CaseError> {
        let (kinds, new) = (decidable(member, kinds), new_claim(member, ClaimToken::draw(), lasts));
        let found = claims::next(&self.database.client().await?, (&kinds, &member.reach.candidates()), &new).await?;
        Ok(found.map(|(id, subject)| (id, subject, named(member, &new))))
    }

    /// The same of those that nobody has, not even they themselves: the one to be loaded while they look at the case of
    /// their `page`, by the claim that they have it. It is given back with that one.
    pub async fn ahead(
        &self,
        member: &StaffMember,
        kinds: &[CaseKind],
        page: (CaseId, ClaimToken),
        lasts: SignedDuration,
    ) -> Result<Option<(CaseId, Subject, Claim)>, CaseError> {
        let (kinds, new) = (decidable(member, kinds), new_claim(member, page.1.ahead(), lasts));
        let found =
            claims::ahead(&self.database.client().await?, (&kinds, &member.reach.candidates()), page, &new).await?;
        Ok(found.map(|(id, subject)| (id, subject, named(member, &new))))
    }

    /// Has a case longer, by the token under which they have it; one whose claim ran out is theirs again if nobody has taken
    /// it since.
    pub async fn keep(
        &self,
        member: &StaffMember,
        id: CaseId,
        token: ClaimToken,
        lasts: SignedDuration,
    ) -> Result<Claim, CaseError> {
        let client = self.database.client().await?;
        for _ in 0..CLAIM_ROUNDS {
            let case = self.claimable(&client, member, id).await?;
            if let Some(claim) = case.claim.filter(|claim| claim.token != token) {
                return Err(CaseError::Claimed(claim));
            }
            let new = new_claim(member, token, lasts);
            if claims::keep(&client, id, &new).await? {
                return Ok(named(member, &new));
            }
        }
        Err(CaseError::NotWaiting)
    }

    /// Takes a case over from whoever has it. It is written down whose it was, where it was somebody's.
    pub async fn take_over(&self, member: &StaffMember, id: CaseId, lasts: SignedDuration) -> Result<Case, CaseError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let found = store::cases::get(&transaction, clock::now(), id).await?;
        let case = found.filter(|case| case.closed.is_none()).ok_or(CaseError::NotWaiting)?;
        case_permits(&transaction, member, Right::TakeOverCases, &case).await?;
        case_permits(&transaction, member, Right::Decide(case.kind()), &case).await?;
        if case.waits_for_others(member.id, clock::now()) {
            return Err(CaseError::NotWaiting);
        }
        if !claims::take_over(&transaction, id, &new_claim(member, ClaimToken::draw(), lasts)).await? {
            return Err(CaseError::NotWaiting);
        }
        if let Some(claim) = case.claim.as_ref().filter(|claim| claim.by != member.id) {
            let subject = case.subject.to_string();
            let entry = Entry::by_staff(member.id, AuditAction::TookOverCase, &subject);
            entry.detail(claim.name.as_str()).write(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(case)
    }

    /// Gives a case back undecided, and the one that was loaded ahead of it. False when it was not theirs any more, or is
    /// theirs by a later opening.
    pub async fn give_back(&self, member: &StaffMember, id: CaseId, token: ClaimToken) -> Result<bool, StoreError> {
        let client = self.database.client().await?;
        let was_theirs = claims::give_back(&client, id, member.id, token).await?;
        // After that nothing more is claimed ahead of it; what was is seen by this statement.
        claims::give_back_of(&client, member.id, token.ahead()).await?;
        Ok(was_theirs)
    }

    /// The case, if it is open and theirs to claim: nobody else has it, and it waits for nobody else.
    async fn claimable(
        &self,
        client: &impl GenericClient,
        member: &StaffMember,
        id: CaseId,
    ) -> Result<Case, CaseError> {
        let now = clock::now();
        let found = store::cases::get(client, now, id).await?;
        let is_open = |case: &Case| case.closed.is_none() && case.noted.is_none();
        let case = found.filter(|case| is_open(case) && !case.waits_for_others(member.id, now));
        let case = case.ok_or(CaseError::NotWaiting)?;
        case_permits(client, member, Right::Decide(case.kind()), &case).await?;
        match case.claim.as_ref().filter(|claim| claim.by != member.id) {
            Some(claim) => Err(CaseError::Claimed(claim.clone())),
            None => Ok(case),
        }
    }
}

/// Those of the kinds that they may decide.
fn decidable(member: &StaffMember, kinds: &[CaseKind]) -> Vec<CaseKind> {
    let may = |kind: &&CaseKind| permits_somewhere(member, Right::Decide(**kind));
    kinds.iter().filter(may).copied().collect()
}

fn new_claim(member: &StaffMember, token: ClaimToken, lasts: SignedDuration) -> NewClaim {
    let now = clock::now();
    NewClaim { staff: member.id, token, now, until: now + lasts.min(CLAIM_MAX) }
}

fn named(member: &StaffMember, new: &NewClaim) -> Claim {
    Claim { by: member.id, name: member.name.clone(), until: new.until, token: new.token }
}
