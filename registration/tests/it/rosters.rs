//! Importing rosters and past scores.

use std::fmt::Write as _;

use registration::exams::definition::{DefinitionError, Emptying, ImportError, PeopleImported};

use crate::cet::{Cet, ROSTER_HEAD, line, roster};
use crate::world::{World, document};

const OPEN: [&str; 2] = ["2020-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00"];

fn counts(lines: u64, added: u64, changed: u64, removed: u64) -> PeopleImported {
    PeopleImported { lines, added, changed, removed }
}

async fn import(cet: &Cet<'_>, roster: &str) -> Result<PeopleImported, Vec<DefinitionError>> {
    cet.write(OPEN[0], OPEN[1], roster);
    match cet.import_again().await {
        Ok(imported) => Ok(imported.roster.unwrap()),
        Err(ImportError::Definition(faults)) => Err(faults),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b8_a_roster_is_imported_again_without_harm() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let again = cet.import_again().await.unwrap();
    assert_eq!(again.roster, Some(counts(8, 0, 0, 0)));
    assert_eq!(again.past_scores, Some(counts(5, 0, 0, 0)));
    let changed =
        roster().replace(&line(4, "李四", "cet4", "cet6"), "").replace("赵六", "赵七") + &line(9, "吴九", "", "");
    assert_eq!(import(&cet, &changed).await.unwrap(), counts(8, 1, 1, 1));
    let sealed = "SELECT count(*) FROM registration.roster WHERE position('王芳'::bytea IN record) > 0";
    let readable: i64 = world.sql().await.query_one(sealed, &[]).await.unwrap().get(0);
    assert_eq!(readable, 0, "names are ciphertext");
    world.finish().await;
}

/// Whoever imports again to mend a typing error, without the big files, deletes nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_empties_nothing() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let exams = &world.registration.exams;
    let both = Emptying { roster: true, past_scores: true };
    let Err(ImportError::Definition(faults)) = exams.import_emptying(&cet.dir(), both).await else { panic!() };
    assert_eq!(faults.len(), 2, "a file is imported or emptied: {faults:?}");
    for file in ["roster.csv", "past_scores.csv"] {
        std::fs::remove_file(cet.dir().join(file)).unwrap();
    }
    let imported = cet.import_again().await.unwrap();
    assert_eq!((imported.roster, imported.past_scores), (None, None));
    assert_eq!(exams.people_there(&crate::cet::cet()).await.unwrap(), (8, 5));
    let organisations = cet.dir().join("organisations.csv");
    let kept = std::fs::read(&organisations).unwrap();
    std::fs::remove_file(&organisations).unwrap();
    let Err(ImportError::Definition(faults)) = cet.import_again().await else { panic!() };
    assert_eq!(faults[0].file, "sittings.csv", "campuses are named there: {faults:?}");
    std::fs::write(&organisations, kept).unwrap();
    let emptied = exams.import_emptying(&cet.dir(), both).await.unwrap();
    assert_eq!((emptied.roster, emptied.past_scores), (Some(counts(0, 0, 0, 8)), Some(counts(0, 0, 0, 5))));
    world.finish().await;
}

/// The sheet of a school as a spreadsheet writes it in GBK: its own words, empty lines, columns without an end, numbers
/// that are to stay texts.
#[tokio::test(flavor = "multi_thread")]
async fn a_schools_own_sheet_is_read() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let sheet = format!(
        "证件类型,身份证号,姓名,学校,校区,专业,可报科目,,\r\n\
         居民身份证,'{},王芳,99301,993010,会计,cet4、cet6,,\r\n\
         ,,,,,,,,\r\n\
         身份证,\"=\"\"{}\"\"\",古丽米热.艾比布力,99301,993010,会计,cet4,,\r\n\
         护照,E12345678,\"LEE, MARY ANN\",99301,993010,会计,cet4,,\r\n",
        document(1),
        document(2),
    );
    let (gbk, _, lossy) = encoding_rs::GBK.encode(&sheet);
    assert!(!lossy);
    cet.write(OPEN[0], OPEN[1], "");
    std::fs::write(cet.dir().join("roster.csv"), &gbk).unwrap();
    assert_eq!(cet.import_again().await.unwrap().roster, Some(counts(3, 1, 2, 6)));
    let account = cet.account(1).await.id;
    for name in ["古丽米热·艾比布力", "古丽米热﹒艾比布力", "古丽米热艾比布力", "\u{202d}古丽米热ㆍ艾比布力"]
    {
        assert!(cet.look_up_as(account, 2, name).await.is_ok(), "{name}");
    }
    let utf16: Vec<u8> =
        sheet.replace(',', "\t").replace("LEE\t", "LEE,").encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(cet.dir().join("roster.csv"), [&b"\xff\xfe"[..], &utf16[..]].concat()).unwrap();
    let again = cet.import_again().await.unwrap().roster.unwrap();
    assert_eq!((again.lines, again.added, again.removed), (3, 0, 0), "as UTF-16 with tabs, too");
    world.finish().await;
}

/// Where there is no CSV, a workbook of the same name is read, and faults name it.
#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_as_good_as_csv() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let workbook = |name: &str| {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, cell) in (0_u16..).zip(["身份证号", "姓名", "可报科目", "校区"]) {
            sheet.write_string(0, column, cell).unwrap();
        }
        for (column, cell) in (0_u16..).zip([&document(1)[..], name, "cet4", "993010"]) {
            sheet.write_string(1, column, cell).unwrap();
        }
        std::fs::write(cet.dir().join("roster.xlsx"), workbook.save_to_buffer().unwrap()).unwrap();
    };
    std::fs::remove_file(cet.dir().join("roster.csv")).unwrap();
    workbook("王芳");
    assert_eq!(cet.import_again().await.unwrap().roster, Some(counts(1, 0, 1, 7)));
    workbook("王芳1");
    let Err(ImportError::Definition(faults)) = cet.import_again().await else { panic!() };
    assert!(faults[0].to_string().starts_with("roster.xlsx:2: name: `1`"), "{faults:?}");
    world.finish().await;
}

/// A clerk hears which line, which column, which character, and what to do.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_sheet_did_to_a_line_is_told_in_words() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let wrong = ROSTER_HEAD.to_owned()
        + &line(1, "王芳1", "cet4", "")
        + &line(2, "王\u{e000}", "cet4", "")
        + &line(3, "王芳", "cet4", "").replace(&document(3), "4.30104E+17")
        + &line(4, "\"王芳", "cet4", "")
        + &line(5, "王芳", "cet4", "");
    let faults = import(&cet, &wrong).await.unwrap_err();
    let texts: Vec<String> = faults.iter().map(DefinitionError::to_string).collect();
    for (place, start, part) in [
        (0, "roster.csv:2: name: ", "`1` (U+0031)"),
        (1, "roster.csv:3: name: ", "U+E000"),
        (2, "roster.csv:4: document_number: ", "format Text"),
        (3, "roster.csv:5: ", "quotation mark"),
    ] {
        assert!(texts[place].starts_with(start) && texts[place].contains(part), "{texts:?}");
    }
    assert_eq!(texts.len(), 4, "what the open mark swallowed is no fault of its own: {texts:?}");
    cet.write(OPEN[0], OPEN[1], "");
    std::fs::write(cet.dir().join("roster.csv"), b"PK\x03\x04").unwrap();
    let Err(ImportError::Definition(faults)) = cet.import_again().await else { panic!() };
    assert!(faults[0].message.contains("CSV UTF-8"), "{faults:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b8_each_fault_is_told_with_its_line_and_nothing_is_written() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let wrong = ROSTER_HEAD.to_owned()
        + &line(1, "王芳", "cet4", "")
        + &line(1, "王芳", "cet4", "")
        + &line(2, "7", "cet4", "")
        + &line(3, "王芳", "cet4 cet5", "latin")
        + &line(4, "王芳", "", "").replace("993010", "99999")
        + "resident_id,110105199001010011,王芳,,,,,,,,,,,,,\n"
        + "id,1,王芳,,,,,,,,,,,,,\n"
        + "resident_id,1,王芳\n";
    let faults = import(&cet, &wrong).await.unwrap_err();
    let lines: Vec<u64> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [3, 4, 5, 5, 6, 7, 8, 9], "{faults:?}");
    let texts: Vec<String> = faults.iter().map(DefinitionError::to_string).collect();
    for (place, part) in [
        (0, "roster.csv:3: document_number: this person is there twice"),
        (2, "subjects: `cet5`"),
        (3, "barred: `latin`"),
        (4, "campus: `99999`"),
        (5, "document_number: the last character"),
        (6, "no such kind"),
        (7, "has 3 fields instead of 16"),
    ] {
        assert!(texts[place].contains(part), "{part} in {}", texts[place]);
    }
    assert!(
        import(&cet, "document_kind,name\n").await.unwrap_err()[0].message.contains("`document_number` is missing")
    );
    assert!(
        import(&cet, "document_kind,document_number,name,备用栏\n").await.unwrap_err()[0].message.contains("备用栏")
    );
    let many: String = (0..300).map(|_| "resident_id,1,王芳,,,,,,,,,,,,,\n").collect();
    assert_eq!(import(&cet, &format!("{ROSTER_HEAD}{many}")).await.unwrap_err().len(), 100, "more help nobody");
    let count = "SELECT count(*) FROM registration.roster";
    let kept: i64 = world.sql().await.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!(kept, 8, "what was imported before stays");

    cet.write(OPEN[0], OPEN[1], &roster());
    let scores = "ticket_number,document_number,name,subject,year,score
1,110105199001010011,王芳,cet4,2016,500
110100001111111,军字第001号,王芳,cet9,16,5000
110100001111111,110105491231002,王芳,cet4,2016,425
110100001111111,110105491231002,王芳,cet4,2016,425
";
    std::fs::write(cet.dir().join("past_scores.csv"), scores).unwrap();
    let Err(ImportError::Definition(faults)) = cet.import_again().await else { panic!() };
    let lines: Vec<u64> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [2, 3, 3, 3, 5], "{faults:?}");
    world.finish().await;
}

/// Two hundred thousand lines; says how long they take.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a while; run it for figures"]
async fn b8_two_hundred_thousand_lines_are_imported() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let mut text = String::from("document_kind,document_number,name,school,campus,major,subjects,barred\n");
    for number in 0..200_000 {
        writeln!(text, "passport,E{number:08},王芳,99301,993010,会计,cet4,").unwrap();
    }
    for what in ["new", "the same again"] {
        let began = std::time::Instant::now();
        let imported = import(&cet, &text).await.unwrap();
        println!("{what}: {imported:?} in {:?}", began.elapsed());
        assert_eq!(imported.lines, 200_000);
    }
    let changed = text.replace("会计", "金融");
    let began = std::time::Instant::now();
    assert_eq!(import(&cet, &changed).await.unwrap().changed, 200_000);
    println!("all changed: {:?}", began.elapsed());
    world.finish().await;
}
