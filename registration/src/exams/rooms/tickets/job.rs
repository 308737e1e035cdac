//! What goes on by itself: what has changed is issued anew, and once tickets can be printed everybody has one, so that the
//! door knows them all.

use reservation::ids::ExamId;

use crate::model::clock;
use crate::model::order::OrderId;
use crate::rooms::store::tickets as rows;
use crate::rooms::tickets::{TicketError, Tickets};
use crate::rules::tickets::{TicketRefusal, Times};
use crate::seats::store::orders;
use crate::store::StoreError;

/// Most orders that are looked at in one go, and most full goes in one round.
const BATCH: i64 = 200;
const BATCHES_MAX: usize = 50;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IssuedAll {
    /// Orders whose tickets were issued.
    pub orders: u64,
    /// Orders that have none yet: their forms wait for a review, say.
    pub left: u64,
}

impl Tickets {
    /// Issues anew what is stale, and what is missing in exams whose tickets can be printed.
    pub(crate) async fn keep(&self) -> Result<(), StoreError> {
        self.renew().await?;
        let now = clock::now();
        for exam in self.exams.list() {
            let is_over = exam.sittings.iter().all(|sitting| Times::of(&exam, sitting).ends() < now);
            if !is_over && exam.tickets_from().is_some_and(|from| from <= now) {
                self.issue_all(&exam.id).await?;
            }
        }
        Ok(())
    }

    /// Issues all tickets of an exam that are missing, as far as there are places. Doing it again does nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn issue_all(&self, exam: &ExamId) -> Result<IssuedAll, StoreError> {
        let (mut done, mut after) = (IssuedAll::default(), String::new());
        for _ in 0..BATCHES_MAX {
            let due = rows::without(&self.database.client().await?, exam, &after, BATCH).await?;
            for order in &due {
                match self.issue_for(*order).await? {
                    true => done.orders += 1,
                    false => done.left += 1,
                }
            }
            match due.last() {
                Some(last) if i64::try_from(due.len()).is_ok_and(|count| count >= BATCH) => after = last.to_string(),
                _ => break,
            }
        }
        Ok(done)
    }

    /// What has changed since it was issued. Whoever has seen theirs is told.
    async fn renew(&self) -> Result<(), StoreError> {
        let mut after = String::new();
        for _ in 0..BATCHES_MAX {
            let stale = rows::stale(&self.database.client().await?, &after, BATCH).await?;
            for order in &stale {
                rows::void_unplaced(&self.database.client().await?, *order, clock::now()).await?;
                self.issue_for(*order).await?;
            }
            match stale.last() {
                Some(last) if i64::try_from(stale.len()).is_ok_and(|count| count >= BATCH) => after = last.to_string(),
                _ => break,
            }
        }
        Ok(())
    }

    /// The tickets of an order, whoever's it is. False: there are none for it now. One that cannot be worked on keeps none
    /// of the others.
    async fn issue_for(&self, order: OrderId) -> Result<bool, StoreError> {
        let found = orders::get(&self.database.client().await?, order).await?;
        let Some(order) = found.map(|order| order.view(clock::now())) else { return Ok(false) };
        let Some(exam) = self.exams.get(&order.exam) else { return Ok(false) };
        match self.issued(&exam, &order).await {
            Ok(_) => Ok(true),
            Err(TicketError::Refused(
                TicketRefusal::NotConfirmed
                | TicketRefusal::NotSaid
                | TicketRefusal::NotYet(_)
                | TicketRefusal::InReview,
            )) => Ok(false),
            Err(error @ TicketError::NoNumber(_)) => {
                tracing::error!(order = %order.id, %error, "a ticket could not be issued");
                Ok(false)
            }
            Err(TicketError::Store(error)) if error.is_of_one_row() => {
                tracing::error!(order = %order.id, %error, "a ticket could not be issued");
                Ok(false)
            }
            Err(TicketError::Store(error)) => Err(error),
        }
    }
}
