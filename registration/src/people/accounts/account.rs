//! What an account is, and how it is encrypted.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::model::document::{Document, DocumentKind};
use crate::model::ids::AccountId;
use crate::model::login::{Email, LoginName, Username};
use crate::model::person::{Mobile, PersonName};
use crate::people::store::accounts::{self, StoredAccount};
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// Most accounts for each document that are looked at where many documents are looked for.
const DECLARING_MAX: i64 = 5;

/// One sign-in of a candidate on one browser. It opens nothing; it only names what can be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(pub Uuid);

/// The number by which candidates and staff speak of an account (通行证 ID): the id in 32 hexadecimal digits, upper case.
/// It opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountNumber(AccountId);

/// The text is no account number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account number has 32 digits and letters from A to F")]
pub struct AccountNumberError;

impl AccountNumber {
    /// Whose it is, if anybody's.
    pub fn account(self) -> AccountId {
        self.0
    }
}

impl From<AccountId> for AccountNumber {
    fn from(id: AccountId) -> Self {
        Self(id)
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}", self.0.0.simple())
    }
}

impl FromStr for AccountNumber {
    type Err = AccountNumberError;

    /// As it is copied or read out: spaces and hyphens are ignored, small letters accepted.
    fn from_str(text: &str) -> Result<Self, AccountNumberError> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let is_number = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let id = if is_number { Uuid::try_parse(&digits).ok() } else { None };
        id.map(|id| Self(AccountId(id))).ok_or(AccountNumberError)
    }
}

/// A candidate's account. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id, which other tables name.
    pub id: AccountId,
    /// The number that people speak of it by.
    pub number: AccountNumber,
    /// The name, as declared: whether it is theirs, identity decides.
    pub name: Option<PersonName>,
    /// The document, as declared.
    pub document: Option<Document>,
    /// The user name, which is a login.
    pub username: Option<Username>,
    /// The e-mail address, which is a login.
    pub email: Option<Email>,
    /// Since when the address is known to be theirs.
    pub email_verified_at: Option<Timestamp>,
    /// The mobile number: typed, and theirs only once it was verified.
    pub mobile: Option<Mobile>,
    /// Since when the number is known to be theirs; from then on it is a login, unless somebody proved it later.
    pub mobile_verified_at: Option<Timestamp>,
    /// Sessions that began in an earlier epoch are over.
    pub session_epoch: i32,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Account {
    /// Which of both it does not say to have: `name`, `document`.
    pub(crate) fn differs_in(&self, name: &PersonName, document: &Document) -> Vec<&'static str> {
        let has_name = self.name.as_ref() == Some(name);
        let has_document = self.document.as_ref() == Some(document);
        [(has_name, "name"), (has_document, "document")].iter().filter(|(has, _)| !has).map(|(_, what)| *what).collect()
    }
}

/// Decrypts an account.
pub(crate) fn read(vault: &Vault, stored: &StoredAccount) -> Result<Account, StoreError> {
    let id = AccountId(stored.id);
    Ok(Account {
        id,
        number: id.into(),
        name: open::<String>(vault, stored.id, "name", stored.name.as_deref())?.map(|name| PersonName::kept(&name)),
        document: open(vault, stored.id, "document", stored.document.as_deref())?.map(|Keyed(document)| document),
        username: open(vault, stored.id, "username", stored.username.as_deref())?,
        email: open(vault, stored.id, "email", stored.email.as_deref())?,
        email_verified_at: stored.email_verified_at,
        mobile: open(vault, stored.id, "mobile", stored.mobile.as_deref())?,
        mobile_verified_at: stored.mobile_verified_at,
        session_epoch: stored.session_epoch,
        created_at: stored.created_at,
    })
}

/// The accounts that declare these documents; those of nobody are not among them.
pub(crate) async fn declaring(
    client: &impl GenericClient,
    vault: &Vault,
    documents: &[Document],
) -> Result<HashMap<Document, Vec<AccountId>>, StoreError> {
    let index = |document: &Document| {
        let name = LoginName::Document(document.clone());
        vault.index(name.kind(), &name.folded())
    };
    let of_index: HashMap<[u8; 32], &Document> = documents.iter().map(|document| (index(document), document)).collect();
    let indexes: Vec<&[u8]> = of_index.keys().map(|index| &index[..]).collect();
    let limit = i64::try_from(documents.len()).unwrap_or(i64::MAX).saturating_mul(DECLARING_MAX);
    let mut found: HashMap<Document, Vec<AccountId>> = HashMap::new();
    for (index, account) in accounts::of_all_declared(client, &indexes, limit).await? {
        let document = <[u8; 32]>::try_from(index.as_slice()).ok().and_then(|index| of_index.get(&index));
        if let Some(document) = document {
            found.entry((*document).clone()).or_default().push(AccountId(account));
        }
    }
    Ok(found)
}

fn open<T: FromStr>(vault: &Vault, account: Uuid, field: &str, sealed: Option<&[u8]>) -> Result<Option<T>, StoreError> {
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = vault.open(&sealed_context(field, account), sealed)?;
    let text = String::from_utf8(plain).map_err(|_| StoreError::Corrupt("a candidate's data is no text"))?;
    text.parse().map(Some).map_err(|_| StoreError::Corrupt("a candidate's data is not what it was when it was sealed"))
}

/// A document as `kind:number`; as a number alone, as the version before sealed it, it is a resident ID.
pub(super) struct Keyed(pub(super) Document);

impl FromStr for Keyed {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let before = || Document::parse(DocumentKind::ResidentId, text).ok();
        Document::from_keyed(text).or_else(before).map(Self).ok_or(())
    }
}

/// What a ciphertext is and whose: it opens nowhere else.
pub(crate) fn sealed_context(field: &str, account: Uuid) -> String {
    format!("account.{field} {account}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_is_22_characters_to_the_engine() {
        let id = AccountId(Uuid::from_u128(u128::MAX));
        assert_eq!(id.candidate_id().as_str(), "_____________________w");
    }

    #[test]
    fn b1_an_account_number_has_32_hexadecimal_digits() {
        let number = AccountNumber::from(AccountId(Uuid::from_u128(0xF19F_BD2E_27FB_40F1_A523_94A9_2A48_FE22)));
        assert_eq!(number.to_string(), "F19FBD2E27FB40F1A52394A92A48FE22");
        for typed in ["f19fbd2e27fb40f1a52394a92a48fe22", " F19FBD2E 27FB40F1 A52394A9 2A48FE22 "] {
            assert_eq!(typed.parse(), Ok(number), "{typed}");
        }
        for bad in ["", "F19FBD2E27FB40F1A52394A92A48FE2", "G19FBD2E27FB40F1A52394A92A48FE22"] {
            assert_eq!(bad.parse::<AccountNumber>(), Err(AccountNumberError), "{bad}");
        }
    }

    #[test]
    fn a_document_of_the_version_before_is_still_read() {
        let Keyed(old) = "11010519491231002X".parse().unwrap();
        let Keyed(new) = "resident_id:11010519491231002X".parse().unwrap();
        assert_eq!(old, new);
        assert!("card:11010519491231002X".parse::<Keyed>().is_err());
    }
}
