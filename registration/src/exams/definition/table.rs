//! A table of an exam's definition, CSV or a workbook: a line of column names, then one thing a line. What its readers
//! share.

use std::fmt::Display;
use std::io::{Cursor, Read, Seek};
use std::str::FromStr;

use reservation::sitting::TITLE_CHARS_MAX;
use sheets::{Cell, Form, Limits, Seen};

use super::wrong::Wrong;
use super::{DefinitionError, ROWS_OF_A_TITLE, cells, odd_language, words};
use crate::model::exam_rules::FieldName;
use crate::model::text::Text;

/// More faults than these help nobody.
const FAULTS_MAX: usize = 100;
/// How much of a table is read at most. Its lines have a bound of their own.
const LIMITS: Limits = Limits {
    bytes: 2 * 1024 * 1024 * 1024,
    unpacked_bytes: 1024 * 1024 * 1024,
    shared_bytes: 64 * 1024 * 1024,
    columns: 256,
    cell_chars: 32_767,
};

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

/// Reads a table line by line; `read` turns a line into a thing, or adds faults.
pub(crate) fn parse<T>(
    shape: &Shape,
    bytes: &[u8],
    faults: &mut Vec<DefinitionError>,
    mut read: impl FnMut(&Row<'_>, &mut Vec<DefinitionError>) -> Option<T>,
) -> Vec<T> {
    let mut things = Vec::new();
    stream(shape, Cursor::new(bytes), faults, |row, faults| {
        if !row.is_odd {
            things.extend(read(row, faults));
        }
        true
    });
    things
}

/// The same for a file of any length: nothing is kept. `read` gets every line below the names, odd ones whose faults are
/// told already among them, and says whether to go on. Lines without anything in them are none. `None`: it is no table.
pub(crate) fn stream(
    shape: &Shape,
    source: impl Read + Seek,
    faults: &mut Vec<DefinitionError>,
    mut read: impl FnMut(&Row<'_>, &mut Vec<DefinitionError>) -> bool,
) -> Option<Seen> {
    let (mut header, mut above, mut rows, mut last) = (None::<Header>, 0, 0, 1);
    let before = faults.len();
    let seen = sheets::read(source, &LIMITS, |found| {
        last = found.number;
        let Some(header) = &header else {
            let names = Header::of(shape, found.cells);
            if is_title(shape, &names.names) && above < ROWS_OF_A_TITLE {
                above += 1;
                return true;
            }
            if let Err((column, wrong)) = check_header(shape, &names.names) {
                let told = fault(shape, found.number, None, wrong);
                faults.push(DefinitionError { column, ..told });
                return false;
            }
            header = Some(names);
            return true;
        };
        if faults.len().saturating_sub(before) >= FAULTS_MAX {
            return false;
        }
        if is_signature(found.cells) {
            return true;
        }
        let row = Row::new(shape, header, found, faults);
        if rows == shape.rows_max {
            faults.push(row.wrong_line(Wrong::Lines { max: shape.rows_max }));
            return false;
        }
        rows += 1;
        read(&row, faults)
    });
    let is_headless = header.is_none() && faults.len() == before;
    match seen {
        Ok(seen) => {
            if is_headless {
                let wrong = Wrong::MissingColumn { column: shape.columns[0].to_owned() };
                faults.push(fault(shape, 1, None, wrong));
            }
            if let Some(line) = seen.open_quote {
                // What was read behind it is no line of its own.
                let behind = faults.split_off(before.min(faults.len()));
                faults.extend(behind.into_iter().filter(|fault| fault.line < line));
                faults.push(fault(shape, line, None, Wrong::OpenQuote));
            }
            Some(seen)
        }
        Err(error) => {
            faults.push(fault(shape, last, None, error.into()));
            None
        }
    }
}

/// The first line of a table.
struct Header {
    /// The columns' names: ours where we know what is meant.
    names: Vec<String>,
    /// The column in which our own corrected file says what is wrong. Nothing in it is read.
    remarks: Option<usize>,
}

impl Header {
    fn of(shape: &Shape, cells: &[Cell]) -> Self {
        let written = cells.iter().map(|cell| cell.text().map(|text| cells::tidied(&text)).unwrap_or_default());
        let mut names: Vec<String> = written.map(|name| words::column(shape.columns, shape.words, &name)).collect();
        let remarks = names.iter().position(|name| words::REMARKS.contains(&&name[..]));
        if let Some(place) = remarks {
            names[place].clear();
        }
        names.truncate(names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1));
        Self { names, remarks }
    }
}

/// Does the line stand above the names: a title in one cell, which is no name of a column?
fn is_title(shape: &Shape, names: &[String]) -> bool {
    let mut said = names.iter().filter(|name| !name.is_empty());
    said.next().is_some_and(|name| !shape.columns.contains(&&name[..])) && said.next().is_none()
}

/// Does the line say who took the table out of here?
fn is_signature(cells: &[Cell]) -> bool {
    let mut said = cells.iter().filter(|cell| !cell.is_blank());
    let first = said.next().and_then(|cell| cell.text().ok());
    first.is_some_and(|text| words::SIGNATURES.iter().any(|begin| text.starts_with(begin))) && said.next().is_none()
}

fn check_header(shape: &Shape, header: &[String]) -> Result<(), (Option<u16>, Wrong)> {
    for (place, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let at = |wrong| (u16::try_from(place).ok(), wrong);
        let column = name.clone();
        if !shape.is_open && !shape.columns.contains(&&name[..]) {
            return Err(at(Wrong::UnknownColumn { column, all: shape.columns.join(", ") }));
        }
        if shape.is_open && name.parse::<FieldName>().is_err() {
            return Err(at(Wrong::ColumnName { column }));
        }
        if header[..place].contains(name) {
            return Err(at(Wrong::ColumnTwice { column }));
        }
    }
    match shape.columns[..shape.needed].iter().find(|needed| !header.iter().any(|name| name == **needed)) {
        Some(missing) => Err((None, Wrong::MissingColumn { column: (*missing).to_owned() })),
        None => Ok(()),
    }
}

fn fault(shape: &Shape, line: u64, at: Option<(u16, &str)>, wrong: Wrong) -> DefinitionError {
    DefinitionError::of_cell(shape.file, line, at, wrong)
}

/// One line of a file.
pub(crate) struct Row<'a> {
    shape: &'a Shape,
    header: &'a [String],
    /// Its number, from 1.
    pub(crate) line: u64,
    /// Is something wrong with it whatever it is about?
    pub(crate) is_odd: bool,
    cells: Vec<String>,
}

impl<'a> Row<'a> {
    /// The line with its cells tidied. What is wrong with it whatever its cells are for is told.
    fn new(
        shape: &'a Shape,
        Header { names: header, remarks }: &'a Header,
        found: &sheets::Row<'_>,
        faults: &mut Vec<DefinitionError>,
    ) -> Self {
        let mut row = Self { shape, header, line: found.number, is_odd: false, cells: Vec::new() };
        let before = faults.len();
        for (place, cell) in found.cells.iter().enumerate() {
            row.cells.push(match cell.text() {
                _ if *remarks == Some(place) => String::new(),
                Ok(text) if cells::is_untidy(&text) => cells::tidied(&text),
                Ok(text) => text.into_owned(),
                Err(wrong) => {
                    faults.push(row.fault_at(place, wrong.into()));
                    String::new()
                }
            });
        }
        if faults.len() == before
            && let Some((place, wrong)) = row.odd_cell(found.form)
        {
            faults.push(match place {
                Some(place) => row.fault_at(place, wrong),
                None => row.wrong_line(wrong),
            });
        }
        row.is_odd = faults.len() > before;
        row
    }

    /// What is wrong with the line as a whole, or with a cell whatever it is for. Empty cells behind the last column, and
    /// below columns without a name, are none. A workbook leaves out empty cells; in a text one that is missing has moved
    /// the others.
    fn odd_cell(&self, form: Form) -> Option<(Option<usize>, Wrong)> {
        let (cells, names) = (self.cells.len(), self.header.len());
        let is_short = form == Form::Csv && cells < names;
        let behind = self.cells.iter().skip(names).position(|cell| !cell.is_empty());
        match (form, behind) {
            (Form::Csv, Some(_)) => return Some((None, Wrong::Fields { cells, names })),
            (Form::Xlsx | Form::Xls, Some(place)) => return Some((Some(names + place), Wrong::NoColumn)),
            (_, None) if is_short => return Some((None, Wrong::Fields { cells, names })),
            (_, None) => {}
        }
        self.fields().enumerate().find_map(|(place, (name, cell))| {
            let wrong = if cells::is_unreadable(cell) {
                Wrong::Unreadable
            } else if name.is_empty() && !cell.is_empty() {
                Wrong::NoColumn
            } else {
                return None;
            };
            Some((Some(place), wrong))
        })
    }

    fn fault_at(&self, place: usize, wrong: Wrong) -> DefinitionError {
        let name = self.header.get(place).map_or("", String::as_str);
        fault(self.shape, self.line, u16::try_from(place).ok().map(|place| (place, name)), wrong)
    }

    /// A fault of this line as a whole.
    pub(crate) fn wrong_line(&self, wrong: Wrong) -> DefinitionError {
        fault(self.shape, self.line, None, wrong)
    }

    /// A fault of one of its cells.
    pub(crate) fn wrong(&self, column: &str, wrong: Wrong) -> DefinitionError {
        // A column that is not there has no place, and its name says what is meant.
        match self.place(column) {
            Some(place) => fault(self.shape, self.line, Some((place, column)), wrong),
            None => DefinitionError::of_column(self.shape.file, self.line, column, wrong),
        }
    }

    /// Where a column stands, from 0, if the table has it.
    pub(crate) fn place(&self, column: &str) -> Option<u16> {
        self.header.iter().position(|name| name == column).and_then(|place| u16::try_from(place).ok())
    }

    /// Has the table this column?
    pub(crate) fn has(&self, column: &str) -> bool {
        self.header.iter().any(|name| name == column)
    }

    /// A field's text; empty when the column is missing.
    pub(crate) fn field(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        place.and_then(|place| self.cells.get(place)).map_or("", String::as_str)
    }

    /// The columns' names, and those of empty ones.
    pub(crate) fn names(&self) -> &[String] {
        self.header
    }

    /// All fields with their columns' names.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header.iter().map(String::as_str).zip(self.cells.iter().map(String::as_str))
    }

    /// A field as a reader reads it that says what is wrong as a value.
    pub(crate) fn meant<T>(
        &self,
        column: &str,
        faults: &mut Vec<DefinitionError>,
        reader: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let read = reader(self.field(column));
        read.map_err(|wrong| faults.push(self.wrong(column, wrong))).ok()
    }

    /// The same for a field that may be empty.
    pub(crate) fn meant_or_empty<T>(
        &self,
        column: &str,
        faults: &mut Vec<DefinitionError>,
        reader: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<Option<T>> {
        if self.field(column).is_empty() { Some(None) } else { self.meant(column, faults, reader).map(Some) }
    }

    /// A field as the name that it is.
    pub(crate) fn named<T: FromStr<Err: Display>>(&self, column: &str, faults: &mut Vec<DefinitionError>) -> Option<T> {
        self.meant(column, faults, code)
    }

    /// A text in both languages.
    pub(crate) fn text(&self, zh: &str, en: &str, faults: &mut Vec<DefinitionError>) -> Option<Text> {
        let text = Text { zh: self.field(zh).to_owned(), en: self.field(en).to_owned() };
        if let Some(language) = odd_language(&text) {
            let wrong = Wrong::Text { language, max: TITLE_CHARS_MAX };
            faults.push(self.wrong(if language == "zh" { zh } else { en }, wrong));
            return None;
        }
        Some(text)
    }
}

/// A name of something.
pub(super) fn code<T: FromStr<Err: Display>>(cell: &str) -> Result<T, Wrong> {
    cell.parse().map_err(|error: T::Err| Wrong::Code { cell: cell.to_owned(), why: error.to_string() })
}
