//! The door to applications: agreeing to the notice, filling in the form, and what is known of a candidate in an exam.

pub mod accommodations;
mod compare;
mod earlier;
pub(crate) mod photo_check;
pub mod photos;
mod rebind;
pub(crate) mod store;
mod unnamed;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::application::photo_check::exchange_photo;
use crate::application::photos::Photos;
use crate::application::store::applications::StoredApplication;
use crate::eligibility;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam_rules::TaskKind;
use crate::model::facts::{Facts, ReviewState};
use crate::model::ids::AccountId;
use crate::model::order::Order;
use crate::people::faces::Faces;
use crate::people::identity;
use crate::people::identity::Identity;
use crate::people::store::accounts;
use crate::rules::details;
use crate::rules::details::{Answers, FieldFault};
use crate::rules::steps::{TaskState, blocked_by, steps, task};
use crate::seats::store::orders::{self, change};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use crate::application::photo_check::PhotoFault;
pub use compare::Comparison;
pub use earlier::Earlier;

pub(crate) use rebind::move_rows;

/// Most applications that a candidate's page shows.
pub const APPLICATIONS_MAX: usize = 50;

/// What a candidate has done for an exam.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Application {
    /// What was typed and not handed in.
    pub draft: Option<Answers>,
    /// What was handed in last.
    pub details: Option<Answers>,
    /// What was decided about it.
    pub review: ReviewState,
}

/// Why an application was not changed. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ApplicationError {
    /// Something else must be done first.
    #[error("the candidate must first do: {0}")]
    Blocked(TaskKind),
    /// Not yet, or no more.
    #[error("this is not open now")]
    NotOpen(TaskState),
    /// Answers are missing or wrong.
    #[error("{} answers are missing or wrong", .0.len())]
    Answers(Vec<FieldFault>),
    /// The photo cannot be handed in.
    #[error(transparent)]
    Photo(#[from] PhotoFault),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The door to applications. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Applications {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) identity: Identity,
    pub(crate) faces: Faces,
    pub(crate) photos: Photos,
}

impl Applications {
    /// What is known of a candidate in an exam; `orders` are all of theirs in it. Only what the exam's steps ask for is
    /// looked up.
    pub async fn facts<'a>(
        &self,
        account: AccountId,
        exam: &Exam,
        orders: &'a [Order],
    ) -> Result<Facts<'a>, StoreError> {
        let asks = |tasks: &[TaskKind]| tasks.iter().any(|task| exam.rules.asks_for(task));
        let mut facts = Facts { orders, ..Facts::default() };
        if asks(&[TaskKind::Notice, TaskKind::Details]) {
            let found = store::applications::get(&self.database.client().await?, &exam.id, account).await?;
            if let Some(found) = found {
                facts.notice_agreed_at = found.notice_agreed_at;
                facts.details_at = found.details_at;
                facts.review = review_state(&found)?;
            }
        }
        if asks(&[TaskKind::Accommodations]) {
            let found = store::accommodations::get(&self.database.client().await?, &exam.id, account).await?;
            facts.accommodation = found.as_ref().map(accommodations::state).transpose()?.unwrap_or_default();
        }
        if asks(&[TaskKind::Identity]) {
            (facts.identity, facts.proofs) = self.identity.proved(account).await?;
        }
        if asks(&[TaskKind::Face]) {
            facts.face = self.faces.state(account, &exam.id).await?;
        }
        if asks(&[TaskKind::Eligibility]) {
            facts.eligibility = eligibility::state::state(&self.database, &self.vault, account, &exam.id).await?;
            if exam.rules.eligibility.score_review.is_some() {
                facts.score_review = eligibility::state::score_review(&self.database, account, &exam.id).await?;
            }
        }
        Ok(facts)
    }

    /// One application, with what was answered; empty when nothing was done yet.
    pub async fn get(&self, account: AccountId, exam: &ExamId) -> Result<Application, StoreError> {
        let found = store::applications::get(&self.database.client().await?, exam, account).await?;
        found.map_or_else(|| Ok(Application::default()), |found| self.read(&found))
    }

    /// The exams in which the account has begun something, newest first, at most [`APPLICATIONS_MAX`].
    pub async fn exams_of(&self, account: AccountId) -> Result<Vec<ExamId>, StoreError> {
        let limit = i64::try_from(APPLICATIONS_MAX).expect("a small constant");
        let found = store::applications::of_account(&self.database.client().await?, account, limit).await?;
        Ok(found.into_iter().map(|application| application.exam).collect())
    }

    /// Notes that the candidate has read the notice and agrees. Again: nothing changes.
    pub async fn agree(&self, account: AccountId, exam: &Exam, orders: &[Order]) -> Result<(), ApplicationError> {
        self.require(account, exam, orders, &TaskKind::Notice).await?;
        let client = self.database.client().await?;
        Ok(store::applications::agree(&client, &exam.id, account, clock::now()).await?)
    }

    /// Keeps what was typed, right or wrong, so that nothing is lost when the connection is.
    pub async fn save_draft(&self, account: AccountId, exam: &Exam, answers: &Answers) -> Result<(), StoreError> {
        let sealed = self.seal("draft", &exam.id, account, answers)?;
        let client = self.database.client().await?;
        store::applications::set_draft(&client, &exam.id, account, &sealed, clock::now()).await
    }

    /// Hands the form in, also anew while the window is open. Where the exam has a review, it begins again; where it has
    /// none, staff look at what was changed together with a payment that waits, or by itself once that is confirmed.
    pub async fn hand_in(
        &self,
        account: AccountId,
        exam: &Exam,
        orders: &[Order],
        answers: &Answers,
    ) -> Result<ReviewState, ApplicationError> {
        self.require(account, exam, orders, &TaskKind::Details).await?;
        let document = self.document_of(account).await?;
        let kept = match details::check(&exam.rules.form, document.as_ref(), answers) {
            Ok(kept) => kept,
            Err(faults) => {
                self.save_draft(account, exam, answers).await?;
                return Err(ApplicationError::Answers(faults));
            }
        };
        let sealed = self.seal("details", &exam.id, account, &kept)?;
        let verified = self.identity.state(account).await?;
        let needs_staff = match self.check_photo(account, exam, &kept).await? {
            Ok(needs_staff) => needs_staff,
            Err(fault) => {
                self.save_draft(account, exam, &kept).await?;
                return Err(fault.into());
            }
        };
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        // Nobody becomes somebody else while their form is compared; a photo that was, with another face, is for staff.
        accounts::lock(&transaction, account.0).await?;
        let needs_staff = needs_staff || verified != identity::state(&transaction, account).await?;
        let before = store::applications::lock(&transaction, &exam.id, account, now).await?;
        let compared = self.compare(&transaction, account, exam, &kept).await?.at_most(needs_staff);
        // A form that staff refused goes back to staff, even when it equals the roster: the roster does not know their reason.
        let compared = compared.again_for_staff(before.review == "refused");
        let differences = compared.differences();
        let answers_before = self.read(&before)?.details;
        let both = (&answers_before.clone().unwrap_or_default(), &kept);
        if !exchange_photo(&transaction, account, exam, both).await? {
            drop(transaction);
            drop(client);
            self.save_draft(account, exam, &kept).await?;
            return Err(PhotoFault::Gone.into());
        }
        let has_changed = answers_before.as_ref().is_some_and(|before| *before != kept);
        let review = match exam.rules.asks_for(&TaskKind::Review) {
            true => compared.word(),
            false => unreviewed(&transaction, &before, has_changed, now).await?,
        };
        let review_of = (review, differences.as_deref());
        store::applications::set_details(&transaction, &exam.id, account, &sealed, review_of, now).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(match review {
            "waiting" => ReviewState::Waiting { since: now },
            _ => compared.state(now),
        })
    }

    /// May the candidate do this now? What was done once may be done again while its window is open.
    pub(crate) async fn require(
        &self,
        account: AccountId,
        exam: &Exam,
        orders: &[Order],
        kind: &TaskKind,
    ) -> Result<(), ApplicationError> {
        let facts = self.facts(account, exam, orders).await?;
        let views = steps(exam, &facts, clock::now());
        if let Some(first) = blocked_by(&views, kind) {
            return Err(ApplicationError::Blocked(first.kind.clone()));
        }
        let now = clock::now();
        let step = views.iter().find(|step| step.tasks.iter().any(|task| task.kind == *kind));
        let closed = step.and_then(|step| step.closes_at).filter(|closes_at| *closes_at <= now);
        match (task(&views, kind).map(|task| &task.state), closed) {
            (Some(TaskState::Open { .. } | TaskState::Refused { .. }), _) | (Some(TaskState::Passed), None) => Ok(()),
            (Some(TaskState::Passed), Some(closed_at)) => Err(ApplicationError::NotOpen(TaskState::Over { closed_at })),
            (Some(state), _) => Err(ApplicationError::NotOpen(state.clone())),
            (None, _) => Err(ApplicationError::NotOpen(TaskState::Locked)),
        }
    }

    pub(crate) fn read(&self, stored: &StoredApplication) -> Result<Application, StoreError> {
        Ok(Application {
            draft: self.open(stored, "draft", stored.draft.as_deref())?,
            details: self.open(stored, "details", stored.details.as_deref())?,
            review: review_state(stored)?,
        })
    }

    /// The answers that stood until those came that wait or were refused; `None` where none stood.
    pub(crate) fn read_before(&self, stored: &StoredApplication) -> Result<Option<Answers>, StoreError> {
        self.open(stored, "details", stored.details_before.as_deref())
    }

    fn open(
        &self,
        stored: &StoredApplication,
        part: &str,
        sealed: Option<&[u8]>,
    ) -> Result<Option<Answers>, StoreError> {
        let Some(sealed) = sealed else { return Ok(None) };
        let plain = self.vault.open(&context(part, &stored.exam, stored.account), sealed)?;
        serde_json::from_slice(&plain).map(Some).map_err(|_| StoreError::Corrupt("a form's answers"))
    }

    fn seal(&self, part: &str, exam: &ExamId, account: AccountId, answers: &Answers) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(answers).map_err(|_| StoreError::Corrupt("a form's answers"))?;
        Ok(self.vault.seal(&context(part, exam, account), &plain))
    }
}

/// The account says to be somebody else, in these parts: what was compared with whom it was waits for staff, and what waits
/// does so anew, so that nobody decides on what they saw before. The caller has locked the account. How many forms that had
/// passed their review wait for it again.
pub(crate) async fn is_somebody_else(
    transaction: &impl GenericClient,
    account: AccountId,
    changed: &[&str],
    now: Timestamp,
) -> Result<u64, StoreError> {
    // Those that wait already first: the others join them.
    store::applications::wait_anew(transaction, account, changed).await?;
    let reviews = store::applications::review_again(transaction, account, changed, now).await?;
    store::accommodations::wait_anew(transaction, account, now).await?;
    change::wait_anew(transaction, account, None, now).await?;
    Ok(reviews)
}

/// What becomes of a form in an exam that has no review of forms. Staff look at it together with the payment; once that
/// is settled, a form that is changed waits for them by itself, and what is paid for stays as it is.
async fn unreviewed(
    transaction: &impl GenericClient,
    before: &StoredApplication,
    has_changed: bool,
    now: Timestamp,
) -> Result<&'static str, StoreError> {
    let (account, exam) = (before.account, &before.exam);
    // First, so that a decision that is just being taken comes to its end, or sees that the form is another one.
    if has_changed {
        change::wait_anew(transaction, account, Some(exam), now).await?;
    }
    let is_open = matches!(before.review.as_str(), "waiting" | "refused");
    match orders::any_settled(transaction, account, exam).await? {
        true if has_changed || is_open => Ok("waiting"),
        true if before.review == "passed" => Ok("passed"),
        _ => Ok("none"),
    }
}

fn review_state(stored: &StoredApplication) -> Result<ReviewState, StoreError> {
    let at = || stored.review_at.ok_or(StoreError::Corrupt("a review without its time"));
    match stored.review.as_str() {
        "none" => Ok(ReviewState::None),
        "waiting" => Ok(ReviewState::Waiting { since: at()? }),
        "refused" => Ok(ReviewState::Refused { reason: stored.review_reason.clone().unwrap_or_default() }),
        "passed" => Ok(ReviewState::Passed { at: at()? }),
        _ => Err(StoreError::Corrupt("a review's state")),
    }
}

/// What a ciphertext is and whose: it opens nowhere else.
pub(crate) fn context(part: &str, exam: &ExamId, account: AccountId) -> String {
    format!("application.{part} {exam} {}", account.0)
}
