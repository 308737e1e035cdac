//! The door to reviews: staff look at pictures of payments and decide.

mod look;

use std::collections::HashMap;
use std::sync::Arc;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::SittingId;
use uuid::Uuid;

use crate::desk::store;
use crate::eligibility::bound_person;
use crate::exams::Exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::exam_rules::{SubjectId, TaskKind};
use crate::model::ids::StaffId;
use crate::model::order::{Order, OrderId, OrderState};
use crate::model::person::{Mobile, PersonName};
use crate::outbox::notices::NoticeKind;
use crate::outbox::store::notices;
use crate::payments::moves;
use crate::people::accounts;
use crate::people::accounts::Account;
use crate::pictures::screenshots::Screenshots;
use crate::pictures::store::screenshots;
use crate::seats::store::orders;
use crate::seats::store::orders::change;
use crate::seats::store::orders::change::Refused;
use crate::seats::store::orders::{StoredOrder, StoredState};
use crate::seats::{ConfirmError, Orders};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use look::{Look, LookError};

/// Most cases of one page of the queue.
pub const WAITING_MAX: usize = 100;
/// Most lines of an order's history.
pub const HISTORY_MAX: usize = 50;
/// Most orders that are named because they have the same picture.
pub const SAME_PICTURE_MAX: i64 = 5;
/// Longest reason of a refusal, in characters.
pub const REASON_CHARS_MAX: usize = 200;

/// One case: an order and who it is. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct Review {
    /// The order; its `submitted_at` says since when it waits.
    pub order: Order,
    /// The candidate's name: of the person that the exam binds to the account, else as they gave it.
    pub name: Option<PersonName>,
    /// The document number, masked.
    pub document_masked: Option<String>,
    /// The mobile number, masked.
    pub mobile_masked: Option<String>,
    /// What a decision has to be about; `None` when nothing was handed in.
    pub look: Option<Look>,
}

/// What somebody of the staff did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who, by login name.
    pub staff: String,
    /// What.
    pub action: AuditAction,
    /// Which picture, or which hand-in, it was about; `None` in lines of before that was written down.
    pub seen: Option<String>,
}

/// What staff can do to an order, an identity or a face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditAction {
    /// Looked at the page that shows a whole document number.
    LookedAtPerson,
    /// Looked at the picture.
    LookedAtPicture,
    /// Confirmed the payment.
    Confirmed,
    /// Refused the picture.
    Refused,
    /// What a later version writes down, by its name.
    Other(String),
}

impl AuditAction {
    const KNOWN: [Self; 4] = [Self::LookedAtPerson, Self::LookedAtPicture, Self::Confirmed, Self::Refused];

    /// Its name in the audit.
    pub fn as_str(&self) -> &str {
        match self {
            Self::LookedAtPerson => "looked_at_person",
            Self::LookedAtPicture => "looked_at_picture",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Other(name) => name,
        }
    }

    fn of(name: String) -> Self {
        Self::KNOWN.into_iter().find(|known| known.as_str() == name).unwrap_or(Self::Other(name))
    }
}

/// Why a picture is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ScreenshotError {
    /// No such order, or nothing was handed in for it.
    #[error("there is no picture of this order")]
    NoPicture,
    /// We failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a decision was not taken. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// No such order.
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
    /// A refusal needs a reason.
    #[error("a reason has 1 to {REASON_CHARS_MAX} characters")]
    Reason,
    /// A subject that this one needs is not confirmed yet.
    #[error("subject {0} must be confirmed first")]
    NeedsFirst(SubjectId),
    /// The seat was taken away through the API meanwhile, and no other is free.
    #[error("the seat of sitting {0} is gone and no other is free")]
    SeatGone(SittingId),
    /// The decision is noted, and is carried out as soon as the seat store is back.
    #[error("the seat store is not ready: {0}")]
    Unavailable(String),
    /// We failed.
    #[error(transparent)]
    Store(#[from] StoreError),
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
    pub(crate) vault: Vault,
}

impl Reviews {
    /// The queue, the longest waiting first: at most `limit` cases (and [`WAITING_MAX`]), from the one behind `after`.
    pub async fn waiting(&self, limit: usize, after: Option<OrderId>) -> Result<Vec<Review>, StoreError> {
        let limit = i64::try_from(limit.min(WAITING_MAX)).expect("a small number");
        let orders = orders::waiting(&self.database.client().await?, after, limit).await?;
        self.with_people(orders).await
    }

    /// How many cases wait.
    pub async fn count(&self) -> Result<u64, StoreError> {
        orders::count_waiting(&self.database.client().await?).await
    }

    /// One case, whatever its state.
    pub async fn get(&self, order: OrderId) -> Result<Option<Review>, StoreError> {
        let order = orders::get(&self.database.client().await?, order).await?;
        Ok(self.with_people(order.into_iter().collect()).await?.pop())
    }

    /// The picture handed in last, a JPEG. Who looked is written down first.
    pub async fn screenshot(&self, staff: StaffId, order: OrderId) -> Result<Vec<u8>, ScreenshotError> {
        let client = self.database.client().await?;
        let picture = screenshots::accepted(&client, order).await?.ok_or(ScreenshotError::NoPicture)?;
        let (action, subject, seen) = (AuditAction::LookedAtPicture, order.to_string(), picture.to_string());
        store::audit::insert_seen(&client, clock::now(), staff.0, action.as_str(), &subject, &seen).await?;
        drop(client);
        Ok(self.screenshots.read(order, picture).await?)
    }

    /// Other orders for which the same picture was handed in, at most [`SAME_PICTURE_MAX`].
    pub async fn with_same_picture(&self, order: OrderId) -> Result<Vec<OrderId>, StoreError> {
        let client = self.database.client().await?;
        screenshots::orders_with_same(&client, order, SAME_PICTURE_MAX).await
    }

    /// Confirms a payment that was looked at: the seats are the candidate's. Again: the same answer. Once noted the
    /// decision stands, and is carried out by the sweep should this process die.
    pub async fn confirm(&self, staff: StaffId, order: OrderId, look: &Look) -> Result<Order, DecisionError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = waiting_with(&transaction, staff, order, look).await?;
        if !matches!(found.state, StoredState::WaitingReview | StoredState::Confirming | StoredState::Confirmed) {
            return Err(DecisionError::NotWaiting(found.state_at(clock::now())));
        }
        let begun = self.orders.begin_confirm(&transaction, found, &Actor::Staff(staff)).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        Ok(self.orders.carry_out(begun).await?)
    }

    /// Refuses a picture that was looked at. The seats are kept for a while, so that one who has really paid can hand
    /// in a better one; after as many of these as the exam allows the order is cancelled, and the sweep gives the seats
    /// back.
    pub async fn refuse(
        &self,
        staff: StaffId,
        order: OrderId,
        look: &Look,
        reason: &str,
    ) -> Result<Order, DecisionError> {
        let reason = reason.trim();
        if !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
            return Err(DecisionError::Reason);
        }
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = waiting_with(&transaction, staff, order, look).await?;
        let page = self.exams.get(&found.exam).ok_or(StoreError::Corrupt("an order without its exam"))?;
        let (mend_until, resubmit_times) = (now + page.resubmit, page.resubmit_times);
        let actor = Actor::Staff(staff);
        let refusal = Refused { actor: &actor, reason, at: now, mend_until, resubmit_times };
        let Some(refused) = change::refuse(&transaction, order, &refusal).await? else {
            return Err(DecisionError::NotWaiting(found.state_at(now)));
        };
        moves::fail_claim(&transaction, order, &actor, reason, now).await?;
        let (action, subject) = (AuditAction::Refused, order.to_string());
        store::audit::insert_seen(&transaction, now, staff.0, action.as_str(), &subject, &look.picture()).await?;
        let is_cancelled = refused.state == StoredState::Cancelled;
        let kind = if is_cancelled { NoticeKind::OrderCancelled } else { NoticeKind::OrderRefused };
        notices::add(&transaction, found.account, Some(&found.exam), kind, now).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(refused.view(now))
    }

    /// What staff did to an order, the newest first, at most [`HISTORY_MAX`] lines.
    pub async fn history(&self, order: OrderId) -> Result<Vec<AuditEntry>, StoreError> {
        history_of(&self.database, &order.to_string()).await
    }

    async fn with_people(&self, orders: Vec<StoredOrder>) -> Result<Vec<Review>, StoreError> {
        let ids: Vec<Uuid> = orders.iter().map(|order| order.account.0).collect();
        let stored = crate::people::store::accounts::get_all(&self.database.client().await?, &ids).await?;
        let people: HashMap<Uuid, Account> = stored
            .iter()
            .map(|account| Ok((account.id, accounts::read(&self.vault, account)?)))
            .collect::<Result<_, StoreError>>()?;
        let now = clock::now();
        let client = self.database.client().await?;
        let numbers: Vec<String> = orders.iter().map(|order| order.id.to_string()).collect();
        let pictures = screenshots::accepted_of(&client, &numbers).await?;
        let mut reviews = Vec::with_capacity(orders.len());
        for order in orders {
            let person = people.get(&order.account.0).ok_or(StoreError::Corrupt("an order without its account"))?;
            let (mut name, mut document) = (person.name.clone(), person.document.clone());
            // An exam that binds people knows who sits it, whatever the account says to be.
            let exam = self.exams.get(&order.exam);
            if exam.is_some_and(|exam| exam.rules.asks_for(&TaskKind::Eligibility))
                && let Some(bound) = bound_person(&client, &self.vault, order.account, &order.exam).await?
            {
                (name, document) = (Some(bound.name), Some(bound.document));
            }
            let picture = pictures.get(&order.id.to_string());
            let look = picture.zip(order.submitted_at).map(|(picture, since)| Look { picture: *picture, since });
            reviews.push(Review {
                look,
                order: order.view(now),
                name,
                document_masked: document.as_ref().map(Document::masked),
                mobile_masked: person.mobile.as_ref().map(Mobile::masked),
            });
        }
        Ok(reviews)
    }
}

/// The order, locked until the transaction ends. One that waits does so with the picture and the form that this member
/// of staff has looked at.
async fn waiting_with(
    transaction: &impl GenericClient,
    staff: StaffId,
    order: OrderId,
    look: &Look,
) -> Result<StoredOrder, DecisionError> {
    let found = orders::get_locked(transaction, order).await?.ok_or(DecisionError::UnknownOrder)?;
    if found.state != StoredState::WaitingReview {
        return Ok(found);
    }
    // Asked for under the lock: a picture is accepted together with a change of the order.
    let picture = screenshots::accepted(transaction, order).await?;
    if picture != Some(look.picture) || found.submitted_at != Some(look.since) {
        return Err(DecisionError::OtherPicture);
    }
    let (action, subject) = (AuditAction::LookedAtPicture, order.to_string());
    match store::audit::has_looked(transaction, staff.0, action.as_str(), &subject, &look.picture()).await? {
        true => Ok(found),
        false => Err(DecisionError::NotLooked),
    }
}

/// What staff did to something, the newest first, at most [`HISTORY_MAX`] lines.
pub(crate) async fn history_of(database: &Database, subject: &str) -> Result<Vec<AuditEntry>, StoreError> {
    let limit = i64::try_from(HISTORY_MAX).expect("a small constant");
    let lines = store::audit::of(&database.client().await?, subject, limit).await?;
    let entry = |line: store::audit::StoredAudit| AuditEntry {
        at: line.at,
        staff: line.staff,
        action: AuditAction::of(line.action),
        seen: line.seen,
    };
    Ok(lines.into_iter().map(entry).collect())
}
