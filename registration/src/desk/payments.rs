//! The door to reviews: staff look at pictures of payments and decide.

mod doubles;
mod look;
mod pictured;
mod review;
mod sure;

use std::sync::Arc;

use deadpool_postgres::GenericClient;
use reservation::ids::SittingId;

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::{CaseKind, Claim, Subject};
use crate::desk::cases::{CaseError, Decider, Deciding};
use crate::desk::permits::{Forbidden, Right, demand_about};
use crate::desk::reason::{NoReason, reason};
use crate::desk::staff::StaffMember;
use crate::exams::Exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::exam_rules::SubjectId;
use crate::model::order::{Order, OrderId, OrderState};
use crate::outbox::messages::{self, About, MessageKind};
use crate::payments::moves;
use crate::pictures::readings::Readings;
use crate::pictures::screenshots::Screenshots;
use crate::pictures::store::screenshots;
use crate::seats::store::orders;
use crate::seats::store::orders::change;
use crate::seats::store::orders::change::Refused;
use crate::seats::store::orders::{StoredOrder, StoredState};
use crate::seats::{ConfirmError, Orders};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use doubles::{DOUBLES_MAX, Double, Place};
pub use look::{Look, LookError};
pub use pictured::{Compared, Pictured, Reading, Verdict};
pub use review::Review;

/// Why a picture is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ScreenshotError {
    /// They may not see it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such order, or nothing was handed in for it.
    #[error("there is no picture of this order")]
    NoPicture,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a decision was not taken. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// They may not decide this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such order, or its number was cut off.
    #[error("there is no such order")]
    UnknownOrder,
    /// It does not wait for a decision: somebody else decided, or the candidate moved.
    #[error("the order does not wait for a decision")]
    NotWaiting(OrderState),
    /// It waits with another picture, or with another form, than the one that was looked at.
    #[error("the order waits with another picture, or another form")]
    OtherPicture,
    /// Whoever decides has not looked at the picture.
    #[error("the picture must be looked at first")]
    NotLooked,
    /// Somebody else works on it, or they themselves in another window.
    #[error("{} works on the order until {}", .0.name, .0.until)]
    Claimed(Claim),
    /// A refusal needs a reason.
    #[error(transparent)]
    Reason(#[from] NoReason),
    /// Of some payments like this one a second member of staff is asked: what is decided is noted, and carried out later.
    #[error("a second opinion may be asked for: the decision is to be noted")]
    ToBeNoted,
    /// A subject that this one needs is not confirmed yet.
    #[error("subject {0} must be confirmed first")]
    NeedsFirst(SubjectId),
    /// The seat was taken away through the API meanwhile, and no other is free.
    #[error("the seat of sitting {0} is gone and no other is free")]
    SeatGone(SittingId),
    /// The decision is noted, and is carried out as soon as the seat store is back.
    #[error("the seat store is not ready: {0}")]
    Unavailable(String),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CaseError> for DecisionError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Forbidden(error) => Self::Forbidden(error),
            // The order waits, as it was found under its lock: what it waits with is another thing than what was seen.
            CaseError::NotWaiting | CaseError::Changed | CaseError::OtherAccount => Self::OtherPicture,
            CaseError::NotLooked => Self::NotLooked,
            CaseError::Claimed(claim) => Self::Claimed(claim),
            CaseError::Reason(error) => Self::Reason(error),
            CaseError::ToBeNoted => Self::ToBeNoted,
            CaseError::Busy => Self::Unavailable(error.to_string()),
            CaseError::Store(error) => Self::Store(error),
        }
    }
}

impl From<ConfirmError> for DecisionError {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::UnknownOrder => Self::UnknownOrder,
            ConfirmError::Moved(state) => Self::NotWaiting(state),
            ConfirmError::NotPaid => Self::NotWaiting(OrderState::Unpaid),
            ConfirmError::NeedsFirst(first) => Self::NeedsFirst(first),
            ConfirmError::SeatGone(sitting) => Self::SeatGone(sitting),
            ConfirmError::Unavailable(why) => Self::Unavailable(why),
            ConfirmError::Store(error) => Self::Store(error),
        }
    }
}

/// The door to reviews. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Reviews {
    pub(crate) database: Database,
    pub(crate) exams: Exams,
    /// Shared, because the door is large and so is every future that holds one.
    pub(crate) orders: Arc<Orders>,
    pub(crate) screenshots: Screenshots,
    pub(crate) readings: Readings,
    pub(crate) vault: Vault,
}

impl Reviews {
    /// The picture handed in last, a JPEG. Who looked is written down before it is shown, and not when it cannot be.
    pub async fn screenshot(&self, member: &StaffMember, order: OrderId) -> Result<Vec<u8>, ScreenshotError> {
        let client = self.database.client().await?;
        let found = orders::get(&client, order).await?.ok_or(ScreenshotError::NoPicture)?;
        may_see::<ScreenshotError>(&client, member, &found).await?;
        let picture = screenshots::accepted(&client, order).await?.ok_or(ScreenshotError::NoPicture)?;
        drop(client);
        let jpeg = self.screenshots.read(order, picture).await?;
        let (subject, seen) = (order.to_string(), picture.to_string());
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtPicture, &subject).seen(&seen);
        entry.write(&self.database.client().await?).await?;
        Ok(jpeg)
    }

    /// The picture of this look, a JPEG, for a page that is loaded before it is shown. No look is written down: whoever asks
    /// seals it, and gives the key only once [`Self::looked`] has written it.
    pub async fn ahead(&self, member: &StaffMember, order: OrderId, look: &Look) -> Result<Vec<u8>, ScreenshotError> {
        self.shows(member, order, look).await?;
        Ok(self.screenshots.read(order, look.picture).await?)
    }

    /// Writes down that they look at the picture that [`Self::ahead`] gave, if it is the order's newest one still.
    pub async fn looked(&self, member: &StaffMember, order: OrderId, look: &Look) -> Result<(), ScreenshotError> {
        self.shows(member, order, look).await?;
        let (subject, seen) = (order.to_string(), look.picture());
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtPicture, &subject).seen(&seen);
        Ok(entry.write(&self.database.client().await?).await?)
    }

    /// Is that what the order waits with, and theirs to see?
    async fn shows(&self, member: &StaffMember, order: OrderId, look: &Look) -> Result<(), ScreenshotError> {
        let client = self.database.client().await?;
        let found = orders::get(&client, order).await?.ok_or(ScreenshotError::NoPicture)?;
        may_see::<ScreenshotError>(&client, member, &found).await?;
        let picture = screenshots::accepted(&client, order).await?;
        let is_shown = picture == Some(look.picture) && found.submitted_at == Some(look.since);
        if is_shown { Ok(()) } else { Err(ScreenshotError::NoPicture) }
    }

    /// Confirms a payment that was looked at: the seats are the candidate's. Again: the same answer. Once noted the
    /// decision stands, and is carried out by a job should this process die.
    pub async fn confirm(
        &self,
        decider: impl Into<Decider<'_>>,
        order: OrderId,
        look: &Look,
    ) -> Result<Order, DecisionError> {
        let decider = decider.into();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = waiting_with(&transaction, decider, order, look).await?;
        if !matches!(found.state, StoredState::WaitingReview | StoredState::Confirming | StoredState::Confirmed) {
            return Err(DecisionError::NotWaiting(found.state_at(clock::now())));
        }
        let begun = self.orders.begin_confirm(&transaction, found, &Actor::Staff(decider.member.id)).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        Ok(self.orders.carry_out(begun).await?)
    }

    /// Refuses a picture that was looked at. The seats are kept for a while, so that one who has really paid can hand
    /// in a better one; after as many of these as the exam allows the order is cancelled, and a job gives the seats
    /// back.
    pub async fn refuse(
        &self,
        decider: impl Into<Decider<'_>>,
        order: OrderId,
        look: &Look,
        why: &str,
    ) -> Result<Order, DecisionError> {
        let decider = decider.into();
        let member = decider.member;
        let (reason, now) = (reason(why)?, clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = waiting_with(&transaction, decider, order, look).await?;
        let page = self.exams.get(&found.exam).ok_or(StoreError::Corrupt("an order without its exam"))?;
        let (mend_until, resubmit_times) = (now + page.resubmit, page.resubmit_times);
        let actor = Actor::Staff(member.id);
        let refusal = Refused { actor: &actor, reason, at: now, mend_until, resubmit_times };
        let Some(refused) = change::refuse(&transaction, order, &refusal).await? else {
            return Err(DecisionError::NotWaiting(found.state_at(now)));
        };
        moves::fail_pending(&transaction, order, &actor, reason, now).await?;
        let (subject, seen) = (order.to_string(), look.picture());
        let entry = Entry::by_staff(member.id, AuditAction::Refused, &subject).at(now).seen(&seen).detail(reason);
        entry.write(&transaction).await?;
        let is_cancelled = refused.state == StoredState::Cancelled;
        let kind = if is_cancelled { MessageKind::OrderCancelled } else { MessageKind::OrderRefused };
        let about = About::order(order);
        messages::add_about(&transaction, found.account, Some(&found.exam), kind, &about, now).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(refused.view(now))
    }
}

/// Refuses whoever may not see how this order was paid.
async fn may_see<E: From<Forbidden> + From<StoreError>>(
    client: &impl GenericClient,
    member: &StaffMember,
    order: &StoredOrder,
) -> Result<(), E> {
    demand_about(client, member, Right::See(CaseKind::Payment), (Some(&order.exam), order.account)).await
}

/// The order, locked until the transaction ends. One that waits does so with the picture and the form that this member
/// of staff has looked at, and nobody else works on it.
async fn waiting_with(
    transaction: &impl GenericClient,
    decider: Decider<'_>,
    order: OrderId,
    look: &Look,
) -> Result<StoredOrder, DecisionError> {
    let found = orders::get_locked(transaction, order).await?.ok_or(DecisionError::UnknownOrder)?;
    let about = (Some(&found.exam), found.account);
    demand_about::<DecisionError>(transaction, decider.member, Right::Decide(CaseKind::Payment), about).await?;
    if found.state != StoredState::WaitingReview {
        return Ok(found);
    }
    // Asked for under the lock: a picture is accepted together with a change of the order.
    let picture = screenshots::accepted(transaction, order).await?;
    if picture != Some(look.picture) || found.submitted_at != Some(look.since) {
        return Err(DecisionError::OtherPicture);
    }
    let (subject, seen, version) = (Subject::Payment(order), look.picture(), look.to_string());
    let look = AuditAction::LookedAtPicture;
    let deciding = Deciding { decider, subject: &subject, look, seen: &seen, version: &version };
    deciding.check(transaction).await?;
    Ok(found)
}
