//! What time has decided of orders: one that cannot be worked on keeps none of the others waiting, however many there are.

use registration::model::order::OrderState;

use crate::orders_many;
use crate::world::{Setup, World, until};

#[tokio::test(flavor = "multi_thread")]
async fn seats_whose_store_is_away_keep_no_other_order_from_its_end() {
    let world = World::start(Setup { grace_seconds: 0, ..Setup::default() }).await;
    let (account, mate) = (world.candidate(1).await.id, world.candidate(2).await.id);
    // More than a batch of each kind, all older, of an exam that the engine cannot find.
    world
        .execute(&format!(
            "CREATE TEMPORARY TABLE away AS SELECT * FROM registration.exams;
             UPDATE away SET id = 'away';
             INSERT INTO registration.exams SELECT * FROM away;
             INSERT INTO registration.exam_sittings SELECT (jsonb_populate_record(s, '{{\"exam\": \"away\"}}')).*
                 FROM registration.exam_sittings s;
             INSERT INTO registration.orders (id, account, exam, part, is_sole, amount_fen, state, expires_at, lapses_at,
                 created_at, decided_kind, decided_at, submitted_at, seats_owed)
             SELECT lpad(n::text, 4, '0') || '-0000', '{0}', 'away', 'main', false, 1,
                 (ARRAY['unpaid', 'cancelled', 'confirming'])[1 + n % 3],
                 '2021-01-01', '2021-01-01', '2021-01-01', CASE WHEN n % 3 = 2 THEN 'system' END, '2021-01-01', '2021-01-01',
                 n % 3 = 1
             FROM generate_series(1, 900) n;
             -- And as many for which nothing is to be paid.
             INSERT INTO registration.orders (id, account, exam, part, is_sole, amount_fen, state, expires_at, lapses_at,
                 created_at)
             SELECT lpad(n::text, 4, '0') || '-0000', '{0}', 'away', 'main', false, 0, 'unpaid', now() + interval '5 minutes',
                 now() + interval '5 minutes', '2021-01-01'
             FROM generate_series(1001, 1300) n;
             INSERT INTO registration.order_sittings (order_id, position, sitting, hold, fee_fen)
             SELECT id, 0, 's0', '{1}.1.1', 1 FROM registration.orders WHERE exam = 'away'",
            mate.0,
            mate.candidate_id()
        ))
        .await;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.refuse(order.id, "blurred").await.unwrap();
    let died = world.hold(mate, &["s1"]).await.unwrap();
    world.hand_in(mate, died.id).await.unwrap();
    world
        .execute(&format!(
            "UPDATE registration.orders SET mend_until = now() - interval '1 second' WHERE id = '{}';
             UPDATE registration.orders SET state = 'confirming', decided_by = '{}', decided_kind = 'staff',
                 decided_id = '{1}', decided_at = now() - interval '1 minute' WHERE id = '{}'",
            order.id, world.reviewer.id.0, died.id
        ))
        .await;
    let free = world.hold(world.candidate(3).await.id, &["s2"]).await.unwrap();
    world.execute(&format!("UPDATE registration.orders SET amount_fen = 0 WHERE id = '{}'", free.id)).await;
    world.until_row(order.id, "cancelled").await;
    world.until_free("s0", 2).await;
    world.until_row(died.id, "confirmed").await;
    world.until_row(free.id, "confirmed").await;
    world.execute("UPDATE registration.orders SET seats_owed = false, state = 'released' WHERE exam = 'away'").await;
    world.registration.stop().await;
    world.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_the_database_refuses_keeps_no_other_from_its_end() {
    let world = World::start(Setup { hold_seconds: 1, grace_seconds: 0, ..Setup::default() }).await;
    let stuck = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap();
    world
        .execute(&format!(
            "CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'it stays'; END $$;
             CREATE TRIGGER stay BEFORE UPDATE ON registration.orders FOR EACH ROW
                 WHEN (OLD.id = '{}') EXECUTE FUNCTION stay()",
            stuck.id
        ))
        .await;
    let other = world.hold(world.candidate(2).await.id, &["s1"]).await.unwrap();
    world.until_row(other.id, "lapsed").await;
    assert_eq!(world.row_state(stuck.id).await, "unpaid");
    // Nor do more pictures than a batch that it keeps, though all of them are older.
    world
        .execute(&format!(
            "CREATE TRIGGER stay BEFORE DELETE ON registration.screenshots FOR EACH ROW
                 WHEN (OLD.created_at < '2022-01-01') EXECUTE FUNCTION stay();
             INSERT INTO registration.screenshots (id, order_id, created_at)
             SELECT gen_random_uuid(), '{0}', CASE n WHEN 0 THEN '2023-01-01' ELSE '2021-01-01' END::timestamptz
             FROM generate_series(0, 250) n",
            other.id
        ))
        .await;
    until("a picture that nobody needs gone", async || {
        let left = "SELECT count(*) FROM registration.screenshots WHERE created_at = '2023-01-01'";
        world.sql().await.query_one(left, &[]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
    world.execute("DROP TRIGGER stay ON registration.screenshots").await;
    world.execute("DROP TRIGGER stay ON registration.orders").await;
    world.until_row(stuck.id, "lapsed").await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_ends_with_the_one_it_needs_though_another_is_paid() {
    let world = orders_many::start_with_two_orals().await;
    let account = world.candidate(1).await.id;
    let written = world.hold(account, &["en4"]).await.unwrap();
    let paid = world.hold(account, &["oral4"]).await.unwrap();
    let unpaid = world.hold(account, &["oral5"]).await.unwrap();
    for order in [&written, &paid] {
        world.hand_in(account, order.id).await.unwrap();
    }
    world.refuse(written.id, "blurred").await.unwrap();
    let over =
        format!("UPDATE registration.orders SET mend_until = now() - interval '1 second' WHERE id = '{}'", written.id);
    world.execute(&over).await;
    world.until_row(unpaid.id, "released").await;
    assert_eq!(world.order(account, paid.id).await.state, OrderState::WaitingReview, "what is paid stays");
    world.finish().await;
}
