//! Passwords: what may be one, and hashing with argon2id behind a gate, because each takes a core and 19 MiB for
//! some milliseconds.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

use crate::gate::{Closed, Gate};

/// Fewest and most characters of a candidate's password.
pub const CANDIDATE_CHARS: RangeInclusive<usize> = 6..=20;
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
    /// A space at its ends or a control character: nobody can type it again.
    #[error("a password neither begins nor ends with a space and has no control characters")]
    Character,
}

impl Password {
    /// Checks a candidate's password.
    pub fn of_candidate(text: &str) -> Result<Self, PasswordError> {
        Self::checked(text, CANDIDATE_CHARS)
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
}

impl Hasher {
    /// On half of the cores: the others keep giving out seats while everybody signs in.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { gate: Gate::new((cores / 2).max(1), QUEUE_MAX, WAIT_MAX), decoy: hash("there is nobody here").into() }
    }

    /// Hashes a new password to a PHC string.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String, Closed> {
        let password = password.0.clone();
        self.gate.run(move || hash(password.expose_secret())).await
    }

    /// Is this the password that was hashed? Without a hash the answer is no, after the same work.
    pub(crate) async fn verify(&self, attempt: &str, hash: Option<String>) -> Result<bool, Closed> {
        let known = hash.is_some();
        let hash: Arc<str> = hash.map_or_else(|| Arc::clone(&self.decoy), Arc::from);
        let fits = attempt.chars().count() <= ATTEMPT_CHARS_MAX;
        let attempt = SecretString::from(if fits { attempt } else { "" });
        let equal = self.gate.run(move || verify(attempt.expose_secret(), &hash)).await?;
        Ok(known && fits && equal)
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

    #[test]
    fn rules_differ_for_candidates_and_staff() {
        assert!(Password::of_candidate("密码123!").is_ok());
        assert_eq!(Password::of_candidate("12345").unwrap_err(), PasswordError::Length { min: 6, max: 20 });
        assert!(matches!(Password::of_candidate(&"x".repeat(21)), Err(PasswordError::Length { .. })));
        assert_eq!(Password::of_candidate(" 123456").unwrap_err(), PasswordError::Character);
        assert_eq!(Password::of_candidate("123\n456").unwrap_err(), PasswordError::Character);
        assert!(matches!(Password::of_staff("123456"), Err(PasswordError::Length { min: 10, max: 64 })));
        assert_eq!(format!("{:?}", Password::of_candidate("123456").unwrap()), "Password(..)");
    }

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let hasher = Hasher::new();
        let stored = hasher.hash(&Password::of_candidate("right-1").unwrap()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(hasher.verify("right-1", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("wrong-1", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify(&"x".repeat(1_000_000), Some(stored)).await.unwrap());
        assert!(!hasher.verify("there is nobody here", None).await.unwrap(), "the decoy is nobody's account");
    }
}
