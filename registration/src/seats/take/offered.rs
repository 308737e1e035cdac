//! Offers of waiting lists: the engine has held a seat for whoever waited longest; here it becomes an order, and they are
//! told.

use futures_util::stream::{self, StreamExt};
use reservation::engine::waiting_list::Waiting;
use reservation::engine::{HoldError, Taken};
use reservation::hold::{Hold, HoldState};
use reservation::waiting_list::WaitState;

use super::{Taking, new_order};
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::facts::EligibilityState;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderSitting};
use crate::outbox::messages::{self, About, MessageKind};
use crate::seats::error::OrderError;
use crate::seats::{OPEN_MAX, Orders, store};
use crate::store::StoreError;

/// Most waits that are told of in one go, how many at once, and most full batches in one round.
const BATCH: u16 = 400;
const AT_ONCE: usize = 16;
const BATCHES_MAX: usize = 50;

impl Orders {
    /// Makes orders of the seats that were offered, and tells candidates of them, of those that they let pass, and when
    /// they are off the list. What cannot be told now is told in the next round, and keeps none of the others.
    pub(crate) async fn tell_waits(&self) -> Result<(), StoreError> {
        for page in self.exams.list() {
            for _ in 0..BATCHES_MAX {
                let untold = match self.engine.untold_waits(&page.id, BATCH).await {
                    Ok(untold) => untold,
                    Err(error) => {
                        tracing::warn!(exam = %page.id, %error, "who is to be told of an offer cannot be read now");
                        break;
                    }
                };
                let is_full = untold.len() == usize::from(BATCH);
                let telling = stream::iter(untold).map(|waiting| self.tell_wait_of(&page, waiting));
                let told = telling.buffer_unordered(AT_ONCE).filter(|told| std::future::ready(*told)).count().await;
                if !is_full || told == 0 {
                    break;
                }
            }
        }
        Ok(())
    }

    /// True when the candidate is told, or need not be.
    async fn tell_wait_of(&self, page: &Exam, waiting: Waiting) -> bool {
        match self.tell_wait(page, &waiting).await {
            Ok(told) => told,
            Err(error) => {
                tracing::error!(exam = %page.id, %error, "a candidate could not be told of an offer");
                false
            }
        }
    }

    async fn tell_wait(&self, page: &Exam, waiting: &Waiting) -> Result<bool, OrderError> {
        if let Some(account) = AccountId::of_candidate(&waiting.of.candidate) {
            match (waiting.state, &waiting.offer) {
                (WaitState::Offered, Some(hold)) => match self.engine.find(&page.id, hold).await {
                    Ok(hold) if hold.state == HoldState::Held => {
                        if let Some(order) = self.order_offer(page, account, hold).await? {
                            let about = About::order(order);
                            self.tell_of_list(page, account, MessageKind::ListOffered, &about).await?;
                        }
                    }
                    // Over before it was told, or paid already.
                    Ok(_) | Err(HoldError::UnknownHold(_)) => {}
                    Err(error) => return Err(error.into()),
                },
                (WaitState::Waiting, _) => {
                    self.tell_of_list(page, account, MessageKind::ListMissed, &About::default()).await?;
                }
                (WaitState::Left, _) if is_spent(page, waiting) => {
                    self.tell_of_list(page, account, MessageKind::ListOver, &About::default()).await?;
                }
                _ => {}
            }
        }
        Ok(self.engine.wait_told(&page.id, waiting).await?)
    }

    /// Writes the order of an offered seat, unless it is written. `None`: the candidate has another order by now, and the
    /// seat goes back to the list.
    async fn order_offer(&self, page: &Exam, account: AccountId, hold: Hold) -> Result<Option<OrderId>, OrderError> {
        let Some(sitting) = page.sitting(&hold.sitting) else {
            return Err(OrderError::UnknownSitting(hold.sitting));
        };
        let open = store::orders::open(&self.database.client().await?, account, &page.id, OPEN_MAX).await?;
        let has_it = |seats: &[OrderSitting]| seats.iter().any(|seat| seat.hold == hold.id);
        if let Some(known) = open.iter().find(|order| has_it(&order.sittings)) {
            return Ok(Some(known.id));
        }
        let orders: Vec<Order> = open.into_iter().map(|order| order.view(clock::now())).collect();
        let bound_at = match self.applications.facts(account, page, &orders).await?.eligibility {
            EligibilityState::Bound { at, .. } => Some(at),
            EligibilityState::None => None,
        };
        let part = page.part_of(sitting);
        let taking = Taking { account, page, part: &part, bound_at, network: None };
        let taken = Taken { holds: vec![hold], is_new: true, server_time: clock::now() };
        let written = self.write(&taking, new_order(&taking, &[sitting], &taken), None).await;
        match written {
            Ok(order) => Ok(order.map(|order| order.id)),
            // What stood when they joined stands no more; the seat was given back.
            Err(OrderError::Blocked(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn tell_of_list(
        &self,
        page: &Exam,
        account: AccountId,
        kind: MessageKind,
        about: &About,
    ) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        messages::add_about(&client, account, Some(&page.id), kind, about, clock::now()).await
    }
}

/// Is the candidate off the list because of offers that came to nothing?
fn is_spent(page: &Exam, waiting: &Waiting) -> bool {
    page.rules.waiting_list.as_ref().is_some_and(|rules| waiting.lapses >= u32::from(rules.offers))
}
