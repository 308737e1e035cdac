//! A CSV file of an exam's definition: a line of column names, then one thing a line. What its readers share.

use std::fmt::Display;
use std::io::{Cursor, Read};
use std::str::FromStr;

use csv::StringRecord;

use super::source::{Quotes, delimiter};
use super::{DefinitionError, cells, text_fault, words};
use crate::model::exam_rules::FieldName;
use crate::model::text::Text;

/// More faults than these help nobody.
const FAULTS_MAX: usize = 100;

/// Which columns a file may have; the first `needed` must be there.
pub(crate) struct Shape {
    pub(crate) file: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) needed: usize,
    /// Most lines that a file may have.
    pub(crate) rows_max: usize,
    /// May it have other columns besides?
    pub(crate) is_open: bool,
    /// What its columns are called in a school's own sheets.
    pub(crate) words: &'static [(&'static str, &'static str)],
}

/// Reads a file line by line; `read` turns a line into a thing, or adds faults.
pub(crate) fn parse<T>(
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

/// The same for a file of any length: nothing is kept. `read` says whether to go on. Lines without anything in them are
/// none.
pub(crate) fn stream(
    shape: &Shape,
    mut source: impl Read,
    faults: &mut Vec<DefinitionError>,
    mut read: impl FnMut(&Row<'_>, &mut Vec<DefinitionError>) -> bool,
) {
    let (delimiter, head) = match delimiter(&mut source) {
        Ok(found) => found,
        Err(error) => return faults.push(fault(shape, 1, format!("cannot be read: {error}"))),
    };
    let source = Quotes::new(Cursor::new(head).chain(source), delimiter);
    let open = source.open();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).flexible(true).from_reader(source);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => {
            header.iter().map(|name| words::column(shape.columns, shape.words, &cells::tidied(name))).collect()
        }
        Err(error) => return faults.push(fault(shape, 1, error.to_string())),
    };
    if let Err(message) = check_header(shape, &header) {
        return faults.push(fault(shape, 1, message));
    }
    let (mut rows, before) = (0, faults.len());
    for record in reader.records() {
        if faults.len() - before >= FAULTS_MAX {
            return;
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(fault(shape, error.position().map_or(1, csv::Position::line), error.to_string()));
                return;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        let row = Row {
            shape,
            header: &header,
            line: record.position().map_or(0, csv::Position::line),
            record: tidy(record),
        };
        if rows == shape.rows_max {
            return faults.push(row.fault(format!("there are at most {} lines", shape.rows_max)));
        }
        rows += 1;
        let goes_on = match row.odd_cell() {
            Some(message) => {
                faults.push(row.fault(message));
                true
            }
            None => read(&row, faults),
        };
        if !goes_on {
            return;
        }
    }
    if let Some(line) = open.get() {
        // What was read behind it is no line of its own.
        let behind = faults.split_off(before);
        faults.extend(behind.into_iter().filter(|fault| fault.line < line));
        faults.push(fault(
            shape,
            line,
            "a quotation mark is opened here and never closed: close it, or delete it".into(),
        ));
    }
}

/// The record without what spreadsheets and copying add to cells.
fn tidy(record: StringRecord) -> StringRecord {
    if record.iter().any(cells::is_untidy) { record.iter().map(cells::tidied).collect() } else { record }
}

fn check_header(shape: &Shape, header: &[String]) -> Result<(), String> {
    for (place, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        if !shape.is_open && !shape.columns.contains(&&name[..]) {
            return Err(format!("`{name}` is no column; they are {}", shape.columns.join(", ")));
        }
        if shape.is_open && name.parse::<FieldName>().is_err() {
            return Err(format!("`{name}` is no column: a name is 1 to 64 characters out of A-Z a-z 0-9 _ -"));
        }
        if header[..place].contains(name) {
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
pub(crate) struct Row<'a> {
    shape: &'a Shape,
    header: &'a [String],
    /// Its number, from 1.
    pub(crate) line: u64,
    record: StringRecord,
}

impl Row<'_> {
    /// A fault of this line.
    pub(crate) fn fault(&self, message: String) -> DefinitionError {
        fault(self.shape, self.line, message)
    }

    /// What is wrong with the line as a whole, or with a cell whatever it is for. Empty cells behind the last column, and
    /// below columns without a name, are none.
    fn odd_cell(&self) -> Option<String> {
        let cells = self.record.len();
        let names = self.header.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        if cells < names || self.record.iter().skip(names).any(|cell| !cell.is_empty()) {
            return Some(format!("has {cells} fields instead of {names}: look for a stray quotation mark or comma"));
        }
        self.fields().find_map(|(name, cell)| match cells::unreadable(cell) {
            Some(message) => Some(format!("{name}: {message}")),
            None if name.is_empty() && !cell.is_empty() => Some("has a value in a column without a name".to_owned()),
            None => None,
        })
    }

    /// A field's text; empty when the column is missing.
    pub(crate) fn field(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default()
    }

    /// All fields with their columns' names.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header.iter().map(String::as_str).zip(self.record.iter())
    }

    /// A field as one of the readers of cells reads it.
    pub(crate) fn read<T>(
        &self,
        column: &str,
        faults: &mut Vec<DefinitionError>,
        reader: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let read = reader(self.field(column));
        read.map_err(|message| faults.push(self.fault(format!("{column}: {message}")))).ok()
    }

    /// The same for a field that may be empty.
    pub(crate) fn read_optional<T>(
        &self,
        column: &str,
        faults: &mut Vec<DefinitionError>,
        reader: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        if self.field(column).is_empty() { Some(None) } else { self.read(column, faults, reader).map(Some) }
    }

    /// A field as what it stands for.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(
        &self,
        column: &str,
        faults: &mut Vec<DefinitionError>,
    ) -> Option<T> {
        let parsed = self.field(column).parse();
        parsed.map_err(|error: T::Err| faults.push(self.fault(format!("{column}: {error}")))).ok()
    }

    /// A field that may be empty.
    pub(crate) fn optional<T: FromStr<Err: Display>>(
        &self,
        column: &str,
        faults: &mut Vec<DefinitionError>,
    ) -> Option<Option<T>> {
        if self.field(column).is_empty() { Some(None) } else { self.parsed(column, faults).map(Some) }
    }

    /// A text in both languages.
    pub(crate) fn text(&self, zh: &str, en: &str, faults: &mut Vec<DefinitionError>) -> Option<Text> {
        let text = Text { zh: self.field(zh).to_owned(), en: self.field(en).to_owned() };
        if let Some(message) = text_fault(&text) {
            faults.push(self.fault(format!("{zh}, {en}: {message}")));
            return None;
        }
        Some(text)
    }
}
