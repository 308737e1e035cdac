//! What candidates ask the examination office in writing, and what staff answer. The answer is a message and stands on the
//! candidate's own pages; whoever of the staff reads a question has a line in the audit.

use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;
use uuid::Uuid;

use super::store::inquiries::{self, StoredInquiry};
use super::{CandidateError, Candidates, Looking};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right};
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::AccountNumber;
use crate::people::store::accounts;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// Longest question, and longest answer, in characters.
pub const INQUIRY_CHARS_MAX: usize = 1_000;
/// Longest word for where somebody stood, in characters.
pub const PLACE_CHARS_MAX: usize = 200;
/// Most questions of an account that may wait at once.
const OPEN_MAX: i64 = 3;
/// Most questions that an account may ask in [`LATELY`].
const LATELY_MAX: i64 = 10;
const LATELY: SignedDuration = SignedDuration::from_hours(24);
/// Most of a candidate's own that are shown: the newest.
const OWN_MAX: i64 = 20;
/// Most that wait which staff are shown: the oldest.
const WAITING_MAX: i64 = 100;

/// An inquiry by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InquiryId(pub Uuid);

/// A question, and its answer once there is one. `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// What it is called by.
    pub id: InquiryId,
    /// Whose question it is.
    pub account: AccountNumber,
    /// Of which exam; `None` where it is of none.
    pub exam: Option<ExamId>,
    /// Where they stood, as the code on their page says: exam, step, order, time, request.
    pub place: String,
    /// What they ask, as plain text.
    pub question: String,
    /// When they asked.
    pub asked_at: Timestamp,
    /// What they were told, and when; `None` while it waits.
    pub answer: Option<(String, Timestamp)>,
}

impl std::fmt::Debug for Inquiry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inquiry").field("id", &self.id).field("asked_at", &self.asked_at).finish_non_exhaustive()
    }
}

/// A question that waits, as a list shows it: without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingInquiry {
    /// What it is called by.
    pub id: InquiryId,
    /// Whose question it is.
    pub account: AccountNumber,
    /// Of which exam; `None` where it is of none.
    pub exam: Option<ExamId>,
    /// Where they stood.
    pub place: String,
    /// Since when it waits.
    pub asked_at: Timestamp,
}

/// Why a question or an answer was not taken. Refusals first (whoever writes can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum InquiryError {
    /// They may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The text says nothing, or is too long.
    #[error("a question or answer has 1 to {INQUIRY_CHARS_MAX} characters")]
    Text,
    /// Three questions wait already, or ten were asked within a day.
    #[error("too many questions wait, or were asked today")]
    TooMany,
    /// There is no such question, or none of an exam that they may see.
    #[error("there is no such question")]
    Unknown,
    /// Somebody has answered it.
    #[error("the question was answered")]
    Answered,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for InquiryError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<CandidateError> for InquiryError {
    fn from(error: CandidateError) -> Self {
        match error {
            CandidateError::Forbidden(error) => Self::Forbidden(error),
            CandidateError::Store(error) => Self::Store(error),
            CandidateError::Unknown | CandidateError::Note(_) | CandidateError::NotTheirs => Self::Unknown,
        }
    }
}

/// The door to inquiries.
pub struct Inquiries {
    database: Database,
    vault: Vault,
}

impl Candidates {
    /// What candidates ask in writing, and what they are answered.
    pub fn inquiries(&self) -> Inquiries {
        Inquiries { database: self.database.clone(), vault: self.vault.clone() }
    }
}

impl Inquiries {
    /// Takes a candidate's question. The same question twice, as a double tap sends it, is one.
    ///
    /// # Errors
    /// [`InquiryError::Text`], [`InquiryError::TooMany`] and [`InquiryError::Store`].
    pub async fn ask(
        &self,
        account: AccountId,
        exam: Option<&ExamId>,
        place: &str,
        question: &str,
    ) -> Result<(), InquiryError> {
        let question = plain(question)?;
        let place: String = place.chars().filter(|sign| !sign.is_control()).take(PLACE_CHARS_MAX).collect();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        // One after the other of an account, or the bounds would be none.
        accounts::lock(&transaction, account.0).await?;
        let now = clock::now();
        let newest = inquiries::of_account(&transaction, account.0, 1).await?.pop();
        // One that does not open keeps nobody from asking.
        let newest = newest.and_then(|stored| self.opened(stored));
        if newest.is_some_and(|one| one.answer.is_none() && one.question == question) {
            return Ok(());
        }
        let (open, lately) = inquiries::count(&transaction, account.0, now - LATELY).await?;
        if open >= OPEN_MAX || lately >= LATELY_MAX {
            return Err(InquiryError::TooMany);
        }
        let id = Uuid::now_v7();
        let new = StoredInquiry {
            id,
            account: account.0,
            exam: exam.map(ToString::to_string),
            place,
            question: self.vault.seal(&context("question", account, id), question.as_bytes()),
            asked_at: now,
            answer: None,
            answered_at: None,
        };
        inquiries::insert(&transaction, &new).await?;
        Ok(transaction.commit().await?)
    }

    /// What an account asked, the newest first. What does not open is left out: the page that shows the others stays.
    ///
    /// # Errors
    /// What the store says.
    pub async fn of(&self, account: AccountId) -> Result<Vec<Inquiry>, StoreError> {
        let client = self.database.client().await?;
        let stored = inquiries::of_account(&client, account.0, OWN_MAX).await?;
        Ok(stored.into_iter().filter_map(|one| self.opened(one)).collect())
    }

    /// What waits for an answer of whoever looks, the oldest first, at most a hundred.
    ///
    /// # Errors
    /// [`InquiryError::Forbidden`] and [`InquiryError::Store`].
    pub async fn waiting(&self, looking: &Looking<'_>) -> Result<Vec<WaitingInquiry>, InquiryError> {
        looking.demand(Right::AnswerInquiries)?;
        let client = self.database.client().await?;
        let stored = inquiries::open(&client, (looking.names().as_deref(), looking.schools()), WAITING_MAX).await?;
        let shown = |one: StoredInquiry| {
            let (id, account, exam) = (InquiryId(one.id), AccountId(one.account).into(), exam_of(one.exam)?);
            Ok(WaitingInquiry { id, account, exam, place: one.place, asked_at: one.asked_at })
        };
        stored.into_iter().map(shown).collect::<Result<_, StoreError>>().map_err(Into::into)
    }

    /// Shows a question, answered or not, and writes the look down before.
    ///
    /// # Errors
    /// [`InquiryError::Forbidden`], [`InquiryError::Unknown`] and [`InquiryError::Store`].
    pub async fn look(&self, looking: &Looking<'_>, id: InquiryId) -> Result<Inquiry, InquiryError> {
        looking.demand(Right::AnswerInquiries)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (exams, schools) = (looking.names(), looking.schools());
        let stored = inquiries::lock(&transaction, (exams.as_deref(), schools), id.0).await?;
        let inquiry = self.read(stored.ok_or(InquiryError::Unknown)?)?;
        let (subject, seen) = (inquiry.account.to_string(), id.0.to_string());
        let entry = Entry::by_staff(looking.member.id, AuditAction::ShownOfCandidate, &subject);
        entry.at(clock::now()).detail("inquiry").seen(&seen).write(&transaction).await?;
        transaction.commit().await?;
        Ok(inquiry)
    }

    /// Answers a question that nobody has answered, and tells the candidate in the same transaction.
    ///
    /// # Errors
    /// [`InquiryError::Forbidden`], [`InquiryError::Text`], [`InquiryError::Unknown`], [`InquiryError::Answered`] and
    /// [`InquiryError::Store`].
    pub async fn answer(&self, looking: &Looking<'_>, id: InquiryId, answer: &str) -> Result<(), InquiryError> {
        looking.demand(Right::AnswerInquiries)?;
        let answer = plain(answer)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (exams, schools) = (looking.names(), looking.schools());
        let stored = inquiries::lock(&transaction, (exams.as_deref(), schools), id.0).await?;
        let stored = stored.ok_or(InquiryError::Unknown)?;
        if stored.answered_at.is_some() {
            return Err(InquiryError::Answered);
        }
        let (account, exam, now) = (AccountId(stored.account), exam_of(stored.exam)?, clock::now());
        let sealed = self.vault.seal(&context("answer", account, id.0), answer.as_bytes());
        inquiries::answer(&transaction, id.0, &sealed, (looking.member.id.0, now)).await?;
        let (subject, seen) = (AccountNumber::from(account).to_string(), id.0.to_string());
        let entry = Entry::by_staff(looking.member.id, AuditAction::AnsweredInquiry, &subject);
        entry.at(now).seen(&seen).write(&transaction).await?;
        messages::add(&transaction, account, exam.as_ref(), MessageKind::InquiryAnswered, now).await?;
        Ok(transaction.commit().await?)
    }

    /// The inquiry, where it opens; of one that does not there is a line.
    fn opened(&self, stored: StoredInquiry) -> Option<Inquiry> {
        let id = stored.id;
        self.read(stored).inspect_err(|error| tracing::warn!(inquiry = %id, %error, "an inquiry does not open")).ok()
    }

    fn read(&self, stored: StoredInquiry) -> Result<Inquiry, StoreError> {
        let (account, id) = (AccountId(stored.account), stored.id);
        let open = |what: &str, sealed: &[u8]| {
            let plain = self.vault.open(&context(what, account, id), sealed)?;
            String::from_utf8(plain).map_err(|_| StoreError::Corrupt("an inquiry is no text"))
        };
        let answer = match (stored.answer, stored.answered_at) {
            (Some(sealed), Some(at)) => Some((open("answer", &sealed)?, at)),
            _ => None,
        };
        Ok(Inquiry {
            id: InquiryId(id),
            account: account.into(),
            exam: exam_of(stored.exam)?,
            place: stored.place,
            question: open("question", &stored.question)?,
            asked_at: stored.asked_at,
            answer,
        })
    }
}

/// The text as it is kept: lines end alike, blanks around it and signs that nobody sees are gone.
fn plain(text: &str) -> Result<String, InquiryError> {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = lines.chars().filter(|sign| *sign == '\n' || !sign.is_control()).collect();
    let kept = kept.trim();
    let fits = (1..=INQUIRY_CHARS_MAX).contains(&kept.chars().count());
    if fits { Ok(kept.to_owned()) } else { Err(InquiryError::Text) }
}

fn exam_of(stored: Option<String>) -> Result<Option<ExamId>, StoreError> {
    stored.map(|exam| exam.parse()).transpose().map_err(|_| StoreError::Corrupt("an inquiry's exam"))
}

/// What a ciphertext is and whose: it opens nowhere else.
fn context(what: &str, account: AccountId, id: Uuid) -> String {
    format!("inquiry.{what} {} {id}", account.0)
}
