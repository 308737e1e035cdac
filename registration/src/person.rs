//! What a candidate says of themselves: a name and a mobile number, parsed once at the edge.

use std::fmt;
use std::str::FromStr;

use crate::text::ascii_digit;

/// Longest name, in characters: names of minorities and foreigners are long.
pub const NAME_CHARS_MAX: usize = 40;

/// A person's name as on the document. `Debug` shows only its length.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(String);

/// A mainland mobile number of 11 digits. `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Mobile(String);

/// The text is no person's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is 2 to 40 letters; spaces, · - ' and . may stand between them")]
pub struct NameError;

/// The text is no mainland mobile number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mobile number is 11 digits and begins with 13 to 19")]
pub struct MobileError;

impl PersonName {
    /// The name. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for PersonName {
    type Err = NameError;

    /// Spaces around are dropped; the many middle dots that keyboards write become `·` (`张三·李四`).
    fn from_str(text: &str) -> Result<Self, NameError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let name = words.join(" ").replace(['•', '・', '‧', '．', '∙', '⋅'], "·");
        let count = name.chars().count();
        let is_joint = |c: char| matches!(c, '·' | ' ' | '-' | '\'' | '’' | '.');
        let fits = (2..=NAME_CHARS_MAX).contains(&count)
            && name.chars().all(|c| c.is_alphabetic() || is_joint(c))
            && name.chars().next().is_some_and(char::is_alphabetic)
            && name.chars().last().is_some_and(|c| c.is_alphabetic() || c == '.');
        if fits { Ok(Self(name)) } else { Err(NameError) }
    }
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

    /// The number as pages show it: `138****5678`.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl FromStr for Mobile {
    type Err = MobileError;

    /// Spaces, hyphens and a leading +86 are ignored, full-width digits accepted.
    fn from_str(text: &str) -> Result<Self, MobileError> {
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| ascii_digit(c).map_or(c, char::from))
            .collect();
        let number = plain.strip_prefix("+86").unwrap_or(&plain);
        let fits = number.len() == 11
            && number.bytes().all(|b| b.is_ascii_digit())
            && number.starts_with('1')
            && number.as_bytes()[1] >= b'3';
        if fits { Ok(Self(number.to_owned())) } else { Err(MobileError) }
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
        ] {
            assert_eq!(typed.parse::<PersonName>().map(|n| n.0), Ok(kept.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in ["", "王", "王1", "<b>王芳", "·王芳", "王芳·", "王\u{0}芳", &"王".repeat(41)] {
            assert_eq!(bad.parse::<PersonName>(), Err(NameError), "{bad:?}");
        }
    }

    #[test]
    fn mobiles_are_read_and_masked() {
        for typed in ["13812345678", " 138 1234 5678", "138-1234-5678", "+8613812345678", "１３８１２３４５６７８"]
        {
            assert_eq!(typed.parse::<Mobile>().map(|m| m.masked()), Ok("138****5678".to_owned()), "{typed}");
        }
        for bad in ["", "1381234567", "138123456789", "12812345678", "23812345678", "1381234567a"] {
            assert_eq!(bad.parse::<Mobile>(), Err(MobileError), "{bad}");
        }
    }

    #[test]
    fn debug_output_names_nobody() {
        let (name, mobile): (PersonName, Mobile) = ("王芳".parse().unwrap(), "13812345678".parse().unwrap());
        assert_eq!(format!("{name:?} {mobile:?}"), "PersonName(2 characters) 138****5678");
    }
}
