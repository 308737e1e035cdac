//! Staff sign an account out everywhere: for whoever has lost a phone, or has signed in on one that others have.

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::reason::{NoReason, reason};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::security::{self, Event};
use crate::people::accounts::{AccountNumber, Accounts};
use crate::people::store;
use crate::store::StoreError;

/// Why nobody was signed out. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum SignOutError {
    /// They may not do that with accounts.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The number is of no account.
    #[error("there is no account {0}")]
    Unknown(AccountNumber),
    /// Why it was done must be said, and briefly.
    #[error(transparent)]
    Reason(#[from] NoReason),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Ends every sign-in of the account, and writes down who did and why; its owner is told. The password stays what it is.
    pub async fn sign_out_by_staff(
        &self,
        staff: &StaffMember,
        number: AccountNumber,
        why: &str,
    ) -> Result<(), SignOutError> {
        demand(staff, Right::CorrectAccounts, Scope::Everything)?;
        let reason = reason(why)?;
        let (account, now) = (number.account(), clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let ended = store::accounts::end_sessions(&transaction, account.0).await?;
        ended.ok_or(SignOutError::Unknown(number))?;
        let about = number.to_string();
        let entry = Entry::by_staff(staff.id, AuditAction::AccountSignedOut, &about).at(now).detail(reason);
        entry.write(&transaction).await?;
        messages::add(&transaction, account, None, MessageKind::SignedOutByStaff, now).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        security::note(Event::SignedOutEverywhere, Some(account), None);
        Ok(())
    }
}
