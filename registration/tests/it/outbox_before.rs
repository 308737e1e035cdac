//! The version before writes `notices` and sends from there. What it left is sent, once; and it goes on beside this one.

use std::path::Path;
use std::time::Duration;

use refinery::{Runner, Target, load_sql_migrations};
use registration::model::ids::AccountId;

use crate::outbox::{MOBILE, outcomes, prove, rows};
use crate::post::Reached;
use crate::world::{World, until};

/// The newest migration of the version before.
const BEFORE: i32 = 18;
/// Longer than two rounds.
const ROUNDS: Duration = Duration::from_secs(6);

// The statements of the version before.
const ADD: &str =
    "INSERT INTO registration.notices (account, exam, kind, made_at, next_try_at) VALUES ($1, $2, $3, $4, $4)";
const CLAIM: &str = "UPDATE registration.notices n
     SET tries = n.tries + 1, next_try_at = $1 + interval '1 minute' * power(4, least(n.tries, 6))
     FROM (SELECT id FROM registration.notices WHERE next_try_at <= $1 ORDER BY next_try_at, id LIMIT $2
           FOR UPDATE SKIP LOCKED) due
     WHERE n.id = due.id
     RETURNING n.id, n.account, n.exam, n.kind, n.tries";
const DELETE: &str = "DELETE FROM registration.notices WHERE id = $1";
const FORGET: &str = "DELETE FROM registration.notices";

/// The database as the version before left it: its migrations, one account, and a notice about its password that was
/// tried twice.
async fn as_before(world: &World, account: AccountId) {
    world.registration.stop().await;
    world.execute("ALTER SCHEMA registration RENAME TO later; CREATE SCHEMA registration").await;
    let migrations = load_sql_migrations(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")).unwrap();
    let mut client = world.sql().await;
    let mut runner = Runner::new(&migrations).set_target(Target::Version(BEFORE));
    runner.set_migration_table_name("registration.schema_history").run_async(&mut **client).await.unwrap();
    let columns =
        "id, document_index, document, claim_index, name, mobile, mobile_verified_at, password_hash, created_at";
    world
        .execute(&format!(
            "INSERT INTO registration.accounts ({columns}) SELECT {columns} FROM later.accounts;
             INSERT INTO registration.notices (account, kind, made_at, next_try_at, tries)
             VALUES ('{}', 'password_changed', now() - interval '6 minutes', now() - interval '1 minute', 2)",
            account.0
        ))
        .await;
}

async fn count_notices(world: &World) -> i64 {
    world.sql().await.query_one("SELECT count(*) FROM registration.notices", &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_version_before_left_waiting_is_sent_once() {
    let mut reached = Reached::start().await;
    let account = reached.world.candidate(1).await.id;
    prove(&reached.world, account, "mobile_verified_at").await;
    as_before(&reached.world, account).await;
    reached.world.restart_registration().await;
    assert_eq!(reached.message(MOBILE, 1).await.values, ["密码已改，非本人请找回"]);
    assert_eq!(outcomes(&reached.world).await, ["sent"]);
    assert_eq!(rows(&reached.world).await, [("password_changed".to_owned(), 3, "sent".to_owned())]);
    assert_eq!(count_notices(&reached.world).await, 0);
    tokio::time::sleep(ROUNDS).await;
    assert_eq!(reached.sent_to(MOBILE).await.len(), 1);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_before_sends_beside_this_one_and_whoever_is_left_sends_what_is_left() {
    let reached = Reached::start().await;
    let (world, account) = (&reached.world, reached.world.candidate(1).await.id);
    prove(world, account, "mobile_verified_at").await;
    let now = jiff::Timestamp::now();
    let nothing: Option<&str> = None;

    // The version before takes one, and takes a while to send it: this one leaves it alone.
    let mut before = world.sql().await;
    let transaction = before.transaction().await.unwrap();
    transaction.execute(ADD, &[&account.0, &nothing, &"email_changed", &now]).await.unwrap();
    let claimed = transaction.query(CLAIM, &[&now, &64_i64]).await.unwrap();
    transaction.commit().await.unwrap();
    let (id, tries): (i64, i16) = (claimed[0].get(0), claimed[0].get(4));
    assert_eq!((claimed.len(), tries), (1, 1));
    tokio::time::sleep(ROUNDS).await;
    assert_eq!((count_notices(world).await, rows(world).await.len()), (1, 0));
    assert_eq!(before.execute(DELETE, &[&id]).await.unwrap(), 1);

    // It takes another one and dies: once that is due again, this one sends it.
    let transaction = before.transaction().await.unwrap();
    transaction.execute(ADD, &[&account.0, &nothing, &"mobile_changed", &now]).await.unwrap();
    transaction.query(CLAIM, &[&now, &64_i64]).await.unwrap();
    transaction.commit().await.unwrap();
    world.execute("UPDATE registration.notices SET next_try_at = now()").await;
    assert_eq!(reached.message(MOBILE, 1).await.values, ["账号手机号已更换"]);

    // It writes one and is stopped: this one sends it.
    before.execute(ADD, &[&account.0, &Some("exam"), &"order_confirmed", &now]).await.unwrap();
    assert_eq!(reached.message(MOBILE, 2).await.values, ["缴费已确认，报名成功"]);
    until("both looked after", async || rows(world).await.len() == 2).await;
    assert_eq!(outcomes(world).await, ["sent", "sent"]);
    assert_eq!(rows(world).await[0].1, 2, "the try of the version before counts");

    // What this one writes the version before does not find, and does not throw away.
    assert_eq!(before.query(CLAIM, &[&jiff::Timestamp::now(), &64_i64]).await.unwrap().len(), 0);
    before.execute(FORGET, &[]).await.unwrap();
    assert_eq!((rows(world).await.len(), reached.sent_to(MOBILE).await.len()), (2, 2));
    reached.finish().await;
}
