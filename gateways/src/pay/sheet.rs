//! A bill's table: cells by the name of their column, in whichever order the channel puts them.

use super::bill::BillError;

/// Most rows of a day.
const ROWS_MAX: usize = 1_000_000;

/// The names of a bill's columns.
pub(crate) struct Columns<'a>(Vec<&'a str>);

/// One row under them.
pub(crate) struct Row<'a, 'c> {
    columns: &'c Columns<'c>,
    cells: Vec<&'a str>,
    line: usize,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(cells: Vec<&'a str>) -> Self {
        Self(cells)
    }

    /// The row in the file's line `line`.
    pub(crate) fn row<'c, 'r>(&'c self, line: usize, cells: Vec<&'r str>) -> Result<Row<'r, 'c>, BillError> {
        if line > ROWS_MAX {
            return Err(BillError::Unreadable(format!("it has more than {ROWS_MAX} lines")));
        }
        if cells.len() < self.0.len() {
            return Err(BillError::Changed(format!("line {line} has fewer cells than columns")));
        }
        Ok(Row { columns: self, cells, line })
    }
}

impl<'a> Row<'a, '_> {
    /// The cell of a column.
    pub(crate) fn text(&self, column: &str) -> Result<&'a str, BillError> {
        let place = self.columns.0.iter().position(|name| *name == column);
        let cell = place.and_then(|place| self.cells.get(place)).copied();
        cell.ok_or_else(|| BillError::Unreadable(format!("it has no column {column}")))
    }

    /// The cell, read.
    pub(crate) fn read<T>(&self, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, BillError> {
        let text = self.text(column)?;
        read(text).ok_or_else(|| self.changed(&format!("is not as the channel writes {column}")))
    }

    pub(crate) fn changed(&self, what: &str) -> BillError {
        BillError::Changed(format!("line {}: a cell {what}", self.line))
    }
}
