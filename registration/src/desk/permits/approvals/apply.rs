//! Doing what was agreed to: as whoever asked, with their rights as they are now, and only if nothing has changed.

use super::{Act, Applied, ApprovalError, Approvals, Failed};
use crate::desk::staff::{By, StaffError, StaffMember};
use crate::model::ids::StaffId;
use crate::people::accounts::RebindError;
use crate::people::retention::RetentionError;
use crate::rooms::{ArrangeError, Publication, RoomError};
use crate::store::StoreError;

/// Why it was not done: one of those words, or a fault.
enum NotDone {
    Because(Failed),
    Fault(StoreError),
}

impl Approvals {
    /// Does what `asker` asked for, to which `second` agreed; `None`: the operator.
    pub(super) async fn apply(
        &self,
        (asker, second): (StaffId, Option<StaffId>),
        act: &Act,
    ) -> Result<Applied, ApprovalError> {
        let Some(asker) = self.staff.member(asker).await? else { return Ok(Applied::Failed(Failed::NoRight)) };
        match self.carry_out((&asker, second), act).await {
            Ok(applied) => Ok(applied),
            Err(NotDone::Because(why)) => Ok(Applied::Failed(why)),
            Err(NotDone::Fault(error)) => Err(error.into()),
        }
    }

    async fn carry_out(&self, (asker, second): (&StaffMember, Option<StaffId>), act: &Act) -> Result<Applied, NotDone> {
        match act {
            Act::Duty { name, before, after } => {
                self.staff.set_duty_as(By::Administrator(asker), (name, before), after).await?;
            }
            Act::Invite { name, duty } => {
                let by = By::Administrator(asker);
                let link = self.staff.invite_by_two(by, second, name, duty.clone()).await?;
                return Ok(Applied::Invited(name.clone(), link));
            }
            Act::Publish { exam, sitting, token, moves } => {
                let publication = Publication { token, moves: *moves };
                self.rooms.publish(asker, exam, sitting, publication).await?;
            }
            Act::Rebind { from, to, seen } => {
                self.accounts.rebind_as(asker, (*from, *to), seen).await?;
            }
            Act::Capacity { exam, sitting, before, after } => {
                if self.rooms.capacity(asker, exam, sitting).await? != *before {
                    return Err(NotDone::Because(Failed::Changed));
                }
                self.rooms.put_capacity(asker, (exam, sitting), *after).await?;
            }
            Act::Retention { version, after, .. } => self.retention.set(asker, *version, *after).await?,
            // Whoever asked takes it out, once.
            Act::Export { .. } => self.demand(asker, act).map_err(|_| NotDone::Because(Failed::NoRight))?,
        }
        Ok(Applied::Done)
    }
}

impl From<StaffError> for NotDone {
    fn from(error: StaffError) -> Self {
        Self::Because(match error {
            StaffError::Changed => Failed::Changed,
            StaffError::Forbidden(_) => Failed::NoRight,
            StaffError::Unknown | StaffError::NoSuch(_) => Failed::Gone,
            StaffError::Name
            | StaffError::Password(_)
            | StaffError::NameTaken
            | StaffError::Oneself
            | StaffError::LastAdministrator
            | StaffError::Subject
            | StaffError::Disabled
            | StaffError::Busy => Failed::Impossible,
            StaffError::Store(error) => return Self::Fault(error),
        })
    }
}

impl From<ArrangeError> for NotDone {
    fn from(error: ArrangeError) -> Self {
        Self::Because(match error {
            ArrangeError::Changed | ArrangeError::Moves(_) => Failed::Changed,
            ArrangeError::Forbidden(_) => Failed::NoRight,
            ArrangeError::Unknown => Failed::Gone,
            ArrangeError::NoRooms
            | ArrangeError::Begun
            | ArrangeError::Published
            | ArrangeError::Frozen
            | ArrangeError::Input(_) => Failed::Impossible,
            ArrangeError::Store(error) => return Self::Fault(error),
        })
    }
}

impl From<RebindError> for NotDone {
    fn from(error: RebindError) -> Self {
        Self::Because(match error {
            RebindError::Forbidden(_) => Failed::NoRight,
            RebindError::Unknown(_) | RebindError::Nothing => Failed::Gone,
            RebindError::Changed => Failed::Changed,
            RebindError::Same | RebindError::Conflict => Failed::Impossible,
            RebindError::Store(error) => return Self::Fault(error),
        })
    }
}

impl From<RetentionError> for NotDone {
    fn from(error: RetentionError) -> Self {
        Self::Because(match error {
            RetentionError::Changed => Failed::Changed,
            RetentionError::Forbidden(_) => Failed::NoRight,
            RetentionError::Unknown => Failed::Gone,
            RetentionError::Reason => Failed::Impossible,
            RetentionError::Store(error) => return Self::Fault(error),
        })
    }
}

impl From<RoomError> for NotDone {
    fn from(error: RoomError) -> Self {
        Self::Because(match error {
            RoomError::Forbidden(_) => Failed::NoRight,
            RoomError::Unknown => Failed::Gone,
            RoomError::Faults(_)
            | RoomError::List(_)
            | RoomError::InUse
            | RoomError::Published
            | RoomError::Engine(_) => Failed::Impossible,
            RoomError::Store(error) => return Self::Fault(error),
        })
    }
}
