//! What a decision on a payment is about: the picture that was on the page, and since when the order waits. Either one
//! changes when what staff saw is no longer what there is.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

/// What was looked at. As text, for a form of a page: `UUID.microseconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The picture that was shown: the decision is about this one.
    pub(crate) picture: Uuid,
    /// Since when the order waits: it waits anew when the candidate's form is changed.
    pub(crate) since: Timestamp,
}

/// The text says nothing that a page has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a look is UUID.microseconds")]
pub struct LookError;

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.picture, self.since.as_microsecond())
    }
}

impl FromStr for Look {
    type Err = LookError;

    fn from_str(text: &str) -> Result<Self, LookError> {
        let (picture, since) = text.split_once('.').ok_or(LookError)?;
        let since = since.parse().ok().and_then(|micros| Timestamp::from_microsecond(micros).ok()).ok_or(LookError)?;
        Ok(Self { picture: picture.parse().map_err(|_| LookError)?, since })
    }
}

impl Look {
    /// The picture's name in the audit.
    pub fn picture(&self) -> String {
        self.picture.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_read_back() {
        let since = Timestamp::from_microsecond(1_790_000_000_123_456).unwrap();
        let look = Look { picture: Uuid::from_u128(7), since };
        assert_eq!(look.to_string().parse(), Ok(look));
        for bad in ["", "1", "1790000000123", "00000000-0000-0000-0000-000000000007", "x.1", "."] {
            assert_eq!(bad.parse::<Look>(), Err(LookError), "{bad}");
        }
    }
}
