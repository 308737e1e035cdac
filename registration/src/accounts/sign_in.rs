//! Signing in by any login name and the password. Whether there is such an account shows neither in the answer nor in
//! the time it takes: one look, one comparison.

use jiff::SignedDuration;

use super::{Account, AccountId, Accounts, Act, Caller, read};
use crate::captcha::CaptchaError;
use crate::exam_rules::LoginKind;
use crate::login::LoginName;
use crate::store::{self, StoreError};

/// What was typed.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    /// A user name, an e-mail address, a document number or a mobile number: which, its form says.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    /// What the login is when its form fits several.
    pub preferred: LoginKind,
}

/// Why nobody was signed in. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The form needs a captcha.
    #[error(transparent)]
    Captcha(#[from] CaptchaError),
    /// No such account, or another password: which of them is not told, not even by the time it takes.
    #[error("the login name or the password is wrong")]
    Wrong,
    /// Too many wrong passwords from here.
    #[error("too many wrong passwords")]
    TooMany {
        /// When the next attempt is looked at.
        retry_after: SignedDuration,
    },
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// We failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Finds the account with this login name and password.
    pub async fn sign_in(&self, entered: &SignIn<'_>, caller: &Caller<'_>) -> Result<Account, SignInError> {
        let names = LoginName::recognise(entered.login, entered.preferred);
        // The connection goes back before the comparison, which takes far longer.
        let found = {
            let client = self.database.client().await?;
            match store::account_logins::find(&client, &self.name_indexes(&names)).await? {
                Some(id) => store::accounts::get(&client, id).await?,
                None => None,
            }
        };
        let owner = Self::owner(caller, found.as_ref().map(|account| AccountId(account.id)));
        if owner.is_none() || caller.rule == crate::exam_rules::CaptchaRule::Always {
            self.pass(Act::SignIn, entered.login, caller)?;
        }
        self.begin_attempt(entered.login, owner, caller).map_err(|retry_after| SignInError::TooMany { retry_after })?;
        let hash = found.as_ref().map(|account| account.password_hash.clone());
        let fits = self.hasher.verify(entered.password, hash).await.map_err(|_| SignInError::Busy)?;
        match found {
            Some(account) if fits => {
                self.end_attempt(entered.login, owner, caller);
                Ok(read(&self.vault, &account)?)
            }
            _ => {
                self.note(Act::SignIn, caller);
                Err(SignInError::Wrong)
            }
        }
    }

    /// The indexes of names, as `account_logins` has them. Of no name, one that nobody has: the look is the same.
    pub(super) fn name_indexes(&self, names: &[LoginName]) -> Vec<(&'static str, [u8; 32])> {
        if names.is_empty() {
            return vec![("document", self.vault.index("no login", ""))];
        }
        names.iter().map(|name| (name.kind(), self.login_index(name))).collect()
    }

    /// The keyed index of a login name.
    pub(super) fn login_index(&self, name: &LoginName) -> [u8; 32] {
        self.vault.index(name.kind(), &name.folded())
    }
}
