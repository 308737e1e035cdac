//! Texts in the two languages of the pages, and what is typed by people.

pub(crate) mod characters;
pub mod imprint;
#[cfg(test)]
mod street;

/// One text, in Chinese and in English.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Text {
    /// What it says in Chinese.
    pub zh: String,
    /// What it says in English.
    pub en: String,
}

/// Paragraphs of one notice, in Chinese and in English.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Paragraphs {
    /// The paragraphs in Chinese.
    pub zh: Vec<String>,
    /// The paragraphs in English.
    pub en: Vec<String>,
}
