//! Imports beside others: one that must wait for its turn, one that the server's stop breaks off, one longer than a statement, and one
//! that removes whom somebody binds.

use registration::eligibility::BindError;
use registration::model::import::{ImportId, ImportKind, ImportState};

use crate::cet::{ROSTER_HEAD, cet, line};
use crate::imports::{Office, found};
use crate::world::{World, until};

/// The import as it is, whatever is done with it.
async fn state(office: &Office<'_>, id: ImportId) -> ImportState {
    office.cet.world.registration.imports.see(&office.chief, id).await.unwrap().import.state
}

/// Is a process at it that has not finished?
async fn is_begun(world: &World) -> bool {
    let sql = "SELECT EXISTS (SELECT FROM registration.imports WHERE state = 'applying' AND lease IS NOT NULL)";
    world.sql().await.query_one(sql, &[]).await.unwrap().get(0)
}

/// What one process works on no other one takes.
async fn no_other_process_takes_it(world: &World) {
    let lease = async || {
        let sql = "SELECT lease::text FROM registration.imports WHERE state = 'applying'";
        world.sql().await.query_one(sql, &[]).await.unwrap().get::<_, String>(0)
    };
    let (before, beside) = (lease().await, world.another_process().await);
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert_eq!(lease().await, before);
    beside.stop().await;
}

/// Whoever imports is waited for without a transaction that stays open; a server that stops breaks an import off, and the next
/// process does it at once.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_comes_back_after_others_and_is_broken_off_when_the_server_stops() {
    let mut world = World::usual().await;
    let (id, chief) = {
        let office = Office::open(&world).await;
        let mut other = world.sql().await;
        let turn = other.transaction().await.unwrap();
        // "exams" in ASCII.
        turn.execute("SELECT pg_advisory_xact_lock(x'6578616d73'::bigint)", &[]).await.unwrap();
        let file = ROSTER_HEAD.to_owned() + &line(9, "吴九", "cet4", "");
        let id = office.bring(ImportKind::Roster, file.as_bytes()).await.import.id;
        world.registration.imports.apply(&office.chief, id, None).await.unwrap();
        let put_off = "SELECT count(*) FROM registration.imports WHERE state = 'applying' AND lease_until > now() + interval '1 second'
                AND tries = 0";
        until("it comes back later", async || {
            world.sql().await.query_one(put_off, &[]).await.unwrap().get::<_, i64>(0) == 1
        })
        .await;
        assert_eq!(state(&office, id).await, ImportState::Applying);
        // Somebody else's turn ends, and this one is begun while its table is another's.
        let lock = "LOCK TABLE registration.roster IN SHARE ROW EXCLUSIVE MODE";
        turn.rollback().await.unwrap();
        let table = other.transaction().await.unwrap();
        table.execute(lock, &[]).await.unwrap();
        world.execute("UPDATE registration.imports SET lease_until = now(), lease = NULL").await;
        until("it is begun", async || is_begun(&world).await).await;
        no_other_process_takes_it(&world).await;
        let stopped = tokio::time::timeout(std::time::Duration::from_secs(10), world.registration.stop()).await;
        assert!(stopped.is_ok(), "the server waits for an import");
        table.rollback().await.unwrap();
        (id, office.chief.clone())
    };
    assert_eq!(world.registration.exams.people_there(&cet()).await.unwrap().0, 8, "nothing of it is there");
    world.restart_registration().await;
    let imports = &world.registration.imports;
    until("the next process does it", async || {
        imports.see(&chief, id).await.unwrap().import.state == ImportState::Applied
    })
    .await;
    world.finish().await;
}

/// An import that removes somebody and somebody who binds them wait for each other: nobody is bound who is not there.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_bound_who_is_being_removed() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    let account = office.cet.account(5).await.id;
    let seen = office.cet.look_up_as(account, 5, "赵六").await.unwrap();
    let exam = office.cet.page();
    let mut other = world.sql().await;
    let removing = other.transaction().await.unwrap();
    removing.execute("DELETE FROM registration.roster", &[]).await.unwrap();
    let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)";
    let watch = async {
        // Whoever does not wait is done meanwhile.
        for _ in 0..400 {
            if world.sql().await.query_one(waits, &[]).await.unwrap().get(0) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        removing.commit().await.unwrap();
    };
    let (bound, ()) = tokio::join!(world.registration.eligibility.bind(account, &exam, &[], &seen), watch);
    assert!(matches!(bound, Err(BindError::Changed)), "{bound:?}");
    let bindings = world.sql().await.query_one("SELECT count(*) FROM registration.bindings", &[]).await.unwrap();
    assert_eq!(bindings.get::<_, i64>(0), 0);
    world.finish().await;
}

/// More lines than one statement writes or removes: all of them are there, or go.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_longer_than_one_statement_is_written_whole() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    let mut file = "证件类型,证件号码,姓名,可报科目\n".to_owned();
    (0..2_500).for_each(|number| file += &format!("台湾居民来往大陆通行证,{number:08},王芳,cet4\n"));
    let brought = office.bring(ImportKind::Roster, file.as_bytes()).await;
    assert_eq!(found(&brought), (2_500, 2_500, 0, 8, 0));
    let done = office.apply(brought.import.id, Some(8)).await;
    assert_eq!((done.import.counts.added, done.import.counts.removed, office.people().await), (2_500, 8, 2_500));
    world.finish().await;
}

/// More people than one statement removes: all of them go.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_absent_goes_however_many_they_are() {
    let world = World::usual().await;
    let office = Office::open(&world).await;
    let many = format!(
        "INSERT INTO registration.roster (exam, document_index, person_index, line_index, record)
         SELECT '{}', sha256(n::text::bytea), sha256(n::text::bytea), sha256(n::text::bytea), ''
         FROM generate_series(1, 20500) n",
        cet()
    );
    world.execute(&many).await;
    let file = ROSTER_HEAD.to_owned() + &line(1, "王芳", "cet4", "");
    let brought = office.bring(ImportKind::Roster, file.as_bytes()).await;
    assert_eq!((brought.import.counts.removable(), office.people().await), (20_507, 20_508));
    let done = office.apply(brought.import.id, Some(20_507)).await;
    assert_eq!((done.import.counts.removed, office.people().await), (20_507, 1));
    world.finish().await;
}
