//! Subjects that need another one: they end with it while they are unpaid, and are not paid before it.

use reservation::ids::{ExamId, SittingId};

use super::Orders;
use super::take::{live_orders_of, random_number};
use crate::model::clock;
use crate::model::exam::ExamSitting;
use crate::model::exam_rules::SubjectId;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderState};
use crate::payments::moves;
use crate::rules::choosing;
use crate::seats::store;
use crate::seats::store::orders::{StoredOrder, change};
use crate::store::StoreError;

/// Most seats that end with others in one go.
const ENDED_MAX: usize = 40;

impl Orders {
    /// After seats have ended: unpaid ones that needed them end, too. What is paid stays, and staff confirm it only when
    /// what it needs is confirmed.
    pub(super) async fn end_dependants(&self, account: AccountId, exam: &ExamId) -> Result<(), StoreError> {
        let Some(page) = self.exams.get(exam).filter(|page| page.rules.has_requirements()) else { return Ok(()) };
        // What a payment is under way for stays; the others end all the same.
        let mut kept: Vec<SittingId> = Vec::new();
        for _ in 0..ENDED_MAX {
            let mut client = self.database.client().await?;
            let transaction = client.transaction().await?;
            store::orders::lock(&transaction, account, exam).await?;
            let live = live_orders_of(&transaction, account, exam).await?;
            let sittings: Vec<&ExamSitting> =
                live.iter().flat_map(|order| &order.sittings).filter_map(|seat| page.sitting(&seat.sitting)).collect();
            let unpaid_with = |lost: &SittingId| {
                let has_lost = |order: &&Order| order.sittings.iter().any(|seat| seat.sitting == *lost);
                live.iter().find(|order| order.state == OrderState::Unpaid && has_lost(order)).map(|order| order.id)
            };
            let lost = choosing::unsupported(&page, &sittings)
                .map(|(lost, _)| lost.id.clone())
                .filter(|lost| !kept.contains(lost))
                .find_map(|lost| unpaid_with(&lost).map(|order| (lost, order)));
            let Some((lost, order)) = lost else { return Ok(()) };
            let Some(order) = store::orders::get(&transaction, order).await? else { return Ok(()) };
            let released = random_number();
            let is_split = change::split_off(&transaction, &order, &lost, released).await?;
            let ended = match is_split || change::release(&transaction, order.id).await? {
                true if moves::binds(&transaction, order.id).await? => None,
                true => Some(if is_split { released } else { order.id }),
                false => None,
            };
            let Some(ended) = ended else {
                kept.push(lost);
                continue;
            };
            transaction.commit().await?;
            let ended = store::orders::get(&client, ended).await?;
            drop(client);
            if let Some(ended) = ended {
                tracing::info!(order = %ended.id, "an unpaid seat ended with the one that it needed");
                self.return_only_seats(&ended).await?;
            }
        }
        Ok(())
    }

    /// The subject that must be paid for before this order.
    pub(super) async fn needed_before(&self, order: &StoredOrder) -> Result<Option<SubjectId>, StoreError> {
        let Some(page) = self.exams.get(&order.exam).filter(|page| page.rules.has_requirements()) else {
            return Ok(None);
        };
        let live = live_orders_of(&self.database.client().await?, order.account, &order.exam).await?;
        let live: Vec<&Order> = live.iter().collect();
        Ok(choosing::pay_first(&page, &live, &order.clone().view(clock::now())))
    }
}
