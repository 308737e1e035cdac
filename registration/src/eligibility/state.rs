//! Where an account stands with the roster of an exam, read from the store: what the steps are worked out from.

use reservation::ids::ExamId;

use super::keys;
use crate::eligibility::store::bindings::{self, StoredBinding};
use crate::eligibility::store::score_reviews::{self, StoredScoreReview};
use crate::model::exam_rules::SubjectId;
use crate::model::facts::{EligibilityState, ScoreReviewState};
use crate::model::ids::AccountId;
use crate::model::roster::RosterRecord;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// Where an account stands in an exam: one query.
pub(crate) async fn state(
    database: &Database,
    vault: &Vault,
    account: AccountId,
    exam: &ExamId,
) -> Result<EligibilityState, StoreError> {
    let Some((binding, grants)) = bindings::get(&database.client().await?, exam, account).await? else {
        return Ok(EligibilityState::None);
    };
    let record = frozen(vault, &binding)?;
    let subjects = record.eligible(&read_subjects(&grants)?);
    Ok(EligibilityState::Bound { at: binding.bound_at, subjects, campus: record.campus() })
}

/// Where the account's review of an earlier score stands, if it asked for one: one query.
pub(crate) async fn score_review(
    database: &Database,
    account: AccountId,
    exam: &ExamId,
) -> Result<Option<ScoreReviewState>, StoreError> {
    let found = score_reviews::get(&database.client().await?, exam, account).await?;
    found.as_ref().map(read_state).transpose()
}

/// The person as the roster had them when they were bound.
pub(crate) fn frozen(vault: &Vault, binding: &StoredBinding) -> Result<RosterRecord, StoreError> {
    keys::open(vault, ("binding", &binding.exam, &binding.document_index), &binding.record)
}

/// Subjects as the store has them.
pub(super) fn read_subjects(texts: &[String]) -> Result<Vec<SubjectId>, StoreError> {
    texts.iter().map(|text| text.parse().map_err(|_| StoreError::Corrupt("a subject's id"))).collect()
}

/// Where a stored review stands.
pub(crate) fn read_state(stored: &StoredScoreReview) -> Result<ScoreReviewState, StoreError> {
    let at = || stored.decided_at.ok_or(StoreError::Corrupt("a decision without its time"));
    match stored.state.as_str() {
        "waiting" => Ok(ScoreReviewState::Waiting { since: stored.requested_at }),
        "refused" => Ok(ScoreReviewState::Refused { reason: stored.reason.clone().unwrap_or_default() }),
        "passed" => Ok(ScoreReviewState::Passed { at: at()? }),
        _ => Err(StoreError::Corrupt("a score review's state")),
    }
}
