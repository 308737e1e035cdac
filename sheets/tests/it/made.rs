//! Makes tables, and reads them into rows of texts.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::Workbook;
use sheets::{Limits, Seen, SheetError, read};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Rows by their numbers, each cell as its text or as what is wrong with it.
pub(crate) type Rows = Vec<(u64, Vec<String>)>;

/// All that is read, within the usual bounds.
pub(crate) fn rows(bytes: Vec<u8>) -> Result<(Seen, Rows), SheetError> {
    rows_within(bytes, &Limits::default())
}

pub(crate) fn rows_within(bytes: Vec<u8>, limits: &Limits) -> Result<(Seen, Rows), SheetError> {
    let mut rows = Vec::new();
    let seen = read(Cursor::new(bytes), limits, |row| {
        let text =
            |cell: &sheets::Cell| cell.text().map_or_else(|fault| format!("! {fault}"), |text| text.into_owned());
        rows.push((row.number, row.cells.iter().map(text).collect()));
        true
    })?;
    Ok((seen, rows))
}

/// A workbook as a program writes it.
pub(crate) fn written(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

/// A workbook by hand: its sheet's markup, its shared texts, and further parts.
pub(crate) fn by_hand(sheet: &str, shared: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let book = r#"<?xml version="1.0"?><workbook><sheets><sheet name="a" sheetId="1" id="r1"/></sheets></workbook>"#;
    let relations = r#"<?xml version="1.0"?><Relationships>
        <Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>
        <Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/>
        <Relationship Id="r3" Type="x/styles" Target="styles.xml"/></Relationships>"#;
    let mut parts = vec![
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", shared),
    ];
    parts.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    parts.extend(more);
    archive(parts.into_iter().map(|(name, content)| (name, content.as_bytes())))
}

/// An archive of these parts.
pub(crate) fn archive<'a>(parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        zip.start_file(name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Shared texts of which there are none.
pub(crate) const NONE_SHARED: &str = r#"<?xml version="1.0"?><sst></sst>"#;
