//! Whom a candidate has looked up, carried by the candidate's browser from page to page: sealed, bound to account and
//! exam, for half an hour. It says which line of the roster was seen, so that nothing unseen is ever saved.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;

use super::keys::Index;
use crate::model::ids::AccountId;
use crate::secrets::vault::Vault;

/// How long it can be used.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);
/// Longest text that is looked at.
const CHARS_MAX: usize = 400;
/// Expiry, document, line.
const BYTES: usize = 8 + 32 + 32;

/// The sealed mark of a person who was looked up: letters, digits, `-` and `_`. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SeenPerson(String);

/// The text is no mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this marks nobody")]
pub struct SeenPersonError;

/// What it says.
pub(crate) struct Seen {
    pub(crate) document_index: Index,
    pub(crate) line_index: Index,
}

impl SeenPerson {
    /// The text, for a form or an address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn seal(vault: &Vault, account: AccountId, exam: &ExamId, seen: &Seen, now: Timestamp) -> Self {
        let expires_at = (now + LIFETIME).as_second().to_be_bytes();
        let plain = [&expires_at[..], &seen.document_index, &seen.line_index].concat();
        Self(URL_SAFE_NO_PAD.encode(vault.seal(&context(account, exam), &plain)))
    }

    /// What it says, while it can be used, by this account in this exam.
    pub(crate) fn open(&self, vault: &Vault, account: AccountId, exam: &ExamId, now: Timestamp) -> Option<Seen> {
        let sealed = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        let plain: [u8; BYTES] = vault.open(&context(account, exam), &sealed).ok()?.try_into().ok()?;
        let (expires_at, rest) = plain.split_first_chunk::<8>()?;
        let (document_index, rest) = rest.split_first_chunk::<32>()?;
        let line_index: Index = rest.try_into().ok()?;
        let is_fresh = now.as_second() < i64::from_be_bytes(*expires_at);
        is_fresh.then_some(Seen { document_index: *document_index, line_index })
    }
}

impl FromStr for SeenPerson {
    type Err = SeenPersonError;

    fn from_str(text: &str) -> Result<Self, SeenPersonError> {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let fits = (1..=CHARS_MAX).contains(&text.len()) && text.bytes().all(is_part);
        if fits { Ok(Self(text.to_owned())) } else { Err(SeenPersonError) }
    }
}

impl fmt::Debug for SeenPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeenPerson")
    }
}

fn context(account: AccountId, exam: &ExamId) -> String {
    format!("eligibility.seen {exam} {}", account.0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn b9_whom_one_has_seen_is_bound_to_account_exam_and_time() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::load_or_create(&dir.path().join("keys")).unwrap();
        let (account, other) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let (exam, later): (ExamId, ExamId) = ("cet".parse().unwrap(), "cet-2".parse().unwrap());
        let now = Timestamp::now();
        let seen = Seen { document_index: [7; 32], line_index: [9; 32] };
        let mark = SeenPerson::seal(&vault, account, &exam, &seen, now);
        let mark: SeenPerson = mark.as_str().parse().unwrap();
        let found = mark.open(&vault, account, &exam, now).unwrap();
        assert_eq!((found.document_index, found.line_index), ([7; 32], [9; 32]));
        assert!(mark.open(&vault, other, &exam, now).is_none());
        assert!(mark.open(&vault, account, &later, now).is_none());
        assert!(mark.open(&vault, account, &exam, now + LIFETIME).is_none());
        for bad in ["", "a b", "ä", &"a".repeat(401)] {
            assert_eq!(bad.parse::<SeenPerson>(), Err(SeenPersonError));
        }
        assert!("AAAA".parse::<SeenPerson>().unwrap().open(&vault, account, &exam, now).is_none());
        assert_eq!(format!("{mark:?}"), "SeenPerson");
    }
}
