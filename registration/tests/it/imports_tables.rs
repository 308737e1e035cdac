//! Lists of sittings and of organisations: merged into what stands, told by their cells, applied to engine and pages or not at all.

use registration::desk::staff::Role;
use registration::imports::{ImportError, SeenImport};
use registration::model::import::{ImportKind, ImportState};

use crate::cet::cet;
use crate::exams::DIES;
use crate::imports::{Office, found};
use crate::world::{World, exam};

/// What is wrong, by cell, in words.
fn told(seen: &SeenImport) -> Vec<(String, String)> {
    let report = seen.report.as_ref().unwrap();
    report.faults.iter().map(|fault| (fault.place(), fault.word.clone())).collect()
}

fn expected(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(place, word)| ((*place).to_owned(), (*word).to_owned())).collect()
}

async fn capacities(world: &World) -> Vec<(String, u32)> {
    let all = world.engine.availability(&exam()).unwrap();
    let mut all: Vec<_> = all.iter().map(|one| (one.sitting.id.to_string(), one.sitting.spec.capacity)).collect();
    all.sort();
    all
}

fn pairs(all: &[(&str, u32)]) -> Vec<(String, u32)> {
    all.iter().map(|(id, capacity)| ((*id).to_owned(), *capacity)).collect()
}

/// One world for all of it: each goes on where the one before ended.
#[tokio::test(flavor = "multi_thread")]
async fn sittings_are_looked_through_and_brought_to_engine_and_pages() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    more_and_new_sittings_are_applied(&world, &office).await;
    what_cannot_be_is_told_by_its_cell(&world, &office).await;
    what_has_changed_since_is_looked_at_once_more(&world, &office).await;
    what_dies_within_the_engine_is_gone_on_with(&world, &office).await;
    Box::pin(what_died_and_cannot_go_on_says_that_some_may_be_written(&world, &office)).await;
    Box::pin(what_the_engine_refuses_half_way_is_told_and_gone_on_with(&world, &office)).await;
    world.finish().await;
}

async fn more_and_new_sittings_are_applied(world: &World, office: &Office<'_>) {
    let before = world.registration.exams.get(&exam()).unwrap();
    // s0 gets more seats, s3 is new, s1 and s2 are not named; columns that the file has not stay as they are.
    let list = "场次编号,考试时间,名额,名称,英文名称,考点,英文考点\n\
                s0,2099/2/1 9:00,\"1,200\",,,,\ns3,2099年2月2日 14:00,30人,日语,Japanese,二教,Hall 2\n";
    let wrong = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    assert_eq!(told(&wrong), expected(&[("D2", "text"), ("F2", "text")]), "a cell that is there and empty empties");
    let list = list.replace("\",,,,", "\",英语,English,一教,Hall");
    let brought = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    assert_eq!((brought.import.state, found(&brought)), (ImportState::Read, (2, 1, 1, 2, 2)), "{:?}", told(&brought));
    assert_eq!(brought.import.counts.removable(), 0, "sittings stay");
    let rows = &brought.report.as_ref().unwrap().rows;
    assert_eq!((&rows[0].1[0][..], &rows[0].1[1][..]), ("s0", "2099/2/1 9:00"), "nothing of it is anybody's number");
    assert_eq!(world.registration.exams.get(&exam()).unwrap(), before, "nothing has changed");
    assert_eq!(capacities(world).await, pairs(&[("s0", 2), ("s1", 2), ("s2", 2)]));

    let done = office.apply(brought.import.id, None).await.import;
    assert_eq!((done.state, done.counts.added, done.counts.changed), (ImportState::Applied, 1, 1));
    assert_eq!(capacities(world).await, pairs(&[("s0", 1_200), ("s1", 2), ("s2", 2), ("s3", 30)]));
    let page = || world.registration.exams.get(&exam()).unwrap();
    crate::world::until("pages have it", async || page().sittings.len() == 4).await;
    let page = page();
    assert_eq!(&page.sittings[3].venue.zh[..], "二教");
    assert_eq!(page.sittings[0], before.sittings[0], "its group and its fee stay, and so does all of another sitting");
    assert_eq!(page.sittings[1..3], before.sittings[1..]);
    let again = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    assert_eq!((found(&again), again.applied_before.is_some()), ((2, 0, 0, 2, 2), true));
    assert_eq!(office.apply(again.import.id, None).await.import.state, ImportState::Applied);
    // As the command line would read it: the texts say what stands.
    let drafts = world.registration.exam_drafts();
    let texts = drafts.export(&office.chief, &exam()).await.unwrap();
    assert_eq!(texts.check().unwrap().capacities, [1_200, 2, 2, 30]);
}

async fn what_cannot_be_is_told_by_its_cell(world: &World, office: &Office<'_>) {
    let stood = (capacities(world).await, world.registration.exams.get(&exam()).unwrap());
    let list = "id,starts_at,capacity,group,fee\n\
                s0,2099-02-01 09:00,0,,\n\
                s0,2099-02-01 09:00,2,group,99\n\
                s1,2099-02-01 09:00,1,group,\n\
                s2,5月22日,many,other,a lot\n\
                a b,2019-02-01 09:00,3,,\n";
    let brought = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    assert_eq!(told(&brought), expected(&[("A3", "sitting-twice")]), "first what lines say by themselves");
    let list = list.replace("s0,2099-02-01 09:00,2,group,99\n", "");
    let brought = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    let all = [
        ("B4", "moment"),
        ("C4", "not-whole"),
        ("D4", "group"),
        ("E4", "money"),
        ("A5", "code"),
        ("5", "missing-column"),
        ("5", "missing-column"),
        ("B5", "too-early"),
    ];
    let found = told(&brought);
    for one in expected(&all) {
        assert!(found.contains(&one), "{one:?}: {found:?}");
    }
    assert_eq!(found.len(), all.len(), "{found:?}");
    // The rules of what stands: sold seats, two people, groups; and the file comes back with all of it.
    let list = "id,starts_at,capacity,group,fee\n\
                s0,2099-02-01 09:00,0,,99\n\
                s1,2099-02-01 09:00,1,group,\n\
                s2,2099-02-01 09:00,2,,\n";
    let brought = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    let all = [("C2", "fewer-than-sold"), ("E2", "fee-sold"), ("D2", "group-stays"), ("C3", "needs-two")];
    assert_eq!((told(&brought), brought.import.state), (expected(&all), ImportState::Refused));
    let mut corrected = world.registration.imports.corrected(&office.chief, brought.import.id).await.unwrap();
    let lines = corrected.lines.recv().await.unwrap();
    assert_eq!(lines.iter().map(|line| line.faults.len()).collect::<Vec<_>>(), [3, 1, 0]);
    let refused = world.registration.imports.apply(&office.chief, brought.import.id, None).await;
    assert!(matches!(refused, Err(ImportError::Changed)));
    assert_eq!((capacities(world).await, world.registration.exams.get(&exam()).unwrap()), stood, "nothing has changed");

    // Whoever may import rosters alone, or seat candidates, may not change what is sold.
    for (name, role) in [("seating", Role::Seating), ("reading", Role::Reviewer)] {
        let staff = world.registration.staff.add(name, "a long password", role).await.unwrap();
        let refused = world.registration.imports.begin(&staff, ImportKind::Sittings, Some(&exam()), "a.csv").await;
        assert!(matches!(refused.err(), Some(ImportError::Forbidden(_))), "{role:?}");
    }
}

/// By whatever door what stands has changed since somebody was told: nothing is done.
async fn what_has_changed_since_is_looked_at_once_more(world: &World, office: &Office<'_>) {
    let list = "id,starts_at,capacity\ns1,2099-02-01 09:00,9\n";
    let brought = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    let s1 = "s1".parse().unwrap();
    let spec = world.engine.availability(&exam()).unwrap()[1].sitting.spec.clone();
    let raised = reservation::sitting::SittingSpec { capacity: 10, ..spec };
    world.engine.put_sitting(&exam(), &s1, raised).await.unwrap();
    let stale = office.apply(brought.import.id, None).await;
    assert_eq!((stale.import.state, stale.import.is_stale), (ImportState::Refused, true), "fewer are for two people");
    assert_eq!(told(&stale), expected(&[("C2", "needs-two")]));
    assert_eq!(capacities(world).await[1].1, 10);
}

/// The process ends when the engine has its part: the next one goes on with it, and nobody is asked again.
async fn what_dies_within_the_engine_is_gone_on_with(world: &World, office: &Office<'_>) {
    let before = world.registration.exams.get(&exam()).unwrap();
    let list = "id,starts_at,capacity,title_zh,title_en\ns1,2099-02-01 09:00,11,法语,French\n";
    let brought = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    world.execute(DIES).await;
    world.registration.imports.apply(&office.chief, brought.import.id, None).await.unwrap();
    crate::world::until("the engine has it", async || capacities(world).await[1].1 == 11).await;
    assert_eq!(world.registration.exams.get(&exam()).unwrap(), before, "pages offer nothing that is not kept");
    world.execute("DROP FUNCTION registration.dies() CASCADE").await;
    // Its lease would last some seconds more; and however often it was begun, it is not given up half way.
    world.execute("UPDATE registration.imports SET lease_until = now(), tries = 9 WHERE state = 'applying'").await;
    let done = office.worked_on(brought.import.id).await.import;
    assert_eq!((done.state, done.is_stale), (ImportState::Applied, false));
    assert_eq!(capacities(world).await[1].1, 11);
    let title = || world.registration.exams.get(&exam()).unwrap().sittings[1].title.zh.clone();
    crate::world::until("pages have it", async || title() == "法语").await;
}

/// The same, and before the next process goes on somebody has changed the exam: it is looked through once more, and nobody is told
/// that nothing was written.
async fn what_died_and_cannot_go_on_says_that_some_may_be_written(world: &World, office: &Office<'_>) {
    let list = "id,starts_at,capacity,title_zh,title_en\ns3,2099-02-02 14:00,31,高级日语,Advanced Japanese\n";
    let brought = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    assert_eq!((brought.import.state, brought.import.counts.changed), (ImportState::Read, 1), "{:?}", told(&brought));
    world.execute(DIES).await;
    world.registration.imports.apply(&office.chief, brought.import.id, None).await.unwrap();
    crate::world::until("the engine has it", async || capacities(world).await[3].1 == 31).await;
    let changed = format!(
        "DROP FUNCTION registration.dies() CASCADE;
         UPDATE registration.exams SET version = nextval('registration.exam_versions') WHERE id = '{}'",
        exam()
    );
    world.execute(&changed).await;
    world.execute("UPDATE registration.imports SET lease_until = now() WHERE state = 'applying'").await;
    let again = office.worked_on(brought.import.id).await.import;
    assert_eq!((again.state, again.is_stale, again.written), (ImportState::Read, true, 1));
    assert_eq!(again.counts.changed, 1, "pages have not its name");
    let done = office.apply(again.id, None).await.import;
    assert_eq!((done.state, capacities(world).await[3].1), (ImportState::Applied, 31));
    let title = || world.registration.exams.get(&exam()).unwrap().sittings[3].title.zh.clone();
    crate::world::until("pages have it", async || title() == "高级日语").await;
}

/// Lets the engine's ledger refuse more seats for `s2`.
const REFUSES: &str =
    "CREATE FUNCTION reservation.refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refuses'; END $$;
    CREATE TRIGGER refuses BEFORE UPDATE ON reservation.sittings FOR EACH ROW
        WHEN (NEW.id = 's2' AND NEW.capacity > OLD.capacity) EXECUTE FUNCTION reservation.refuses()";

/// The engine takes one sitting and not the next: how far it came is told, and the same file once more writes the rest.
async fn what_the_engine_refuses_half_way_is_told_and_gone_on_with(world: &World, office: &Office<'_>) {
    let before = world.registration.exams.get(&exam()).unwrap();
    let list = "id,starts_at,capacity\ns1,2099-02-01 09:00,12\ns2,2099-02-01 09:00,13\n";
    let brought = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    assert_eq!((brought.import.state, brought.import.counts.changed), (ImportState::Read, 2));
    world.execute(REFUSES).await;
    for turn in ["the first", "another, of which nothing is taken"] {
        let refused = office.apply(brought.import.id, None).await.import;
        assert_eq!((refused.state, refused.is_stale, refused.written), (ImportState::Read, true, 1), "{turn}");
        assert_eq!(refused.counts.changed, 1, "what is written already is no change any more");
        assert_eq!(capacities(world).await[1..3], pairs(&[("s1", 12), ("s2", 2)]));
        assert_eq!(world.registration.exams.get(&exam()).unwrap(), before, "pages are as they were");
    }
    world.execute("DROP FUNCTION reservation.refuses() CASCADE").await;
    let again = office.bring_to(ImportKind::Sittings, Some(&exam()), list.as_bytes()).await;
    assert_eq!((again.import.written, again.import.counts.changed), (0, 1));
    assert_eq!(office.apply(again.import.id, None).await.import.state, ImportState::Applied);
    assert_eq!(capacities(world).await[1..3], pairs(&[("s1", 12), ("s2", 13)]));
}

/// Codes of the organisations that pages show.
fn codes(office: &Office<'_>) -> Vec<String> {
    office.cet.page().organisations.iter().map(|one| one.code.to_string()).collect()
}

/// Waits until pages show these organisations: an import is applied a moment before its own process has read it.
async fn until_codes(office: &Office<'_>, expected: &[&str]) {
    let sorted = |mut codes: Vec<String>| {
        codes.sort_unstable();
        codes
    };
    let expected = sorted(expected.iter().map(|code| (*code).to_owned()).collect());
    crate::world::until("pages show what was applied", async || sorted(codes(office)) == expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_are_merged_in_any_order_and_go_when_that_is_asked_twice() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    // A campus stands above its school, which is of another province; the notice has two paragraphs.
    let list = "代码,级别,上级代码,名称,英文名称,须知\n\
                994010,校区,99401,南校区,South,\"带证件\n带笔\"\n\
                99401,学校,98,南方大学,South University,\n\
                98,省,,南江省,Nanjiang,\n\
                99301,学校,99,临江大学（新）,Linjiang University,\n";
    let brought = office.bring(ImportKind::Organisations, list.as_bytes()).await;
    // 99 has a school in the list, 993010 and 993011 have sittings.
    assert_eq!((brought.import.state, found(&brought)), (ImportState::Read, (4, 3, 1, 3, 3)), "{:?}", told(&brought));
    assert_eq!(codes(&office), ["99", "99301", "993010", "993011"]);
    let done = office.apply(brought.import.id, None).await.import;
    assert_eq!((done.state, done.counts.added, done.counts.changed), (ImportState::Applied, 3, 1));
    until_codes(&office, &["99", "98", "99301", "99401", "993010", "993011", "994010"]).await;
    let page = office.cet.page();
    assert_eq!(codes(&office), ["99", "98", "99301", "99401", "993010", "993011", "994010"], "each below its own");
    assert_eq!((&page.organisations[2].name.zh[..], page.organisations[6].notice.zh.len()), ("临江大学（新）", 2));
    assert_eq!(&page.sittings[0].venue.zh[..], "本部", "what the list does not name stays");
    let again = office.bring(ImportKind::Organisations, list.as_bytes()).await;
    assert_eq!((found(&again), codes(&office).len()), ((4, 0, 0, 3, 3), 7), "the same file twice changes nothing");

    // What nothing belongs to may go, with the number that somebody was told.
    let short = "code,level,parent,name_zh,name_en\n99,province,,临江省,Linjiang\n";
    let brought = office.bring(ImportKind::Organisations, short.as_bytes()).await;
    assert_eq!((found(&brought), brought.import.counts.removable()), ((1, 0, 0, 6, 3), 3));
    let imports = &world.registration.imports;
    assert!(matches!(imports.apply(&office.chief, brought.import.id, Some(2)).await, Err(ImportError::Changed)));
    let done = office.apply(brought.import.id, Some(3)).await.import;
    assert_eq!((done.state, done.counts.removed), (ImportState::Applied, 3));
    until_codes(&office, &["99", "99301", "993010", "993011"]).await;
    Box::pin(what_others_need_stays(&world, &office)).await;

    // What a list would make of sittings is told, too.
    for (line, place, word) in [
        ("993010,学校,99,本部,Main", "1", "elsewhere"),
        ("99301,学校,97,临江大学,Linjiang University", "C2", "parent"),
        ("99301,市,99,临江大学,Linjiang University", "B2", "level"),
        ("99,省,99301,临江省,Linjiang", "C2", "of-province"),
        ("99301,学校,99,,Linjiang University", "D2", "text"),
    ] {
        let list = format!("代码,级别,上级代码,名称,英文名称\n{line}\n");
        let brought = office.bring(ImportKind::Organisations, list.as_bytes()).await;
        let found = told(&brought);
        assert!(found.contains(&(place.to_owned(), word.to_owned())), "{line}: {found:?}");
        assert_eq!(brought.import.state, ImportState::Refused);
    }
    let moved = "code,level,parent,name_zh,name_en\n97,province,,北江省,Beijiang\n99301,school,97,临江大学,Linjiang\n";
    let brought = office.bring(ImportKind::Organisations, moved.as_bytes()).await;
    assert_eq!(told(&brought)[0], ("1".to_owned(), "elsewhere".to_owned()), "its sittings would be in another pool");
    assert_eq!((codes(&office).len(), world.registration.exams.get(&cet()).unwrap().sittings.len()), (4, 3));
    world.finish().await;
}

/// A process that has not heard yet of what another one has applied holds no list against what stood before.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_held_against_what_another_process_has_just_applied() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    let heads = "code,level,parent,name_zh,name_en\n";
    let other = world.another_process().await;
    for round in 0..4 {
        let list = format!("{heads}9{round},province,,中江省,Zhongjiang {round}\n");
        let first = office.bring(ImportKind::Organisations, list.as_bytes()).await;
        assert_eq!(found(&first).1, 1, "{:?}", told(&first));
        office.apply(first.import.id, None).await;
        // Whichever of the two takes it: to both it is there already.
        let again = office.bring(ImportKind::Organisations, list.as_bytes()).await;
        assert_eq!((found(&again).1, found(&again).2), (0, 0), "{:?}", told(&again));
    }
    other.stop().await;
    world.finish().await;
}

/// Whatever the list has belongs to stays, and so does whatever accounts are bound to, with what these belong to in turn.
async fn what_others_need_stays(world: &World, office: &Office<'_>) {
    let heads = "code,level,parent,name_zh,name_en\n";
    let list = format!(
        "{heads}95,province,,中江省,Zhongjiang\n96,province,,西江省,Xijiang\n99601,school,96,西江大学,Xijiang University\n"
    );
    let brought = office.bring(ImportKind::Organisations, list.as_bytes()).await;
    office.apply(brought.import.id, None).await;
    until_codes(office, &["99", "95", "96", "99301", "99601", "993010", "993011"]).await;
    // A campus of a school that stands and that the list has not, which is of a province.
    let list = format!("{heads}996010,campus,99601,东校区,East\n");
    let brought = office.bring(ImportKind::Organisations, list.as_bytes()).await;
    assert_eq!((found(&brought), brought.import.counts.removable()), ((1, 1, 0, 7, 6), 1), "{:?}", told(&brought));
    let done = office.apply(brought.import.id, Some(1)).await.import;
    assert_eq!((done.state, done.counts.removed), (ImportState::Applied, 1));
    until_codes(office, &["99", "96", "99301", "99601", "993010", "993011", "996010"]).await;
    // Somebody is bound to it.
    let account = world.candidate(1).await.id;
    let bound = format!(
        "INSERT INTO registration.bindings (id, exam, account, document_index, record, bound_at, campus)
         VALUES (gen_random_uuid(), '{}', '{}', sha256('somebody'), '\\x00', now(), '996010')",
        cet(),
        account.0
    );
    world.execute(&bound).await;
    let short = format!("{heads}99,province,,临江省,Linjiang\n");
    let brought = office.bring(ImportKind::Organisations, short.as_bytes()).await;
    assert_eq!((found(&brought), brought.import.counts.removable()), ((1, 0, 0, 6, 6), 0));
    world.execute("DELETE FROM registration.bindings WHERE campus = '996010'").await;
    let brought = office.bring(ImportKind::Organisations, short.as_bytes()).await;
    assert_eq!(brought.import.counts.removable(), 3);
    office.apply(brought.import.id, Some(3)).await;
    until_codes(office, &["99", "99301", "993010", "993011"]).await;
}
