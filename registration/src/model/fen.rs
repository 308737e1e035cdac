//! Money: whole fen, a hundredth of a yuan.

use std::fmt;
use std::str::FromStr;

/// Most that one fee may be: a million yuan.
pub const FEE_FEN_MAX: i64 = 100_000_000;

/// An amount of money in fen. `Display` gives `¥120.00`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

/// The text is no fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount is yuan like 120 or 120.00, from 0 to 1000000")]
pub struct FenError;

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}¥{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

impl FromStr for Fen {
    type Err = FenError;

    /// Reads yuan with at most two decimals: `120`, `120.5`, `120.00`.
    fn from_str(text: &str) -> Result<Self, FenError> {
        let (yuan, cents) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(yuan, 7) || !digits(cents, 2) {
            return Err(FenError);
        }
        let yuan: i64 = yuan.parse().map_err(|_| FenError)?;
        let parsed: i64 = cents.parse().map_err(|_| FenError)?;
        let fen = yuan * 100 + if cents.len() == 1 { parsed * 10 } else { parsed };
        if fen <= FEE_FEN_MAX { Ok(Self(fen)) } else { Err(FenError) }
    }
}

impl std::iter::Sum for Fen {
    /// An order has few sittings and a fee is at most [`FEE_FEN_MAX`], so that a sum stays far from the type's end.
    fn sum<I: Iterator<Item = Self>>(fees: I) -> Self {
        Self(fees.map(|fee| fee.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_and_written() {
        for (text, fen, shown) in [
            ("120.00", 12_000, "¥120.00"),
            ("0", 0, "¥0.00"),
            ("3.5", 350, "¥3.50"),
            ("3.05", 305, "¥3.05"),
            ("1000000", FEE_FEN_MAX, "¥1000000.00"),
        ] {
            assert_eq!(text.parse(), Ok(Fen(fen)), "{text}");
            assert_eq!(Fen(fen).to_string(), shown);
        }
        assert_eq!(Fen(-5).to_string(), "-¥0.05");
    }

    #[test]
    fn anything_else_is_no_amount() {
        for bad in ["", ".", "1.", ".5", "-1", "+1", "1.234", "1e3", "１", "1 ", "1000000.01", "99999999", "1.2.3"] {
            assert_eq!(bad.parse::<Fen>(), Err(FenError), "{bad:?}");
        }
    }
}
