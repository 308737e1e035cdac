//! Whom an account declares to be, which nobody has verified: the one place that knows how accounts keep it.

use deadpool_postgres::GenericClient;

use super::IdentityError;
use crate::model::ids::AccountId;
use crate::people::accounts;
use crate::people::accounts::{Account, Accounts, DeclareError};
use crate::people::identity::state::{DeclareRights, Person};
use crate::people::store;
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// Whom the account says to be, once it said so.
pub(super) fn person(account: &Account) -> Option<Person> {
    Some(Person { name: account.name.clone()?, document: account.document.clone()? })
}

/// What of it the candidate may change while nothing is verified.
pub(super) async fn rights(accounts: &Accounts, account: AccountId) -> Result<DeclareRights, StoreError> {
    let is_login = accounts.signs_in_by_document(account).await?;
    Ok(if is_login { DeclareRights::Name } else { DeclareRights::Both })
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

/// Changes it, unless it is verified or a login.
pub(super) async fn change(accounts: &Accounts, account: AccountId, person: Person) -> Result<(), IdentityError> {
    accounts.declare(account, person.name, person.document).await.map_err(|error| match error {
        DeclareError::Verified => IdentityError::AlreadyVerified,
        DeclareError::DocumentIsLogin => IdentityError::DocumentIsLogin,
        DeclareError::Gone => IdentityError::NotDeclared,
        DeclareError::Store(error) => error.into(),
    })
}
