//! Handing in the picture of a payment: it is kept, the seats are frozen, the order waits for review.

use bytes::Bytes;
use deadpool_postgres::Object;
use jiff::Timestamp;
use reservation::engine::HoldError;
use reservation::engine::waiting_room::Admission;
use reservation::ids::{GroupId, HoldId, SittingId};
use uuid::Uuid;

use super::take::live_orders_of;
use super::{Orders, Refusal, deadline};
use crate::model::clock;
use crate::model::exam_rules::SubjectId;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderSitting, OrderState};
use crate::model::payment::group::GroupLock;
use crate::payments::store::group_payments;
use crate::pictures::clean::PictureError;
use crate::pictures::screenshots::{KeepError, PICTURES_MAX};
use crate::seats::store;
use crate::seats::store::orders::change;
use crate::seats::store::orders::change::Retaken;
use crate::seats::store::orders::{StoredOrder, StoredState};
use crate::store::StoreError;

/// How often freezing begins anew because seats lapsed at that very moment.
const ROUNDS_MAX: usize = 3;

/// Why a picture was not taken in. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum HandInError {
    /// The candidate has no such order.
    #[error("there is no such order")]
    UnknownOrder,
    /// The order is confirmed, released or cancelled.
    #[error("nothing can be handed in for this order any more")]
    NotPayable(OrderState),
    /// The candidate's school is about to pay for it.
    #[error("the candidate's school pays for the order until {}", .0.until)]
    Locked(GroupLock),
    /// The exam takes money by channels only, which say themselves whether it has come.
    #[error("the exam takes no picture of a payment")]
    NotByPicture,
    /// The bytes are no acceptable picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// Too many pictures were handed in for this order already.
    #[error("no more than {0} pictures can be handed in for an order")]
    TooManyPictures(usize),
    /// This order had lapsed, and the candidate has another one for this exam: hand it in there.
    #[error("order {0} has taken this one's place")]
    Superseded(OrderId),
    /// A subject that this one needs must be paid for first.
    #[error("subject {0} must be paid for first")]
    NeedsFirst(SubjectId),
    /// The order had lapsed, and the candidate has chosen another sitting of the group since.
    #[error("order {0} has another sitting of the group")]
    OtherChosen(OrderId),
    /// The order had lapsed, and registration is closed.
    #[error("the order has lapsed and registration is closed")]
    Lapsed,
    /// The order had lapsed, and a sitting of it has begun: others may be [offered](Orders::instead), else the money can only
    /// be given back.
    #[error("the order has lapsed and sitting {0} has begun")]
    Begun(SittingId),
    /// The order had lapsed, and there is no free seat. Where [others](Orders::instead) are offered the picture is kept, and
    /// [goes with the choice](Orders::choose_with_picture).
    #[error("the order has lapsed and sitting {sitting} has no free seat")]
    Full {
        /// The first full one.
        sitting: SittingId,
        /// When its next hold lapses, if any does.
        next_release_at: Option<Timestamp>,
    },
    /// Too many pictures at once: try again in a few seconds.
    #[error("too many pictures at once")]
    Busy,
    /// The seat store restores or is away: try again in a few seconds.
    #[error("the seat store is not ready: {0}")]
    Unavailable(String),
    /// A store or the engine did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<KeepError> for HandInError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Picture(error) => Self::Picture(error),
            KeepError::Busy => Self::Busy,
            KeepError::TooMany => Self::TooManyPictures(PICTURES_MAX),
            KeepError::Store(error) => Self::Store(error),
        }
    }
}

impl Orders {
    /// Takes in the picture of an order's payment and freezes its seats. An order that lapsed takes its seats anew if
    /// they are free. An order that waits already gets the new picture; a refused one waits again.
    pub async fn hand_in(&self, account: AccountId, order: OrderId, picture: Bytes) -> Result<Order, HandInError> {
        let order = self.own(account, order).await?.ok_or(HandInError::UnknownOrder)?;
        let state = order.state_at(clock::now());
        if !is_payable(&order, &state) {
            return Err(HandInError::NotPayable(state));
        }
        if state != OrderState::WaitingReview
            && let Some(first) = self.needed_before(&order).await?
        {
            return Err(HandInError::NeedsFirst(first));
        }
        if let Some(lock) = group_payments::lock_of(&self.database.client().await?, order.id, clock::now()).await? {
            return Err(HandInError::Locked(lock));
        }
        if !self.takes_picture(&order, &state) {
            return Err(HandInError::NotByPicture);
        }
        let picture = self.screenshots.keep(order.id, picture).await?;
        match self.secure(order.clone()).await {
            Ok(()) => {}
            // The picture stays for the one who settles the order.
            Err(HandInError::Store(error)) => return Err(error.into()),
            // While the engine is away nothing is kept: each try would leave a picture behind. Seats that it froze all the
            // same stay for the next try, or lapse.
            Err(refusal) => return self.refuse_picture(&order, picture, refusal).await,
        }
        if let Some(accepted) = self.accept(&order, picture).await? {
            metrics::counter!("registration_pictures_handed_in_total").increment(1);
            return Ok(accepted.view(clock::now()));
        }
        // Given back, or decided, while the picture was being cleaned; or another reader of the order took it in.
        let is_gone = self.screenshots.discard(order.id, picture).await?;
        let order = self.get(account, order.id).await?.ok_or(HandInError::UnknownOrder)?;
        if is_gone { Err(HandInError::NotPayable(order.state)) } else { Ok(order) }
    }

    /// Is a picture of the payment something for this order? What was handed in before the exam's rules changed is mended
    /// all the same.
    pub(super) fn takes_picture(&self, order: &StoredOrder, state: &OrderState) -> bool {
        let is_in = matches!(state, OrderState::WaitingReview | OrderState::Refused { .. });
        is_in || self.exams.get(&order.exam).is_none_or(|exam| exam.rules.payment.takes_screenshots())
    }

    /// A picture that was not taken in is not kept, unless its seat is gone and others are offered: it waits for a choice.
    async fn refuse_picture(
        &self,
        order: &StoredOrder,
        picture: Uuid,
        refusal: HandInError,
    ) -> Result<Order, HandInError> {
        let is_gone = matches!(refusal, HandInError::Full { .. } | HandInError::Begun(_));
        if is_gone && !self.offered_instead(order).await?.is_empty() {
            self.keep_late_picture(order, picture).await?;
            return Err(refusal);
        }
        match self.screenshots.discard(order.id, picture).await? {
            true => Err(refusal),
            // Whoever read the order meanwhile saw its seats frozen, and took the picture in.
            false => self.get(order.account, order.id).await?.ok_or(HandInError::UnknownOrder),
        }
    }

    /// Freezes all seats of an order; takes lapsed ones anew.
    async fn secure(&self, mut order: StoredOrder) -> Result<(), HandInError> {
        if order.seats_owed {
            // The old holds go first, else taking seats anew would give the same ones, which are about to end.
            self.return_only_seats(&order).await?;
        }
        for _ in 0..ROUNDS_MAX {
            if order.state != StoredState::Lapsed && self.freeze(&order).await? {
                return Ok(());
            }
            order = match self.retake(order.clone()).await {
                Err(error @ HandInError::Unavailable(_)) => self.with_other_seats(&order).await?.ok_or(error)?,
                retaken => retaken?,
            };
        }
        Err(HandInError::Unavailable("seats lapse faster than they can be frozen".to_owned()))
    }

    /// The unpaid order as it is now, when its seats were exchanged since it was read: it is those that are paid for.
    async fn with_other_seats(&self, order: &StoredOrder) -> Result<Option<StoredOrder>, StoreError> {
        let now = store::orders::get(&self.database.client().await?, order.id).await?;
        let seats = |order: &StoredOrder| order.sittings.iter().map(|seat| seat.sitting.clone()).collect::<Vec<_>>();
        Ok(now.filter(|now| now.state == StoredState::Unpaid && seats(now) != seats(order)))
    }

    /// Freezes the seats. False when one of them has ended.
    pub(super) async fn freeze(&self, order: &StoredOrder) -> Result<bool, HandInError> {
        let holds: Vec<HoldId> = order.sittings.iter().map(|seat| seat.hold.clone()).collect();
        let frozen = self.engine.freeze_all(&order.exam, &holds).await;
        frozen.map_err(|error| HandInError::Unavailable(error.to_string()))
    }

    /// Takes the seats of an order anew; those that it still has stay. The new holds are noted before anybody freezes
    /// them.
    async fn retake(&self, order: StoredOrder) -> Result<StoredOrder, HandInError> {
        let sittings: Vec<SittingId> = order.sittings.iter().map(|seat| seat.sitting.clone()).collect();
        // Who has paid need not wait in a line.
        let (candidate, admission) = (order.account.candidate_id(), Admission::Exempt);
        let taken = match self.engine.hold(&order.exam, &candidate, &sittings, admission).await {
            Ok(taken) => taken,
            Err(error) => return Err(self.cannot_retake(&order, error).await?),
        };
        let mut renewed = order.clone();
        for (seat, hold) in renewed.sittings.iter_mut().zip(&taken.holds) {
            seat.hold = hold.id.clone();
        }
        let grace = order.lapses_at.duration_since(order.expires_at);
        renewed.expires_at = deadline(&taken.holds);
        renewed.lapses_at = renewed.expires_at + grace;
        if let Some((refusal, other)) = self.note(&renewed).await? {
            let is_others = |seat: &&OrderSitting| other.as_ref().is_some_and(|other| other.sittings.contains(seat));
            for seat in renewed.sittings.iter().filter(|seat| !is_others(seat)) {
                let released = self.engine.release(&order.exam, &seat.hold).await;
                released.map_err(|error| HandInError::Unavailable(error.to_string()))?;
            }
            return Err(refusal);
        }
        if renewed.state == StoredState::Lapsed {
            renewed.state = StoredState::Unpaid;
        }
        Ok(renewed)
    }

    /// Notes the new holds. `Some` says why that could not be, and which live order has some of the seats, if one does.
    async fn note(&self, renewed: &StoredOrder) -> Result<Option<(HandInError, Option<StoredOrder>)>, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let retaken = change::retake(&transaction, renewed).await?;
        if retaken == Retaken::Yes {
            transaction.commit().await?;
            return Ok(None);
        }
        transaction.rollback().await?;
        if retaken == Retaken::OtherLive
            && let Some(other) = self.in_the_way(&client, renewed).await?
        {
            return Ok(Some((HandInError::Superseded(other.id), Some(other))));
        }
        let Some(moved) = store::orders::get(&client, renewed.id).await? else {
            return Ok(Some((HandInError::UnknownOrder, None)));
        };
        // The seats that a live order has are still its own, whoever moved it.
        let state = moved.state_at(clock::now());
        let kept = state.is_live().then_some(moved);
        let refusal = match state {
            OrderState::Unpaid => HandInError::Unavailable("the order changed meanwhile".to_owned()),
            state => HandInError::NotPayable(state),
        };
        Ok(Some((refusal, kept)))
    }

    /// The live order because of which this one cannot be live, too.
    async fn in_the_way(&self, client: &Object, order: &StoredOrder) -> Result<Option<StoredOrder>, StoreError> {
        match order.is_sole {
            true => store::orders::live(client, order.account, &order.exam, &order.part).await,
            false => store::orders::other_with_seat(client, order).await,
        }
    }

    /// The live order that has another sitting of a group of this one.
    async fn other_of_group(&self, order: &StoredOrder) -> Result<Option<OrderId>, StoreError> {
        let Some(page) = self.exams.get(&order.exam) else { return Ok(None) };
        let group = |seat: &OrderSitting| page.sitting(&seat.sitting).and_then(|sitting| sitting.group.clone());
        let groups: Vec<GroupId> = order.sittings.iter().filter_map(group).collect();
        let live = live_orders_of(&self.database.client().await?, order.account, &order.exam).await?;
        let is_it = |other: &Order| {
            other.id != order.id && other.sittings.iter().filter_map(group).any(|one| groups.contains(&one))
        };
        Ok(live.iter().find(|other| is_it(other)).map(|other| other.id))
    }

    /// Why an order's seats were not to be had again. An unpaid order gives back what it still has of them.
    async fn cannot_retake(&self, order: &StoredOrder, error: HoldError) -> Result<HandInError, StoreError> {
        if self.with_other_seats(order).await?.is_some() {
            return Ok(HandInError::Unavailable("the order changed meanwhile".to_owned()));
        }
        let refusal = match Refusal::from(error) {
            Refusal::Full { sitting, next_release_at } => HandInError::Full { sitting, next_release_at },
            Refusal::Unavailable(why) => return Ok(HandInError::Unavailable(why)),
            Refusal::GroupTaken(_) => {
                let client = self.database.client().await?;
                let other = store::orders::live(&client, order.account, &order.exam, &order.part).await?;
                match other.filter(|other| other.id != order.id) {
                    Some(other) => HandInError::Superseded(other.id),
                    None => match self.other_of_group(order).await? {
                        Some(other) => HandInError::OtherChosen(other),
                        None => HandInError::Lapsed,
                    },
                }
            }
            Refusal::Begun(sitting) => HandInError::Begun(sitting),
            Refusal::NotOpen { .. } | Refusal::UnknownExam(_) | Refusal::UnknownSitting(_) | Refusal::NotAdmitted => {
                HandInError::Lapsed
            }
        };
        if change::lapse(&self.database.client().await?, order, true).await? {
            self.return_seats(order).await?;
        }
        Ok(refusal)
    }
}

/// Can a picture be handed in for it?
pub(super) fn is_payable(order: &StoredOrder, state: &OrderState) -> bool {
    match state {
        OrderState::Unpaid | OrderState::Lapsed | OrderState::Refused { .. } => true,
        // Once staff have said yes, a new picture has nothing to say.
        OrderState::WaitingReview => order.state == StoredState::WaitingReview,
        OrderState::Confirmed | OrderState::Released | OrderState::Cancelled | OrderState::Owed { .. } => false,
    }
}
