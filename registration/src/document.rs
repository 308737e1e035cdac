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

/// The kinds of documents that candidates come with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 居民身份证, and the residence permit of Hong Kong, Macau and Taiwan residents: 18 characters.
    ResidentId,
    /// 港澳居民来往内地通行证.
    HkMacauPermit,
    /// 台湾居民来往大陆通行证.
    TaiwanPermit,
    /// 护照, of any country.
    Passport,
    /// 香港永久性居民身份证.
    HongKongId,
    /// 澳门居民身份证.
    MacauId,
}

impl DocumentKind {
    /// All kinds, in the order in which pages offer them.
    pub const ALL: [Self; 6] =
        [Self::ResidentId, Self::HkMacauPermit, Self::TaiwanPermit, Self::Passport, Self::HongKongId, Self::MacauId];

    /// Its name in files, forms and stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResidentId => "resident_id",
            Self::HkMacauPermit => "hk_macau_permit",
            Self::TaiwanPermit => "taiwan_permit",
            Self::Passport => "passport",
            Self::HongKongId => "hong_kong_id",
            Self::MacauId => "macau_id",
        }
    }
}

/// The text names no kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no such kind of document; there are resident_id, hk_macau_permit, taiwan_permit, passport, hong_kong_id, macau_id"
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
    /// Odd.
    Male,
    /// Even.
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
    /// A resident ID: no such day, before 1800, or in the future.
    #[error("digits 7 to 14 are no date of birth")]
    BirthDate,
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

    /// Its kind.
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
        self.resident_id().map(ResidentId::birth_date)
    }

    /// The sex, where the number says it.
    pub fn sex(&self) -> Option<Sex> {
        self.resident_id().map(ResidentId::sex)
    }

    /// `kind:number`, as it is sealed and indexed.
    pub(crate) fn keyed(&self) -> String {
        format!("{}:{}", self.kind().as_str(), self.expose())
    }

    /// Reads what [`keyed`](Self::keyed) wrote.
    pub(crate) fn from_keyed(text: &str) -> Option<Self> {
        let (kind, number) = text.split_once(':')?;
        Self::parse(kind.parse().ok()?, number).ok()
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
mod tests {
    use jiff::civil::date;

    use super::DocumentKind::{HkMacauPermit, HongKongId, MacauId, Passport, TaiwanPermit};
    use super::*;

    fn number(kind: DocumentKind, text: &str) -> Option<String> {
        Document::parse(kind, text).ok().map(|document| document.expose().to_owned())
    }

    /// Valid numbers with birth date and sex as PyPI's `id-validator` 1.0.20 read them; of every other check
    /// character it said that the number is none.
    #[test]
    fn resident_ids_are_read_as_another_program_reads_them() {
        for (text, born, sex) in [
            ("820000196212128154", "1962-12-12", 1),
            ("320502199701274772", "1997-01-27", 1),
            ("310115193603043816", "1936-03-04", 1),
            ("460100196107181058", "1961-07-18", 1),
            ("820000196101242229", "1961-01-24", 0),
            ("542421196503287858", "1965-03-28", 1),
            ("820000198603050023", "1986-03-05", 0),
            ("110105195604068942", "1956-04-06", 0),
            ("440308196706075538", "1967-06-07", 1),
            ("830000195603232028", "1956-03-23", 0),
            ("440308194805033406", "1948-05-03", 0),
            ("500231200710016112", "2007-10-01", 1),
            ("830000197302103643", "1973-02-10", 0),
            ("650102197810270100", "1978-10-27", 0),
            ("31011519450427965X", "1945-04-27", 1),
            ("81000019620804604X", "1962-08-04", 0),
        ] {
            let read = Document::parse(DocumentKind::ResidentId, text).unwrap();
            assert_eq!(read.birth_date().unwrap().to_string(), born, "{text}");
            assert_eq!(read.sex(), Some(if sex == 1 { Sex::Male } else { Sex::Female }), "{text}");
            for check in "0123456789X".chars().filter(|check| !text.ends_with(*check)) {
                let wrong = Document::parse(DocumentKind::ResidentId, &format!("{}{check}", &text[..17]));
                assert_eq!(wrong, Err(DocumentError::Check), "{text} {check}");
            }
        }
    }

    /// The check characters are those that npm's `validator` 13 accepts, and the only ones.
    #[test]
    fn hong_kong_ids_have_the_check_character_that_another_program_wants() {
        for text in [
            "II5632007",
            "O5072000",
            "M082176A",
            "QQ8424967",
            "A2259209",
            "K7747845",
            "EE6048564",
            "Q3038722",
            "A7657601",
            "YI0629120",
            "OQ0174720",
            "G8795524",
            "Z683365A",
            "A1234563",
            "AB9876543",
        ] {
            let (body, check) = text.split_at(text.len() - 1);
            for tried in "0123456789A".chars() {
                let read = Document::parse(HongKongId, &format!("{body}({tried})"));
                let expected = if check.starts_with(tried) { Ok(text) } else { Err(DocumentError::Check) };
                assert_eq!(read.as_ref().map(Document::expose).map_err(|error| *error), expected, "{body}({tried})");
            }
        }
    }

    #[test]
    fn one_document_has_one_number_however_it_is_typed() {
        for (kind, typed, kept) in [
            (HkMacauPermit, "H12345678", "H12345678"),
            (HkMacauPermit, " h1234567802 ", "H12345678"),
            (HkMacauPermit, "Ｍ１２３４５６７８", "M12345678"),
            (TaiwanPermit, "12345678", "12345678"),
            (TaiwanPermit, "1234567801", "12345678"),
            (TaiwanPermit, "1234567801(B)", "12345678"),
            (Passport, "e12 345 678", "E12345678"),
            (Passport, "L01X00T47", "L01X00T47"),
            (HongKongId, "a123456(3)", "A1234563"),
            (HongKongId, "AB987654（3）", "AB9876543"),
            (MacauId, "1/234567/8", "12345678"),
            (MacauId, "5234567(8)", "52345678"),
        ] {
            assert_eq!(number(kind, typed).as_deref(), Some(kept), "{typed}");
        }
    }

    #[test]
    fn another_form_is_refused_by_its_kind() {
        for (kind, typed) in [
            (HkMacauPermit, "A12345678"),
            (HkMacauPermit, "H1234567"),
            (HkMacauPermit, "H123456789"),
            (TaiwanPermit, "1234567"),
            (TaiwanPermit, "123456789"),
            (TaiwanPermit, "A2345678"),
            (Passport, "E123"),
            (Passport, "ABCDEFG12345678901"),
            (Passport, "护照12345"),
            (HongKongId, "123456(3)"),
            (HongKongId, "ABC123456(3)"),
            (MacauId, "2234567(8)"),
            (MacauId, "1234567"),
        ] {
            assert_eq!(Document::parse(kind, typed), Err(DocumentError::Form(kind)), "{typed}");
        }
        let fault = Document::parse(DocumentKind::ResidentId, "1").unwrap_err();
        assert_eq!(fault, DocumentError::Length, "a resident ID says what is wrong with it");
    }

    #[test]
    fn what_is_shown_is_masked() {
        for (kind, typed, shown) in [
            (DocumentKind::ResidentId, "11010519491231002X", "1101**********002X"),
            (HkMacauPermit, "H12345678", "H*****678"),
            (HongKongId, "A123456(3)", "A****563"),
            (Passport, "12345", "1***5"),
        ] {
            let document = Document::parse(kind, typed).unwrap();
            assert_eq!(document.masked(), shown);
            assert_eq!(format!("{document:?}"), format!("{} {shown}", kind.as_str()));
        }
    }

    #[test]
    fn a_kind_and_a_stored_number_are_read_back() {
        for kind in DocumentKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("id".parse::<DocumentKind>(), Err(UnknownKind));
        let permit: ResidentId = "810000199408230021".parse().unwrap();
        let document = Document::from(permit);
        assert_eq!(document.keyed(), "resident_id:810000199408230021");
        assert_eq!(Document::from_keyed(&document.keyed()), Some(document.clone()));
        assert_eq!((document.birth_date(), document.sex()), (Some(date(1994, 8, 23)), Some(Sex::Female)));
        let passport = Document::parse(Passport, "E12345678").unwrap();
        assert_eq!((passport.birth_date(), passport.sex()), (None, None));
        assert_eq!(Document::from_keyed("passport:!"), None);
    }
}
