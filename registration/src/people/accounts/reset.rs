//! Another password by a code or a link. A code is proved before it is asked whose password it is to be: one mobile may
//! serve several accounts, and each has rules of its own for passwords.

use jiff::SignedDuration;
use uuid::Uuid;

use super::mobiles::ACCOUNTS_PER_MOBILE_MAX;
use super::security::{self, Event};
use super::{Account, Accounts, Act, Caller, LinkError, read};
use crate::model::clock;
use crate::model::exam_rules::LoginKind;
use crate::model::ids::AccountId;
use crate::model::login::{Email, LoginName};
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::proof::codes::Purpose;
use crate::people::accounts::proof::links::LinkPurpose;
use crate::people::store;
use crate::secrets::captcha::CaptchaError;
use crate::secrets::passwords::Password;
use crate::store::StoreError;

/// Codes that are tried for one login name on a day, from wherever.
const TRIES_PER_DAY: i32 = 20;

/// Why the password stayed as it was. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The form needs a captcha.
    #[error(transparent)]
    Captcha(#[from] CaptchaError),
    /// The code is not the one that was sent, has expired, or was tried too often.
    #[error("the code is not the one that was sent, or no longer good")]
    Code,
    /// Too many wrong codes from here.
    #[error("too many wrong codes")]
    TooMany {
        /// When the next one is looked at.
        retry_after: SignedDuration,
    },
    /// Enough codes were tried for this login name today.
    #[error("no more than {TRIES_PER_DAY} codes a day")]
    TriesUsed,
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// The link is not good.
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl From<StoreError> for ResetError {
    fn from(error: StoreError) -> Self {
        Self::Link(error.into())
    }
}

/// A code that was the right one, and whose password it may set.
#[derive(Debug)]
pub struct ProvedCode {
    /// One, or those that share the mobile.
    pub accounts: Vec<Account>,
    subject: [u8; 32],
    names: Vec<(&'static str, [u8; 32])>,
}

impl Accounts {
    /// Is this the code that was sent for this login name, or that staff told? Counted by network, by login name and
    /// day, and the same whether there is such an account.
    pub async fn prove_reset(
        &self,
        login: &str,
        preferred: LoginKind,
        code: &str,
        caller: &Caller<'_>,
    ) -> Result<ProvedCode, ResetError> {
        self.pass(Act::Reset, login, caller)?;
        self.begin_reset(login, caller).map_err(|retry_after| {
            security::note(Event::Waits, None, Some(caller));
            ResetError::TooMany { retry_after }
        })?;
        let recognised = LoginName::recognise(login, preferred);
        let sent = recognised.first().map_or([0; 32], |name| self.password_subject(name));
        let names = self.name_indexes(&recognised);
        let client = self.database.client().await?;
        let tries = self.vault.index("tries reset", &format!("{sent:?}"));
        if store::account_tries::count(&client, &tries, clock::today()).await? > TRIES_PER_DAY {
            return Err(ResetError::TriesUsed);
        }
        let found = store::account_logins::find(&client, &names).await?;
        let found = store::accounts::get_all(&client, &found).await?;
        drop(client);
        // All are tried, so that it takes the same time whatever there is.
        let mut proved = self.try_code(Purpose::Password, &sent, code).await?.then(|| (sent, found.clone()));
        for place in 0..looks(&recognised) {
            let account = found.get(place);
            let told = account.map_or([0; 32], |account| self.told_subject(account.id));
            if let (true, Some(account)) = (self.try_code(Purpose::Password, &told, code).await?, account) {
                proved = proved.or_else(|| Some((told, vec![account.clone()])));
            }
        }
        let Some((subject, accounts)) = proved.filter(|(_, accounts)| !accounts.is_empty()) else {
            self.note(Act::Reset, caller);
            security::note(Event::WrongCode, None, Some(caller));
            return Err(ResetError::Code);
        };
        let accounts: Result<Vec<Account>, StoreError> = accounts.iter().map(|one| read(&self.vault, one)).collect();
        Ok(ProvedCode { accounts: accounts?, subject, names })
    }

    /// Sets another password of one of the accounts that the code may set it for, and uses the code up.
    pub async fn reset_by_code(
        &self,
        proved: &ProvedCode,
        code: &str,
        account: AccountId,
        password: &Password,
    ) -> Result<Account, ResetError> {
        let hash = self.hasher.hash(password).await.map_err(|_| ResetError::Busy)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::account_logins::find(&transaction, &proved.names).await?;
        let is_theirs = proved.accounts.iter().any(|one| one.id == account) && found.contains(&account.0);
        if !is_theirs || !self.take_code(&transaction, Purpose::Password, &proved.subject, code).await? {
            return Err(ResetError::Code);
        }
        let account = self.set_password(&transaction, account.0, &hash).await?.ok_or(ResetError::Code)?;
        transaction.commit().await.map_err(StoreError::from)?;
        security::note(Event::PasswordReset, Some(account.id), None);
        Ok(account)
    }

    /// Is the link of a letter good? Whose password it sets, and the address that it went to.
    pub async fn look_at_reset(&self, token: &str) -> Result<(AccountId, Email), LinkError> {
        let link = self.link(LinkPurpose::Password, token).await?;
        let account = link.account.ok_or(LinkError::Unknown)?;
        Ok((AccountId(account), link.email()?))
    }

    /// The address whose password this link has set already: who sends the same form again signs in by it.
    pub async fn spent_reset(&self, token: &str) -> Result<Option<Email>, StoreError> {
        self.spent_link(LinkPurpose::Password, token).await?.map(|link| link.email()).transpose()
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
        security::note(Event::PasswordReset, Some(before.id), None);
        Ok(before)
    }

    /// Another password: every session is over, and every link for one too; the owner is told. The account as it is then.
    pub(super) async fn set_password(
        &self,
        transaction: &impl deadpool_postgres::GenericClient,
        account: Uuid,
        hash: &str,
    ) -> Result<Option<Account>, StoreError> {
        let Some(_) = store::accounts::set_password(transaction, account, hash).await? else { return Ok(None) };
        let (purpose, now) = (LinkPurpose::Password.as_str(), clock::now());
        store::account_links::take_all(transaction, account, purpose, now).await?;
        messages::add(transaction, AccountId(account), None, MessageKind::PasswordChanged, now).await?;
        let stored = store::accounts::get(transaction, account).await?;
        stored.map(|stored| read(&self.vault, &stored)).transpose()
    }

    /// Wrong passwords of before do not stand in the way of who proved to be the owner.
    pub fn forgive(&self, login: &str, account: AccountId, caller: &Caller<'_>) {
        self.end_attempt(login, Self::owner(caller, Some(account)), caller);
        self.end_attempt(login, None, caller);
    }

    /// What a code is kept under that staff told.
    pub(super) fn told_subject(&self, account: Uuid) -> [u8; 32] {
        self.vault.index("code told by staff", &account.to_string())
    }

    pub(super) fn password_subject(&self, name: &LoginName) -> [u8; 32] {
        self.vault.index("forgotten password", &format!("{}:{}", name.kind(), name.folded()))
    }
}

/// How many accounts may have one of these names: so often is compared, however many there are.
pub(super) fn looks(names: &[LoginName]) -> usize {
    let is_mobile = names.iter().any(|name| matches!(name, LoginName::Mobile(_)));
    if is_mobile { ACCOUNTS_PER_MOBILE_MAX } else { 1 }
}
