//! Pictures of payments on their way to an order, piece by piece, and the one that was handed in last.

use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use super::Orders;
use super::hand_in::is_payable;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::order::{OrderId, OrderState};
use crate::pictures::clean;
use crate::pictures::kept::DraftError;
use crate::pictures::store::screenshots;
use crate::pictures::uploads::{Arrived, Piece, UploadError};
use crate::seats::store;
use crate::store::StoreError;

/// Why a piece was not taken. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The candidate has no such order.
    #[error("there is no such order")]
    UnknownOrder,
    /// The order is confirmed, released or cancelled, or its exam takes no pictures.
    #[error("nothing can be handed in for this order any more")]
    NotPayable(OrderState),
    /// The candidate's school is about to pay for it, until then.
    #[error("the candidate's school pays for the order until {0}")]
    Locked(Timestamp),
    /// The piece does not follow, or the whole is no picture.
    #[error(transparent)]
    Upload(#[from] UploadError),
}

impl From<StoreError> for ReceiveError {
    fn from(error: StoreError) -> Self {
        Self::Upload(error.into())
    }
}

impl Orders {
    /// Takes a piece of a picture for an order, and says how many bytes are here. The picture waits there for an hour to
    /// be [handed in](Self::hand_in); whatever is plainly none is forgotten at once.
    pub async fn receive(&self, account: AccountId, order: OrderId, piece: Piece) -> Result<usize, ReceiveError> {
        let found = self.own(account, order).await?.ok_or(ReceiveError::UnknownOrder)?;
        let state = found.state_at(clock::now());
        if !is_payable(&found, &state) || !self.takes_picture(&found, &state) {
            return Err(ReceiveError::NotPayable(state));
        }
        if let Some(until) = found.view(clock::now()).locked_until() {
            return Err(ReceiveError::Locked(until));
        }
        let place = place(order);
        let total = piece.total;
        match self.uploads.receive(account, &place, piece).await? {
            Arrived::Part(received) => Ok(received),
            Arrived::Whole(whole) => match clean::glance(&whole) {
                Ok(_) => Ok(total),
                Err(error) => {
                    self.uploads.forget(account, &place).await?;
                    Err(UploadError::from(DraftError::from(error)).into())
                }
            },
        }
    }

    /// How many bytes of this picture are here.
    pub async fn received(&self, account: AccountId, order: OrderId, key: Uuid) -> Result<usize, StoreError> {
        self.uploads.received(account, &place(order), key).await
    }

    /// Which picture has arrived for an order and was not handed in yet.
    pub async fn arrived(&self, account: AccountId, order: OrderId) -> Result<Option<Uuid>, StoreError> {
        self.uploads.arrived(account, &place(order)).await
    }

    /// The same picture, as it came.
    pub async fn uploaded(&self, account: AccountId, order: OrderId, key: Uuid) -> Result<Option<Bytes>, StoreError> {
        let found = self.uploads.whole(account, &place(order)).await?;
        Ok(found.filter(|(found, _)| *found == key).map(|(_, picture)| picture))
    }

    /// Forgets what has arrived for an order.
    pub async fn forget_upload(&self, account: AccountId, order: OrderId) -> Result<(), StoreError> {
        self.uploads.forget(account, &place(order)).await
    }

    /// The picture that was handed in last for one's own order, a JPEG.
    pub async fn screenshot(&self, account: AccountId, order: OrderId) -> Result<Option<Vec<u8>>, StoreError> {
        let client = self.database.client().await?;
        let found = store::orders::get(&client, order).await?;
        if found.is_none_or(|found| found.account != account) {
            return Ok(None);
        }
        let picture = screenshots::accepted(&client, order).await?;
        drop(client);
        match picture {
            Some(picture) => self.screenshots.find(order, picture).await,
            None => Ok(None),
        }
    }
}

/// Where an order's picture arrives: each has its own, so that two pages cannot mistake one for the other.
fn place(order: OrderId) -> String {
    format!("order {order}")
}
