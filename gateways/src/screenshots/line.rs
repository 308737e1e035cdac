//! A line of text as a reader gives it, and what all readers write differently made alike.

/// A line of text on a picture, and its place in pixels of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it says, with blanks between words that stand apart.
    pub text: String,
    /// From the picture's left side.
    pub left: u32,
    /// From its upper side.
    pub top: u32,
    /// How wide it is.
    pub width: u32,
    /// How high it is: as high as its characters.
    pub height: u32,
}

/// Full-width letters, digits and signs as ASCII; every yen sign, hyphen and quote as one; no invisible characters.
pub(crate) fn plain(text: &str) -> String {
    let one = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\t' => ' ',
        '\u{ffe5}' | '\u{a5}' => '¥',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '。' | '·' | '•' => '.',
        '、' => ',',
        '∶' | '︰' => ':',
        other => other,
    };
    let is_seen =
        |c: &char| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}');
    text.chars().map(one).filter(is_seen).collect()
}

/// The digit that a reader took for a letter or a sign; digits stay.
pub(crate) fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'O' | 'o' | 'Q' | 'D' | '〇' | '○' => Some('0'),
        'l' | 'I' | 'i' | '|' | '!' | ']' | '[' => Some('1'),
        'Z' | 'z' => Some('2'),
        'S' | 's' => Some('5'),
        'b' => Some('6'),
        'B' => Some('8'),
        'g' | 'q' => Some('9'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_write_differently_is_one_sign() {
        assert_eq!(plain("￥１２．００　元"), "¥12.00 元");
        assert_eq!(plain("—12。00"), "-12.00");
        assert_eq!(plain("支付时间：2026−11\u{200b}−22"), "支付时间:2026-11-22");
    }
}
