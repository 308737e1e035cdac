//! Decisions that can still be taken back. What staff decide is noted with the case, and carried out a while later by a job:
//! until then nothing has followed from it, nobody was told, and whoever decided can take it back. A candidate who hands in
//! anew meanwhile is decided about anew.

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::claims::CLAIM_LASTS;
use super::{CaseError, Cases, Decider, Deciding, case_permits, demand_look_at_back, demand_of};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::{Case, CaseId, ClaimToken, Subject};
use crate::desk::permits::Right;
use crate::desk::reason::reason;
use crate::desk::staff::StaffMember;
use crate::desk::store;
use crate::desk::store::cases::noted;
use crate::desk::store::cases::noted::NewNote;
use crate::model::clock;
use crate::people::store::identities;

/// Longest time for which a decision can be taken back.
pub const UNDO_MAX: SignedDuration = SignedDuration::from_mins(10);
/// How long the case stays whose decision it is behind that: a job carries it out within seconds.
pub(super) const CARRIED_OUT_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// A yes, or a no and why. `Debug` does not say why.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// What was handed in passes.
    Passed,
    /// It does not pass, for this reason.
    Refused(String),
}

impl Decided {
    /// Why it does not pass, if it does not.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Passed => None,
            Self::Refused(why) => Some(why),
        }
    }
}

impl std::fmt::Debug for Decided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Passed => "Passed",
            Self::Refused(_) => "Refused",
        })
    }
}

/// What is kept of a decision until it is carried out.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// With what the case waited.
    pub(crate) version: String,
    pub(crate) decided: Decided,
}

impl Cases {
    /// Notes a decision about what was `seen`, which is the case's version. It is carried out after `undo`, at most
    /// [`UNDO_MAX`]; until then they can take it back. Whatever keeps the desk's door from deciding now keeps it from being
    /// noted, as far as the case knows it; a card is let pass by whoever looked at both of its sides.
    /// Sent twice, it is one; another one than theirs that is noted already is refused.
    /// Accommodations are decided kind by kind, and at once: they are none of these.
    pub async fn note(
        &self,
        decider: impl Into<Decider<'_>>,
        subject: &Subject,
        version: &str,
        decided: &Decided,
        undo: SignedDuration,
    ) -> Result<CaseId, CaseError> {
        let decider = decider.into();
        let decided = match decided {
            Decided::Passed => Decided::Passed,
            Decided::Refused(why) => Decided::Refused(reason(why)?.to_owned()),
        };
        let (look, seen) = looked_at(subject, version).ok_or(CaseError::NotWaiting)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        demand_of(&transaction, decider.member, Right::Decide(subject.kind()), subject).await?;
        let note = Note { version: version.to_owned(), decided };
        let id = match (Deciding { decider, subject, look, seen, version }).check_noting(&transaction).await {
            Err(CaseError::NotWaiting) => {
                return self.noted_already(&transaction, decider.member, subject, &note).await;
            }
            checked => checked?.id,
        };
        if let (Subject::Identity(account), Decided::Passed) = (subject, &note.decided) {
            let back = identities::get(&transaction, account.0).await?.and_then(|identity| identity.card_back);
            demand_look_at_back(&transaction, decider.member, subject, back).await?;
        }
        let plain = serde_json::to_vec(&note).map_err(|_| crate::store::StoreError::Corrupt("a decision"))?;
        let (now, sealed) = (clock::now(), self.vault.seal(&context(id), &plain));
        let until = now + undo.min(UNDO_MAX);
        let (staff, token) = (decider.member.id, ClaimToken::draw());
        let new = NewNote { staff, sealed: &sealed, now, until, token, claimed_until: until + CARRIED_OUT_WITHIN };
        noted::note(&transaction, id, &new).await?;
        let (about, why) = (subject.to_string(), note.decided.reason());
        let entry = Entry::by_staff(staff, AuditAction::NotedDecision, &about).at(now).seen(seen).detail(why);
        entry.write(&transaction).await?;
        transaction.commit().await?;
        if until == now {
            self.wake.notify_one();
        }
        Ok(id)
    }

    /// The case with which they have noted that very decision already.
    async fn noted_already(
        &self,
        transaction: &impl GenericClient,
        member: &StaffMember,
        subject: &Subject,
        note: &Note,
    ) -> Result<CaseId, CaseError> {
        let found = store::cases::lock_open(transaction, clock::now(), &subject.to_string()).await?;
        let is_theirs = |case: &Case| case.noted.is_some_and(|(by, _)| by == member.id);
        let case = found.filter(is_theirs).ok_or(CaseError::NotWaiting)?;
        let sealed = noted::sealed(transaction, case.id).await?;
        match sealed.and_then(|sealed| self.open_note(case.id, &sealed)) {
            Some(there) if there == *note => Ok(case.id),
            _ => Err(CaseError::NotWaiting),
        }
    }

    /// Takes back what they decided, if that is not carried out yet: the case is theirs again.
    pub async fn take_back(&self, member: &StaffMember, id: CaseId) -> Result<Subject, CaseError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let now = clock::now();
        let case = store::cases::get(&transaction, now, id).await?.ok_or(CaseError::NotWaiting)?;
        case_permits(&transaction, member, Right::Decide(case.kind()), &case).await?;
        if !noted::take_back(&transaction, id, member.id, (now, now + CLAIM_LASTS)).await? {
            return Err(CaseError::NotWaiting);
        }
        let subject = case.subject.to_string();
        Entry::by_staff(member.id, AuditAction::TookBackDecision, &subject).write(&transaction).await?;
        transaction.commit().await?;
        Ok(case.subject)
    }

    /// What they decided and can still take back, the newest first, with until when.
    pub async fn noted(&self, member: &StaffMember) -> Result<Vec<(CaseId, Subject, Timestamp)>, CaseError> {
        let client = self.database.client().await?;
        Ok(noted::of(&client, member.id, clock::now(), NOTED_MAX).await?)
    }

    /// A decision that was noted.
    pub(crate) fn open_note(&self, id: CaseId, sealed: &[u8]) -> Option<Note> {
        let plain = self.vault.open(&context(id), sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// Most of them that are listed.
const NOTED_MAX: i64 = 50;

fn context(CaseId(id): CaseId) -> String {
    format!("case.noted {id}")
}

/// The look that must be on record before a subject is decided with this version, and at what. `None` where it is decided
/// otherwise.
fn looked_at<'a>(subject: &Subject, version: &'a str) -> Option<(AuditAction, &'a str)> {
    match subject {
        Subject::Payment(_) => Some((AuditAction::LookedAtPicture, version.split('.').next()?)),
        Subject::Identity(_) | Subject::Face(..) => Some((AuditAction::LookedAtPicture, version)),
        Subject::Form(..) => Some((AuditAction::LookedAtForm, version)),
        Subject::Score(..) => Some((AuditAction::LookedAtScore, version)),
        Subject::Accommodation(..) => None,
    }
}
