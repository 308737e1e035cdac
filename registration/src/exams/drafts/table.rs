//! A table of a definition as its text: every cell as it is written, whatever it means, so that one can be changed and the
//! others stay.

use std::fmt;
use std::io::Cursor;

use sheets::Limits;

use crate::exams::definition::table::Shape;
use crate::exams::definition::{sittings_file, words};

const LIMITS: Limits = Limits {
    bytes: 8 * 1024 * 1024,
    unpacked_bytes: 8 * 1024 * 1024,
    shared_bytes: 1024 * 1024,
    columns: 256,
    cell_chars: 32_767,
};

/// The lines of a table, the names of its columns first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetText {
    /// The names of the columns, as they are written.
    heads: Vec<String>,
    /// Our names of them.
    names: Vec<String>,
    /// The cells of each line, as many as there are columns.
    pub(crate) rows: Vec<Vec<String>>,
}

impl SheetText {
    /// A table without lines.
    pub(crate) fn new(heads: &[&str]) -> Self {
        let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
        Self { names: heads.clone(), heads, rows: Vec::new() }
    }

    /// Reads the sittings' table; `None` where its cells cannot be told apart, or a title stands above its names: then it is
    /// changed as a text.
    pub fn of_sittings(text: &str) -> Option<Self> {
        Self::of(text, &sittings_file::SHAPE)
    }

    /// The same for a table of that shape.
    pub(crate) fn of(text: &str, shape: &Shape) -> Option<Self> {
        let mut lines: Vec<Vec<String>> = Vec::new();
        let mut is_text = true;
        let seen = sheets::read(Cursor::new(text.as_bytes()), &LIMITS, |row| {
            let cells: Option<Vec<String>> =
                row.cells.iter().map(|cell| cell.text().ok().map(|text| text.into_owned())).collect();
            is_text &= cells.is_some();
            lines.extend(cells);
            is_text
        });
        if !is_text || seen.ok()?.open_quote.is_some() || lines.is_empty() {
            return None;
        }
        let heads = lines.remove(0);
        let names: Vec<String> = heads.iter().map(|head| words::column(shape.columns, shape.words, head)).collect();
        let is_whole = shape.columns[..shape.needed].iter().all(|name| names.iter().any(|known| known == name));
        let fits = lines.iter().all(|cells| cells.len() == heads.len());
        (is_whole && fits).then_some(Self { heads, names, rows: lines })
    }

    /// Adds a line of as many cells as there are columns.
    pub(crate) fn push(&mut self, mut cells: Vec<String>) {
        cells.resize(self.heads.len(), String::new());
        self.rows.push(cells);
    }

    /// Our names of its columns.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// How many lines there are below the names.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A cell by its line, from 0, and our name of its column; empty where there is none.
    pub fn cell(&self, row: usize, column: &str) -> &str {
        let place = self.names.iter().position(|name| name == column);
        place.and_then(|place| self.rows.get(row)?.get(place)).map_or("", String::as_str)
    }

    /// Sets a cell; a column that is not there yet is added when something stands in it.
    pub(crate) fn set(&mut self, row: usize, column: &str, value: &str) {
        let place = match self.names.iter().position(|name| name == column) {
            Some(place) => place,
            None if value.is_empty() => return,
            None => {
                self.heads.push(column.to_owned());
                self.names.push(column.to_owned());
                self.rows.iter_mut().for_each(|cells| cells.push(String::new()));
                self.heads.len() - 1
            }
        };
        if let Some(cell) = self.rows.get_mut(row).and_then(|cells| cells.get_mut(place))
            && cell.as_str() != value
        {
            value.clone_into(cell);
        }
    }
}

impl fmt::Display for SheetText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for cells in [&self.heads].into_iter().chain(&self.rows) {
            let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            writeln!(f, "{}", cells.join(","))?;
        }
        Ok(())
    }
}

/// A cell as CSV has it (RFC 4180).
fn quoted(cell: &str) -> String {
    let needs = cell.contains([',', '"', '\n', '\r', ';', '\t']) || cell.starts_with(' ') || cell.ends_with(' ');
    if needs { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_changed_and_the_others_stay() {
        let text = "编号,开考时间,名额,备注\nam,2027-05-22 09:00,200,\"一, 二\"\npm,2027-05-22 14:00,3,\n";
        let mut sheet = SheetText::of_sittings(text).unwrap();
        assert_eq!((sheet.len(), sheet.cell(1, "id"), sheet.cell(1, "capacity")), (2, "pm", "3"));
        assert_eq!(sheet.to_string(), text);
        sheet.set(1, "capacity", "5");
        sheet.set(0, "fee", "");
        assert_eq!(sheet.to_string(), text.replace(",3,", ",5,"));
        sheet.set(0, "fee", "80");
        assert!(sheet.to_string().starts_with("编号,开考时间,名额,备注,fee\nam,2027-05-22 09:00,200,\"一, 二\",80\n"));
        for none in ["", "id,starts_at\n", "id,starts_at,capacity\nam,2027-05-22 09:00\n", "id,capacity,starts_at\n\"a"]
        {
            assert_eq!(SheetText::of_sittings(none), None, "{none}");
        }
    }
}
