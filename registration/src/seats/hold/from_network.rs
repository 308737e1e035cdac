//! Where an exam says so, only so many accounts hold seats from one network that are not paid for: a farm of accounts
//! behind one address does not keep an exam's seats from everybody else.

pub(crate) mod turns;

use jiff::SignedDuration;
use reservation::ids::{ExamId, SittingId};

use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::ids::AccountId;
use crate::model::order::Order;
use crate::people::accounts::Network;
use crate::seats::Orders;
use crate::seats::error::OrderError;
use crate::seats::store::seat_networks::{self, Times};
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
        let Some(times) = self.begin_from(network, account, exam).await? else {
            return self.hold_as((account, network), exam, sittings, replace).await;
        };
        let held = self.hold_as((account, network), exam, sittings, replace).await;
        if held.as_ref().is_err_and(is_nothing_taken) {
            let taken_back =
                async { seat_networks::take_back(&self.database.client().await?, (exam, account), times).await };
            if let Err(error) = taken_back.await {
                tracing::warn!(%error, "a network's count of seats is one too high for half a minute");
            }
        }
        held
    }

    /// Counts the account among those of its network; nothing where nobody counts.
    async fn begin_from(
        &self,
        network: Option<Network>,
        account: AccountId,
        exam: &ExamId,
    ) -> Result<Option<Times>, OrderError> {
        let page = self.exams.get(exam);
        let bounded = page.as_ref().and_then(|page| Some((page, page.rules.seats_per_network?)));
        let (Some(network), Some((page, most))) = (network, bounded) else { return Ok(None) };
        // In this process first: a network's requests come one by one, and each that waited in Postgres would keep a
        // connection from everybody else.
        let turn = self.turns.take(network.0).await;
        let _turn = turn.ok_or(OrderError::Crowded)?;
        let times = times(page);
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !seat_networks::take(&transaction, (exam, account), &network.0, times, i64::from(most)).await? {
            metrics::counter!("registration_seats_refused_by_network_total").increment(1);
            return Err(OrderError::Network);
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(Some(times))
    }
}

/// A seat that was taken longer ago than a hold lasts is paid for, or nobody's.
fn times(page: &Exam) -> Times {
    let now = clock::now();
    let lately = now - BEGAN;
    Times { now, lately, earliest: lately - page.hold - page.grace }
}

/// Is it certain that this took no seat, and that the account holds none by it?
fn is_nothing_taken(error: &OrderError) -> bool {
    !matches!(
        error,
        OrderError::HoldsOther(_)
            | OrderError::AlreadyRegistered(_)
            | OrderError::Unavailable(_)
            | OrderError::Store(_)
    )
}
