//! Accounts of candidates: who has one, by which names they sign in, and all that happens to an account.
//!
//! In reading order: `account` is what an account is; `new_account` and `sign_up` make one; `sign_in` finds one; `codes`,
//! `links` and `letters` prove mobiles and mailboxes; `forgotten`, `change` and `email` are what candidates do to theirs;
//! `correct` and `rebind` are what staff do. `suspicion` decides who is asked for a captcha.

mod account;
mod carry_over;
mod change;
mod codes;
mod correct;
mod email;
mod forgotten;
mod letters;
mod links;
mod new_account;
mod notices;
mod post;
mod rebind;
mod sign_in;
mod sign_up;
mod suspicion;
mod sweep;

use std::sync::Arc;

use gateways::Gateways;

pub use account::{Account, AccountId, AccountNumber, AccountNumberError};
pub use change::{ChangeError, ClaimError};
pub use codes::{CODE_LIFETIME, CODE_WAIT, CodeError};
pub use correct::{CorrectError, Corrected};
pub use email::{Changed, EmailChangeError, LinkError};
pub use forgotten::{ForgottenError, FoundAccount, ResetError, StaffCodeError, Way};
pub use links::LINK_LIFETIME;
pub use new_account::{FieldError, NewAccount, SignUpForm};
pub use notices::Hears;
pub use post::{AccountSettings, Ways};
pub use rebind::{RebindError, Rebound};
pub use sign_in::{SignIn, SignInError};
pub use sign_up::{AccountError, SignUpError, SignedUp};
pub use suspicion::{Act, Caller, Device};

pub(crate) use account::{read, sealed_context};

use crate::attempts::Attempts;
use crate::captcha::Captcha;
use crate::passwords::Hasher;
use crate::store::{self, Database, StoreError};
use crate::vault::Vault;
use post::Post;

/// The door to accounts. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Accounts {
    database: Database,
    vault: Vault,
    hasher: Hasher,
    attempts: Attempts,
    captcha: Captcha,
    post: Arc<Post>,
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
        Self { database, vault, hasher, attempts: Attempts::default(), captcha, post }
    }

    /// The account with this id.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let found = store::accounts::get(&self.database.client().await?, id.0).await?;
        found.map(|account| read(&self.vault, &account)).transpose()
    }

    /// Captchas for forms.
    pub fn captcha(&self) -> &Captcha {
        &self.captcha
    }

    /// How the site reaches people.
    pub fn ways(&self) -> Ways {
        self.post.ways()
    }

    /// How many passwords were hashed or compared so far: two ways that must not be told apart cost the same.
    pub fn hash_runs(&self) -> u64 {
        self.hasher.runs()
    }
}
