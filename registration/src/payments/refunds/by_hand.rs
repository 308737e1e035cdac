//! Refunds that staff give back by a transfer of their own: of money that came by no channel, or that the channel has said
//! it cannot give back.

use super::{REFERENCE_CHARS_MAX, RefundError, refunds, write};
use crate::desk::audit::looking::could_be_one;
use crate::desk::audit::{AuditAction, Entry};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::fen::Fen;
use crate::model::ids::StaffId;
use crate::model::payment::refund::{ByHand, RefundId, RefundState};
use crate::payments::Payments;
use crate::rules::paying::refund::{Heard, Step};
use crate::store::StoreError;

/// What has become of the word that money was given back by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedBack {
    /// It is in the books.
    Done,
    /// It is noted, and somebody else must say the same.
    Waits,
}

impl Payments {
    /// Staff have given money back by a transfer of their own, of which `reference` and `reason` are written down. Above
    /// `limit`, where nobody else has agreed to the refund before, it counts once a second person
    /// [says the same](Self::agree_to_hand). Again: the same answer.
    pub async fn refunded_by_hand(
        &self,
        staff: StaffId,
        id: RefundId,
        (reference, reason): (&str, &str),
        limit: Fen,
    ) -> Result<HandedBack, RefundError> {
        let reference = read_reference(reference)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let stored = refunds::lock(&transaction, id).await?.ok_or(RefundError::Unknown)?;
        let refund = &stored.refund;
        check(refund.method.has_channel(), refund.state, refund.by_hand.is_some())?;
        if refund.state == RefundState::Done {
            return Ok(HandedBack::Done);
        }
        if refund.by_hand.is_some() {
            // It is for somebody else to agree to what is noted, or to take it back.
            return Ok(HandedBack::Waits);
        }
        let given = ByHand { reference: reference.to_owned(), reason: reason.to_owned(), by: staff };
        refunds::note_hand(&transaction, id, &given).await?;
        let needs_two = refund.amount > limit && !refund.is_agreed();
        if !needs_two {
            write(&transaction, &stored, &Heard::ByHand, clock::now()).await?;
        }
        let (subject, number) = (refund.order.to_string(), id.number());
        let detail = format!("{reference}: {reason}");
        let entry = Entry::by_staff(staff, AuditAction::RefundedByHand, &subject).seen(&number);
        entry.detail(detail.as_str()).write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(if needs_two { HandedBack::Waits } else { HandedBack::Done })
    }

    /// Somebody else says, too, that the money was given back as it is noted; or that it was not, and the note is taken back.
    /// `None` is the operator, who is nobody of the staff.
    pub async fn agree_to_hand(
        &self,
        staff: impl Into<Option<StaffId>>,
        id: RefundId,
        is_agreed: bool,
    ) -> Result<(), RefundError> {
        let staff = staff.into();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let stored = refunds::lock(&transaction, id).await?.ok_or(RefundError::Unknown)?;
        let Some(given) = stored.refund.by_hand.as_ref().filter(|_| !stored.refund.state.is_final()) else {
            return Err(RefundError::Moved(stored.refund.state));
        };
        if let (true, Some(staff)) = (is_agreed, staff) {
            if given.by == staff {
                return Err(RefundError::SamePerson);
            }
            if could_be_one(&transaction, given.by, staff).await? {
                return Err(RefundError::Tied);
            }
            refunds::agree(&transaction, id, Some(staff)).await?;
        }
        if is_agreed {
            if !matches!(write(&transaction, &stored, &Heard::ByHand, clock::now()).await?, Step::End(..)) {
                return Err(RefundError::Moved(stored.refund.state));
            }
        } else {
            refunds::forget_hand(&transaction, id).await?;
        }
        let action = if is_agreed { AuditAction::AgreedToHand } else { AuditAction::TookHandBack };
        let (subject, number) = (stored.refund.order.to_string(), id.number());
        let by = staff.map_or(Actor::System, Actor::Staff);
        Entry::new(by, action, &subject).seen(&number).write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }
}

/// May a refund that stands there be given back by hand?
fn check(has_channel: bool, state: RefundState, is_by_hand: bool) -> Result<(), RefundError> {
    match state {
        RefundState::Due if !has_channel => Ok(()),
        RefundState::Abnormal => Ok(()),
        RefundState::Done if is_by_hand || !has_channel => Ok(()),
        RefundState::Closed | RefundState::Asked if !has_channel => Err(RefundError::Moved(state)),
        _ => Err(RefundError::ByChannel),
    }
}

fn read_reference(text: &str) -> Result<&str, RefundError> {
    let trimmed = text.trim();
    let is_right =
        !trimmed.is_empty() && trimmed.chars().count() <= REFERENCE_CHARS_MAX && !trimmed.chars().any(char::is_control);
    if is_right { Ok(trimmed) } else { Err(RefundError::Reference) }
}
