//! CSV: lines of cells, parted by commas, tabs or semicolons, in whatever encoding a spreadsheet wrote.

mod encoding;
mod quotes;

use std::io::{Cursor, Read, Seek};

use csv::StringRecord;

use crate::cell::{Address, Cell};
use crate::error::SheetError;
use crate::limits::Limits;
use crate::row::{Form, Row, Seen};
use encoding::decoded;
use quotes::{DELIMITERS_MAX, Quotes, delimiter};

/// A file that is no table as UTF-8 without a mark at its beginning, whatever program wrote it.
///
/// # Errors
/// [`SheetError::NoText`] and [`SheetError::Io`].
pub fn decoded_text(bytes: Vec<u8>) -> Result<String, SheetError> {
    let mut text = String::new();
    decoded(Cursor::new(bytes))?.read_to_string(&mut text)?;
    Ok(text)
}

/// Reads lines, and hands on those that are not blank.
pub(crate) fn read(
    source: impl Read + Seek,
    limits: &Limits,
    each: &mut dyn FnMut(&Row<'_>) -> bool,
) -> Result<Seen, SheetError> {
    let mut source = decoded(source)?;
    let (delimiter, head) = delimiter(&mut source)?;
    let source = Quotes::new(Cursor::new(head).chain(source), delimiter);
    let (open, wide) = (source.open(), source.wide());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .flexible(true)
        .has_headers(false)
        .from_reader(source);
    let (mut record, mut cells) = (StringRecord::new(), Vec::new());
    let told = |error: csv::Error| match wide.get() {
        Some(row) => SheetError::beyond(Address { row, column: DELIMITERS_MAX }, limits.columns),
        None => SheetError::Io(error.to_string()),
    };
    while reader.read_record(&mut record).map_err(told)? {
        let number = record.position().map_or(0, csv::Position::line);
        fill(&mut cells, &record, number, limits)?;
        if cells.iter().all(Cell::is_blank) {
            continue;
        }
        if !each(&Row { number, cells: &cells, form: Form::Csv }) {
            break;
        }
    }
    Ok(Seen { form: Form::Csv, sheet: None, others: Vec::new(), open_quote: open.get() })
}

/// The record's cells, in the memory of those of the record before.
fn fill(cells: &mut Vec<Cell>, record: &StringRecord, row: u64, limits: &Limits) -> Result<(), SheetError> {
    cells.resize(record.len().min(usize::from(limits.columns)), Cell::Empty);
    for (place, field) in record.iter().enumerate() {
        let cell = cells.get_mut(place);
        if field.is_empty() {
            if let Some(cell) = cell {
                *cell = Cell::Empty;
            }
            continue;
        }
        let address = Address { row, column: u16::try_from(place).unwrap_or(u16::MAX) };
        let Some(cell) = cell else { return Err(SheetError::beyond(address, limits.columns)) };
        if field.len() > limits.cell_chars && field.chars().count() > limits.cell_chars {
            return Err(SheetError::CellChars(address, limits.cell_chars));
        }
        match cell {
            Cell::Text(text) => {
                text.clear();
                text.push_str(field);
            }
            _ => *cell = Cell::Text(field.to_owned()),
        }
    }
    Ok(())
}
