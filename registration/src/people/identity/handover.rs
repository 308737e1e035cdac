//! From a computer to a phone: a link in a QR code, good once and for five minutes, that opens the identity page of one
//! account and nothing else.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::{Identity, IdentityError};
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::people::accounts::SessionId;
use crate::people::store::identity_handovers;
use crate::people::store::identity_handovers::StoredHandover;
use crate::store::StoreError;

/// How long a link is good.
pub const HANDOVER_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// Most links a day.
const HANDOVERS_PER_DAY: u8 = 50;
const TOKEN_BYTES: usize = 16;

/// The secret of a link, 22 characters in an address. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct HandoverToken([u8; TOKEN_BYTES]);

impl HandoverToken {
    /// Four digits that the computer and the phone both show, so that people see that one belongs to the other. Whoever
    /// knows them knows nothing of the secret that could be used.
    pub fn digits(&self) -> String {
        let [.., high, low] = self.0;
        format!("{:04}", u16::from_be_bytes([high, low]) % 10_000)
    }
}

impl fmt::Display for HandoverToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for HandoverToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandoverToken(..)")
    }
}

impl FromStr for HandoverToken {
    type Err = HandoverError;

    fn from_str(text: &str) -> Result<Self, HandoverError> {
        let mut bytes = [0; TOKEN_BYTES];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(TOKEN_BYTES) => Ok(Self(bytes)),
            _ => Err(HandoverError::Unknown),
        }
    }
}

/// Why a link leads nowhere. Refusals first (make a new one on the computer), faults last.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// Nobody's, or a newer one was made.
    #[error("there is no such link")]
    Unknown,
    /// It was used: a link is good once.
    #[error("the link was used already")]
    Used,
    /// Good for five minutes.
    #[error("the link has expired")]
    Expired,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// Makes a link for this account; the one before, if it was not used, is good no more. `session` is the sign-in that
    /// shows it, and `next` is where the phone goes after the identity page.
    pub async fn hand_over(
        &self,
        account: AccountId,
        session: Option<SessionId>,
        next: &str,
    ) -> Result<(HandoverToken, Timestamp), IdentityError> {
        self.count_try(account, "handover", HANDOVERS_PER_DAY).await?;
        let mut bytes = [0; TOKEN_BYTES];
        rand::fill(&mut bytes).expect("the system has random bytes");
        let (token, expires_at) = (HandoverToken(bytes), clock::now() + HANDOVER_LIFETIME);
        let session = session.map(|session| session.0);
        let stored = StoredHandover { account: account.0, session, next: next.to_owned(), expires_at, used_at: None };
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        identity_handovers::insert(&transaction, &self.index(&token), &stored).await?;
        transaction.commit().await?;
        Ok((token, expires_at))
    }

    /// Whose link it is, while it is good. Looking does not use it: programs look at links, too.
    pub async fn look_at_handover(&self, token: &HandoverToken) -> Result<AccountId, HandoverError> {
        let found = identity_handovers::get(&self.database.client().await?, &self.index(token)).await?;
        good(found, clock::now()).map(|found| AccountId(found.account))
    }

    /// Uses the link: whose identity page the phone may open, as long as which sign-in, and where to go afterwards.
    pub async fn take_over(
        &self,
        token: &HandoverToken,
    ) -> Result<(AccountId, Option<SessionId>, String), HandoverError> {
        let (client, index, now) = (self.database.client().await?, self.index(token), clock::now());
        let found = good(identity_handovers::get(&client, &index).await?, now)?;
        if !identity_handovers::take(&client, &index, now).await? {
            return Err(HandoverError::Used);
        }
        Ok((AccountId(found.account), found.session.map(SessionId), found.next))
    }

    fn index(&self, token: &HandoverToken) -> [u8; 32] {
        self.vault.index("handover", &token.to_string())
    }
}

fn good(found: Option<StoredHandover>, now: Timestamp) -> Result<StoredHandover, HandoverError> {
    let found = found.ok_or(HandoverError::Unknown)?;
    if found.used_at.is_some() {
        Err(HandoverError::Used)
    } else if found.expires_at <= now {
        Err(HandoverError::Expired)
    } else {
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_never_shown() {
        let token = HandoverToken([7; TOKEN_BYTES]);
        assert_eq!(token.to_string().len(), 22);
        assert_eq!(token.digits(), "1799");
        assert_eq!(token.to_string().parse::<HandoverToken>().unwrap(), token);
        assert_eq!(format!("{token:?}"), "HandoverToken(..)");
        for bad in ["", "BwcHBwcHBwcHBwcHBwcHB", "BwcHBwcHBwcHBwcHBwcHBwA", "!!!!!!!!!!!!!!!!!!!!!!"] {
            assert!(bad.parse::<HandoverToken>().is_err(), "{bad}");
        }
    }
}
