//! Staff move a registration from one account to another, whose numbers the candidate tells them: for who has lost both
//! password and mailbox.

use deadpool_postgres::GenericClient;

use crate::application;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::eligibility::store::bindings;
use crate::eligibility::store::score_reviews;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::{AccountNumber, Accounts};
use crate::people::identity;
use crate::people::store;
use crate::pictures::store::identity_pictures;
use crate::seats::store::orders::change;
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// What was moved from one account to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebound {
    /// How many orders went with it.
    pub orders: u64,
}

/// Why nothing was moved. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum RebindError {
    /// They may not move registrations.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// One of the numbers is of no account.
    #[error("there is no account {0}")]
    Unknown(AccountNumber),
    /// Both numbers are the same.
    #[error("both numbers are of the same account")]
    Same,
    /// The other account has a registration for one of the exams itself.
    #[error("the other account has a registration for the same exam")]
    Conflict,
    /// Nothing is there to be moved.
    #[error("the account has no registration")]
    Nothing,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Moves everything that is registered under `from` to `to`, all or nothing, and writes down who did. `from` is
    /// signed out everywhere.
    pub async fn rebind(
        &self,
        staff: &StaffMember,
        from: AccountNumber,
        to: AccountNumber,
    ) -> Result<Rebound, RebindError> {
        demand(staff, Right::MoveRegistrations, Scope::Everything)?;
        if from == to {
            return Err(RebindError::Same);
        }
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        // Always in the same order, so that two of staff cannot wait for each other.
        let mut both = [from, to];
        both.sort_by_key(|number| number.account());
        for number in both {
            let found = store::accounts::lock(&transaction, number.account().0).await?;
            found.ok_or(RebindError::Unknown(number))?;
        }
        let moved = move_rows(&transaction, &self.vault, (from.account(), to.account())).await?;
        store::accounts::end_sessions(&transaction, from.account().0).await?;
        let now = clock::now();
        let both = [(from, AuditAction::AccountMovedTo, to), (to, AuditAction::AccountMovedFrom, from)];
        for (subject, action, other) in both {
            let (about, other) = (subject.to_string(), other.to_string());
            Entry::by_staff(staff.id, action, &about).at(now).detail(&*other).write(&transaction).await?;
            messages::add(&transaction, subject.account(), None, MessageKind::RegistrationMoved, now).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(moved)
    }
}

/// Every table that belongs to an account, in one place. The holds of moved orders keep their names at the engine: an
/// order says itself which holds are its own.
async fn move_rows(
    transaction: &impl GenericClient,
    vault: &Vault,
    (from, to): (AccountId, AccountId),
) -> Result<Rebound, RebindError> {
    let registrations = conflicts(application::move_rows(transaction, vault, from, to).await)?;
    application::store::accommodations::rebind(transaction, from, to).await?;
    identity_pictures::rebind_photos(transaction, from.0, to.0).await?;
    conflicts(bindings::rebind(transaction, from, to).await)?;
    conflicts(score_reviews::rebind(transaction, from, to).await)?;
    // What staff have looked at had another account's name beside it.
    change::wait_anew(transaction, from, None, clock::now()).await?;
    let orders = conflicts(change::rebind(transaction, from, to).await)?;
    if orders + registrations == 0 {
        return Err(RebindError::Nothing);
    }
    // A person is verified in one account only: the other one can be it now.
    identity::forget(transaction, from).await?;
    Ok(Rebound { orders })
}

/// [`RebindError::Conflict`] where a unique constraint says that the other account has such a row already.
fn conflicts<T>(moved: Result<T, StoreError>) -> Result<T, RebindError> {
    const IN_THE_WAY: [&str; 4] =
        ["orders_one_live", "bindings_one_per_account", "score_reviews_one_per_account", "applications_pkey"];
    moved.map_err(|error| match error {
        StoreError::Postgres(fault) if IN_THE_WAY.iter().any(|name| fault.violates(name)) => RebindError::Conflict,
        error => error.into(),
    })
}
