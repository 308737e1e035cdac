//! Accounts of candidates: who has one, by which names they sign in, and all that happens to an account.
//!
//! In reading order: `account` is what an account is; `new_account` and `sign_up` make one; `sign_in` finds one; `proof`
//! proves mobiles and mailboxes, within `budgets`, `mobiles` shares one; `forgotten`, `reset`, `change` and `email` are
//! what candidates do to theirs, of which `former` tells where the account was reached before; `by_staff` is what staff
//! do. `suspicion` decides who is asked for a captcha, `security` writes down what happens.

mod account;
pub(crate) mod by_staff;
mod carry_over;
pub(crate) mod change;
mod email;
mod forgotten;
mod mobiles;
mod new_account;
pub(crate) mod proof;
mod reset;
mod security;
mod sign_in;
mod sign_up;
mod suspicion;
mod sweep;

use std::sync::Arc;
use std::time::Duration;

use gateways::Gateways;
use jiff::Timestamp;

pub use crate::outbox::post::{AccountSettings, Hears, SessionLimits, Ways};
pub use crate::people::accounts::by_staff::correct::{CorrectError, Corrected};
pub use crate::people::accounts::by_staff::rebind::{RebindError, Rebound};
pub use crate::people::accounts::by_staff::sign_out::SignOutError;
pub use crate::people::accounts::proof::budgets::SpentBudget;
pub use crate::people::accounts::proof::codes::{CODE_LIFETIME, CODE_WAIT, CodeError};
pub use crate::people::accounts::proof::kept::KEPT_BYTES_MAX;
pub use crate::people::accounts::proof::links::LINK_LIFETIME;
pub use account::{Account, AccountNumber, AccountNumberError, Display};
pub use change::{ChangeError, DeclareError};
pub use email::{Changed, EmailChangeError, LinkError};
pub use forgotten::{ForgottenError, FoundAccount, StaffCodeError, Way};
pub use mobiles::{ACCOUNTS_PER_MOBILE_MAX, SharedMobile};
pub use new_account::{FieldError, NewAccount, SignUpForm};
pub use reset::{ProvedCode, ResetError};
pub use sign_in::machine::{Browser, Machine, System};
pub use sign_in::qr::{NewQrSignIn, QR_LIFETIME, QrError, QrState, QrToken};
pub use sign_in::sessions::{
    LIMIT_MAX, LIMIT_MIN, Left, NewSession, OpenSession, SESSIONS_MAX, SessionId, SignedInAccount,
};
pub use sign_in::{SignIn, SignInError, SignedIn};
pub use sign_up::{AccountError, SignUpError, SignedUp};
pub use suspicion::{Act, Caller, Device, Network};

pub(crate) use account::{declaring, read, sealed_context};
pub(crate) use change::former::Address;
pub(crate) use security::masked;

use crate::model::ids::AccountId;
use crate::model::login::Email;
use crate::model::person::Mobile;
use crate::outbox::post::Post;
use crate::people::store;
use crate::secrets::attempts::Attempts;
use crate::secrets::captcha::Captcha;
use crate::secrets::passwords::Hasher;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// How long a network's wrong passwords are counted at least.
const HALF_A_DAY: Duration = Duration::from_secs(12 * 3600);

/// Where somebody is told of what happened.
#[derive(Debug)]
pub(crate) enum Contact<'a> {
    /// By letter to this mailbox.
    Mail(&'a Email),
    /// By a message to this mobile.
    Mobile(&'a Mobile),
    /// Nowhere: pages say it.
    None,
}

/// The door to accounts. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) database: Database,
    vault: Vault,
    hasher: Hasher,
    attempts: Attempts,
    /// What networks did wrong lately.
    days: Attempts,
    captcha: Captcha,
    pub(crate) post: Arc<Post>,
    used: Arc<sign_in::sessions::Used>,
}

impl Accounts {
    pub(crate) fn new(
        database: Database,
        vault: Vault,
        hasher: Hasher,
        gateways: &Gateways,
        settings: AccountSettings,
    ) -> Self {
        let captcha = Captcha::new(vault.clone());
        let post = Arc::new(Post::new(gateways, settings));
        let (attempts, days) = (Attempts::default(), Attempts::lasting(HALF_A_DAY));
        Self { database, vault, hasher, attempts, days, captcha, post, used: Arc::default() }
    }

    /// The account with this id.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let found = store::accounts::get(&self.database.client().await?, id.0).await?;
        found.map(|account| read(&self.vault, &account)).transpose()
    }

    /// Ends one sign-in, which would have ended by itself at `until`: its cookie opens nothing any more, on whatever
    /// device a copy of it is. The account's other sign-ins stay.
    pub async fn sign_out(&self, session: SessionId, until: Timestamp) -> Result<(), StoreError> {
        store::ended_sessions::insert(&self.database.client().await?, session.0, until).await
    }

    /// Keeps how large the owner of an account wants pages, on whatever device.
    pub async fn set_display(&self, account: AccountId, display: Display) -> Result<(), StoreError> {
        store::accounts::set_display(&self.database.client().await?, account.0, display.as_ref()).await
    }

    /// Makes captchas for forms, and draws and takes them.
    pub fn captcha(&self) -> &Captcha {
        &self.captcha
    }

    /// How the site reaches people.
    pub fn ways(&self) -> Ways {
        self.post.ways()
    }

    /// Can the site tell anybody anything?
    pub(crate) fn can_tell(&self) -> bool {
        self.ways().mail || self.post.can_message()
    }

    /// Where this account is told of what happened: at an address or mobile that was proved.
    pub(crate) fn contact<'a>(&self, account: &'a Account) -> Contact<'a> {
        let email = account.email.as_ref().filter(|_| account.email_verified_at.is_some() && self.ways().mail);
        let mobile = account.mobile.as_ref().filter(|_| account.mobile_verified_at.is_some());
        match (email, mobile.filter(|_| self.post.can_message())) {
            (Some(email), _) => Contact::Mail(email),
            (None, Some(mobile)) => Contact::Mobile(mobile),
            (None, None) => Contact::None,
        }
    }

    /// How this account hears of decisions.
    pub fn hears(&self, account: &Account) -> Hears {
        match self.contact(account) {
            Contact::Mail(_) => Hears::Letter,
            Contact::Mobile(_) => Hears::Message,
            Contact::None => Hears::Nothing,
        }
    }

    /// How many passwords were hashed or compared so far: two ways that must not be told apart cost the same.
    pub fn hash_runs(&self) -> u64 {
        self.hasher.runs()
    }
}
