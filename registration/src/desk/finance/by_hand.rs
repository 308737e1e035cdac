//! What staff give back by hand, and refunds to which nobody agreed in time.

use super::{ALL, Finance, FinanceError};
use crate::desk::audit::AuditAction;
use crate::desk::permits::{Right, demand_somewhere};
use crate::desk::reason::reason;
use crate::desk::staff::StaffMember;
use crate::model::fen::Fen;
use crate::model::payment::PaymentId;
use crate::model::payment::refund::{Refund, RefundId};
use crate::payments::HandedBack;

impl Finance {
    /// Money was given back by a transfer of the school's own. Above `limit` it counts once somebody else says the same,
    /// unless two have agreed to the refund before. The payment that it is of, and what has become of it.
    pub async fn by_hand(
        &self,
        member: &StaffMember,
        id: RefundId,
        (reference, why): (&str, &str),
        limit: Fen,
    ) -> Result<(PaymentId, HandedBack), FinanceError> {
        let payment = self.payment_of(id).await?;
        self.demand_at(member, Right::MoveMoney, payment).await?;
        let why = reason(why)?;
        let done = self.payments.refunded_by_hand(member.id, id, (reference, why), limit).await?;
        let detail = format!("{}: {why}", reference.trim());
        self.did(member, AuditAction::RefundedByHand, payment, Some(&detail)).await?;
        Ok((payment, done))
    }

    /// Somebody else says the same, or takes the note back. The payment that it is of.
    pub async fn decide_by_hand(
        &self,
        member: &StaffMember,
        id: RefundId,
        is_agreed: bool,
    ) -> Result<PaymentId, FinanceError> {
        let payment = self.payment_of(id).await?;
        self.demand_at(member, Right::MoveMoney, payment).await?;
        self.payments.agree_to_hand(member.id, id, is_agreed).await?;
        let action = if is_agreed { AuditAction::AgreedToHand } else { AuditAction::TookHandBack };
        self.did(member, action, payment, None).await?;
        Ok(payment)
    }

    /// Refunds of the last week to which nobody agreed in time, the newest first.
    pub async fn expired(&self, member: &StaffMember) -> Result<Vec<Refund>, FinanceError> {
        demand_somewhere(member, Right::SeeMoney)?;
        let expired = self.payments.expired_refunds(&member.reach.candidates()).await?;
        self.looked(member, AuditAction::LookedAtOpenMoney, ALL).await?;
        Ok(expired)
    }
}
