//! Where exams take place and who sits where: sites with their rooms, the rooms of a sitting, its arrangement, and the places
//! that were published.
//!
//! In reading order: [`form`] is what staff enter, `sites` keeps it, `list` reads it from a file; `sitting` is which rooms a
//! sitting uses; `examinees` is who is to be seated, [`arranging`] how, `publishing` writes it, `late` those who come afterwards, and `public` what
//! anybody may see. Who sits where is worked out by the crate `seating`, and nothing here.

pub mod arranging;
mod examinees;
pub mod form;
mod late;
pub(crate) mod list;
mod public;
mod publishing;
mod sites;
mod sitting;
pub(crate) mod store;
pub mod tickets;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, RwLock};

use reservation::engine::{Engine, HoldError};
use reservation::ids::{ExamId, SittingId};

use crate::desk::audit::AuditEntry;
use crate::desk::audit::looking::history;
use crate::desk::permits::sitting::demand_sitting;
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::exams::Exams;
use crate::exams::definition::DefinitionError;
use crate::model::order::OrderId;
use crate::model::room::arrangement::Arrangement;
use crate::model::room::{SeatPlace, SiteId};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};
use form::RoomFault;
use late::Rounds;
use public::Records;

pub use arranging::{ArrangeError, Draft};
pub use list::{LIST_BYTES_MAX, RoomsImported};
pub use public::{Draw, PublicRecord};
pub use publishing::Publication;
pub use sites::{ListedSite, OneRoom, OneSite};
pub use sitting::{ListState, SittingRoom, SittingRooms, SittingState, Together};

/// The door to sites, rooms, arrangements and places. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Rooms {
    pub(crate) database: Database,
    pub(crate) engine: Engine,
    pub(crate) exams: Exams,
    /// Seals seeds, and hides what schools and classes are called.
    pub(crate) vault: Vault,
    /// Exams of which a sitting is arranged, as this process knows them.
    arranged: Arc<RwLock<HashSet<ExamId>>>,
    records: Arc<tokio::sync::Mutex<Records>>,
    rounds: Arc<Mutex<Rounds>>,
}

/// Why nothing was done with a site or a room. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum RoomError {
    /// They may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such site, room, exam or sitting.
    #[error("there is no such site, room or sitting")]
    Unknown,
    /// What was entered cannot be, each fault by itself.
    #[error("{} faults, the first: {}", .0.len(), .0[0])]
    Faults(Vec<RoomFault>),
    /// The lines of a file that cannot be.
    #[error("the list has {} faults, the first: {}", .0.len(), .0[0])]
    List(Vec<DefinitionError>),
    /// Somebody has a published place in the room, so its seats stay as they are.
    #[error("places in this room are published: its seats cannot change before that sitting has begun")]
    InUse,
    /// The places of the sitting are published: its rooms stay as they are until it is arranged anew.
    #[error("the places of this sitting are published: arrange it anew before its rooms change")]
    Published,
    /// The engine refused the capacity.
    #[error(transparent)]
    Engine(#[from] HoldError),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for RoomError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Rooms {
    pub(crate) fn new(database: Database, engine: Engine, exams: Exams, vault: Vault) -> Self {
        let (arranged, records, rounds) = (Arc::default(), Arc::default(), Arc::default());
        Self { database, engine, exams, vault, arranged, records, rounds }
    }

    /// The places of an order as published, in the order of their sittings' ids. Nothing before that, and nothing of what was
    /// given up since.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn places_of(&self, order: OrderId) -> Result<Vec<SeatPlace>, StoreError> {
        let client = self.database.client().await?;
        store::seat_assignments::of_order(&client, order).await
    }

    /// How a sitting is arranged, for whoever prints for one of its sites, too; `None` before anybody has set that up.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Store`].
    pub async fn arrangement(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
    ) -> Result<Option<Arrangement>, RoomError> {
        demand_sitting_at(&self.exams, member, (exam, sitting), None)?;
        let client = self.database.client().await?;
        Ok(store::arrangements::get(&client, exam, sitting).await?)
    }

    /// What was done about a sitting's rooms and places, the newest first.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Store`].
    pub async fn history(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
    ) -> Result<Vec<AuditEntry>, RoomError> {
        demand_sitting_at(&self.exams, member, (exam, sitting), None)?;
        let client = self.database.client().await?;
        Ok(history(&client, &subject(exam, sitting)).await?)
    }
}

/// Refuses whoever may not arrange what the sitting has at one site; without one, at any of those for which they work.
pub(crate) fn demand_sitting_at(
    exams: &Exams,
    member: &StaffMember,
    (exam, sitting): (&ExamId, &SittingId),
    site: Option<SiteId>,
) -> Result<(), Forbidden> {
    match site.or_else(|| member.reach.sites.as_ref()?.first().copied()) {
        Some(site) if member.reach.sites.is_some() => demand(member, Right::ArrangeSeats, Scope::Entrance(exam, site)),
        _ => demand_sitting(exams, member, exam, sitting),
    }
}

/// What lines of the audit about a sitting's rooms and places are about.
fn subject(exam: &ExamId, sitting: &SittingId) -> String {
    format!("sitting {exam} {sitting}")
}
