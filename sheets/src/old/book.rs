//! What a workbook says before its sheets: which there are, what they share, which styles show days.

use std::collections::HashMap;

use super::records::{Records, kind};
use super::strings::Pieces;
use crate::error::SheetError;
use crate::format::{is_known_day, shows_day};
use crate::limits::Limits;
use crate::shared::Shared;

/// The version of records that Excel 97 and later write.
const BIFF8: u16 = 0x0600;
/// Most sheets that are looked at, and most styles.
const SHEETS_MAX: usize = 1_000;
const STYLES_MAX: usize = 70_000;

pub(super) struct Book {
    pub(super) sheets: Vec<Sheet>,
    pub(super) is_1904: bool,
    pub(super) shared: Shared,
    /// For each style: does it show a number as a day?
    pub(super) days: Vec<bool>,
}

pub(super) struct Sheet {
    pub(super) name: String,
    /// Where its records begin.
    pub(super) place: usize,
    pub(super) is_seen: bool,
}

pub(super) fn read(stream: &[u8], limits: &Limits) -> Result<Book, SheetError> {
    let mut records = Records::new(stream, 0);
    let first = records.next()?;
    if first.kind != kind::BEGIN || first.short(0)? != BIFF8 {
        return Err(SheetError::Old);
    }
    let mut book = Book { sheets: Vec::new(), is_1904: false, shared: Shared::default(), days: Vec::new() };
    let mut formats: HashMap<u16, bool> = HashMap::new();
    loop {
        let record = records.next()?;
        match record.kind {
            kind::END => return Ok(book),
            kind::FILE_PASS => return Err(SheetError::Locked),
            kind::DATE_MODE => book.is_1904 = record.short(0)? == 1,
            kind::BOUND_SHEET if book.sheets.len() < SHEETS_MAX => {
                let place = usize::try_from(record.word(0)?).map_err(|_| SheetError::Broken)?;
                // A chart has a sheet of its own, and no cells.
                if record.byte(5)? == 0 {
                    let name = short_text(record.data.get(6..).unwrap_or_default())?;
                    book.sheets.push(Sheet { name, place, is_seen: record.byte(4)? & 3 == 0 });
                }
            }
            kind::FORMAT if formats.len() < STYLES_MAX => {
                let number = record.short(0)?;
                let code = Pieces::new(record.data, &mut records)?.from(2).text()?;
                formats.insert(number, shows_day(&code));
            }
            kind::STYLE if book.days.len() < STYLES_MAX => {
                let number = record.short(2)?;
                book.days.push(formats.get(&number).copied().unwrap_or_else(|| is_known_day(u32::from(number))));
            }
            kind::SHARED => {
                let mut pieces = Pieces::new(record.data, &mut records)?.from(4);
                for _ in 0..pieces.word()? {
                    book.shared.push(&pieces.text()?, limits)?;
                }
            }
            _ => {}
        }
    }
}

/// A text whose length stands in one byte.
fn short_text(data: &[u8]) -> Result<String, SheetError> {
    let [length, flags, rest @ ..] = data else { return Err(SheetError::Broken) };
    let units: Vec<u16> = match flags & 1 {
        0 => rest.iter().map(|byte| u16::from(*byte)).collect(),
        _ => rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect(),
    };
    units.get(..usize::from(*length)).map(String::from_utf16_lossy).ok_or(SheetError::Broken)
}
