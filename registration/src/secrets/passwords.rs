//! Passwords: what may be one (`assets/common_passwords.txt` is of Royce Williams' list of leaked passwords, as Django
//! has it under the BSD licence: its 10,000 commonest of six characters and more), and hashing with argon2id behind a
//! bulkhead, because each takes a core and 19 MiB for some milliseconds.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization as _;

use crate::model::exam_rules::PasswordRules;
use crate::secrets::bulkhead::{Bulkhead, Closed};

/// Fewest and most characters of a staff password.
pub const STAFF_CHARS: RangeInclusive<usize> = 10..=64;
/// Most characters of any password, whatever an exam says, and that are ever hashed.
pub const CHARS_MAX: usize = 64;
/// What the product is called: the first that is tried after the site's own name.
const PRODUCT: &str = "seathold";
/// Fewest signs by which a password is a part of something.
const OWN_PART_MIN: usize = 6;
/// Beside something of its owner's a password has so many signs more.
const OWN_REST_MIN: usize = 4;
/// Most requests that wait for their turn: at some 20 ms each, more would wait in vain.
const QUEUE_MAX: usize = 256;
/// Longest wait for one's turn.
const WAIT_MAX: Duration = Duration::from_secs(5);

static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../../assets/common_passwords.txt").lines().collect());

/// A password that obeys the rules. Never shown, not even by `Debug`.
#[derive(Clone)]
pub struct Password(SecretString);

/// Why a text may not be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("a password has {min} to {max} characters")]
    Length {
        /// Least number of characters.
        min: usize,
        /// Largest number of characters.
        max: usize,
    },
    /// Too few of digits, letters and symbols.
    #[error("a password has at least {min} of digits, letters and symbols")]
    Kinds {
        /// How many there must be.
        min: u8,
    },
    /// Among the first that somebody tries who wants in.
    #[error("this password is one of the commonest: choose another")]
    Common,
    /// Made of what others know of its owner: the number of a document, a mobile, a login name, the name.
    #[error("this password is made of your own number or name: choose another")]
    Own,
    /// Made of what everybody knows of the site: its name, who runs it, an exam, a school.
    #[error("this password is made of the name of the site, of an exam or of a school: choose another")]
    Site,
    /// A space at its ends or a control character: nobody can type it again.
    #[error("a password neither begins nor ends with a space and has no control characters")]
    Character,
}

impl Password {
    /// Checks a candidate's password. What the rules ask for is the least; however long it is up to 64 characters, it is
    /// taken. A letter of any script is a letter; what is neither letter nor digit is a symbol.
    pub fn of_candidate(text: &str, rules: &PasswordRules) -> Result<Self, PasswordError> {
        let password = Self::checked(text, usize::from(rules.chars_min)..=CHARS_MAX)?;
        let is_symbol = |c: char| !c.is_numeric() && !c.is_alphabetic();
        let kinds =
            [text.chars().any(char::is_numeric), text.chars().any(char::is_alphabetic), text.chars().any(is_symbol)];
        let count = kinds.into_iter().filter(|has| *has).count();
        if count < usize::from(rules.kinds_min) {
            return Err(PasswordError::Kinds { min: rules.kinds_min });
        }
        password.uncommon()
    }

    /// Checks a staff member's password.
    pub fn of_staff(text: &str) -> Result<Self, PasswordError> {
        Self::checked(text, STAFF_CHARS)?.uncommon()
    }

    /// The same, unless it is made of what others know of its owner: a part of one of these (`900101` of a document's number),
    /// or one of them with hardly anything beside it.
    pub fn unlike(self, own: &[String]) -> Result<Self, PasswordError> {
        let password = bare(self.0.expose_secret());
        if own.iter().any(|own| is_made_of(&password, &bare(own))) { Err(PasswordError::Own) } else { Ok(self) }
    }

    /// The same, unless it is made in that way of what everybody knows of the site: one of these names, or our product's.
    pub fn unlike_site(self, names: &[KnownNames]) -> Result<Self, PasswordError> {
        let password = bare(self.0.expose_secret());
        let mut known = names.iter().flat_map(|names| names.0.iter()).map(String::as_str).chain([PRODUCT]);
        if known.any(|name| is_made_of(&password, name)) { Err(PasswordError::Site) } else { Ok(self) }
    }

    /// A mark behind a common one makes it no other: `Password1!` is tried right after `password1`.
    fn uncommon(self) -> Result<Self, PasswordError> {
        let plain: String = self.0.expose_secret().nfkc().flat_map(char::to_lowercase).collect();
        let bare = plain.trim_end_matches(|c: char| c.is_ascii_punctuation());
        if COMMON.contains(plain.as_str()) || COMMON.contains(bare) { Err(PasswordError::Common) } else { Ok(self) }
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

/// Names that everybody knows, each once, made ready to hold passwords against. Cloning is a reference count.
#[derive(Debug, Clone, Default)]
pub struct KnownNames(Arc<[String]>);

impl KnownNames {
    /// These names; of one sign and less nothing can be made.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let all: BTreeSet<String> = names.into_iter().map(bare).filter(|name| name.chars().count() >= 2).collect();
        Self(all.into_iter().collect())
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
    bulkhead: Bulkhead,
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
            bulkhead: Bulkhead::new((cores / 2).max(1), QUEUE_MAX, WAIT_MAX),
            decoy: hash("there is nobody here").into(),
            runs: Arc::default(),
        }
    }

    /// Hashes a new password to a PHC string.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String, Closed> {
        let password = password.0.clone();
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.bulkhead.run(move || hash(password.expose_secret())).await
    }

    /// Is this the password that was hashed? Without a hash the answer is no, after the same work.
    pub(crate) async fn verify(&self, attempt: &str, hash: Option<String>) -> Result<bool, Closed> {
        let known = hash.is_some();
        let hash: Arc<str> = hash.map_or_else(|| Arc::clone(&self.decoy), Arc::from);
        let fits = attempt.chars().count() <= CHARS_MAX;
        let attempt = SecretString::from(if fits { attempt } else { "" });
        self.runs.fetch_add(1, Ordering::Relaxed);
        let equal = self.bulkhead.run(move || verify(attempt.expose_secret(), &hash)).await?;
        Ok(known && fits && equal)
    }

    /// Which of these hashes are this password's? Compared is at least `times`, whatever there is to compare with, on one
    /// turn.
    pub(crate) async fn verify_all(
        &self,
        attempt: &str,
        hashes: Vec<String>,
        times: usize,
    ) -> Result<Vec<bool>, Closed> {
        let known = hashes.len();
        let decoys = times.saturating_sub(known);
        let decoys = std::iter::repeat_n(Arc::clone(&self.decoy), decoys);
        let hashes: Vec<Arc<str>> = hashes.into_iter().map(Arc::from).chain(decoys).collect();
        let fits = attempt.chars().count() <= CHARS_MAX;
        let attempt = SecretString::from(if fits { attempt } else { "" });
        self.runs.fetch_add(u64::try_from(hashes.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        let work = move || -> Vec<bool> { hashes.iter().map(|hash| verify(attempt.expose_secret(), hash)).collect() };
        let mut equal = self.bulkhead.run(work).await?;
        equal.truncate(known);
        Ok(equal.into_iter().map(|equal| equal && fits).collect())
    }

    /// How many passwords were hashed or compared.
    pub(crate) fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }
}

/// Letters and digits alone, in small letters: what a password is made of.
/// Is the password a part of what is known, or that with hardly anything beside it? Both are [`bare`].
fn is_made_of(password: &str, known: &str) -> bool {
    let (chars, known_chars) = (password.chars().count(), known.chars().count());
    let is_part = chars >= OWN_PART_MIN && known.contains(password);
    is_part || (known_chars >= 2 && chars < known_chars + OWN_REST_MIN && password.contains(known))
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
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
        assert_eq!(candidate("12345").unwrap_err(), PasswordError::Length { min: 6, max: 64 });
        assert!(candidate(&"x".repeat(64)).is_ok(), "longer than the handbook's 20 is better");
        assert!(matches!(candidate(&"x".repeat(65)), Err(PasswordError::Length { .. })));
        assert_eq!(candidate(" 123456").unwrap_err(), PasswordError::Character);
        assert_eq!(candidate("123\n456").unwrap_err(), PasswordError::Character);
        assert!(matches!(Password::of_staff("123456"), Err(PasswordError::Length { min: 10, max: 64 })));
        assert_eq!(format!("{:?}", candidate("correct-horse").unwrap()), "Password(..)");
    }

    #[test]
    fn a1_a_password_has_two_of_digits_letters_and_symbols() {
        let rules = PasswordRules { chars_min: 8, chars_max: 18, kinds_min: 2 };
        for good in ["abcd5678", "abcd!!!!", "1234!!!!", "密码123456"] {
            assert!(Password::of_candidate(good, &rules).is_ok(), "{good}");
        }
        for bad in ["abcdefgh", "12345678", "!!!!!!!!"] {
            assert_eq!(Password::of_candidate(bad, &rules).unwrap_err(), PasswordError::Kinds { min: 2 }, "{bad}");
        }
    }

    #[test]
    fn the_commonest_passwords_are_refused() {
        for bad in ["123456", "Password1", "qq123456", "woaini1314", "5201314", "1qaz2wsx", "11111111"] {
            assert_eq!(candidate(bad).unwrap_err(), PasswordError::Common, "{bad}");
        }
        for bad in ["Password1!", "qq123456.", "ａ１２３４５６７８９", "5201314!!"] {
            assert_eq!(candidate(bad).unwrap_err(), PasswordError::Common, "{bad}");
        }
        assert_eq!(Password::of_staff("1234567890").unwrap_err(), PasswordError::Common);
        assert!(COMMON.len() >= 9_000 && COMMON.iter().all(|one| one.len() >= 6));
    }

    #[test]
    fn a_password_made_of_ones_own_number_is_refused() {
        let own = ["110105199001010014", "13912345678", "li.fang@example.edu.cn", "李芳", "Ana Moreira", ""];
        let own = own.map(str::to_owned);
        let unlike = |text: &str| Password::checked(text, 1..=CHARS_MAX).unwrap().unlike(&own);
        let digits = ["010014", "19900101", "110105199001010014", "13912345678", "139-1234-5678", "a13912345678"];
        for bad in digits.into_iter().chain(["anamoreira1", "li.fang@example", "李芳_1_2_3"]) {
            assert_eq!(unlike(bad).unwrap_err(), PasswordError::Own, "{bad}");
        }
        for good in ["correct-horse", "13912345678-and-more", "李芳和她的猫", "李芳2027", "010015x", "!!!!!!!!a"]
        {
            assert!(unlike(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_password_made_of_the_site_s_names_is_refused() {
        let names = [KnownNames::new(["临江大学", "Linjiang University"]), KnownNames::new(["degree-english", ""])];
        let unlike = |text: &str| Password::checked(text, 1..=CHARS_MAX).unwrap().unlike_site(&names);
        for bad in ["临江大学123", "linjiang", "Degree-English!1", "Seathold", "seathold.26", "university", "english"]
        {
            assert_eq!(unlike(bad).unwrap_err(), PasswordError::Site, "{bad}");
        }
        for good in ["临江的猫过马路", "correct-horse", "my-degree-english-book", "demo-seathold"] {
            assert!(unlike(good).is_ok(), "{good}");
        }
    }

    #[tokio::test]
    async fn one_password_fits_some_of_several_hashes_at_the_same_price() {
        let hasher = Hasher::new();
        let hash = |text: &'static str| async { hasher.hash(&candidate(text).unwrap()).await.unwrap() };
        let hashes = vec![hash("right-1").await, hash("other-1").await];
        let runs = hasher.runs();
        assert_eq!(hasher.verify_all("right-1", hashes, 4).await.unwrap(), [true, false]);
        assert_eq!(hasher.verify_all("right-1", Vec::new(), 4).await.unwrap(), [] as [bool; 0]);
        assert_eq!(hasher.runs() - runs, 8);
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
