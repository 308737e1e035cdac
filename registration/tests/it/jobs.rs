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
