//! The operator as the second person about money, where a site has nobody else of finance. The audit names the system.

use super::{Finance, FinanceError, subject_of};
use crate::desk::audit::{AuditAction, Entry};
use crate::model::actor::Actor;
use crate::model::ids::StaffId;
use crate::model::payment::PaymentId;
use crate::model::payment::refund::{Refund, RefundId, RefundState};

impl Finance {
    /// Refunds that wait for a second person, to be given or as given back by hand, the first asked for first; at most 50.
    ///
    /// # Errors
    /// [`FinanceError::Store`].
    pub async fn waiting_for_two(&self) -> Result<Vec<Refund>, FinanceError> {
        Ok(self.payments.waiting_for_two().await?)
    }

    /// The operator agrees to what waits of a refund, or does not. The payment that it is of.
    ///
    /// # Errors
    /// [`FinanceError::Unknown`], [`FinanceError::Refund`] where nothing waits, or it has waited for too long, and
    /// [`FinanceError::Store`].
    pub async fn decide_as_operator(&self, id: RefundId, is_agreed: bool) -> Result<PaymentId, FinanceError> {
        let waiting = self.payments.waiting_for_two().await?;
        let is_asked = waiting.iter().any(|refund| refund.id == id && refund.state == RefundState::Asked);
        let action = match (is_asked, is_agreed) {
            (true, true) => AuditAction::AgreedToRefund,
            (true, false) => AuditAction::WithdrewRefund,
            (false, true) => AuditAction::AgreedToHand,
            (false, false) => AuditAction::TookHandBack,
        };
        let operator = None::<StaffId>;
        if is_asked {
            self.payments.agree_to_refund(operator, id, is_agreed).await?;
        } else {
            self.payments.agree_to_hand(operator, id, is_agreed).await?;
        }
        let payment = self.payment_of(id).await?;
        let entry_of = subject_of(payment);
        Entry::new(Actor::System, action, &entry_of).write(&self.database.client().await?).await?;
        Ok(payment)
    }
}
