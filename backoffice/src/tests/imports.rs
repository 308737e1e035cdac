//! The pages of imports, from made-up values: none yet, in every state, with long names, with what is wrong.

use jiff::SignedDuration;
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::imports::SeenImport;
use registration::model::actor::Actor;
use registration::model::ids::StaffId;
use registration::model::import::{Import, ImportCounts, ImportFault, ImportId, ImportKind, ImportReport, ImportState};
use reservation::ids::ExamId;
use uuid::Uuid;

use super::now;
use crate::desk::message::Message;
use crate::imports::all::{self, Chosen};
use crate::imports::frame::{Tab, body};
use crate::imports::one;
use crate::imports::out;
use crate::imports::parts::View;
use crate::imports::words::{self, WRONGS};

fn exams() -> [(ExamId, String); 2] {
    [
        ("degree-english".parse().unwrap(), "学位外语考试".to_owned()),
        ("cet".parse().unwrap(), "全国大学英语四、六级考试（临江省 2026 年下半年）".to_owned()),
    ]
}

fn import(number: u128, state: ImportState) -> Import {
    let is_long = number == 2;
    Import {
        id: ImportId(Uuid::from_u128(number)),
        kind: if number == 3 { ImportKind::PastScores } else { ImportKind::Roster },
        exam: Some(exams()[usize::from(is_long)].0.clone()),
        staff: StaffId(Uuid::from_u128(9)),
        staff_name: "li.min".to_owned(),
        file_name: if is_long {
            "临江大学继续教育学院2026年下半年学位外语考试报名资格考生名单（最终版）(3) 副本.xlsx".to_owned()
        } else {
            "名单.xlsx".to_owned()
        },
        bytes: 2_345_678,
        state,
        progress: 12_000,
        counts: ImportCounts { lines: 49_312, added: 1_204, changed: 37, absent: 12, bound: 3, removed: 0, faults: 0 },
        is_stale: false,
        written: 0,
        has_file: true,
        made_at: now() - SignedDuration::from_mins(7),
        applied_at: (state == ImportState::Applied).then(now),
        applied_by: (state == ImportState::Applied).then(|| "chief".to_owned()),
    }
}

fn report() -> ImportReport {
    let heads = ["document_number", "name", "subjects", "school", "campus", "major", "note"];
    let names = ["王芳", "阿卜杜热西提·买买提依明·艾合买提江", "李四", "Aleksandra Wiśniewska"];
    let row = |place: usize| {
        let name = names[place % names.len()];
        let cells = ["4301**********0011", name, "cet4、cet6", "99301", "993010", "计算机科学与技术", ""];
        (place as u64 + 2, cells.map(str::to_owned).to_vec())
    };
    let fault = |row, column, word: &str, values: &[&str]| ImportFault {
        row,
        column,
        word: word.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    ImportReport {
        sheet: Some("2026下半年".to_owned()),
        other_sheets: 1,
        heads: heads.map(str::to_owned).to_vec(),
        rows: (0..8).map(row).collect(),
        faults: vec![
            fault(3, Some(0), "long-number", &[]),
            fault(17, Some(0), "document-check", &[]),
            fault(17, Some(1), "name-character", &["1 (U+0031)"]),
            fault(18, Some(2), "subject", &["cet5"]),
            fault(19, Some(4), "campus-of-other", &["993011", "99301"]),
            fault(20, None, "fields", &["6", "7"]),
        ],
    }
}

fn seen(number: u128, state: ImportState, change: impl FnOnce(&mut SeenImport)) -> SeenImport {
    let entry = |minutes, action, detail: Option<&str>| AuditEntry {
        at: now() - SignedDuration::from_mins(minutes),
        actor: Actor::Staff(StaffId(Uuid::from_u128(9))),
        staff_name: Some("li.min".to_owned()),
        action,
        seen: None,
        detail: detail.map(str::to_owned),
    };
    let history =
        vec![entry(1, AuditAction::LookedAtImport, None), entry(7, AuditAction::BroughtImport, Some("2345678 B"))];
    let mut seen = SeenImport { import: import(number, state), report: None, applied_before: None, history };
    change(&mut seen);
    seen
}

fn of_rooms(seen: &mut SeenImport) {
    (seen.import.kind, seen.import.exam) = (ImportKind::Rooms, None);
    let cells = [["东校区", "301", "7-8-8-7"], ["东校区", "302", "5x6"]];
    let rows = (2..).zip(cells.map(|row| row.map(str::to_owned).to_vec())).collect();
    seen.report =
        Some(ImportReport { heads: ["site", "name", "layout"].map(str::to_owned).to_vec(), rows, ..report() });
    seen.import.counts = ImportCounts { lines: 2, added: 1, changed: 1, ..ImportCounts::default() };
}

fn of_sittings(seen: &mut SeenImport) {
    seen.import.kind = ImportKind::Sittings;
    let cells = [["am", "cet4", "993010", "2027-05-22 09:00", "1,200"], ["pm", "cet6", "", "5月22日下午", "30"]];
    let rows = (2..).zip(cells.map(|row| row.map(str::to_owned).to_vec())).collect();
    let heads = ["id", "subject", "campus", "starts_at", "capacity"].map(str::to_owned).to_vec();
    let fault = |row, column, word: &str, value: &str| ImportFault {
        row,
        column: Some(column),
        word: word.to_owned(),
        values: vec![value.to_owned()],
    };
    let faults =
        vec![fault(2, 4, "needs-two", ""), fault(3, 3, "moment", "5月22日下午"), fault(4, 4, "fewer-than-sold", "31")];
    seen.report = Some(ImportReport { heads, rows, faults, ..report() });
    seen.import.counts = ImportCounts { lines: 3, faults: 3, ..ImportCounts::default() };
}

fn of_schools(seen: &mut SeenImport) {
    seen.import.kind = ImportKind::Organisations;
    let cells = [["99301", "学校", "99", "临江大学"], ["993010", "校区", "99301", "本部"]];
    let rows = (2..).zip(cells.map(|row| row.map(str::to_owned).to_vec())).collect();
    let heads = ["code", "level", "parent", "name_zh"].map(str::to_owned).to_vec();
    seen.report = Some(ImportReport { heads, rows, faults: Vec::new(), ..report() });
    seen.import.counts =
        ImportCounts { lines: 2, added: 1, changed: 1, absent: 3, bound: 2, ..ImportCounts::default() };
}

pub(super) fn all_pages(w: Words) -> Vec<(&'static str, Markup)> {
    let exams = exams();
    let draw = |seen: &SeenImport, asked: Option<u64>| {
        let view = View { seen, exams: &exams, asked, now: now() };
        body(w, (Tab::In, &seen.import.file_name), None, &one::body(w, &view))
    };
    let states = [
        ImportState::Reading,
        ImportState::Read,
        ImportState::Refused,
        ImportState::Applied,
        ImportState::Failed,
        ImportState::Dropped,
    ];
    let imports: Vec<Import> = (1..).zip(states).map(|(number, state)| import(number, state)).collect();
    let list = |imports: &[Import], exams: &[(ExamId, String)], message: Option<&Message>| {
        let view = all::View { imports, exams, chosen: &Chosen::default() };
        body(w, (Tab::In, &w.t("imports")), message, &all::body(w, &view))
    };
    let missed = Message::new(Tone::Bad, w.t("import-which"));
    let read = |seen: &mut SeenImport| seen.report = Some(report());
    let before = |seen: &mut SeenImport| {
        seen.report = Some(report());
        seen.import.is_stale = true;
        seen.import.counts = ImportCounts { lines: 8, absent: 3, bound: 3, ..ImportCounts::default() };
        seen.applied_before = Some((ImportId(Uuid::from_u128(7)), now() - SignedDuration::from_hours(60)));
    };
    let partly = |seen: &mut SeenImport| {
        of_sittings(seen);
        seen.import.counts = ImportCounts { lines: 3, changed: 2, ..ImportCounts::default() };
        (seen.import.is_stale, seen.import.written) = (true, 1);
    };
    let wrong = |seen: &mut SeenImport| {
        seen.report = Some(report());
        seen.import.counts = ImportCounts { lines: 49_312, faults: 731, ..ImportCounts::default() };
    };
    let headless = |seen: &mut SeenImport| {
        let faults = report().faults.into_iter().take(1);
        let faults = faults.map(|_| ImportFault {
            row: 1,
            column: None,
            word: "missing-column".to_owned(),
            values: vec!["document_number".to_owned()],
        });
        seen.report = Some(ImportReport { faults: faults.collect(), ..ImportReport::default() });
        seen.import.counts = ImportCounts { faults: 1, ..ImportCounts::default() };
    };
    vec![
        ("import-sittings", draw(&seen(1, ImportState::Refused, of_sittings), None)),
        ("import-schools", draw(&seen(1, ImportState::Read, of_schools), None)),
        ("import-schools-asked", draw(&seen(1, ImportState::Read, of_schools), Some(1))),
        ("import-rooms", draw(&seen(1, ImportState::Read, of_rooms), None)),
        ("imports", list(&imports, &exams, None)),
        ("imports-none", list(&[], &exams, Some(&missed))),
        ("imports-no-exam", list(&[], &[], None)),
        ("exports", body(w, (Tab::Out, &w.t("exports")), None, &out::body(w, &exams, &out::Asked::default(), true))),
        ("import-reading", draw(&seen(1, ImportState::Reading, |_| {}), None)),
        ("import-read", draw(&seen(2, ImportState::Read, read), None)),
        ("import-asked", draw(&seen(1, ImportState::Read, read), Some(9))),
        ("import-again", draw(&seen(1, ImportState::Read, before), None)),
        ("import-refused", draw(&seen(2, ImportState::Refused, wrong), None)),
        ("import-headless", draw(&seen(1, ImportState::Refused, headless), None)),
        ("import-applied", draw(&seen(1, ImportState::Applied, |_| {}), None)),
        ("import-partly", draw(&seen(1, ImportState::Read, partly), None)),
        ("import-failed", draw(&seen(1, ImportState::Failed, |_| {}), None)),
        ("import-dropped", draw(&seen(1, ImportState::Dropped, |_| {}), None)),
    ]
}

/// Where the engine has a part of a list, no page of the import says that nothing was written.
#[test]
fn what_was_partly_written_is_said_in_every_state() {
    let w = crate::request::catalogue::words(pagekit::language::Language::Zh);
    let states =
        [ImportState::Reading, ImportState::Read, ImportState::Refused, ImportState::Failed, ImportState::Dropped];
    for state in states {
        let page = |written: u64| {
            let change = |seen: &mut SeenImport| {
                of_sittings(seen);
                (seen.import.is_stale, seen.import.written) = (true, written);
            };
            let exams = exams();
            let seen = seen(1, state, change);
            let view = View { seen: &seen, exams: &exams, asked: None, now: now() };
            one::body(w, &view).into_string()
        };
        let says_none = |page: &str| page.contains("没有写入") || page.contains("没有导入任何一行");
        let (none, some) = (page(0), page(2));
        assert!(says_none(&none), "{state:?}");
        assert!(!says_none(&some), "{state:?}: {some}");
        assert!(some.contains("可能已写入 2 个或更多场次"), "{state:?}: {some}");
    }
}

/// Whatever the reader can find wrong has a sentence.
#[test]
fn every_wrong_has_its_sentence() {
    use registration::exams::definition::wrong::Wrong;
    let w = crate::request::catalogue::words(pagekit::language::Language::Zh);
    let told = Wrong::ALL_WORDS;
    assert_eq!(told.len(), WRONGS.len());
    for word in told {
        let fault = ImportFault { row: 1, column: None, word: (*word).to_owned(), values: Vec::new() };
        assert_ne!(words::wrong(w, ImportKind::Rooms, &fault), *word, "{word}");
    }
}
