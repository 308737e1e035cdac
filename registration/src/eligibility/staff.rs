//! What staff decide about earlier scores whose ticket number and name fit, and whose document does not.

use std::fmt;

use jiff::Timestamp;
use reservation::ids::ExamId;

use super::Eligibility;
use super::score_review::{ScoreReview, read};
use crate::application::{ReviewError, check_refusal};
use crate::desk::store::audit;
use crate::eligibility::store::score_reviews;
use crate::eligibility::store::score_reviews::StoredScoreReview;
use crate::model::clock;
use crate::model::exam_rules::ScoreReviewRules;
use crate::model::ids::AccountId;
use crate::model::ids::StaffId;
use crate::outbox::messages::{self, MessageKind};
use crate::store::StoreError;

/// Most requests on a page of the queue.
const PAGE: i64 = 50;
/// What the audit calls a look at a request.
const LOOK: &str = "score_review.look";

/// Which request is decided about: a later one is another case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreReviewKey {
    /// The exam.
    pub exam: ExamId,
    /// Whose.
    pub account: AccountId,
    /// When it was handed in.
    pub requested_at: Timestamp,
}

/// One request that waits for staff. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct ScoreReviewCase {
    /// Which.
    pub key: ScoreReviewKey,
    /// What was handed in.
    pub review: ScoreReview,
    /// The result that has its ticket number and name; nothing in the queue, or when it is gone.
    pub found: Option<FoundScore>,
}

/// The result that has a request's ticket number and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundScore {
    /// The score.
    pub score: i32,
    /// The year.
    pub year: i32,
    /// The document number that stands there, of whatever kind: shown beside the claim's, and every look is written down.
    pub document: PastNumber,
}

/// The document number of an earlier result. `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq)]
pub struct PastNumber(String);

impl PastNumber {
    /// The number. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The number as pages show it that compare nothing.
    pub fn masked(&self) -> String {
        masked(&self.0)
    }
}

impl From<String> for PastNumber {
    fn from(number: String) -> Self {
        Self(number)
    }
}

impl fmt::Debug for PastNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Eligibility {
    /// Requests that wait, the longest waiting first, at most 50, from the one behind `after` on.
    pub async fn score_reviews_waiting(
        &self,
        after: Option<&ScoreReviewKey>,
    ) -> Result<Vec<ScoreReviewCase>, StoreError> {
        let after = after.map(|key| (key.requested_at, &key.exam, key.account));
        let found = score_reviews::waiting(&self.database.client().await?, after, PAGE).await?;
        found.iter().map(|stored| self.case(stored)).collect()
    }

    /// How many wait.
    pub async fn count_score_reviews_waiting(&self) -> Result<u64, StoreError> {
        score_reviews::count_waiting(&self.database.client().await?).await
    }

    /// One request, if it waits, with the result that it is about. The look is written to the audit.
    pub async fn look_at_score_review(
        &self,
        staff: StaffId,
        exam: &ExamId,
        account: AccountId,
        rules: Option<&ScoreReviewRules>,
    ) -> Result<ScoreReviewCase, ReviewError> {
        let client = self.database.client().await?;
        let found = score_reviews::get(&client, exam, account).await?;
        let stored = found.filter(|found| found.state == "waiting").ok_or(ReviewError::Moved)?;
        let mut case = self.case(&stored)?;
        let (what, seen) = (subject(&case.key), seen(&case.key));
        audit::insert_seen(&client, clock::now(), staff.0, LOOK, &what, &seen).await?;
        if let Some(rules) = rules {
            let ScoreReview { ticket, document, name, .. } = &case.review;
            let found = self.find_scores(&client, exam, ticket, (document, name), rules).await?;
            case.found = found.by_name.map(|(stored, said)| FoundScore {
                score: stored.score,
                year: stored.year,
                document: said.document.into(),
            });
        }
        Ok(case)
    }

    /// Lets a request pass, or refuses it with a reason.
    pub async fn decide_score_review(
        &self,
        staff: StaffId,
        key: &ScoreReviewKey,
        refusal: Option<&str>,
    ) -> Result<(), ReviewError> {
        let refusal = check_refusal(refusal)?;
        let mut client = self.database.client().await?;
        let (what, seen) = (subject(key), seen(key));
        if !audit::has_looked(&client, staff.0, LOOK, &what, &seen).await? {
            return Err(ReviewError::Moved);
        }
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let (now, case) = (clock::now(), (&key.exam, key.account, key.requested_at));
        if !score_reviews::decide(&transaction, case, staff.0, refusal, now).await? {
            return Err(ReviewError::Moved);
        }
        let kind = if refusal.is_some() { MessageKind::ScoreRefused } else { MessageKind::ScorePassed };
        messages::add(&transaction, key.account, Some(&key.exam), kind, now).await?;
        let action = if refusal.is_some() { "score_review.refuse" } else { "score_review.pass" };
        audit::insert_seen(&transaction, now, staff.0, action, &what, &seen).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    fn case(&self, stored: &StoredScoreReview) -> Result<ScoreReviewCase, StoreError> {
        let StoredScoreReview { exam, account, requested_at, .. } = stored;
        let key = ScoreReviewKey { exam: exam.clone(), account: *account, requested_at: *requested_at };
        Ok(ScoreReviewCase { key, review: read(&self.vault, stored)?, found: None })
    }
}

/// A number of whatever kind, as pages show it.
fn masked(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let shown = if chars.len() >= 15 { (4, 4) } else { (1, chars.len().min(3)) };
    let is_shown = |place: usize| place < shown.0 || place + shown.1 >= chars.len();
    chars.iter().enumerate().map(|(place, c)| if is_shown(place) { *c } else { '*' }).collect()
}

/// What the audit calls a request.
fn subject(key: &ScoreReviewKey) -> String {
    format!("score_review {} {}", key.exam, key.account.0)
}

/// Which hand-in of it was seen.
fn seen(key: &ScoreReviewKey) -> String {
    key.requested_at.as_microsecond().to_string()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn old_numbers_are_masked_whatever_their_form() {
        assert_eq!(masked("11010519491231002X"), "1101**********002X");
        assert_eq!(masked("110105491231002"), "1101*******1002");
        assert_eq!(masked("H12345678"), "H*****678");
        assert_eq!(masked("军字第001号"), "军***01号");
    }
}
