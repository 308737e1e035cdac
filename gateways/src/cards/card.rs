//! What is read of a card.

use std::fmt;

use ocr::Verdict;

/// The sides of a resident identity card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardSide {
    /// Name, number and portrait (人像面).
    Front,
    /// The emblem, the authority and the validity (国徽面).
    Back,
}

/// Whom an account says to be, so that a reader that can compare does not only read. `Debug` names nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    /// The name that the account has.
    pub name: String,
    /// The number that the account has (公民身份号码), 18 characters.
    pub number: String,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asked(..)")
    }
}

/// What was read; `None` where nothing was. `Debug` shows no content.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CardText {
    /// The name, 姓名.
    pub name: Option<String>,
    /// Is it the name that was asked for? `None` when none was, or when the reader does not compare.
    pub name_is: Option<Verdict>,
    /// 公民身份号码, with a good check digit.
    pub number: Option<String>,
    /// Is it the number that was asked for? `None` as above.
    pub number_is: Option<Verdict>,
    /// 出生, as `1987-01-31`.
    pub birth: Option<String>,
    /// The end of 有效期限, as `2030-07-21`, or `长期`.
    pub valid_until: Option<String>,
    /// The issuing authority, 签发机关.
    pub authority: Option<String>,
    /// What somebody should look at.
    pub warnings: Vec<CardWarning>,
}

impl fmt::Debug for CardText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("CardText");
        let fields = [
            ("name", &self.name),
            ("number", &self.number),
            ("birth", &self.birth),
            ("valid_until", &self.valid_until),
            ("authority", &self.authority),
        ];
        for (name, value) in fields {
            shown.field(name, &value.as_ref().map(|_| ".."));
        }
        shown.field("name_is", &self.name_is).field("number_is", &self.number_is);
        shown.field("warnings", &self.warnings).finish()
    }
}

/// What makes a picture of a card doubtful, though it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardWarning {
    /// The card is no longer valid.
    Expired,
    /// The validity makes no sense.
    Validity,
    /// A border is cut off.
    Border,
    /// It is a photocopy.
    Copy,
    /// A picture of a screen or of a picture.
    Reshot,
    /// A temporary card.
    Temporary,
    /// Something covers part of it.
    Covered,
    /// It seems edited.
    Edited,
    /// Light is reflected.
    Reflection,
    /// An electronic card.
    Electronic,
    /// It carries a watermark.
    Watermark,
    /// The number was read with help of its check digit or its birth date.
    Repaired,
}
