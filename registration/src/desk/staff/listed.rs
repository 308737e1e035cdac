//! Members of staff with how they sign in, for administrators and the command line.

use jiff::Timestamp;

use super::changes::By;
use super::factors::Factors;
use super::sessions::StaffSession;
use super::{LISTED_MAX, Staff, StaffError, StaffMember, read};
use crate::desk::audit::{self, AuditEntry};
use crate::desk::store;
use crate::desk::store::staff::StoredLine;
use crate::model::clock;
use crate::store::StoreError;

/// A member of staff, and how they sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffLine {
    /// Who it is.
    pub member: StaffMember,
    /// What they have to show besides the password.
    pub factors: Factors,
    /// When their last sign-in of the last thirty days began; `None` when there was none.
    pub last_at: Option<Timestamp>,
    /// Until when a link is good by which they choose a password; `None` when there is none.
    pub link_until: Option<Timestamp>,
    /// Have they a password, chosen by themselves or given at the command line, or come from the identity provider? Not before whoever
    /// was invited has joined.
    pub has_joined: bool,
    /// Whom they are at the identity provider; `None` while they are nobody there.
    pub subject: Option<String>,
}

impl Staff {
    /// All members, the disabled too, by name; at most ten thousand. `is_asked`: a sign-in counts as one once a second factor was
    /// shown.
    pub async fn lines(&self, by: By<'_>, is_asked: bool) -> Result<Vec<StaffLine>, StaffError> {
        by.demand()?;
        let client = self.database.client().await?;
        let all = store::staff::lines(&client, None, (is_asked, clock::now()), LISTED_MAX).await?;
        Ok(all.into_iter().map(line).collect::<Result<_, _>>()?)
    }

    /// One member, with their sign-ins and what was done to the account, the newest first.
    pub async fn whole(
        &self,
        by: By<'_>,
        name: &str,
        is_asked: bool,
    ) -> Result<(StaffLine, Vec<StaffSession>, Vec<AuditEntry>), StaffError> {
        by.demand()?;
        let client = self.database.client().await?;
        let mut found = store::staff::lines(&client, Some(name), (is_asked, clock::now()), 1).await?;
        let line = line(found.pop().ok_or(StaffError::Unknown)?)?;
        let history = audit::looking::history(&client, &format!("staff.{}", line.member.name)).await?;
        drop(client);
        let sessions = self.sessions(&line.member).await?;
        Ok((line, sessions, history))
    }
}

fn line(stored: StoredLine) -> Result<StaffLine, StoreError> {
    let StoredLine { staff, has_app, passkeys, codes_left, last_at, link_until, has_joined, subject } = stored;
    Ok(StaffLine {
        member: read(staff)?,
        factors: Factors { has_app, passkeys, codes_left },
        last_at,
        link_until,
        has_joined,
        subject,
    })
}
