//! Yuan as decimal text, and whole fen: no float between them.

/// Largest amount that is read, in fen: far above what a channel takes, far below where sums overflow.
const FEN_MAX: u64 = 1_000_000_000_000;

/// `8800` → `88.00`.
pub(crate) fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// `88`, `88.0` or `88.00` → `8800`. Nothing else is an amount.
pub(crate) fn fen(text: &str) -> Option<u64> {
    match parts(text, 2)? {
        (false, hundreds) => Some(hundreds),
        (true, _) => None,
    }
}

/// The same, with a sign before it or not, and with up to five decimals, of which the third decides the fen: fees
/// in bills.
pub(crate) fn signed_fen(text: &str) -> Option<i64> {
    let (is_negative, amount) = parts(text, 5)?;
    let fen = i64::try_from((amount + 500) / 1000).ok()?;
    Some(if is_negative { -fen } else { fen })
}

/// The sign, and the amount in units of the last decimal.
fn parts(text: &str, decimals: usize) -> Option<(bool, u64)> {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || rest.is_some_and(|rest| !is_number(rest) || rest.len() > decimals) {
        return None;
    }
    let padded = format!("{whole}{:0<decimals$}", rest.unwrap_or_default());
    let amount: u64 = padded.parse().ok()?;
    let per_fen = 10_u64.pow(u32::try_from(decimals.checked_sub(2)?).ok()?);
    (amount / per_fen <= FEN_MAX).then_some((is_negative, amount))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn fen_survive_their_way_over_yuan(amount in 0..=FEN_MAX) {
            prop_assert_eq!(fen(&yuan(amount)), Some(amount));
            prop_assert_eq!(signed_fen(&format!("-{}", yuan(amount))), Some(-i64::try_from(amount).unwrap()));
        }

        #[test]
        fn no_text_is_read_as_an_amount_by_chance(text in "[0-9.,+ -]{0,12}") {
            if let Some(amount) = fen(&text) {
                let whole = text.trim_start_matches('0');
                let written = yuan(amount);
                let written = written.trim_start_matches('0');
                prop_assert!(written.starts_with(whole), "{text} was read as {amount}");
            }
        }

        #[test]
        fn nothing_panics(text in "\\PC*") {
            let _ = (fen(&text), signed_fen(&text));
        }
    }

    #[test]
    fn only_plain_decimals_are_amounts() {
        for (text, amount) in
            [("0.01", 1), ("88", 8800), ("88.5", 8850), ("88.50", 8850), ("100000000.00", 10_000_000_000)]
        {
            assert_eq!(fen(text), Some(amount), "{text}");
        }
        for text in ["", ".", "1.", ".5", "1.001", "1e2", "+1", "-1", "1,000.00", " 1", "１", "99999999999999999999"] {
            assert_eq!(fen(text), None, "{text}");
        }
    }

    #[test]
    fn fees_are_rounded_to_the_fen() {
        for (text, amount) in
            [("0.53000", 53), ("-0.53", -53), ("0.52800", 53), ("0.52400", 52), ("0", 0), ("-0.00", 0)]
        {
            assert_eq!(signed_fen(text), Some(amount), "{text}");
        }
    }
}
