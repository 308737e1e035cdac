//! The operator as the second person about money, where a site has nobody else of finance. The audit names the system.

use super::{Finance, FinanceError};
use crate::model::ids::StaffId;
use crate::model::payment::PaymentId;
use crate::model::payment::refund::{Refund, RefundId, RefundState};
use crate::payments::store::refunds;

/// Most refunds that are listed.
pub const WAITING_FOR_TWO_MAX: usize = 50;

impl Finance {
    /// Refunds that wait for a second person, to be given or as given back by hand, the first asked for first; at most
    /// [`WAITING_FOR_TWO_MAX`].
    ///
    /// # Errors
    /// [`FinanceError::Store`].
    pub async fn waiting_for_two(&self) -> Result<Vec<Refund>, FinanceError> {
        let limit = i64::try_from(WAITING_FOR_TWO_MAX).expect("a small constant");
        Ok(self.payments.waiting_for_two(limit).await?)
    }

    /// The operator agrees to what waits of a refund, or does not. The payment that it is of.
    ///
    /// # Errors
    /// [`FinanceError::Unknown`], [`FinanceError::Refund`] where nothing waits, or it has waited for too long, and
    /// [`FinanceError::Store`].
    pub async fn decide_as_operator(&self, id: RefundId, is_agreed: bool) -> Result<PaymentId, FinanceError> {
        let found = refunds::get(&self.database.client().await?, id).await?.ok_or(FinanceError::Unknown)?;
        let operator = None::<StaffId>;
        // Whether it still stands so is looked at once more, under its lock.
        if found.refund.state == RefundState::Asked {
            self.payments.agree_to_refund(operator, id, is_agreed).await?;
        } else {
            self.payments.agree_to_hand(operator, id, is_agreed).await?;
        }
        Ok(found.refund.payment)
    }
}
