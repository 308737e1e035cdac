//! Whom an account says to be: the one place that knows how accounts keep it.

use deadpool_postgres::GenericClient;

use super::IdentityError;
use super::state::{ClaimRights, Person};
use crate::accounts::{self, Account, AccountId, Accounts};
use crate::store::{self, StoreError};
use crate::vault::Vault;

/// Whom the account says to be, once it said so.
pub(super) fn person(account: &Account) -> Option<Person> {
    Some(Person { name: account.name.clone(), document: account.document.clone().into() })
}

/// What of it the candidate may change.
pub(super) fn rights(_account: &Account) -> ClaimRights {
    ClaimRights::Nothing
}

/// The same as [`person`], and it cannot change before the transaction ends.
pub(super) async fn locked(
    client: &impl GenericClient,
    vault: &Vault,
    account: AccountId,
) -> Result<Option<Person>, StoreError> {
    let stored = store::accounts::lock(client, account.0).await?;
    let account = stored.map(|stored| accounts::read(vault, &stored)).transpose()?;
    Ok(account.as_ref().and_then(person))
}

/// Changes it.
#[allow(clippy::unused_async, reason = "accounts will ask the database")]
pub(super) async fn change(_accounts: &Accounts, _account: &Account, _person: Person) -> Result<(), IdentityError> {
    Err(IdentityError::DocumentIsLogin)
}
