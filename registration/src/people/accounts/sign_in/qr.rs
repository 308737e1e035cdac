//! Signing in on a computer by a phone that is signed in: the computer shows a code and a number, the phone scans the one and
//! says the other. The code is good for two minutes and once, and only in the browser that shows it: whoever photographs it
//! has nothing.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::security::{self, Event};
use super::{Account, Accounts};
use crate::model::clock;
use crate::people::candidates::store::qr_sign_ins::{self, StoredQrSignIn};
use crate::secrets::attempts::network_of;
use crate::store::StoreError;

/// How long a code can be scanned and confirmed.
pub const QR_LIFETIME: SignedDuration = SignedDuration::from_mins(2);
/// So long the computer may take to go on once it is confirmed.
const TAKEN_WITHIN: SignedDuration = SignedDuration::from_mins(1);
const TOKEN_BYTES: usize = 16;
/// Numbers have two digits.
const NUMBERS: (u8, u8) = (10, 90);
/// How far the wrong numbers are from the right one: thirds of all, so that the three look the same whichever is right.
const APART: [u8; 2] = [NUMBERS.1 / 3, NUMBERS.1 / 3 * 2];
/// So many codes one address makes within a quarter of an hour, behind which a school may be; then each waits ever longer.
const CODES_FREE: u32 = 300;

/// One of a code's two secrets: what the picture says, or what the computer's cookie does. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct QrToken([u8; TOKEN_BYTES]);

impl QrToken {
    fn draw() -> Self {
        let mut bytes = [0; TOKEN_BYTES];
        rand::fill(&mut bytes).expect("the system has random bytes");
        Self(bytes)
    }
}

impl fmt::Display for QrToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for QrToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QrToken(..)")
    }
}

impl FromStr for QrToken {
    type Err = QrError;

    fn from_str(text: &str) -> Result<Self, QrError> {
        let mut bytes = [0; TOKEN_BYTES];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(TOKEN_BYTES) => Ok(Self(bytes)),
            _ => Err(QrError::Over),
        }
    }
}

/// A code that was just made.
#[derive(Debug, Clone)]
pub struct NewQrSignIn {
    /// What the picture says.
    pub token: QrToken,
    /// What the computer alone knows.
    pub browser: QrToken,
}

/// How a code stands, as the computer that shows it sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QrState {
    /// It can be scanned, until then; the number stands beside it.
    Waiting {
        /// From 10 to 99.
        number: u8,
        /// When it is good no more.
        until: Timestamp,
    },
    /// The phone has confirmed it.
    Confirmed,
    /// It was used or refused, has expired, or there is none.
    Over,
}

/// Why a code signs nobody in. Refusals first (make a new one on the computer), faults last.
#[derive(Debug, thiserror::Error)]
pub enum QrError {
    /// It was used or refused, has expired, or there is none.
    #[error("the code is good no more")]
    Over,
    /// Another number stands on the computer: the code is good no more.
    #[error("another number stands beside the code")]
    OtherNumber,
    /// From this address very many codes were made lately.
    #[error("very many codes were made from this address")]
    TooMany {
        /// When the next one is made.
        retry_after: SignedDuration,
    },
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Makes a code for a computer on which nobody is signed in, at this address.
    ///
    /// # Errors
    /// [`QrError::TooMany`] and [`QrError::Store`].
    pub async fn begin_qr(&self, address: Option<IpAddr>) -> Result<NewQrSignIn, QrError> {
        if let Some(network) = address.filter(|address| !self.is_exempt(*address)).map(network_of) {
            let counted = self.vault.index("attempts qr", &network.to_string());
            self.attempts.begin(counted, CODES_FREE).map_err(|retry_after| QrError::TooMany { retry_after })?;
        }
        let new = NewQrSignIn { token: QrToken::draw(), browser: QrToken::draw() };
        let mut byte = [0];
        rand::fill(&mut byte).expect("the system has random bytes");
        let number = i16::from(NUMBERS.0 + byte[0] % NUMBERS.1);
        let indexes = (&self.qr_index(&new.token), &self.browser_index(&new.browser));
        let client = self.database.client().await?;
        qr_sign_ins::insert(&client, indexes, number, clock::now() + QR_LIFETIME).await?;
        Ok(new)
    }

    /// How the code stands that this computer shows.
    ///
    /// # Errors
    /// What the store says.
    pub async fn qr_state(&self, browser: &QrToken) -> Result<QrState, StoreError> {
        let client = self.database.client().await?;
        let found = qr_sign_ins::of_browser(&client, &self.browser_index(browser)).await?;
        Ok(match found.filter(|one| is_good(one, clock::now())) {
            Some(one) if one.account.is_some() => QrState::Confirmed,
            Some(one) => QrState::Waiting { number: number_of(&one)?, until: one.expires_at },
            None => QrState::Over,
        })
    }

    /// Three numbers, one of which stands on the computer. Looking does not use the code.
    ///
    /// # Errors
    /// [`QrError::Over`] and [`QrError::Store`].
    pub async fn look_at_qr(&self, token: &QrToken) -> Result<[u8; 3], QrError> {
        let client = self.database.client().await?;
        let found = qr_sign_ins::of_token(&client, &self.qr_index(token)).await?;
        let good = found.filter(|one| one.account.is_none() && is_good(one, clock::now())).ok_or(QrError::Over)?;
        Ok(choices(number_of(&good)?))
    }

    /// Signs the computer in as this account, whose owner says which number stands there. With another one, and without any, the
    /// code is good no more. Who says it twice, before the computer goes on, has said it once.
    ///
    /// # Errors
    /// [`QrError::Over`], [`QrError::OtherNumber`] and [`QrError::Store`].
    pub async fn confirm_qr(&self, token: &QrToken, number: Option<u8>, account: &Account) -> Result<(), QrError> {
        let (client, index, now) = (self.database.client().await?, self.qr_index(token), clock::now());
        let found = qr_sign_ins::of_token(&client, &index).await?;
        let good = found.filter(|one| is_good(one, now)).ok_or(QrError::Over)?;
        let is_right = number == Some(number_of(&good)?);
        if !is_right && good.account.is_none() {
            qr_sign_ins::refuse(&client, &index, now).await?;
            return Err(QrError::OtherNumber);
        }
        let who = (account.id.0, account.session_epoch);
        let is_theirs = is_right && qr_sign_ins::confirm(&client, &index, who, (now, now + TAKEN_WITHIN)).await?;
        if is_theirs { Ok(()) } else { Err(QrError::Over) }
    }

    /// Whom the computer signs in, once; `None` where nobody confirmed its code, or they have signed out everywhere since.
    ///
    /// # Errors
    /// What the store says.
    pub async fn take_qr(&self, browser: &QrToken) -> Result<Option<Account>, StoreError> {
        let taken = {
            let client = self.database.client().await?;
            qr_sign_ins::take(&client, &self.browser_index(browser), clock::now()).await?
        };
        let Some((account, epoch)) = taken else { return Ok(None) };
        let account = self.account(crate::model::ids::AccountId(account)).await?;
        let Some(account) = account.filter(|account| account.session_epoch == epoch) else { return Ok(None) };
        security::note(Event::SignedIn, Some(account.id), None);
        self.remember(account.id).await;
        Ok(Some(account))
    }

    fn qr_index(&self, token: &QrToken) -> [u8; 32] {
        self.vault.index("qr", &token.to_string())
    }

    fn browser_index(&self, token: &QrToken) -> [u8; 32] {
        self.vault.index("qr.browser", &token.to_string())
    }
}

fn is_good(one: &StoredQrSignIn, now: Timestamp) -> bool {
    one.ended_at.is_none() && one.expires_at > now
}

fn number_of(one: &StoredQrSignIn) -> Result<u8, StoreError> {
    u8::try_from(one.number).map_err(|_| StoreError::Corrupt("the number of a code"))
}

/// The right number among two others, the smallest first: where it stands says nothing.
fn choices(number: u8) -> [u8; 3] {
    let (first, count) = NUMBERS;
    let other = |apart: u8| first + (number.saturating_sub(first) + apart) % count;
    let mut all = [number, other(APART[0]), other(APART[1])];
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_numbers_of_two_digits_one_of_which_is_right() {
        for number in NUMBERS.0..NUMBERS.0 + NUMBERS.1 {
            let all = choices(number);
            assert!(all.contains(&number) && all[0] < all[1] && all[1] < all[2], "{all:?}");
            assert!(all.iter().all(|one| (10..100).contains(one)), "{all:?}");
            for apart in [30, 60] {
                let other = NUMBERS.0 + (number - NUMBERS.0 + apart) % NUMBERS.1;
                assert_eq!(choices(other), all, "they do not say which of them is right");
            }
        }
    }
}
