//! The cells of a sheet, row by row. What the sheet says of its own size is not looked at.

use super::book::Book;
use super::records::{Record, Records, kind};
use super::strings::Pieces;
use crate::cell::{Address, Cell};
use crate::day::of_serial;
use crate::error::SheetError;
use crate::gauge::Budget;
use crate::limits::Limits;
use crate::row::{Form, Row, put};

/// What a formula's result says where it is no number.
const NO_NUMBER: u16 = 0xffff;

/// The row that is being read.
struct Current<'a> {
    row: Option<u16>,
    cells: Vec<Cell>,
    limits: &'a Limits,
    each: &'a mut dyn FnMut(&Row<'_>) -> bool,
    /// Does whoever reads want more?
    goes_on: bool,
    /// Pays for the shared texts: each cell has a copy of its own.
    budget: Budget,
}

impl Current<'_> {
    fn put(&mut self, (row, column): (u16, u16), cell: Cell) -> Result<(), SheetError> {
        if self.row != Some(row) {
            // Rows come in their order, or one would be read twice.
            if self.row.is_some_and(|before| before > row) {
                return Err(SheetError::Broken);
            }
            self.hand_on();
            self.row = Some(row);
        }
        let address = Address { row: u64::from(row) + 1, column };
        put(&mut self.cells, address, cell, self.limits)
    }

    fn hand_on(&mut self) {
        if let Some(row) = self.row
            && self.goes_on
            && !self.cells.iter().all(Cell::is_blank)
        {
            let row = Row { number: u64::from(row) + 1, cells: &self.cells, form: Form::Xls };
            self.goes_on = (self.each)(&row);
        }
        self.cells.clear();
    }
}

pub(super) fn read(
    stream: &[u8],
    place: usize,
    book: &Book,
    limits: &Limits,
    each: &mut dyn FnMut(&Row<'_>) -> bool,
) -> Result<(), SheetError> {
    let mut records = Records::new(stream, place);
    if records.next()?.kind != kind::BEGIN {
        return Err(SheetError::Broken);
    }
    let budget = Budget::new(limits.unpacked_bytes);
    let mut current = Current { row: None, cells: Vec::new(), limits, each, goes_on: true, budget };
    // A chart within the sheet has records of its own.
    let mut depth = 1_usize;
    while depth > 0 && current.goes_on {
        let record = records.next()?;
        match record.kind {
            kind::BEGIN => depth += 1,
            kind::END => depth -= 1,
            _ if depth > 1 => {}
            _ => take(&record, &mut records, book, &mut current)?,
        }
    }
    current.hand_on();
    Ok(())
}

fn take<'a>(
    record: &Record<'a>,
    records: &mut Records<'a>,
    book: &Book,
    current: &mut Current<'_>,
) -> Result<(), SheetError> {
    let at = || Ok::<_, SheetError>((record.short(0)?, record.short(2)?));
    let number = |style: usize, value: f64| Ok::<_, SheetError>(shown(book, record.short(style)?, value));
    match record.kind {
        kind::SHARED_LABEL => {
            let text = usize::try_from(record.word(6)?).ok().and_then(|number| book.shared.get(number));
            let text = text.ok_or(SheetError::Broken)?;
            current.budget.spend(text.len()).map_err(|_| current.budget.verdict())?;
            current.put(at()?, Cell::Text(text.to_owned()))
        }
        kind::LABEL | kind::RICH_LABEL => {
            let text = Pieces::new(record.data, records)?.from(6).text()?;
            current.put(at()?, Cell::Text(text))
        }
        kind::NUMBER => current.put(at()?, number(4, record.number(6)?)?),
        kind::RK => current.put(at()?, number(4, record.rk(6)?)?),
        kind::MANY_RK => {
            let (row, first) = at()?;
            // Each cell has a style and a number; the last column stands behind them.
            let cells = record.data.len().saturating_sub(6) / 6;
            for place in 0..cells {
                let column = u16::try_from(place).ok().and_then(|place| first.checked_add(place));
                let cell = number(4 + 6 * place, record.rk(6 + 6 * place)?)?;
                current.put((row, column.ok_or(SheetError::Broken)?), cell)?;
            }
            Ok(())
        }
        kind::BOOLEAN => {
            let (value, is_error) = (record.byte(6)?, record.byte(7)? == 1);
            current.put(at()?, if is_error { error(value) } else { boolean(value) })
        }
        kind::FORMULA => {
            let cell = match (record.short(12)?, record.byte(6)?) {
                (NO_NUMBER, 0) => text_of_formula(records)?,
                (NO_NUMBER, 1) => boolean(record.byte(8)?),
                (NO_NUMBER, 2) => error(record.byte(8)?),
                (NO_NUMBER, _) => Cell::Empty,
                _ => number(4, record.number(6)?)?,
            };
            current.put(at()?, cell)
        }
        _ => Ok(()),
    }
}

/// The text that a formula gave stands behind it, perhaps behind what several formulas share.
fn text_of_formula(records: &mut Records<'_>) -> Result<Cell, SheetError> {
    for _ in 0..3 {
        match records.peek() {
            Some(next) if next.kind == kind::TEXT => {
                let record = records.next()?;
                return Ok(Cell::Text(Pieces::new(record.data, records)?.text()?));
            }
            Some(next) if matches!(next.kind, kind::FORMULA | kind::END) => return Ok(Cell::Empty),
            Some(_) => {
                records.next()?;
            }
            None => return Err(SheetError::Broken),
        }
    }
    Ok(Cell::Empty)
}

fn shown(book: &Book, style: u16, value: f64) -> Cell {
    let is_day = book.days.get(usize::from(style)).copied().unwrap_or_default();
    let day = if is_day { of_serial(value, book.is_1904) } else { None };
    day.map_or(Cell::Number(value), Cell::Date)
}

fn boolean(value: u8) -> Cell {
    Cell::Text(if value == 0 { "FALSE" } else { "TRUE" }.to_owned())
}

/// What spreadsheets show for an error of that number.
fn error(number: u8) -> Cell {
    let shown = match number {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    };
    Cell::Error(shown.to_owned())
}
