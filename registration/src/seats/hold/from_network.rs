//! Where an exam says so, only so many accounts hold seats from one network that are not paid for: a farm of accounts
//! behind one address does not keep an exam's seats from everybody else.

use jiff::SignedDuration;
use reservation::ids::{ExamId, SittingId};

use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::order::Order;
use crate::people::accounts::Network;
use crate::seats::Orders;
use crate::seats::error::OrderError;
use crate::seats::store::seat_networks;
use crate::store::StoreError;

/// Whoever began to take a seat counts so long, with an order or without one yet.
const BEGAN: SignedDuration = SignedDuration::from_secs(30);

impl Orders {
    /// The same as [`Self::hold`], for somebody who asks from this network.
    pub async fn hold_from(
        &self,
        network: Option<Network>,
        account: AccountId,
        exam: &ExamId,
        sittings: &[SittingId],
        replace: bool,
    ) -> Result<Order, OrderError> {
        let most = self.exams.get(exam).and_then(|page| page.rules.seats_per_network);
        if let (Some(network), Some(most)) = (network, most) {
            let mut client = self.database.client().await?;
            let transaction = client.transaction().await.map_err(StoreError::from)?;
            let now = clock::now();
            let times = (now, now - BEGAN);
            if !seat_networks::take(&transaction, (exam, account), &network.0, times, i64::from(most)).await? {
                metrics::counter!("registration_seats_refused_by_network_total").increment(1);
                return Err(OrderError::Network);
            }
            transaction.commit().await.map_err(StoreError::from)?;
        }
        self.hold(account, exam, sittings, replace).await
    }
}
