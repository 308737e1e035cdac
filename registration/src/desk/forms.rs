//! The desk of forms: 报名资格审核.

use std::sync::Arc;

use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::application::Applications;
use crate::application::photo_check::photo_in;
use crate::application::store::applications;
use crate::application::store::applications::StoredApplication;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::{CaseKind, Subject};
use crate::desk::cases::{CaseError, Decider, Deciding};
use crate::desk::permits::{Right, demand_about};
use crate::desk::reason::reason;
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam_rules::FieldName;
use crate::model::ids::AccountId;
use crate::outbox::messages::{self, MessageKind};
use crate::rules::details::Answers;
use crate::seats::store::orders;
use crate::store::{Database, StoreError};

/// Which hand-in is decided about: a later one is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormKey {
    /// The exam whose form it is.
    pub exam: ExamId,
    /// The account that handed it in.
    pub account: AccountId,
    /// The number of the hand-in.
    pub version: i32,
}

impl FormKey {
    /// What its case is about.
    pub fn subject(&self) -> Subject {
        Subject::Form(self.exam.clone(), self.account)
    }
}

/// One form that waits for staff.
#[derive(Debug, Clone)]
pub struct FormCase {
    /// Which hand-in it is; the decision must name it.
    pub key: FormKey,
    /// What was answered, by the names of the fields.
    pub answers: Answers,
    /// Since when it waits.
    pub since: Timestamp,
    /// Where it differs from the roster; nothing where there was no roster.
    pub differences: Option<Vec<FieldName>>,
    /// What the form said before it was changed, where one had passed or stood without a review.
    pub before: Option<Answers>,
    /// Has the candidate seats that are confirmed?
    pub is_confirmed: bool,
}

/// The door. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Forms {
    pub(crate) database: Database,
    pub(crate) applications: Arc<Applications>,
}

impl Forms {
    /// One form, if it waits. Who looked is written down first.
    pub async fn look(&self, member: &StaffMember, exam: &ExamId, account: AccountId) -> Result<FormCase, CaseError> {
        let client = self.database.client().await?;
        demand_about::<CaseError>(&client, member, Right::See(CaseKind::Form), (Some(exam), account)).await?;
        let mut case = self.waiting(applications::get(&client, exam, account).await?)?;
        case.is_confirmed = orders::any_settled(&client, account, exam).await?;
        let (subject, seen) = (case.key.subject().to_string(), case.key.version.to_string());
        Entry::by_staff(member.id, AuditAction::LookedAtForm, &subject).seen(&seen).write(&client).await?;
        Ok(case)
    }

    /// The photo of a form that waits, a JPEG, if it has one. Who looked is written down before it is shown, and not when it
    /// cannot be.
    pub async fn photo(
        &self,
        member: &StaffMember,
        exam: &Exam,
        account: AccountId,
    ) -> Result<Option<Vec<u8>>, CaseError> {
        let client = self.database.client().await?;
        demand_about::<CaseError>(&client, member, Right::See(CaseKind::Form), (Some(&exam.id), account)).await?;
        let case = self.waiting(applications::get(&client, &exam.id, account).await?)?;
        let Some(photo) = photo_in(exam, &case.answers).flatten() else { return Ok(None) };
        drop(client);
        let Some(jpeg) = self.applications.photos.read(account, photo).await? else { return Ok(None) };
        let (subject, seen) = (case.key.subject().to_string(), photo.to_string());
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtPhoto, &subject).seen(&seen);
        entry.write(&self.database.client().await?).await?;
        Ok(Some(jpeg))
    }

    /// Lets a form pass, or refuses it with a reason.
    pub async fn decide(
        &self,
        decider: impl Into<Decider<'_>>,
        key: &FormKey,
        refusal: Option<&str>,
    ) -> Result<(), CaseError> {
        let decider = decider.into();
        let member = decider.member;
        let FormKey { exam, account, version } = key;
        let refusal = refusal.map(reason).transpose()?;
        let (subject, seen, now) = (key.subject(), version.to_string(), clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let about = (Some(exam), *account);
        demand_about::<CaseError>(&transaction, member, Right::Decide(CaseKind::Form), about).await?;
        let found = applications::get_locked(&transaction, exam, *account).await?;
        if self.waiting(found)?.key != *key {
            return Err(CaseError::NotWaiting);
        }
        let look = AuditAction::LookedAtForm;
        let deciding = Deciding { decider, subject: &subject, look, seen: &seen, version: &seen };
        deciding.check(&transaction).await?;
        if !applications::decide(&transaction, (exam, *account, *version), member.id, refusal, now).await? {
            return Err(CaseError::NotWaiting);
        }
        let (kind, action) = match refusal {
            Some(_) => (MessageKind::FormRefused, AuditAction::RefusedForm),
            None => (MessageKind::FormPassed, AuditAction::PassedForm),
        };
        messages::add(&transaction, *account, Some(exam), kind, now).await?;
        let subject = subject.to_string();
        Entry::by_staff(member.id, action, &subject).seen(&seen).detail(refusal).write(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    fn waiting(&self, stored: Option<StoredApplication>) -> Result<FormCase, CaseError> {
        let stored = stored.filter(|stored| stored.review == "waiting").ok_or(CaseError::NotWaiting)?;
        let answers = self.applications.read(&stored)?.details.unwrap_or_default();
        let before = self.applications.read_before(&stored)?;
        let since = stored.review_at.ok_or(StoreError::Corrupt("a review without its time"))?;
        let read = |name: &String| name.parse().map_err(|_| StoreError::Corrupt("a field's name"));
        let differences = stored.review_differences.as_ref().map(|names| names.iter().map(read).collect());
        let key = FormKey { exam: stored.exam, account: stored.account, version: stored.details_version };
        Ok(FormCase { key, answers, since, differences: differences.transpose()?, before, is_confirmed: false })
    }
}
