//! What is kept of a file that is looked through: its first lines, masked, and the first things that are wrong.

use crate::exams::definition::DefinitionError;
use crate::exams::definition::people_file::{Line, PeopleRead};
use crate::exams::definition::table::Row;
use crate::exams::definition::wrong::Wrong;
use crate::model::document::{Document, DocumentKind};
use crate::model::import::{ImportFault, ImportReport};

/// How many of the first lines are shown.
pub const ROWS_KEPT_MAX: usize = 50;
/// How many of the first faults are told one by one; the others are counted, and stand in the corrected file.
pub const FAULTS_KEPT_MAX: usize = 500;
/// A file with more of them is read no further: whoever brought it has another one.
const FAULTS_MAX: u64 = 100_000;
/// Longest cell that is shown, in characters.
const SHOWN_CHARS_MAX: usize = 40;
/// A text with so many digits may be a number by which people are found or called, whatever its column is for.
const DIGITS_SHOWN_MAX: usize = 7;
/// Passports have at least so many digits, as a rule.
const DIGITS_OF_PASSPORT_MIN: usize = 6;
/// Columns whose cells are such numbers, however short.
const MASKED: [&str; 2] = ["document_number", "ticket_number"];

/// Columns of sittings and organisations that have many digits and are of nobody.
const TABLE_PLAIN: [&str; 8] = ["id", "code", "parent", "campus", "starts_at", "opens_at", "closes_at", "capacity"];

/// What has been seen so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) report: ImportReport,
    /// How many things are wrong.
    pub(super) faults: u64,
    /// Could the file not be read from where it lies? Then nothing is known of it.
    pub(super) is_broken: bool,
    /// The columns whose digits are no number of anybody.
    plain: &'static [&'static str],
}

impl Tally {
    /// One for a list of rooms: how many seats the columns of a room have is nothing to be masked.
    pub(super) fn of_rooms() -> Self {
        Self { plain: &["layout"], ..Self::default() }
    }

    /// One for a list of sittings or of organisations: neither codes nor moments are anybody's number.
    pub(super) fn of_table() -> Self {
        Self { plain: &TABLE_PLAIN, ..Self::default() }
    }

    /// Keeps what is to be kept of a line, and takes its faults. False when there are so many that no more is to be read.
    pub(super) fn see<T>(&mut self, line: &mut Line<'_, T>) -> bool {
        if self.report.heads.is_empty() {
            self.report.heads = line.row.names().to_vec();
        }
        if self.report.rows.len() < ROWS_KEPT_MAX {
            self.report.rows.push((line.row.line, masked(line.row, self.plain)));
        }
        self.take(line.faults);
        self.faults <= FAULTS_MAX
    }

    /// Takes faults of the file as a whole, or of what was read before.
    pub(super) fn take(&mut self, faults: &mut Vec<DefinitionError>) {
        for fault in faults.drain(..) {
            let Some(wrong) = fault.wrong else { continue };
            self.is_broken |= matches!(wrong, Wrong::Sheet(sheets::SheetError::Io(_)));
            if wrong == Wrong::OpenQuote {
                // What was read behind it is no line of its own.
                let before = self.report.faults.len();
                self.report.faults.retain(|kept| kept.row < fault.line);
                self.faults -= (before - self.report.faults.len()) as u64;
            }
            self.faults += 1;
            if self.report.faults.len() < FAULTS_KEPT_MAX {
                self.report.faults.push(told(fault.line, fault.column, &wrong));
            }
        }
    }
}

/// With the faults of the file as a whole. A table of nothing but its first line changes nothing, and was not meant.
pub(super) fn finished(mut tally: Tally, mut faults: Vec<DefinitionError>, read: PeopleRead) -> Tally {
    if read.lines == 0 && faults.is_empty() {
        faults.push(DefinitionError::of_cell("", 1, None, Wrong::Nothing));
    }
    tally.take(&mut faults);
    (tally.report.sheet, tally.report.other_sheets) = (read.sheet, read.other_sheets);
    tally
}

/// The fault as it is kept, and told in whatever language.
pub(super) fn told(row: u64, column: Option<u16>, wrong: &Wrong) -> ImportFault {
    let (word, values) = wrong.told();
    // What is wrong with the file as a whole is told with bounds and places, and with nothing that stands in it.
    let is_of_file = matches!(wrong, Wrong::Sheet(_));
    let value = |value: String| if is_of_file { value } else { shown(&value) };
    let values = values.into_iter().map(value).collect();
    ImportFault { row, column, word: word.to_owned(), values }
}

/// The cells of a line, numbers by which people are found masked.
fn masked(row: &Row<'_>, plain: &[&str]) -> Vec<String> {
    let of_column = |(name, cell): (&str, &str)| match name {
        _ if plain.contains(&name) => cell.chars().take(SHOWN_CHARS_MAX).collect(),
        _ if MASKED.contains(&name) => mask(cell),
        _ => shown(cell),
    };
    row.fields().map(of_column).collect()
}

/// The beginning of a text, masked where it may be a number by which people are found: sheets have them in any column, as
/// where a column was forgotten.
fn shown(text: &str) -> String {
    let digits = text.chars().filter(|sign| sign.is_numeric()).count();
    // By their form alone most words and small numbers could be passports.
    let is_passport = digits >= DIGITS_OF_PASSPORT_MIN && text.chars().any(|sign| sign.is_ascii_alphabetic());
    let mut kinds = DocumentKind::ALL.into_iter().filter(|kind| *kind != DocumentKind::Passport || is_passport);
    let mut is_document = || kinds.any(|kind| Document::parse(kind, text).is_ok());
    if digits > DIGITS_SHOWN_MAX || is_document() { mask(text) } else { text.chars().take(SHOWN_CHARS_MAX).collect() }
}

/// The first four and the last four characters of a number, or less of a short one.
fn mask(number: &str) -> String {
    let signs: Vec<char> = number.chars().take(SHOWN_CHARS_MAX).collect();
    let shown = if signs.len() >= 12 { 4 } else { signs.len() / 4 };
    let hidden = signs.len() - 2 * shown;
    let (begin, end) = (&signs[..shown], &signs[shown + hidden..]);
    begin.iter().copied().chain(std::iter::repeat_n('*', hidden)).chain(end.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::{mask, shown};

    #[test]
    fn numbers_are_masked_however_short() {
        for (number, shown) in
            [("430104199001010011", "4301**********0011"), ("E1234567", "E1****67"), ("123", "***"), ("", "")]
        {
            assert_eq!(mask(number), shown);
        }
    }

    #[test]
    fn numbers_are_masked_in_whatever_column_they_stand() {
        for (cell, told) in [
            ("430104199001010011", "4301**********0011"),
            ("13912345678", "13*******78"),
            ("E12345678", "E1*****78"),
            ("A123456", "A*****6"),
            ("2024级", "2024级"),
            ("3000000", "3000000"),
            ("1 (U+0031)", "1 (U+0031)"),
            ("王芳", "王芳"),
            ("subjects", "subjects"),
        ] {
            assert_eq!(shown(cell), told);
        }
    }
}
