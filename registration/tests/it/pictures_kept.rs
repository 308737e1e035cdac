//! Pictures of people: what is handed in twice stays, what cannot be removed keeps nothing else, and what nobody names goes.

use std::path::PathBuf;
use std::sync::Arc;

use registration::desk::case::Subject;
use registration::desk::people::Side;
use registration::model::exam::Exam;
use registration::model::facts::ReviewState;
use registration::model::ids::AccountId;
use registration::pictures::kept::{PictureId, Slot};
use registration::rules::details::Answers;

use crate::account_corrections::administrator;
use crate::bureau::Bureau;
use crate::world::{World, picture, until};

/// A form that is a photo, which staff look at.
const EXAM: &str = r#"
id = "photos"
title = { zh = "考试", en = "Exam" }
organiser = { zh = "学院", en = "School" }
hold_seconds = 900
opens_at = 2020-01-01T00:00:00+08:00
closes_at = 2089-01-01T00:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.com/"
notice = { zh = ["须知"], en = ["Notice"] }
[[steps]]
title = { zh = "报名", en = "Register" }
tasks = ["details"]
[[steps]]
title = { zh = "审核", en = "Review" }
tasks = ["review"]
[[steps]]
title = { zh = "场次", en = "Sitting" }
tasks = ["sittings", "payment"]
[[form.fields]]
name = "photo"
kind = "photo"
label = { zh = "证件照", en = "Photo" }
"#;

async fn import(world: &World) -> Arc<Exam> {
    let dir = world.stores.dir().join("photos");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("exam.toml"), EXAM).unwrap();
    let sittings = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity\n\
                    en,英语,English,一教,Hall,2090-01-01T09:00:00+08:00,5\n";
    std::fs::write(dir.join("sittings.csv"), sittings).unwrap();
    let exam = world.registration.exams.import(&dir).await.unwrap().exam;
    world.registration.exams.get(&exam).unwrap()
}

/// Hands in a form with a new photo.
async fn hand_in(world: &World, exam: &Exam, account: AccountId) -> PictureId {
    let photo = world.registration.photos.draft(account, &exam.rules.form.photo, picture()).await.unwrap();
    let answers = Answers([("photo".parse().unwrap(), photo.to_string())].into());
    let state = world.registration.applications.hand_in(account, exam, &[], &answers).await.unwrap();
    assert!(matches!(state, ReviewState::Waiting { .. }), "{state:?}");
    photo
}

fn file(world: &World, account: AccountId, id: &str) -> PathBuf {
    world.stores.dir().join("files").join("identities").join(account.0.to_string()).join(id)
}

async fn state(world: &World, id: PictureId) -> Option<String> {
    let statement = "SELECT state FROM registration.identity_pictures WHERE id = $1";
    world.sql().await.query_opt(statement, &[&id.0]).await.unwrap().map(|row| row.get(0))
}

async fn until_waiting(world: &World, count: i64) {
    until("requests that wait for a lock", async || {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query NOT LIKE '%pg_stat%'";
        world.sql().await.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) >= count
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_taps_hand_one_photo_in() {
    let bureau = Bureau::start().await;
    let world = &bureau.world;
    let identity = &world.registration.identity;
    let account = bureau.candidate(1).await.id;
    let photo = identity.draft(account, Slot::Holding, picture()).await.unwrap();
    // Both have read the draft before one of them has the lock.
    let mut holding = world.sql().await;
    let lock = holding.transaction().await.unwrap();
    lock.execute("SELECT FROM registration.accounts WHERE id = $1 FOR UPDATE", &[&account.0]).await.unwrap();
    let release = async {
        until_waiting(world, 2).await;
        lock.commit().await.unwrap();
    };
    let (first, second, ()) = tokio::join!(identity.hand_in(account), identity.hand_in(account), release);
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    assert_eq!(state(world, photo).await.as_deref(), Some("kept"));
    let (reviews, subject) = (&world.registration.identity_reviews, Subject::Identity(account));
    reviews.picture(&world.reviewer, &subject, Side::HandedIn).await.unwrap();
    reviews.confirm(&world.reviewer, &subject, photo).await.unwrap();
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_cannot_be_removed_keeps_no_other() {
    let bureau = Bureau::start().await;
    let world = &bureau.world;
    let (stuck, other) = (bureau.candidate(1).await.id, bureau.candidate(2).await.id);
    bureau.hold_document(stuck).await.unwrap();
    // Somebody's identity names a picture that was dropped; another one's row cannot be deleted.
    world.execute("UPDATE registration.identity_pictures SET state = 'dropped'").await;
    let named: uuid::Uuid = world
        .sql()
        .await
        .query_one("SELECT picture FROM registration.identities WHERE picture IS NOT NULL", &[])
        .await
        .unwrap()
        .get(0);
    let refused = world.registration.identity.draft(stuck, Slot::CardFront, picture()).await.unwrap();
    world
        .execute(&format!(
            "CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'it stays'; END $$;
             CREATE TRIGGER stay BEFORE DELETE ON registration.identity_pictures FOR EACH ROW
                 WHEN (OLD.id = '{refused}') EXECUTE FUNCTION stay();
             UPDATE registration.identity_pictures SET state = 'dropped', created_at = now() - interval '1 day'
                 WHERE id = '{refused}'"
        ))
        .await;
    let card = world.registration.identity.draft(other, Slot::CardFront, picture()).await.unwrap();
    world.execute(&format!("UPDATE registration.identity_pictures SET state = 'dropped' WHERE id = '{card}'")).await;
    until("the other picture to go", async || state(world, card).await.is_none()).await;
    assert!(!file(world, other, &card.to_string()).exists());
    assert!(file(world, stuck, &named.to_string()).exists(), "what an identity names stays");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_nothing_names_go() {
    let bureau = Bureau::start().await;
    let world = &bureau.world;
    let exam = import(world).await;
    let (gone, there) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let held = bureau.candidate(3).await.id;
    bureau.hold_document(held).await.unwrap();
    let (unnamed, named) = (hand_in(world, &exam, gone).await, hand_in(world, &exam, there).await);
    let statement = "SELECT id FROM registration.identity_pictures WHERE slot = 'holding'";
    let holding = PictureId(world.sql().await.query_one(statement, &[]).await.unwrap().get(0));
    // As the end of an unused registration leaves it; and an identity that let go of its picture before a process died.
    world
        .execute(&format!(
            "DELETE FROM registration.applications WHERE account = '{}';
             UPDATE registration.identities SET state = 'none', picture = NULL WHERE account = '{}';
             UPDATE registration.identity_pictures SET created_at = created_at - interval '25 hours'",
            gone.0, held.0
        ))
        .await;
    until("what nothing names to go", async || {
        state(world, unnamed).await.is_none() && state(world, holding).await.is_none()
    })
    .await;
    assert!(!file(world, gone, &unnamed.to_string()).exists() && !file(world, held, &holding.to_string()).exists());
    until("the other one to be looked at", async || {
        let looked = "SELECT looked_at IS NOT NULL FROM registration.identity_pictures WHERE id = $1";
        world.sql().await.query_one(looked, &[&named.0]).await.unwrap().get(0)
    })
    .await;
    assert_eq!(state(world, named).await.as_deref(), Some("kept"));
    assert!(world.registration.photos.read(there, named).await.unwrap().is_some());
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_moved_keeps_its_photo() {
    let world = World::usual().await;
    let exam = import(&world).await;
    let (lost, new) = (world.candidate(1).await, world.candidate(2).await);
    let photo = hand_in(&world, &exam, lost.id).await;
    let boss = administrator(&world).await;
    world.registration.accounts.rebind(&boss, lost.number, new.number).await.unwrap();
    let shown = world.registration.forms.photo(&world.reviewer, &exam, new.id).await.unwrap();
    assert!(shown.is_some(), "staff see it");
    assert!(world.registration.photos.read(new.id, photo).await.unwrap().is_some());
    assert!(world.registration.photos.read(lost.id, photo).await.unwrap().is_none(), "it is not theirs any more");
    // Handed in again, first with the same photo, then with another one: the old one goes, wherever its file is.
    let answers = Answers([("photo".parse().unwrap(), photo.to_string())].into());
    world.registration.applications.hand_in(new.id, &exam, &[], &answers).await.unwrap();
    hand_in(&world, &exam, new.id).await;
    until("the old photo to go", async || state(&world, photo).await.is_none()).await;
    assert!(!file(&world, lost.id, &photo.to_string()).exists());
    world.finish().await;
}
