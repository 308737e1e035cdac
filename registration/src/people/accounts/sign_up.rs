//! Making an account. A mobile is proved by its code first; an address by a link, and the account is only made when it
//! is followed: nobody learns from the page whether an address has an account, its mailbox does.

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account::Keyed;
use super::mobiles::SharedMobile;
use super::security::{self, Event};
use super::{Account, Accounts, Act, Caller, LinkError, NewAccount, read, sealed_context};
use crate::model::clock;
use crate::model::exam_rules::LoginKind;
use crate::model::ids::AccountId;
use crate::model::login::{Email, LoginName};
use crate::people::accounts::proof::codes::{Purpose, count_sending};
use crate::people::accounts::proof::letters::LetterKind;
use crate::people::accounts::proof::links::LinkPurpose;
use crate::people::store;
use crate::people::store::accounts::StoredAccount;
use crate::secrets::captcha::CaptchaError;
use crate::store::StoreError;

/// What became of a sign-up.
#[derive(Debug)]
pub enum SignedUp {
    /// There is an account.
    Account(Box<Account>),
    /// A letter is on its way: its link makes the account, or it says that there is one.
    Letter(Email),
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The login name has an account already: sign in instead.
    #[error("there is an account with this login name")]
    Taken(LoginKind),
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a sign-up form was refused. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// The form needs a captcha.
    #[error(transparent)]
    Captcha(#[from] CaptchaError),
    /// The code is not the one that was sent, has expired, or was tried too often.
    #[error("the code is not the one that was sent, or no longer good")]
    Code,
    /// The mobile, of which the code was right, has accounts. The code stays good.
    #[error(transparent)]
    Mobile(#[from] SharedMobile),
    /// As many accounts were made from this network as may be on one day, or as many letters sent for them.
    #[error("from this network as many accounts were made as may be today")]
    Network,
    /// A letter went to this address lately.
    #[error("this address must wait for its next letter")]
    TooMany {
        /// When it may get the next.
        retry_after: SignedDuration,
    },
    /// No account was made.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<StoreError> for SignUpError {
    fn from(error: StoreError) -> Self {
        Self::Account(error.into())
    }
}

/// A sign-up that waits for its address to be proved, as the link keeps it, sealed.
#[derive(Serialize, Deserialize)]
struct Pending {
    email: String,
    password_hash: String,
    name: Option<String>,
    document: Option<String>,
    mobile: Option<String>,
    is_mobile_proved: bool,
    /// What the accounts of the network are counted under that the form came from.
    network: Option<[u8; 32]>,
}

/// The row of a pending sign-up, the index of its document, and its login names.
struct Unpacked {
    stored: StoredAccount,
    declared: Option<[u8; 32]>,
    names: Vec<LoginName>,
}

/// What of a new account is known to be theirs.
#[derive(Clone, Copy, Default)]
struct Proved {
    email: bool,
    mobile: bool,
}

impl Accounts {
    /// Makes an account of a form; its mobile and its address are as proved as the site can.
    pub async fn sign_up(&self, new: NewAccount, code: &str, caller: &Caller<'_>) -> Result<SignedUp, SignUpError> {
        let repeat = self.form_subject(&new);
        if let Err(error) = self.pass(Act::SignUp, "", caller) {
            // The same form sent twice: its captcha is used, and its letter is on its way.
            return self.letter_again(&new, &repeat).await?.ok_or(error.into());
        }
        self.note(Act::SignUp, caller);
        let ways = self.ways();
        let proof = new.mobile.as_ref().filter(|_| ways.sms).map(|mobile| (self.mobile_subject(mobile), code));
        if let Some((subject, code)) = &proof
            && !self.try_code(Purpose::SignUp, subject, code).await?
        {
            return self.letter_again(&new, &repeat).await?.ok_or(SignUpError::Code);
        }
        if let (Some(mobile), true) = (&new.mobile, proof.is_some()) {
            let client = self.database.client().await?;
            self.may_share(&client, mobile, None, new.shares_mobile).await??;
        }
        let password_hash = self.hasher.hash(&new.password).await.map_err(|_| AccountError::Busy)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if let Some((subject, code)) = &proof
            && !self.take_code(&transaction, Purpose::SignUp, subject, code).await?
        {
            return Err(SignUpError::Code);
        }
        let proved = Proved { email: false, mobile: proof.is_some() };
        if let (LoginKind::Email, true, Some(email)) = (new.login, ways.mail, new.email.clone()) {
            let pending = (password_hash, proved);
            if let Err(error) = self.send_sign_up_letter(&transaction, &new, &email, pending, caller).await {
                drop(transaction);
                return self.letter_again(&new, &repeat).await?.ok_or(error);
            }
            store::account_sendings::insert(&transaction, &repeat, clock::now()).await?;
            transaction.commit().await.map_err(StoreError::from)?;
            self.note_sign_up(caller);
            return Ok(SignedUp::Letter(email));
        }
        if !self.spend_sign_up(&transaction, self.sign_ups_subject(caller), Some(caller)).await? {
            return Err(SignUpError::Network);
        }
        let login = new.login;
        let made = self.insert(&transaction, new, password_hash, proved).await?;
        let Some(account) = made else {
            // Told, because nobody could choose another name otherwise; and counted, so that few can be tried.
            self.note(Act::SignUp, caller);
            return Err(AccountError::Taken(login).into());
        };
        transaction.commit().await.map_err(StoreError::from)?;
        self.note_sign_up(caller);
        security::note(Event::SignedUp, Some(account.id), Some(caller));
        Ok(SignedUp::Account(Box::new(account)))
    }

    /// The answer of a moment ago to the very same form, if a letter was its answer: lost on its way, or tapped twice.
    async fn letter_again(&self, new: &NewAccount, repeat: &[u8; 32]) -> Result<Option<SignedUp>, StoreError> {
        match &new.email {
            Some(email) if self.was_sent_now(repeat).await? => Ok(Some(SignedUp::Letter(email.clone()))),
            _ => Ok(None),
        }
    }

    /// What a form that a letter answers is known again by.
    fn form_subject(&self, new: &NewAccount) -> [u8; 32] {
        let part = |text: Option<String>| text.unwrap_or_default();
        let email = part(new.email.as_ref().map(Email::folded));
        let document = part(new.document.as_ref().map(crate::model::document::Document::keyed));
        let mobile = part(new.mobile.as_ref().map(|mobile| mobile.expose().to_owned()));
        self.vault.index("sign-up form", &format!("{email} {document} {mobile}"))
    }

    /// Makes an account at once, its mobile and address unproved. Of two at once with the same login name, one is made.
    pub async fn register(&self, new: NewAccount) -> Result<Account, AccountError> {
        let password_hash = self.hasher.hash(&new.password).await.map_err(|_| AccountError::Busy)?;
        let login = new.login;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let made = self.insert(&transaction, new, password_hash, Proved::default()).await?;
        let account = made.ok_or(AccountError::Taken(login))?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(account)
    }

    /// The address of the account that this link has made already.
    pub async fn spent_sign_up(&self, token: &str) -> Result<Option<Email>, StoreError> {
        let Some(link) = self.spent_link(LinkPurpose::SignUp, token).await? else { return Ok(None) };
        let pending = parse(&link.payload)?;
        Ok(Some(pending.email.parse().map_err(|_| StoreError::Corrupt("a pending sign-up's address"))?))
    }

    /// Is the link of a sign-up letter good?
    pub async fn look_at_sign_up(&self, token: &str) -> Result<Email, LinkError> {
        let link = self.link(LinkPurpose::SignUp, token).await?;
        let pending = parse(&link.payload)?;
        Ok(pending.email.parse().map_err(|_| StoreError::Corrupt("a pending sign-up's address"))?)
    }

    /// Makes the account that a sign-up letter's link stands for; it is one of those that the network may make from which the
    /// form came.
    pub async fn finish_sign_up(&self, token: &str) -> Result<Account, LinkError> {
        let link = self.link(LinkPurpose::SignUp, token).await?;
        let pending = parse(&link.payload)?;
        let network = pending.network;
        let Unpacked { stored, declared, names } = self.unpack(pending)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        self.take_link(&transaction, LinkPurpose::SignUp, token).await?;
        if !self.spend_sign_up(&transaction, network, None).await? {
            return Err(LinkError::Network);
        }
        store::accounts::insert(&transaction, &stored, declared).await?;
        for name in &names {
            if let LoginName::Mobile(mobile) = name {
                self.prove_mobile(&transaction, mobile, stored.id).await?;
            } else if !self.insert_login(&transaction, name, stored.id).await? {
                return Err(LinkError::Taken);
            }
        }
        transaction.commit().await.map_err(StoreError::from)?;
        security::note(Event::SignedUp, Some(AccountId(stored.id)), None);
        Ok(read(&self.vault, &stored)?)
    }

    /// The same for an address with an account and one without, but for what the letter says.
    async fn send_sign_up_letter(
        &self,
        transaction: &impl GenericClient,
        new: &NewAccount,
        email: &Email,
        (password_hash, proved): (String, Proved),
        caller: &Caller<'_>,
    ) -> Result<(), SignUpError> {
        if !self.spend_sign_up_letter(transaction, caller).await? {
            return Err(SignUpError::Network);
        }
        if let Some(retry_after) = count_sending(transaction, &self.mail_subject(email), clock::now()).await? {
            return Err(SignUpError::TooMany { retry_after });
        }
        let name = LoginName::Email(email.clone());
        let names = [(name.kind(), self.login_index(&name))];
        let is_taken = !store::account_logins::find(transaction, &names).await?.is_empty();
        let pending = Pending {
            email: email.expose().to_owned(),
            password_hash,
            name: new.name.as_ref().map(|name| name.expose().to_owned()),
            document: new.document.as_ref().map(crate::model::document::Document::keyed),
            mobile: new.mobile.as_ref().map(|mobile| mobile.expose().to_owned()),
            is_mobile_proved: proved.mobile,
            network: self.sign_ups_subject(caller),
        };
        let payload = serde_json::to_string(&pending).expect("plain texts can be written as JSON");
        let token = self.new_link(transaction, LinkPurpose::SignUp, None, &payload).await?;
        let (kind, path) = if is_taken {
            (LetterKind::Taken, "/forgotten".to_owned())
        } else {
            // Which exam is no secret, and whoever changes it only comes to another exam's page.
            let exam = new.exam.as_ref().map_or_else(String::new, |exam| format!("&exam={exam}"));
            (LetterKind::SignUp, format!("{}{exam}", LinkPurpose::SignUp.path(&token)))
        };
        Ok(self.leave_letter(transaction, kind, None, (email, path)).await?)
    }

    /// Adds an account with its login names. Nothing when the login name is taken; then the transaction is broken.
    async fn insert(
        &self,
        transaction: &impl GenericClient,
        new: NewAccount,
        password_hash: String,
        proved: Proved,
    ) -> Result<Option<Account>, StoreError> {
        let (id, now) = (Uuid::now_v7(), clock::now());
        let login = new.login_name().ok_or(StoreError::Corrupt("a new account without its login name"))?;
        let declared = new.document.clone().map(|document| self.login_index(&LoginName::Document(document)));
        let account = Account {
            id: AccountId(id),
            number: AccountId(id).into(),
            name: new.name,
            document: new.document,
            username: new.username,
            email: new.email,
            email_verified_at: proved.email.then_some(now),
            mobile: new.mobile,
            mobile_verified_at: proved.mobile.then_some(now),
            session_epoch: 0,
            created_at: now,
            display: None,
        };
        store::accounts::insert(transaction, &self.seal(&account, password_hash), declared).await?;
        if !self.insert_login(transaction, &login, id).await? {
            return Ok(None);
        }
        if let (true, Some(mobile)) = (proved.mobile, &account.mobile) {
            self.prove_mobile(transaction, mobile, id).await?;
        }
        Ok(Some(account))
    }

    async fn insert_login(
        &self,
        client: &impl GenericClient,
        name: &LoginName,
        account: Uuid,
    ) -> Result<bool, StoreError> {
        store::account_logins::insert(client, name.kind(), &self.login_index(name), account).await
    }

    fn seal(&self, account: &Account, password_hash: String) -> StoredAccount {
        let id = account.id.0;
        let seal = |field: &str, text: &str| self.vault.seal(&sealed_context(field, id), text.as_bytes());
        StoredAccount {
            id,
            name: account.name.as_ref().map(|name| seal("name", name.expose())),
            document: account.document.as_ref().map(|document| seal("document", &document.keyed())),
            username: account.username.as_ref().map(|username| seal("username", username.expose())),
            email: account.email.as_ref().map(|email| seal("email", email.expose())),
            email_verified_at: account.email_verified_at,
            mobile: account.mobile.as_ref().map(|mobile| seal("mobile", mobile.expose())),
            mobile_verified_at: account.mobile_verified_at,
            password_hash,
            session_epoch: account.session_epoch,
            created_at: account.created_at,
            display: None,
        }
    }

    /// What a pending sign-up becomes.
    fn unpack(&self, pending: Pending) -> Result<Unpacked, StoreError> {
        fn again<T: std::str::FromStr>(text: Option<String>) -> Result<Option<T>, StoreError> {
            let parsed = text.map(|text| text.parse()).transpose();
            parsed.map_err(|_| StoreError::Corrupt("a pending sign-up"))
        }
        let (id, now): (Uuid, Timestamp) = (Uuid::now_v7(), clock::now());
        let email: Option<Email> = again(Some(pending.email))?;
        let document = again::<Keyed>(pending.document)?.map(|Keyed(document)| document);
        let account = Account {
            id: AccountId(id),
            number: AccountId(id).into(),
            name: again(pending.name)?,
            document,
            username: None,
            email,
            email_verified_at: Some(now),
            mobile: again(pending.mobile)?,
            mobile_verified_at: pending.is_mobile_proved.then_some(now),
            session_epoch: 0,
            created_at: now,
            display: None,
        };
        let declared = account.document.clone().map(|document| self.login_index(&LoginName::Document(document)));
        let mut names: Vec<LoginName> = account.email.clone().map(LoginName::Email).into_iter().collect();
        names.extend(account.mobile.clone().filter(|_| pending.is_mobile_proved).map(LoginName::Mobile));
        Ok(Unpacked { stored: self.seal(&account, pending.password_hash), declared, names })
    }
}

fn parse(payload: &str) -> Result<Pending, StoreError> {
    serde_json::from_str(payload).map_err(|_| StoreError::Corrupt("a pending sign-up"))
}
