//! Identity documents: which kinds there are, what their numbers look like, and what a number says of its holder.
//!
//! Sources: GB 11643-1999 for resident IDs and residence permits; the Hong Kong Immigration Department's check digit;
//! for the other kinds only the form of the number is public, so that only a form is asked for.

mod number;
mod resident_id;

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

pub use resident_id::{Region, ResidentId};

/// Longest text that is looked at: the longest number with spaces and brackets between its characters.
const TYPED_CHARS_MAX: usize = 60;
/// The oldest people alive were born later.
pub(crate) const BIRTH_YEAR_MIN: i16 = 1900;

/// The kinds of documents that candidates come with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 居民身份证, and the residence permit of Hong Kong, Macau and Taiwan residents: 18 characters.
    ResidentId,
    /// 港澳居民来往内地通行证: `H` or `M` and what somebody has for life, eight digits as a rule.
    HkMacauPermit,
    /// 台湾居民来往大陆通行证: the eight digits that somebody has for life.
    TaiwanPermit,
    /// 护照, of any country.
    Passport,
    /// 香港永久性居民身份证: a letter or two, six digits and a check digit.
    HongKongId,
    /// 澳门居民身份证: eight digits, of which the first is 1, 5 or 7.
    MacauId,
    /// 外国人永久居留身份证, in its form of 2023: 18 characters. The older card is a [`Self::Passport`] to us.
    ForeignResidentId,
}

impl DocumentKind {
    /// All kinds, in the order in which pages offer them.
    pub const ALL: [Self; 7] = [
        Self::ResidentId,
        Self::HkMacauPermit,
        Self::TaiwanPermit,
        Self::Passport,
        Self::HongKongId,
        Self::MacauId,
        Self::ForeignResidentId,
    ];

    /// Its name in files, forms and stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResidentId => "resident_id",
            Self::HkMacauPermit => "hk_macau_permit",
            Self::TaiwanPermit => "taiwan_permit",
            Self::Passport => "passport",
            Self::HongKongId => "hong_kong_id",
            Self::MacauId => "macau_id",
            Self::ForeignResidentId => "foreign_resident_id",
        }
    }
}

/// The text names no kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no such kind of document; there are resident_id, hk_macau_permit, taiwan_permit, passport, hong_kong_id, macau_id, \
     foreign_resident_id"
)]
pub struct UnknownKind;

impl FromStr for DocumentKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// As a resident ID's 17th digit says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// The order code, the 17th digit, is odd.
    Male,
    /// The order code is even.
    Female,
}

/// Why a text is no document number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// A resident ID: not 18 characters.
    #[error("a resident ID has 18 characters")]
    Length,
    /// A resident ID: not 17 digits and a digit or X.
    #[error("a resident ID is 17 digits and a digit or X")]
    Character,
    /// A resident ID: no such province, or a permit number that does not continue with 0000.
    #[error("the first six digits name no issuing place")]
    Place,
    /// A resident ID: no such day, before 1900, or in the future.
    #[error("digits 7 to 14 are no date of birth")]
    BirthDate,
    /// A resident ID: the number of a foreigner's permanent residence card, which is a kind of its own.
    #[error("this is the number of a foreigner's permanent residence card (foreign_resident_id)")]
    ForeignResident,
    /// The check character does not fit the others: most often a typing error.
    #[error("the last character does not fit the others")]
    Check,
    /// Any other kind: the number does not have that kind's form.
    #[error("this is no number of a {}", .0.as_str())]
    Form(DocumentKind),
}

/// A document number of one kind, normalised: equal documents are equal values. `Debug` shows it masked; there is no
/// `Display`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Document(Number);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Number {
    Resident(ResidentId),
    /// Upper-case letters and digits, at least five.
    Other(DocumentKind, String),
}

impl Document {
    /// Reads a number as of today in China. Spaces, brackets and small letters are forgiven; the issue count of a
    /// permit is dropped, because the person keeps the number before it for life.
    pub fn parse(kind: DocumentKind, number: &str) -> Result<Self, DocumentError> {
        if kind == DocumentKind::ResidentId {
            return Ok(number.parse::<ResidentId>()?.into());
        }
        Ok(Self(Number::Other(kind, number::normalise(kind, number)?)))
    }

    /// Its kind, which says how its number is read and what it tells.
    pub fn kind(&self) -> DocumentKind {
        match &self.0 {
            Number::Resident(_) => DocumentKind::ResidentId,
            Number::Other(kind, _) => *kind,
        }
    }

    /// The number, to be encrypted or compared. Never log it.
    pub fn expose(&self) -> &str {
        match &self.0 {
            Number::Resident(id) => id.expose(),
            Number::Other(_, number) => number,
        }
    }

    /// The number as pages show it: `3101**********1234`, `H****5678`.
    pub fn masked(&self) -> String {
        match &self.0 {
            Number::Resident(id) => id.masked(),
            Number::Other(_, number) => {
                let shown = if number.len() >= 8 { (1, 3) } else { (1, 1) };
                let hidden = number.len() - shown.0 - shown.1;
                format!("{}{}{}", &number[..shown.0], "*".repeat(hidden), &number[number.len() - shown.1..])
            }
        }
    }

    /// The resident ID or residence permit, if it is one.
    pub fn resident_id(&self) -> Option<&ResidentId> {
        match &self.0 {
            Number::Resident(id) => Some(id),
            Number::Other(..) => None,
        }
    }

    /// The date of birth, where the number says it.
    pub fn birth_date(&self) -> Option<Date> {
        match &self.0 {
            Number::Resident(id) => Some(id.birth_date()),
            Number::Other(DocumentKind::ForeignResidentId, number) => {
                number.as_bytes().try_into().ok().and_then(resident_id::birth_date)
            }
            Number::Other(..) => None,
        }
    }

    /// The sex, where the number says it.
    pub fn sex(&self) -> Option<Sex> {
        self.resident_id().map(ResidentId::sex)
    }

    /// `kind:number`, as it is sealed and indexed. Residents' numbers of 18 characters share one series, whoever has
    /// them, and what is kept of a foreigner was once kept as a resident ID: both are found by the same index.
    pub(crate) fn keyed(&self) -> String {
        let kind = match self.kind() {
            DocumentKind::ForeignResidentId => DocumentKind::ResidentId,
            kind => kind,
        };
        format!("{}:{}", kind.as_str(), self.expose())
    }

    /// Reads what [`keyed`](Self::keyed) wrote: what was taken in once stays a number, by whatever rule it was.
    pub(crate) fn from_keyed(text: &str) -> Option<Self> {
        let (kind, number) = text.split_once(':')?;
        match kind.parse().ok()? {
            DocumentKind::ResidentId if number.starts_with('9') => ResidentId::kept(number)
                .map(|id| Self(Number::Other(DocumentKind::ForeignResidentId, id.expose().into()))),
            DocumentKind::ResidentId => ResidentId::kept(number).map(Self::from),
            kind => Self::parse(kind, number).ok(),
        }
    }
}

impl From<ResidentId> for Document {
    fn from(id: ResidentId) -> Self {
        Self(Number::Resident(id))
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().as_str(), self.masked())
    }
}

#[cfg(test)]
mod tests;
