//! What candidates do about an earlier score: CET6 资格复核. One request per account; while it waits, and once it has
//! passed, it is out of the candidate's hands.

use reservation::ids::ExamId;
use serde::{Deserialize, Serialize};

use super::rules::{Judged, judge, offered};
use super::state::{read_state, read_subjects};
use super::{Eligibility, SeenPerson, keys};
use crate::eligibility::store::score_reviews;
use crate::eligibility::store::score_reviews::StoredScoreReview;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::exam::{Exam, Window};
use crate::model::exam_rules::SubjectId;
use crate::model::facts::ScoreReviewState;
use crate::model::ids::AccountId;
use crate::model::person::PersonName;
use crate::model::roster::PastNumber;
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// A request. `Debug` names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreReview {
    /// Whether it waits, was refused, or has passed.
    pub state: ScoreReviewState,
    /// Whom it is about.
    pub name: PersonName,
    /// The document by which they were bound.
    pub document: Document,
    /// The number of the earlier admission ticket.
    pub past_number: PastNumber,
    /// What it makes eligible, or would.
    pub grants: Vec<SubjectId>,
}

/// Why nothing was handed in, or deleted. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ScoreReviewError {
    /// Nobody is bound, and it is too long ago that somebody was looked up.
    #[error("the person must be looked up again")]
    NoPerson,
    /// The campus runs none of the subjects, or the person is barred from them, or eligible already.
    #[error("this person needs no review, or cannot have one")]
    NotOffered,
    /// No result that counts has this number together with the person's document or name. Nothing is kept.
    #[error("no result that counts has this number and the person's document or name")]
    NoScore,
    /// It waits, or has passed: it stays as it is.
    #[error("the request can be neither changed nor deleted now")]
    Fixed,
    /// So many numbers were tried by this account today that no other is; tomorrow it goes on.
    #[error("too many tries today")]
    TooMany,
    /// Registration has closed: no review would make anything of it.
    #[error("registration has closed")]
    Closed,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Request {
    document: String,
    name: String,
    #[serde(rename = "ticket")]
    past_number: String,
}

impl Eligibility {
    /// The account's request, if there is one.
    pub async fn score_review(&self, account: AccountId, exam: &ExamId) -> Result<Option<ScoreReview>, StoreError> {
        let found = score_reviews::get(&self.database.client().await?, exam, account).await?;
        found.map(|found| read(&self.vault, &found)).transpose()
    }

    /// Is there a review for whoever is bound to the account: one that was asked for, or one that is offered?
    pub async fn has_score_review(&self, account: AccountId, exam: &Exam) -> Result<bool, StoreError> {
        if exam.rules.eligibility.score_review.is_none() {
            return Ok(false);
        }
        let client = self.database.client().await?;
        if score_reviews::get(&client, &exam.id, account).await?.is_some() {
            return Ok(true);
        }
        let person = super::bound_person(&client, &self.vault, account, &exam.id).await?;
        Ok(person.is_some_and(|record| !offered(exam, &record, &[]).is_empty()))
    }

    /// Hands a request in for whoever is bound to the account, else for whom it has looked up; also anew after a refusal.
    pub async fn request_score_review(
        &self,
        account: AccountId,
        exam: &Exam,
        seen: Option<&SeenPerson>,
        past_number: &PastNumber,
    ) -> Result<ScoreReviewState, ScoreReviewError> {
        let now = clock::now();
        let rules = exam.rules.eligibility.score_review.as_ref().ok_or(ScoreReviewError::NotOffered)?;
        if exam.window(now) == Window::Closed {
            return Err(ScoreReviewError::Closed);
        }
        let person = self.person(account, &exam.id, seen).await?.ok_or(ScoreReviewError::NoPerson)?;
        let client = self.database.client().await?;
        let before = score_reviews::get(&client, &exam.id, account).await?;
        if before.is_some_and(|before| before.state != "refused") {
            return Err(ScoreReviewError::Fixed);
        }
        let grants = offered(exam, &person.record, &[]);
        if grants.is_empty() {
            return Err(ScoreReviewError::NotOffered);
        }
        if !self.count_look(&client, account).await? {
            return Err(ScoreReviewError::TooMany);
        }
        let (document, name) = (&person.record.document, &person.record.name);
        let found = self.find_scores(&client, &exam.id, past_number, (document, name), rules).await?;
        let (state, decided_at) = match judge(found.by_document, found.by_name.is_some()) {
            Judged::Passed => ("passed", Some(now)),
            Judged::ForStaff => ("waiting", None),
            Judged::Refused => return Err(ScoreReviewError::NoScore),
        };
        let document_index = keys::document(&self.vault, document).to_vec();
        let request = StoredScoreReview {
            exam: exam.id.clone(),
            account,
            request: self.seal_request(&exam.id, &document_index, document, name, past_number),
            document_index,
            state: state.to_owned(),
            grants: grants.iter().map(SubjectId::to_string).collect(),
            requested_at: now,
            decided_at,
            reason: None,
        };
        match score_reviews::put(&client, &request).await? {
            true => Ok(read_state(&request)?),
            false => Err(ScoreReviewError::Fixed),
        }
    }

    /// Deletes a refused request. Again: nothing happens.
    pub async fn delete_score_review(&self, account: AccountId, exam: &ExamId) -> Result<(), ScoreReviewError> {
        let client = self.database.client().await?;
        if score_reviews::delete_refused(&client, exam, account).await?
            || score_reviews::get(&client, exam, account).await?.is_none()
        {
            return Ok(());
        }
        Err(ScoreReviewError::Fixed)
    }

    fn seal_request(
        &self,
        exam: &ExamId,
        index: &[u8],
        document: &Document,
        name: &PersonName,
        past_number: &PastNumber,
    ) -> Vec<u8> {
        let request = Request {
            document: document.keyed(),
            name: name.expose().to_owned(),
            past_number: past_number.expose().to_owned(),
        };
        let plain = serde_json::to_vec(&request).expect("three texts are always JSON");
        self.vault.seal(&keys::context("score_review", exam, index), &plain)
    }
}

/// Decrypts a request.
pub(crate) fn read(vault: &Vault, stored: &StoredScoreReview) -> Result<ScoreReview, StoreError> {
    let corrupt = || StoreError::Corrupt("a request for a score's review");
    let context = keys::context("score_review", &stored.exam, &stored.document_index);
    let plain = vault.open(&context, &stored.request)?;
    let request: Request = serde_json::from_slice(&plain).map_err(|_| corrupt())?;
    Ok(ScoreReview {
        state: read_state(stored)?,
        name: PersonName::kept(&request.name),
        document: Document::from_keyed(&request.document).ok_or_else(corrupt)?,
        past_number: request.past_number.parse().map_err(|_| corrupt())?,
        grants: read_subjects(&stored.grants)?,
    })
}
