//! Passwords: what may be one, and hashing with argon2id behind a gate, because each takes a core and 19 MiB for
//! some milliseconds.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

use crate::exam_rules::PasswordRules;
use crate::gate::{Closed, Gate};

/// Fewest and most characters of a staff password.
pub const STAFF_CHARS: RangeInclusive<usize> = 10..=64;
/// Most characters that are ever hashed: a longer attempt is wrong anyway.
const ATTEMPT_CHARS_MAX: usize = 64;
/// Most requests that wait for their turn: at some 20 ms each, more would wait in vain.
const QUEUE_MAX: usize = 256;
/// Longest wait for one's turn.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// A password that obeys the rules. Never shown, not even by `Debug`.
#[derive(Clone)]
pub struct Password(SecretString);

/// Why a text may not be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("a password has {min} to {max} characters")]
    Length {
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
    },
    /// Too few of digits, letters and symbols.
    #[error("a password has at least {min} of digits, letters and symbols")]
    Kinds {
        /// How many there must be.
        min: u8,
    },
    /// A space at its ends or a control character: nobody can type it again.
    #[error("a password neither begins nor ends with a space and has no control characters")]
    Character,
}

impl Password {
    /// Checks a candidate's password. A letter of any script is a letter; what is neither letter nor digit is a symbol.
    pub fn of_candidate(text: &str, rules: &PasswordRules) -> Result<Self, PasswordError> {
        let password = Self::checked(text, usize::from(rules.chars_min)..=usize::from(rules.chars_max))?;
        let is_symbol = |c: char| !c.is_numeric() && !c.is_alphabetic();
        let kinds =
            [text.chars().any(char::is_numeric), text.chars().any(char::is_alphabetic), text.chars().any(is_symbol)];
        let count = kinds.into_iter().filter(|has| *has).count();
        if count < usize::from(rules.kinds_min) {
            return Err(PasswordError::Kinds { min: rules.kinds_min });
        }
        Ok(password)
    }

    /// Checks a staff member's password.
    pub fn of_staff(text: &str) -> Result<Self, PasswordError> {
        Self::checked(text, STAFF_CHARS)
    }

    fn checked(text: &str, chars: RangeInclusive<usize>) -> Result<Self, PasswordError> {
        if !chars.contains(&text.chars().count()) {
            return Err(PasswordError::Length { min: *chars.start(), max: *chars.end() });
        }
        if text.trim().len() != text.len() || text.chars().any(char::is_control) {
            return Err(PasswordError::Character);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Hashes and compares passwords, a few at a time. Cloning is a reference count.
#[derive(Clone)]
pub(crate) struct Hasher {
    gate: Gate,
    /// Compared with when there is no account, so that the answer takes the same time.
    decoy: Arc<str>,
    /// How many passwords were hashed or compared: tests see by it that two ways cost the same.
    runs: Arc<AtomicU64>,
}

impl Hasher {
    /// On half of the cores: the others keep giving out seats while everybody signs in.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            gate: Gate::new((cores / 2).max(1), QUEUE_MAX, WAIT_MAX),
            decoy: hash("there is nobody here").into(),
            runs: Arc::default(),
        }
    }

    /// Hashes a new password to a PHC string.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String, Closed> {
        let password = password.0.clone();
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.gate.run(move || hash(password.expose_secret())).await
    }

    /// Is this the password that was hashed? Without a hash the answer is no, after the same work.
    pub(crate) async fn verify(&self, attempt: &str, hash: Option<String>) -> Result<bool, Closed> {
        let known = hash.is_some();
        let hash: Arc<str> = hash.map_or_else(|| Arc::clone(&self.decoy), Arc::from);
        let fits = attempt.chars().count() <= ATTEMPT_CHARS_MAX;
        let attempt = SecretString::from(if fits { attempt } else { "" });
        self.runs.fetch_add(1, Ordering::Relaxed);
        let equal = self.gate.run(move || verify(attempt.expose_secret(), &hash)).await?;
        Ok(known && fits && equal)
    }

    /// How many passwords were hashed or compared.
    pub(crate) fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }
}

fn hash(password: &str) -> String {
    // The default is OWASP's first choice: argon2id, 19 MiB, 2 passes, 1 lane.
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("hashing fails only without memory or random bytes")
        .to_string()
}

fn verify(attempt: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(attempt.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(text: &str) -> Result<Password, PasswordError> {
        Password::of_candidate(text, &PasswordRules::default())
    }

    #[test]
    fn c2_rules_differ_for_candidates_and_staff() {
        assert!(candidate("密码123!").is_ok());
        assert_eq!(candidate("12345").unwrap_err(), PasswordError::Length { min: 6, max: 20 });
        assert!(matches!(candidate(&"x".repeat(21)), Err(PasswordError::Length { .. })));
        assert_eq!(candidate(" 123456").unwrap_err(), PasswordError::Character);
        assert_eq!(candidate("123\n456").unwrap_err(), PasswordError::Character);
        assert!(matches!(Password::of_staff("123456"), Err(PasswordError::Length { min: 10, max: 64 })));
        assert_eq!(format!("{:?}", candidate("123456").unwrap()), "Password(..)");
    }

    #[test]
    fn a1_a_password_has_two_of_digits_letters_and_symbols() {
        let rules = PasswordRules { chars_min: 8, chars_max: 18, kinds_min: 2 };
        for good in ["abcd1234", "abcd!!!!", "1234!!!!", "密码123456"] {
            assert!(Password::of_candidate(good, &rules).is_ok(), "{good}");
        }
        for bad in ["abcdefgh", "12345678", "!!!!!!!!"] {
            assert_eq!(Password::of_candidate(bad, &rules).unwrap_err(), PasswordError::Kinds { min: 2 }, "{bad}");
        }
    }

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let hasher = Hasher::new();
        let stored = hasher.hash(&candidate("right-1").unwrap()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(hasher.verify("right-1", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("wrong-1", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify(&"x".repeat(1_000_000), Some(stored)).await.unwrap());
        assert!(!hasher.verify("there is nobody here", None).await.unwrap(), "the decoy is nobody's account");
    }
}
