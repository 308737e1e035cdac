//! XLS: a workbook as xlwt 1.3 writes it (`names.xls`: a hidden sheet, one of six hundred names whose shared texts go on over
//! several records, and one that says how), and the same cut and changed.

use sheets::{Form, SheetError};

use crate::made::rows;

const NAMES: &[u8] = include_bytes!("names.xls");

#[test]
fn cells_of_an_old_workbook_are_read_by_what_they_are() {
    let (seen, rows) = rows(NAMES.to_vec()).unwrap();
    assert_eq!(
        (seen.form, seen.sheet.as_deref(), &seen.others[..]),
        (Form::Xls, Some("名单"), &["说明".to_owned()][..])
    );
    assert_eq!(rows.len(), 603);
    assert_eq!(rows[0].1[..3], ["证件号码", "姓名", "日期"]);
    let row = &rows[1].1;
    assert_eq!(row[..4], ["430104199001010011", "古丽米热·艾比布力", "2005-03-07", "425"]);
    assert!(row[5].starts_with("! is a number of more than 15 digits"), "{}", row[5]);
    assert_eq!(row[6], "0.25");
    assert_eq!(rows[2].1[1..], ["plain", "", "TRUE", "-3", "12.34"]);
    for (place, (number, cells)) in rows.iter().enumerate().skip(3) {
        let name = if place % 2 == 1 { "王".repeat(place % 40 + 1) } else { "n".repeat(place % 60 + 1) };
        assert_eq!((*number, &cells[0], &cells[1]), (place as u64 + 1, &format!("E{place:08}"), &name));
        assert_eq!(cells[3], place.to_string());
    }
}

/// However it is cut or changed, it is read or refused.
#[test]
fn a_damaged_old_workbook_breaks_nothing() {
    assert_eq!(rows(NAMES[..600].to_vec()).unwrap_err(), SheetError::Broken);
    for cut in (512..NAMES.len()).step_by(1_531) {
        let _ = rows(NAMES[..cut].to_vec());
    }
    // The header, the table of chains, and the beginning of the records, byte by byte.
    for place in (0..1_600).chain(NAMES.len() - 1_536..NAMES.len()).step_by(3) {
        for value in [0x00, 0x7f, 0xff] {
            let mut changed = NAMES.to_vec();
            changed[place] = value;
            let _ = rows(changed);
        }
    }
}
