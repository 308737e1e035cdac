//! Refunds that need a second person: agreed to, withdrawn, or over because nobody agreed in time.

use deadpool_postgres::Transaction;
use jiff::Timestamp;

use super::{RefundError, StoredRefund, refunds, write};
use crate::desk::audit::looking::could_be_one;
use crate::desk::audit::{AuditAction, Entry};
use crate::model::actor::{Actor, Within};
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::model::payment::refund::{AGREED_WITHIN, Refund, RefundId, RefundState};
use crate::payments::Payments;
use crate::payments::store::settlements;
use crate::rules::paying::refund::Heard;
use crate::store::StoreError;

/// Most refunds that are ended in one round.
const ENDED_MAX: i64 = 50;
/// So long lists tell of those that are over, and how many of them.
const TOLD_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);
const TOLD_MAX: i64 = 50;

impl Payments {
    /// A second member of staff agrees to a refund, or withdraws it: then what has bought no seat is settled anew. `None` is the
    /// operator, who is nobody of them: what the operator does is in the audit with it, or not done.
    pub async fn agree_to_refund(
        &self,
        staff: impl Into<Option<StaffId>>,
        id: RefundId,
        is_agreed: bool,
    ) -> Result<(), RefundError> {
        let staff: Option<StaffId> = staff.into();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let stored = refunds::lock(&transaction, id).await?.ok_or(RefundError::Unknown)?;
        if stored.refund.state != RefundState::Asked {
            return Err(RefundError::Moved(stored.refund.state));
        }
        if let (true, Actor::Staff(asker), Some(staff)) = (is_agreed, &stored.refund.asked_by, staff) {
            if *asker == staff {
                return Err(RefundError::SamePerson);
            }
            if could_be_one(&transaction, *asker, staff).await? {
                return Err(RefundError::Tied);
            }
        }
        if is_agreed && stored.refund.agree_until().is_some_and(|until| clock::now() >= until) {
            // The job that ends it is about to come.
            return Err(RefundError::Expired);
        }
        if is_agreed || staff.is_some() {
            refunds::agree(&transaction, id, staff).await?;
        }
        if is_agreed {
            write(&transaction, &stored, &Heard::Agreed, clock::now()).await?;
        } else {
            not_agreed(&transaction, &stored, clock::now()).await?;
        }
        if staff.is_none() {
            let action = if is_agreed { AuditAction::AgreedToRefund } else { AuditAction::WithdrewRefund };
            let (subject, number) = (format!("payment.{}", stored.refund.payment.number()), id.number());
            Entry::new(Actor::System, action, &subject).seen(&number).write(&transaction).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        self.asking.hearing.wake.notify_one();
        Ok(())
    }

    /// Refunds that wait for a second person, to be given or as given back by hand, the first asked for first.
    pub(crate) async fn waiting_for_two(&self, limit: i64) -> Result<Vec<Refund>, StoreError> {
        let found = refunds::waiting_for_two(&self.database.client().await?, limit).await?;
        Ok(found.into_iter().map(|stored| stored.refund).collect())
    }

    /// Refunds of the last week to which nobody agreed in time, the newest first, at most 50.
    pub(crate) async fn expired_refunds(&self, within: &Within) -> Result<Vec<Refund>, StoreError> {
        let client = self.database.client().await?;
        let found = refunds::expired(&client, clock::now() - TOLD_FOR, within, TOLD_MAX).await?;
        Ok(found.into_iter().map(|stored| stored.refund).collect())
    }

    /// Ends refunds to which nobody agreed in time: money that has bought a seat stays where it is, other money is settled
    /// anew; either may be asked for again.
    pub(super) async fn end_unagreed(&self) -> Result<(), StoreError> {
        let now = clock::now();
        let client = self.database.client().await?;
        let waiting = refunds::asked_before(&client, now - AGREED_WITHIN, ENDED_MAX).await?;
        drop(client);
        for id in waiting {
            self.end_one(id).await?;
        }
        Ok(())
    }

    async fn end_one(&self, id: RefundId) -> Result<(), StoreError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let Some(stored) = refunds::lock(&transaction, id).await? else { return Ok(()) };
        // Somebody may have decided meanwhile.
        if stored.refund.agree_until().is_none_or(|until| now < until) {
            return Ok(());
        }
        not_agreed(&transaction, &stored, now).await?;
        refunds::note_expired(&transaction, id).await?;
        let (subject, amount) =
            (format!("payment.{}", stored.refund.payment.number()), stored.refund.amount.to_string());
        let entry = Entry::new(Actor::System, AuditAction::RefundExpired, &subject);
        entry.detail(amount.as_str()).write(&transaction).await?;
        transaction.commit().await?;
        metrics::counter!("registration_refunds_expired_total").increment(1);
        Ok(())
    }
}

/// Ends a refund to which nobody agreed. Money that has bought no seat is neither a seat nor a refund then: it is settled anew.
async fn not_agreed(transaction: &Transaction<'_>, stored: &StoredRefund, now: Timestamp) -> Result<(), StoreError> {
    write(transaction, stored, &Heard::NotAgreed, now).await?;
    if !stored.is_of_seat {
        settlements::reopen(transaction, (stored.refund.payment, stored.refund.order), now).await?;
    }
    Ok(())
}
