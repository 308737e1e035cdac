//! The desk of accommodations (便利申请): what somebody asks for beside their proofs, decided kind by kind.

use std::sync::Arc;

use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::application::accommodations::Accommodations;
use crate::application::store::accommodations as rows;
use crate::application::store::accommodations::{Said, StoredAccommodation};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::{CaseKind, Subject};
use crate::desk::cases::{CaseError, Decider, Deciding};
use crate::desk::permits::{Right, demand_about};
use crate::desk::reason::{NoReason, reason};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::exam_rules::AccommodationKind;
use crate::model::facts::accommodation::{Accommodation, Verdict, Verdicts};
use crate::model::ids::AccountId;
use crate::outbox::messages::{self, MessageKind};
use crate::pictures::kept::PictureId;
use crate::store::Database;

/// Which hand-in is decided about: a later one is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccommodationKey {
    /// The exam in which something is asked for.
    pub exam: ExamId,
    /// The account that asks.
    pub account: AccountId,
    /// The number of the hand-in.
    pub version: i32,
}

impl AccommodationKey {
    /// What its case is about.
    pub fn subject(&self) -> Subject {
        Subject::Accommodation(self.exam.clone(), self.account)
    }
}

/// One request that waits for staff. `Debug` says nothing of it.
#[derive(Debug, Clone)]
pub struct AccommodationCase {
    /// Which hand-in it is; the decision must name it.
    pub key: AccommodationKey,
    /// What is asked for, and what was said to the request before.
    pub asked: Accommodation,
    /// Since when it waits.
    pub since: Timestamp,
    /// The proofs, by their slots.
    pub proofs: [Option<PictureId>; 2],
}

/// The door. Cloning is a few reference counts.
#[derive(Clone)]
pub struct AccommodationReviews {
    pub(crate) database: Database,
    pub(crate) accommodations: Arc<Accommodations>,
}

impl AccommodationReviews {
    /// One request, if it waits. Who looked is written down first.
    pub async fn look(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        account: AccountId,
    ) -> Result<AccommodationCase, CaseError> {
        let client = self.database.client().await?;
        demand_about::<CaseError>(&client, member, Right::See(CaseKind::Accommodation), (Some(exam), account)).await?;
        let case = self.waiting(rows::get(&client, exam, account).await?)?;
        let (subject, seen) = (case.key.subject().to_string(), case.key.version.to_string());
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtAccommodation, &subject);
        entry.seen(&seen).write(&client).await?;
        Ok(case)
    }

    /// A proof of a request that waits, a JPEG: the one at that place of the slots. Who looked is written down before it is
    /// shown, and not when it cannot be.
    pub async fn proof(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        account: AccountId,
        place: usize,
    ) -> Result<Option<Vec<u8>>, CaseError> {
        let client = self.database.client().await?;
        demand_about::<CaseError>(&client, member, Right::See(CaseKind::Accommodation), (Some(exam), account)).await?;
        let case = self.waiting(rows::get(&client, exam, account).await?)?;
        let Some(proof) = case.proofs.get(place).copied().flatten() else { return Ok(None) };
        drop(client);
        let Some(jpeg) = self.accommodations.pictures.find(account, proof).await? else { return Ok(None) };
        let (subject, seen) = (case.key.subject().to_string(), proof.to_string());
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtProof, &subject).seen(&seen);
        entry.write(&self.database.client().await?).await?;
        Ok(Some(jpeg))
    }

    /// Says something to every kind that is asked for. The candidate hears that something was said, and reads what.
    pub async fn decide(
        &self,
        decider: impl Into<Decider<'_>>,
        key: &AccommodationKey,
        verdicts: &Verdicts,
    ) -> Result<(), CaseError> {
        let decider = decider.into();
        let member = decider.member;
        let AccommodationKey { exam, account, version } = key;
        let verdicts = checked(verdicts)?;
        let (subject, seen, now) = (key.subject(), version.to_string(), clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let about = (Some(exam), *account);
        demand_about::<CaseError>(&transaction, member, Right::Decide(CaseKind::Accommodation), about).await?;
        let found = rows::get_locked(&transaction, exam, *account).await?;
        let id = found.as_ref().map(|found| found.id);
        let case = self.waiting(found)?;
        let is_whole = case.asked.request.kinds.iter().eq(verdicts.0.iter().map(|(kind, _)| kind));
        let Some(id) = id.filter(|_| case.key == *key && is_whole) else { return Err(CaseError::NotWaiting) };
        let look = AuditAction::LookedAtAccommodation;
        let deciding = Deciding { decider, subject: &subject, look, seen: &seen, version: &seen };
        deciding.check(&transaction).await?;
        let reason = verdicts.reason();
        let state = match (verdicts.asks_more(), verdicts.granted().is_empty()) {
            (true, _) => "more",
            (false, true) => "refused",
            (false, false) => "granted",
        };
        let decision = self.accommodations.seal(id, "decision", &verdicts)?;
        let said = Said { state, decision: &decision, reason: reason.as_deref(), staff: member.id, now };
        if !rows::decide(&transaction, (exam, *account, *version), &said).await? {
            return Err(CaseError::NotWaiting);
        }
        let kind =
            if verdicts.asks_more() { MessageKind::AccommodationMore } else { MessageKind::AccommodationDecided };
        messages::add(&transaction, *account, Some(exam), kind, now).await?;
        let subject = subject.to_string();
        let entry = Entry::by_staff(member.id, AuditAction::DecidedAccommodation, &subject).seen(&seen);
        entry.detail(reason.as_deref()).write(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    fn waiting(&self, stored: Option<StoredAccommodation>) -> Result<AccommodationCase, CaseError> {
        let stored = stored.filter(|stored| stored.state == "waiting").ok_or(CaseError::NotWaiting)?;
        let asked = self.accommodations.read(&stored)?;
        let key = AccommodationKey { exam: stored.exam, account: stored.account, version: stored.version };
        let proofs = stored.proofs.map(|id| id.map(PictureId));
        Ok(AccommodationCase { key, asked, since: stored.requested_at, proofs })
    }
}

/// The verdicts in the order of the kinds, each with a good reason where it has one.
fn checked(verdicts: &Verdicts) -> Result<Verdicts, NoReason> {
    let check = |kind: &AccommodationKind| {
        let verdict = verdicts.of(*kind)?;
        let good = |text: &String| reason(text).map(str::to_owned);
        Some(match verdict {
            Verdict::Granted => Ok(Verdict::Granted),
            Verdict::Refused(text) => good(text).map(Verdict::Refused),
            Verdict::More(text) => good(text).map(Verdict::More),
        })
        .map(|verdict| verdict.map(|verdict| (*kind, verdict)))
    };
    AccommodationKind::ALL.iter().filter_map(check).collect::<Result<_, _>>().map(Verdicts)
}
