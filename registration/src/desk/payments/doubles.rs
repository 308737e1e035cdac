//! Other pictures that are the one that waits, or of the same payment. Who may not see where they are learns only that
//! there are some.

use uuid::Uuid;

use super::pictured::{Expected, Reading, compared};
use super::{Reviews, ScreenshotError, may_see};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::CaseKind;
use crate::desk::cases::CaseError;
use crate::desk::permits::{Right, demand_about, permits_about};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::pictures::readings;
use crate::pictures::store::screenshots;
use crate::seats::store::orders;
use crate::seats::store::orders::StoredOrder;

/// Most of them that are shown.
pub const DOUBLES_MAX: i64 = 6;

/// Another picture that is the one that waits, or of the same payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Double {
    /// Its name, to [look](Reviews::double) at it.
    pub picture: Uuid,
    /// Where it was handed in.
    pub place: Place,
    /// It is the same picture, or looks so.
    pub is_alike: bool,
    /// It shows the same transaction's number.
    pub has_same_number: bool,
}

/// Where another picture was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// For the same order, before.
    Before,
    /// For another one.
    Order {
        /// The number of that order.
        order: OrderId,
        /// It is the same candidate's: one payment may be for both.
        is_own: bool,
        /// What it costs.
        amount: Fen,
    },
    /// For an order of an exam that this member of staff does not see.
    Hidden,
}

impl Place {
    fn of(may_see_it: bool, order: &StoredOrder, other: &screenshots::Other) -> Self {
        if other.order == order.id {
            return Self::Before;
        }
        match may_see_it {
            true => Self::Order { order: other.order, is_own: other.account == order.account, amount: other.amount },
            false => Self::Hidden,
        }
    }
}

impl Reviews {
    /// Other pictures that are the newest one of this order, or of the same payment, at most [`DOUBLES_MAX`].
    pub async fn doubles(&self, member: &StaffMember, order: OrderId) -> Result<Vec<Double>, CaseError> {
        let Some((order, picture)) = self.pictured(order).await? else { return Ok(Vec::new()) };
        may_see::<CaseError>(&self.database.client().await?, member, &order).await?;
        let found = self.readings.doubles(picture, DOUBLES_MAX).await?;
        let client = self.database.client().await?;
        let mut doubles = Vec::with_capacity(found.len());
        for double in found {
            let about = (Some(&double.other.exam), double.other.account);
            let is_theirs = permits_about(&client, member, Right::See(CaseKind::Payment), about).await?;
            doubles.push(Double {
                picture: double.other.picture,
                place: Place::of(is_theirs, &order, &double.other),
                is_alike: double.is_alike,
                has_same_number: double.has_same_number,
            });
        }
        Ok(doubles)
    }

    /// One of the [doubles](Self::doubles), a JPEG. Who looked is written down with the order that it was handed in for, and
    /// beside which one: before it is shown, and not when it cannot be.
    pub async fn double(
        &self,
        member: &StaffMember,
        order: OrderId,
        picture: Uuid,
    ) -> Result<Vec<u8>, ScreenshotError> {
        let (order, shown) = self.pictured(order).await?.ok_or(ScreenshotError::NoPicture)?;
        may_see::<ScreenshotError>(&self.database.client().await?, member, &order).await?;
        let found = self.readings.doubles(shown, DOUBLES_MAX).await?;
        let double = found.into_iter().find(|double| double.other.picture == picture);
        let other = double.ok_or(ScreenshotError::NoPicture)?.other;
        let about = (Some(&other.exam), other.account);
        let client = self.database.client().await?;
        demand_about::<ScreenshotError>(&client, member, Right::See(CaseKind::Payment), about).await?;
        drop(client);
        let jpeg = self.screenshots.read(other.order, other.picture).await?;
        let (subject, seen, beside) = (other.order.to_string(), picture.to_string(), order.id.to_string());
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtPicture, &subject).seen(&seen).detail(&*beside);
        entry.write(&self.database.client().await?).await?;
        Ok(jpeg)
    }

    /// What the machine read on the newest picture of an order, beside what is expected.
    pub async fn reading(&self, member: &StaffMember, order: OrderId) -> Result<Reading, CaseError> {
        let Some((order, picture)) = self.pictured(order).await? else { return Ok(Reading::Off) };
        may_see::<CaseError>(&self.database.client().await?, member, &order).await?;
        let said = match self.readings.of(picture).await? {
            readings::Reading::Off => return Ok(Reading::Off),
            readings::Reading::Waiting => return Ok(Reading::Waiting),
            readings::Reading::Unread => return Ok(Reading::Unread),
            readings::Reading::Read(said) => said,
        };
        let exam = self.exams.get(&order.exam);
        let handed_in = order.submitted_at.unwrap_or_else(clock::now);
        let expected = Expected {
            amount: order.amount,
            payees: exam.as_ref().map_or(&[], |exam| &exam.rules.payment.payees),
            from: order.created_at,
            until: exam.as_ref().map_or(handed_in, |exam| handed_in.min(exam.payment_deadline)),
        };
        Ok(Reading::Read(Box::new(compared(said, &expected))))
    }

    /// An order and its picture that was accepted last.
    pub(super) async fn pictured(
        &self,
        order: OrderId,
    ) -> Result<Option<(StoredOrder, Uuid)>, crate::store::StoreError> {
        let client = self.database.client().await?;
        let Some(found) = orders::get(&client, order).await? else { return Ok(None) };
        Ok(screenshots::accepted(&client, order).await?.map(|picture| (found, picture)))
    }
}
