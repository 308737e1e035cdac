//! Each job runs by itself: one that fails, and one that hangs, keep none of the others.

use crate::outbox::{MOBILE, outcomes, prove, refuse};
use crate::post::Reached;
use crate::world::{exam, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_and_one_that_hangs_stop_no_other() {
    let reached = Reached::start().await;
    let world = &reached.world;
    let account = world.candidate(1).await.id;
    prove(world, account, "mobile_verified_at").await;
    // The jobs of accounts and of results of earlier exams fail; the one of pictures waits for a lock.
    world
        .execute(
            "ALTER TABLE registration.account_links RENAME TO account_links_away;
             ALTER TABLE registration.past_scores RENAME TO past_scores_away",
        )
        .await;
    let mut hanging = world.sql().await;
    let lock = hanging.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE registration.identity_uploads IN ACCESS EXCLUSIVE MODE").await.unwrap();
    until("a job that hangs", async || {
        let waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'registration.identity_uploads'::regclass
             AND NOT granted";
        world.sql().await.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) > 0
    })
    .await;

    refuse(world, account).await;
    reached.message(MOBILE, 1).await;
    // The time to mend is over: the order is cancelled, its seat goes back, and the candidate hears of it.
    let order = world.registration.orders.live(account, &exam()).await.unwrap().remove(0).id;
    world.execute("UPDATE registration.orders SET mend_until = now() - interval '1 second'").await;
    world.until_row(order, "cancelled").await;
    world.until_free("s0", 2).await;
    assert_eq!(reached.message(MOBILE, 2).await.values, ["截图未通过，报名已取消"]);
    assert_eq!(outcomes(world).await, ["sent", "sent"]);

    // What failed goes on once it can.
    world
        .execute(
            "ALTER TABLE registration.account_links_away RENAME TO account_links;
             ALTER TABLE registration.past_scores_away RENAME TO past_scores;
             INSERT INTO registration.account_codes (purpose, subject, hash, tries, expires_at)
             VALUES ('mobile', sha256('a'), sha256('b'), 0, now() - interval '1 second')",
        )
        .await;
    lock.rollback().await.unwrap();
    until("an old code forgotten", async || {
        let codes = "SELECT count(*) FROM registration.account_codes";
        world.sql().await.query_one(codes, &[]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
    drop(hanging);
    reached.finish().await;
}

/// A table of which old rows are forgotten, most rows that one statement may take, and rows that are old.
const FORGOTTEN: [(&str, usize, &str); 11] = [
    (
        "identity_handovers",
        1_000,
        "(token_index, account, next, expires_at)
            SELECT sha256(n::text::bytea), $A, '/', now() - interval '8 days'",
    ),
    (
        "identity_checks",
        1_000,
        "(id, account, name, document, created_at) SELECT n::text, $A, '', '', now() - interval '8 days'",
    ),
    ("identity_tries", 1_000, "(account, day, what, count) SELECT $A, current_date - 30, n::text, 1"),
    (
        "identity_uploads",
        200,
        "(account, slot, key, total, received, created_at)
            SELECT $A, n::text, gen_random_uuid(), 9, 0, now() - interval '8 days'",
    ),
    ("account_sendings", 1_000, "(subject, sent_at) SELECT sha256(n::text::bytea), now() - interval '2 days'"),
    (
        "account_codes",
        1_000,
        "(purpose, subject, hash, tries, expires_at)
            SELECT 'mobile', sha256(n::text::bytea), sha256(''), 0, now() - interval '1 day'",
    ),
    ("account_tries", 1_000, "(subject, day, count) SELECT sha256(n::text::bytea), current_date - 30, 1"),
    (
        "qr_sign_ins",
        1_000,
        "(token_index, browser_index, number, expires_at)
            SELECT sha256(n::text::bytea), sha256(n::text::bytea), 10, now() - interval '1 day'",
    ),
    (
        "inquiries",
        1_000,
        "(id, account, place, question, asked_at, answer, answered_at, answered_by)
            SELECT gen_random_uuid(), $A, '', '', at, '', at, staff.id
            FROM (SELECT now() - interval '366 days' AS at) old CROSS JOIN
                (SELECT id FROM registration.staff LIMIT 1) staff",
    ),
    ("ended_sessions", 1_000, "(session, until) SELECT gen_random_uuid(), now() - interval '1 day'"),
    (
        "outbox",
        1_000,
        "(topic, kind, account, made_at, next_try_at, done_at, outcome)
            SELECT 'message', 'order_refused', $A, at, at, at, 'sent'
            FROM (SELECT now() - interval '91 days' AS at) old",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn however_much_is_old_no_statement_forgets_all_of_it_at_once() {
    let world = crate::world::World::usual().await;
    let account = world.candidate(1).await.id;
    world
        .execute(
            "CREATE FUNCTION registration.bounded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF (SELECT count(*) FROM gone) > TG_ARGV[0]::integer THEN RAISE EXCEPTION 'too many at once'; END IF;
                 RETURN NULL; END $$",
        )
        .await;
    for (table, most, rows) in FORGOTTEN {
        world
            .execute(&format!(
                "CREATE TRIGGER bounded AFTER DELETE ON registration.{table} REFERENCING OLD TABLE AS gone
                     FOR EACH STATEMENT EXECUTE FUNCTION registration.bounded({most})"
            ))
            .await;
        let rows = rows.replace("$A", &format!("'{}'::uuid", account.0));
        let joint = if rows.contains(" FROM ") { "," } else { " FROM" };
        world
            .execute(&format!("INSERT INTO registration.{table} {rows}{joint} generate_series(1, {most} + 50) n"))
            .await;
    }
    for (table, ..) in FORGOTTEN {
        until(&format!("nothing old in {table}"), async || {
            let left = format!("SELECT count(*) FROM registration.{table}");
            world.sql().await.query_one(&left, &[]).await.unwrap().get::<_, i64>("count") == 0
        })
        .await;
    }
    world.finish().await;
}
