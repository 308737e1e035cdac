//! A captcha: a picture of five characters or, for whoever cannot read it, some seconds of a device's sums; more of both
//! where more is suspected. Nothing is kept of it but which ones were used: the token says when it ends and what it
//! weighs, and the vault's key makes the answer of it.

mod picture;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use crate::model::text::characters::short_number;
use crate::secrets::bulkhead::Bulkhead;
use crate::secrets::vault::Vault;

/// How long one is good.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Characters of an answer that weighs little, and of each line of a picture.
pub const ANSWER_CHARS: usize = 5;
/// How many sums a device does in place of reading: many small ones, so that the time varies little.
pub const SUMS: usize = 16;

/// What is drawn: no character that looks like another one, small or bent.
const ALPHABET: &[u8; 22] = b"ACDEFHJKLNPRTUVWXY3679";
/// Most used tokens that a generation remembers; when there are more, older ones are refused early.
const USED_MAX: usize = 100_000;
/// Pictures are drawn a few at a time; each takes some milliseconds.
const DRAWN_AT_ONCE: usize = 1;
const QUEUE_MAX: usize = 64;
const DRAW_WAIT_MAX: Duration = Duration::from_secs(2);
/// Nonce, weight, end in seconds, MAC.
const TOKEN_BYTES: usize = HEAD_BYTES + MAC_BYTES;
const HEAD_BYTES: usize = NONCE_BYTES + 1 + 8;
const NONCE_BYTES: usize = 12;
const MAC_BYTES: usize = 16;

/// What a captcha costs whoever answers it. A solver reads pictures for nothing, so the last two are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Weight {
    /// Five characters, or sums of one to two seconds of a cheap phone.
    #[default]
    Light,
    /// Ten characters, or four times the sums.
    Heavy,
    /// Sums alone, sixteen times those of a light one: about half a minute of a cheap phone.
    Sums,
    /// Sums alone, of one to two minutes of a cheap phone.
    LongSums,
}

impl Weight {
    const ALL: [Self; 4] = [Self::Light, Self::Heavy, Self::Sums, Self::LongSums];

    /// Characters to read; `None` where sums alone count.
    pub fn chars(self) -> Option<usize> {
        match self {
            Self::Light => Some(ANSWER_CHARS),
            Self::Heavy => Some(2 * ANSWER_CHARS),
            Self::Sums | Self::LongSums => None,
        }
    }

    /// Leading zero bits that the hash of each sum needs: of 13 there are 2^13 tries on average, 131,072 for all sums.
    pub fn bits(self) -> u32 {
        match self {
            Self::Light => 13,
            Self::Heavy => 15,
            Self::Sums => 17,
            Self::LongSums => 19,
        }
    }

    /// As addresses and tokens have it: 0 to 3. More is the heaviest.
    pub fn of(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::LongSums)
    }

    /// The opposite of [`Self::of`].
    pub fn number(self) -> u8 {
        match self {
            Self::Light => 0,
            Self::Heavy => 1,
            Self::Sums => 2,
            Self::LongSums => 3,
        }
    }

    /// What a token of ours says that it weighs, for drawing its form: only [`Captcha`] can tell whether it is ours.
    pub fn of_token(token: &str) -> Self {
        Self::of(decoded(token).map_or(0, |bytes| bytes[NONCE_BYTES]))
    }
}

/// What came back with a form: the token and one of the two answers; the other is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer<'a> {
    /// The token that the form carried.
    pub token: &'a str,
    /// What was read from the picture.
    pub text: &'a str,
    /// The sums: [`SUMS`] numbers in decimal, with dots between.
    pub sums: &'a str,
}

impl Answer<'_> {
    /// Did the form have none?
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.sums.is_empty()
    }
}

/// Why an answer was not taken. Either way the next one needs a new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaptchaError {
    /// One is needed and none came.
    #[error("a captcha is needed")]
    Missing,
    /// Another answer is right.
    #[error("the captcha was not solved")]
    Wrong,
    /// Its token is none of ours, is used, or has expired: the answer was not even looked at, and counts for nothing.
    #[error("the captcha is not good any more")]
    Stale,
    /// It was of less weight than is asked for by now. Nothing is used up.
    #[error("a captcha of more weight is needed")]
    Light,
}

/// Makes and checks captchas. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Captcha {
    vault: Vault,
    used: Arc<Mutex<Used>>,
    bulkhead: Bulkhead,
}

/// Two generations of used tokens, each as long as a token lives.
#[derive(Default)]
struct Used {
    began: Option<Timestamp>,
    /// Tokens that end before this are not believed: they may have been used and forgotten.
    ends_after: Option<Timestamp>,
    now: HashSet<[u8; NONCE_BYTES]>,
    before: HashSet<[u8; NONCE_BYTES]>,
}

impl Captcha {
    pub(crate) fn new(vault: Vault) -> Self {
        Self { vault, used: Arc::default(), bulkhead: Bulkhead::new(DRAWN_AT_ONCE, QUEUE_MAX, DRAW_WAIT_MAX) }
    }

    /// A new token, for one form, of the least weight.
    pub fn token(&self, now: Timestamp) -> String {
        self.token_of(Weight::Light, now)
    }

    /// A new token of this weight, for one form.
    pub fn token_of(&self, weight: Weight, now: Timestamp) -> String {
        let mut token = [0; TOKEN_BYTES];
        rand::fill(&mut token[..NONCE_BYTES]).expect("the system has random bytes");
        token[NONCE_BYTES] = weight.number();
        let end = (now + LIFETIME).as_second();
        token[NONCE_BYTES + 1..HEAD_BYTES].copy_from_slice(&end.to_be_bytes());
        let mac = mac(&self.vault, &token);
        token[HEAD_BYTES..].copy_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The picture of a token as PNG; `None` when the token is none of ours, is not to be read or has expired, or too many
    /// are drawn.
    pub async fn picture(&self, token: &str, now: Timestamp) -> Option<Bytes> {
        read(&self.vault, token).filter(|known| now < known.end && known.weight.chars().is_some())?;
        let (answer, seed) = (answer(&self.vault, token), self.vault.index("captcha seed", token));
        self.bulkhead.run(move || picture::draw(&answer, seed)).await.ok().map(Bytes::from)
    }

    /// Takes an answer that weighs at least so much. Right or wrong, its token is used up.
    pub(crate) fn take(&self, given: Answer<'_>, least: Weight, now: Timestamp) -> Result<(), CaptchaError> {
        if given.is_empty() {
            return Err(CaptchaError::Missing);
        }
        let Known { nonce, weight, end } = read(&self.vault, given.token).ok_or(CaptchaError::Stale)?;
        if now < end && weight < least {
            return Err(CaptchaError::Light);
        }
        if now >= end || !self.used.lock().expect("nothing panics while counting").take(nonce, end, now) {
            return Err(CaptchaError::Stale);
        }
        let is_solved = match given.sums {
            "" => weight.chars().is_some() && is_read(&answer(&self.vault, given.token), given.text),
            sums => are_right(given.token, sums, weight.bits()),
        };
        if is_solved { Ok(()) } else { Err(CaptchaError::Wrong) }
    }
}

impl Used {
    /// False when it was used before, or may have been.
    fn take(&mut self, nonce: [u8; NONCE_BYTES], end: Timestamp, now: Timestamp) -> bool {
        let began = *self.began.get_or_insert(now);
        if now.duration_since(began) >= LIFETIME || self.now.len() >= USED_MAX {
            if now.duration_since(began) < LIFETIME && !self.before.is_empty() {
                // Forgotten before their time: what could be one of them is refused.
                self.ends_after = Some(began + LIFETIME);
            }
            self.before = std::mem::take(&mut self.now);
            self.began = Some(now);
        }
        let is_known = self.now.contains(&nonce) || self.before.contains(&nonce);
        !is_known && self.ends_after.is_none_or(|after| end > after) && self.now.insert(nonce)
    }
}

/// What the picture of this token shows. Whoever has the vault's key can know it, and nobody else: tests do.
pub fn answer(vault: &Vault, token: &str) -> String {
    let bytes = vault.index("captcha answer", token);
    let chars = Weight::of_token(token).chars().unwrap_or_default();
    let letters = bytes.iter().take(chars).map(|byte| ALPHABET[usize::from(*byte) % ALPHABET.len()]);
    letters.map(char::from).collect()
}

fn mac(vault: &Vault, token: &[u8; TOKEN_BYTES]) -> [u8; MAC_BYTES] {
    let text = URL_SAFE_NO_PAD.encode(&token[..HEAD_BYTES]);
    let index = vault.index("captcha token", &text);
    *index.first_chunk().expect("an index is longer than a MAC")
}

/// What a token of ours says.
struct Known {
    nonce: [u8; NONCE_BYTES],
    weight: Weight,
    end: Timestamp,
}

fn decoded(token: &str) -> Option<[u8; TOKEN_BYTES]> {
    URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()
}

fn read(vault: &Vault, token: &str) -> Option<Known> {
    let bytes = decoded(token)?;
    let is_ours = constant_time::verify_slices_are_equal(&mac(vault, &bytes), &bytes[HEAD_BYTES..]).is_ok();
    let end = i64::from_be_bytes(*bytes[NONCE_BYTES + 1..].first_chunk()?);
    let (weight, end) = (Weight::of(bytes[NONCE_BYTES]), Timestamp::from_second(end).ok()?);
    is_ours.then_some(Known { nonce: *bytes.first_chunk()?, weight, end })
}

/// Spaces, case and full-width letters are forgiven.
fn is_read(answer: &str, typed: &str) -> bool {
    short_number(typed) == answer
}

/// Each of the numbers, hashed after the token and its place, begins with enough zero bits: SHA-256 of `token:0:1234`.
fn are_right(token: &str, sums: &str, bits: u32) -> bool {
    let numbers: Vec<&str> = sums.split('.').take(SUMS + 1).collect();
    let is_right = |(place, number): (usize, &&str)| {
        let is_number = (1..=10).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        let hash = digest::digest(&digest::SHA256, format!("{token}:{place}:{number}").as_bytes());
        let first = hash.as_ref().first_chunk().map_or(u32::MAX, |bytes| u32::from_be_bytes(*bytes));
        is_number && first.leading_zeros() >= bits
    };
    numbers.len() == SUMS && numbers.iter().enumerate().all(is_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captcha() -> (tempfile::TempDir, Captcha) {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::load_or_create(&dir.path().join("keys")).unwrap();
        (dir, Captcha::new(vault))
    }

    fn solve(token: &str, bits: u32) -> String {
        let sums = (0..SUMS).map(|place| {
            let is_right = |number: &u64| {
                let hash = digest::digest(&digest::SHA256, format!("{token}:{place}:{number}").as_bytes());
                u32::from_be_bytes(*hash.as_ref().first_chunk().unwrap()).leading_zeros() >= bits
            };
            (0_u64..).find(is_right).unwrap().to_string()
        });
        sums.collect::<Vec<_>>().join(".")
    }

    #[tokio::test]
    async fn b2_one_answer_for_one_form() {
        let ((_dir, captcha), now) = (captcha(), Timestamp::now());
        let token = captcha.token(now);
        let right = answer(&captcha.vault, &token);
        let png = captcha.picture(&token, now).await.unwrap();
        assert!(png.starts_with(b"\x89PNG") && png.len() < 8 * 1024, "{} bytes", png.len());
        let typed = format!(" {} ", right.to_ascii_lowercase());
        let given = Answer { token: &token, text: &typed, sums: "" };
        assert_eq!(captcha.take(given, Weight::Light, now), Ok(()));
        assert_eq!(captcha.take(given, Weight::Light, now), Err(CaptchaError::Stale), "it is used");
        let token = captcha.token(now);
        let wrong = Answer { token: &token, text: "AAAA", sums: "" };
        assert_eq!(captcha.take(wrong, Weight::Light, now), Err(CaptchaError::Wrong));
        let text = answer(&captcha.vault, &token);
        let right = Answer { token: &token, text: &text, sums: "" };
        assert_eq!(captcha.take(right, Weight::Light, now), Err(CaptchaError::Stale), "one try a picture");
        assert_eq!(captcha.take(Answer::default(), Weight::Light, now), Err(CaptchaError::Missing));
    }

    #[test]
    fn it_ends_and_cannot_be_made_elsewhere() {
        let ((_other_dir, other), (_dir, captcha)) = (captcha(), captcha());
        let now = Timestamp::now();
        let token = captcha.token(now);
        let text = answer(&captcha.vault, &token);
        let given = Answer { token: &token, text: &text, sums: "" };
        assert_eq!(captcha.take(given, Weight::Light, now + LIFETIME), Err(CaptchaError::Stale));
        let foreign = other.token(now);
        let text = answer(&captcha.vault, &foreign);
        let given = Answer { token: &foreign, text: &text, sums: "" };
        assert_eq!(captcha.take(given, Weight::Light, now), Err(CaptchaError::Stale));
        for bad in ["", "x", &token[1..], &format!("{token}A")] {
            let given = Answer { token: bad, text: "AAAAA", sums: "" };
            assert_eq!(captcha.take(given, Weight::Light, now), Err(CaptchaError::Stale));
        }
    }

    #[test]
    fn sums_stand_in_for_reading() {
        let ((_dir, captcha), now) = (captcha(), Timestamp::now());
        let token = captcha.token(now);
        let sums = solve(&token, 13);
        assert!(are_right(&token, &sums, 13) && !are_right(&captcha.token(now), &sums, 13));
        let (more, less) = (format!("{sums}.1"), sums.replacen('.', ".1", 1));
        assert!(!are_right(&token, &less, 13) && !are_right(&token, &more, 13) && !are_right(&token, &sums, 20));
        let given = Answer { token: &token, text: "", sums: &sums };
        assert_eq!(captcha.take(given, Weight::Light, now), Ok(()));
        assert_eq!(captcha.take(given, Weight::Light, now), Err(CaptchaError::Stale));
    }

    #[tokio::test]
    async fn what_weighs_less_than_asked_is_not_taken_and_not_used_up() {
        let ((_dir, captcha), now) = (captcha(), Timestamp::now());
        for (place, weight) in Weight::ALL.into_iter().enumerate() {
            let token = captcha.token_of(weight, now);
            assert_eq!(Weight::of_token(&token), weight);
            let text = answer(&captcha.vault, &token);
            assert_eq!(text.len(), weight.chars().unwrap_or_default());
            assert_eq!(captcha.picture(&token, now).await.is_some(), weight.chars().is_some());
            let given = Answer { token: &token, text: &text, sums: "" };
            for heavier in &Weight::ALL[place + 1..] {
                assert_eq!(captcha.take(Answer { text: "x", ..given }, *heavier, now), Err(CaptchaError::Light));
            }
            let taken = captcha.take(Answer { text: if text.is_empty() { "x" } else { &text }, ..given }, weight, now);
            assert_eq!(taken, weight.chars().map(drop).ok_or(CaptchaError::Wrong), "{weight:?}");
        }
        // Whoever writes another weight into a token has no token of ours.
        let mut bytes = decoded(&captcha.token(now)).unwrap();
        bytes[NONCE_BYTES] = 3;
        assert!(read(&captcha.vault, &URL_SAFE_NO_PAD.encode(bytes)).is_none());
    }

    #[test]
    fn what_was_used_is_known_as_long_as_its_token_is_good() {
        let (mut used, start) = (Used::default(), Timestamp::now());
        let after = |minutes: i64| start + SignedDuration::from_mins(minutes);
        assert!(used.take([1; NONCE_BYTES], after(10), start));
        assert!(used.take([2; NONCE_BYTES], after(19), after(9)));
        assert!(used.take([3; NONCE_BYTES], after(20), after(10)), "from here on those are the ones of before");
        assert!(!used.take([2; NONCE_BYTES], after(19), after(11)), "it is good for eight minutes more");
    }

    #[test]
    fn what_was_used_is_remembered_or_refused() {
        let (mut used, start) = (Used::default(), Timestamp::now());
        let nonce = |number: u32| {
            let mut nonce = [0; NONCE_BYTES];
            nonce[..4].copy_from_slice(&number.to_be_bytes());
            nonce
        };
        let end = start + LIFETIME;
        for number in 0..250_000 {
            used.take(nonce(number), end, start);
        }
        assert!(used.now.len() <= USED_MAX && used.before.len() <= USED_MAX);
        assert!((0..250_000).step_by(1000).all(|number| !used.take(nonce(number), end, start)), "none twice");
        let later = start + LIFETIME;
        assert!(used.take(nonce(1), later + LIFETIME, later), "new ones are taken again");
    }
}
