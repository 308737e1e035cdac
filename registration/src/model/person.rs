//! What a candidate says of themselves: a name and a mobile number, parsed once at the edge.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::model::text::characters::{
    is_apostrophe, is_dash, is_full_stop, is_ideograph, is_middle_dot, meant, name_key, number_text, visible,
};

/// Longest name, in characters: names of minorities and foreigners are long.
pub const NAME_CHARS_MAX: usize = 100;
/// What a page lets be typed for a name: browsers count an ideograph beyond the first plane twice.
pub const NAME_FIELD_MAX: u16 = 200;
const _: () = assert!(NAME_FIELD_MAX as usize == 2 * NAME_CHARS_MAX);
/// Longest text that is looked at as a mobile number, in characters.
const MOBILE_CHARS_MAX: usize = 40;
/// Most stars of a masked name: how long a long one is, is nobody's business.
const STARS_MAX: usize = 3;
/// Digits of a mainland mobile number.
const MOBILE_DIGITS: usize = 11;

/// A person's name as on the document. `Debug` shows only its length.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(String);

/// A mainland mobile number of 11 digits. `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Mobile(String);

/// Why a text is no person's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is no letter in it.
    #[error("the name is missing")]
    Empty,
    /// More than [`NAME_CHARS_MAX`] characters.
    #[error("a name has at most {NAME_CHARS_MAX} characters")]
    TooLong,
    /// This character stands in no name.
    #[error("`{}` (U+{:04X}) cannot be in a name: write it as on the document", .0.escape_debug(), u32::from(*.0))]
    Character(char),
}

/// Why a text is no mobile number that gets messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MobileError {
    /// No 11 digits that begin with 13 to 19.
    #[error("a mobile number is 11 digits and begins with 13 to 19")]
    Form,
    /// A number of Hong Kong, Macau, Taiwan or another country.
    #[error("only mobile numbers of mainland China get messages: 11 digits that begin with 13 to 19")]
    Elsewhere,
}

impl PersonName {
    /// The name. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The name as pages show it until somebody asks for the whole: its first character, and stars for what follows
    /// (`欧***`).
    pub fn masked(&self) -> String {
        let mut signs = self.0.chars();
        let first: String = signs.by_ref().take(1).collect();
        format!("{first}{}", "*".repeat(signs.filter(|sign| sign.is_alphabetic()).count().min(STARS_MAX)))
    }

    /// By what names are compared, wherever they come from: dots, blanks, quotes, hyphens, width and case do not count.
    /// Only `candidate_keys` has it, as an index: when it changes, a migration lets the sweep over all accounts
    /// begin again. Never log it.
    pub fn key(&self) -> String {
        name_key(&self.0)
    }

    /// A name that was taken in before, by whatever rule.
    pub(crate) fn kept(text: &str) -> Self {
        text.parse().unwrap_or_else(|_: NameError| Self(text.to_owned()))
    }
}

impl FromStr for PersonName {
    type Err = NameError;

    /// Invisible characters and what stands around the name are dropped, marks are composed, full-width forms become
    /// plain ones, and the many middle dots that keyboards write become `·` (`张三·李四`).
    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = tidied(text);
        if !name.chars().any(char::is_alphabetic) && name.chars().all(is_of_name) {
            return Err(NameError::Empty);
        }
        if name.chars().count() > NAME_CHARS_MAX {
            return Err(NameError::TooLong);
        }
        match name.chars().find(|c| !is_of_name(*c)) {
            Some(other) => Err(NameError::Character(other)),
            None => Ok(Self(name)),
        }
    }
}

/// Letters and their marks, and what stands between them on documents: `KUMAR A/L RAJAN`, `LEE, MARY ANN`, `LIM @ TAN`; of
/// Tibetan, the mark between syllables.
fn is_of_name(c: char) -> bool {
    let is_between = matches!(c, ' ' | '·' | '-' | '\'' | '.' | ',' | '/' | '@' | '(' | ')' | '\u{f0b}');
    is_between || c.is_alphabetic() || is_combining_mark(c)
}

fn tidied(text: &str) -> String {
    let signs: Vec<char> = visible(text).map(meant).collect();
    let is_han = |c: Option<&char>| c.is_some_and(|c| is_ideograph(*c));
    let mut plain = String::with_capacity(text.len());
    for (place, sign) in signs.iter().enumerate() {
        let before = signs[..place].iter().rfind(|c| !c.is_whitespace());
        let after = signs[place + 1..].iter().find(|c| !c.is_whitespace());
        plain.push(match *sign {
            c if is_middle_dot(c) => '·',
            c if is_full_stop(c) && is_han(before) && (after.is_none() || is_han(after)) => '·',
            c if is_full_stop(c) => '.',
            c if is_dash(c) => '-',
            c if is_apostrophe(c) => '\'',
            c => c,
        });
    }
    let composed: String = plain.nfkc().collect();
    let words: Vec<&str> = composed.split_whitespace().collect();
    let name = words.join(" ").replace(" ·", "·").replace("· ", "·");
    let is_stray = |c: char| matches!(c, ' ' | '·' | '-' | ',' | '/' | '@' | '\u{f0b}');
    name.trim_end_matches(is_stray).trim_start_matches(|c| is_stray(c) || c == '.').to_owned()
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({} characters)", self.0.chars().count())
    }
}

impl Mobile {
    /// The number. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The first seven digits: the block of ten thousand numbers that a carrier was given. Never log it.
    pub(crate) fn prefix(&self) -> &str {
        &self.0[..7]
    }

    /// The number as pages show it: `138****5678`.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl FromStr for Mobile {
    type Err = MobileError;

    /// Blanks, hyphens, brackets and the code of mainland China (`+86`, `0086`, `86`, a single `0`) are dropped, full-width
    /// digits accepted.
    fn from_str(text: &str) -> Result<Self, MobileError> {
        if text.chars().count() > MOBILE_CHARS_MAX {
            return Err(MobileError::Form);
        }
        let typed = number_text(text);
        let international = country_code(&typed);
        let digits = international.unwrap_or(&typed);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MobileError::Form);
        }
        let is_mobile =
            |number: &&str| number.len() == MOBILE_DIGITS && number.starts_with('1') && number.as_bytes()[1] >= b'3';
        let codes: &[&str] = if international.is_some() { &["86", "860"] } else { &["", "86", "0", "860"] };
        let found = codes.iter().filter_map(|code| digits.strip_prefix(code)).find(is_mobile);
        found.map(|number| Self(number.to_owned())).ok_or(if is_elsewhere(&typed) {
            MobileError::Elsewhere
        } else {
            MobileError::Form
        })
    }
}

/// What follows the sign that a country's code comes next: `+`, `00`, or both.
fn country_code(typed: &str) -> Option<&str> {
    let after = typed.strip_prefix('+');
    let zeros = after.unwrap_or(typed).strip_prefix("00");
    zeros.or(after)
}

/// Does a number that is none of the mainland look like one of elsewhere: with another country's code, or as Hong Kong
/// and Macau (eight digits) or Taiwan (`09…`, ten digits) write it?
fn is_elsewhere(typed: &str) -> bool {
    if let Some(coded) = country_code(typed) {
        return !coded.starts_with("86") && coded.len() >= 7;
    }
    let bytes = typed.as_bytes();
    match bytes.len() {
        8 => matches!(bytes[0], b'4'..=b'9'),
        10 => typed.starts_with("09"),
        11..=13 => ["852", "853", "886"].iter().any(|code| typed.starts_with(code)),
        _ => false,
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_kinds_are_accepted() {
        for (typed, kept) in [
            ("王芳", "王芳"),
            ("  欧阳 娜娜 ", "欧阳 娜娜"),
            ("张三•李四", "张三·李四"),
            ("阿卜杜热合曼・买买提", "阿卜杜热合曼·买买提"),
            ("Mary-Ann O'Neil Jr.", "Mary-Ann O'Neil Jr."),
            ("𠮷田", "𠮷田"),
            ("KUMAR A/L RAJAN", "KUMAR A/L RAJAN"),
            ("LEE，MARY ANN", "LEE,MARY ANN"),
            ("LIM @ TAN MEI", "LIM @ TAN MEI"),
            ("WONG (HUANG) LI", "WONG (HUANG) LI"),
            ("O", "O"),
            ("王", "王"),
            ("Nguye\u{302}\u{303}n", "Nguyễn"),
            ("葛\u{e0100}城", "葛城"),
            ("张\u{e863}", "张䶮"),
            ("⻢龙", "马龙"),
            ("\u{f90a}山", "金山"),
            ("Ｍａｒｙ", "Mary"),
            ("古丽米热.艾比布力", "古丽米热·艾比布力"),
            ("古丽米热。艾比布力。", "古丽米热·艾比布力"),
            ("古丽米热ㆍ艾比布力", "古丽米热·艾比布力"),
            ("古丽米热 ᐧ 艾比布力", "古丽米热·艾比布力"),
            ("古丽米热･艾比布力", "古丽米热·艾比布力"),
            ("·王芳·", "王芳"),
            ("\u{202d}王\u{200b}芳\u{202c}\u{feff}", "王芳"),
            ("O’Brien", "O'Brien"),
            ("'t Hooft", "'t Hooft"),
            ("अर्जुन", "अर्जुन"),
            (&"长".repeat(100), &"长".repeat(100)),
        ] {
            assert_eq!(typed.parse::<PersonName>().map(|n| n.0), Ok(kept.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_name_says_why() {
        for (bad, why) in [
            ("", NameError::Empty),
            (" ·\u{200b}", NameError::Empty),
            ("王1", NameError::Character('1')),
            ("<b>王芳", NameError::Character('<')),
            ("王\u{0}芳", NameError::Character('\u{0}')),
            ("王、芳", NameError::Character('、')),
            ("王\u{e000}", NameError::Character('\u{e000}')),
            (&"王".repeat(101), NameError::TooLong),
        ] {
            assert_eq!(bad.parse::<PersonName>(), Err(why), "{bad:?}");
        }
        assert!(NameError::Character('1').to_string().starts_with("`1` (U+0031)"));
        assert_eq!(PersonName::kept("王1").expose(), "王1", "what was taken in before stays a name");
    }

    #[test]
    fn one_name_has_one_key_however_it_is_written() {
        let key = |name: &str| name.parse::<PersonName>().unwrap().key();
        for same in [
            &[
                "古丽米热·艾比布力",
                "古丽米热.艾比布力",
                "古丽米热艾比布力",
                "古丽米热 ﹒ 艾比布力",
                "古丽米热ㆍ艾比布力",
            ][..],
            &["O'BRIEN", "O’Brien", "Obrien", "Ｏ＇Ｂｒｉｅｎ", "O\u{200d}'brien"],
            &["MARY-ANN LEE", "Mary Ann Lee", "LEE"][..2],
            &["金山", "\u{f90a}山"],
            &["Nguyễn", "NGUYE\u{302}\u{303}N", "nguyễn"],
            &["KUMAR A/L RAJAN", "Kumar AL Rajan"],
            &["Groß", "GROSS"],
            &["张䶮", "张\u{e863}"],
        ] {
            assert!(same.iter().all(|name| key(name) == key(same[0])), "{same:?}");
        }
        assert_ne!(key("王芳"), key("王方"));
        assert_ne!(key("Nguyen"), key("Nguyễn"));
    }

    #[test]
    fn mobiles_are_read_and_masked() {
        for typed in [
            "13812345678",
            " 138 1234 5678",
            "138-1234-5678",
            "138‑1234–5678",
            "+8613812345678",
            "＋86 138 1234 5678",
            "(+86)13812345678",
            "（86）13812345678",
            "008613812345678",
            "8613812345678",
            "013812345678",
            "１３８１２３４５６７８",
            "\u{202d}13812345678\u{202c}",
        ] {
            assert_eq!(typed.parse::<Mobile>().map(|m| m.masked()), Ok("138****5678".to_owned()), "{typed}");
        }
        for bad in ["", "1381234567", "138123456789", "12812345678", "23812345678", "1381234567a", &"1".repeat(41)] {
            assert_eq!(bad.parse::<Mobile>(), Err(MobileError::Form), "{bad}");
        }
        for elsewhere in [
            "+852 9123 4567",
            "85291234567",
            "9123 4567",
            "0912345678",
            "+886912345678",
            "00853 66123456",
            "+1 415 555 0100",
        ] {
            assert_eq!(elsewhere.parse::<Mobile>(), Err(MobileError::Elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn debug_output_names_nobody() {
        let (name, mobile): (PersonName, Mobile) = ("王芳".parse().unwrap(), "13812345678".parse().unwrap());
        assert_eq!(format!("{name:?} {mobile:?}"), "PersonName(2 characters) 138****5678");
    }
}
