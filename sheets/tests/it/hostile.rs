//! Workbooks that are made to cost: huge claims, bombs, texts without an end, rows that go back. Each is refused, or costs no
//! more than what is really in it.

use std::fmt::Write as _;
use std::io::Write as _;

use sheets::{Limits, SheetError};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::made::{NONE_SHARED, archive, by_hand, rows, rows_within};

fn sheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><worksheet><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#
    )
}

/// What the file claims of itself costs nothing: neither its size nor how many texts there are.
#[test]
fn claims_are_not_believed() {
    let shared = r#"<?xml version="1.0"?><sst count="99999999999" uniqueCount="99999999999"><si><t>王</t></si></sst>"#;
    let corners = r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="1048576"><c r="B1048576"><v>1</v></c></row>"#;
    let (_, read) = rows(by_hand(&sheet(corners), shared, &[])).unwrap();
    assert_eq!(read.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 1_048_576]);
    assert_eq!(read[1].1, ["", "1"]);
}

#[test]
fn what_stands_far_to_the_right_is_told_by_its_place() {
    let far = r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#;
    let told = rows(by_hand(&sheet(far), NONE_SHARED, &[])).unwrap_err();
    assert_eq!(told.to_string(), "XFD1 stands beyond column IV: delete what is not part of the table");
    let styled = r#"<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="3"/></row>"#;
    assert_eq!(rows(by_hand(&sheet(styled), NONE_SHARED, &[])).unwrap().1.len(), 1, "a style is nothing");
}

#[test]
fn bombs_are_put_out() {
    let limits = Limits { unpacked_bytes: 200_000, shared_bytes: 50_000, ..Limits::default() };
    let many = sheet(&"<row/>".repeat(60_000));
    let told = rows_within(by_hand(&many, NONE_SHARED, &[]), &limits).unwrap_err();
    assert_eq!(told, SheetError::Unpacked(200_000));
    let shared = format!(r#"<?xml version="1.0"?><sst>{}</sst>"#, "<si><t>王芳</t></si>".repeat(8_000));
    let told = rows_within(by_hand(&sheet(""), &shared, &[]), &limits).unwrap_err();
    assert_eq!(told, SheetError::Unpacked(50_000));
    // Every cell has a copy of a text that is unpacked once.
    let shared = format!(r#"<?xml version="1.0"?><sst><si><t>{}</t></si></sst>"#, "x".repeat(30_000));
    let copied = |cells: usize| {
        let copied = sheet(&r#"<row><c t="s"><v>0</v></c></row>"#.repeat(cells));
        rows_within(by_hand(&copied, &shared, &[]), &limits).map(|(_, rows)| rows.len())
    };
    assert_eq!(copied(3), Ok(3));
    assert_eq!(copied(10), Err(SheetError::Unpacked(200_000)));
}

/// A line of nothing but commas would cost a place for each.
#[test]
fn a_line_has_no_more_cells_than_a_sheet() {
    let line = |cells: usize| format!("name\n{}\n王芳\n", ",".repeat(cells)).into_bytes();
    assert_eq!(rows(line(16_384)).unwrap().1.len(), 2, "there is nothing in them");
    let told = rows(line(16_385)).unwrap_err();
    assert!(matches!(&told, SheetError::Columns { address, .. } if address.row == 2), "{told}");
    let within = format!("name\n\"{}\"\n", ",".repeat(20_000));
    assert_eq!(rows(within.into_bytes()).unwrap().1.len(), 2, "within quotation marks it parts nothing");
}

/// A text, a tag or a comment without an end would be in memory whole.
#[test]
fn nothing_has_no_end() {
    let long = "x".repeat(2_000_000);
    for row in [
        format!(r#"<row><c t="inlineStr"><is><t>{long}</t></is></c></row>"#),
        format!(r#"<row><c r="A1" x="{long}"/></row>"#),
        format!("<row><!-- {} --></row>", "<".repeat(2_000_000)),
        format!("<row><![CDATA[{}]]></row>", "<".repeat(100)),
        // Its parser keeps a tag whole up to its end, whatever marks stand in it.
        format!(r#"<row><c r="A1" x="{}"/></row>"#, "<".repeat(100)),
        format!(r#"<row><c r="A1" x="{}"/></row>"#, ">".repeat(600_000)),
        // A text in many pieces, none of which is long.
        format!(
            r#"<row><c t="inlineStr"><is>{}</is></c></row>"#,
            format!("<r><t>{}</t></r>", &long[..100_000]).repeat(8)
        ),
    ] {
        assert_eq!(rows(by_hand(&sheet(&row), NONE_SHARED, &[])).unwrap_err(), SheetError::Broken);
    }
    let entities = r#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet><sheetData/></worksheet>"#;
    assert_eq!(rows(by_hand(entities, NONE_SHARED, &[])).unwrap_err(), SheetError::Broken);
    let declared = format!("<?xml {}?><worksheet><sheetData/></worksheet>", ">".repeat(600_000));
    assert_eq!(rows(by_hand(&declared, NONE_SHARED, &[])).unwrap_err(), SheetError::Broken);
    let pieces = sheet(&format!("<row><c>{}</c></row>", format!("<v>{}</v>", &long[..100_000]).repeat(8)));
    assert!(matches!(rows(by_hand(&pieces, NONE_SHARED, &[])), Err(SheetError::CellChars(..))));
    let quoted = r#"<row><c r="A1" x="a > 'b'"><v>1</v></c></row>"#;
    assert_eq!(rows(by_hand(&sheet(quoted), NONE_SHARED, &[])).unwrap().1[0].1, ["1"]);
    let unknown = r#"<row><c t="inlineStr"><is><t>a&b;c</t></is></c></row>"#;
    assert_eq!(rows(by_hand(&sheet(unknown), NONE_SHARED, &[])).unwrap().1[0].1, ["ac"]);
}

#[test]
fn what_cannot_be_is_refused() {
    for row in [
        r#"<row r="3"/><row r="2"/>"#,
        r#"<row r="1048577"/>"#,
        r#"<row r="x"/>"#,
        r#"<row><c r="17"/></row>"#,
        r#"<row><c r="AAAA1"/></row>"#,
        r#"<row><c t="s"><v>7</v></c></row>"#,
        r#"<row><c t="s"><v>-1</v></c></row>"#,
        "<row><c><v>1",
    ] {
        assert_eq!(rows(by_hand(&sheet(row), NONE_SHARED, &[])).unwrap_err(), SheetError::Broken, "{row}");
    }
    assert_eq!(rows(archive([("a", b"b" as &[u8])])).unwrap_err(), SheetError::Broken);
    let hidden =
        r#"<?xml version="1.0"?><workbook><sheets><sheet name="a" state="hidden" id="r1"/></sheets></workbook>"#;
    assert_eq!(
        rows(by_hand(&sheet(""), NONE_SHARED, &[("xl/workbook.xml", hidden)])).unwrap_err(),
        SheetError::NoSheet
    );
    let whole = by_hand(&sheet("<row><c><v>1</v></c></row>"), NONE_SHARED, &[]);
    for cut in [whole.len() / 2, whole.len() - 1] {
        assert_eq!(rows(whole[..cut].to_vec()).unwrap_err(), SheetError::Broken);
    }
}

/// An archive of very many parts takes memory for each before one is read.
#[test]
fn an_archive_of_thousands_is_refused() {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for number in 0..4_001 {
        let mut name = String::new();
        write!(name, "{number}").unwrap();
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(b"x").unwrap();
    }
    assert_eq!(rows(zip.finish().unwrap().into_inner()).unwrap_err(), SheetError::Broken);
    // One that says how many it has where only archives of more than 4 GiB need to.
    let whole = by_hand(&sheet(""), NONE_SHARED, &[]);
    let end = whole.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").unwrap();
    for place in [12, 16] {
        let mut elsewhere = whole.clone();
        elsewhere[end + place..end + place + 4].fill(0xff);
        assert_eq!(rows(elsewhere).unwrap_err(), SheetError::Broken);
    }
}
