//! A CSV file of an exam's definition: a line of column names, then one thing a line. What its readers share.

use std::fmt::Display;
use std::io::Read;
use std::str::FromStr;

use csv::StringRecord;

use super::{DefinitionError, text_fault};
use crate::exam_rules::FieldName;
use crate::text::Text;

/// More faults than these help nobody.
const FAULTS_MAX: usize = 100;

/// Which columns a file may have; the first `needed` must be there.
pub(super) struct Shape {
    pub(super) file: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) needed: usize,
    /// Most lines.
    pub(super) rows_max: usize,
    /// May it have other columns besides?
    pub(super) is_open: bool,
}

/// Reads a file line by line; `read` turns a line into a thing, or adds faults.
pub(super) fn parse<T>(
    shape: &Shape,
    text: &str,
    faults: &mut Vec<DefinitionError>,
    mut read: impl FnMut(&Row<'_>, &mut Vec<DefinitionError>) -> Option<T>,
) -> Vec<T> {
    let mut things = Vec::new();
    stream(shape, text.as_bytes(), faults, |row, faults| {
        things.extend(read(row, faults));
        true
    });
    things
}

/// The same for a file of any length: nothing is kept. `read` says whether to go on.
pub(super) fn stream(
    shape: &Shape,
    source: impl Read,
    faults: &mut Vec<DefinitionError>,
    mut read: impl FnMut(&Row<'_>, &mut Vec<DefinitionError>) -> bool,
) {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(source);
    let header = match reader.headers().map_err(|error| error.to_string()) {
        Ok(header) => header.clone(),
        Err(message) => return faults.push(fault(shape, 1, message)),
    };
    if let Err(message) = check_header(shape, &header) {
        return faults.push(fault(shape, 1, message));
    }
    let (mut rows, before) = (0, faults.len());
    for record in reader.records() {
        if faults.len() - before >= FAULTS_MAX {
            break;
        }
        let row = match record {
            Ok(record) => {
                Row { shape, header: &header, line: record.position().map_or(0, csv::Position::line), record }
            }
            Err(error) => {
                faults.push(fault(shape, error.position().map_or(1, csv::Position::line), error.to_string()));
                break;
            }
        };
        if rows == shape.rows_max {
            faults.push(row.fault(format!("there are at most {} lines", shape.rows_max)));
            break;
        }
        rows += 1;
        if row.record.len() != header.len() {
            faults.push(row.fault(format!("has {} fields instead of {}", row.record.len(), header.len())));
        } else if !read(&row, faults) {
            break;
        }
    }
}

fn check_header(shape: &Shape, header: &StringRecord) -> Result<(), String> {
    for (place, name) in header.iter().enumerate() {
        if !shape.is_open && !shape.columns.contains(&name) {
            return Err(format!("`{name}` is no column; they are {}", shape.columns.join(", ")));
        }
        if shape.is_open && name.parse::<FieldName>().is_err() {
            return Err(format!("`{name}` is no column: a name is 1 to 64 characters out of A-Z a-z 0-9 _ -"));
        }
        if header.iter().take(place).any(|other| other == name) {
            return Err(format!("the column `{name}` is there twice"));
        }
    }
    match shape.columns[..shape.needed].iter().find(|needed| !header.iter().any(|name| name == **needed)) {
        Some(missing) => Err(format!("the column `{missing}` is missing")),
        None => Ok(()),
    }
}

fn fault(shape: &Shape, line: u64, message: String) -> DefinitionError {
    DefinitionError { file: shape.file, line, message }
}

/// One line of a file.
pub(super) struct Row<'a> {
    shape: &'a Shape,
    header: &'a StringRecord,
    /// Its number, from 1.
    pub(super) line: u64,
    record: StringRecord,
}

impl Row<'_> {
    /// A fault of this line.
    pub(super) fn fault(&self, message: String) -> DefinitionError {
        fault(self.shape, self.line, message)
    }

    /// A field's text; empty when the column is missing.
    pub(super) fn field(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default()
    }

    /// All fields with their columns' names.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header.iter().zip(self.record.iter())
    }

    /// A field as what it stands for.
    pub(super) fn parsed<T: FromStr<Err: Display>>(
        &self,
        column: &str,
        faults: &mut Vec<DefinitionError>,
    ) -> Option<T> {
        let parsed = self.field(column).parse();
        parsed.map_err(|error: T::Err| faults.push(self.fault(format!("{column}: {error}")))).ok()
    }

    /// A field that may be empty.
    pub(super) fn optional<T: FromStr<Err: Display>>(
        &self,
        column: &str,
        faults: &mut Vec<DefinitionError>,
    ) -> Option<Option<T>> {
        if self.field(column).is_empty() { Some(None) } else { self.parsed(column, faults).map(Some) }
    }

    /// A text in both languages.
    pub(super) fn text(&self, zh: &str, en: &str, faults: &mut Vec<DefinitionError>) -> Option<Text> {
        let text = Text { zh: self.field(zh).to_owned(), en: self.field(en).to_owned() };
        if let Some(message) = text_fault(&text) {
            faults.push(self.fault(format!("{zh}, {en}: {message}")));
            return None;
        }
        Some(text)
    }
}
