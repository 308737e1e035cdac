//! Accounts that staff keep because of a dispute, whatever the rule says: with a reason, until somebody lets them go again.

use super::store::retention_holds as rows;
use super::{Held, Retention, RetentionError};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::people::accounts::AccountNumber;
use crate::store::StoreError;

/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 300;
/// Most that are listed: the newest.
pub const LISTED_MAX: i64 = 200;

impl Retention {
    /// The accounts that are kept, the newest first.
    ///
    /// # Errors
    /// [`RetentionError::Forbidden`] and [`RetentionError::Store`].
    pub async fn held(&self, member: &StaffMember) -> Result<Vec<Held>, RetentionError> {
        demand(member, Right::SetRetention, Scope::Everything)?;
        Ok(rows::newest(&self.database.client().await?, LISTED_MAX).await?)
    }

    /// Keeps an account.
    ///
    /// # Errors
    /// [`RetentionError::Forbidden`], [`RetentionError::Reason`], [`RetentionError::Unknown`] and [`RetentionError::Store`].
    pub async fn hold(&self, member: &StaffMember, account: AccountNumber, reason: &str) -> Result<(), RetentionError> {
        demand(member, Right::SetRetention, Scope::Everything)?;
        let reason = reason.trim();
        let is_fit = (1..=REASON_CHARS_MAX).contains(&reason.chars().count()) && !reason.contains(char::is_control);
        if !is_fit {
            return Err(RetentionError::Reason);
        }
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !rows::put(&transaction, account.account().0, reason, member.id, now).await? {
            return Err(RetentionError::Unknown);
        }
        let subject = account.to_string();
        let entry = Entry::by_staff(member.id, AuditAction::HeldAccount, &subject).at(now);
        entry.detail(reason).write(&transaction).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// Keeps it no more than the rule says.
    ///
    /// # Errors
    /// [`RetentionError::Forbidden`], [`RetentionError::Unknown`] and [`RetentionError::Store`].
    pub async fn let_go(&self, member: &StaffMember, account: AccountNumber) -> Result<(), RetentionError> {
        demand(member, Right::SetRetention, Scope::Everything)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !rows::delete(&transaction, account.account().0).await? {
            return Err(RetentionError::Unknown);
        }
        let subject = account.to_string();
        Entry::by_staff(member.id, AuditAction::LetAccountGo, &subject).write(&transaction).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }
}
