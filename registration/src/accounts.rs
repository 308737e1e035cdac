//! Accounts of candidates: one per document number, signed in by number and password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use reservation::ids::CandidateId;
use uuid::Uuid;

use crate::attempts::Attempts;
use crate::clock;
use crate::document::{DocumentError, ResidentId};
use crate::passwords::{Hasher, Password, PasswordError};
use crate::person::{Mobile, MobileError, NameError, PersonName};
use crate::store::accounts::StoredAccount;
use crate::store::{self, Database, StoreError};
use crate::vault::Vault;

/// An account's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub Uuid);

impl AccountId {
    /// What the engine knows this candidate by: the 16 bytes in base64url, 22 characters.
    pub fn candidate_id(self) -> CandidateId {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes()).parse().expect("base64url is within the alphabet of names")
    }
}

/// A candidate's account. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name as on the document.
    pub name: PersonName,
    /// The document number, which is the login.
    pub document: ResidentId,
    /// The mobile number.
    pub mobile: Mobile,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a new account is made of, every part checked.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The name as on the document.
    pub name: PersonName,
    /// The document number.
    pub document: ResidentId,
    /// The mobile number.
    pub mobile: Mobile,
    /// The password.
    pub password: Password,
}

/// What is wrong with one field of the sign-up form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The document number.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The mobile number.
    #[error(transparent)]
    Mobile(#[from] MobileError),
    /// The password.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

impl NewAccount {
    /// Checks a whole form, and says all that is wrong with it at once, in the form's order.
    pub fn parse(name: &str, document: &str, mobile: &str, password: &str) -> Result<Self, Vec<FieldError>> {
        fn keep<T, E: Into<FieldError>>(parsed: Result<T, E>, errors: &mut Vec<FieldError>) -> Option<T> {
            parsed.map_err(|error| errors.push(error.into())).ok()
        }
        let mut errors = Vec::new();
        let name = keep(name.parse(), &mut errors);
        let document = keep(document.parse(), &mut errors);
        let mobile = keep(mobile.parse(), &mut errors);
        let password = keep(Password::of_candidate(password), &mut errors);
        match (name, document, mobile, password) {
            (Some(name), Some(document), Some(mobile), Some(password)) => Ok(Self { name, document, mobile, password }),
            _ => Err(errors),
        }
    }
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The document number has an account already: sign in instead.
    #[error("there is an account with this document number")]
    DocumentTaken,
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// We failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nobody was signed in. The same for candidates and staff.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such account, or another password: which of them is not told, not even by the time it takes.
    #[error("the number or the password is wrong")]
    Wrong,
    /// Too many wrong passwords for this login.
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

/// The door to accounts. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Accounts {
    database: Database,
    vault: Vault,
    hasher: Hasher,
    attempts: Attempts,
}

impl Accounts {
    pub(crate) fn new(database: Database, vault: Vault, hasher: Hasher) -> Self {
        Self { database, vault, hasher, attempts: Attempts::default() }
    }

    /// Makes an account. Of two at once with the same document, one is made.
    pub async fn register(&self, new: NewAccount) -> Result<Account, AccountError> {
        let password_hash = self.hasher.hash(&new.password).await.map_err(|_| AccountError::Busy)?;
        let id = AccountId(Uuid::now_v7());
        let account =
            Account { id, name: new.name, document: new.document, mobile: new.mobile, created_at: clock::now() };
        let stored = StoredAccount {
            id: id.0,
            document: self.vault.seal(&context("document", id.0), account.document.expose().as_bytes()),
            name: self.vault.seal(&context("name", id.0), account.name.expose().as_bytes()),
            mobile: self.vault.seal(&context("mobile", id.0), account.mobile.expose().as_bytes()),
            password_hash,
            created_at: account.created_at,
        };
        let index = self.document_index(&account.document);
        let client = self.database.client().await?;
        if store::accounts::insert(&client, &stored, &index).await? {
            Ok(account)
        } else {
            Err(AccountError::DocumentTaken)
        }
    }

    /// Finds the account with this document number and password. After [ten wrong passwords](SignInError::TooMany)
    /// the login is not looked at for some minutes.
    pub async fn sign_in(&self, document: &str, password: &str) -> Result<Account, SignInError> {
        // A text that is no document number is nobody's: it goes the same way, and takes the same time.
        let index = match document.parse() {
            Ok(document) => self.document_index(&document),
            Err(_) => self.vault.index("no document", document.get(..64).unwrap_or(document)),
        };
        self.attempts.begin(index).map_err(|retry_after| SignInError::TooMany { retry_after })?;
        // The connection goes back before the hashing, which takes far longer.
        let found = store::accounts::of_document(&self.database.client().await?, &index).await?;
        let hash = found.as_ref().map(|account| account.password_hash.clone());
        let fits = self.hasher.verify(password, hash).await.map_err(|_| SignInError::Busy)?;
        match found {
            Some(account) if fits => {
                self.attempts.succeed(index);
                Ok(read(&self.vault, &account)?)
            }
            _ => Err(SignInError::Wrong),
        }
    }

    /// The account with this id.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let found = store::accounts::get(&self.database.client().await?, id.0).await?;
        found.map(|account| read(&self.vault, &account)).transpose()
    }

    fn document_index(&self, document: &ResidentId) -> [u8; 32] {
        self.vault.index("document", document.expose())
    }
}

/// Decrypts an account.
pub(crate) fn read(vault: &Vault, stored: &StoredAccount) -> Result<Account, StoreError> {
    let open = |field, sealed| {
        let plain = vault.open(&context(field, stored.id), sealed)?;
        String::from_utf8(plain).map_err(|_| StoreError::Corrupt("a candidate's data is no text"))
    };
    let corrupt = StoreError::Corrupt;
    Ok(Account {
        id: AccountId(stored.id),
        name: open("name", &stored.name)?.parse().map_err(|_| corrupt("a candidate's name"))?,
        document: open("document", &stored.document)?.parse().map_err(|_| corrupt("a candidate's document"))?,
        mobile: open("mobile", &stored.mobile)?.parse().map_err(|_| corrupt("a candidate's mobile"))?,
        created_at: stored.created_at,
    })
}

/// What a ciphertext is and whose: it opens nowhere else.
fn context(field: &str, account: Uuid) -> String {
    format!("account.{field} {account}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_all_that_is_wrong_with_it() {
        let errors = NewAccount::parse("", "11010519491231002Y", "1", "12345").unwrap_err();
        let expected = [
            FieldError::Name(NameError),
            FieldError::Document(DocumentError::Character),
            FieldError::Mobile(MobileError),
            FieldError::Password(PasswordError::Length { min: 6, max: 20 }),
        ];
        assert_eq!(errors, expected);
        assert!(NewAccount::parse("王芳", "11010519491231002x", "13812345678", "123456").is_ok());
    }

    #[test]
    fn a_candidate_is_22_characters_to_the_engine() {
        let id = AccountId(Uuid::from_u128(u128::MAX));
        assert_eq!(id.candidate_id().as_str(), "_____________________w");
    }

    #[test]
    fn debug_output_names_nobody() {
        let new = NewAccount::parse("王芳", "11010519491231002x", "13812345678", "secret-1").unwrap();
        let shown = format!("{new:?}");
        for hidden in ["王芳", "19491231", "13812345678", "secret"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}
