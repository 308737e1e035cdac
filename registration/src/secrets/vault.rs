//! The vault: personal data is encrypted before it leaves the process and found again by a keyed index.

mod key_file;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;

pub use key_file::KeyFileError;

/// Bytes of the key's number in front of every ciphertext.
const KEY_NUMBER_BYTES: usize = 4;

/// The keys. Cloning is a reference count; `Debug` shows no key.
#[derive(Clone)]
pub struct Vault(Arc<Keys>);

struct Keys {
    /// By number, ascending; the last one encrypts, all of them decrypt.
    sealing: Vec<(KeyNumber, RandomizedNonceKey)>,
    index: hmac::Key,
}

/// Which key sealed something, so that keys can be changed without rewriting everything at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyNumber(pub(crate) u32);

/// A ciphertext could not be opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum VaultError {
    /// It was sealed by a key that is not in the key file.
    #[error("key {0} is missing from the vault's key file")]
    UnknownKey(u32),
    /// It was changed, belongs elsewhere, or was sealed under another key of the same number.
    #[error("a ciphertext does not belong where it was found")]
    Sealed,
}

impl Vault {
    /// Reads the key file, or makes one (mode 600) with fresh keys when there is none. Without this file nothing
    /// encrypted can be read again: it belongs in a backup, apart from the database's.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyFileError> {
        let keys = key_file::load_or_create(path)?;
        let sealing = keys
            .sealing
            .iter()
            .map(|(number, bytes)| {
                let key = RandomizedNonceKey::new(&AES_256_GCM, bytes).expect("an AES-256 key is 32 bytes");
                (*number, key)
            })
            .collect();
        Ok(Self(Arc::new(Keys { sealing, index: hmac::Key::new(hmac::HMAC_SHA256, &keys.index) })))
    }

    /// Encrypts with AES-256-GCM. The result is key number ‖ nonce ‖ ciphertext ‖ tag, and opens only with the same
    /// `context`: what it is and whose, like `account.name 0192…`. A ciphertext moved to another row does not open.
    pub(crate) fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let (number, key) = self.0.sealing.last().expect("the key file has at least one key");
        let mut body = plain.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut body)
            .expect("AES-GCM fails only for inputs beyond 64 GiB");
        [&number.0.to_be_bytes()[..], nonce.as_ref(), &body].concat()
    }

    /// Decrypts what [`Self::seal`] made under the same context.
    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (number, rest) = sealed.split_first_chunk::<KEY_NUMBER_BYTES>().ok_or(VaultError::Sealed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Sealed)?;
        let number = KeyNumber(u32::from_be_bytes(*number));
        let (_, key) =
            self.0.sealing.iter().find(|(known, _)| *known == number).ok_or(VaultError::UnknownKey(number.0))?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain =
            key.open_in_place(nonce, Aad::from(context.as_bytes()), &mut body).map_err(|_| VaultError::Sealed)?.len();
        body.truncate(plain);
        Ok(body)
    }

    /// Encrypts with AES-256-GCM under a key of its own, which is derived from `context` and given away by
    /// [`Self::key_of`]: whoever has the key reads it, and nothing else. The result is nonce ‖ ciphertext ‖ tag, and one
    /// context seals one thing.
    pub(crate) fn seal_apart(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.key_of(context)).expect("an AES-256 key is 32 bytes");
        let mut body = plain.to_vec();
        let nonce =
            key.seal_in_place_append_tag(Aad::empty(), &mut body).expect("AES-GCM fails only for inputs beyond 64 GiB");
        [&nonce.as_ref()[..], &body].concat()
    }

    /// The key under which [`Self::seal_apart`] seals in this context.
    pub(crate) fn key_of(&self, context: &str) -> [u8; 32] {
        self.index("sealed apart", context)
    }

    /// HMAC-SHA256 under a key of its own: equal values of one `kind` have equal indexes, and nobody without the key
    /// can try values out.
    pub(crate) fn index(&self, kind: &str, value: &str) -> [u8; 32] {
        self.index_of_bytes(kind, value.as_bytes())
    }

    /// The same of what is no text.
    pub(crate) fn index_of_bytes(&self, kind: &str, value: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0.index);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(value);
        context.sign().as_ref().try_into().expect("HMAC-SHA256 has 32 bytes")
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} keys)", self.0.sealing.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> (tempfile::TempDir, Vault) {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::load_or_create(&dir.path().join("keys")).unwrap();
        (dir, vault)
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let (_dir, vault) = vault();
        let sealed = vault.seal("account.name 1", "王芳".as_bytes());
        assert_eq!(vault.open("account.name 1", &sealed).unwrap(), "王芳".as_bytes());
        assert_eq!(vault.open("account.name 2", &sealed), Err(VaultError::Sealed));
        for place in KEY_NUMBER_BYTES..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(vault.open("account.name 1", &changed), Err(VaultError::Sealed), "byte {place}");
        }
        for length in 0..sealed.len() {
            assert!(vault.open("account.name 1", &sealed[..length]).is_err());
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_alike_and_is_not_in_it() {
        let (_dir, vault) = vault();
        let (a, b) = (vault.seal("x", b"11010519491231002X"), vault.seal("x", b"11010519491231002X"));
        assert_ne!(a, b);
        assert!(!a.windows(6).any(|window| window == b"110105"));
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_still_opens() {
        let (dir, vault) = vault();
        let path = dir.path().join("keys");
        let old = vault.seal("x", b"old");
        let added = format!("{}2 {}\n", std::fs::read_to_string(&path).unwrap(), "A".repeat(42) + "E=");
        std::fs::write(&path, added).unwrap();
        let turned = Vault::load_or_create(&path).unwrap();
        assert_eq!(turned.open("x", &old).unwrap(), b"old");
        let new = turned.seal("x", b"new");
        assert_eq!(new[..4], [0, 0, 0, 2]);
        assert_eq!(vault.open("x", &new), Err(VaultError::UnknownKey(2)));
    }

    #[test]
    fn an_index_is_stable_and_bound_to_its_kind_and_key() {
        let (dir, vault) = vault();
        let again = Vault::load_or_create(&dir.path().join("keys")).unwrap();
        assert_eq!(vault.index("document", "1"), again.index("document", "1"));
        assert_ne!(vault.index("document", "1"), vault.index("mobile", "1"));
        assert_ne!(vault.index("document", "1"), vault.index("document", "2"));
        let (_dir, other) = self::vault();
        assert_ne!(vault.index("document", "1"), other.index("document", "1"));
    }

    #[test]
    fn debug_output_shows_no_key() {
        assert_eq!(format!("{:?}", vault().1), "Vault(1 keys)");
    }
}
