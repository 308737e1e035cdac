//! Tables as people send them: CSV in whatever encoding, workbooks of Excel and WPS. They are read row by row within
//! known bounds, and no number, date or width is guessed.
//!
//! In reading order: [`read()`] tells what a file is; `text` reads CSV, `workbook` XLSX and `old` XLS; [`cell`] is what stands in a
//! cell, [`day`] a day as people write it, [`head`] which column is meant by a word. Nothing here knows what tables are
//! about.
//!
//! Workbooks are read with `zip` and `quick-xml` and not with calamine: its reader reserves as many texts as the file
//! claims to have, and makes a whole rectangle of what stands in two far corners.

pub mod cell;
pub mod day;
mod error;
mod format;
mod gauge;
pub mod head;
mod limits;
mod old;
mod read;
mod row;
mod shared;
mod text;
mod workbook;

pub use cell::{Address, Cell, CellFault};
pub use error::SheetError;
pub use limits::Limits;
pub use read::read;
pub use row::{Form, Row, Seen};
pub use text::decoded_text;
