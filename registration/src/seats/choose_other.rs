//! Choosing other sittings for money that came when the seats had gone: by a channel, or as a picture shows.

mod with_picture;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::engine::waiting_room::Admission;
use reservation::ids::SittingId;

use super::{Orders, Refusal, deadline};
use crate::model::clock;
use crate::model::exam::{Exam, ExamSitting, Window};
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderSitting, OrderState};
use crate::model::payment::PaymentId;
use crate::model::payment::refund::RefundReason;
use crate::payments::store::settlements::{self, Settled};
use crate::rules::choosing;
use crate::seats::store;
use crate::seats::store::order_sittings;
use crate::seats::store::orders::StoredOrder;
use crate::seats::store::orders::change::Retaken;
use crate::seats::store::orders::paid;
use crate::store::StoreError;

/// Why no other sittings were taken. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ChooseOtherError {
    /// The candidate has no such order, or nothing is to be chosen for it.
    #[error("nothing is to be chosen for this order")]
    NotOwed(Option<OrderState>),
    /// These are not offered: of another price, another group, or too many.
    #[error("these sittings are not offered")]
    Choice,
    /// One of them has just been taken.
    #[error("sitting {0} has no free seat")]
    Full(SittingId),
    /// The candidate has another order with a seat of the group.
    #[error("another order has a seat of the group")]
    OtherOrder,
    /// The seat store restores or is away: try again in a few seconds.
    #[error("the seat store is not ready: {0}")]
    Unavailable(String),
    /// A store or the engine did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What can be chosen instead of one seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instead {
    /// The sitting that was paid for.
    pub sitting: SittingId,
    /// Sittings of the same price with a free seat, itself among them if it has one.
    pub offered: Vec<SittingId>,
}

impl Orders {
    /// What one can choose for an order that is [owed](OrderState::Owed), or that lapsed before its
    /// [picture](Self::choose_with_picture) came, seat by seat; nothing where one of them has nothing.
    pub async fn instead(&self, account: AccountId, order: OrderId) -> Result<Vec<Instead>, StoreError> {
        let Some(found) = self.own(account, order).await? else { return Ok(Vec::new()) };
        let is_owed = match found.state_at(clock::now()) {
            OrderState::Owed { .. } => true,
            OrderState::Lapsed => self.late_picture(&found).await?.is_some(),
            _ => false,
        };
        if is_owed { self.offered_instead(&found).await } else { Ok(Vec::new()) }
    }

    /// Could another sitting be chosen, should a picture of the payment be handed in now for an order that has lapsed?
    pub async fn would_offer(&self, account: AccountId, order: OrderId) -> Result<bool, StoreError> {
        let found = self.own(account, order).await?;
        match found.filter(|found| found.state_at(clock::now()) == OrderState::Lapsed) {
            Some(found) => Ok(!self.offered_instead(&found).await?.is_empty()),
            None => Ok(false),
        }
    }

    /// Takes other sittings for an order that is [owed](OrderState::Owed): one for each seat, in the order of its seats. They
    /// are confirmed at once, or in a moment.
    pub async fn choose_other(
        &self,
        account: AccountId,
        order: OrderId,
        sittings: &[SittingId],
    ) -> Result<Order, ChooseOtherError> {
        let found = self.own(account, order).await?.ok_or(ChooseOtherError::NotOwed(None))?;
        let state = found.state_at(clock::now());
        if !matches!(state, OrderState::Owed { .. }) {
            return Err(ChooseOtherError::NotOwed(Some(state)));
        }
        let chosen = self.take_instead(&found, sittings).await?;
        let Some(payments) = self.note_choice(&found, &chosen).await? else {
            self.let_go(&chosen).await?;
            return Err(ChooseOtherError::OtherOrder);
        };
        for payment in payments {
            self.settle_paid(payment, order).await?;
        }
        let now = self.own(account, order).await?.ok_or(ChooseOtherError::NotOwed(None))?;
        Ok(now.view(clock::now()))
    }

    /// Takes the chosen seats, where they are offered. The order as it is to be written.
    async fn take_instead(&self, found: &StoredOrder, sittings: &[SittingId]) -> Result<StoredOrder, ChooseOtherError> {
        let offered = self.offered_instead(found).await?;
        let is_offered = offered.len() == sittings.len()
            && offered.iter().zip(sittings).all(|(seat, chosen)| seat.offered.contains(chosen))
            && sittings.iter().enumerate().all(|(index, one)| !sittings[..index].contains(one));
        if !is_offered {
            return Err(ChooseOtherError::Choice);
        }
        if found.seats_owed {
            self.return_only_seats(found).await?;
        }
        let candidate = found.account.candidate_id();
        let taken = self.engine.hold(&found.exam, &candidate, sittings, Admission::Exempt).await;
        let taken = taken.map_err(|error| refused(Refusal::from(error)))?;
        let mut chosen = found.clone();
        for ((seat, sitting), hold) in chosen.sittings.iter_mut().zip(sittings).zip(&taken.holds) {
            (seat.sitting, seat.hold) = (sitting.clone(), hold.id.clone());
        }
        let grace = found.lapses_at.duration_since(found.expires_at);
        chosen.expires_at = deadline(&taken.holds);
        chosen.lapses_at = chosen.expires_at + grace;
        Ok(chosen)
    }

    /// The candidate wants no other sitting: the money goes back.
    pub async fn choose_none(&self, account: AccountId, order: OrderId) -> Result<Order, ChooseOtherError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::orders::get_locked(&transaction, order).await?;
        let found = found.filter(|found| found.account == account).ok_or(ChooseOtherError::NotOwed(None))?;
        let state = found.state_at(now);
        if !matches!(state, OrderState::Owed { .. }) {
            return Err(ChooseOtherError::NotOwed(Some(state)));
        }
        for part in settlements::of_order(&transaction, order).await? {
            if part.state == Settled::Choice {
                self.give_back_money(&transaction, &found, &part, RefundReason::Late).await?;
            }
        }
        transaction.commit().await.map_err(StoreError::from)?;
        let ended = store::orders::get(&client, order).await?.ok_or(ChooseOtherError::NotOwed(None))?;
        Ok(ended.view(now))
    }

    /// Writes the chosen seats into the order, and the money is to be settled again. `None`: it cannot be revived.
    async fn note_choice(&self, old: &StoredOrder, chosen: &StoredOrder) -> Result<Option<Vec<PaymentId>>, StoreError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let Some(locked) = store::orders::get_locked(&transaction, old.id).await? else { return Ok(None) };
        if !matches!(locked.state_at(now), OrderState::Owed { .. })
            || paid::revive(&transaction, chosen).await? != Retaken::Yes
            || !order_sittings::remove(&transaction, old.id, &old.sittings).await?
        {
            return Ok(None);
        }
        order_sittings::insert(&transaction, old.id, &chosen.sittings).await?;
        let payments = due_again(&transaction, old.id, now).await?;
        transaction.commit().await?;
        Ok(Some(payments))
    }

    /// What can be had instead of an order's seats, seat by seat; nothing where one of them has nothing.
    pub(super) async fn offered_instead(&self, order: &StoredOrder) -> Result<Vec<Instead>, StoreError> {
        let now = clock::now();
        let Some(exam) = self.exams.get(&order.exam).filter(|exam| exam.window(now) == Window::Open) else {
            return Ok(Vec::new());
        };
        let Ok(board) = self.engine.availability(&order.exam) else { return Ok(Vec::new()) };
        let facts = self.applications.facts(order.account, &exam, &[]).await?;
        let is_free = |id: &SittingId| board.iter().any(|line| line.sitting.id == *id && line.free > 0);
        let fits = |seat: &OrderSitting, one: &ExamSitting| {
            one.fee == seat.fee
                && is_alike(&exam, seat, one)
                && is_free(&one.id)
                && choosing::alone(&exam, &facts.eligibility, one, now).is_ok()
        };
        let mut offered = Vec::with_capacity(order.sittings.len());
        for seat in &order.sittings {
            let of_seat: Vec<SittingId> =
                exam.sittings.iter().filter(|one| fits(seat, one)).map(|one| one.id.clone()).collect();
            if of_seat.is_empty() {
                return Ok(Vec::new());
            }
            offered.push(Instead { sitting: seat.sitting.clone(), offered: of_seat });
        }
        Ok(offered)
    }
}

/// Is a sitting something for whoever paid for this seat: of its group and part, or of its subject where it has no group?
fn is_alike(exam: &Exam, seat: &OrderSitting, one: &ExamSitting) -> bool {
    let Some(had) = exam.sitting(&seat.sitting) else { return false };
    exam.part_of(one) == exam.part_of(had)
        && one.group == had.group
        && (had.group.is_some() || one.subject == had.subject)
}

/// What was a choice is to be settled again.
async fn due_again(
    transaction: &impl GenericClient,
    order: OrderId,
    now: Timestamp,
) -> Result<Vec<PaymentId>, StoreError> {
    let mut payments = Vec::new();
    for part in settlements::of_order(transaction, order).await? {
        if part.state == Settled::Choice {
            settlements::set(transaction, (part.payment, order), Settled::Due, Some(now), None, now).await?;
            payments.push(part.payment);
        }
    }
    Ok(payments)
}

fn refused(refusal: Refusal) -> ChooseOtherError {
    match refusal {
        Refusal::Full { sitting, .. } | Refusal::Begun(sitting) => ChooseOtherError::Full(sitting),
        Refusal::GroupTaken(_) => ChooseOtherError::OtherOrder,
        Refusal::Unavailable(why) => ChooseOtherError::Unavailable(why),
        Refusal::NotOpen { .. } | Refusal::UnknownExam(_) | Refusal::UnknownSitting(_) | Refusal::NotAdmitted => {
            ChooseOtherError::Choice
        }
    }
}
