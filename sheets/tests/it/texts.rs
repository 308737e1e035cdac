//! CSV: encodings, separators, blank lines, open quotation marks, and that whatever is written is read.

use encoding_rs::GB18030;
use proptest::prelude::*;
use sheets::{Form, Limits, SheetError};

use crate::made::{rows, rows_within};

fn cells(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn every_encoding_and_separator_gives_the_same_rows() {
    let text = "姓名,证件号码\n王芳,'430104199001010011\n,,\n李四,４３０Ｘ\n";
    let utf16: Vec<u8> = text.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        GB18030.encode(text).0.into_owned(),
        text.replace(',', ";").into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        [&b"\xff\xfe"[..], &utf16].concat(),
    ] {
        let (seen, rows) = rows(bytes).unwrap();
        assert_eq!((seen.form, seen.open_quote), (Form::Csv, None));
        let numbers: Vec<u64> = rows.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 4], "a line of nothing but commas is none");
        assert_eq!(rows[1].1, cells(&["王芳", "'430104199001010011"]));
        assert_eq!(rows[2].1, cells(&["李四", "430X"]), "widths are folded");
    }
}

#[test]
fn an_open_quotation_mark_has_its_line() {
    let (seen, rows) = rows(b"a,b\n1,\"2\n3,4\n".to_vec()).unwrap();
    assert_eq!((seen.open_quote, rows.len()), (Some(2), 2));
}

#[test]
fn what_is_too_large_is_told() {
    let limits = Limits { bytes: 100, columns: 3, cell_chars: 5, ..Limits::default() };
    let told = |text: &str| rows_within(text.as_bytes().to_vec(), &limits).unwrap_err();
    assert_eq!(told(&"x".repeat(101)), SheetError::Bytes(100));
    assert_eq!(
        told("a,b,c,,\n1,2,3,4\n").to_string(),
        "D2 stands beyond column C: delete what is not part of the table"
    );
    assert_eq!(told("a,b\n1,一二三四五六\n").to_string(), "B2 has more than 5 characters");
    assert!(rows_within(b"a,b\n1,12345,,,,,\n".to_vec(), &limits).is_ok(), "empty cells are nowhere");
}

#[test]
fn no_table_is_taken_for_one() {
    assert_eq!(rows(b"\xd0\xcf\x11\xe0 an old workbook".to_vec()).unwrap_err(), SheetError::Broken);
    assert_eq!(rows(b"PK\x03\x04rest".to_vec()).unwrap_err(), SheetError::Broken);
    assert_eq!(rows(b"\0\0\0\0\0".to_vec()).unwrap_err(), SheetError::NoText);
    assert!(rows(Vec::new()).unwrap().1.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is written as CSV is read back, with the blanks around it gone.
    #[test]
    fn what_is_written_is_read(table in prop::collection::vec(prop::collection::vec("[a-z0-9一-龟,;\" ]{0,12}", 3), 1..8)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["甲", "乙", "丙"]).unwrap();
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let (_, read) = rows(writer.into_inner().unwrap()).unwrap();
        let trimmed = |row: &Vec<String>| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        let wanted: Vec<_> = table.iter().map(trimmed).filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
        let read: Vec<_> = read.into_iter().skip(1).map(|(_, row)| row).collect();
        prop_assert_eq!(read, wanted);
    }

    /// Bytes of any kind are read or refused, and nothing breaks.
    #[test]
    fn whatever_comes_breaks_nothing(bytes in prop::collection::vec(any::<u8>(), 0..400), begin in 0..3_usize) {
        let begins: [&[u8]; 3] = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];
        let _ = rows([begins[begin], &bytes].concat());
    }
}
