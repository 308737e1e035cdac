//! How long the queues are and how fast they move, and what each of the staff decided.

use jiff::{SignedDuration, Timestamp};

use super::Cases;
use crate::desk::case::CaseKind;
use crate::desk::permits::{Right, permits_somewhere};
use crate::desk::staff::StaffMember;
use crate::desk::store::case_opinions;
use crate::desk::store::cases::figures;
use crate::model::clock;
use crate::store::StoreError;

/// What [`Load::came`] and [`Load::decided`] count.
const LATELY: SignedDuration = SignedDuration::from_hours(1);
/// Of how many days [`Reviewer`] counts.
const DAYS: i64 = 7;
/// Most of the staff that are listed.
const REVIEWERS_MAX: i64 = 200;

/// How one queue stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// What waits in it.
    pub kind: CaseKind,
    /// How many wait.
    pub waiting: u64,
    /// How many of them somebody works on.
    pub claimed: u64,
    /// How many of them should have been decided.
    pub overdue: u64,
    /// Since when the longest waiting one waits; `None` where none does.
    pub oldest: Option<Timestamp>,
    /// Until when the first is to be decided; `None` where none waits.
    pub due: Option<Timestamp>,
    /// Of how many of them somebody else's opinion is waited for; zero to whoever may not know which were drawn.
    pub second: u64,
    /// How many came within the last hour.
    pub came: u64,
    /// How many were decided within the last hour.
    pub decided: u64,
}

/// What one of the staff decided in the last seven days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// The login name.
    pub name: String,
    /// How many cases.
    pub decided: u64,
    /// How many of them since midnight in China.
    pub today: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// How often they took a decision back.
    pub taken_back: u64,
    /// Of how many cases, decided since, somebody else was asked besides them.
    pub compared: u64,
    /// Of how many of those both said the same.
    pub agreed: u64,
    /// From the opening of a case to its decision: half of theirs took no longer. `None` where no opening is known.
    pub median: Option<SignedDuration>,
}

impl Cases {
    /// How the queues stand of the kinds that they may see, in the order of [`CaseKind::ALL`].
    pub async fn loads(&self, member: &StaffMember) -> Result<Vec<Load>, StoreError> {
        // Of a short queue the number would say which case was drawn.
        let may_know = permits_somewhere(member, Right::TakeOverCases);
        let may_see = |kind: &CaseKind| permits_somewhere(member, Right::See(*kind));
        let (kinds, now): (Vec<_>, _) = (CaseKind::ALL.into_iter().filter(may_see).collect(), clock::now());
        let within = member.reach.candidates();
        let stored = figures::queues(&self.database.client().await?, (&kinds, &within), now, now - LATELY).await?;
        let load = |kind| {
            let found = stored.iter().find(|queue| queue.kind == kind);
            let count = |of: fn(&figures::StoredQueue) -> u64| found.map_or(0, of);
            Load {
                kind,
                waiting: count(|queue| queue.waiting),
                claimed: count(|queue| queue.claimed),
                overdue: count(|queue| queue.overdue),
                oldest: found.and_then(|queue| queue.oldest),
                due: found.and_then(|queue| queue.due),
                second: if may_know { count(|queue| queue.second) } else { 0 },
                came: count(|queue| queue.came),
                decided: count(|queue| queue.decided),
            }
        };
        Ok(kinds.into_iter().map(load).collect())
    }

    /// What each of the staff decided in the last seven days, whoever decided most first; of themselves alone where they may
    /// not see what others did.
    pub async fn reviewers(&self, member: &StaffMember) -> Result<Vec<Reviewer>, StoreError> {
        let only = (!permits_somewhere(member, Right::TakeOverCases)).then_some(member.id);
        let today = clock::tomorrow() - SignedDuration::from_hours(24);
        let since = today - SignedDuration::from_hours(24 * (DAYS - 1));
        let client = self.database.client().await?;
        let within = &member.reach.candidates();
        let stored = figures::reviewers(&client, (only, within), (since, today), REVIEWERS_MAX).await?;
        let compared = case_opinions::agreement(&client, (only, within), since).await?;
        let reviewer = |stored: figures::StoredReviewer| {
            let figures::StoredReviewer { name, decided, today, refused, taken_back, median } = stored;
            Reviewer { name, decided, today, refused, taken_back, median, compared: 0, agreed: 0 }
        };
        let mut all: Vec<Reviewer> = stored.into_iter().map(reviewer).collect();
        for (name, agreed, compared) in compared {
            match all.iter_mut().find(|one| one.name == name) {
                Some(one) => (one.agreed, one.compared) = (agreed, compared),
                None => all.push(Reviewer { agreed, compared, ..Reviewer::without_decisions(name) }),
            }
        }
        Ok(all)
    }
}

impl Reviewer {
    /// Somebody whose decisions were carried out by others: they were asked, or somebody else was.
    fn without_decisions(name: String) -> Self {
        Self { name, decided: 0, today: 0, refused: 0, taken_back: 0, compared: 0, agreed: 0, median: None }
    }
}
