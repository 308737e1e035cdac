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
    std::fs::write(dir.join("sittings.csv"), csv.replace("2,group\n", "2,\n")).unwrap();
    let refused = world.registration.exams.import(&dir).await;
    assert!(matches!(refused, Err(ImportError::Engine(HoldError::Invalid { .. }))), "{refused:?}");
    assert_eq!(world.registration.exams.get(&exam()).unwrap(), before);
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
    // A process that starts then has the others.
    let started = world.another_process().await;
    assert_eq!(started.exams.list().len(), 1);
    started.stop().await;
    world.registration.exams.import(&dir).await.unwrap();
    assert_eq!(world.registration.exams.list().len(), 2);
    world.finish().await;
}
