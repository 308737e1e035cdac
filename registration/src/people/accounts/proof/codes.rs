//! Codes to mobiles: six digits for ten minutes and five tries, bound to what they are for. One a minute, five an hour,
//! ten a day for a number; what all of them may cost is in `budgets`.

use std::time::Duration;

use aws_lc_rs::{constant_time, rand};
use deadpool_postgres::GenericClient;
use gateways::SmsError;
use jiff::{SignedDuration, Timestamp};

use crate::model::clock;
use crate::model::person::Mobile;
use crate::model::text::characters::number_text;
use crate::people::accounts::proof::budgets::{Share, SpentBudget};
use crate::people::accounts::{Accounts, Act, Caller};
use crate::people::store;
use crate::secrets::captcha::CaptchaError;
use crate::store::StoreError;

/// How long a code is good.
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// After how long the same number may get another one.
pub const CODE_WAIT: SignedDuration = SignedDuration::from_secs(60);

/// Digits of a code.
const CODE_DIGITS: usize = 6;
/// Longest text that is looked at as a code, in characters.
const CODE_CHARS_MAX: usize = 40;
/// Tries of one code.
const TRIES_MAX: i32 = 5;
/// So many within such a time.
const LIMITS: [(usize, SignedDuration); 3] =
    [(1, CODE_WAIT), (5, SignedDuration::from_hours(1)), (10, SignedDuration::from_hours(24))];
/// A gateway that does not answer is given up after this.
const SENDING_MAX: Duration = Duration::from_secs(8);

/// What a code is for: one for something else is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignUp,
    Mobile,
    Password,
}

impl Purpose {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Mobile => "mobile",
            Self::Password => "password",
        }
    }

    fn share(self) -> Share {
        match self {
            Self::SignUp => Share::Strangers,
            Self::Mobile | Self::Password => Share::Everybody,
        }
    }
}

/// Why no code was sent. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// The form needs a captcha.
    #[error(transparent)]
    Captcha(#[from] CaptchaError),
    /// This number got one, or several, lately.
    #[error("this number must wait for its next code")]
    TooMany {
        /// When it may get the next.
        retry_after: SignedDuration,
    },
    /// As many were asked for as may be on one day. Nothing was counted: neither a captcha nor a try is used up.
    #[error(transparent)]
    Budget(#[from] SpentBudget),
    /// The number cannot receive messages.
    #[error("the number cannot receive messages")]
    Number,
    /// The message could not be sent: try again in a minute.
    #[error("the message could not be sent")]
    Sending,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Sends a code that proves a mobile for a new account.
    pub async fn send_sign_up_code(&self, mobile: &Mobile, caller: &Caller<'_>) -> Result<(), CodeError> {
        let subject = self.mobile_subject(mobile);
        self.send_code(Purpose::SignUp, &subject, mobile, caller).await
    }

    /// Sends a code within all limits. It is only good once the gateway has taken it: one that nobody was sent could only
    /// be guessed.
    pub(crate) async fn send_code(
        &self,
        purpose: Purpose,
        subject: &[u8; 32],
        mobile: &Mobile,
        caller: &Caller<'_>,
    ) -> Result<(), CodeError> {
        // First: who is refused by it has done nothing that arouses suspicion, and keeps the captcha.
        self.look_at_budgets(Some(mobile), purpose.share(), caller).await??;
        self.pass(Act::Code, "", caller)?;
        self.note(Act::Code, caller);
        let code = new_code();
        self.put_code(purpose, subject, mobile, &code, caller).await?;
        let sending = tokio::time::timeout(SENDING_MAX, self.post.send_code(mobile.expose(), &code)).await;
        if !matches!(sending, Ok(Ok(()))) {
            self.withdraw_code(purpose, subject, &code).await?;
        }
        match sending {
            Ok(Ok(())) => Ok(()),
            Ok(Err(SmsError::Number)) => Err(CodeError::Number),
            Ok(Err(SmsError::Throttled)) => Err(CodeError::TooMany { retry_after: CODE_WAIT }),
            Ok(Err(error @ (SmsError::Rejected(_) | SmsError::Unavailable(_)))) => {
                tracing::warn!(%error, "a code was not sent");
                Err(CodeError::Sending)
            }
            Err(_) => {
                tracing::warn!("a code was not sent in time");
                Err(CodeError::Sending)
            }
        }
    }

    /// Keeps a code in place of the one before, counted as a message to the mobile.
    async fn put_code(
        &self,
        purpose: Purpose,
        subject: &[u8; 32],
        mobile: &Mobile,
        code: &str,
        caller: &Caller<'_>,
    ) -> Result<(), CodeError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if let Some(retry_after) = count_sending(&transaction, &self.mobile_subject(mobile), now).await? {
            return Err(CodeError::TooMany { retry_after });
        }
        self.write_code(&transaction, purpose, subject, code).await?;
        self.spend_asked(&transaction, Some(mobile), caller).await??;
        // Last: everybody waits for the row of the day until the transaction ends.
        self.spend_site(&transaction, purpose.share()).await??;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Writes a code in place of the one before.
    pub(crate) async fn write_code(
        &self,
        transaction: &impl GenericClient,
        purpose: Purpose,
        subject: &[u8; 32],
        code: &str,
    ) -> Result<(), StoreError> {
        let hash = self.code_hash(purpose, subject, code);
        let ends = clock::now() + CODE_LIFETIME;
        store::account_codes::put(transaction, purpose.as_str(), subject, &hash, ends).await
    }

    /// The gateway did not take it: it is no code any more, unless another one stands in its place by now.
    pub(crate) async fn withdraw_code(
        &self,
        purpose: Purpose,
        subject: &[u8; 32],
        code: &str,
    ) -> Result<(), StoreError> {
        self.take_code(&self.database.client().await?, purpose, subject, code).await.map(drop)
    }

    /// Is this the code? It stays until [`Self::take_code`]: what follows may still be refused.
    pub(crate) async fn try_code(&self, purpose: Purpose, subject: &[u8; 32], code: &str) -> Result<bool, StoreError> {
        // What has not the form of a code costs no try.
        let digits = digits_of(code);
        if digits.len() != CODE_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(false);
        }
        let client = self.database.client().await?;
        let kept = store::account_codes::begin_try(&client, purpose.as_str(), subject, TRIES_MAX, clock::now()).await?;
        let hash = self.code_hash(purpose, subject, code);
        Ok(kept.is_some_and(|kept| constant_time::verify_slices_are_equal(&kept, &hash).is_ok()))
    }

    /// Uses the code up, in the transaction that does what it is for. False: somebody else was faster.
    pub(crate) async fn take_code(
        &self,
        transaction: &impl GenericClient,
        purpose: Purpose,
        subject: &[u8; 32],
        code: &str,
    ) -> Result<bool, StoreError> {
        let hash = self.code_hash(purpose, subject, code);
        store::account_codes::take(transaction, purpose.as_str(), subject, &hash).await
    }

    /// What messages to this mobile are counted under, and its codes before there is an account.
    pub(crate) fn mobile_subject(&self, mobile: &Mobile) -> [u8; 32] {
        self.vault.index("sending mobile", mobile.expose())
    }

    /// Whoever has the database and not the key cannot try the million codes out.
    pub(crate) fn code_hash(&self, purpose: Purpose, subject: &[u8; 32], code: &str) -> [u8; 32] {
        self.vault.index("code", &format!("{} {subject:?} {}", purpose.as_str(), digits_of(code)))
    }
}

/// A code as it was sent: what phones put between and behind its digits is dropped, and so is the message around it, where it
/// was copied whole.
fn digits_of(code: &str) -> String {
    let typed: String = code.chars().take(CODE_CHARS_MAX).collect();
    let is_code = |run: &&str| run.chars().count() == CODE_DIGITS;
    let mut runs = typed.split(|c: char| !c.is_numeric()).filter(is_code);
    match (runs.next(), runs.next()) {
        (Some(run), None) => number_text(run),
        _ => number_text(&typed),
    }
}

/// Counts a message to a subject. When it is one too many: the time until the next may be sent.
pub(crate) async fn count_sending(
    transaction: &impl GenericClient,
    subject: &[u8; 32],
    now: Timestamp,
) -> Result<Option<SignedDuration>, StoreError> {
    let longest = LIMITS.iter().map(|(_, span)| *span).max().expect("there are limits");
    let most = LIMITS.iter().map(|(count, _)| *count).max().expect("there are limits");
    let limit = i64::try_from(most).expect("a small constant");
    let sent = store::account_sendings::lock_and_list(transaction, subject, now - longest, limit).await?;
    if let Some(wait) = wait(&sent, now) {
        return Ok(Some(wait));
    }
    store::account_sendings::insert(transaction, subject, now).await?;
    Ok(None)
}

/// The longest of what the limits ask for, given when messages were sent, the newest first.
fn wait(sent: &[Timestamp], now: Timestamp) -> Option<SignedDuration> {
    let waits = LIMITS.iter().filter_map(|(count, span)| {
        let left = *span - now.duration_since(*sent.get(count - 1)?);
        (left > SignedDuration::ZERO).then_some(left)
    });
    waits.max()
}

/// Six random digits.
pub(crate) fn new_code() -> String {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).expect("the system has random bytes");
    format!("{:0CODE_DIGITS$}", u64::from_be_bytes(bytes) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c2_one_a_minute_five_an_hour_ten_a_day() {
        let now: Timestamp = "2026-11-20T06:00:00Z".parse().unwrap();
        let ago = |minutes: &[i64]| -> Vec<Timestamp> {
            minutes.iter().map(|minutes| now - SignedDuration::from_mins(*minutes)).collect()
        };
        assert_eq!(wait(&[], now), None);
        assert_eq!(wait(&[now - SignedDuration::from_secs(20)], now), Some(SignedDuration::from_secs(40)));
        assert_eq!(wait(&ago(&[1, 2, 3, 4]), now), None);
        assert_eq!(wait(&ago(&[1, 2, 3, 4, 50]), now), Some(SignedDuration::from_mins(10)));
        assert_eq!(wait(&ago(&[61, 62, 63, 64, 65, 66, 67, 68, 69]), now), None);
        let day = wait(&ago(&[61, 62, 63, 64, 65, 66, 67, 68, 69, 70]), now);
        assert_eq!(day, Some(SignedDuration::from_mins(24 * 60 - 70)));
    }

    #[test]
    fn what_phones_add_to_a_code_is_dropped() {
        for typed in ["123456", " 123-456 ", "123456。", "１２３４５６", "\u{200e}123456", "“123 456”."] {
            assert_eq!(digits_of(typed), "123456", "{typed:?}");
        }
    }

    #[test]
    fn a_code_is_read_as_it_is_copied() {
        for typed in ["【海城】验证码：123456，10分钟内有效", "123456！", "code １２３４５６ (10 min)", "12 34-56"]
        {
            assert_eq!(digits_of(typed), "123456", "{typed:?}");
        }
        for other in ["12345", "1234567", "123456 654321", ""] {
            assert_ne!(digits_of(other), "123456", "{other:?}");
        }
    }

    #[test]
    fn codes_have_six_digits_and_differ() {
        let codes: std::collections::HashSet<String> = (0..1_000).map(|_| new_code()).collect();
        assert!(codes.len() > 990 && codes.iter().all(|code| code.len() == 6));
    }
}
