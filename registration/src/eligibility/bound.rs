//! Who is bound to an account, and which accounts a person is bound to.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use super::state::frozen;
use super::store::bindings::StoredBinding;
use super::{keys, store};
use crate::model::document::Document;
use crate::model::ids::AccountId;
use crate::model::person::PersonName;
use crate::model::roster::{RosterRecord, name_key};
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// The accounts that a person is bound to, in whatever exam, the newest binding first; with `name`, only where the
/// record has that name.
pub(crate) async fn accounts_of(
    client: &impl GenericClient,
    vault: &Vault,
    document: &Document,
    name: Option<&PersonName>,
    limit: i64,
) -> Result<Vec<AccountId>, StoreError> {
    let mut accounts = Vec::new();
    for binding in store::bindings::of_person(client, &keys::document(vault, document), limit).await? {
        let record = frozen(vault, &binding)?;
        if name.is_none_or(|name| name_key(name) == name_key(&record.name)) && !accounts.contains(&binding.account) {
            accounts.push(binding.account);
        }
    }
    Ok(accounts)
}

/// The accounts that are bound in an exam to people with these documents; those without an account are not among them.
pub(crate) async fn accounts_of_all(
    client: &impl GenericClient,
    vault: &Vault,
    exam: &ExamId,
    documents: &[Document],
) -> Result<HashMap<Document, Vec<AccountId>>, StoreError> {
    let of_index: HashMap<keys::Index, &Document> =
        documents.iter().map(|document| (keys::document(vault, document), document)).collect();
    let indexes: Vec<&[u8]> = of_index.keys().map(|index| &index[..]).collect();
    let mut found: HashMap<Document, Vec<AccountId>> = HashMap::new();
    for (index, account) in store::bindings::accounts_of(client, exam, &indexes).await? {
        let document = keys::Index::try_from(index.as_slice()).ok().and_then(|index| of_index.get(&index));
        if let Some(document) = document {
            found.entry((*document).clone()).or_default().push(account);
        }
    }
    Ok(found)
}

/// The person that an account is bound to in an exam, if there is one.
pub(crate) async fn bound_person(
    client: &impl GenericClient,
    vault: &Vault,
    account: AccountId,
    exam: &ExamId,
) -> Result<Option<RosterRecord>, StoreError> {
    let binding = store::bindings::get(client, exam, account).await?;
    binding.map(|(binding, _)| frozen(vault, &binding)).transpose()
}

/// The people that accounts are bound to, each in its exam.
pub(crate) async fn bound_people(
    client: &impl GenericClient,
    vault: &Vault,
    pairs: &[(ExamId, AccountId)],
) -> Result<Vec<((ExamId, AccountId), RosterRecord)>, StoreError> {
    let bindings = if pairs.is_empty() { Vec::new() } else { store::bindings::get_all(client, pairs).await? };
    let read = |binding: StoredBinding| {
        let record = frozen(vault, &binding)?;
        Ok(((binding.exam, binding.account), record))
    };
    bindings.into_iter().map(read).collect()
}
