//! The door to payments: attempts to pay, money that came, and refunds. What money means for seats is the orders'
//! business: [`Orders`](crate::seats::Orders) settles it.

pub(crate) mod ask;
mod books;
pub(crate) mod channels;
mod groups;
pub(crate) mod hear;
mod invoices;
pub(crate) mod moves;
mod notified;
mod page;
mod pay;
pub mod reconciliation;
pub(crate) mod refunds;
pub(crate) mod store;

use std::sync::Arc;

use uuid::Uuid;

use crate::application::Applications;
use crate::exams::Exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::fen::Fen;
use crate::model::order::{OrderId, OrderState};
use crate::model::payment::{Method, Payment, PaymentId, PaymentState};
use crate::payments::ask::Asking;
use crate::payments::channels::Channels;
use crate::payments::store::payments::{Ended, Ending, NewPayment};
use crate::pictures::files::PictureFiles;
use crate::seats::store::orders;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use books::{Books, Difference};
pub use gateways::pay::{Bank, BankKind, Form, Start, Surface};
pub use groups::{BadLine, Choice, GroupError, LIST_BYTES_MAX, LOCK_MAX, LineFault, ListError, NewList, ReadList};
pub use invoices::{
    DOCUMENT_BYTES_MAX, Found, INVOICES_MAX, InvoiceBookmark, InvoiceDocument, InvoiceError, InvoicesWanted,
};
pub use notified::{Acknowledgement, NotifiedError};
pub use page::{Attempt, Looking, PaymentPage, Stuck};
pub use pay::{Going, PayRefusal, Payer};
pub use refunds::{HandedBack, REFERENCE_CHARS_MAX, RefundError};

/// Most orders of one payment.
pub const ORDERS_MAX: usize = 500;

/// Why no payment was begun. Refusals first (the payer can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// None, too many, or the same order twice.
    #[error("a payment is for 1 to {ORDERS_MAX} different orders")]
    Orders,
    /// No such order.
    #[error("there is no order {0}")]
    UnknownOrder(OrderId),
    /// Nothing is to be paid for it.
    #[error("order {0} is not to be paid for")]
    NotPayable(OrderId, OrderState),
    /// The amount is not what the order costs.
    #[error("order {0} costs {1}")]
    Amount(OrderId, Fen),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nothing was written down of a payment. Refusals first, faults last.
#[derive(Debug, thiserror::Error)]
pub enum EndError {
    /// No such payment.
    #[error("there is no such payment")]
    UnknownPayment,
    /// It has come to another end.
    #[error("the payment is {0} already")]
    Over(PaymentState),
    /// Another payment has the gateway's reference.
    #[error("another payment has this reference")]
    ReferenceTaken,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The door to payments. Cloning is a reference count.
#[derive(Clone)]
pub struct Payments {
    pub(crate) database: Database,
    pub(crate) exams: Exams,
    /// Says to which school a candidate belongs. Shared, because it is large, and so is every future that holds one.
    pub(crate) applications: Arc<Applications>,
    /// Seals titles of invoices, and keeps their documents.
    pub(crate) vault: Vault,
    pub(crate) files: PictureFiles,
    pub(crate) asking: Asking,
}

impl Payments {
    /// Begins an attempt to pay for unpaid orders, each at what it costs. From now on until the attempt is closed or has
    /// failed, none of them changes its amount.
    pub async fn begin(&self, actor: &Actor, method: Method, of: &[(OrderId, Fen)]) -> Result<Payment, BeginError> {
        let mut of = of.to_vec();
        // Always in the same order, so that two payments cannot wait for each other.
        of.sort_by_key(|(order, _)| *order);
        if of.is_empty() || of.len() > ORDERS_MAX || of.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(BeginError::Orders);
        }
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        for (order, amount) in &of {
            let found = orders::get_locked(&transaction, *order).await?.ok_or(BeginError::UnknownOrder(*order))?;
            let state = found.state_at(now);
            if !matches!(state, OrderState::Unpaid | OrderState::Refused { .. }) {
                return Err(BeginError::NotPayable(*order, state));
            }
            if found.amount != *amount {
                return Err(BeginError::Amount(*order, found.amount));
            }
        }
        let (id, amount) = (PaymentId(Uuid::now_v7()), of.iter().map(|(_, amount)| *amount).sum());
        let new = NewPayment { id, method, amount, state: PaymentState::Created, created_at: now };
        moves::begin(&transaction, actor, &new, &of).await?;
        let begun = store::payments::get(&transaction, id).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(begun.ok_or(StoreError::Corrupt("a payment that was just begun"))?)
    }

    /// The money came: written down before anything is decided about seats. Again: the same answer.
    pub async fn receive(
        &self,
        payment: PaymentId,
        actor: &Actor,
        reference: Option<&str>,
    ) -> Result<Payment, EndError> {
        let at = clock::now();
        self.end(payment, Ending { state: PaymentState::Received, actor, at, reference, reason: None }).await
    }

    /// It came to nothing, and why. Again: the same answer.
    pub async fn fail(&self, payment: PaymentId, actor: &Actor, reason: &str) -> Result<Payment, EndError> {
        let at = clock::now();
        let reason = Some(reason);
        self.end(payment, Ending { state: PaymentState::Failed, actor, at, reference: None, reason }).await
    }

    /// It is given up: no money is expected of it any more. Again: the same answer.
    pub async fn close(&self, payment: PaymentId, actor: &Actor) -> Result<Payment, EndError> {
        let at = clock::now();
        self.end(payment, Ending { state: PaymentState::Closed, actor, at, reference: None, reason: None }).await
    }

    /// All payments of an order, the oldest first.
    pub async fn of_order(&self, order: OrderId) -> Result<Vec<Payment>, StoreError> {
        store::payments::of_order(&self.database.client().await?, order).await
    }

    pub(crate) fn channels(&self) -> &Channels {
        &self.asking.channels
    }

    async fn end(&self, payment: PaymentId, ending: Ending<'_>) -> Result<Payment, EndError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if moves::end(&transaction, payment, &ending).await? == Ended::ReferenceTaken {
            return Err(EndError::ReferenceTaken);
        }
        let now = store::payments::get(&transaction, payment).await?.ok_or(EndError::UnknownPayment)?;
        transaction.commit().await.map_err(StoreError::from)?;
        if now.state == ending.state { Ok(now) } else { Err(EndError::Over(now.state)) }
    }
}
