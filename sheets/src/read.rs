//! What a file is, by how it begins, and its rows, one after another.

use std::io::{Read, Seek, SeekFrom};

use crate::error::SheetError;
use crate::limits::Limits;
use crate::row::{Row, Seen};
use crate::{old, text, workbook};

/// What a ZIP archive begins with, as XLSX does.
const ARCHIVE: &[u8] = b"PK\x03\x04";
/// What a compound file begins with: XLS, or an encrypted XLSX.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0";
/// Reads the table in a file row by row: of a workbook the first sheet that can be seen. `each` says whether to go on.
///
/// # Errors
/// [`SheetError`] where the file is no table, or one bound is reached. Rows may have been handed on before.
pub fn read(
    mut source: impl Read + Seek,
    limits: &Limits,
    mut each: impl FnMut(&Row<'_>) -> bool,
) -> Result<Seen, SheetError> {
    if source.seek(SeekFrom::End(0))? > limits.bytes {
        return Err(SheetError::Bytes(limits.bytes));
    }
    source.rewind()?;
    let mut begin = Vec::with_capacity(ARCHIVE.len());
    source.by_ref().take(ARCHIVE.len() as u64).read_to_end(&mut begin)?;
    source.rewind()?;
    match &begin[..] {
        ARCHIVE => workbook::read(source, limits, &mut each),
        COMPOUND => old::read(source, limits, &mut each),
        _ => text::read(source, limits, &mut each),
    }
}
