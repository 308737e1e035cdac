//! XLSX (ECMA-376, SpreadsheetML): the first sheet that can be seen, cell by cell as it is unpacked.

mod archive;
mod book;
mod cells;
mod markup;
mod shared;
mod styles;

use std::io::{Read, Seek};

use crate::error::SheetError;
use crate::limits::Limits;
use crate::row::{Form, Row, Seen};
use crate::shared::Shared;
use archive::Archive;

/// Reads the sheet, and hands on its rows that are not blank.
pub(crate) fn read(
    source: impl Read + Seek,
    limits: &Limits,
    each: &mut dyn FnMut(&Row<'_>) -> bool,
) -> Result<Seen, SheetError> {
    let mut archive = Archive::open(source, limits)?;
    let book = book::read(&mut archive)?;
    let shared = match &book.shared {
        Some(part) => shared::read(archive.part(part)?, limits)?,
        None => Shared::default(),
    };
    let styles = match &book.styles {
        Some(part) => styles::read(archive.part(part)?)?,
        None => styles::Styles::default(),
    };
    let mut sheets = book.sheets.into_iter().filter(|sheet| sheet.is_seen);
    let sheet = sheets.next().ok_or(SheetError::NoSheet)?;
    let budget = archive.budget();
    let context = cells::Context { shared: &shared, styles: &styles, is_1904: book.is_1904, limits, budget };
    cells::read(archive.part(&sheet.part)?, &context, each)?;
    let others = sheets.map(|sheet| sheet.name).collect();
    Ok(Seen { form: Form::Xlsx, sheet: Some(sheet.name), others, open_quote: None })
}
