//! Admission tickets (准考证), one for each sitting of an order. Plain values.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};

use crate::model::document::Document;
use crate::model::exam_rules::AccommodationKind;
use crate::model::person::PersonName;
use crate::model::room::SeatPlace;

/// What a ticket is called by people: `VCJ85CVU`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TicketNumber(String);

/// Most characters of a number.
const NUMBER_CHARS_MAX: usize = 24;

/// The text is no number of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number of a ticket is 4 to {NUMBER_CHARS_MAX} capital letters and digits")]
pub struct TicketNumberError;

impl FromStr for TicketNumber {
    type Err = TicketNumberError;

    /// As typed by a person: letters may be small, and there may be spaces.
    fn from_str(text: &str) -> Result<Self, TicketNumberError> {
        let typed = text.chars().filter(|letter| !letter.is_whitespace());
        let number: String = typed.map(|letter| letter.to_ascii_uppercase()).collect();
        let is_number = (4..=NUMBER_CHARS_MAX).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        if is_number { Ok(Self(number)) } else { Err(TicketNumberError) }
    }
}

impl TicketNumber {
    /// As it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a ticket's code calls it: unique on this site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TicketSerial(pub u64);

/// How often a ticket was issued, from 1: an older one lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Generation(pub u16);

/// Whose a ticket is, as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The name: the roster's where the exam has one, else that of the account.
    pub name: Option<PersonName>,
    /// The document; masked wherever it is shown.
    pub document: Option<Document>,
    /// Is there a photo to be shown?
    pub has_photo: bool,
}

/// A ticket as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// For which sitting.
    pub sitting: SittingId,
    /// What people call it.
    pub number: TicketNumber,
    /// What its code calls it.
    pub serial: TicketSerial,
    /// How often it was issued.
    pub generation: Generation,
    /// When this generation was.
    pub issued_at: Timestamp,
    /// What its code to scan says, signed.
    pub code: String,
    /// Where to sit.
    pub place: SeatPlace,
    /// Whose it is.
    pub holder: Holder,
    /// What was granted to them (便利), in the order of [`AccommodationKind::ALL`]. Never why.
    pub granted: Vec<AccommodationKind>,
    /// Which generation was taken away as a file last; `None`: none was.
    pub printed: Option<Generation>,
}

impl Ticket {
    /// Does something else stand on it than on the one that was printed?
    pub fn has_changed(&self) -> bool {
        self.printed.is_some_and(|printed| printed < self.generation)
    }
}

/// A sitting of an order, and its ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// A place is there, and a ticket for it.
    Ticket(Box<Ticket>),
    /// Nobody has been given a place in this sitting yet.
    NotArranged(SittingId),
}

/// A ticket that is not, or no more, what its code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Void {
    /// Which ticket it is, whatever its number.
    pub serial: TicketSerial,
    /// The first generation that is good; `None`: none is.
    pub good_from: Option<Generation>,
}

/// What others type to check a proof of registration: 12 letters and digits that nobody mistakes, in groups of four when they
/// are read. `Debug` hides it: whoever knows it sees whose registration it is, masked.
#[derive(Clone, PartialEq, Eq)]
pub struct ProofCode(String);

/// Characters of a code.
pub const PROOF_CHARS: usize = 12;

/// The text is no code of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code of a proof is {PROOF_CHARS} letters and digits")]
pub struct ProofCodeError;

impl ProofCode {
    /// Without gaps, as addresses have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ProofCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofCode")
    }
}

/// In groups of four, for people.
impl fmt::Display for ProofCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl FromStr for ProofCode {
    type Err = ProofCodeError;

    /// As typed by a person: letters may be small, and there may be hyphens and spaces.
    fn from_str(text: &str) -> Result<Self, ProofCodeError> {
        let typed = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        let code: String = typed.map(|letter| letter.to_ascii_uppercase()).collect();
        let is_code =
            code.len() == PROOF_CHARS && code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        if is_code { Ok(Self(code)) } else { Err(ProofCodeError) }
    }
}

/// A proof of registration, as whoever has its code sees it: enough to know whether a paper is genuine, and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedProof {
    /// Of which exam.
    pub exam: ExamId,
    /// The first character of the name, and that there are more; absent where none is known.
    pub name: Option<String>,
    /// For which sittings.
    pub sittings: Vec<SittingId>,
    /// Is the seat the candidate's now?
    pub is_registered: bool,
    /// When the proof was made.
    pub made_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_are_read_as_people_type_them() {
        assert_eq!("vcj8 5cvu".parse::<TicketNumber>().unwrap().as_str(), "VCJ85CVU");
        for bad in ["", "AB1", "AB-12", "准考证号", "1234567890123456789012345"] {
            assert_eq!(bad.parse::<TicketNumber>(), Err(TicketNumberError), "{bad}");
        }
        let code: ProofCode = "abcd-efgh 2345".parse().unwrap();
        assert_eq!((code.as_str(), code.to_string().as_str()), ("ABCDEFGH2345", "ABCD-EFGH-2345"));
        assert_eq!(format!("{code:?}"), "ProofCode");
        for bad in ["", "ABCDEFGH234", "ABCDEFGH23456", "ABCDEFGH234.", "ＡBCDEFGH2345"] {
            assert_eq!(bad.parse::<ProofCode>(), Err(ProofCodeError), "{bad}");
        }
    }
}
