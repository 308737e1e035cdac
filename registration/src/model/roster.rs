//! One person of an exam's roster, and one result of an earlier exam. Plain values.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::document::{Document, DocumentKind};
use crate::model::exam_rules::{FieldName, OrganisationCode, SubjectId};
use crate::model::person::PersonName;
use crate::model::text::characters::number_text;

/// The columns that every roster may have, in the order in which pages show them. Others follow.
pub const COLUMNS: [&str; 11] = [
    "school",
    "campus",
    "level",
    "years",
    "entry_year",
    "grade",
    "department",
    "major",
    "class",
    "student_number",
    "note",
];

/// A person as the roster knows them. `Debug` names nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct RosterRecord {
    /// The document by which the person is looked up.
    pub document: Document,
    /// The name as on it.
    pub name: PersonName,
    /// The subjects that the person may register for.
    pub subjects: Vec<SubjectId>,
    /// The subjects that the person may not register for, whatever else.
    pub barred: Vec<SubjectId>,
    /// Every other column that has a value.
    pub columns: BTreeMap<FieldName, String>,
}

impl RosterRecord {
    /// A column's value; empty when it has none.
    pub fn column(&self, name: &str) -> &str {
        self.columns.iter().find(|(column, _)| column.as_str() == name).map_or("", |(_, value)| value.as_str())
    }

    /// The campus, where the record names one by its code.
    pub fn campus(&self) -> Option<OrganisationCode> {
        self.column("campus").parse().ok()
    }

    /// The subjects that the person may register for, `granted` by a passed review included.
    pub fn eligible(&self, granted: &[SubjectId]) -> Vec<SubjectId> {
        let mut eligible = self.subjects.clone();
        eligible.extend(granted.iter().filter(|id| !self.subjects.contains(id)).cloned());
        eligible.retain(|id| !self.barred.contains(id));
        eligible
    }

    /// As it is sealed.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let stored = Stored {
            document: self.document.keyed(),
            name: self.name.expose().to_owned(),
            subjects: self.subjects.clone(),
            barred: self.barred.clone(),
            columns: self.columns.clone(),
        };
        serde_json::to_vec(&stored).expect("texts by text keys are always JSON")
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(bytes).ok()?;
        Some(Self {
            document: Document::from_keyed(&stored.document)?,
            name: PersonName::kept(&stored.name),
            subjects: stored.subjects,
            barred: stored.barred,
            columns: stored.columns,
        })
    }
}

impl fmt::Debug for RosterRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RosterRecord").field("subjects", &self.subjects).field("barred", &self.barred).finish()
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    document: String,
    name: String,
    subjects: Vec<SubjectId>,
    barred: Vec<SubjectId>,
    columns: BTreeMap<FieldName, String>,
}

/// The number of an admission ticket of an earlier exam, normalised. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PastNumber(String);

/// The text is no number of an admission ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number of an admission ticket is 4 to 40 letters and digits")]
pub struct PastNumberError;

impl PastNumber {
    /// The number. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The number as staff and candidates see it: only its end.
    pub fn masked(&self) -> String {
        let (hidden, shown) = self.0.split_at(self.0.len() - self.0.len().min(4));
        format!("{}{shown}", "*".repeat(hidden.len()))
    }
}

impl std::str::FromStr for PastNumber {
    type Err = PastNumberError;

    /// Spaces and hyphens are ignored, full-width digits accepted.
    fn from_str(text: &str) -> Result<Self, PastNumberError> {
        let plain = plain(text);
        let fits = (4..=40).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits { Ok(Self(plain)) } else { Err(PastNumberError) }
    }
}

impl fmt::Debug for PastNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PastNumber")
    }
}

/// One result of an earlier exam. `Debug` names nobody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PastScore {
    #[serde(rename = "ticket")]
    pub(crate) past_number: String,
    /// The number as a candidate's [`Document`] has it, whatever its kind.
    pub(crate) document: String,
    pub(crate) name: String,
    pub(crate) subject: String,
    pub(crate) year: u16,
    pub(crate) score: u16,
}

/// A document number of whatever kind, as the first kind that it fits has it. Old results often do not name the kind,
/// and may be of a kind that nobody can register with any more.
pub(crate) fn number_of_any_kind(text: &str) -> Option<String> {
    let known = DocumentKind::ALL.into_iter().find_map(|kind| Document::parse(kind, text).ok());
    let number = known.map_or_else(|| plain(text), |document| document.expose().to_owned());
    let fits = (1..=40).contains(&number.chars().count()) && !number.chars().any(char::is_control);
    fits.then_some(number)
}

/// By what names are compared.
pub(crate) fn name_key(name: &PersonName) -> String {
    name.key()
}

/// What the version before looked names up by. It is still written, for processes of that version beside this one.
pub(crate) fn name_key_of_before(name: &PersonName) -> String {
    name.expose().chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// A text without what people write differently: blanks, dashes, dots, width and case.
pub(crate) fn plain(text: &str) -> String {
    number_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> RosterRecord {
        let ids = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        RosterRecord {
            document: Document::parse(DocumentKind::MacauId, "5234567(8)").unwrap(),
            name: "张三·李四".parse().unwrap(),
            subjects: ids(&["cet4", "cet6"]),
            barred: ids(&["cet6"]),
            columns: [("campus".parse().unwrap(), "993010".to_owned())].into(),
        }
    }

    #[test]
    fn b9_the_barred_are_never_eligible_and_a_grant_adds() {
        let granted: Vec<SubjectId> = ["cet6", "set4", "cet4"].iter().map(|text| text.parse().unwrap()).collect();
        let eligible = record().eligible(&granted);
        assert_eq!(eligible.iter().map(SubjectId::as_str).collect::<Vec<_>>(), ["cet4", "set4"]);
        assert_eq!(record().eligible(&[]).len(), 1);
    }

    #[test]
    fn a_record_is_read_back_and_debug_names_nobody() {
        let record = record();
        assert_eq!(RosterRecord::from_bytes(&record.to_bytes()), Some(record.clone()));
        assert_eq!(record.campus().unwrap().as_str(), "993010");
        let shown = format!("{record:?} {:?}", "110100171102001".parse::<PastNumber>().unwrap());
        for hidden in ["张三", "5234567", "993010", "2001"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }

    #[test]
    fn b10_past_numbers_are_the_same_however_they_are_typed() {
        for typed in ["110100171102001", " 1101 0017 1102 001", "１１０１００１７１１０２００１"] {
            assert_eq!(typed.parse::<PastNumber>().unwrap().expose(), "110100171102001", "{typed}");
        }
        assert_eq!("110100171102001".parse::<PastNumber>().unwrap().masked(), "***********2001");
        for bad in ["", "123", "12#45", "准考证12345", &"1".repeat(41)] {
            assert_eq!(bad.parse::<PastNumber>(), Err(PastNumberError), "{bad}");
        }
    }

    #[test]
    fn b10_old_numbers_match_whatever_their_kind() {
        assert_eq!(number_of_any_kind("11010519491231002x").unwrap(), "11010519491231002X");
        assert_eq!(number_of_any_kind("H1234567802").unwrap(), "H12345678");
        assert_eq!(number_of_any_kind("军字第001号").unwrap(), "军字第001号");
        assert_eq!(number_of_any_kind(" "), None);
    }

    #[test]
    fn names_are_compared_without_spaces_and_capitals() {
        let key = |name: &str| name_key(&name.parse().unwrap());
        assert_eq!(key("张三•李四"), key("张三·李 四"));
        assert_eq!(key("Mary Ann O'Neil"), key("MARY ANN O'NEIL"));
        assert_ne!(key("王芳"), key("王方"));
    }
}
