//! What stands in one cell, where it stands, and its text without what cannot be seen.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::{DateTime, Time};

/// Digits that a spreadsheet keeps of a number.
const DIGITS_KEPT: usize = 15;
/// The first whole number that has more digits than are kept.
const TOO_LONG: f64 = 1e15;

/// Where a cell stands, as spreadsheets say it: `C17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The row, from 1. In CSV it is the line of the file.
    pub row: u64,
    /// The column, from 0.
    pub column: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", letters(self.column), self.row)
    }
}

/// The letters of a column, which is counted from 0: `A`, `Z`, `AA`.
pub fn letters(column: u16) -> String {
    let (mut letters, mut left) = (Vec::new(), u32::from(column) + 1);
    while left > 0 {
        letters.push(char::from(b'A' + u8::try_from((left - 1) % 26).expect("a remainder of 26")));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// What stands in a cell. `Debug` shows the kind only: tables are of people.
#[derive(Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing stands in it.
    #[default]
    Empty,
    /// A text, as it was written.
    Text(String),
    /// A number, of which a spreadsheet keeps fifteen digits.
    Number(f64),
    /// A day, perhaps with a time, without a time zone.
    Date(DateTime),
    /// What a spreadsheet shows where a formula went wrong: `#N/A`.
    Error(String),
}

/// Why a cell has no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CellFault {
    /// A number of more than fifteen digits: the spreadsheet has lost the others.
    #[error(
        "is a number of more than {DIGITS_KEPT} digits, of which the spreadsheet has lost some: give the column the \
         format Text, and enter it again"
    )]
    LongNumber,
    /// A formula that went wrong.
    #[error("shows `{0}`: replace the formula by what it should say")]
    Formula(String),
}

impl Cell {
    /// Has the cell nothing in it that could be seen?
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.chars().all(is_blank),
            Self::Number(_) | Self::Date(_) | Self::Error(_) => false,
        }
    }

    /// The cell as a text: without blanks and invisible characters around it, full-width letters and digits narrow, a
    /// number as its digits, a day as `2005-03-07`, with its time behind it where it has one.
    ///
    /// # Errors
    /// [`CellFault`] where what was meant is lost.
    pub fn text(&self) -> Result<Cow<'_, str>, CellFault> {
        match self {
            Self::Empty => Ok(Cow::Borrowed("")),
            Self::Text(text) => Ok(tidied(text)),
            Self::Number(number) => number_text(*number).map(Cow::Owned).ok_or(CellFault::LongNumber),
            Self::Date(at) if at.time() == Time::midnight() => Ok(Cow::Owned(at.date().to_string())),
            Self::Date(at) => Ok(Cow::Owned(at.strftime("%Y-%m-%d %H:%M:%S").to_string())),
            Self::Error(shown) => Err(CellFault::Formula(shown.clone())),
        }
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Text(_) => "Text",
            Self::Number(_) => "Number",
            Self::Date(_) => "Date",
            Self::Error(_) => "Error",
        })
    }
}

/// A number as a spreadsheet shows it, with at most fifteen digits; `None` where it has lost some.
fn number_text(number: f64) -> Option<String> {
    if !number.is_finite() || number.abs() >= TOO_LONG {
        return None;
    }
    if number.fract() == 0.0 {
        return Some(format!("{number:.0}"));
    }
    // 0.1 + 0.2 is 0.3 to whoever looks at the sheet.
    let shown: f64 = format!("{number:.*e}", DIGITS_KEPT - 1).parse().ok()?;
    Some(shown.to_string())
}

/// The text without blanks and invisible characters around it, and with narrow letters and digits. Punctuation keeps its
/// width: in a Chinese sentence it is right as it is.
pub fn tidied(text: &str) -> Cow<'_, str> {
    let bare = text.trim_matches(is_blank);
    if bare.chars().any(is_wide) { Cow::Owned(bare.chars().map(narrow).collect()) } else { Cow::Borrowed(bare) }
}

/// A blank of any kind and width, or what cannot be seen at all.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn is_wide(c: char) -> bool {
    matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

fn narrow(c: char) -> char {
    // U+FF01 to U+FF5E stand in the order of ASCII.
    if is_wide(c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_spreadsheets() {
        for (column, shown) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), shown);
        }
        assert_eq!(letters(u16::MAX), "CRXP");
        assert_eq!(Address { row: 17, column: 2 }.to_string(), "C17");
    }

    #[test]
    fn cells_are_folded_and_trimmed_and_sentences_keep_their_width() {
        for (written, read) in [
            ("ＡＢＣ１２３Ｘ", "ABC123X"),
            ("\u{3000}王芳\u{200b}\u{feff} ", "王芳"),
            ("\u{a0}\u{202d}4301\u{202c}", "4301"),
            ("备注：无（两次）", "备注：无（两次）"),
            ("", ""),
        ] {
            assert_eq!(Cell::Text(written.to_owned()).text().unwrap(), read);
        }
        assert!(Cell::Text("\u{3000}\u{200b}".to_owned()).is_blank());
    }

    #[test]
    fn a_number_is_its_digits_or_a_fault() {
        for (number, shown) in [
            (30.0, "30"),
            (-7.0, "-7"),
            (0.1 + 0.2, "0.3"),
            (120.5, "120.5"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e-7, "0.0000001"),
        ] {
            assert_eq!(Cell::Number(number).text().unwrap(), shown);
        }
        for lost in [1e15, 430_104_199_001_010_011.0, 4.3e17, -1e16, f64::INFINITY, f64::NAN] {
            let told = Cell::Number(lost).text().unwrap_err();
            assert!(told.to_string().contains("format Text"), "{lost}");
        }
        assert_eq!(Cell::Error("#N/A".to_owned()).text().unwrap_err(), CellFault::Formula("#N/A".to_owned()));
    }

    #[test]
    fn debug_shows_nobody() {
        assert_eq!(format!("{:?}", Cell::Text("王芳".to_owned())), "Text");
    }
}
