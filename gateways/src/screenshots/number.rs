//! Order numbers: those of Alipay and WeChat Pay by their shape, others by what stands before them.

use super::line::digit;

/// Digits of a transaction number of Alipay (the day and twenty more) and of WeChat Pay (`4200` and 24 more).
const VENDOR_DIGITS: usize = 28;
/// Shortest and longest number that is one by its label alone: of banks, of merchants.
const NUMBER_MIN: usize = 8;
const NUMBER_MAX: usize = 40;
/// So few characters may be no digits in what is one number with letters read for digits.
const LETTERS_SHARE: usize = 4;

/// A number of Alipay or WeChat Pay anywhere in the text, blanks within it or not.
pub(crate) fn of_vendor(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_number = |digits: &str| is_of_wechat(digits) || is_of_alipay(digits);
    for start in 0..chars.len() {
        // A run of digits begins there: one more digit on the left would make it another number.
        if start > 0 && chars[start - 1].is_ascii_digit() || !chars[start].is_ascii_digit() {
            continue;
        }
        let run: Vec<char> = chars[start..].iter().map_while(|c| digit(*c)).take(VENDOR_DIGITS + 1).collect();
        let letters = chars[start..].iter().take(VENDOR_DIGITS).filter(|c| !c.is_ascii_digit()).count();
        let run: String = run.into_iter().collect();
        if run.len() == VENDOR_DIGITS && letters * LETTERS_SHARE <= VENDOR_DIGITS && is_number(&run) {
            return Some(run);
        }
    }
    None
}

/// Is it a transaction of WeChat Pay?
fn is_of_wechat(digits: &str) -> bool {
    digits.starts_with("4200")
}

/// Is it a transaction of Alipay? It begins with the day on which it was made.
fn is_of_alipay(digits: &str) -> bool {
    let two = |from: usize| digits.get(from..from + 2).and_then(|two| two.parse::<u8>().ok()).unwrap_or_default();
    digits.starts_with("20") && (1..=12).contains(&two(4)) && (1..=31).contains(&two(6))
}

/// The number that a labelled value begins with: letters, digits, hyphens; with digits that were read as letters mended
/// where it is digits but for a few.
pub(crate) fn labelled(value: &str) -> Option<String> {
    let is_part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '|' | '!' | '〇' | '○');
    let run: String = value.chars().take_while(is_part).filter(|c| *c != ' ').collect();
    let run = run.trim_matches(['-', '_', '|', '!']);
    let count = run.chars().count();
    if !(NUMBER_MIN..=NUMBER_MAX).contains(&count) {
        return None;
    }
    let digits = run.chars().filter(char::is_ascii_digit).count();
    let mended: Option<String> = run.chars().map(digit).collect();
    match mended {
        Some(mended) if (count - digits) * LETTERS_SHARE <= count => Some(mended),
        _ if digits * 2 >= count => Some(run.to_owned()),
        _ => None,
    }
}

/// Is this the rest of a number that went on in the next line: digits alone?
pub(crate) fn goes_on(line: &str) -> Option<String> {
    let rest: Option<String> = line.chars().filter(|c| !c.is_whitespace()).map(digit).collect();
    let real = line.chars().filter(char::is_ascii_digit).count();
    rest.filter(|rest| (1..NUMBER_MAX).contains(&rest.len()) && real * 2 >= rest.len())
}

/// Both parts of a number that stood on two lines; the first alone where it is whole, or both would be too long.
pub(crate) fn with_rest(first: String, rest: &str) -> String {
    let is_whole = of_vendor(&first).is_some();
    if is_whole || first.len() + rest.len() > 32 { first } else { first + rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_vendors_are_known_by_their_shape() {
        let wechat = "4200002456202611221234567890";
        let alipay = "2026112222001456781234567890";
        assert_eq!(of_vendor(wechat).as_deref(), Some(wechat));
        assert_eq!(of_vendor("交易单号 4200 0024 5620 2611 2212 3456 7890").as_deref(), Some(wechat));
        assert_eq!(of_vendor("订单号2026112222OO145678l234567890").as_deref(), Some(alipay));
        for other in ["2026132222001456781234567890", "20261122220014567812345678901", "42000024562026", "¥120.00", ""]
        {
            assert_eq!(of_vendor(other), None, "{other}");
        }
    }

    #[test]
    fn other_numbers_need_a_label() {
        assert_eq!(labelled("1000107101202611220123456789 复制").as_deref(), Some("1000107101202611220123456789"));
        assert_eq!(labelled("T20261122O001 >").as_deref(), Some("T20261122O001"));
        assert_eq!(labelled("62 0611 22l4O3 O512").as_deref(), Some("62061122140305 12".replace(' ', "").as_str()));
        assert_eq!(labelled("余额宝"), None);
        assert_eq!(labelled("123"), None);
        assert_eq!(goes_on("5678 90l2").as_deref(), Some("56789012"));
        assert_eq!(goes_on("余额"), None);
        assert_eq!(with_rest("10001071012026112201".into(), "23456789"), "1000107101202611220123456789");
        assert_eq!(with_rest("4200002456202611221234567890".into(), "12"), "4200002456202611221234567890");
    }
}
