//! Signing in by any login name and the password. Whether there is such an account shows neither in the answer nor in
//! the time it takes: one look, and as many comparisons as a name of that kind may have accounts.

pub(super) mod machine;
pub(super) mod qr;
pub(super) mod sessions;

use std::fmt;

use jiff::SignedDuration;

use super::reset::looks;
use super::security::{self, Event};
use super::{Account, Accounts, Act, Caller, read};
use crate::model::clock;
use crate::model::exam_rules::LoginKind;
use crate::model::ids::AccountId;
use crate::model::login::LoginName;
use crate::people::candidates::store::account_sign_ins;
use crate::people::store;
use crate::secrets::captcha::CaptchaError;
use crate::store::StoreError;

/// What was typed into the sign-in form, as it came. `Debug` shows none of it.
#[derive(Clone, Copy)]
pub struct SignIn<'a> {
    /// A user name, an e-mail address, a document number or a mobile number: which, its form says.
    pub login: &'a str,
    /// The password as typed: blanks count.
    pub password: &'a str,
    /// What the login is when its form fits several.
    pub preferred: LoginKind,
}

impl fmt::Debug for SignIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("preferred", &self.preferred).finish_non_exhaustive()
    }
}

/// Whose login name and password these are.
#[derive(Debug)]
pub enum SignedIn {
    /// One account's: it is signed in.
    Account(Box<Account>),
    /// Those of several, which share a mobile and a password: the candidate says which.
    Which(Vec<Account>),
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
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Finds the account with this login name and password.
    pub async fn sign_in(&self, entered: &SignIn<'_>, caller: &Caller<'_>) -> Result<SignedIn, SignInError> {
        let names = LoginName::recognise(entered.login, entered.preferred);
        // The connection goes back before the comparison, which takes far longer.
        let found = {
            let client = self.database.client().await?;
            let ids = store::account_logins::find(&client, &self.name_indexes(&names)).await?;
            store::accounts::get_all(&client, &ids).await?
        };
        let owner = found.iter().find_map(|account| Self::owner(caller, Some(AccountId(account.id))));
        if owner.is_none() || caller.rule == crate::model::exam_rules::CaptchaRule::Always {
            self.pass(Act::SignIn, entered.login, caller)?;
        }
        self.begin_attempt(entered.login, owner, caller).map_err(|retry_after| {
            security::note(Event::Waits, None, Some(caller));
            SignInError::TooMany { retry_after }
        })?;
        let hashes = found.iter().map(|account| account.password_hash.clone()).collect();
        let fits = self.hasher.verify_all(entered.password, hashes, looks(&names)).await;
        let fits = fits.map_err(|_| SignInError::Busy)?;
        let fitting = found.iter().zip(fits).filter(|(_, fits)| *fits);
        let mut accounts: Vec<Account> =
            fitting.map(|(stored, _)| read(&self.vault, stored)).collect::<Result<_, StoreError>>()?;
        if accounts.is_empty() {
            // Of an owner's device there is a count of its own: who mistypes at home makes nothing harder for neighbours.
            if owner.is_none() {
                self.note(Act::SignIn, caller);
            }
            security::note(Event::WrongPassword, None, Some(caller));
            return Err(SignInError::Wrong);
        }
        self.end_attempt(entered.login, owner, caller);
        if let (None, Some(account)) = (owner, accounts.first()) {
            self.credit(account.id, caller);
        }
        if accounts.len() > 1 {
            accounts.sort_by_key(|account| account.id);
            return Ok(SignedIn::Which(accounts));
        }
        let account = accounts.swap_remove(0);
        security::note(Event::SignedIn, Some(account.id), Some(caller));
        self.remember(account.id).await;
        Ok(SignedIn::Account(Box::new(account)))
    }

    /// Keeps when an account last signed in, for staff whom its owner asks: also when it was chosen of several. Nobody is turned
    /// away because that could not be kept.
    pub async fn remember(&self, account: AccountId) {
        let noted = async { account_sign_ins::note(&self.database.client().await?, account.0, clock::now()).await };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "when an account signed in last was not kept");
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
