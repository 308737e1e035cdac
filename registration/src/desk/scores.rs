//! The desk of earlier scores: CET6 资格复核. Past number and name fit, and the document does not.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::{CaseKind, Subject};
use crate::desk::cases::{CaseError, Decider, Deciding};
use crate::desk::permits::{Right, demand_about};
use crate::desk::reason::reason;
use crate::desk::staff::StaffMember;
use crate::eligibility::store::score_reviews;
use crate::eligibility::store::score_reviews::StoredScoreReview;
use crate::eligibility::{Eligibility, ScoreReview, read_score_review};
use crate::model::clock;
use crate::model::exam_rules::ScoreReviewRules;
use crate::model::ids::AccountId;
use crate::outbox::messages::{self, MessageKind};
use crate::store::Database;

/// Which request is decided about: a later one is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreKey {
    /// The exam in which the candidate wants to be eligible.
    pub exam: ExamId,
    /// The account that asks.
    pub account: AccountId,
    /// When it was handed in.
    pub requested_at: Timestamp,
}

impl ScoreKey {
    /// What its case is about.
    pub fn subject(&self) -> Subject {
        Subject::Score(self.exam.clone(), self.account)
    }

    /// Which hand-in of it was seen.
    fn seen(&self) -> String {
        self.requested_at.as_microsecond().to_string()
    }
}

/// One request that waits for staff. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct ScoreCase {
    /// Which request it is; the decision must name it.
    pub key: ScoreKey,
    /// What was handed in.
    pub review: ScoreReview,
    /// The result that has its past number and name; nothing when it is gone.
    pub found: Option<FoundScore>,
}

/// The result that has a request's past number and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundScore {
    /// The score in whole points, as the file of results has it.
    pub score: i32,
    /// The year of the earlier exam.
    pub year: i32,
    /// The document number that stands there, of whatever kind: shown beside the one that was handed in, and every look is
    /// written down.
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

/// The door. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Scores {
    pub(crate) database: Database,
    pub(crate) eligibility: Arc<Eligibility>,
}

impl Scores {
    /// One request, if it waits, with the result that it is about. Who looked is written down first.
    pub async fn look(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        account: AccountId,
        rules: Option<&ScoreReviewRules>,
    ) -> Result<ScoreCase, CaseError> {
        let client = self.database.client().await?;
        demand_about::<CaseError>(&client, member, Right::See(CaseKind::Score), (Some(exam), account)).await?;
        let mut case = self.waiting(score_reviews::get(&client, exam, account).await?)?;
        let (subject, seen) = (case.key.subject().to_string(), case.key.seen());
        Entry::by_staff(member.id, AuditAction::LookedAtScore, &subject).seen(&seen).write(&client).await?;
        if let Some(rules) = rules {
            let ScoreReview { past_number, document, name, .. } = &case.review;
            let found = self.eligibility.find_scores(&client, exam, past_number, (document, name), rules).await?;
            case.found = found.by_name.map(|(stored, said)| FoundScore {
                score: stored.score,
                year: stored.year,
                document: said.document.into(),
            });
        }
        Ok(case)
    }

    /// Lets a request pass, or refuses it with a reason.
    pub async fn decide(
        &self,
        decider: impl Into<Decider<'_>>,
        key: &ScoreKey,
        refusal: Option<&str>,
    ) -> Result<(), CaseError> {
        let decider = decider.into();
        let member = decider.member;
        let ScoreKey { exam, account, requested_at } = key;
        let refusal = refusal.map(reason).transpose()?;
        let (subject, seen, now) = (key.subject(), key.seen(), clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let about = (Some(exam), *account);
        demand_about::<CaseError>(&transaction, member, Right::Decide(CaseKind::Score), about).await?;
        let found = score_reviews::get_locked(&transaction, exam, *account).await?;
        if self.waiting(found)?.key != *key {
            return Err(CaseError::NotWaiting);
        }
        let look = AuditAction::LookedAtScore;
        let deciding = Deciding { decider, subject: &subject, look, seen: &seen, version: &seen };
        deciding.check(&transaction).await?;
        if !score_reviews::decide(&transaction, (exam, *account, *requested_at), member.id, refusal, now).await? {
            return Err(CaseError::NotWaiting);
        }
        let (kind, action) = match refusal {
            Some(_) => (MessageKind::ScoreRefused, AuditAction::RefusedScore),
            None => (MessageKind::ScorePassed, AuditAction::PassedScore),
        };
        messages::add(&transaction, *account, Some(exam), kind, now).await?;
        let subject = subject.to_string();
        Entry::by_staff(member.id, action, &subject).seen(&seen).detail(refusal).write(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    fn waiting(&self, stored: Option<StoredScoreReview>) -> Result<ScoreCase, CaseError> {
        let stored = stored.filter(|stored| stored.state == "waiting").ok_or(CaseError::NotWaiting)?;
        let review = read_score_review(&self.eligibility.vault, &stored)?;
        let key = ScoreKey { exam: stored.exam, account: stored.account, requested_at: stored.requested_at };
        Ok(ScoreCase { key, review, found: None })
    }
}

/// A number of whatever kind, as pages show it.
fn masked(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let shown = if chars.len() >= 15 { (4, 4) } else { (1, chars.len().min(3)) };
    let is_shown = |place: usize| place < shown.0 || place + shown.1 >= chars.len();
    chars.iter().enumerate().map(|(place, c)| if is_shown(place) { *c } else { '*' }).collect()
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
