//! Where exams take place and who sits where: sites, rooms, and the places that were published.

pub(crate) mod store;
pub mod tickets;

use crate::model::order::OrderId;
use crate::model::room::SeatPlace;
use crate::store::{Database, StoreError};

/// The door to rooms and places.
#[derive(Clone)]
pub struct Rooms {
    pub(crate) database: Database,
}

impl Rooms {
    /// The places of an order as published, in the order of their sittings' ids. Nothing before that, and nothing of what was
    /// given up since.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn places_of(&self, order: OrderId) -> Result<Vec<SeatPlace>, StoreError> {
        let client = self.database.client().await?;
        store::seat_assignments::of_order(&client, order).await
    }
}
