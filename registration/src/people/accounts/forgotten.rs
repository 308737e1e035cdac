//! A forgotten password, and a forgotten account. The answer is the same whether there is an account or not; what is
//! sent leaves after the answer.

use std::collections::HashSet;

use jiff::SignedDuration;

use super::{Account, AccountNumber, Accounts, Act, Caller, read};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::eligibility;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::exam_rules::LoginKind;
use crate::model::login::{Email, LoginName, Username};
use crate::model::person::{Mobile, PersonName};
use crate::people::accounts::proof::budgets::{Share, SpentBudget};
use crate::people::accounts::proof::codes::{CODE_WAIT, Purpose, count_sending, new_code};
use crate::people::accounts::proof::letters::LetterKind;
use crate::people::accounts::proof::links::LinkPurpose;
use crate::people::store;
use crate::secrets::captcha::CaptchaError;
use crate::store::StoreError;

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
    /// As many codes were asked for as may be on one day, whether there is an account or not. Nothing was counted.
    #[error(transparent)]
    Budget(#[from] SpentBudget),
    /// Asked for too often.
    #[error("this must wait")]
    TooMany {
        /// When to ask again.
        retry_after: SignedDuration,
    },
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why staff got no code to tell. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum StaffCodeError {
    /// They may not tell codes.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The number is of no account.
    #[error("there is no account {0}")]
    Unknown(AccountNumber),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An account that was found: what it signs in by, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAccount {
    /// The e-mail address, when there is one: `l***@example.com`.
    pub email: Option<String>,
    /// The user name, when there is one, its middle hidden.
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
        let names = LoginName::recognise(login, preferred);
        let first = names.first().ok_or(ForgottenError::NoLogin)?;
        let way = match first {
            LoginName::Email(_) => Way::Letter,
            LoginName::Mobile(_) => Way::Code,
            LoginName::Document(_) | LoginName::Username(_) => Way::Either,
        };
        let subject = self.password_subject(first);
        let asks_for_code = way != Way::Letter && self.ways().sms;
        let mobile =
            names.iter().find_map(|name| if let LoginName::Mobile(mobile) = name { Some(mobile) } else { None });
        if asks_for_code {
            self.look_at_budgets(mobile, Share::Everybody, caller).await??;
        }
        if let Err(error) = self.pass(Act::Forgotten, login, caller) {
            // The same form sent twice: its captcha is used, and what it asked for is on its way.
            let is_again = !caller.captcha.is_empty() && self.was_sent_now(&subject).await?;
            return if is_again { Ok(way) } else { Err(error.into()) };
        }
        self.note(Act::Forgotten, caller);
        self.count(&subject, mobile, asks_for_code.then_some(caller)).await?;
        let account = {
            let client = self.database.client().await?;
            let found = store::account_logins::find(&client, &self.name_indexes(&names)).await?;
            match found.first() {
                Some(id) => store::accounts::get(&client, *id).await?,
                None => None,
            }
        };
        let account = account.map(|account| read(&self.vault, &account)).transpose()?;
        self.send_reset(account, way, &subject, mobile.is_some()).await?;
        Ok(way)
    }

    /// Counts what was asked for under what was typed, so that it is the same without an account; and a code also under
    /// who asks and the mobile that was typed.
    async fn count(
        &self,
        subject: &[u8; 32],
        mobile: Option<&Mobile>,
        asks_for_code: Option<&Caller<'_>>,
    ) -> Result<(), ForgottenError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if let Some(retry_after) = count_sending(&transaction, subject, clock::now()).await? {
            return Err(ForgottenError::TooMany { retry_after });
        }
        if let Some(caller) = asks_for_code {
            self.spend_asked(&transaction, mobile, caller).await??;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Was something counted under this subject a moment ago?
    pub(super) async fn was_sent_now(&self, subject: &[u8; 32]) -> Result<bool, StoreError> {
        store::account_sendings::is_there(&self.database.client().await?, subject, clock::now() - CODE_WAIT).await
    }

    /// A link to the mailbox if there is one and it was asked for or proved, else a code to the proved mobile: it is only
    /// one when it is sent. Without an account a link is made too, for the time it takes, and thrown away.
    /// `is_counted`: a mobile was typed, and counted whether there is an account or not.
    async fn send_reset(
        &self,
        account: Option<Account>,
        way: Way,
        typed: &[u8; 32],
        is_counted: bool,
    ) -> Result<(), StoreError> {
        let email = account.as_ref().and_then(|account| {
            let is_theirs = way == Way::Letter || account.email_verified_at.is_some();
            account.email.clone().filter(|_| is_theirs && way != Way::Code)
        });
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if let (Some(account), Some(email)) = (&account, email) {
            let token = self.new_link(&transaction, LinkPurpose::Password, Some(account.id.0), email.expose()).await?;
            if count_sending(&transaction, &self.mail_subject(&email), clock::now()).await?.is_none() {
                let letter = (&email, LinkPurpose::Password.path(&token));
                self.leave_letter(&transaction, LetterKind::Password, Some(account.id), letter).await?;
            }
            return Ok(transaction.commit().await?);
        }
        let nobody = self.new_link(&transaction, LinkPurpose::SignUp, None, "").await;
        let mobile = account.filter(|account| account.mobile_verified_at.is_some()).and_then(|account| account.mobile);
        let subject = mobile.as_ref().map_or([0; 32], |mobile| self.mobile_subject(mobile));
        let allowed = count_sending(&transaction, &subject, clock::now()).await?.is_none();
        nobody?;
        let allowed = allowed && (is_counted || self.spend_prefix(&transaction, mobile.as_ref()).await?);
        let allowed = allowed && self.spend_site(&transaction, Share::Everybody).await?.is_ok();
        match mobile {
            Some(mobile) if allowed => {
                let (code, typed, accounts) = (new_code(), *typed, self.clone());
                self.write_code(&transaction, Purpose::Password, &typed, &code).await?;
                transaction.commit().await?;
                self.post.send_code_later(mobile.expose().to_owned(), code.clone(), async move {
                    if let Err(error) = accounts.withdraw_code(Purpose::Password, &typed, &code).await {
                        tracing::warn!(%error, "a code that was not sent stays good until it expires");
                    }
                });
            }
            _ => transaction.rollback().await?,
        }
        Ok(())
    }

    /// A code for another password, which staff tell a candidate whom no message reaches: good as long as one that is
    /// sent, and in its place. The candidate types it where one that was sent goes.
    pub async fn code_by_staff(&self, staff: &StaffMember, number: AccountNumber) -> Result<String, StaffCodeError> {
        demand(staff, Right::TellCodes, Scope::Everything)?;
        let account = number.account();
        let subject = self.told_subject(account.0);
        let code = new_code();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        store::accounts::lock(&transaction, account.0).await?.ok_or(StaffCodeError::Unknown(number))?;
        self.write_code(&transaction, Purpose::Password, &subject, &code).await?;
        let about = number.to_string();
        Entry::by_staff(staff.id, AuditAction::AccountCodeTold, &about).write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(code)
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
        all.extend(store::accounts::of_declared(&client, &index, FOUND_MAX).await?);
        let mut seen = HashSet::new();
        for stored in all.into_iter().filter(|stored| seen.insert(stored.id)) {
            let account = read(&self.vault, &stored)?;
            if bound.contains(&account.id) || account.name.as_ref().is_some_and(|known| known.key() == name.key()) {
                let by_document = store::account_logins::has(&client, "document", stored.id).await?;
                let mobile = store::account_mobiles::has(&client, stored.id).await?;
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

    /// What letters to this address are counted under.
    pub(super) fn mail_subject(&self, email: &Email) -> [u8; 32] {
        self.vault.index("sending mail", &email.folded())
    }
}
