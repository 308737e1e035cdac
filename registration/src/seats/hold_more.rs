//! Choosing seats in a part that allows several orders: what the candidate has already is left alone.

use super::Orders;
use super::error::OrderError;
use super::take::Taking;
use crate::model::clock;
use crate::model::exam::ExamSitting;
use crate::seats::store::orders::StoredOrder;

impl Orders {
    /// One round: takes those of the seats that no live order has, as one order. Again with the same sittings: the
    /// order that has the first of them. `None`: another request of the same candidate got in between.
    pub(super) async fn try_hold_more(
        &self,
        taking: &Taking<'_>,
        choice: &[&ExamSitting],
    ) -> Result<Option<StoredOrder>, OrderError> {
        let open = self.open_orders(taking).await?;
        let now = clock::now();
        let has = |order: &&StoredOrder, sitting: &ExamSitting| {
            order.state_at(now).is_live() && order.sittings.iter().any(|seat| seat.sitting == sitting.id)
        };
        let missing: Vec<&ExamSitting> =
            choice.iter().filter(|sitting| !open.iter().any(|order| has(&order, sitting))).copied().collect();
        if missing.is_empty() {
            return Ok(open.iter().find(|order| has(order, choice[0])).cloned());
        }
        let taking = self.check_rules(taking, &missing, &open).await?;
        self.take(&taking, &missing, None).await
    }
}
