//! An exam's definition: a directory with `exam.toml` (texts, windows, fee, payment page, groups) and `sittings.csv`;
//! perhaps with `organisations.csv`, `roster.csv` and `past_scores.csv`.
//! Each fault is told with its file and line, as many at once as can be.

mod cells;
mod error;
mod exam_file;
mod import;
mod import_people;
mod organisations_file;
mod past_scores_file;
mod people_file;
mod roster_file;
mod rules_check;
mod sittings_file;
pub(crate) mod source;
pub(crate) mod table;
mod words;

use std::fs;
use std::path::Path;

use reservation::sitting::{Acknowledge, TITLE_CHARS_MAX};
use reservation::waiting_room::WaitingRoomSettings;

use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::text::Text;
use exam_file::ExamFile;
use sittings_file::Known;

pub use error::ImportError;
pub(crate) use import::pool;
pub use import::{Emptying, Imported};
pub use import_people::PeopleImported;

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
/// Largest file that is read at once: some fifty thousand sittings.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

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
}

/// Reads and checks a directory; changes nothing.
pub fn parse(dir: &Path) -> Result<ExamDefinition, Vec<DefinitionError>> {
    let (exam, sittings) = (read(dir, EXAM_FILE), read(dir, SITTINGS_FILE));
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

/// The files' texts.
struct Texts<'a> {
    exam: &'a str,
    sittings: &'a str,
    organisations: Option<&'a str>,
}

/// Checks the files' texts.
fn parse_texts(texts: &Texts<'_>) -> Result<ExamDefinition, Vec<DefinitionError>> {
    let (exam, mut errors) = exam_file::parse(texts.exam);
    let organisations = texts.organisations.map(|text| organisations_file::parse(text, &mut errors));
    let organisations = organisations.unwrap_or_default();
    // Without a readable exam file, the sittings' fees and groups are unknown; the rest is checked all the same.
    let known = exam.as_ref().map(|exam| Known { exam, organisations: &organisations });
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

fn read_optional(dir: &Path, file: &'static str) -> Result<Option<String>, DefinitionError> {
    if dir.join(file).exists() { read(dir, file).map(Some) } else { Ok(None) }
}

fn read(dir: &Path, file: &'static str) -> Result<String, DefinitionError> {
    let wrong = |message: String| DefinitionError { file, line: 1, message };
    let path = dir.join(file);
    let length = fs::metadata(&path).map_err(|error| wrong(format!("cannot be read: {error}")))?.len();
    if length > FILE_BYTES_MAX {
        return Err(wrong(format!("has more than {FILE_BYTES_MAX} bytes")));
    }
    let bytes = fs::read(&path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    source::decoded_text(bytes).map_err(wrong)
}

/// What is wrong with a text that pages show on one line; nothing when it is right.
fn text_fault(text: &Text) -> Option<String> {
    [("zh", &text.zh), ("en", &text.en)].into_iter().find_map(|(language, text)| {
        let count = text.chars().count();
        let fits = (1..=TITLE_CHARS_MAX).contains(&count) && !text.trim().is_empty();
        let clean = !text.chars().any(char::is_control);
        (!fits || !clean)
            .then(|| format!("the text `{language}` must be one line of 1 to {TITLE_CHARS_MAX} characters"))
    })
}

#[cfg(test)]
mod tests;
