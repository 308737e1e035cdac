//! Workbooks as programs write them: texts, numbers, days, formulas, several sheets.

use jiff::civil::date;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula};
use sheets::{Cell, Form, Limits, read};

use crate::made::{NONE_SHARED, archive, by_hand, rows, written};

#[test]
fn cells_are_read_by_what_they_are() {
    let bytes = written(|book| {
        let sheet = book.add_worksheet();
        let (day, text) = (Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\""), Format::new().set_num_format("@"));
        for (column, head) in ["证件号码", "姓名", "日期", "分数", "公式", "号"].iter().enumerate() {
            sheet.write_string(0, u16::try_from(column).unwrap(), *head).unwrap();
        }
        sheet.write_string_with_format(1, 0, "430104199001010011", &text).unwrap();
        sheet.write_string(1, 1, "\u{3000}王芳 ").unwrap();
        sheet.write_datetime_with_format(1, 2, ExcelDateTime::from_ymd(2005, 3, 7).unwrap(), &day).unwrap();
        sheet.write_number(1, 3, 425.0).unwrap();
        sheet.write_formula(1, 4, Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write_number(1, 5, 430_104_199_001_010_011.0).unwrap();
        sheet.write_string(4, 1, "<李 & 四>").unwrap();
    });
    let (seen, rows) = rows(bytes).unwrap();
    assert_eq!((seen.form, seen.sheet.as_deref(), seen.others.len()), (Form::Xlsx, Some("Sheet1"), 0));
    assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 5]);
    let row = &rows[1].1;
    assert_eq!(row[..5], ["430104199001010011", "王芳", "2005-03-07", "425", "2"]);
    assert!(row[5].starts_with("! is a number of more than 15 digits"), "{}", row[5]);
    assert_eq!(rows[2].1, ["", "<李 & 四>"], "what stands behind the last cell is not there");
}

#[test]
fn the_first_sheet_that_can_be_seen_is_read() {
    let bytes = written(|book| {
        book.add_worksheet().set_name("旧").unwrap().set_hidden(true).write_string(0, 0, "old").unwrap();
        book.add_worksheet().set_name("名单").unwrap().set_active(true).write_string(0, 0, "name").unwrap();
        book.add_worksheet().set_name("说明").unwrap().write_string(0, 0, "how").unwrap();
    });
    let (seen, rows) = rows(bytes).unwrap();
    assert_eq!((seen.sheet.as_deref(), &seen.others[..]), (Some("名单"), &["说明".to_owned()][..]));
    assert_eq!(rows, [(1, vec!["name".to_owned()])]);
}

/// What other programs write: days of 1904, texts in pieces, cells without a place, parts with other slashes.
#[test]
fn other_programs_write_otherwise() {
    let book = r#"<?xml version="1.0"?><workbook><workbookPr date1904="1"/><sheets>
        <sheet name="a" sheetId="1" id="r1"/></sheets></workbook>"#;
    let styles = r#"<?xml version="1.0"?><styleSheet><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>
        <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let shared = r#"<?xml version="1.0"?><sst count="9" uniqueCount="9"><si><t>王</t></si>
        <si><r><t>李</t></r><r><t xml:space="preserve"> &#x56DB;</t></r><rPh><t>li</t></rPh></si></sst>"#;
    let sheet = r#"<?xml version="1.0"?><worksheet><dimension ref="A1:XFD1048576"/><sheetData>
        <row><c t="s"><v>1</v></c><c s="1"><v>36956</v></c><c t="inlineStr"><is><t>x_x000A_y</t></is></c></row>
        <row r="7"><c r="C7" t="b"><v>1</v></c><c r="A7" t="s"><v>0</v></c><c r="E7" s="1"/>
            <c r="D7" t="e"><f>1/0</f><v>#DIV/0!</v></c></row></sheetData></worksheet>"#;
    let bytes = by_hand(sheet, shared, &[("xl/workbook.xml", book), ("xl/styles.xml", styles)]);
    let (_, read_rows) = rows(bytes).unwrap();
    assert_eq!(read_rows[0], (1, vec!["李 四".to_owned(), "2005-03-07".to_owned(), "x\ny".to_owned()]));
    assert_eq!((read_rows[1].0, &read_rows[1].1[..3]), (7, &["王".to_owned(), String::new(), "TRUE".to_owned()][..]));
    assert!(read_rows[1].1[3].contains("#DIV/0!") && read_rows[1].1.len() == 4, "{read_rows:?}");

    let slashes = archive([
        (
            "_rels/.rels",
            br#"<?xml version="1.0"?><R><Relationship Id="a" Type="x/officeDocument" Target="/XL\Workbook.xml"/></R>"#
                as &[u8],
        ),
        (
            "XL\\Workbook.xml",
            br#"<?xml version="1.0"?><workbook><sheets><sheet name="a" id="r1"/></sheets></workbook>"#,
        ),
    ]);
    assert!(rows(slashes).is_err(), "it has no sheet");
    let _ = NONE_SHARED;
}

/// Reading ends where whoever reads has seen enough.
#[test]
fn reading_ends_when_told() {
    let bytes = written(|book| {
        let sheet = book.add_worksheet();
        for row in 0..100 {
            sheet.write_number(row, 0, f64::from(row)).unwrap();
        }
    });
    let mut count = 0;
    read(std::io::Cursor::new(bytes), &Limits::default(), |_| {
        count += 1;
        count < 3
    })
    .unwrap();
    assert_eq!(count, 3);
    assert!(Cell::Date(date(2005, 3, 7).at(9, 30, 0, 0)).text().unwrap() == "2005-03-07 09:30:00");
}
