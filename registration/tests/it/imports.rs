//! Files that staff bring: looked through before anything changes, applied whole or not at all, forgotten in time.

use std::time::Duration;

use registration::desk::staff::{Role, StaffMember};
use registration::imports::{ImportError, SeenImport};
use registration::model::import::{ImportCounts, ImportId, ImportKind, ImportState};
use reservation::ids::ExamId;

use crate::cet::{Cet, ROSTER_HEAD, cet, line, past_scores, roster};
use crate::world::{World, document, until, until_within};

/// Longest wait for a list; half a million lines take minutes where nothing is optimised.
const LONG: Duration = Duration::from_secs(300);

/// Somebody who may import, and the exam.
pub(crate) struct Office<'a> {
    pub(crate) cet: Cet<'a>,
    pub(crate) chief: StaffMember,
}

impl<'a> Office<'a> {
    pub(crate) async fn open(world: &'a World) -> Self {
        let cet = Cet::import(world).await;
        let chief = world.registration.staff.add("chief", "a long password", Role::Administrator).await.unwrap();
        Self { cet, chief }
    }

    pub(crate) async fn bring(&self, kind: ImportKind, file: &[u8]) -> SeenImport {
        self.bring_to(kind, kind.is_of_exam().then(cet).as_ref(), file).await
    }

    pub(crate) async fn bring_to(&self, kind: ImportKind, exam: Option<&ExamId>, file: &[u8]) -> SeenImport {
        let imports = &self.cet.world.registration.imports;
        let mut upload = imports.begin(&self.chief, kind, exam, "D:\\名单.csv").await.unwrap();
        // As networks bring it.
        for chunk in file.chunks(70_000) {
            upload.add(chunk).await.unwrap();
        }
        let id = upload.finish().await.unwrap();
        self.worked_on(id).await
    }

    /// Waits until nothing is done with it any more.
    pub(crate) async fn worked_on(&self, id: ImportId) -> SeenImport {
        let imports = &self.cet.world.registration.imports;
        until_within(LONG, "the import is worked on", async || {
            let state = imports.see(&self.chief, id).await.unwrap().import.state;
            !matches!(state, ImportState::Reading | ImportState::Applying)
        })
        .await;
        imports.see(&self.chief, id).await.unwrap()
    }

    pub(crate) async fn apply(&self, id: ImportId, removes: Option<u64>) -> SeenImport {
        self.cet.world.registration.imports.apply(&self.chief, id, removes).await.unwrap();
        self.worked_on(id).await
    }

    pub(crate) async fn people(&self) -> u64 {
        self.cet.world.registration.exams.people_there(&cet()).await.unwrap().0
    }
}

pub(crate) fn found(seen: &SeenImport) -> (u64, u64, u64, u64, u64) {
    let ImportCounts { lines, added, changed, absent, bound, .. } = seen.import.counts;
    (lines, added, changed, absent, bound)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_looked_through_before_it_changes_anything() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    // Person 5 is bound, and stays whatever a file says.
    let account = office.cet.account(5).await.id;
    let seen = office.cet.look_up_as(account, 5, "赵六").await.unwrap();
    let exam = office.cet.page();
    world.registration.eligibility.bind(account, &exam, &[], &seen).await.unwrap();

    // Persons 1 and 2 are the same, 3 is another one, 9 is new; 4, 5, 6, 8 and the one of Macau are not there.
    let file = ROSTER_HEAD.to_owned()
        + &line(1, "王芳", "cet4", "")
        + &line(2, "王芳", "cet4", "")
        + &line(3, "王芳", "cet4 cet6", "")
        + &line(9, "吴九", "cet4", "");
    let brought = office.bring(ImportKind::Roster, file.as_bytes()).await;
    assert_eq!((brought.import.state, found(&brought)), (ImportState::Read, (4, 1, 1, 5, 1)));
    assert_eq!((brought.import.counts.same(), brought.import.counts.removable()), (2, 4));
    assert_eq!(&brought.import.file_name, "名单.csv", "folders are nobody's business");
    let report = brought.report.unwrap();
    assert_eq!((report.rows.len(), &report.heads[1][..], report.rows[3].0), (4, "document_number", 5));
    assert!(report.rows[0].1[1].contains("****") && !report.rows[0].1[1].contains(&document(1)), "numbers are masked");
    assert_eq!(office.people().await, 8, "nothing has changed");

    // Applied, and whoever is absent stays; again, and nothing changes.
    let id = brought.import.id;
    let refused = world.registration.imports.apply(&office.chief, id, Some(3)).await;
    assert!(matches!(refused, Err(ImportError::Changed)), "four would go, and somebody was told three");
    let done = office.apply(id, None).await;
    let ImportCounts { lines, added, changed, removed, .. } = done.import.counts;
    assert_eq!((done.import.state, lines, added, changed, removed), (ImportState::Applied, 4, 1, 1, 0));
    assert_eq!((office.people().await, done.import.applied_by.as_deref()), (9, Some("chief")));
    let twice = world.registration.imports.apply(&office.chief, id, None).await;
    assert!(matches!(twice, Err(ImportError::Changed)));
    let again = office.bring(ImportKind::Roster, file.as_bytes()).await;
    assert_eq!(found(&again), (4, 0, 0, 5, 1));
    assert_eq!(again.applied_before.map(|(before, _)| before), Some(id), "the same file is known again");

    // Now those who are absent go, but for the one who is bound.
    let emptied = office.apply(again.import.id, Some(4)).await;
    assert_eq!((emptied.import.counts.removed, office.people().await), (4, 5));
    let actions: Vec<String> = emptied.history.iter().map(|entry| entry.action.as_str().to_owned()).collect();
    for action in ["import.apply", "import.want", "import.look", "import.bring"] {
        assert!(actions.iter().any(|done| done == action), "{action}: {actions:?}");
    }
    let plain = "SELECT count(*) FROM registration.imports WHERE position('王芳'::bytea IN report) > 0";
    let plain: i64 = world.sql().await.query_one(plain, &[]).await.unwrap().get(0);
    assert_eq!(plain, 0, "what was found is ciphertext");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_cell_by_cell_and_nothing_is_applied() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    let file = "四六级名单,,,\n\n证件号码（必填）,姓名,可报科目,校区\n".to_owned()
        + &format!("{},王芳,cet4,993010\n", document(1))
        + &format!("{},,cet5,\n", document(2))
        + &format!("4.30104E+17,王芳,cet4,\n{},王芳,cet4,\n", document(1));
    let brought = office.bring(ImportKind::Roster, &encoding_rs::GBK.encode(&file).0).await;
    assert_eq!((brought.import.state, brought.import.counts.faults), (ImportState::Refused, 4));
    let report = brought.report.unwrap();
    let told: Vec<(String, &str)> = report.faults.iter().map(|fault| (fault.place(), &fault.word[..])).collect();
    let expected = [("B5", "name-empty"), ("C5", "subject"), ("A6", "scientific"), ("A7", "person-twice")];
    assert_eq!(told, expected.map(|(place, word)| (place.to_owned(), word)));
    assert_eq!(report.faults[1].values, ["cet5"]);
    let id = brought.import.id;
    let refused = world.registration.imports.apply(&office.chief, id, None).await;
    assert!(matches!(refused, Err(ImportError::Changed)), "nothing of it is applied");

    let mut corrected = world.registration.imports.corrected(&office.chief, id).await.unwrap();
    assert!(corrected.is_whole && corrected.heads[0] == "document_number");
    let mut lines = Vec::new();
    while let Some(batch) = corrected.lines.recv().await {
        lines.extend(batch);
    }
    let faults: Vec<(u64, usize)> = lines.iter().map(|line| (line.row, line.faults.len())).collect();
    assert_eq!(faults, [(4, 0), (5, 2), (6, 1), (7, 1)], "all lines, each with its own faults");
    assert_eq!(lines[0].cells[0], document(1), "numbers are whole for whoever corrects them");

    // No column that must be there; nothing below the names; results of earlier exams.
    for (kind, file, word) in [
        (ImportKind::Roster, "姓名,学号\n王芳,1\n", "missing-column"),
        (ImportKind::Roster, "姓名,证件号码,备用栏\n", "column-name"),
        (ImportKind::Roster, "姓名,证件号码\n", "nothing"),
        (ImportKind::PastScores, "PK\u{3}\u{4}", "broken"),
        (
            ImportKind::PastScores,
            "准考证号,证件号,姓名,科目,年份,成绩\n110100001111111,1,王芳,cet4,2016,九\n",
            "not-whole",
        ),
    ] {
        let brought = office.bring(kind, file.as_bytes()).await;
        let words: Vec<String> = brought.report.unwrap().faults.iter().map(|fault| fault.word.clone()).collect();
        assert_eq!((brought.import.state, words), (ImportState::Refused, vec![word.to_owned()]), "{file}");
    }
    let scores = office.bring(ImportKind::PastScores, past_scores().replace("425", "426").as_bytes()).await;
    assert_eq!(found(&scores), (5, 0, 1, 0, 0));
    assert_eq!(office.apply(scores.import.id, None).await.import.counts.changed, 1);
    world.finish().await;
}

/// Between the look and the act somebody else changes what is there: nothing is removed that nobody was told of. And a
/// process that dies is followed by another.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_meanwhile_is_looked_at_once_more() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    let brought =
        office.bring(ImportKind::Roster, (ROSTER_HEAD.to_owned() + &line(1, "王芳", "cet4", "")).as_bytes()).await;
    assert_eq!(brought.import.counts.removable(), 7);
    let more = roster() + &line(9, "吴九", "cet4", "");
    office.cet.write("2020-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00", &more);
    office.cet.import_again().await.unwrap();
    let stale = office.apply(brought.import.id, Some(7)).await;
    assert_eq!((stale.import.state, stale.import.is_stale), (ImportState::Read, true));
    assert_eq!((stale.import.counts.removable(), office.people().await), (8, 9), "nothing was done");

    // One that a dead process was at.
    let died = "UPDATE registration.imports SET state = 'reading', tries = 1, lease = gen_random_uuid(),
        lease_until = now() - interval '1 s'";
    world.execute(died).await;
    let read = office.worked_on(brought.import.id).await;
    assert_eq!(read.import.state, ImportState::Read);
    // One at which all of them died.
    world.execute(&died.replace("tries = 1", "tries = 5")).await;
    let failed = office.worked_on(brought.import.id).await;
    assert_eq!(failed.import.state, ImportState::Failed);

    // An older file undoes no newer one unless somebody is told, though both change as many lines.
    let renamed = |name: &str| ROSTER_HEAD.to_owned() + &line(9, name, "cet4", "");
    let older = office.bring(ImportKind::Roster, renamed("吴十").as_bytes()).await;
    let newer = office.bring(ImportKind::Roster, renamed("吴十一").as_bytes()).await;
    assert_eq!((older.import.counts.changed, newer.import.counts.changed), (1, 1));
    assert_eq!(office.apply(newer.import.id, None).await.import.state, ImportState::Applied);
    let stale = office.apply(older.import.id, None).await.import;
    assert_eq!((stale.state, stale.is_stale, stale.counts.changed), (ImportState::Read, true, 1));
    assert_eq!(office.apply(older.import.id, None).await.import.state, ImportState::Applied, "now somebody was");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_forgotten_in_time_and_only_administrators_import() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    let imports = &world.registration.imports;
    let refused = imports.begin(&world.reviewer, ImportKind::Roster, Some(&cet()), "a.csv").await;
    assert!(matches!(refused.err(), Some(ImportError::Forbidden(_))));
    assert!(matches!(imports.list(&world.reviewer).await, Err(ImportError::Forbidden(_))));
    let empty = imports.begin(&office.chief, ImportKind::Roster, Some(&cet()), "a.csv").await.unwrap();
    assert!(matches!(empty.finish().await, Err(ImportError::Empty)));

    let kept = office.bring(ImportKind::Roster, roster().as_bytes()).await.import.id;
    let given_up = office.bring(ImportKind::Roster, roster().as_bytes()).await.import.id;
    imports.drop_it(&office.chief, given_up).await.unwrap();
    let old = "UPDATE registration.imports SET made_at = made_at - interval '8 days' WHERE id = $1";
    world.sql().await.execute(old, &[&kept.0]).await.unwrap();
    until("both files are gone", async || {
        let all = imports.list(&office.chief).await.unwrap();
        all.iter().all(|import| !import.has_file && import.state == ImportState::Dropped)
    })
    .await;
    assert!(imports.see(&office.chief, kept).await.unwrap().report.is_none(), "nor is what was found in it");
    assert!(matches!(imports.corrected(&office.chief, kept).await, Err(ImportError::Gone)));
    assert!(matches!(imports.apply(&office.chief, kept, None).await, Err(ImportError::Changed)));
    world.finish().await;
}

/// Half a million lines; says how long they take and how much memory.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a while; run it for figures"]
async fn half_a_million_lines_are_imported() {
    use std::fmt::Write as _;
    let world = World::usual().await;
    let office = Office::open(&world).await;
    for count in [50_000, 500_000] {
        let mut text = String::from("证件类型,证件号码,姓名,学校,校区,专业,可报科目\n");
        for number in 0..count {
            writeln!(text, "护照,E{number:08},王芳,99301,993010,会计,cet4").unwrap();
        }
        let before = memory_mb();
        let began = std::time::Instant::now();
        let brought = office.bring(ImportKind::Roster, text.as_bytes()).await;
        let bytes = text.len();
        drop(text);
        println!("{count} lines, {bytes} bytes: looked through in {:?}", began.elapsed());
        assert_eq!(brought.import.counts.lines, count);
        let began = std::time::Instant::now();
        let done = office.apply(brought.import.id, None).await;
        println!("applied in {:?}: {:?}", began.elapsed(), done.import.counts);
        println!("memory {before} MB before, {} MB at most", memory_mb());
    }
    world.finish().await;
}

/// The most memory that this process has had, in megabytes.
fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// How many rooms there are.
async fn rooms(world: &World) -> i64 {
    world.sql().await.query_one("SELECT count(*) FROM registration.rooms", &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_looked_through_before_they_change_anything() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    let list = "考点,地址,考场,座位\n东校区,学府路 1 号,301,2x2\n东校区,,302,2x3\n".to_owned();
    let brought = office.bring(ImportKind::Rooms, list.as_bytes()).await;
    assert_eq!((brought.import.state, found(&brought)), (ImportState::Read, (2, 2, 0, 0, 0)));
    assert_eq!((rooms(&world).await, brought.import.exam.as_ref()), (0, None), "nothing has changed");
    let older = office.bring(ImportKind::Rooms, list.as_bytes()).await.import.id;
    let done = office.apply(brought.import.id, None).await;
    assert_eq!((done.import.state, done.import.counts.added, rooms(&world).await), (ImportState::Applied, 2, 2));
    // What was looked through before that does something else by now: it is looked through once more, and is the same.
    let again = office.apply(older, None).await;
    assert_eq!((again.import.state, again.import.is_stale, again.import.counts.same()), (ImportState::Read, true, 2));
    assert_eq!(again.applied_before.map(|(before, _)| before), Some(brought.import.id));

    let none = world.registration.imports.begin(&office.chief, ImportKind::Roster, None, "a.csv").await;
    assert!(matches!(none.err(), Some(ImportError::Unknown)), "a roster is of an exam");

    // What is wrong is told by cell: with the line, and with what is there. Rooms that are not in it stay.
    for (line, place, word) in [
        ("东校区,,303,zz", "D2", "room-letter"),
        ("东校区,,,2x2", "C2", "room-name"),
        ("西校区,,101,2x2", "A2", "no-site"),
        ("东校区,,301,1x2\n东校区,,301,1x2", "C3", "room-twice"),
    ] {
        let wrong = office.bring(ImportKind::Rooms, format!("考点,地址,考场,座位\n{line}\n").as_bytes()).await;
        let report = wrong.report.unwrap();
        let told: Vec<(String, &str)> = report.faults.iter().map(|fault| (fault.place(), &fault.word[..])).collect();
        assert_eq!(told, [(place.to_owned(), word)]);
        assert_eq!(wrong.import.state, ImportState::Refused);
        let mut corrected = world.registration.imports.corrected(&office.chief, wrong.import.id).await.unwrap();
        let lines = corrected.lines.recv().await.unwrap();
        assert_eq!(lines.iter().map(|line| line.faults.len()).sum::<usize>(), 1, "{word} stands beside its line");
    }
    let one = office.bring(ImportKind::Rooms, "考点,考场,座位\n东校区,301,4x4\n".as_bytes()).await;
    assert_eq!(found(&one), (1, 0, 1, 0, 0));
    office.apply(one.import.id, None).await;
    assert_eq!(rooms(&world).await, 2);
    world.finish().await;
}
