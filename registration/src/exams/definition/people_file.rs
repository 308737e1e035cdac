//! Files of people, of any length: they are read line by line, and nothing of a line is kept but a mark against a
//! second one.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use super::table::{Row, Shape, stream};
use super::wrong::Wrong;
use super::{DefinitionError, PAST_SCORES_FILE, ROSTER_FILE};

/// Most lines of such a file. What is kept against a second line of somebody is some 20 bytes a line.
pub(crate) const PEOPLE_MAX: usize = 3_000_000;
/// Longest field, in characters.
const FIELD_CHARS_MAX: usize = 200;
/// Read from the disk at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// One line of such a file, whatever is in it.
pub(crate) struct Line<'a, T> {
    /// What the line says.
    pub(crate) row: &'a Row<'a>,
    /// What it is about; `None` where something is wrong with it.
    pub(crate) found: Option<T>,
    /// What is wrong, with it and with lines before. Whoever takes lines may take faults away.
    pub(crate) faults: &'a mut Vec<DefinitionError>,
}

/// What is known of such a file once it was read.
#[derive(Debug, Default)]
pub(crate) struct PeopleRead {
    /// How many lines there are, wrong ones among them.
    pub(crate) lines: u64,
    /// What the sheet of a workbook is called that was read.
    pub(crate) sheet: Option<String>,
    /// How many others can be seen there.
    pub(crate) other_sheets: u64,
}

/// The file of people that an exam's directory has under that name, and what it is called: as CSV, else as a workbook.
pub fn found(dir: &Path, file: &'static str) -> Option<(PathBuf, &'static str)> {
    let names: [&'static str; 3] = match file {
        ROSTER_FILE => [ROSTER_FILE, "roster.xlsx", "roster.xls"],
        PAST_SCORES_FILE => [PAST_SCORES_FILE, "past_scores.xlsx", "past_scores.xls"],
        _ => [file; 3],
    };
    names.into_iter().map(|name| (dir.join(name), name)).find(|(path, _)| path.exists())
}

/// Opens that file, if it is there.
pub(super) fn open(dir: &Path, file: &'static str, faults: &mut Vec<DefinitionError>) -> Option<BufReader<File>> {
    let (path, name) = found(dir, file)?;
    match File::open(path) {
        Ok(file) => Some(BufReader::with_capacity(BUFFER_BYTES, file)),
        Err(error) => {
            faults.push(DefinitionError::new(name, 1, format!("cannot be read: {error}")));
            None
        }
    }
}

/// Names in faults the file that was read, which may be a workbook.
pub(super) fn name_file(dir: &Path, file: &'static str, faults: &mut [DefinitionError]) {
    if let Some((_, name)) = found(dir, file) {
        for fault in faults.iter_mut().filter(|fault| fault.file == file) {
            fault.file = name;
        }
    }
}

/// Reads a table; `read` says what a line is about, and adds what is wrong with it; `take` gets every line and says whether
/// to go on.
pub(super) fn read_people<T>(
    source: impl Read + Seek,
    shape: &Shape,
    faults: &mut Vec<DefinitionError>,
    read: impl Fn(&Row<'_>, &mut Vec<DefinitionError>, &mut Seen) -> Option<T>,
    mut take: impl FnMut(Line<'_, T>) -> bool,
) -> PeopleRead {
    let (mut seen, mut lines) = (Seen::default(), 0);
    let table = stream(shape, source, faults, |row, faults| {
        lines += 1;
        if row.is_odd {
            return take(Line { row, found: None, faults });
        }
        let before = faults.len();
        for (column, value) in row.fields() {
            faults.extend(odd_text(value).map(|wrong| row.wrong(column, wrong)));
        }
        let found = read(row, faults, &mut seen).filter(|_| faults.len() == before);
        take(Line { row, found, faults })
    });
    let (sheet, other_sheets) = table.map_or((None, 0), |table| (table.sheet, table.others.len() as u64));
    PeopleRead { lines, sheet, other_sheets }
}

/// What is wrong with a text that stands on one line of a page.
fn odd_text(value: &str) -> Option<Wrong> {
    if value.chars().count() > FIELD_CHARS_MAX {
        return Some(Wrong::TooLong { max: FIELD_CHARS_MAX });
    }
    if value.contains(['\n', '\r']) {
        return Some(Wrong::LineBreak);
    }
    value.chars().find(|sign| sign.is_control()).map(|character| Wrong::Control { character })
}

/// What was there already, as 64 bits of a hash under a key of this process: of three million lines two different ones
/// are taken for the same once in four million files.
#[derive(Default)]
pub(super) struct Seen {
    hasher: RandomState,
    marks: HashSet<u64>,
}

impl Seen {
    /// Notes a key. False when it was there before.
    pub(super) fn is_new(&mut self, key: &str) -> bool {
        self.marks.insert(self.hasher.hash_one(key))
    }
}
