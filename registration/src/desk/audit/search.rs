//! Searching the audit: who did what, to what, and when.

use crate::desk::audit::sought::Sought;
use crate::desk::audit::trail::AuditTrail;
use crate::desk::audit::{AuditAction, AuditEntry, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::desk::store::audit::{self, StoredLine};
use crate::store::StoreError;

/// Lines of a page.
pub const PAGE: usize = 50;

/// A line that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEntry {
    /// The number of the line.
    pub id: i64,
    /// Its place in the chain, once it is linked.
    pub seq: Option<i64>,
    /// What it was done to.
    pub subject: String,
    /// What it says.
    pub entry: AuditEntry,
}

/// Why nothing was searched.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// This member of staff may not read the audit.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditTrail {
    /// Lines, the newest first, at most [`PAGE`] and one more where the list goes on. That somebody looked is a line, too.
    ///
    /// # Errors
    /// [`SearchError`].
    pub async fn search(&self, member: &StaffMember, sought: &Sought) -> Result<Vec<FoundEntry>, SearchError> {
        demand(member, Right::ReadAudit, Scope::Everything)?;
        let client = self.database.client().await?;
        let words = sought.in_words();
        let look = Entry::by_staff(member.id, AuditAction::ReadAudit, "audit");
        look.detail((!words.is_empty()).then_some(words.as_str())).write(&client).await?;
        let limit = i64::try_from(PAGE + 1).expect("a small constant");
        let found = audit::search(&client, sought, limit).await?;
        let read = |(id, seq, subject, line): (i64, Option<i64>, String, StoredLine)| {
            let StoredLine { at, actor, staff_name, action, seen, detail } = line;
            let (action, detail) = AuditAction::of(action, detail);
            FoundEntry { id, seq, subject, entry: AuditEntry { at, actor, staff_name, action, seen, detail } }
        };
        Ok(found.into_iter().map(read).collect())
    }
}
