//! The door to what staff decide of identities and faces: a queue, the pictures side by side, a yes or a reason. Every
//! look at a picture is written down first.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::desk::payments;
use crate::desk::payments::{AuditAction, AuditEntry, REASON_CHARS_MAX};
use crate::desk::store::audit;
use crate::model::clock;
use crate::model::exam_rules::IdentityWay;
use crate::model::ids::AccountId;
use crate::model::ids::StaffId;
use crate::outbox::messages::{self, MessageKind};
use crate::people::identity::{Identity, IdentityError, Person};
use crate::people::store::face_checks;
use crate::people::store::identities;
use crate::people::store::identities::StoredIdentity;
use crate::pictures::kept::{IdentityPictures, PictureId};
use crate::pictures::store::identity_pictures;
use crate::store::{Database, StoreError};

/// Most cases of the queue that are looked at together.
pub const CASES_MAX: usize = 100;

/// Which case; also its place in addresses and in the audit: `identity.UUID`, `face.UUID.EXAM`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CaseId {
    /// Is this person who they say?
    Identity(AccountId),
    /// Is this the verified person?
    Face(AccountId, ExamId),
}

/// The text names no case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a case is identity.UUID or face.UUID.EXAM")]
pub struct UnknownCase;

impl CaseId {
    fn account(&self) -> AccountId {
        match self {
            Self::Identity(account) | Self::Face(account, _) => *account,
        }
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(account) => write!(f, "identity.{}", account.0),
            Self::Face(account, exam) => write!(f, "face.{}.{exam}", account.0),
        }
    }
}

impl FromStr for CaseId {
    type Err = UnknownCase;

    fn from_str(text: &str) -> Result<Self, UnknownCase> {
        let account = |text: &str| text.parse::<Uuid>().map(AccountId).map_err(|_| UnknownCase);
        if let Some(rest) = text.strip_prefix("identity.") {
            return Ok(Self::Identity(account(rest)?));
        }
        let (who, exam) = text.strip_prefix("face.").and_then(|rest| rest.split_once('.')).ok_or(UnknownCase)?;
        Ok(Self::Face(account(who)?, exam.parse().map_err(|_| UnknownCase)?))
    }
}

/// A case that waits. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct Case {
    /// Which.
    pub id: CaseId,
    /// Who it says to be.
    pub person: Person,
    /// Since when it waits.
    pub since: Timestamp,
    /// What was handed in.
    pub picture: PictureId,
    /// The verified photo to compare it with, in a face check.
    pub portrait: Option<PictureId>,
}

/// Which picture of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What was handed in.
    HandedIn,
    /// The verified photo.
    Verified,
}

/// Why staff did not see or decide. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// It does not wait: somebody decided, or the candidate handed in another picture.
    #[error("the case does not wait with this picture")]
    NotWaiting,
    /// Whoever decides has not looked at the picture.
    #[error("the picture must be looked at first")]
    NotLooked,
    /// The candidate says to be somebody else since: they have to hand in again.
    #[error("name or document changed since it was handed in")]
    Changed,
    /// Another account is verified as this person.
    #[error("another account is verified as this person")]
    OtherAccount,
    /// A refusal needs a reason.
    #[error("a reason has 1 to {REASON_CHARS_MAX} characters")]
    Reason,
    /// We failed.
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
pub struct IdentityReviews {
    pub(crate) database: Database,
    pub(crate) identity: Identity,
    pub(crate) pictures: IdentityPictures,
}

impl IdentityReviews {
    /// The queue, the longest waiting first, at most [`CASES_MAX`].
    pub async fn waiting(&self) -> Result<Vec<Case>, StoreError> {
        let limit = i64::try_from(CASES_MAX).expect("a small constant");
        let client = self.database.client().await?;
        let identities = identities::waiting(&client, limit).await?;
        let faces = face_checks::waiting(&client, limit).await?;
        let mut cases = Vec::new();
        for stored in identities {
            cases.extend(self.identity_case(&stored)?);
        }
        for face in faces {
            let verified = identities::get(&client, face.account).await?;
            cases.extend(self.face_case(&face, verified.as_ref())?);
        }
        cases.sort_by_key(|case| case.since);
        cases.truncate(CASES_MAX);
        Ok(cases)
    }

    /// How many cases wait.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let client = self.database.client().await?;
        Ok(identities::count_waiting(&client).await? + face_checks::count_waiting(&client).await?)
    }

    /// One case, if it waits, with the whole document number. Who looked is written down first.
    pub async fn get(&self, staff: StaffId, id: &CaseId) -> Result<Option<Case>, StoreError> {
        let Some(case) = self.find(id).await? else { return Ok(None) };
        self.write_look(staff, &AuditAction::LookedAtPerson, id, case.picture).await?;
        Ok(Some(case))
    }

    async fn find(&self, id: &CaseId) -> Result<Option<Case>, StoreError> {
        let client = self.database.client().await?;
        let identity = identities::get(&client, id.account().0).await?;
        match (id, identity) {
            (CaseId::Identity(_), Some(identity)) => self.identity_case(&identity),
            (CaseId::Face(account, exam), identity) => match face_checks::get(&client, account.0, exam).await? {
                Some(face) => self.face_case(&face, identity.as_ref()),
                None => Ok(None),
            },
            (CaseId::Identity(_), None) => Ok(None),
        }
    }

    /// A picture of a case that waits, a JPEG. Who looked is written down first.
    pub async fn picture(&self, staff: StaffId, id: &CaseId, side: Side) -> Result<Vec<u8>, CaseError> {
        let case = self.find(id).await?.ok_or(CaseError::NotWaiting)?;
        let picture = match side {
            Side::HandedIn => Some(case.picture),
            Side::Verified => case.portrait,
        };
        let picture = picture.ok_or(CaseError::NotWaiting)?;
        self.write_look(staff, &AuditAction::LookedAtPicture, id, picture).await?;
        self.pictures.find(id.account(), picture).await?.ok_or(CaseError::NotWaiting)
    }

    /// Says yes to what was handed in with this picture.
    pub async fn confirm(&self, staff: StaffId, id: &CaseId, picture: PictureId) -> Result<(), CaseError> {
        let case = self.find(id).await?.filter(|case| case.picture == picture).ok_or(CaseError::NotWaiting)?;
        self.must_have_looked(staff, id, picture).await?;
        match id {
            CaseId::Identity(account) => {
                let by = crate::people::identity::ByStaff {
                    staff,
                    action: AuditAction::Confirmed,
                    subject: id.to_string(),
                    seen: picture.to_string(),
                };
                let done = self.identity.verify(*account, &case.person, IdentityWay::Manual, Some(picture), Some(by));
                done.await.map_err(refusal)
            }
            CaseId::Face(account, exam) => self.decide_face(staff, *account, exam, picture, None).await,
        }
    }

    /// Says no, and why. The picture goes; the candidate can hand in another one.
    pub async fn refuse(&self, staff: StaffId, id: &CaseId, picture: PictureId, reason: &str) -> Result<(), CaseError> {
        let reason = reason.trim();
        if !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
            return Err(CaseError::Reason);
        }
        self.must_have_looked(staff, id, picture).await?;
        let account = match id {
            CaseId::Identity(account) => *account,
            CaseId::Face(account, exam) => {
                return self.decide_face(staff, *account, exam, picture, Some(reason)).await;
            }
        };
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !identities::refuse(&transaction, account.0, picture.0, staff.0, reason, now).await? {
            return Err(CaseError::NotWaiting);
        }
        identity_pictures::drop(&transaction, &[picture.0]).await?;
        let (action, subject, seen) = (AuditAction::Refused, id.to_string(), picture.to_string());
        audit::insert_seen(&transaction, now, staff.0, action.as_str(), &subject, &seen).await?;
        messages::add(&transaction, account, None, MessageKind::IdentityRefused, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What staff did to a case, the newest first.
    pub async fn history(&self, id: &CaseId) -> Result<Vec<AuditEntry>, StoreError> {
        payments::history_of(&self.database, &id.to_string()).await
    }

    async fn write_look(
        &self,
        staff: StaffId,
        action: &AuditAction,
        id: &CaseId,
        picture: PictureId,
    ) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        let (subject, seen) = (id.to_string(), picture.to_string());
        audit::insert_seen(&client, clock::now(), staff.0, action.as_str(), &subject, &seen).await
    }

    /// Asked before the transaction of the decision: a look that is written down stays, and that the picture is still
    /// the one that waits is compared under the lock.
    async fn must_have_looked(&self, staff: StaffId, id: &CaseId, picture: PictureId) -> Result<(), CaseError> {
        let client = self.database.client().await?;
        let action = AuditAction::LookedAtPicture;
        match audit::has_looked(&client, staff.0, action.as_str(), &id.to_string(), &picture.to_string()).await? {
            true => Ok(()),
            false => Err(CaseError::NotLooked),
        }
    }

    async fn decide_face(
        &self,
        staff: StaffId,
        account: AccountId,
        exam: &ExamId,
        picture: PictureId,
        reason: Option<&str>,
    ) -> Result<(), CaseError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let face = (account.0, exam, picture.0);
        if !face_checks::decide(&transaction, face, staff.0, reason, now).await? {
            return Err(CaseError::NotWaiting);
        }
        identity_pictures::drop(&transaction, &[picture.0]).await?;
        let kind = if reason.is_some() { MessageKind::FaceRefused } else { MessageKind::FacePassed };
        messages::add(&transaction, account, Some(exam), kind, now).await?;
        let action = if reason.is_some() { AuditAction::Refused } else { AuditAction::Confirmed };
        let subject = CaseId::Face(account, exam.clone()).to_string();
        audit::insert_seen(&transaction, now, staff.0, action.as_str(), &subject, &picture.to_string()).await?;
        transaction.commit().await?;
        Ok(())
    }

    fn identity_case(&self, stored: &StoredIdentity) -> Result<Option<Case>, StoreError> {
        let (Some(picture), Some(since), "waiting") = (stored.picture, stored.submitted_at, stored.state.as_str())
        else {
            return Ok(None);
        };
        Ok(Some(Case {
            id: CaseId::Identity(AccountId(stored.account)),
            person: crate::people::identity::open(&self.identity.vault, stored)?,
            since,
            picture: PictureId(picture),
            portrait: None,
        }))
    }

    fn face_case(
        &self,
        face: &face_checks::StoredFace,
        verified: Option<&StoredIdentity>,
    ) -> Result<Option<Case>, StoreError> {
        let (Some(picture), "waiting", Some(verified)) = (face.picture, face.state.as_str(), verified) else {
            return Ok(None);
        };
        let exam = face.exam.parse().map_err(|_| StoreError::Corrupt("the exam of a face check"))?;
        Ok(Some(Case {
            id: CaseId::Face(AccountId(face.account), exam),
            person: crate::people::identity::open(&self.identity.vault, verified)?,
            since: face.submitted_at,
            picture: PictureId(picture),
            portrait: verified.picture.map(PictureId),
        }))
    }
}

fn refusal(error: IdentityError) -> CaseError {
    match error {
        IdentityError::OtherAccount => CaseError::OtherAccount,
        IdentityError::ClaimChanged | IdentityError::NoClaim => CaseError::Changed,
        IdentityError::Store(error) => error.into(),
        _ => CaseError::NotWaiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_read_back() {
        let account = AccountId(Uuid::from_u128(7));
        for id in [CaseId::Identity(account), CaseId::Face(account, "degree-english".parse().unwrap())] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for bad in ["", "identity.7", "face.00000000-0000-0000-0000-000000000007", "order.1"] {
            assert_eq!(bad.parse::<CaseId>(), Err(UnknownCase), "{bad}");
        }
    }
}
