//! What was confirmed in person by mistake is taken back: the face of an exam, or who somebody is, and what hangs on that.

use jiff::Timestamp;
use reservation::ids::ExamId;

use super::{InPersonError, demand, demand_free};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::{CaseKind, Subject};
use crate::desk::people::IdentityReviews;
use crate::desk::permits::{Forbidden, Right, Scope, permits};
use crate::desk::reason::reason;
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::AccountNumber;
use crate::people::identity::in_person;
use crate::people::store::face_checks::{IN_PERSON, StoredFace};
use crate::people::store::{accounts as stored_accounts, face_checks, identities};

impl IdentityReviews {
    /// Takes back that the face of the exam was confirmed in person at that moment, and says why: the candidate shows it again, by
    /// whichever way. Who somebody is stays proved.
    ///
    /// # Errors
    /// [`InPersonError::Forbidden`], [`InPersonError::Unknown`], [`InPersonError::NotConfirmed`], [`InPersonError::Changed`],
    /// [`InPersonError::Reason`] and [`InPersonError::Store`].
    pub async fn take_in_person_back(
        &self,
        member: &StaffMember,
        number: AccountNumber,
        exam: &ExamId,
        seen: Timestamp,
        why: &str,
    ) -> Result<(), InPersonError> {
        let (account, now) = (number.account(), clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        demand(&transaction, member, account, exam).await?;
        let reason = reason(why)?;
        // In the order of whoever hands in a picture: the identity, then its face.
        identities::lock(&transaction, account.0).await?;
        let is_confirmed = |face: &StoredFace| face.state == "passed" && face.way == IN_PERSON;
        let before = face_checks::lock(&transaction, account.0, exam).await?.filter(is_confirmed);
        if before.ok_or(InPersonError::NotConfirmed)?.decided_at != Some(seen) {
            return Err(InPersonError::Changed);
        }
        let face = (account.0, exam);
        if !face_checks::take_in_person_back(&transaction, face, (member.id, reason), now).await? {
            return Err(InPersonError::NotConfirmed);
        }
        let subject = Subject::Face(account, exam.clone()).to_string();
        let entry = Entry::by_staff(member.id, AuditAction::TookInPersonBack, &subject).at(now);
        entry.detail(reason).write(&transaction).await?;
        messages::add(&transaction, account, Some(exam), MessageKind::FaceRefused, now).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes back that who the candidate is was confirmed in person, the last time at that moment, and says why; every face that was
    /// confirmed in person with it. Whoever is proved otherwise, too, stays so for the exams that take that; whoever is not proves all of it
    /// anew. Their seats and payments stay, as when an account is corrected.
    ///
    /// # Errors
    /// [`InPersonError::Forbidden`], [`InPersonError::Unknown`], [`InPersonError::NotConfirmed`], [`InPersonError::Changed`],
    /// [`InPersonError::Waits`], [`InPersonError::Reason`] and [`InPersonError::Store`].
    pub async fn take_identity_in_person_back(
        &self,
        member: &StaffMember,
        number: AccountNumber,
        seen: Timestamp,
        why: &str,
    ) -> Result<(), InPersonError> {
        // Identities hold for all exams: whoever works for some of them takes none back.
        if !permits(member, Right::Decide(CaseKind::Identity), Scope::Everything) {
            return Err(Forbidden.into());
        }
        let reason = reason(why)?;
        let (account, now) = (number.account(), clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        // In the order of whoever verifies: the account, its identity, its faces.
        stored_accounts::lock(&transaction, account.0).await?.ok_or(InPersonError::Unknown)?;
        let before = identities::lock(&transaction, account.0).await?.ok_or(InPersonError::NotConfirmed)?;
        match before.in_person_at {
            None => return Err(InPersonError::NotConfirmed),
            Some(at) if at != seen => return Err(InPersonError::Changed),
            Some(_) => {}
        }
        let identity = Subject::Identity(account);
        demand_free(&transaction, member.id, &identity, now).await?;
        let exams = in_person::take_back(&transaction, &before, (member.id, reason), now).await?;
        let faces = exams.into_iter().map(|exam| Subject::Face(account, exam));
        for subject in std::iter::once(identity).chain(faces) {
            let subject = subject.to_string();
            let entry = Entry::by_staff(member.id, AuditAction::TookInPersonBack, &subject).at(now);
            entry.detail(reason).write(&transaction).await?;
        }
        messages::add(&transaction, account, None, MessageKind::IdentityRefused, now).await?;
        Ok(transaction.commit().await?)
    }
}
