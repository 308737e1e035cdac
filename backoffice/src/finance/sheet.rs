//! Rows as a file: CSV for programs, XLSX for people. Numbers of payments, and tax numbers, stay text in both, and no cell is ever a formula.

use jiff::Timestamp;
use pagekit::when;
use registration::Fen;
use rust_xlsxwriter::{DocProperties, Format, Workbook, Worksheet, XlsxError};

/// Excel takes a file for UTF-8 by this, and by nothing else.
pub(crate) const MARK: &str = "\u{feff}";
/// What a cell begins with that table programs calculate with, in their narrow and their wide forms.
const CALCULATED: [char; 10] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];
/// How wide a column is, in characters.
const WIDTH: f64 = 22.0;

/// One cell of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Text(String),
    /// A number of something: never calculated with, and never shortened.
    Id(String),
    Amount(Option<Fen>),
}

/// A moment as a cell: China's time, which tables can sort.
pub(crate) fn at(at: Option<Timestamp>) -> Cell {
    let at = at.map(|at| when::civil(at).strftime("%Y-%m-%d %H:%M:%S").to_string());
    Cell::Text(at.unwrap_or_default())
}

/// Whole yuan and fen, as tables calculate with them.
fn yuan(amount: Fen) -> String {
    amount.to_string().replace('¥', "")
}

/// A text as it is in one line, which no program takes for a formula.
fn tame(text: &str) -> String {
    let line: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    let is_calculated = line.trim_start().starts_with(CALCULATED) || text.starts_with(CALCULATED);
    if is_calculated { format!("'{line}") } else { line }
}

/// Rows as CSV.
pub(crate) fn csv<'a>(rows: impl Iterator<Item = &'a [Cell]>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => tame(text),
            // As the channels write their own: with a tab behind it a number of many digits stays what it is.
            Cell::Id(text) if text.is_empty() => String::new(),
            Cell::Id(text) => format!("{}\t", tame(text)),
            Cell::Amount(amount) => amount.map(yuan).unwrap_or_default(),
        });
        writer.write_record(cells).expect("a vector takes everything, and all rows are equally long");
    }
    writer.into_inner().expect("a vector takes everything")
}

/// A table that is written row by row; what is written is no longer in memory.
pub(crate) struct Sheet {
    workbook: Workbook,
    next: u32,
}

impl Sheet {
    /// Begins with the heads, and says in the file whose it is.
    pub(crate) fn new(heads: &[String], title: &str, author: &str) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_properties(&DocProperties::new().set_title(title).set_author(author));
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        let last = u16::try_from(heads.len()).unwrap_or(u16::MAX).saturating_sub(1);
        sheet.set_column_range_width(0, last, WIDTH)?;
        sheet.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (column, head) in (0..).zip(heads) {
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        Ok(Self { workbook, next: 1 })
    }

    /// Adds rows below those that are there.
    pub(crate) fn add<'a>(&mut self, rows: impl Iterator<Item = &'a [Cell]>) -> Result<(), XlsxError> {
        let (text, amount) = (Format::new().set_num_format("@"), Format::new().set_num_format("0.00"));
        let sheet = self.workbook.worksheet_from_index(0)?;
        for row in rows {
            for (column, cell) in (0..).zip(row) {
                write(sheet, self.next, column, cell, (&text, &amount))?;
            }
            self.next += 1;
        }
        Ok(())
    }

    /// Closes the sheet and gives the bytes of its file.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, XlsxError> {
        self.workbook.save_to_buffer()
    }
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    (text_format, amount_format): (&Format, &Format),
) -> Result<(), XlsxError> {
    match cell {
        // A string is written as such: it is no formula, whatever it begins with.
        Cell::Text(text) | Cell::Id(text) => {
            sheet.write_string_with_format(row, column, text, text_format)?;
        }
        Cell::Amount(Some(amount)) => {
            let amount: f64 = yuan(*amount).parse().unwrap_or_default();
            sheet.write_number_with_format(row, column, amount, amount_format)?;
        }
        Cell::Amount(None) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_a_number_is_never_shortened() {
        let id = "4200002345202611291234567890";
        let row = [
            Cell::Text("=HYPERLINK(\"http://evil\")".to_owned()),
            Cell::Text("  ＝1+1".to_owned()),
            Cell::Text("考试, \"一\"\r\n二".to_owned()),
            Cell::Id(id.to_owned()),
            Cell::Id("@cmd".to_owned()),
            Cell::Amount(Some(Fen(-1_205))),
            Cell::Amount(None),
        ];
        let text = String::from_utf8(csv([&row[..]].into_iter())).unwrap();
        let expected = format!(
            "\"'=HYPERLINK(\"\"http://evil\"\")\",'  ＝1+1,\"考试, \"\"一\"\"  二\",{id}\t,'@cmd\t,-12.05,\r\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn a_table_keeps_numbers_as_text() {
        let mut sheet = Sheet::new(&["号".to_owned(), "金额".to_owned()], "t", "li.min").unwrap();
        let row = [Cell::Id("4200002345202611291234567890".to_owned()), Cell::Amount(Some(Fen(12_000)))];
        sheet.add([&row[..]].into_iter()).unwrap();
        let file = sheet.finish().unwrap();
        assert!(file.starts_with(b"PK"), "it is a zip");
    }
}
