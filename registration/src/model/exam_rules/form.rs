//! The registration form: its fields, choices and conditions.

use serde::{Deserialize, Serialize};

use super::identity::PhotoRules;
use super::names::FieldName;
use crate::model::document::Document;
use crate::model::text::Text;

/// The registration form of an exam: `[form]` in its file. Without fields there is none to fill in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Its fields, in order.
    pub fields: Vec<FieldRule>,
    /// The photo that a field of the kind `photo` asks for.
    pub photo: PhotoRules,
}

/// One field of the form: `[[form.fields]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldRule {
    /// Its name, unique within the form.
    pub name: FieldName,
    /// What stands above it.
    pub label: Text,
    /// What explains it, in small print below.
    #[serde(default)]
    pub hint: Option<Text>,
    /// What it takes, or from where its value is known.
    pub kind: FieldKind,
    /// The answers of a `choice`.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Most characters of a `text`.
    #[serde(default = "chars_max")]
    pub chars_max: u16,
    /// May it be left empty?
    #[serde(default)]
    pub is_optional: bool,
    /// It is asked only when another field, further up, has one of these values.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Values with which one may register; empty: any.
    #[serde(default)]
    pub accepts: Vec<String>,
    /// What is said when the value is none of [`Self::accepts`].
    #[serde(default)]
    pub refusal: Option<Text>,
}

fn chars_max() -> u16 {
    100
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// One of some answers.
    Choice,
    /// A photo of the candidate.
    Photo,
    /// The name, as verified; locked.
    Name,
    /// The document number, as verified; locked.
    Document,
    /// The birth date, `2001-02-28`: locked where the document's number says it, asked where it does not.
    BirthDate,
    /// The sex, `male` or `female`: likewise.
    Sex,
    /// The mobile number, as the account has it; changed in 个人中心.
    Mobile,
}

impl FieldKind {
    /// Is the value known without asking, so that the form of somebody with this document only shows it?
    pub fn is_locked(self, document: Option<&Document>) -> bool {
        match self {
            Self::Name | Self::Document | Self::Mobile => true,
            Self::BirthDate => document.is_some_and(|document| document.birth_date().is_some()),
            Self::Sex => document.is_some_and(|document| document.sex().is_some()),
            Self::Text | Self::Choice | Self::Photo => false,
        }
    }
}

/// One answer of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is kept, and what conditions name.
    pub value: String,
    /// What is shown in Chinese.
    pub zh: String,
    /// What is shown in English.
    pub en: String,
}

/// When a field is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The other field, which stands further up in the form.
    pub field: FieldName,
    /// The values that make this one asked.
    pub is: Vec<String>,
}

impl Form {
    /// The field of that name.
    pub fn field(&self, name: &FieldName) -> Option<&FieldRule> {
        self.fields.iter().find(|field| field.name == *name)
    }
}
