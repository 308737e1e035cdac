//! What finance takes out as a file: page by page, so that a year of payments is never in memory.

use super::{ALL, Described, Finance, FinanceError, day_of};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::model::payment::listed::{Bookmark, Listed, Wanted};
use crate::payments::store::payments::listed;

/// Payments of one page of an export.
pub const EXPORT_PAGE_MAX: usize = 1_000;

impl Finance {
    /// Notes that payments are taken out, in which form.
    pub async fn begin_export(&self, member: &StaffMember, wanted: &Wanted, form: &str) -> Result<(), FinanceError> {
        demand(member, Right::SeeMoney, Scope::Everything)?;
        let detail = format!("{form} {}", Described(wanted));
        let entry = Entry::by_staff(member.id, AuditAction::ExportedMoney, ALL).detail(detail.trim());
        Ok(entry.write(&self.database.client().await?).await?)
    }

    /// The next page of an export that was begun, at most [`EXPORT_PAGE_MAX`].
    pub async fn export_page(
        &self,
        member: &StaffMember,
        wanted: &Wanted,
        after: Option<Bookmark>,
    ) -> Result<Vec<Listed>, FinanceError> {
        demand(member, Right::SeeMoney, Scope::Everything)?;
        let limit = i64::try_from(EXPORT_PAGE_MAX).expect("a small constant");
        Ok(listed::list(&self.database.client().await?, wanted, day_of(wanted), after, limit).await?)
    }
}
