//! What was granted to whoever sits an exam, as far as seats are concerned.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;
use seating::Needs;

use crate::model::ids::AccountId;
use crate::store::StoreError;

/// What these candidates of an exam were granted; whoever needs nothing is not among them. Nobody is yet: an exam has no way of
/// asking for accommodations, and everything that arranges seats asks here.
pub(super) async fn needs_of(
    _client: &impl GenericClient,
    _exam: &ExamId,
    _accounts: &[AccountId],
) -> Result<HashMap<AccountId, Needs>, StoreError> {
    Ok(HashMap::new())
}
