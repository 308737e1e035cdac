//! An exam's definition: a directory with `exam.toml` (texts, windows, fee, payment page, groups) and `sittings.csv`;
//! perhaps with `organisations.csv`, `roster.csv` and `past_scores.csv`.
//! Each fault is told with its file and line, as many at once as can be.

mod cells;
mod error;
mod exam_file;
mod import;
pub(crate) mod import_people;
pub(crate) mod organisations_file;
pub(crate) mod past_scores_file;
pub(crate) mod people_file;
pub(crate) mod roster_file;
mod rules_check;
pub(crate) mod sittings_file;
pub(crate) mod table;
pub(crate) mod words;
pub mod wrong;

use std::fs;
use std::path::Path;

use reservation::sitting::{Acknowledge, TITLE_CHARS_MAX};
use reservation::waiting_room::WaitingRoomSettings;
use sheets::Address;

use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::text::Text;
use crate::model::text::characters::visible;
use exam_file::ExamFile;
use sittings_file::Known;
use wrong::Wrong;

pub(crate) use cells::moment as moment_in;
pub use error::ImportError;
pub(crate) use import::{Changes, Coming, Pools, pool};
pub use import::{Emptying, Imported};
pub use import_people::PeopleImported;
pub use people_file::found;

/// The file of texts and rules.
pub const EXAM_FILE: &str = "exam.toml";
/// The file of sittings.
pub const SITTINGS_FILE: &str = "sittings.csv";
/// The file of provinces, schools and campuses; it may be missing.
pub const ORGANISATIONS_FILE: &str = "organisations.csv";
/// The file of who may register; it may be missing.
pub const ROSTER_FILE: &str = "roster.csv";
/// The file of results of earlier exams; it may be missing.
pub const PAST_SCORES_FILE: &str = "past_scores.csv";
/// Most rows above the names of the columns: a title, who made the table, when.
pub(crate) const ROWS_OF_A_TITLE: usize = 5;
/// Largest file that is read at once: some fifty thousand sittings.
pub const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A definition that is right throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExamDefinition {
    /// What pages show: texts, windows, fees, rules.
    pub page: Exam,
    /// Seats by sitting, in the order of the page's sittings.
    pub capacities: Vec<u32>,
    /// When a hold counts as taken.
    pub acknowledge: Acknowledge,
    /// The waiting room before it.
    pub waiting_room: WaitingRoomSettings,
    /// What may be meant, and is not what one would expect, each with its file and line.
    pub warnings: Vec<DefinitionError>,
    /// How many people the roster has.
    pub people: u64,
    /// How many results of earlier exams there are.
    pub past_scores: u64,
}

/// One fault of a definition, or a warning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct DefinitionError {
    /// [`EXAM_FILE`], [`SITTINGS_FILE`] or one of the others.
    pub file: &'static str,
    /// Its line, from 1.
    pub line: u64,
    /// What is wrong, and what would be right.
    pub message: String,
    /// The column of a table, from 0, where it is about one cell.
    pub column: Option<u16>,
    /// The same as a value, for pages that say it in their own words; `None` of files that only the command line reads.
    pub wrong: Option<Wrong>,
}

impl DefinitionError {
    /// A fault that is said in words.
    pub(crate) fn new(file: &'static str, line: u64, message: impl Into<String>) -> Self {
        Self { file, line, message: message.into(), column: None, wrong: None }
    }

    /// A fault of a cell, which its column and our name of it tell; without a name, or of the whole line.
    pub(crate) fn of_cell(file: &'static str, line: u64, at: Option<(u16, &str)>, wrong: Wrong) -> Self {
        let message = match at {
            Some((_, name)) if !name.is_empty() => format!("{name}: {wrong}"),
            Some((column, _)) => format!("{}: {wrong}", Address { row: line, column }),
            None => wrong.to_string(),
        };
        Self { file, line, message, column: at.map(|(column, _)| column), wrong: Some(wrong) }
    }

    /// A fault of a column that the table does not have.
    pub(crate) fn of_column(file: &'static str, line: u64, name: &str, wrong: Wrong) -> Self {
        Self { file, line, message: format!("{name}: {wrong}"), column: None, wrong: Some(wrong) }
    }
}

/// The files of a definition as texts, those of people apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionTexts {
    /// What [`EXAM_FILE`] says.
    pub exam: String,
    /// What [`SITTINGS_FILE`] says.
    pub sittings: String,
    /// What [`ORGANISATIONS_FILE`] says; `None`: there is no such file.
    pub organisations: Option<String>,
}

impl DefinitionTexts {
    /// The files of a directory; `None` where one of them is missing, too large, or no text.
    pub fn of(dir: &Path) -> Option<Self> {
        let text = |file| read_text(dir, file).ok();
        let organisations = match dir.join(ORGANISATIONS_FILE).exists() {
            true => Some(text(ORGANISATIONS_FILE)?),
            false => None,
        };
        Some(Self { exam: text(EXAM_FILE)?, sittings: text(SITTINGS_FILE)?, organisations })
    }

    /// A file as a text, whatever program wrote it; `None`: it is none, but a workbook, say.
    pub fn decoded(bytes: Vec<u8>) -> Option<String> {
        sheets::decoded_text(bytes).ok()
    }

    /// Checks them as [`parse`] checks a directory; changes nothing.
    ///
    /// # Errors
    /// Every fault, as many at once as can be.
    pub fn check(&self) -> Result<ExamDefinition, Vec<DefinitionError>> {
        let organisations = self.organisations.as_deref().map(str::as_bytes);
        parse_texts(&Texts { exam: &self.exam, sittings: self.sittings.as_bytes(), organisations })
    }

    /// The text of a file by its name; `None`: there is no such file.
    pub fn file(&self, name: &str) -> Option<&str> {
        match name {
            EXAM_FILE => Some(&self.exam),
            SITTINGS_FILE => Some(&self.sittings),
            ORGANISATIONS_FILE => self.organisations.as_deref(),
            _ => None,
        }
    }

    /// The files that there are, by their names.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let names = [EXAM_FILE, SITTINGS_FILE, ORGANISATIONS_FILE];
        names.into_iter().filter_map(|name| Some((name, self.file(name)?)))
    }
}

/// Reads and checks a directory; changes nothing.
pub fn parse(dir: &Path) -> Result<ExamDefinition, Vec<DefinitionError>> {
    let (exam, sittings) = (read_text(dir, EXAM_FILE), read(dir, SITTINGS_FILE));
    let organisations = read_optional(dir, ORGANISATIONS_FILE);
    match (exam, sittings, organisations) {
        (Ok(exam), Ok(sittings), Ok(organisations)) => {
            let texts = Texts { exam: &exam, sittings: &sittings, organisations: organisations.as_deref() };
            let mut definition = parse_texts(&texts)?;
            let mut faults = Vec::new();
            definition.people = roster_file::check(dir, &definition.page, &mut faults);
            definition.past_scores = past_scores_file::check(dir, &definition.page, &mut faults);
            if faults.is_empty() { Ok(definition) } else { Err(faults) }
        }
        (exam, sittings, organisations) => {
            Err([exam.err(), sittings.err(), organisations.err()].into_iter().flatten().collect())
        }
    }
}

/// What is in the files: a text, and tables.
struct Texts<'a> {
    exam: &'a str,
    sittings: &'a [u8],
    organisations: Option<&'a [u8]>,
}

/// Checks the files' texts.
fn parse_texts(texts: &Texts<'_>) -> Result<ExamDefinition, Vec<DefinitionError>> {
    let (exam, mut errors) = exam_file::parse(texts.exam);
    let organisations = texts.organisations.map(|text| organisations_file::parse(text, &mut errors));
    let organisations = organisations.unwrap_or_default();
    // Without a readable exam file, the sittings' fees and groups are unknown; the rest is checked all the same.
    let campuses = sittings_file::campuses(&organisations);
    let known = exam.as_ref().map(|exam| Known { exam, campuses: &campuses });
    let rows = sittings_file::parse(texts.sittings, known, &mut errors);
    match exam {
        Some(exam) if errors.is_empty() => {
            let ExamFile { page, acknowledge, waiting_room } = exam;
            let warnings = sittings_file::warnings(&rows, &page, clock::now());
            let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
            let (sittings, capacities) = rows.into_iter().map(|row| (row.page, row.capacity)).unzip();
            let page = Exam { sittings, organisations, ..page };
            let clashes = sittings_file::numbers(&lines, &page);
            if !clashes.is_empty() {
                return Err(clashes);
            }
            Ok(ExamDefinition { page, capacities, acknowledge, waiting_room, warnings, people: 0, past_scores: 0 })
        }
        _ => Err(errors),
    }
}

fn read_optional(dir: &Path, file: &'static str) -> Result<Option<Vec<u8>>, DefinitionError> {
    if dir.join(file).exists() { read(dir, file).map(Some) } else { Ok(None) }
}

fn read_text(dir: &Path, file: &'static str) -> Result<String, DefinitionError> {
    sheets::decoded_text(read(dir, file)?).map_err(|error| DefinitionError::new(file, 1, error.to_string()))
}

fn read(dir: &Path, file: &'static str) -> Result<Vec<u8>, DefinitionError> {
    let wrong = |message: String| DefinitionError::new(file, 1, message);
    let path = dir.join(file);
    let length = fs::metadata(&path).map_err(|error| wrong(format!("cannot be read: {error}")))?.len();
    if length > FILE_BYTES_MAX {
        return Err(wrong(format!("has more than {FILE_BYTES_MAX} bytes")));
    }
    fs::read(&path).map_err(|error| wrong(format!("cannot be read: {error}")))
}

/// What is wrong with a text that pages show on one line; nothing when it is right.
fn text_fault(text: &Text) -> Option<String> {
    odd_language(text).map(|language| Wrong::Text { language, max: TITLE_CHARS_MAX }.to_string())
}

/// The language in which a text is none that pages show on one line; `None`: it is right.
fn odd_language(text: &Text) -> Option<&'static str> {
    [("zh", &text.zh), ("en", &text.en)].into_iter().find_map(|(language, text)| {
        let count = text.chars().count();
        let fits = (1..=TITLE_CHARS_MAX).contains(&count) && !visible(text).all(char::is_whitespace);
        let is_clean = !text.chars().any(char::is_control);
        (!fits || !is_clean).then_some(language)
    })
}

#[cfg(test)]
mod tests;
