//! What candidates change of their own accounts: password, mobile, name and document; and signing out everywhere.

pub(crate) mod former;

use deadpool_postgres::GenericClient;
use jiff::SignedDuration;

use super::mobiles::SharedMobile;
use super::security::{self, Event};
use super::{Account, Accounts, Caller, sealed_context};
use crate::application;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::ids::AccountId;
use crate::model::login::LoginName;
use crate::model::person::{Mobile, PersonName};
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::proof::codes::{CodeError, Purpose};
use crate::people::store;
use crate::people::store::accounts::StoredAccount;
use crate::secrets::captcha::CaptchaError;
use crate::secrets::passwords::Password;
use crate::store::StoreError;

/// Wrong passwords of somebody who is signed in, before they must wait.
const WRONG_FREE: u32 = 5;

/// Why an account stayed as it was. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The form needs a captcha.
    #[error(transparent)]
    Captcha(#[from] CaptchaError),
    /// It is not the account's password.
    #[error("the password is wrong")]
    Password,
    /// The code is not the one that was sent, has expired, or was tried too often.
    #[error("the code is not the one that was sent, or no longer good")]
    Code,
    /// Others have the mobile, of which the code was right. The code stays good.
    #[error(transparent)]
    Mobile(#[from] SharedMobile),
    /// Too many wrong passwords.
    #[error("too many wrong passwords")]
    TooMany {
        /// When the next attempt is looked at.
        retry_after: SignedDuration,
    },
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// There is no such account.
    #[error("there is no such account")]
    Gone,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a name or a document stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// The identity is verified: only staff change it.
    #[error("the identity is verified")]
    Verified,
    /// The document number is a login: only staff change it.
    #[error("the document number is a login")]
    DocumentIsLogin,
    /// There is no such account.
    #[error("there is no such account")]
    Gone,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Sets another password, for who knows the old one. The account as it is then: every session of before is over.
    pub async fn change_password(&self, account: AccountId, old: &str, new: &Password) -> Result<Account, ChangeError> {
        self.confirm(account, old).await?;
        let hash = self.hasher.hash(new).await.map_err(|_| ChangeError::Busy)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let changed = self.set_password(&transaction, account.0, &hash).await?.ok_or(ChangeError::Gone)?;
        transaction.commit().await.map_err(StoreError::from)?;
        security::note(Event::PasswordChanged, Some(account), None);
        Ok(changed)
    }

    /// Ends every session. The epoch of those that begin now.
    pub async fn sign_out_everywhere(&self, account: AccountId) -> Result<Option<i32>, StoreError> {
        security::note(Event::SignedOutEverywhere, Some(account), None);
        store::accounts::end_sessions(&self.database.client().await?, account.0).await
    }

    /// Sends a code to a mobile that is to become this account's.
    pub async fn send_mobile_code(
        &self,
        account: AccountId,
        mobile: &Mobile,
        caller: &Caller<'_>,
    ) -> Result<(), CodeError> {
        self.send_code(Purpose::Mobile, &self.change_subject(account, mobile), mobile, caller).await
    }

    /// Sets another mobile number, for who knows the password and, where the site sends codes, the code. One that is
    /// the account's already is so: the form was sent twice.
    pub async fn change_mobile(
        &self,
        account: AccountId,
        password: &str,
        (mobile, code): (&Mobile, &str),
        shares: bool,
    ) -> Result<(), ChangeError> {
        let is_proved = self.ways().sms;
        let subject = self.change_subject(account, mobile);
        let known = super::read(&self.vault, &self.confirm(account, password).await?)?;
        if is_proved && known.mobile_verified_at.is_some() && known.mobile.as_ref() == Some(mobile) {
            return Ok(());
        }
        if is_proved && !self.try_code(Purpose::Mobile, &subject, code).await? {
            return Err(ChangeError::Code);
        }
        if is_proved {
            self.may_share(&self.database.client().await?, mobile, Some(account.0), shares).await??;
        }
        let sealed = self.vault.seal(&sealed_context("mobile", account.0), mobile.expose().as_bytes());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let before = store::accounts::lock(&transaction, account.0).await?.ok_or(ChangeError::Gone)?;
        let before = super::read(&self.vault, &before)?;
        if is_proved {
            if !self.take_code(&transaction, Purpose::Mobile, &subject, code).await? {
                return Err(ChangeError::Code);
            }
            self.prove_mobile(&transaction, mobile, account.0).await?;
        } else {
            store::account_mobiles::remove(&transaction, account.0).await?;
        }
        store::accounts::set_mobile(&transaction, account.0, &sealed, is_proved.then(clock::now)).await?;
        messages::add(&transaction, account, None, MessageKind::MobileChanged, clock::now()).await?;
        if before.mobile.as_ref() != Some(mobile) {
            self.tell_former_mobile(&transaction, &before, MessageKind::MobileReplaced).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        security::note(Event::MobileChanged, Some(account), None);
        Ok(())
    }

    /// Sets name and document as the candidate states them. Refused while a verified identity stands, and for the
    /// document while it is a login. A document that is only declared need not be unique.
    pub async fn declare(&self, account: AccountId, name: PersonName, document: Document) -> Result<(), DeclareError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let stored = store::accounts::lock(&transaction, account.0).await?.ok_or(DeclareError::Gone)?;
        if store::identities::is_verified(&transaction, account.0).await? {
            return Err(DeclareError::Verified);
        }
        let before = super::read(&self.vault, &stored)?;
        if before.document.as_ref() != Some(&document)
            && store::account_logins::has(&transaction, "document", account.0).await?
        {
            return Err(DeclareError::DocumentIsLogin);
        }
        self.write_declared(&transaction, account, &name, &document).await?;
        let changed = before.differs_in(&name, &document);
        application::is_somebody_else(&transaction, account, &changed, clock::now()).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Writes name and document, sealed.
    pub(super) async fn write_declared(
        &self,
        transaction: &impl GenericClient,
        account: AccountId,
        name: &PersonName,
        document: &Document,
    ) -> Result<(), StoreError> {
        let seal = |field: &str, text: &str| self.vault.seal(&sealed_context(field, account.0), text.as_bytes());
        let (sealed_name, sealed_document) = (seal("name", name.expose()), seal("document", &document.keyed()));
        let index = self.login_index(&LoginName::Document(document.clone()));
        store::accounts::set_declared(transaction, account.0, &sealed_name, &sealed_document, &index).await
    }

    /// Does the candidate sign in by the document number, so that only staff can change it?
    pub async fn signs_in_by_document(&self, account: AccountId) -> Result<bool, StoreError> {
        store::account_logins::has(&self.database.client().await?, "document", account.0).await
    }

    /// Is this the account's password? Counted, so that who finds a telephone unlocked cannot try many.
    pub(super) async fn confirm(&self, account: AccountId, password: &str) -> Result<StoredAccount, ChangeError> {
        let count = self.vault.index("attempts confirm", &account.0.to_string());
        self.attempts.begin(count, WRONG_FREE).map_err(|retry_after| ChangeError::TooMany { retry_after })?;
        let stored = store::accounts::get(&self.database.client().await?, account.0).await?;
        let stored = stored.ok_or(ChangeError::Gone)?;
        let fits = self.hasher.verify(password, Some(stored.password_hash.clone())).await;
        if !fits.map_err(|_| ChangeError::Busy)? {
            return Err(ChangeError::Password);
        }
        self.attempts.forget(&count);
        Ok(stored)
    }

    fn change_subject(&self, account: AccountId, mobile: &Mobile) -> [u8; 32] {
        self.vault.index("change mobile", &format!("{} {}", account.0, mobile.expose()))
    }
}
