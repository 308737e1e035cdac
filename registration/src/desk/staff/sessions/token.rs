//! What a cookie carries: 256 random bits, of which only a hash is kept. A plain hash is enough: nobody guesses them.

use std::fmt;

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Random bytes of a token, which are 43 characters.
const BYTES: usize = 32;
/// Longest text that is taken for a token.
const CHARS_MAX: usize = 64;

/// The token of a sign-in. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    pub(super) fn new() -> Self {
        let mut bytes = [0; BYTES];
        rand::fill(&mut bytes).expect("the system has random bytes");
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A token as a cookie brings it; `None` for what is too long for one.
    pub fn of_cookie(text: &str) -> Option<Self> {
        (!text.is_empty() && text.len() <= CHARS_MAX).then(|| Self(text.to_owned()))
    }

    /// The token itself, for the cookie and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        let hash = digest::digest(&digest::SHA256, self.0.as_bytes());
        hash.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_the_same_and_is_not_shown() {
        let (one, other) = (SessionToken::new(), SessionToken::new());
        assert!(one != other && one.hash() != other.hash() && one.expose().len() == 43);
        assert_eq!(SessionToken::of_cookie(one.expose()).unwrap().hash(), one.hash());
        assert!(SessionToken::of_cookie("").is_none() && SessionToken::of_cookie(&"a".repeat(65)).is_none());
        assert_eq!(format!("{one:?}"), "SessionToken(..)");
    }
}
