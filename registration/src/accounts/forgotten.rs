//! A forgotten password, and a forgotten account. The answer is the same whether there is an account or not; what is
//! sent leaves after the answer.

use std::collections::HashSet;

use jiff::SignedDuration;
use uuid::Uuid;

use super::codes::{CODE_LIFETIME, CodeError, Purpose, Spends, count_sending, new_code};
use super::links::LinkPurpose;
use super::{Account, AccountId, AccountNumber, Accounts, Act, Caller, LinkError, letters, read};
use crate::captcha::CaptchaError;
use crate::clock;
use crate::document::Document;
use crate::eligibility;
use crate::exam_rules::LoginKind;
use crate::login::{Email, LoginName, Username};
use crate::passwords::Password;
use crate::person::PersonName;
use crate::staff::{Role, StaffMember};
use crate::store::{self, StoreError};

/// Accounts that one search shows.
const FOUND_MAX: i64 = 3;
/// Searches for one document, from wherever, before they must wait.
const SEARCHES_FREE: u32 = 5;

/// Where to look for what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// In the mailbox that was typed.
    Letter,
    /// On the mobile that was typed.
    Code,
    /// In the mailbox or on the mobile of the account, whichever it has.
    Either,
}

/// Why nothing was sent or found. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ForgottenError {
    /// The form needs a captcha.
    #[error(transparent)]
    Captcha(#[from] CaptchaError),
    /// The text is no login name of any kind.
    #[error("this is no login name")]
    NoLogin,
    /// Asked for too often.
    #[error("this must wait")]
    TooMany {
        /// When to ask again.
        retry_after: SignedDuration,
    },
    /// We failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the password stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The code is not the one that was sent, has expired, or was tried too often.
    #[error("the code is not the one that was sent, or no longer good")]
    Code,
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// The link is not good.
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// Why staff got no code to tell. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum StaffCodeError {
    /// Only administrators tell codes.
    #[error("only administrators tell codes")]
    Forbidden,
    /// The number is of no account.
    #[error("there is no account {0}")]
    Unknown(AccountNumber),
    /// We failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<StoreError> for ResetError {
    fn from(error: StoreError) -> Self {
        Self::Link(error.into())
    }
}

/// An account that was found: what it signs in by, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAccount {
    /// The e-mail address.
    pub email: Option<String>,
    /// The user name.
    pub username: Option<String>,
    /// The mobile number, when it is a login.
    pub mobile: Option<String>,
    /// Does the document number itself sign in?
    pub by_document: bool,
}

impl Accounts {
    /// Sends a link or a code for another password to whoever has this login name, if anybody has.
    pub async fn forgot_password(
        &self,
        login: &str,
        preferred: LoginKind,
        caller: &Caller<'_>,
    ) -> Result<Way, ForgottenError> {
        self.pass(Act::Forgotten, login, caller)?;
        self.note(Act::Forgotten, caller);
        let names = LoginName::recognise(login, preferred);
        let first = names.first().ok_or(ForgottenError::NoLogin)?;
        let way = match first {
            LoginName::Email(_) => Way::Letter,
            LoginName::Mobile(_) => Way::Code,
            LoginName::Document(_) | LoginName::Username(_) => Way::Either,
        };
        let subject = self.password_subject(first);
        let code = new_code();
        // Counted and kept under what was typed, so that it is the same without an account.
        match self.put_code(Purpose::Password, &subject, &subject, &code, Spends::Nothing).await {
            Err(CodeError::TooMany { retry_after }) => return Err(ForgottenError::TooMany { retry_after }),
            Err(CodeError::Store(error)) => return Err(error.into()),
            Ok(()) | Err(CodeError::Captcha(_) | CodeError::Number | CodeError::Sending | CodeError::Budget) => {}
        }
        let account = {
            let client = self.database.client().await?;
            match store::account_logins::find(&client, &self.name_indexes(&names)).await? {
                Some(id) => store::accounts::get(&client, id).await?,
                None => None,
            }
        };
        let account = account.map(|account| read(&self.vault, &account)).transpose()?;
        self.send_reset(account, way, code).await?;
        Ok(way)
    }

    /// A link to the mailbox if there is one and it was asked for or proved, else the code to the proved mobile. Without
    /// an account a link is made too, for the time it takes, and thrown away.
    async fn send_reset(&self, account: Option<Account>, way: Way, code: String) -> Result<(), StoreError> {
        let email = account.as_ref().and_then(|account| {
            let is_theirs = way == Way::Letter || account.email_verified_at.is_some();
            account.email.clone().filter(|_| is_theirs && way != Way::Code)
        });
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if let (Some(account), Some(email)) = (&account, email) {
            let token = self.new_link(&transaction, LinkPurpose::Password, Some(account.id.0), email.expose()).await?;
            let allowed = count_sending(&transaction, &self.mail_subject(&email), clock::now()).await?.is_none();
            transaction.commit().await?;
            if allowed && self.ways().mail {
                self.post.send_later(letters::password(&email, &self.post.links(&LinkPurpose::Password.path(&token))));
            }
            return Ok(());
        }
        let nobody = self.new_link(&transaction, LinkPurpose::SignUp, None, "").await;
        let mobile = account.filter(|account| account.mobile_verified_at.is_some()).and_then(|account| account.mobile);
        let subject = mobile.as_ref().map_or([0; 32], |mobile| self.mobile_subject(mobile));
        let allowed = count_sending(&transaction, &subject, clock::now()).await?.is_none();
        nobody?;
        let allowed = allowed && self.spend(&transaction).await?;
        match mobile {
            Some(mobile) if allowed => {
                transaction.commit().await?;
                self.post.send_code_later(mobile.expose().to_owned(), code);
            }
            _ => transaction.rollback().await?,
        }
        Ok(())
    }

    /// A code for another password, which staff tell a candidate whom no message reaches: good as long as one that is
    /// sent, and in its place. The candidate types it where one that was sent goes.
    pub async fn code_by_staff(&self, staff: &StaffMember, number: AccountNumber) -> Result<String, StaffCodeError> {
        if staff.role != Role::Administrator {
            return Err(StaffCodeError::Forbidden);
        }
        let account = number.account();
        let subject = self.told_subject(account.0);
        let (code, now) = (new_code(), clock::now());
        let hash = self.code_hash(Purpose::Password, &subject, &code);
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        store::accounts::lock(&transaction, account.0).await?.ok_or(StaffCodeError::Unknown(number))?;
        let purpose = Purpose::Password.as_str();
        store::account_codes::put(&transaction, purpose, &subject, &hash, now + CODE_LIFETIME).await?;
        store::audit::insert(&transaction, now, staff.id.0, "account_code_told", &number.to_string()).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(code)
    }

    /// Sets another password for whoever has this login name and was sent this code, or told it by staff.
    pub async fn reset_by_code(
        &self,
        login: &str,
        preferred: LoginKind,
        code: &str,
        password: &Password,
    ) -> Result<Account, ResetError> {
        let names = LoginName::recognise(login, preferred);
        let sent = names.first().map_or([0; 32], |name| self.password_subject(name));
        let client = self.database.client().await?;
        let account = store::account_logins::find(&client, &self.name_indexes(&names)).await?;
        drop(client);
        let told = account.map_or([0; 32], |account| self.told_subject(account));
        // Both are tried, so that it takes the same time whatever there is.
        let is_sent = self.try_code(Purpose::Password, &sent, code).await?;
        let is_told = self.try_code(Purpose::Password, &told, code).await?;
        let subject = match (is_sent, is_told) {
            (true, _) => sent,
            (false, true) => told,
            (false, false) => return Err(ResetError::Code),
        };
        let hash = self.hasher.hash(password).await.map_err(|_| ResetError::Busy)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !self.take_code(&transaction, Purpose::Password, &subject, code).await? {
            return Err(ResetError::Code);
        }
        let found = store::account_logins::find(&transaction, &self.name_indexes(&names)).await?;
        let account = found.ok_or(ResetError::Code)?;
        let account = self.set_password(&transaction, account, &hash).await?.ok_or(ResetError::Code)?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(account)
    }

    /// Is the link of a letter good?
    pub async fn look_at_reset(&self, token: &str) -> Result<Email, LinkError> {
        let link = self.link(LinkPurpose::Password, token).await?;
        Ok(link.payload.parse().map_err(|_| StoreError::Corrupt("a link's address"))?)
    }

    /// Sets another password through the link of a letter; whoever has it has the mailbox.
    pub async fn reset_by_link(&self, token: &str, password: &Password) -> Result<Account, ResetError> {
        let link = self.link(LinkPurpose::Password, token).await?;
        let account = link.account.ok_or(LinkError::Unknown)?;
        let hash = self.hasher.hash(password).await.map_err(|_| ResetError::Busy)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        self.take_link(&transaction, LinkPurpose::Password, token).await?;
        let before = self.set_password(&transaction, account, &hash).await?.ok_or(LinkError::Unknown)?;
        let is_same = before.email.as_ref().is_some_and(|email| link.payload.parse().as_ref() == Ok(email));
        if is_same && before.email_verified_at.is_none() {
            store::accounts::verify_email(&transaction, account, clock::now()).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(before)
    }

    /// Which accounts are of this person, those bound to them in an exam first, and what they sign in by, masked. None is
    /// the same as another name.
    pub async fn forgot_account(
        &self,
        name: &PersonName,
        document: &Document,
        caller: &Caller<'_>,
    ) -> Result<Vec<FoundAccount>, ForgottenError> {
        self.pass(Act::Forgotten, "", caller)?;
        self.note(Act::Forgotten, caller);
        let index = self.login_index(&LoginName::Document(document.clone()));
        let searches = self.vault.index("attempts search", document.expose());
        self.attempts.begin(searches, SEARCHES_FREE).map_err(|retry_after| ForgottenError::TooMany { retry_after })?;
        let client = self.database.client().await?;
        let mut found = Vec::new();
        let bound = eligibility::accounts_of(&client, &self.vault, document, Some(name), FOUND_MAX).await?;
        let mut all = Vec::new();
        for id in &bound {
            all.extend(store::accounts::get(&client, id.0).await?);
        }
        all.extend(store::accounts::of_claim(&client, &index, FOUND_MAX).await?);
        let mut seen = HashSet::new();
        for stored in all.into_iter().filter(|stored| seen.insert(stored.id)) {
            let account = read(&self.vault, &stored)?;
            if bound.contains(&account.id) || account.name.as_ref().is_some_and(|known| known.key() == name.key()) {
                let by_document = store::account_logins::has(&client, "document", stored.id).await?;
                let mobile = store::account_logins::has(&client, "mobile", stored.id).await?;
                found.push(FoundAccount {
                    email: account.email.as_ref().map(Email::masked),
                    username: account.username.as_ref().map(Username::masked),
                    mobile: account.mobile.filter(|_| mobile).map(|mobile| mobile.masked()),
                    by_document,
                });
            }
        }
        Ok(found)
    }

    /// Another password: every session is over, and every link for one too. The account as it is then.
    pub(super) async fn set_password(
        &self,
        transaction: &impl deadpool_postgres::GenericClient,
        account: Uuid,
        hash: &str,
    ) -> Result<Option<Account>, StoreError> {
        let Some(_) = store::accounts::set_password(transaction, account, hash).await? else { return Ok(None) };
        let purpose = LinkPurpose::Password.as_str();
        store::account_links::take_all(transaction, account, purpose, clock::now()).await?;
        let stored = store::accounts::get(transaction, account).await?;
        stored.map(|stored| read(&self.vault, &stored)).transpose()
    }

    /// What letters to this address are counted under.
    pub(super) fn mail_subject(&self, email: &Email) -> [u8; 32] {
        self.vault.index("sending mail", &email.folded())
    }

    /// What a code is kept under that staff told.
    fn told_subject(&self, account: Uuid) -> [u8; 32] {
        self.vault.index("code told by staff", &account.to_string())
    }

    fn password_subject(&self, name: &LoginName) -> [u8; 32] {
        self.vault.index("forgotten password", &format!("{}:{}", name.kind(), name.folded()))
    }

    /// Wrong passwords of before do not stand in the way of who proved to be the owner.
    pub fn forgive(&self, login: &str, account: AccountId, caller: &Caller<'_>) {
        self.end_attempt(login, Self::owner(caller, Some(account)), caller);
        self.end_attempt(login, None, caller);
    }
}
