//! What accounts are found by, kept as keyed indexes: made anew for whatever a trigger has noted, by a job and before a search.

use std::collections::HashSet;

use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::Candidates;
use super::store::{candidate_keys, candidate_keys_due, candidate_keys_sweep};
use crate::eligibility::state::frozen;
use crate::eligibility::store::bindings;
use crate::model::ids::AccountId;
use crate::model::login::Email;
use crate::model::person::{Mobile, PersonName};
use crate::people::accounts::{self, masked};
use crate::people::identity;
use crate::people::store::{accounts as stored_accounts, identities};
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// Changes of one transaction, for which whoever searches may wait.
const BATCH: i64 = 100;

pub(super) fn name(vault: &Vault, name: &PersonName) -> candidate_keys::Key {
    ("name", vault.index("candidate.name", &name.key()))
}

pub(super) fn mobile(vault: &Vault, mobile: &Mobile) -> candidate_keys::Key {
    ("mobile", vault.index("candidate.mobile", mobile.expose()))
}

pub(super) fn email(vault: &Vault, email: &Email) -> candidate_keys::Key {
    ("email", vault.index("candidate.email", &email.folded()))
}

impl Candidates {
    /// Makes all keys that are due, and then those of accounts that were there before keys were kept, and those that were made by
    /// earlier rules.
    pub(crate) async fn index(&self) -> Result<(), StoreError> {
        while self.index_batch(true).await? == usize::try_from(BATCH).expect("a small constant") {}
        Ok(())
    }

    /// Makes some that are due: what was changed a moment ago is found at once.
    pub(super) async fn index_some(&self) -> Result<(), StoreError> {
        self.index_batch(false).await.map(drop)
    }

    /// Makes some keys, and says for how many changes. Where none are due and `sweeps`, those of accounts that were there before, and
    /// then those of earlier rules.
    async fn index_batch(&self, sweeps: bool) -> Result<usize, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let behind = candidate_keys_sweep::lock(&transaction).await?;
        let mut due = candidate_keys_due::take(&transaction, BATCH).await?;
        if sweeps && due.is_empty() {
            if let Some(behind) = behind {
                let last = candidate_keys_due::add_behind(&transaction, behind, BATCH).await?;
                candidate_keys_sweep::go_on(&transaction, last).await?;
            } else {
                candidate_keys_due::add_of_earlier_rules(&transaction, BATCH).await?;
            }
            due = candidate_keys_due::take(&transaction, BATCH).await?;
        }
        let count = due.len();
        due.sort_unstable();
        due.dedup();
        self.make(&transaction, &due).await?;
        transaction.commit().await?;
        Ok(count)
    }

    /// Makes the keys of these accounts. What of them cannot be opened has none, and keeps nobody else from theirs.
    async fn make(&self, transaction: &Transaction<'_>, accounts: &[Uuid]) -> Result<(), StoreError> {
        if accounts.is_empty() {
            return Ok(());
        }
        let mut keys: HashSet<(Uuid, candidate_keys::Key)> = HashSet::new();
        let mut there = HashSet::new();
        for stored in stored_accounts::get_all(transaction, accounts).await? {
            there.insert(stored.id);
            let Some(account) = opened(stored.id, accounts::read(&self.vault, &stored)) else { continue };
            keys.extend(account.name.iter().map(|one| (stored.id, name(&self.vault, one))));
            keys.extend(account.mobile.iter().map(|one| (stored.id, mobile(&self.vault, one))));
            keys.extend(account.email.iter().map(|one| (stored.id, email(&self.vault, one))));
        }
        let verified = identities::get_all(transaction, accounts).await?;
        for stored in verified.iter().filter(|stored| stored.name.is_some()) {
            let person = opened(stored.account, identity::open(&self.vault, stored));
            keys.extend(person.map(|person| (stored.account, name(&self.vault, &person.name))));
        }
        for binding in bindings::of_accounts(transaction, accounts, None).await? {
            let record = opened(binding.account.0, frozen(&self.vault, &binding));
            keys.extend(record.map(|record| (binding.account.0, name(&self.vault, &record.name))));
        }
        let keys: Vec<_> = keys.into_iter().filter(|(account, _)| there.contains(account)).collect();
        candidate_keys::replace(transaction, accounts, &keys).await
    }
}

/// What was opened of an account; of what was not there is a line.
fn opened<T>(account: Uuid, opened: Result<T, StoreError>) -> Option<T> {
    let log = |error: &StoreError| {
        tracing::warn!(account = masked(AccountId(account)), %error, "nobody is found by what does not open");
    };
    opened.inspect_err(log).ok()
}
