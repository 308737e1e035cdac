//! An account's e-mail address: changed with the password and a captcha, and only once the new mailbox was proved.

use deadpool_postgres::GenericClient;
use jiff::SignedDuration;

use super::security::{self, Event};
use super::{Account, Accounts, Act, Caller, ChangeError, read, sealed_context};
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::login::{Email, LoginName};
use crate::outbox::messages::MessageKind;
use crate::people::accounts::proof::codes::count_sending;
use crate::people::accounts::proof::letters::LetterKind;
use crate::people::accounts::proof::links::LinkPurpose;
use crate::people::store;
use crate::store::StoreError;

/// What became of a change of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is changed: the site sends no letters, so it stays unproved.
    Now,
    /// A letter is on its way: its link changes it.
    Letter,
}

/// Why an address stayed as it was. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum EmailChangeError {
    /// A letter went to this address lately.
    #[error("this address must wait for its next letter")]
    Wait {
        /// When it may get the next.
        retry_after: SignedDuration,
    },
    /// Another account signs in by it, on a site that sends no letters.
    #[error("another account signs in by this address")]
    Taken,
    /// Anything else that keeps an account as it was.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

impl From<StoreError> for EmailChangeError {
    fn from(error: StoreError) -> Self {
        Self::Change(error.into())
    }
}

/// Why a letter's link did nothing. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// It was used, or a later one was.
    #[error("the link has been used")]
    Used,
    /// Its time is over.
    #[error("the link has expired")]
    Expired,
    /// It was cut off, or expired so long ago that nothing is known of it.
    #[error("there is no such link")]
    Unknown,
    /// The address has an account by now.
    #[error("the address has an account")]
    Taken,
    /// From the network that the sign-up came from as many accounts were made as may be on one day. The link stays good.
    #[error("from the form's network as many accounts were made as may be today")]
    Network,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Asks for another address, for who knows the password. What the page says is the same when another account has
    /// the address: its mailbox is told.
    pub async fn change_email(
        &self,
        account: AccountId,
        password: &str,
        email: &Email,
        caller: &Caller<'_>,
    ) -> Result<Changed, EmailChangeError> {
        let repeat = self.vault.index("change e-mail", &format!("{} {}", account.0, email.folded()));
        if let Err(error) = self.pass(Act::Forgotten, "", caller) {
            // The same form sent twice: its captcha is used, and its letter is on its way.
            let is_again = !caller.captcha.is_empty() && self.was_sent_now(&repeat).await?;
            return if is_again { Ok(Changed::Letter) } else { Err(ChangeError::from(error).into()) };
        }
        self.confirm(account, password).await?;
        if !self.ways().mail {
            return self.set_unproved_email(account, email).await;
        }
        self.send_verification(account, email).await?;
        store::account_sendings::insert(&self.database.client().await?, &repeat, clock::now()).await?;
        Ok(Changed::Letter)
    }

    /// Sends the letter that proves the address which the account has already.
    pub async fn verify_email_again(&self, account: &Account) -> Result<(), EmailChangeError> {
        let Some(email) = account.email.as_ref().filter(|_| self.ways().mail) else { return Ok(()) };
        self.send_verification(account.id, email).await
    }

    async fn send_verification(&self, account: AccountId, email: &Email) -> Result<(), EmailChangeError> {
        let name = LoginName::Email(email.clone());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if let Some(retry_after) = count_sending(&transaction, &self.mail_subject(email), clock::now()).await? {
            return Err(EmailChangeError::Wait { retry_after });
        }
        let owners = store::account_logins::find(&transaction, &[(name.kind(), self.login_index(&name))]).await?;
        let is_other = owners.iter().any(|owner| *owner != account.0);
        let purpose = LinkPurpose::Email;
        let token = self.new_link(&transaction, purpose, Some(account.0), email.expose()).await?;
        let (kind, path) = match is_other {
            true => (LetterKind::Taken, "/forgotten".to_owned()),
            false => (LetterKind::Verify, purpose.path(&token)),
        };
        self.leave_letter(&transaction, kind, Some(account), (email, path)).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    async fn set_unproved_email(&self, account: AccountId, email: &Email) -> Result<Changed, EmailChangeError> {
        let name = LoginName::Email(email.clone());
        let sealed = self.vault.seal(&sealed_context("email", account.0), email.expose().as_bytes());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let before = store::accounts::lock(&transaction, account.0).await?.ok_or(ChangeError::Gone)?;
        store::account_logins::remove(&transaction, name.kind(), account.0).await?;
        let index = self.login_index(&name);
        if !store::account_logins::insert(&transaction, name.kind(), &index, account.0).await? {
            return Err(EmailChangeError::Taken);
        }
        store::accounts::set_email(&transaction, account.0, &sealed, None).await?;
        self.tell_of_new_email(&transaction, &read(&self.vault, &before).map_err(ChangeError::from)?, email).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(Changed::Now)
    }

    /// Is the link of a letter good? The address that it proves.
    pub async fn look_at_email(&self, token: &str) -> Result<Email, LinkError> {
        let link = self.link(LinkPurpose::Email, token).await?;
        Ok(link.email()?)
    }

    /// Makes the address that a letter's link proves the account's. A link that did so already has done it.
    pub async fn finish_email(&self, token: &str) -> Result<Account, LinkError> {
        let link = match self.link(LinkPurpose::Email, token).await {
            Err(LinkError::Used) => return self.proved_by(token).await?.ok_or(LinkError::Used),
            found => found?,
        };
        let account = link.account.ok_or(LinkError::Unknown)?;
        let email = link.email()?;
        let name = LoginName::Email(email.clone());
        let sealed = self.vault.seal(&sealed_context("email", account), email.expose().as_bytes());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let before = store::accounts::lock(&transaction, account).await?.ok_or(LinkError::Unknown)?;
        self.take_link(&transaction, LinkPurpose::Email, token).await?;
        store::account_logins::remove(&transaction, name.kind(), account).await?;
        let index = self.login_index(&name);
        if !store::account_logins::insert(&transaction, name.kind(), &index, account).await? {
            return Err(LinkError::Taken);
        }
        store::accounts::set_email(&transaction, account, &sealed, Some(clock::now())).await?;
        let now = store::accounts::get(&transaction, account).await?.ok_or(LinkError::Unknown)?;
        let (before, now) = (read(&self.vault, &before)?, read(&self.vault, &now)?);
        self.tell_of_new_email(&transaction, &before, &email).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        security::note(Event::EmailChanged, Some(now.id), None);
        Ok(now)
    }

    /// Tells where the account was reached before that its address is another one: in the old mailbox, and on the mobile,
    /// because the new mailbox is no way to tell the owner. Nothing where no other address was proved before.
    async fn tell_of_new_email(
        &self,
        transaction: &impl GenericClient,
        before: &Account,
        email: &Email,
    ) -> Result<(), StoreError> {
        if before.email_verified_at.is_none() || before.email.as_ref() == Some(email) {
            return Ok(());
        }
        self.tell_former_mailbox(transaction, before, MessageKind::EmailReplaced).await?;
        self.tell_former_mobile(transaction, before, MessageKind::EmailReplaced).await
    }

    /// The account whose proved address is that of a link which was used.
    async fn proved_by(&self, token: &str) -> Result<Option<Account>, StoreError> {
        let Some(link) = self.spent_link(LinkPurpose::Email, token).await? else { return Ok(None) };
        let Some(account) = link.account else { return Ok(None) };
        let (account, email) = (self.account(AccountId(account)).await?, link.email()?);
        let is_proved =
            |account: &Account| account.email_verified_at.is_some() && account.email.as_ref() == Some(&email);
        Ok(account.filter(is_proved))
    }
}
