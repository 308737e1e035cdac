//! Staff correct who an account says to be: for who signed up with a wrong number, which is their login, or whose verified
//! name was wrong.

use std::collections::HashSet;

use deadpool_postgres::GenericClient;

use crate::application;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::reason::{NoReason, reason};
use crate::desk::staff::StaffMember;
use crate::eligibility;
use crate::model::clock;
use crate::model::document::{Document, DocumentKind};
use crate::model::login::LoginName;
use crate::model::person::PersonName;
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::{Account, AccountNumber, Accounts};
use crate::people::identity;
use crate::people::store;
use crate::store::StoreError;

/// What a correction brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrected {
    /// Does the candidate sign in by another number from now on?
    pub has_new_login: bool,
    /// Was there an identity, verified or waiting, that must be proved anew?
    pub must_prove: bool,
    /// How many forms that had passed their review wait for it again.
    pub reviews: u64,
}

/// Why nothing was corrected. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum CorrectError {
    /// They may not correct accounts.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The number is of no account.
    #[error("there is no account {0}")]
    Unknown(AccountNumber),
    /// Why it was done must be said, and briefly.
    #[error(transparent)]
    Reason(#[from] NoReason),
    /// Name and document are what they were.
    #[error("name and document are what they were")]
    Same,
    /// Another account signs in by this document.
    #[error("another account signs in by this document")]
    Taken,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Accounts that staff are shown of one document.
const FOUND_MAX: i64 = 5;

impl Accounts {
    /// The accounts that staff mean: the one of this account number, or those bound to a person with a document of this
    /// number, then those that say to have it; at most five. Each is looked at, and that is written down.
    pub async fn named_by(&self, staff: &StaffMember, text: &str) -> Result<Vec<Account>, CorrectError> {
        demand(staff, Right::CorrectAccounts, Scope::Everything)?;
        if let Ok(number) = text.parse::<AccountNumber>() {
            return Ok(self.looked_at(staff, number).await?.into_iter().collect());
        }
        let found = self.of_document(text).await?;
        let client = self.database.client().await?;
        for account in &found {
            looked(&client, staff, account.number).await?;
        }
        Ok(found)
    }

    /// The account of this number, for staff who put it right; that they looked is written down.
    pub async fn looked_at(&self, staff: &StaffMember, number: AccountNumber) -> Result<Option<Account>, CorrectError> {
        demand(staff, Right::CorrectAccounts, Scope::Everything)?;
        let account = self.account(number.account()).await?;
        if account.is_some() {
            looked(&self.database.client().await?, staff, number).await?;
        }
        Ok(account)
    }

    async fn of_document(&self, text: &str) -> Result<Vec<Account>, StoreError> {
        let client = self.database.client().await?;
        let mut found = Vec::new();
        for document in DocumentKind::ALL.iter().filter_map(|kind| Document::parse(*kind, text).ok()) {
            for id in eligibility::accounts_of(&client, &self.vault, &document, None, FOUND_MAX).await? {
                found.extend(store::accounts::get(&client, id.0).await?);
            }
            let index = self.login_index(&LoginName::Document(document));
            found.extend(store::accounts::of_declared(&client, &index, FOUND_MAX).await?);
        }
        let mut seen = HashSet::new();
        found.retain(|stored| seen.insert(stored.id));
        found.truncate(usize::try_from(FOUND_MAX).expect("a small constant"));
        let read = |stored| crate::people::accounts::read(&self.vault, stored);
        found.iter().map(read).collect()
    }

    /// Sets name and document, and the login with them, all or nothing, and writes down who did and why. Whatever was proved or
    /// compared with the old ones must be proved and compared again; seats and payments stay.
    pub async fn correct(
        &self,
        staff: &StaffMember,
        number: AccountNumber,
        name: PersonName,
        document: Document,
        why: &str,
    ) -> Result<Corrected, CorrectError> {
        demand(staff, Right::CorrectAccounts, Scope::Everything)?;
        let reason = reason(why)?;
        let account = number.account();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let stored = store::accounts::lock(&transaction, account.0).await?;
        let before = crate::people::accounts::read(&self.vault, &stored.ok_or(CorrectError::Unknown(number))?)?;
        let changed = before.differs_in(&name, &document);
        if changed.is_empty() {
            return Err(CorrectError::Same);
        }
        let login = LoginName::Document(document.clone());
        let has_new_login =
            changed.contains(&"document") && store::account_logins::has(&transaction, login.kind(), account.0).await?;
        if has_new_login {
            store::account_logins::remove(&transaction, login.kind(), account.0).await?;
            let index = self.login_index(&login);
            if !store::account_logins::insert(&transaction, login.kind(), &index, account.0).await? {
                return Err(CorrectError::Taken);
            }
        }
        self.write_declared(&transaction, account, &name, &document).await?;
        let must_prove = identity::forget(&transaction, account).await?;
        let now = clock::now();
        let reviews = application::is_somebody_else(&transaction, account, &changed, now).await?;
        let (about, detail) = (number.to_string(), format!("{}: {reason}", changed.join(" ")));
        let entry = Entry::by_staff(staff.id, AuditAction::AccountCorrected, &about).at(now).detail(&*detail);
        entry.write(&transaction).await?;
        messages::add(&transaction, account, None, MessageKind::AccountCorrected, now).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(Corrected { has_new_login, must_prove, reviews })
    }
}

/// Writes down that an account was looked at.
async fn looked(client: &impl GenericClient, staff: &StaffMember, number: AccountNumber) -> Result<(), StoreError> {
    Entry::by_staff(staff.id, AuditAction::LookedAtAccount, &number.to_string()).write(client).await
}
