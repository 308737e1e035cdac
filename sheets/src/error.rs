//! Why a table could not be read. Each says what to do.

use std::io;

use crate::cell::{Address, letters};

/// Why a table could not be read at all, or no further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// The bytes are neither text nor a workbook.
    #[error("is no text: save the sheet as XLSX, or as `CSV UTF-8`")]
    NoText,
    /// The file begins like a workbook and is none, or not all of it came.
    #[error("is not a whole workbook: open it, and save it again as XLSX, or as `CSV UTF-8`")]
    Broken,
    /// The workbook is encrypted.
    #[error("is protected by a password: save it without one")]
    Locked,
    /// A workbook of before 1997.
    #[error("is a workbook of before 1997: open it, choose Save As, and save it as XLSX, or as `CSV UTF-8`")]
    Old,
    /// The workbook has no sheet that its reader would see.
    #[error("has no sheet that can be seen: show the sheet, and save it again")]
    NoSheet,
    /// The file is larger than the bound, in bytes.
    #[error("has more than {0} bytes: send it in parts")]
    Bytes(u64),
    /// The workbook unpacks to more than the bound, in bytes.
    #[error("unpacks to more than {0} bytes: copy the rows into a new workbook, without pictures")]
    Unpacked(u64),
    /// The cell stands beyond the last column that is read.
    #[error("{address} stands beyond column {last}: delete what is not part of the table")]
    Columns {
        /// Where it stands.
        address: Address,
        /// The letters of the last column.
        last: String,
    },
    /// The cell has more characters than the bound.
    #[error("{0} has more than {1} characters")]
    CellChars(Address, usize),
    /// The file could not be read from where it is.
    #[error("cannot be read: {0}")]
    Io(String),
}

impl SheetError {
    /// Something stands at `address`, where only so many columns are read.
    pub(crate) fn beyond(address: Address, columns: u16) -> Self {
        Self::Columns { address, last: letters(columns.saturating_sub(1)) }
    }
}

impl From<io::Error> for SheetError {
    fn from(error: io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
