//! The door to eligibility: whom an exam's roster knows, and whose registration is bound to which account.
//!
//! Looking somebody up binds nothing. Binding is one row, which the database keeps to one account and one person, both
//! ways. An order of such an exam points at its binding, so that no order ever stands without one, in whatever order an
//! order is written and an unused binding is deleted.

mod bound;
pub(crate) mod keys;
mod rules;
mod score_review;
mod scores;
mod seen;
pub(crate) mod state;
pub(crate) mod store;
mod sweep;

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::application::{ApplicationError, Applications};
use crate::eligibility::store::bindings::StoredBinding;
use crate::model::clock;
use crate::model::document::{Document, DocumentError, DocumentKind};
use crate::model::exam::Exam;
use crate::model::exam_rules::{SubjectId, TaskKind};
use crate::model::facts::EligibilityState;
use crate::model::ids::AccountId;
use crate::model::order::Order;
use crate::model::person::{NameError, PersonName};
use crate::model::roster::{RosterRecord, name_key};
use crate::outbox::messages::{self, MessageKind};
use crate::people::identity;
use crate::people::store::account_sendings;
use crate::people::store::identities;
use crate::rules::steps::{TaskState, blocked_by, steps, task};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use crate::model::facts::ScoreReviewState;
pub use rules::offered;
pub use score_review::{ScoreReview, ScoreReviewError};
pub use seen::{SeenPerson, SeenPersonError};

pub(crate) use bound::{accounts_of, accounts_of_all, bound_people, bound_person};
pub(crate) use score_review::read as read_score_review;

use seen::Seen;
use state::{frozen, read_subjects};

/// How many people an account may look for on a day, tries at a review included.
pub const LOOKS_PER_DAY: i32 = 30;
/// Exams in which somebody is looked for who is bound to a person.
const BINDINGS_LOOKED_AT: i64 = 32;
/// How often binding begins anew because somebody else's binding ended at that moment.
const ROUNDS_MAX: usize = 4;

/// Why nobody was found. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum LookUpError {
    /// One of the two, or both, cannot be meant.
    #[error("the number or the name is none")]
    Typed {
        /// What is wrong with the number.
        document: Option<DocumentError>,
        /// What is wrong with the name.
        name: Option<NameError>,
    },
    /// This exam looks nobody up by such a document.
    #[error("nobody is looked up by a {}", .0.as_str())]
    Kind(DocumentKind),
    /// The roster has no such person, or has them under another name: which of the two is not told.
    #[error("the roster has no such person")]
    Unknown,
    /// The account is bound already.
    #[error("the account is bound already")]
    Bound,
    /// So many people were looked up by this account today that no other is; tomorrow it goes on.
    #[error("no more than {LOOKS_PER_DAY} people a day")]
    TooMany,
    /// Something else must be done first.
    #[error("the candidate must first do: {0}")]
    Blocked(TaskKind),
    /// The window has closed.
    #[error("this is not open now")]
    NotOpen(TaskState),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nothing was bound. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// It is too long ago that the person was looked up, or the mark is of somebody else.
    #[error("the person must be looked up again")]
    Expired,
    /// The roster has changed since then: look again.
    #[error("the roster has changed since the person was looked up")]
    Changed,
    /// The account is bound to somebody else.
    #[error("the account is bound to another person")]
    OtherPerson,
    /// The person is bound to another account.
    #[error("the person is bound to another account")]
    OtherAccount,
    /// The account is verified as somebody else: who is known binds only themselves.
    #[error("the account is verified as another person")]
    NotThemselves,
    /// Something else must be done first.
    #[error("the candidate must first do: {0}")]
    Blocked(TaskKind),
    /// Not yet, or no more.
    #[error("this is not open now")]
    NotOpen(TaskState),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person whom a candidate may see: looked up just now, or bound.
#[derive(Debug, Clone)]
pub struct RosterPerson {
    /// What the roster says, or said when it was bound.
    pub record: RosterRecord,
    /// The subjects that the person may register for, those of a passed review included.
    pub eligible: Vec<SubjectId>,
    /// Since when the person is bound to the account; nothing when they are only looked at.
    pub bound_at: Option<Timestamp>,
}

/// The door to eligibility. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Eligibility {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) applications: Applications,
}

impl Eligibility {
    /// Over what the door to applications has.
    pub(crate) fn beside(applications: &Applications) -> Self {
        let (database, vault) = (applications.database.clone(), applications.vault.clone());
        Self { database, vault, applications: applications.clone() }
    }

    /// Where the account stands in an exam.
    pub async fn state(&self, account: AccountId, exam: &ExamId) -> Result<EligibilityState, StoreError> {
        state::state(&self.database, &self.vault, account, exam).await
    }

    /// Looks a person up and binds nothing. The mark that comes back shows the person again, and binds them, for half an
    /// hour.
    pub async fn look_up(
        &self,
        account: AccountId,
        exam: &Exam,
        orders: &[Order],
        (kind, number, name): (DocumentKind, &str, &str),
    ) -> Result<SeenPerson, LookUpError> {
        self.may_look(account, exam, orders).await?;
        if !exam.rules.eligibility.documents.contains(&kind) {
            return Err(LookUpError::Kind(kind));
        }
        let (document, name) = match (Document::parse(kind, number), name.parse::<PersonName>()) {
            (Ok(document), Ok(name)) => (document, name),
            (document, name) => {
                return Err(LookUpError::Typed { document: document.err(), name: name.err() });
            }
        };
        let client = self.database.client().await?;
        if !self.count_look(&client, account).await? {
            return Err(LookUpError::TooMany);
        }
        let document_index = keys::document(&self.vault, &document);
        let found =
            store::roster::of_document(&client, &exam.id, &document_index).await?.ok_or(LookUpError::Unknown)?;
        let record = keys::open(&self.vault, ("roster", &exam.id, &found.document_index), &found.record)?;
        if name_key(&record.name) != name_key(&name) {
            return Err(LookUpError::Unknown);
        }
        let line_index = found.line_index.try_into().map_err(|_| StoreError::Corrupt("a line's index"))?;
        let seen = Seen { document_index, line_index };
        Ok(SeenPerson::seal(&self.vault, account, &exam.id, &seen, clock::now()))
    }

    /// The person who is bound to the account; else the one whom it has looked up.
    pub async fn person(
        &self,
        account: AccountId,
        exam: &ExamId,
        seen: Option<&SeenPerson>,
    ) -> Result<Option<RosterPerson>, StoreError> {
        let client = self.database.client().await?;
        if let Some((binding, grants)) = store::bindings::get(&client, exam, account).await? {
            let record = self.frozen(&binding)?;
            let eligible = record.eligible(&read_subjects(&grants)?);
            return Ok(Some(RosterPerson { record, eligible, bound_at: Some(binding.bound_at) }));
        }
        let Some(seen) = seen.and_then(|seen| seen.open(&self.vault, account, exam, clock::now())) else {
            return Ok(None);
        };
        let Some(found) = store::roster::of_document(&client, exam, &seen.document_index).await? else {
            return Ok(None);
        };
        let record = keys::open(&self.vault, ("roster", exam, &found.document_index), &found.record)?;
        let review = store::score_reviews::get(&client, exam, account).await?;
        let passed = review.filter(|review| review.state == "passed" && review.document_index == found.document_index);
        let granted = passed.map_or(Ok(Vec::new()), |review| read_subjects(&review.grants))?;
        let eligible = record.eligible(&granted);
        Ok(Some(RosterPerson { record, eligible, bound_at: None }))
    }

    /// Marks the person anew as the roster has them now, for the page that shows a change.
    pub async fn look_again(
        &self,
        account: AccountId,
        exam: &ExamId,
        seen: &SeenPerson,
    ) -> Result<Option<SeenPerson>, StoreError> {
        let now = clock::now();
        let Some(seen) = seen.open(&self.vault, account, exam, now) else { return Ok(None) };
        let client = self.database.client().await?;
        let Some(found) = store::roster::of_document(&client, exam, &seen.document_index).await? else {
            return Ok(None);
        };
        let line_index = found.line_index.try_into().map_err(|_| StoreError::Corrupt("a line's index"))?;
        let seen = Seen { line_index, ..seen };
        Ok(Some(SeenPerson::seal(&self.vault, account, exam, &seen, now)))
    }

    /// Binds the account and the person whom it has looked up, one to one, and freezes what the roster says of them.
    /// Again with the same person: the same answer.
    pub async fn bind(
        &self,
        account: AccountId,
        exam: &Exam,
        orders: &[Order],
        seen: &SeenPerson,
    ) -> Result<EligibilityState, BindError> {
        self.applications.require(account, exam, orders, &TaskKind::Eligibility).await?;
        let now = clock::now();
        let seen = seen.open(&self.vault, account, &exam.id, now).ok_or(BindError::Expired)?;
        let mut client = self.database.client().await?;
        for _ in 0..ROUNDS_MAX {
            if let Some((own, _)) = store::bindings::get(&client, &exam.id, account).await? {
                return match own.document_index == seen.document_index {
                    true => Ok(self.state(account, &exam.id).await?),
                    false => Err(BindError::OtherPerson),
                };
            }
            // An import that removes whoever is unbound waits until they are bound.
            let transaction = client.transaction().await.map_err(StoreError::from)?;
            let found = store::roster::of_document_kept(&transaction, &exam.id, &seen.document_index).await?;
            let found = found.filter(|found| found.line_index == seen.line_index).ok_or(BindError::Changed)?;
            let record = keys::open(&self.vault, ("roster", &exam.id, &found.document_index), &found.record)?;
            self.is_themselves(&transaction, account, &record).await?;
            let binding = self.binding(account, &exam.id, found.document_index, &record, now);
            let is_bound = store::bindings::insert(&transaction, &binding, record.campus().as_ref()).await?;
            transaction.commit().await.map_err(StoreError::from)?;
            if is_bound {
                metrics::counter!("registration_bindings_total").increment(1);
                drop(client);
                return Ok(self.state(account, &exam.id).await?);
            }
            // The account is bound by now, or the person is: whichever it was may end at any moment.
            if store::bindings::is_bound(&client, &exam.id, &seen.document_index).await?
                && store::bindings::get(&client, &exam.id, account).await?.is_none()
            {
                self.tell_bound(&client, &exam.id, &seen.document_index).await?;
                return Err(BindError::OtherAccount);
            }
        }
        Err(BindError::OtherAccount)
    }

    /// Is the account, if it is verified, the person whom it is about to bind?
    async fn is_themselves(
        &self,
        client: &impl GenericClient,
        account: AccountId,
        record: &RosterRecord,
    ) -> Result<(), BindError> {
        let verified = identities::get(client, account.0).await?.filter(|found| found.state == "verified");
        let Some(verified) = verified else { return Ok(()) };
        let person = identity::open(&self.vault, &verified)?;
        let is_same = person.document == record.document && name_key(&person.name) == name_key(&record.name);
        if is_same { Ok(()) } else { Err(BindError::NotThemselves) }
    }

    /// Tells whoever is bound to a person that somebody else asked for the same one, at most once a day.
    async fn tell_bound(
        &self,
        client: &impl GenericClient,
        exam: &ExamId,
        document_index: &[u8],
    ) -> Result<(), StoreError> {
        let bound = store::bindings::of_person(client, document_index, BINDINGS_LOOKED_AT).await?;
        let Some(bound) = bound.into_iter().find(|binding| binding.exam == *exam) else { return Ok(()) };
        let (now, told) = (clock::now(), self.vault.index("binding asked", &format!("{exam} {}", bound.account.0)));
        if account_sendings::is_there(client, &told, now - SignedDuration::from_hours(24)).await? {
            return Ok(());
        }
        account_sendings::insert(client, &told, now).await?;
        messages::add(client, bound.account, Some(exam), MessageKind::BindingAsked, now).await
    }

    /// Does somebody with these steps look now, or does something stand before it? Before the window opens one may.
    async fn may_look(&self, account: AccountId, exam: &Exam, orders: &[Order]) -> Result<(), LookUpError> {
        let facts = self.applications.facts(account, exam, orders).await?;
        let views = steps(exam, &facts, clock::now());
        let first = blocked_by(&views, &TaskKind::Eligibility);
        if let Some(first) = first.filter(|first| !matches!(first.state, TaskState::NotYet { .. })) {
            return Err(LookUpError::Blocked(first.kind.clone()));
        }
        match task(&views, &TaskKind::Eligibility).map(|task| &task.state) {
            Some(TaskState::Open { .. } | TaskState::NotYet { .. }) => Ok(()),
            Some(TaskState::Locked) if first.is_some() => Ok(()),
            Some(TaskState::Passed) => Err(LookUpError::Bound),
            Some(state) => Err(LookUpError::NotOpen(state.clone())),
            None => Err(LookUpError::NotOpen(TaskState::Locked)),
        }
    }

    /// Counts a look. False when there were enough today.
    async fn count_look(&self, client: &impl GenericClient, account: AccountId) -> Result<bool, StoreError> {
        Ok(store::roster_looks::count(client, account, clock::today()).await? <= LOOKS_PER_DAY)
    }

    fn binding(
        &self,
        account: AccountId,
        exam: &ExamId,
        document_index: Vec<u8>,
        record: &RosterRecord,
        now: Timestamp,
    ) -> StoredBinding {
        let record = self.vault.seal(&keys::context("binding", exam, &document_index), &record.to_bytes());
        StoredBinding { id: Uuid::now_v7(), exam: exam.clone(), account, document_index, record, bound_at: now }
    }

    fn frozen(&self, binding: &StoredBinding) -> Result<RosterRecord, StoreError> {
        frozen(&self.vault, binding)
    }
}

impl From<ApplicationError> for BindError {
    fn from(error: ApplicationError) -> Self {
        match error {
            ApplicationError::Blocked(task) => Self::Blocked(task),
            ApplicationError::NotOpen(state) => Self::NotOpen(state),
            ApplicationError::Store(error) => Self::Store(error),
            ApplicationError::Answers(_) | ApplicationError::Photo(_) => {
                Self::Store(StoreError::Corrupt("answers where none were given"))
            }
        }
    }
}
