//! A picture of a payment that came when the seat had gone: it waits for a while, and goes with the sitting that the
//! candidate chooses instead.

use jiff::{SignedDuration, Timestamp};
use reservation::ids::SittingId;
use uuid::Uuid;

use super::ChooseOtherError;
use crate::model::clock;
use crate::model::exam::LATE_PICTURE_WAITS_MAX;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderState};
use crate::seats::store;
use crate::seats::store::order_sittings;
use crate::seats::store::orders::change::Retaken;
use crate::seats::store::orders::{StoredOrder, StoredState, paid};
use crate::seats::{HandInError, Orders};
use crate::store::StoreError;

/// A picture that waits for another sitting to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::seats) struct LatePicture {
    id: Uuid,
    /// The last moment to choose.
    until: Timestamp,
}

impl Orders {
    /// Until when another sitting can be chosen for a picture that came when the seat had gone. `None`: there is none
    /// such.
    pub async fn picture_waits_until(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Option<Timestamp>, StoreError> {
        match self.own(account, order).await? {
            Some(found) if found.state_at(clock::now()) == OrderState::Lapsed => {
                Ok(self.late_picture(&found).await?.map(|picture| picture.until))
            }
            _ => Ok(None),
        }
    }

    /// Takes other sittings for an order that lapsed before its picture came: one for each seat, in the order of its seats,
    /// among those that are [offered](Self::instead). The picture that was handed in goes with them, so that the order waits
    /// for staff. Again: the same answer.
    pub async fn choose_with_picture(
        &self,
        account: AccountId,
        order: OrderId,
        sittings: &[SittingId],
    ) -> Result<Order, ChooseOtherError> {
        let found = self.own(account, order).await?.ok_or(ChooseOtherError::NotOwed(None))?;
        let state = found.state_at(clock::now());
        let is_chosen = found.sittings.iter().map(|seat| &seat.sitting).eq(sittings);
        if state == OrderState::WaitingReview && is_chosen {
            return Ok(found.view(clock::now()));
        }
        let waiting = match state {
            OrderState::Lapsed | OrderState::Unpaid => self.late_picture(&found).await?,
            _ => None,
        };
        let Some(picture) = waiting else { return Err(ChooseOtherError::NotOwed(Some(state))) };
        // Asked when the picture came; the subject that it needs may be gone since.
        if self.needed_before(&found).await?.is_some() {
            return Err(ChooseOtherError::Choice);
        }
        let chosen = match state {
            // Whoever chose before died before the picture was taken in.
            OrderState::Unpaid if is_chosen => found,
            OrderState::Unpaid => return Err(ChooseOtherError::NotOwed(Some(state))),
            _ => self.take_for_picture(&found, sittings).await?,
        };
        match self.freeze(&chosen).await {
            Ok(true) => {}
            Ok(false) => return Err(ChooseOtherError::Unavailable("the seats lapsed this moment".to_owned())),
            Err(HandInError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(ChooseOtherError::Unavailable(error.to_string())),
        }
        if let Some(accepted) = self.accept(&chosen, picture.id).await? {
            metrics::counter!("registration_pictures_handed_in_total").increment(1);
            return Ok(accepted.view(clock::now()));
        }
        let now = self.own(account, order).await?.ok_or(ChooseOtherError::NotOwed(None))?;
        Ok(now.view(clock::now()))
    }

    /// Takes the seats and writes them into the order, which is unpaid again.
    async fn take_for_picture(
        &self,
        found: &StoredOrder,
        sittings: &[SittingId],
    ) -> Result<StoredOrder, ChooseOtherError> {
        // What time has decided may not be written yet.
        let found = match found.state {
            StoredState::Unpaid => self.catch_up(found.clone()).await?,
            _ => found.clone(),
        };
        if found.state != StoredState::Lapsed {
            return Err(ChooseOtherError::Unavailable("the order is just ending".to_owned()));
        }
        let mut chosen = self.take_instead(&found, sittings).await?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let locked = store::orders::get_locked(&transaction, found.id).await?;
        let is_as_it_was = locked.is_some_and(|locked| locked.state == StoredState::Lapsed);
        let is_written = is_as_it_was
            && paid::revive(&transaction, &chosen).await? == Retaken::Yes
            && order_sittings::remove(&transaction, found.id, &found.sittings).await?;
        if !is_written {
            drop(transaction);
            drop(client);
            self.let_go(&chosen).await?;
            return Err(ChooseOtherError::OtherOrder);
        }
        order_sittings::insert(&transaction, found.id, &chosen.sittings).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        chosen.state = StoredState::Unpaid;
        Ok(chosen)
    }

    /// The picture of an ended order that waits for a choice.
    pub(in crate::seats) async fn late_picture(&self, order: &StoredOrder) -> Result<Option<LatePicture>, StoreError> {
        if order.pending_picture_at.is_none() {
            return Ok(None);
        }
        let Some(id) = self.screenshots.pending(order.id).await? else { return Ok(None) };
        let hours = self.exams.get(&order.exam).map_or(0, |exam| exam.rules.payment.choice_hours);
        let came_at = came_at(id)?;
        let until = came_at + SignedDuration::from_hours(hours.into()).min(LATE_PICTURE_WAITS_MAX);
        Ok(Some(LatePicture { id, until }).filter(|picture| clock::now() <= picture.until))
    }

    /// Keeps the newest picture of an order for a choice, and none before it.
    pub(in crate::seats) async fn keep_late_picture(
        &self,
        order: &StoredOrder,
        picture: Uuid,
    ) -> Result<(), StoreError> {
        for other in self.screenshots.unaccepted(order.id).await? {
            if other != picture {
                self.screenshots.discard(order.id, other).await?;
            }
        }
        Ok(())
    }
}

/// When a picture came, which its number says.
fn came_at(picture: Uuid) -> Result<Timestamp, StoreError> {
    let (seconds, nanoseconds) = picture.get_timestamp().ok_or(StoreError::Corrupt("a picture's number"))?.to_unix();
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let nanoseconds = i32::try_from(nanoseconds).unwrap_or_default();
    Timestamp::new(seconds, nanoseconds).map_err(|_| StoreError::Corrupt("a picture's number"))
}
