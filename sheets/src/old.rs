//! XLS, as Excel 97 to 2003 and old programs of schools write it (BIFF8): the first sheet that can be seen, record by record.
//! The layouts are those of MS-CFB and MS-XLS.

mod book;
mod cells;
mod compound;
mod records;
mod strings;

use std::io::Read;

use crate::error::SheetError;
use crate::limits::Limits;
use crate::row::{Form, Row, Seen};

/// Largest file: all of it is in memory, twice. A sheet of that kind has at most 65,536 rows.
const BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Reads the sheet, and hands on its rows that are not blank.
pub(crate) fn read(
    source: impl Read,
    limits: &Limits,
    each: &mut dyn FnMut(&Row<'_>) -> bool,
) -> Result<Seen, SheetError> {
    let bytes_max = limits.bytes.min(BYTES_MAX);
    let mut bytes = Vec::new();
    source.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(SheetError::Bytes(bytes_max));
    }
    let stream = compound::workbook(&bytes)?;
    drop(bytes);
    let book = book::read(&stream, limits)?;
    let mut seen = book.sheets.iter().filter(|sheet| sheet.is_seen);
    let sheet = seen.next().ok_or(SheetError::NoSheet)?;
    cells::read(&stream, sheet.place, &book, limits, each)?;
    let others = seen.map(|sheet| sheet.name.clone()).collect();
    Ok(Seen { form: Form::Xls, sheet: Some(sheet.name.clone()), others, open_quote: None })
}
