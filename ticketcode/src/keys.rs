//! Signing codes, and verifying them with the public keys of an exam.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::entry::{Entry, KeyId, Tag, VERSION};
use crate::{CODE_CHARS_MAX, SIGNATURE_BYTES, base45};

/// What is signed begins with this, so that a key that signs tickets has never signed anything else.
const DOMAIN: &[u8] = b"seathold ticket\0";
/// Bytes of a public key, and of a secret.
const KEY_BYTES: usize = 32;

/// A key that signs the codes of one exam. `Debug` shows no secret.
pub struct SigningKey {
    exam: Tag,
    id: KeyId,
    pair: Ed25519KeyPair,
}

/// The secret is not one of Ed25519.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is no Ed25519 seed")]
pub struct SecretError;

/// Why a code does not let anybody in. What a genuine one says about time, place and generation is for the caller to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// It is no code of a ticket.
    #[error("this is not the code of an admission ticket")]
    Malformed,
    /// A newer version wrote it.
    #[error("the code is of version {0}, which this program does not read: install a newer one")]
    Version(u8),
    /// The key is not among those that are known here.
    #[error("the code is signed with key {} of the exam {exam}, which is not known here: fetch the exam's keys anew", id.0)]
    UnknownKey {
        /// The exam that it says to be of.
        exam: Tag,
        /// The key that it says to be signed with.
        id: KeyId,
    },
    /// It was changed, or somebody else made it.
    #[error("the code is forged")]
    Forged,
}

impl SigningKey {
    /// The key of that number of an exam, of the 32 bytes of its secret (the seed of RFC 8032).
    ///
    /// # Errors
    /// [`SecretError`] where they are no seed.
    pub fn new(exam: Tag, id: KeyId, secret: &[u8]) -> Result<Self, SecretError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(secret).map_err(|_| SecretError)?;
        Ok(Self { exam, id, pair })
    }

    /// What others verify with.
    pub fn public(&self) -> PublicKey {
        let bytes = self.pair.public_key().as_ref().try_into().expect("a public key of Ed25519 has 32 bytes");
        PublicKey { exam: self.exam, id: self.id, bytes }
    }

    /// The code that says this of a ticket; exam and key are this key's, whatever `entry` says of them.
    pub fn sign(&self, entry: &Entry) -> String {
        let payload = Entry { exam: self.exam, key: self.id, ..*entry }.to_bytes();
        let signature = self.pair.sign(&signed(&payload));
        base45::encode(&[&payload, signature.as_ref()].concat())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.exam, self.id.0)
    }
}

/// A public key of an exam. As text: the exam's tag, the key's number and 64 hexadecimal digits, with dots between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    exam: Tag,
    id: KeyId,
    bytes: [u8; KEY_BYTES],
}

/// The text is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public key looks like 1a2b3c4d.1. and 64 hexadecimal digits")]
pub struct PublicKeyError;

impl PublicKey {
    /// Of which exam.
    pub fn exam(&self) -> Tag {
        self.exam
    }

    /// Which of its keys.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// As it is stored.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    /// As it was stored.
    pub fn from_bytes(exam: Tag, id: KeyId, bytes: [u8; KEY_BYTES]) -> Self {
        Self { exam, id, bytes }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.", self.exam, self.id.0)?;
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let mut parts = text.trim().split('.');
        let (Some(exam), Some(id), Some(digits), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(PublicKeyError);
        };
        let is_hex = digits.len() == KEY_BYTES * 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_hex {
            return Err(PublicKeyError);
        }
        let mut bytes = [0; KEY_BYTES];
        for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| PublicKeyError)?;
        }
        let exam = exam.parse().map_err(|_| PublicKeyError)?;
        let id = id.parse().map_err(|_| PublicKeyError)?;
        Ok(Self { exam, id: KeyId(id), bytes })
    }
}

/// The keys that are known where codes are read.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys(Vec<PublicKey>);

impl FromIterator<PublicKey> for PublicKeys {
    fn from_iter<T: IntoIterator<Item = PublicKey>>(keys: T) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl PublicKeys {
    /// Reads a file of keys, one a line; empty lines and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// The number of the first line that is none, from 1.
    pub fn parse(text: &str) -> Result<Self, (usize, PublicKeyError)> {
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let said = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        said.map(|(number, line)| line.parse().map_err(|error| (number, error))).collect()
    }

    /// What a code says, if one of these keys signed it.
    ///
    /// # Errors
    /// [`CodeError`].
    pub fn verify(&self, code: &str) -> Result<Entry, CodeError> {
        if code.len() > CODE_CHARS_MAX {
            return Err(CodeError::Malformed);
        }
        let bytes = base45::decode(code).ok_or(CodeError::Malformed)?;
        let length = bytes.len().checked_sub(SIGNATURE_BYTES).ok_or(CodeError::Malformed)?;
        let (payload, signature) = bytes.split_at(length);
        let entry = Entry::from_bytes(payload).ok_or(match Entry::version_of(payload) {
            Some(version) if version != VERSION => CodeError::Version(version),
            _ => CodeError::Malformed,
        })?;
        // Tags may meet: every key of that name and number is tried.
        let mut known = self.0.iter().filter(|key| key.exam == entry.exam && key.id == entry.key).peekable();
        if known.peek().is_none() {
            return Err(CodeError::UnknownKey { exam: entry.exam, id: entry.key });
        }
        let text = signed(payload);
        let is_of = |key: &PublicKey| UnparsedPublicKey::new(&ED25519, key.bytes).verify(&text, signature).is_ok();
        if known.any(is_of) { Ok(entry) } else { Err(CodeError::Forged) }
    }
}

fn signed(payload: &[u8]) -> Vec<u8> {
    [DOMAIN, payload].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entry::tests::{entries, longest};

    fn key(id: u16, secret: u8) -> SigningKey {
        SigningKey::new(Tag::of("degree-english"), KeyId(id), &[secret; KEY_BYTES]).unwrap()
    }

    #[test]
    fn d7_the_longest_code_is_short_enough_and_writes_no_small_letter() {
        let code = key(u16::MAX, 1).sign(&longest());
        assert!(code.len() <= CODE_CHARS_MAX, "{} characters", code.len());
        assert!(code.bytes().all(|byte| !byte.is_ascii_lowercase()));
    }

    #[test]
    fn d7_any_changed_bit_is_refused() {
        let signing = key(1, 1);
        let keys: PublicKeys = [signing.public()].into_iter().collect();
        let bytes = base45::decode(&signing.sign(&longest())).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(keys.verify(&base45::encode(&changed)).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(keys.verify(&base45::encode(&bytes[..length])).is_err(), "{length} bytes");
        }
        assert!(keys.verify(&base45::encode(&bytes)).is_ok());
    }

    #[test]
    fn d7_a_code_says_why_it_is_not_believed() {
        let (first, second) = (key(1, 1), key(2, 2));
        let keys: PublicKeys = [first.public(), second.public()].into_iter().collect();
        let entry = longest();
        assert_eq!(keys.verify(&second.sign(&entry)).unwrap().key, KeyId(2));
        assert_eq!(keys.verify(&key(1, 9).sign(&entry)), Err(CodeError::Forged));
        let unknown = key(3, 2).sign(&entry);
        assert_eq!(keys.verify(&unknown), Err(CodeError::UnknownKey { exam: first.exam, id: KeyId(3) }));
        let mut later = base45::decode(&first.sign(&entry)).unwrap();
        later[1] = 2;
        assert_eq!(keys.verify(&base45::encode(&later)), Err(CodeError::Version(2)));
        for other in ["", "https://exam.example.edu/", "A", &"0".repeat(166), "汉字"] {
            assert_eq!(keys.verify(other), Err(CodeError::Malformed), "{other}");
        }
        assert_eq!(format!("{first:?}"), format!("SigningKey({} 1)", first.exam));
    }

    #[test]
    fn d7_keys_are_written_and_read_line_by_line() {
        let (first, second) = (key(1, 1).public(), key(2, 2).public());
        let keys = PublicKeys::parse(&format!("# degree-english\n{first}\n\n {second}\n")).unwrap();
        assert_eq!(keys.0, [first, second]);
        for bad in ["", "1a2b3c4d.1.00", "x.1.00", &first.to_string()[1..], &format!("{first}.1")] {
            assert_eq!(bad.parse::<PublicKey>(), Err(PublicKeyError), "{bad}");
        }
        assert_eq!(PublicKeys::parse(&format!("{first}\nno key")).unwrap_err().0, 2);
    }

    proptest! {
        #[test]
        fn what_is_signed_is_verified(entry in entries()) {
            let signing = key(7, 3);
            let keys: PublicKeys = [signing.public()].into_iter().collect();
            let code = signing.sign(&entry);
            prop_assert!(code.len() <= CODE_CHARS_MAX);
            prop_assert_eq!(keys.verify(&code), Ok(Entry { key: signing.id, exam: signing.exam, ..entry }));
        }

        #[test]
        fn no_text_makes_it_stumble(text in ".{0,170}") {
            let keys: PublicKeys = [key(1, 1).public()].into_iter().collect();
            prop_assert!(keys.verify(&text).is_err());
        }
    }
}
