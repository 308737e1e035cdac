//! What becomes of a message that cannot be sent, and how long it is known what was sent.

use std::time::Duration;

use registration::model::ids::AccountId;
use sandbox::Sandbox;

use crate::outbox::{MOBILE, outcomes, prove, refuse, rows};
use crate::post::Reached;
use crate::world::{World, until};

/// Longer than two rounds of every job.
const ROUNDS: Duration = Duration::from_secs(11);

async fn told(world: &World) -> AccountId {
    let account = world.candidate(1).await.id;
    prove(world, account, "mobile_verified_at").await;
    account
}

/// Each try: its number, its way, its result.
async fn attempts(world: &World) -> Vec<(i16, Option<String>, String)> {
    let all = "SELECT number, way, result FROM registration.outbox_attempts ORDER BY outbox, number";
    let rows = world.sql().await.query(all, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

fn by_sms(number: i16, result: &str) -> (i16, Option<String>, String) {
    (number, Some("sms".to_owned()), result.to_owned())
}

async fn until_tries(world: &World, tries: i16) {
    until(&format!("try {tries}"), async || attempts(world).await.len() == usize::try_from(tries).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pauses_grow_until_a_message_is_given_up_and_each_try_is_known() {
    let reached = Reached::start().await;
    let (world, account) = (&reached.world, told(&reached.world).await);
    reached.fail_messages(6).await;
    refuse(world, account).await;
    for (tries, minutes) in [(1, 1.0), (2, 4.0), (3, 16.0), (4, 64.0), (5, 256.0)] {
        until_tries(world, tries).await;
        let pause = "SELECT extract(epoch FROM o.next_try_at - max(a.at))::float8 / 60 FROM registration.outbox o
             JOIN registration.outbox_attempts a ON a.outbox = o.id GROUP BY o.id";
        let pause: f64 = world.sql().await.query_one(pause, &[]).await.unwrap().get(0);
        assert!((pause - minutes).abs() < 0.2, "after try {tries}: {pause} minutes");
        world.execute("UPDATE registration.outbox SET next_try_at = now()").await;
    }
    assert_eq!(outcomes(world).await, ["given_up"]);
    let all: Vec<_> = (1..=6).map(|number| by_sms(number, "unavailable")).collect();
    assert_eq!(attempts(world).await, all);
    assert!(reached.sent_to(MOBILE).await.is_empty());
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_between_sending_and_noting_sends_once_more_and_loses_nothing() {
    let reached = Reached::start().await;
    let (world, account) = (&reached.world, told(&reached.world).await);
    // What is sent cannot be written down, as if the process died there.
    world
        .execute(
            "CREATE FUNCTION registration.die() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'dead'; END $$;
             CREATE TRIGGER die BEFORE INSERT ON registration.outbox_attempts
                 FOR EACH ROW EXECUTE FUNCTION registration.die()",
        )
        .await;
    refuse(world, account).await;
    reached.message(MOBILE, 1).await;
    assert_eq!(rows(world).await, [("order_refused".to_owned(), 1, "waiting".to_owned())]);
    world.execute("DROP TRIGGER die ON registration.outbox_attempts").await;
    world.execute("UPDATE registration.outbox SET next_try_at = now()").await;
    reached.message(MOBILE, 2).await;
    assert_eq!(outcomes(world).await, ["sent"]);
    assert_eq!(attempts(world).await, [by_sms(2, "sent")]);
    tokio::time::sleep(ROUNDS).await;
    assert_eq!(reached.sent_to(MOBILE).await.len(), 2);
    // Whoever tried last died each time: it is not tried for ever.
    world
        .execute(
            "UPDATE registration.outbox SET tries = 6, next_try_at = now(), done_at = NULL, outcome = NULL;
             DELETE FROM registration.outbox_attempts",
        )
        .await;
    assert_eq!(outcomes(world).await, ["given_up"]);
    assert_eq!(reached.sent_to(MOBILE).await.len(), 2);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_gateways_a_message_waits_a_day_for_one() {
    let world = World::usual().await;
    let account = told(&world).await;
    refuse(&world, account).await;
    let waits = [("order_refused".to_owned(), 0, "waiting".to_owned())];
    world.execute("UPDATE registration.outbox SET made_at = made_at - interval '23 hours'").await;
    tokio::time::sleep(ROUNDS).await;
    assert_eq!(rows(&world).await, waits);
    // Somebody configures one within the day: it is sent.
    let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let other = world.another_process_with(sandbox.gateways().unwrap()).await;
    assert_eq!(outcomes(&world).await, ["sent"]);
    other.stop().await;
    // Nobody does: nothing grows without bound.
    world.execute("UPDATE registration.outbox SET tries = 0, done_at = NULL, outcome = NULL").await;
    world.execute("UPDATE registration.outbox SET made_at = now() - interval '25 hours', next_try_at = now()").await;
    assert_eq!(outcomes(&world).await, ["given_up"]);
    world.finish().await;
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_later_version_wrote_is_left_for_it_and_not_for_ever() {
    let reached = Reached::start().await;
    let (world, account) = (&reached.world, told(&reached.world).await);
    world
        .execute(&format!(
            "INSERT INTO registration.outbox (topic, kind, account, payload, made_at, next_try_at)
             VALUES ('message', 'of_tomorrow', '{0}', '{{\"more\": 1}}', now(), now()),
                    ('webhook', 'order_refused', '{0}', '{{}}', now() - interval '6 days', now() - interval '6 days')",
            account.0
        ))
        .await;
    refuse(world, account).await;
    until("the known one", async || rows(world).await.iter().any(|row| row.2 == "sent")).await;
    tokio::time::sleep(ROUNDS).await;
    let left = |kind: &str| (kind.to_owned(), 0, "waiting".to_owned());
    assert_eq!(rows(world).await[..2], [left("of_tomorrow"), left("order_refused")]);
    world.execute("UPDATE registration.outbox SET made_at = now() - interval '8 days' WHERE done_at IS NULL").await;
    assert_eq!(outcomes(world).await, ["given_up", "given_up", "sent"]);
    assert_eq!(reached.sent_to(MOBILE).await.len(), 1);
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_known_for_ninety_days() {
    let reached = Reached::start().await;
    let (world, account) = (&reached.world, told(&reached.world).await);
    refuse(world, account).await;
    assert_eq!(outcomes(world).await, ["sent"]);
    world.execute("UPDATE registration.outbox SET done_at = now() - interval '89 days'").await;
    tokio::time::sleep(ROUNDS).await;
    assert_eq!((rows(world).await.len(), attempts(world).await.len()), (1, 1));
    world.execute("UPDATE registration.outbox SET done_at = now() - interval '91 days'").await;
    until("it forgotten", async || rows(world).await.is_empty()).await;
    assert!(attempts(world).await.is_empty());
    reached.finish().await;
}
