//! Importing rosters and past scores.

use std::fmt::Write as _;

use registration::exam_definition::{DefinitionError, ImportError, PeopleImported};

use crate::cet::{Cet, ROSTER_HEAD, line, roster};
use crate::world::World;

const OPEN: [&str; 2] = ["2020-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00"];

fn counts(lines: u64, added: u64, changed: u64, removed: u64) -> PeopleImported {
    PeopleImported { lines, added, changed, removed }
}

async fn import(cet: &Cet<'_>, roster: &str) -> Result<PeopleImported, Vec<DefinitionError>> {
    cet.write(OPEN[0], OPEN[1], roster);
    match cet.import_again().await {
        Ok(imported) => Ok(imported.roster),
        Err(ImportError::Definition(faults)) => Err(faults),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b8_a_roster_is_imported_again_without_harm() {
    let world = World::usual().await;
    let cet = Cet::import(&world).await;
    let again = cet.import_again().await.unwrap();
    assert_eq!(again.roster, counts(8, 0, 0, 0));
    assert_eq!(again.past_scores, counts(5, 0, 0, 0));
    let changed =
        roster().replace(&line(4, "李四", "cet4", "cet6"), "").replace("赵六", "赵七") + &line(9, "吴九", "", "");
    assert_eq!(import(&cet, &changed).await.unwrap(), counts(8, 1, 1, 1));
    let sealed = "SELECT count(*) FROM registration.roster WHERE position('王芳'::bytea IN record) > 0";
    let readable: i64 = world.sql().await.query_one(sealed, &[]).await.unwrap().get(0);
    assert_eq!(readable, 0, "names are ciphertext");
    std::fs::remove_file(cet.dir().join("roster.csv")).unwrap();
    assert_eq!(cet.import_again().await.unwrap().roster, counts(0, 0, 0, 8), "without a file there is no roster");
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
        (6, "document_kind: no such kind"),
        (7, "has 3 fields instead of 16"),
    ] {
        assert!(texts[place].contains(part), "{part} in {}", texts[place]);
    }
    assert!(
        import(&cet, "document_kind,name\n").await.unwrap_err()[0].message.contains("`document_number` is missing")
    );
    assert!(import(&cet, "document_kind,document_number,name,学校\n").await.unwrap_err()[0].message.contains("学校"));
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
