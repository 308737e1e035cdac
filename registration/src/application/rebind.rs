//! Moving what was done for exams from one account to another.

use deadpool_postgres::GenericClient;

use super::{APPLICATIONS_MAX, context};
use crate::application::store;
use crate::model::ids::AccountId;
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// Moves all applications, sealed anew for the account that gets them. How many. One that the other account has begun
/// and not handed in gives way.
pub(crate) async fn move_rows(
    transaction: &impl GenericClient,
    vault: &Vault,
    from: AccountId,
    to: AccountId,
) -> Result<u64, StoreError> {
    let limit = i64::try_from(APPLICATIONS_MAX).expect("a small constant");
    let mut moved = 0;
    for stored in store::applications::of_account(transaction, from, limit).await? {
        let seal_anew = |part: &str, sealed: &Option<Vec<u8>>| -> Result<Option<Vec<u8>>, StoreError> {
            let Some(sealed) = sealed else { return Ok(None) };
            let plain = vault.open(&context(part, &stored.exam, from), sealed)?;
            Ok(Some(vault.seal(&context(part, &stored.exam, to), &plain)))
        };
        let draft = seal_anew("draft", &stored.draft)?;
        let details = seal_anew("details", &stored.details)?;
        let before = seal_anew("details", &stored.details_before)?;
        store::applications::rebind(transaction, &stored, to, [draft, details, before]).await?;
        moved += 1;
    }
    Ok(moved)
}
