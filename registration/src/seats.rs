//! The door to orders: taking seats, giving them back, handing in the picture of the payment.
//!
//! An order is a row in Postgres, its seats are holds in the engine, and no transaction spans the two. So each way
//! is written in an order that a crash between any two steps leaves something that the next call, or a job, can
//! finish: seats are taken before the row is written (a hold without a row lapses, or is recovered); a hold is
//! noted in the row before it is frozen (a frozen one never lapses); an order is ended in the row, with its seats
//! owed, before the engine is told.

mod catch_up;
mod choose_other;
mod confirm;
mod dependants;
mod drop_seat;
mod error;
mod exchange;
mod hand_in;
mod hold;
mod hold_more;
mod paid;
mod pictures;
pub(crate) mod store;
mod take;
mod withdraw;

use jiff::Timestamp;
use reservation::engine::{Engine, HoldError};
use reservation::hold::Hold;
use reservation::ids::{ExamId, SittingId};

use crate::application::Applications;
use crate::exams::Exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderState};
use crate::model::payment::group::GroupLock;
use crate::payments::ask::{Asking, Ended};
use crate::payments::store::group_payments;
use crate::people::store::payer_looks;
use crate::pictures::screenshots::Screenshots;
use crate::pictures::uploads::Uploads;
use crate::rules::choosing::{self, DropRefusal};
use crate::seats::store::orders::{StoredOrder, change};
use crate::store::{Database, StoreError};

pub use choose_other::{ChooseOtherError, Instead};
pub use confirm::ConfirmError;
pub use drop_seat::DropError;
pub use error::OrderError;
pub use hand_in::HandInError;
pub(crate) use hold::from_network::turns::Turns;
pub use hold::waiting::Joined;
pub use pictures::ReceiveError;
pub use withdraw::{WithdrawError, Withdrawal};

/// Most orders that a candidate's page shows.
pub const ORDERS_MAX: usize = 50;
/// Most orders of a candidate in one exam that are looked at: live ones, and those whose seats are still owed.
const OPEN_MAX: i64 = 40;

/// Why seats were not given back.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The candidate has no such order.
    #[error("there is no such order")]
    UnknownOrder,
    /// Something was handed in for it, so that only staff may end it; or the money has just come.
    #[error("the order is past giving back")]
    Paid(OrderState),
    /// The candidate's school is about to pay for it.
    #[error("the candidate's school pays for the order until {}", .0.until)]
    Locked(GroupLock),
    /// A payment of it is under way, and the channel cannot say what becomes of it: try again in a moment.
    #[error("a payment of the order is under way")]
    Paying,
    /// The exam's rules keep it: it has the last subject of its part, or one that another order needs.
    #[error(transparent)]
    Kept(DropRefusal),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The door to orders. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Orders {
    pub(crate) database: Database,
    pub(crate) engine: Engine,
    pub(crate) exams: Exams,
    pub(crate) screenshots: Screenshots,
    pub(crate) applications: Applications,
    pub(crate) uploads: Uploads,
    /// Asks channels after payments, and closes them.
    pub(crate) asking: Asking,
    /// Whose seats are counted by network, one after another.
    pub(crate) turns: Turns,
}

impl Orders {
    /// The account's live orders of an exam (unpaid, waiting, refused or confirmed), oldest first; at most as many as
    /// one can have.
    pub async fn live(&self, account: AccountId, exam: &ExamId) -> Result<Vec<Order>, StoreError> {
        let open = store::orders::open(&self.database.client().await?, account, exam, OPEN_MAX).await?;
        let mut orders = Vec::with_capacity(open.len());
        for order in open.into_iter().filter(|order| !order.seats_owed) {
            orders.push(self.catch_up(order).await?.view(clock::now()));
        }
        orders.retain(|order| order.state.is_live());
        orders.sort_by_key(|order| (order.created_at, order.id));
        Ok(orders)
    }

    /// One of the account's orders.
    pub async fn get(&self, account: AccountId, order: OrderId) -> Result<Option<Order>, StoreError> {
        Ok(self.own(account, order).await?.map(|order| order.view(clock::now())))
    }

    /// The account's orders, newest first, at most [`ORDERS_MAX`].
    pub async fn of(&self, account: AccountId) -> Result<Vec<Order>, StoreError> {
        let limit = i64::try_from(ORDERS_MAX).expect("a small constant");
        let found = store::orders::of_account(&self.database.client().await?, account, limit).await?;
        let mut orders = Vec::with_capacity(found.len());
        for order in found {
            orders.push(self.catch_up(order).await?.view(clock::now()));
        }
        Ok(orders)
    }

    /// The account's orders whose clock runs, and what else is live in the same exams; mostly nothing. What has died on
    /// the way is left to whoever reads the order itself.
    pub async fn running(&self, account: AccountId) -> Result<Vec<Order>, StoreError> {
        let found = store::orders::running(&self.database.client().await?, account, OPEN_MAX).await?;
        let mut orders: Vec<Order> = found.into_iter().map(|order| order.view(clock::now())).collect();
        orders.retain(|order| order.state.is_live());
        Ok(orders)
    }

    /// Gives the seats of an unpaid order back. Again: the same answer. A lapsed or cancelled order stays as it is.
    pub async fn release(&self, account: AccountId, order: OrderId) -> Result<Order, ReleaseError> {
        let order = self.own(account, order).await?.ok_or(ReleaseError::UnknownOrder)?;
        let id = order.id;
        if let Some(lock) = group_payments::lock_of(&self.database.client().await?, id, clock::now()).await? {
            return Err(ReleaseError::Locked(lock));
        }
        match self.asking.end_all(id, &Actor::Candidate(account)).await? {
            Ended::All => {}
            Ended::Paid => return Err(ReleaseError::Paid(order.state_at(clock::now()))),
            Ended::NotYet => return Err(ReleaseError::Paying),
        }
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        store::orders::lock(&transaction, account, &order.exam).await?;
        if let Some(page) = self.exams.get(&order.exam)
            && order.state_at(clock::now()) == OrderState::Unpaid
        {
            let live = take::live_orders(&transaction, &order).await?;
            let seats: Vec<SittingId> = order.sittings.iter().map(|seat| seat.sitting.clone()).collect();
            choosing::check_drop(&page, &live.iter().collect::<Vec<&Order>>(), &seats).map_err(ReleaseError::Kept)?;
        }
        let is_released = change::release(&transaction, id).await?;
        // Asked under the order's lock, which whoever makes a list takes, too.
        if let Some(lock) = group_payments::lock_of(&transaction, id, clock::now()).await?.filter(|_| is_released) {
            return Err(ReleaseError::Locked(lock));
        }
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        if is_released {
            self.return_seats(&order).await?;
        }
        let order = self.own(account, id).await?.ok_or(ReleaseError::UnknownOrder)?.view(clock::now());
        if order.state.is_live() { Err(ReleaseError::Paid(order.state)) } else { Ok(order) }
    }

    /// Writes down that a candidate is shown their own whole number, to pay for this order.
    pub async fn note_payer_look(&self, account: AccountId, order: OrderId) -> Result<(), StoreError> {
        payer_looks::insert(&self.database.client().await?, account, order, clock::now()).await
    }

    /// One of the account's orders, as time has decided it.
    async fn own(&self, account: AccountId, order: OrderId) -> Result<Option<StoredOrder>, StoreError> {
        let found = store::orders::get(&self.database.client().await?, order).await?;
        match found {
            Some(order) if order.account == account => self.catch_up(order).await.map(Some),
            _ => Ok(None),
        }
    }
}

/// Why the engine gave no seats, in words that orders and hand-ins share.
enum Refusal {
    Full { sitting: SittingId, next_release_at: Option<Timestamp> },
    NotOpen { opens_at: Option<Timestamp>, closes_at: Option<Timestamp> },
    GroupTaken(SittingId),
    Begun(SittingId),
    UnknownExam(ExamId),
    UnknownSitting(SittingId),
    NotAdmitted,
    Unavailable(String),
}

impl From<HoldError> for Refusal {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Full { sitting, next_release_at } => Self::Full { sitting, next_release_at },
            HoldError::NotOpen { opens_at, closes_at } => Self::NotOpen { opens_at, closes_at },
            HoldError::GroupTaken(sitting) => Self::GroupTaken(sitting),
            HoldError::Begun { sitting, .. } => Self::Begun(sitting),
            HoldError::UnknownExam(exam) => Self::UnknownExam(exam),
            HoldError::UnknownSitting(sitting) => Self::UnknownSitting(sitting),
            HoldError::NotAdmitted(_) => Self::NotAdmitted,
            HoldError::Unavailable(why) => Self::Unavailable(why),
            // None of these answers a request for seats; if one does, the two crates disagree.
            other @ (HoldError::UnknownHold(_)
            | HoldError::Expired(_)
            | HoldError::OtherReference(_)
            | HoldError::Invalid { .. }) => Self::Unavailable(other.to_string()),
        }
    }
}

/// The shown deadline of holds that were taken together: the earliest, should they differ.
fn deadline(holds: &[Hold]) -> Timestamp {
    holds.iter().map(|hold| hold.expires_at).min().unwrap_or_else(clock::now)
}
