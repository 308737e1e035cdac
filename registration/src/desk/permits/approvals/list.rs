//! What waits for a second person, and what somebody asked for.

use jiff::Timestamp;

use super::{Act, ApprovalError, ApprovalState, Approvals, Failed};
use crate::desk::permits::asked::{exams_of, kinds};
use crate::desk::staff::StaffMember;
use crate::desk::store::approvals::{self as rows, StoredApproval};
use crate::model::clock;
use crate::model::ids::ApprovalId;

/// Most that are listed at a time.
const LISTED_MAX: i64 = 100;

/// What somebody asked for, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The number by which it is decided.
    pub id: ApprovalId,
    /// What is asked for.
    pub act: Act,
    /// The login name of whoever asked.
    pub asked_by: String,
    /// When they did.
    pub asked_at: Timestamp,
    /// Until when somebody can agree.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: ApprovalState,
    /// The login name of whoever decided; `None` where nobody did, and where the operator agreed.
    pub decided_by: Option<String>,
    /// When that was.
    pub decided_at: Option<Timestamp>,
    /// Why it was not done that was agreed to.
    pub failed: Option<Failed>,
    /// When the list was taken out.
    pub used_at: Option<Timestamp>,
}

impl Approvals {
    /// What others asked for and this member could agree to, the first to expire first. Nothing for whoever could agree to
    /// nothing.
    ///
    /// # Errors
    /// [`ApprovalError::Store`].
    pub async fn waiting(&self, member: &StaffMember) -> Result<Vec<Approval>, ApprovalError> {
        let client = self.database.client().await?;
        let (kinds, exams) = (kinds(member), exams_of(member));
        let found = rows::waiting(&client, member.id, (&kinds, exams.as_deref()), clock::now(), LISTED_MAX).await?;
        let all = read_all(found)?;
        let is_theirs = |act: &Act| act.whom() != Some(member.name.as_str()) && self.demand(member, act).is_ok();
        Ok(all.into_iter().filter(|one| is_theirs(&one.act)).collect())
    }

    /// What this member asked for, the newest first.
    ///
    /// # Errors
    /// [`ApprovalError::Store`].
    pub async fn asked(&self, member: &StaffMember) -> Result<Vec<Approval>, ApprovalError> {
        read_all(rows::of_asker(&self.database.client().await?, member.id, LISTED_MAX).await?)
    }

    /// All that waits, for the operator at the command line.
    ///
    /// # Errors
    /// [`ApprovalError::Store`].
    pub async fn all_waiting(&self) -> Result<Vec<Approval>, ApprovalError> {
        read_all(rows::all_waiting(&self.database.client().await?, clock::now(), LISTED_MAX).await?)
    }
}

/// What a later version asks for is not shown.
fn read_all(stored: Vec<(StoredApproval, String, Option<String>)>) -> Result<Vec<Approval>, ApprovalError> {
    let now = clock::now();
    let read = |(stored, asked_by, decided_by): (StoredApproval, String, Option<String>)| {
        let act = match Act::read(&stored) {
            Ok(act) => act?,
            Err(error) => return Some(Err(error.into())),
        };
        let state = match stored.state_at(now) {
            Ok(state) => state,
            Err(error) => return Some(Err(error.into())),
        };
        let StoredApproval { id, asked_at, expires_at, decided_at, outcome, used_at, .. } = stored;
        let failed = outcome.and_then(|word| word.parse().ok());
        let id = ApprovalId(id);
        Some(Ok(Approval { id, act, asked_by, asked_at, expires_at, state, decided_by, decided_at, failed, used_at }))
    };
    stored.into_iter().filter_map(read).collect()
}
