//! Importing exams.

use registration::exams::definition::ImportError;
use registration::model::exam::Window;
use reservation::engine::HoldError;

use crate::world::{Setup, World, exam, ids, write_exam};

#[tokio::test(flavor = "multi_thread")]
async fn importing_again_changes_nothing_but_what_was_changed() {
    let world = World::usual().await;
    let exams = &world.registration.exams;
    let dir = world.stores.dir().join("exam");
    let before = exams.get(&exam()).unwrap();
    assert_eq!(before.window(jiff::Timestamp::now()), Window::Open);
    let again = exams.import(&dir).await.unwrap();
    assert_eq!((again.is_new, again.sittings, again.kept.len()), (false, 3, 0));
    assert_eq!(exams.get(&exam()).unwrap(), before);

    // The last sitting is missing from the file now; it stays, because seats may be taken in it.
    write_exam(&world.stores, &Setup { hold_seconds: 600, capacities: vec![5, 2, 0], ..Setup::default() });
    let csv = std::fs::read_to_string(dir.join("sittings.csv")).unwrap();
    let shorter: Vec<&str> = csv.lines().take(3).collect();
    std::fs::write(dir.join("sittings.csv"), shorter.join("\n")).unwrap();
    assert_eq!(exams.import(&dir).await.unwrap().kept, ids(&["s2"]));
    let after = exams.get(&exam()).unwrap();
    assert_eq!((after.hold.as_secs(), after.sittings.len()), (600, 3));
    world.until_free("s0", 5).await;
    assert_eq!(world.free()["s2"], 2);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_definition_changes_nothing() {
    let world = World::usual().await;
    let dir = world.stores.dir().join("exam");
    let before = world.registration.exams.get(&exam()).unwrap();
    let toml = std::fs::read_to_string(dir.join("exam.toml")).unwrap();
    std::fs::write(dir.join("exam.toml"), toml.replace("hold_seconds = 900", "hold_seconds = 0")).unwrap();
    let refused = world.registration.exams.import(&dir).await;
    assert!(matches!(&refused, Err(ImportError::Definition(faults)) if faults[0].line == 4), "{refused:?}");
    assert_eq!(world.registration.exams.get(&exam()).unwrap(), before);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_engine_refuses_reaches_no_page() {
    let world = World::usual().await;
    let dir = world.stores.dir().join("exam");
    let before = world.registration.exams.get(&exam()).unwrap();
    let csv = std::fs::read_to_string(dir.join("sittings.csv")).unwrap();
    let other = csv.replacen("2,group\n", "9,group\n", 1).replace("2,group\n", "2,\n");
    std::fs::write(dir.join("sittings.csv"), other).unwrap();
    let refused = world.registration.exams.import(&dir).await;
    assert!(matches!(refused, Err(ImportError::Engine(HoldError::Invalid { .. }))), "{refused:?}");
    assert_eq!(world.registration.exams.get(&exam()).unwrap(), before);
    assert_eq!(world.free()["s0"], 2, "nor has the engine taken a part of it");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_started_process_knows_what_was_imported_before() {
    let mut world = World::usual().await;
    let before = world.registration.exams.list();
    world.restart_registration().await;
    assert_eq!(world.registration.exams.list(), before);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_that_ships_can_be_imported_and_held() {
    let world = World::usual().await;
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/campus-english");
    let imported = world.registration.exams.import(&dir).await.unwrap();
    assert!(imported.is_new && imported.sittings == 8);
    let account = world.candidate(1).await.id;
    let smallest = ids(&["ru-0529-pm-lakeside"]);
    let order = world.registration.orders.hold(account, &imported.exam, &smallest, false).await.unwrap();
    assert_eq!(order.amount.to_string(), "¥120.00");
    world.registration.orders.release(account, order.id).await.unwrap();
    world.finish().await;
}

const BLOCKED: &str = "SELECT FROM reservation.sittings WHERE id = 's1' FOR UPDATE";
/// Lets the commit of an import fail, as a death just before it would.
pub(crate) const DIES: &str = "CREATE FUNCTION registration.dies() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE 'dies'; END $$;
    CREATE CONSTRAINT TRIGGER dies AFTER INSERT OR UPDATE ON registration.exams DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION registration.dies()";

/// What pages say and what the engine gives out: hold time, and capacities of `s0` and `s1`.
fn both(world: &World) -> (i64, i64, u32, u32) {
    let (page, engine) = (world.registration.exams.get(&exam()).unwrap(), world.engine.exam(&exam()).unwrap());
    (page.hold.as_secs(), engine.hold.as_secs(), world.free()["s0"], world.free()["s1"])
}

/// Killed anywhere between its two halves, an import leaves the page as it was; nobody has more seats than either file
/// says, and importing again brings both to the new one.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_between_engine_and_pages_is_mended_by_the_next() {
    let mut world = World::usual().await;
    let dir = world.stores.dir().join("exam");
    let before = world.registration.exams.get(&exam()).unwrap();
    write_exam(&world.stores, &Setup { hold_seconds: 600, capacities: vec![5, 1, 2], ..Setup::default() });

    // In the middle of the engine's half: it has the first sitting, and waits for the second.
    let mut blocker = world.stores.pool().get().await.unwrap();
    let blocking = blocker.transaction().await.unwrap();
    blocking.execute(BLOCKED, &[]).await.unwrap();
    tokio::select! {
        done = world.registration.exams.import(&dir) => panic!("nothing held it up: {done:?}"),
        () = world.until_free("s0", 5) => {}
    }
    blocking.rollback().await.unwrap();
    world.restart_registration().await;
    assert_eq!(world.registration.exams.get(&exam()).unwrap(), before);
    world.until_free("s0", 5).await;
    assert_eq!(both(&world), (900, 600, 5, 2));

    // When the engine has all of it.
    let client = world.stores.pool().get().await.unwrap();
    client.batch_execute(DIES).await.unwrap();
    let failed = world.registration.exams.import(&dir).await;
    assert!(matches!(failed, Err(ImportError::Store(_))), "{failed:?}");
    world.restart_registration().await;
    assert_eq!(world.registration.exams.get(&exam()).unwrap(), before);
    world.until_free("s1", 1).await;
    assert_eq!(both(&world), (900, 600, 5, 1));

    client.batch_execute("DROP FUNCTION registration.dies() CASCADE").await.unwrap();
    drop(client);
    world.registration.exams.import(&dir).await.unwrap();
    assert_eq!(both(&world), (600, 600, 5, 1));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pages_cannot_take_does_not_reach_the_engine() {
    let world = World::usual().await;
    let client = world.stores.pool().get().await.unwrap();
    client
        .batch_execute("ALTER TABLE registration.exam_groups ADD CONSTRAINT dies CHECK (false) NOT VALID")
        .await
        .unwrap();
    write_exam(&world.stores, &Setup { hold_seconds: 600, capacities: vec![5, 2, 2], ..Setup::default() });
    let failed = world.registration.exams.import(&world.stores.dir().join("exam")).await;
    assert!(matches!(failed, Err(ImportError::Store(_))), "{failed:?}");
    assert_eq!(both(&world), (900, 900, 2, 2));
    client.batch_execute("ALTER TABLE registration.exam_groups DROP CONSTRAINT dies").await.unwrap();
    drop(client);
    world.finish().await;
}

/// A version that is replaced goes on beside the later one, which writes what it does not know.
#[tokio::test(flavor = "multi_thread")]
async fn rules_of_a_later_version_keep_no_other_exam_from_being_read() {
    let world = World::usual().await;
    let dir = world.stores.dir().join("exam");
    let other = world.stores.dir().join("other");
    std::fs::create_dir_all(&other).unwrap();
    for file in ["exam.toml", "sittings.csv"] {
        let text = std::fs::read_to_string(dir.join(file)).unwrap();
        std::fs::write(other.join(file), text.replacen("id = \"exam\"", "id = \"other\"", 1)).unwrap();
    }
    world
        .execute(
            "UPDATE registration.exams SET rules = rules || '{\"steps\": [{\"later\": true}]}',
                 version = nextval('registration.exam_versions') WHERE id = 'exam'",
        )
        .await;
    let before = world.registration.exams.get(&exam()).unwrap();
    world.registration.exams.import(&other).await.unwrap();
    assert!(world.registration.exams.get(&"other".parse().unwrap()).is_some());
    assert_eq!(world.registration.exams.get(&exam()).unwrap(), before, "as it was known");
    // Fields that only a later version knows are nothing to stumble over, wherever they stand.
    world
        .execute(
            "UPDATE registration.exams SET rules = jsonb_set(jsonb_set(rules, '{steps,0,later}', '{\"x\": 1}'),
                 '{steps,0,title,fr}', '\"L’étape\"') || '{\"later\": [true]}',
                 version = nextval('registration.exam_versions') WHERE id = 'other'",
        )
        .await;
    // A process that starts then has the others.
    let started = world.another_process().await;
    assert_eq!(started.exams.list().len(), 1);
    started.stop().await;
    world.registration.exams.import(&dir).await.unwrap();
    assert_eq!(world.registration.exams.list().len(), 2);
    world.finish().await;
}
