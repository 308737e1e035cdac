//! What finance takes out as a file: page by page, so that a year of payments is never in memory.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::{ALL, Described, Finance, FinanceError, day_of};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, demand, demand_somewhere};
use crate::desk::staff::StaffMember;
use crate::model::payment::listed::{Bookmark, Line, Listed, Wanted};
use crate::payments::store::findings;
use crate::payments::store::journal_lines;
use crate::payments::store::payments::listed;
use crate::reconciliation::{Finding, FindingId};

/// Rows of one page of an export.
pub const EXPORT_PAGE_MAX: usize = 1_000;
/// Most days of findings, or of the journal, in one file.
pub const EXPORT_DAYS_MAX: i64 = 366;

/// Days in China of which something is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    first: Date,
    last: Date,
}

impl Days {
    /// From the first to the last, both with it. `None` when the last is before the first, or it is more than
    /// [`EXPORT_DAYS_MAX`] days.
    pub fn new(first: Date, last: Date) -> Option<Self> {
        let is_right = first <= last && last < first.saturating_add(EXPORT_DAYS_MAX.days());
        is_right.then_some(Self { first, last })
    }

    fn bounds(self) -> (Timestamp, Timestamp) {
        (crate::reconciliation::bounds(self.first).0, crate::reconciliation::bounds(self.last).1)
    }
}

/// Where a page of the journal goes on: behind this line of this entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineBookmark {
    /// The number of the entry.
    pub entry: i64,
    /// Which line of it.
    pub line: i16,
}

impl Finance {
    /// Notes that payments are taken out, in which form.
    pub async fn begin_export(&self, member: &StaffMember, wanted: &Wanted, form: &str) -> Result<(), FinanceError> {
        demand_somewhere(member, Right::SeeMoney)?;
        self.note_export(member, &format!("{form} {}", Described(wanted))).await
    }

    /// The next page of an export that was begun, at most [`EXPORT_PAGE_MAX`].
    pub async fn export_page(
        &self,
        member: &StaffMember,
        wanted: &Wanted,
        after: Option<Bookmark>,
    ) -> Result<Vec<Listed>, FinanceError> {
        demand_somewhere(member, Right::SeeMoney)?;
        let (client, within) = (self.database.client().await?, member.reach.candidates());
        Ok(listed::list(&client, (wanted, &within), day_of(wanted), after, page_max()).await?)
    }

    /// Notes that something of some days is taken out: `what` names it and the form.
    pub async fn begin_days_export(&self, member: &StaffMember, days: Days, what: &str) -> Result<(), FinanceError> {
        demand(member, Right::SeeMoney, Scope::Everything)?;
        self.note_export(member, &format!("{what} {} {}", days.first, days.last)).await
    }

    /// The next page of what was found of some days, at most [`EXPORT_PAGE_MAX`].
    pub async fn findings_page(
        &self,
        member: &StaffMember,
        days: Days,
        after: Option<FindingId>,
    ) -> Result<Vec<Finding>, FinanceError> {
        demand(member, Right::SeeMoney, Scope::Everything)?;
        let client = self.database.client().await?;
        Ok(findings::of_days(&client, (days.first, days.last), after, page_max()).await?)
    }

    /// The next page of the journal of some days, at most [`EXPORT_PAGE_MAX`] lines, each with where it stands.
    pub async fn journal_page(
        &self,
        member: &StaffMember,
        days: Days,
        after: Option<LineBookmark>,
    ) -> Result<Vec<(LineBookmark, Line)>, FinanceError> {
        demand(member, Right::SeeMoney, Scope::Everything)?;
        let client = self.database.client().await?;
        let after = after.map(|place| (place.entry, place.line));
        let found = journal_lines::between(&client, days.bounds(), after, page_max()).await?;
        Ok(found.into_iter().map(|(line, one)| (LineBookmark { entry: one.entry, line }, one)).collect())
    }

    async fn note_export(&self, member: &StaffMember, detail: &str) -> Result<(), FinanceError> {
        let entry = Entry::by_staff(member.id, AuditAction::ExportedMoney, ALL).detail(detail.trim());
        Ok(entry.write(&self.database.client().await?).await?)
    }
}

fn page_max() -> i64 {
    i64::try_from(EXPORT_PAGE_MAX).expect("a small constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_of_a_year_at_most() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert!(Days::new(day("2026-11-20"), day("2026-11-20")).is_some());
        assert!(Days::new(day("2026-01-01"), day("2027-01-01")).is_some(), "366 days");
        assert_eq!(Days::new(day("2026-01-01"), day("2027-01-02")), None);
        assert_eq!(Days::new(day("2026-11-20"), day("2026-11-19")), None);
        let (from, until) = Days::new(day("2026-11-20"), day("2026-11-21")).unwrap().bounds();
        assert_eq!(from, "2026-11-19T16:00:00Z".parse().unwrap());
        assert_eq!(until, "2026-11-21T16:00:00Z".parse().unwrap());
    }
}
