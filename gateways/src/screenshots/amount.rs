//! Amounts: with a sign before them or a word behind them, full-width, with separators, with what readers make of them.

use super::labels::is_han;
use super::line::digit;

/// Largest amount that is read, in fen: far above any fee.
const FEN_MAX: i64 = 100_000_000_000;

/// An amount, and whether anything but its digits says that it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) fen: i64,
    /// Has it a yen sign, a 元, or two decimals?
    pub(crate) is_sure: bool,
}

/// The text as an amount and nothing else: `-¥1,200.00`, `12.00元`, `《12 .00`. Money that went out has a minus before it,
/// which does not count.
pub(crate) fn whole(text: &str) -> Option<Amount> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.trim_start_matches(['-', '+', '一', '~', '_', ':']);
    let (text, has_word) = strip_words(text);
    let (text, has_sign) = strip_sign(text);
    let text = text.trim_start_matches(['-', '+', '一', ':']);
    let (fen, has_decimals) = digits(text)?;
    Some(Amount { fen, is_sure: has_word || has_sign || has_decimals })
}

/// The first amount in what stands behind a label: up to the first blank behind a digit, the word behind it, or, where readers
/// lost the blank, the first Chinese character.
pub(crate) fn leading(text: &str) -> Option<Amount> {
    let words: Vec<&str> = text.split_whitespace().collect();
    // Blanks get into amounts: the longest start that is one counts.
    let blank = || (1..=words.len().min(4)).rev().find_map(|count| whole(&words[..count].concat()));
    let word = || {
        let end = text.char_indices().skip_while(|(_, c)| *c != '元').map(|(at, c)| at + c.len_utf8()).next()?;
        whole(&text[..end])
    };
    let character = || whole(&text[..text.find(is_han)?]).filter(|amount| amount.is_sure);
    blank().or_else(word).or_else(character)
}

/// May the line be a sum that stands alone, whatever of it was misread? Most of it is digits, and it is short.
pub(crate) fn may_be_sum(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let count = text.chars().count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let has_point = text.contains(['.', ',', '-', '¥', '元']) && !text.contains(':');
    (3..=16).contains(&count) && digits * 2 >= count && has_point
}

/// Without the currency's words before or behind.
fn strip_words(text: &str) -> (&str, bool) {
    let before = ["人民币", "RMB", "CNY", "rmb"].iter().find_map(|word| text.strip_prefix(word));
    let rest = before.unwrap_or(text);
    let behind = ["元", "圆", "RMB", "CNY"].iter().find_map(|word| rest.strip_suffix(word));
    (behind.unwrap_or(rest), before.is_some() || behind.is_some())
}

/// Without the yen sign, or what readers take it for: a bracket, a Y, Chinese characters with two strokes across.
fn strip_sign(text: &str) -> (&str, bool) {
    const TAKEN_FOR_YEN: [char; 14] = ['¥', '《', 'Y', '半', '羊', '丫', '关', '￥', 'V', '芊', '并', '¢', '*', '<'];
    let rest = text.trim_start_matches(TAKEN_FOR_YEN);
    (rest, rest.len() < text.len())
}

/// Digits, separators of thousands, and at most two decimals, in fen; and whether there were decimals.
fn digits(text: &str) -> Option<(i64, bool)> {
    let real = text.chars().filter(char::is_ascii_digit).count();
    let text: Option<String> = text.chars().map(|c| if matches!(c, '.' | ',') { Some(c) } else { digit(c) }).collect();
    let text = text.filter(|text| real * 3 >= text.len() && text.starts_with(|c: char| c.is_ascii_digit()))?;
    // Two digits behind the last separator are decimals, whichever sign it was read as.
    let (whole, decimals) = match text.rfind(['.', ',']) {
        Some(at) if text.len() - at - 1 == 2 => (&text[..at], &text[at + 1..]),
        Some(at) if text[at..].starts_with('.') => match text.len() - at - 1 {
            1 => (&text[..at], &text[at + 1..]),
            _ => return None,
        },
        _ => (text.as_str(), ""),
    };
    let mut groups = whole.split([',', '.']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_grouped = rest.iter().all(|group| group.len() == 3) && (rest.is_empty() || first.len() <= 3);
    if !is_grouped || first.is_empty() || whole.len() > 15 {
        return None;
    }
    let yuan: i64 = std::iter::once(first).chain(rest).collect::<String>().parse().ok()?;
    let fen: i64 = format!("{decimals:0<2}").parse().ok()?;
    let all = yuan.checked_mul(100)?.checked_add(fen)?;
    (all <= FEN_MAX).then_some((all, !decimals.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_whatever_stands_around_them() {
        for (text, fen) in [
            ("¥12.00", 1200),
            ("12.00元", 1200),
            ("-12.00", 1200),
            ("-¥120.00", 12_000),
            ("¥-120.00", 12_000),
            ("1,200.00", 120_000),
            ("¥12,345.60", 1_234_560),
            ("《12.00", 1200),
            ("Y120.00", 12_000),
            ("半120.00", 12_000),
            ("12 .00", 1200),
            ("1 20.0O", 12_000),
            ("l20.00", 12_000),
            ("12O.OO元", 12_000),
            ("120,00", 12_000),
            ("一120.00", 12_000),
            ("人民币120.00元", 12_000),
            ("RMB 120.00", 12_000),
            ("¥120", 12_000),
            ("120元", 12_000),
            ("¥0.01", 1),
            ("1.200.00", 120_000),
        ] {
            assert_eq!(whole(text).map(|amount| (amount.fen, amount.is_sure)), Some((fen, true)), "{text}");
        }
        assert_eq!(whole("120").map(|amount| amount.is_sure), Some(false));
        for other in ["", "¥", "12:05", "2026.11.22", "12.000", "abc", "OOO", "1,20", "99999999999999999.00"] {
            assert!(
                whole(other).is_none_or(|amount| other == "1,20" && amount.fen == 120),
                "{other}: {:?}",
                whole(other)
            );
        }
    }

    #[test]
    fn a_misread_sum_is_looked_at_again_and_a_clock_is_not() {
        assert!(may_be_sum("-251.225") && may_be_sum("¥1 20.0O") && may_be_sum("- 04.25"));
        assert!(!may_be_sum("14:05") && !may_be_sum("13912345678") && !may_be_sum("账单详情") && !may_be_sum("5G 86"));
    }

    #[test]
    fn behind_a_label_other_words_may_follow() {
        assert_eq!(leading("¥120.00 (已优惠5元)").map(|amount| amount.fen), Some(12_000));
        assert_eq!(leading("¥ 1 20 . 00").map(|amount| amount.fen), Some(12_000));
        assert_eq!(leading("120.00元(含手续费)").map(|amount| amount.fen), Some(12_000));
        assert_eq!(leading("¥1,200.00立减¥5.00").map(|amount| amount.fen), Some(120_000));
        assert_eq!((leading("余额宝"), leading("120张"), leading("半价")), (None, None, None));
    }
}
