//! Texts in the two languages of the pages.

/// One text, in Chinese and in English.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Paragraphs of one notice, in Chinese and in English.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paragraphs {
    /// Chinese.
    pub zh: Vec<String>,
    /// English.
    pub en: Vec<String>,
}

/// The ASCII digit that somebody typed, perhaps on a Chinese keyboard in full-width mode.
pub(crate) fn ascii_digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => u8::try_from(c).ok(),
        '０'..='９' => u8::try_from(u32::from(c) - u32::from('０')).ok().map(|digit| b'0' + digit),
        _ => None,
    }
}
