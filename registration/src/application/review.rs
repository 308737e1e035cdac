//! What staff decide about forms: 报名资格审核.

use jiff::Timestamp;
use reservation::ids::ExamId;
use uuid::Uuid;

use super::Applications;
use crate::application::photo_check::photo_in;
use crate::application::store;
use crate::application::store::applications::StoredApplication;
use crate::desk::store::audit;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam_rules::FieldName;
use crate::model::ids::AccountId;
use crate::outbox::messages::{self, MessageKind};
use crate::rules::details::Answers;
use crate::store::StoreError;

/// Most applications on a page of the queue.
const PAGE: i64 = 50;
/// What the audit calls a look at a form.
const LOOK: &str = "application.look";

/// Which hand-in is decided about: a later one is another case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseKey {
    /// The exam.
    pub exam: ExamId,
    /// Whose.
    pub account: AccountId,
    /// The number of the hand-in.
    pub version: i32,
}

/// One form that waits for staff.
#[derive(Debug, Clone)]
pub struct ApplicationCase {
    /// Which.
    pub key: CaseKey,
    /// What was answered.
    pub answers: Answers,
    /// Since when it waits.
    pub since: Timestamp,
    /// Where it differs from the roster; nothing where there was no roster.
    pub differences: Option<Vec<FieldName>>,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// It was decided meanwhile, or handed in anew, or this member of staff has not looked at it: look again.
    #[error("this form does not wait for a decision any more")]
    Moved,
    /// A refusal needs a reason that the candidate can act on.
    #[error("a reason has 1 to 200 characters on one line")]
    Reason,
    /// We failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Applications {
    /// Forms that wait, the longest waiting first, at most 50, from the one behind `after` on.
    pub async fn waiting(&self, after: Option<&ApplicationCase>) -> Result<Vec<ApplicationCase>, StoreError> {
        let after = after.map(|case| (case.since, &case.key.exam, case.key.account));
        let found = store::applications::waiting(&self.database.client().await?, after, PAGE).await?;
        found.iter().map(|stored| self.case(stored)).collect()
    }

    /// How many wait.
    pub async fn count_waiting(&self) -> Result<u64, StoreError> {
        store::applications::count_waiting(&self.database.client().await?).await
    }

    /// One form, if it waits. The look is written to the audit.
    pub async fn look(&self, staff: Uuid, exam: &ExamId, account: AccountId) -> Result<ApplicationCase, ReviewError> {
        let client = self.database.client().await?;
        let found = store::applications::get(&client, exam, account).await?;
        let case = found.filter(|found| found.review == "waiting").map(|found| self.case(&found)).transpose()?;
        let case = case.ok_or(ReviewError::Moved)?;
        let (what, seen) = (subject(&case.key), case.key.version.to_string());
        audit::insert_seen(&client, clock::now(), staff, LOOK, &what, &seen).await?;
        Ok(case)
    }

    /// The photo of a form that waits, a JPEG, if it has one. Who looked is written down first.
    pub async fn photo_of(&self, staff: Uuid, exam: &Exam, account: AccountId) -> Result<Option<Vec<u8>>, ReviewError> {
        let client = self.database.client().await?;
        let found = store::applications::get(&client, &exam.id, account).await?;
        let found = found.filter(|found| found.review == "waiting").ok_or(ReviewError::Moved)?;
        let case = self.case(&found)?;
        let Some(photo) = photo_in(exam, &case.answers).flatten() else { return Ok(None) };
        let (what, seen) = (subject(&case.key), photo.to_string());
        audit::insert_seen(&client, clock::now(), staff, "application.photo", &what, &seen).await?;
        drop(client);
        Ok(self.photos.read(account, photo).await?)
    }

    /// Lets a form pass, or refuses it with a reason.
    pub async fn decide(&self, staff: Uuid, key: &CaseKey, refusal: Option<&str>) -> Result<(), ReviewError> {
        let refusal = check_refusal(refusal)?;
        let mut client = self.database.client().await?;
        let (what, seen) = (subject(key), key.version.to_string());
        if !audit::has_looked(&client, staff, LOOK, &what, &seen).await? {
            return Err(ReviewError::Moved);
        }
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let (now, case) = (clock::now(), (&key.exam, key.account, key.version));
        if !store::applications::decide(&transaction, case, staff, refusal, now).await? {
            return Err(ReviewError::Moved);
        }
        let kind = if refusal.is_some() { MessageKind::FormRefused } else { MessageKind::FormPassed };
        messages::add(&transaction, key.account, Some(&key.exam), kind, now).await?;
        let action = if refusal.is_some() { "application.refuse" } else { "application.pass" };
        audit::insert_seen(&transaction, now, staff, action, &what, &seen).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    fn case(&self, stored: &StoredApplication) -> Result<ApplicationCase, StoreError> {
        let answers = self.read(stored)?.details.unwrap_or_default();
        let key = CaseKey { exam: stored.exam.clone(), account: stored.account, version: stored.details_version };
        let since = stored.review_at.ok_or(StoreError::Corrupt("a review without its time"))?;
        let differences = stored.review_differences.as_ref().map(|names| {
            names.iter().map(|name| name.parse().map_err(|_| StoreError::Corrupt("a field's name"))).collect()
        });
        Ok(ApplicationCase { key, answers, since, differences: differences.transpose()? })
    }
}

/// A refusal's reason, if it is one that a candidate can act on.
pub(crate) fn check_refusal(refusal: Option<&str>) -> Result<Option<&str>, ReviewError> {
    let refusal = refusal.map(str::trim);
    let fits = |text: &str| (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if refusal.is_some_and(|text| !fits(text)) { Err(ReviewError::Reason) } else { Ok(refusal) }
}

/// What the audit calls a form.
fn subject(key: &CaseKey) -> String {
    format!("application {} {}", key.exam, key.account.0)
}
