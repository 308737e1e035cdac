//! What a table was read from, its rows, and how a row comes together.

use crate::cell::{Address, Cell};
use crate::error::SheetError;
use crate::limits::Limits;

/// What a table was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines of text, whatever parts their cells.
    Csv,
    /// A workbook of Excel 2007 or later, or of WPS.
    Xlsx,
    /// A workbook of before that.
    Xls,
}

/// One row that is not blank.
#[derive(Debug)]
pub struct Row<'a> {
    /// Its number, from 1. In CSV it is the line of the file.
    pub number: u64,
    /// Its cells from column A on. In a workbook empty ones behind the last are left out.
    pub cells: &'a [Cell],
    /// What it was read from.
    pub form: Form,
}

/// What is known of a table when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it was read from.
    pub form: Form,
    /// What the sheet is called that was read; `None` in CSV.
    pub sheet: Option<String>,
    /// What the other sheets are called that can be seen and were not read.
    pub others: Vec<String>,
    /// The line of a quotation mark that was opened and never closed; what stands behind it was read as one cell.
    pub open_quote: Option<u64>,
}

/// Puts a cell into its place of a row, which grows as far as it must. An empty one is nowhere.
///
/// # Errors
/// [`SheetError::Columns`] and [`SheetError::CellChars`].
pub(crate) fn put(row: &mut Vec<Cell>, address: Address, cell: Cell, limits: &Limits) -> Result<(), SheetError> {
    if cell == Cell::Empty {
        return Ok(());
    }
    if address.column >= limits.columns {
        return if cell.is_blank() { Ok(()) } else { Err(SheetError::beyond(address, limits.columns)) };
    }
    if let Cell::Text(text) = &cell
        && text.len() > limits.cell_chars
        && text.chars().count() > limits.cell_chars
    {
        return Err(SheetError::CellChars(address, limits.cell_chars));
    }
    let at = usize::from(address.column);
    if row.len() <= at {
        row.resize(at + 1, Cell::Empty);
    }
    row[at] = cell;
    Ok(())
}
