//! Subjects that need another one: they end with it while they are unpaid, and are not paid before it.

use deadpool_postgres::GenericClient;
use reservation::ids::{ExamId, SittingId};

use super::Orders;
use super::take::{live_orders_of, random_number};
use crate::model::clock;
use crate::model::exam::ExamSitting;
use crate::model::exam_rules::SubjectId;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderState};
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
        for _ in 0..ENDED_MAX {
            let mut client = self.database.client().await?;
            let transaction = client.transaction().await?;
            store::orders::lock(&transaction, account, exam).await?;
            let live = live_orders_of(&transaction, account, exam).await?;
            let sittings: Vec<&ExamSitting> =
                live.iter().flat_map(|order| &order.sittings).filter_map(|seat| page.sitting(&seat.sitting)).collect();
            let mut ended = None;
            for (lost, _) in choosing::all_unsupported(&page, &sittings) {
                ended = end_one(&transaction, &live, &lost.id).await?;
                if ended.is_some() {
                    break;
                }
            }
            let Some(ended) = ended else { return Ok(()) };
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

/// Ends an unpaid seat. The order that has ended, which is one of its own where the seat was not alone; nothing where the
/// seat is paid for or somebody is just paying: it stays.
async fn end_one(
    transaction: &impl GenericClient,
    live: &[Order],
    lost: &SittingId,
) -> Result<Option<OrderId>, StoreError> {
    let has_lost =
        |order: &&Order| order.state == OrderState::Unpaid && order.sittings.iter().any(|seat| seat.sitting == *lost);
    let Some(order) = live.iter().find(has_lost) else { return Ok(None) };
    let Some(order) = store::orders::get(transaction, order.id).await? else { return Ok(None) };
    if moves::binds(transaction, order.id).await? {
        return Ok(None);
    }
    let released = random_number();
    if change::split_off(transaction, &order, lost, released).await? {
        return Ok(Some(released));
    }
    Ok(change::release(transaction, order.id).await?.then_some(order.id))
}
