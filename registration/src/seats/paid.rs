//! Settling money that came by a channel: the seats are confirmed; where they are gone, the same ones are taken anew if they
//! are free; else others are offered; else the money goes back. Whoever dies on the way leaves the rest to the job.

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use reservation::engine::waiting_room::Admission;
use reservation::hold::Hold;
use reservation::ids::SittingId;

use super::{ConfirmError, Orders, Refusal, deadline};
use crate::desk::case::Subject;
use crate::desk::cases::UNDO_MAX;
use crate::desk::store::cases::noted;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::order::OrderId;
use crate::model::payment::refund::{RefundReason, RefundState};
use crate::model::payment::{Method, PaymentId, PaymentState};
use crate::outbox::messages::{self, About, MessageKind};
use crate::payments::channels::speaker;
use crate::payments::moves;
use crate::payments::refunds::{self, Wanted};
use crate::payments::store::payments;
use crate::payments::store::settlements::{self, Settled, Settlement};
use crate::rules::paying::schedule;
use crate::rules::paying::settling::{self, Gone, Late, Next, Owing, Seats};
use crate::seats::store;
use crate::seats::store::order_sittings;
use crate::seats::store::orders::change::{self, Retaken};
use crate::seats::store::orders::paid;
use crate::seats::store::orders::{StoredOrder, StoredState};
use crate::store::StoreError;

/// How often settling looks again because something moved meanwhile.
const ROUNDS_MAX: usize = 5;

/// What the transaction of a round left to be done.
enum Round {
    /// Nothing is left to do: it is settled, or waits.
    Done,
    /// The engine is told, as decided.
    Confirm(StoredOrder),
    /// The same seats are taken anew.
    TakeAgain(StoredOrder),
}

/// What became of taking seats anew.
enum Again {
    /// They are held, or being confirmed; look again.
    Yes,
    /// They are gone.
    Gone(Gone),
    /// The engine is away, or somebody else is at it: later.
    Later,
}

impl Orders {
    /// Settles what came by one payment for one order, as far as that can be done now.
    pub(crate) async fn settle_paid(&self, payment: PaymentId, order: OrderId) -> Result<(), StoreError> {
        for _ in 0..ROUNDS_MAX {
            match self.settle_round(payment, order).await? {
                Round::Done => return Ok(()),
                Round::Confirm(begun) => match self.carry_out(begun).await {
                    Ok(_) | Err(ConfirmError::SeatGone(_) | ConfirmError::Moved(_)) => {}
                    Err(ConfirmError::Store(error)) => return Err(error),
                    Err(error) => {
                        tracing::warn!(%order, %error, "a paid order could not be confirmed yet");
                        return self.postpone(payment, order).await;
                    }
                },
                Round::TakeAgain(ended) => match self.take_again(&ended).await? {
                    Again::Yes => {}
                    Again::Gone(gone) => return self.settle_late(payment, order, gone).await,
                    Again::Later => return self.postpone(payment, order).await,
                },
            }
        }
        self.postpone(payment, order).await
    }

    /// One look under the order's lock, and what follows from it in the same transaction.
    async fn settle_round(&self, payment: PaymentId, order: OrderId) -> Result<Round, StoreError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let Some(found) = store::orders::get_locked(&transaction, order).await? else { return Ok(Round::Done) };
        let parts = settlements::of_order(&transaction, order).await?;
        let Some(part) = parts.iter().find(|part| part.payment == payment) else { return Ok(Round::Done) };
        if matches!(part.state, Settled::Seat | Settled::Refund) {
            return Ok(Round::Done);
        }
        let owing = Owing {
            is_right_amount: part.received == part.asked && part.part == found.amount,
            seats: found.seats(),
            is_paid_by_other: is_paid_by_other(&transaction, &parts, order).await?,
            choice_until: part.choice_until,
        };
        let next = match settling::next(&owing, now) {
            // What staff have decided is carried out first: the money of a picture that they confirmed would be forgotten.
            Next::Confirm if noted::is_noted(&transaction, &Subject::Payment(order), now - UNDO_MAX).await? => {
                Next::Wait
            }
            next => next,
        };
        let round = match next {
            Next::Refund(reason) => {
                self.give_back_money(&transaction, &found, part, reason).await?;
                Round::Done
            }
            Next::Bought => {
                moves::settle(&transaction, order, (&speaker(part.method), now), now).await?;
                Round::Done
            }
            Next::Choosing => {
                let until = part.choice_until;
                settlements::set(&transaction, (payment, order), Settled::Choice, until, until, now).await?;
                Round::Done
            }
            Next::Wait => {
                let at = schedule::of_settling(now, part.received_at);
                settlements::set(&transaction, (payment, order), part.state, Some(at), part.choice_until, now).await?;
                Round::Done
            }
            Next::TakeAgain => Round::TakeAgain(found),
            Next::Confirm => self.begin_paid(&transaction, found, part, now).await?,
        };
        transaction.commit().await?;
        Ok(round)
    }

    /// Notes that a paid order is to be confirmed. What it needs may not be confirmed yet: as long as the seats are held, that
    /// may come; then the order ends.
    async fn begin_paid(
        &self,
        transaction: &Transaction<'_>,
        order: StoredOrder,
        part: &Settlement,
        now: Timestamp,
    ) -> Result<Round, StoreError> {
        match self.begin_confirm(transaction, order.clone(), &speaker(part.method)).await {
            Ok(begun) => Ok(Round::Confirm(begun)),
            Err(ConfirmError::Store(error)) => Err(error),
            Err(_) if order.lapses_at < now && change::lapse(transaction, &order, true).await? => {
                Ok(Round::TakeAgain(StoredOrder { state: StoredState::Lapsed, seats_owed: true, ..order }))
            }
            Err(_) => {
                let at = schedule::of_settling(now, part.received_at);
                let (of, until) = ((part.payment, part.order), part.choice_until);
                settlements::set(transaction, of, part.state, Some(at), until, now).await?;
                Ok(Round::Done)
            }
        }
    }

    /// The seats are gone for good: others are offered, or the money goes back. Under the lock, so that an order that
    /// somebody moved meanwhile is looked at again.
    async fn settle_late(&self, payment: PaymentId, order: OrderId, gone: Gone) -> Result<(), StoreError> {
        let Some(seen) = store::orders::get(&self.database.client().await?, order).await? else { return Ok(()) };
        let offered = self.offered_instead(&seen).await?;
        let (closes_at, hours) = match self.exams.get(&seen.exam) {
            Some(exam) => (exam.closes_at, exam.rules.payment.choice_hours),
            None => (clock::now(), 0),
        };
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let Some(found) = store::orders::get_locked(&transaction, order).await? else { return Ok(()) };
        let parts = settlements::of_order(&transaction, order).await?;
        let Some(part) = parts.iter().find(|part| part.payment == payment) else { return Ok(()) };
        let is_over = matches!(part.state, Settled::Seat | Settled::Refund);
        if is_over || found.seats() != Seats::Ended {
            return Ok(());
        }
        let was_offered = part.state == Settled::Choice;
        match settling::when_gone(gone, was_offered, offered.len(), closes_at, hours, now) {
            Late::Offer { until } => {
                let due = Some(until);
                settlements::set(&transaction, (payment, order), Settled::Choice, due, due, now).await?;
                self.tell(&transaction, &found, MessageKind::OrderOwed).await?;
            }
            Late::Refund => self.give_back_money(&transaction, &found, part, RefundReason::Late).await?,
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Begins the refund of what came for an order, and tells the candidate. The caller holds the order's lock.
    pub(super) async fn give_back_money(
        &self,
        transaction: &Transaction<'_>,
        order: &StoredOrder,
        part: &Settlement,
        reason: RefundReason,
    ) -> Result<(), StoreError> {
        let (amount, by, state) = (part.refundable(), &Actor::System, RefundState::Due);
        let wanted = Wanted { amount, reason, state, by, note: None };
        let now = clock::now();
        refunds::begin(transaction, part, &wanted, now).await?;
        settlements::set(transaction, (part.payment, part.order), Settled::Refund, None, None, now).await?;
        self.tell(transaction, order, MessageKind::MoneyReturned).await
    }

    async fn tell(
        &self,
        transaction: &Transaction<'_>,
        order: &StoredOrder,
        kind: MessageKind,
    ) -> Result<(), StoreError> {
        let about = About::order(order.id);
        messages::add_about(transaction, order.account, Some(&order.exam), kind, &about, clock::now()).await
    }

    /// Later, ever more rarely.
    async fn postpone(&self, payment: PaymentId, order: OrderId) -> Result<(), StoreError> {
        let now = clock::now();
        let client = self.database.client().await?;
        let parts = settlements::of_order(&client, order).await?;
        if let Some(part) = parts.iter().find(|part| part.payment == payment) {
            let at = schedule::of_settling(now, part.received_at);
            settlements::set(&client, (payment, order), part.state, Some(at), part.choice_until, now).await?;
        }
        Ok(())
    }

    /// Takes the seats of an ended order anew: who has paid need not wait in a line.
    async fn take_again(&self, order: &StoredOrder) -> Result<Again, StoreError> {
        if order.seats_owed {
            // The old holds go first, else taking seats anew would give the same ones, which are about to end.
            self.return_only_seats(order).await?;
            let now = store::orders::get(&self.database.client().await?, order.id).await?;
            return Ok(if now.is_some_and(|now| now.seats_owed) { Again::Later } else { Again::Yes });
        }
        if self.needed_first(&self.database.client().await?, order).await?.is_some() {
            return Ok(Again::Gone(Gone::Against));
        }
        let sittings: Vec<SittingId> = order.sittings.iter().map(|seat| seat.sitting.clone()).collect();
        let candidate = order.account.candidate_id();
        match self.engine.hold(&order.exam, &candidate, &sittings, Admission::Exempt).await {
            Ok(taken) => self.note_again(order, &taken.holds).await,
            Err(error) => match Refusal::from(error) {
                Refusal::Full { .. } => Ok(Again::Gone(Gone::Full)),
                Refusal::Begun(_) => Ok(Again::Gone(Gone::Begun)),
                Refusal::NotOpen { .. } => self.confirm_closed(order).await,
                Refusal::Unavailable(_) => Ok(Again::Later),
                Refusal::GroupTaken(_)
                | Refusal::UnknownExam(_)
                | Refusal::UnknownSitting(_)
                | Refusal::NotAdmitted => Ok(Again::Gone(Gone::Against)),
            },
        }
    }

    /// Notes the new holds; should the order not be to be revived, they go back.
    async fn note_again(&self, order: &StoredOrder, holds: &[Hold]) -> Result<Again, StoreError> {
        let mut renewed = order.clone();
        for (seat, hold) in renewed.sittings.iter_mut().zip(holds) {
            seat.hold = hold.id.clone();
        }
        let grace = order.lapses_at.duration_since(order.expires_at);
        renewed.expires_at = deadline(holds);
        renewed.lapses_at = renewed.expires_at + grace;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let revived = paid::revive(&transaction, &renewed).await?;
        if revived == Retaken::Yes && order_sittings::set_holds(&transaction, order.id, &renewed.sittings).await? {
            transaction.commit().await?;
            return Ok(Again::Yes);
        }
        transaction.rollback().await?;
        drop(client);
        self.let_go(&renewed).await?;
        Ok(match revived {
            Retaken::OtherLive => Again::Gone(Gone::Against),
            Retaken::Yes | Retaken::Moved => Again::Later,
        })
    }

    /// Gives holds back that no live order of the candidate has.
    pub(super) async fn let_go(&self, order: &StoredOrder) -> Result<(), StoreError> {
        match self.yield_to_other(order).await {
            Ok(_) => Ok(()),
            Err(super::OrderError::Store(error)) => Err(error),
            // They lapse by themselves.
            Err(_) => Ok(()),
        }
    }

    /// Registration has closed, so that nobody gets new seats; who has paid gets the same ones all the same, if they are
    /// free and have not begun.
    async fn confirm_closed(&self, order: &StoredOrder) -> Result<Again, StoreError> {
        let begun = StoredOrder {
            state: StoredState::Confirming,
            decided: Some(Actor::System),
            decided_at: Some(clock::now()),
            ..order.clone()
        };
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        match paid::confirm_ended(&transaction, &begun).await? {
            Retaken::Yes => transaction.commit().await?,
            Retaken::Moved => return Ok(Again::Later),
            Retaken::OtherLive => return Ok(Again::Gone(Gone::Against)),
        }
        drop(client);
        match self.carry_out(begun).await {
            Ok(_) => Ok(Again::Yes),
            Err(ConfirmError::Store(error)) => Err(error),
            Err(ConfirmError::SeatGone(_)) => {
                if let Some(lapsed) = store::orders::get(&self.database.client().await?, order.id).await? {
                    self.return_only_seats(&lapsed).await?;
                }
                Ok(Again::Gone(Gone::Full))
            }
            Err(_) => Ok(Again::Later),
        }
    }
}

/// Has other money bought the seats?
async fn is_paid_by_other(
    transaction: &Transaction<'_>,
    parts: &[Settlement],
    order: OrderId,
) -> Result<bool, StoreError> {
    if parts.iter().any(|part| part.state == Settled::Seat) {
        return Ok(true);
    }
    let found = payments::of_order(transaction, order).await?;
    Ok(found.iter().any(|one| one.method == Method::Screenshot && one.state == PaymentState::Received))
}
