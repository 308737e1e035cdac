//! Who gives a seat back and takes one of the group again gets what is left of its time, and then others have their
//! chance.

use std::time::Duration;

use http::{Method, StatusCode};
use jiff::Timestamp;
use redis::AsyncCommands;
use reservation::engine::waiting_room::Admission;
use reservation::ids::{HoldId, PoolId};
use reservation::store::keys::PoolKeys;
use serde_json::{Value, json};

use crate::app::{App, Reply, code, id};

fn deadline(reply: &Reply) -> Timestamp {
    reply.1["holds"][0]["expires_at"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_back_and_taking_again_wins_no_time() {
    let app = App::start().await;
    app.exam(900, &[("en", "cet", 3), ("ja", "cet", 3), ("oral", "-", 3)]).await;
    let mut reply = app.hold("c", &["en"]).await;
    let first = deadline(&reply);
    for round in 0..20 {
        assert_eq!(app.release(&id(&reply)).await, StatusCode::NO_CONTENT);
        assert_eq!(app.free("en").await, 3, "what was given back has no seat");
        tokio::time::sleep(Duration::from_millis(10)).await;
        // Another sitting of the group is no way round it, nor is one more seat with it.
        reply = app.hold("c", if round % 2 == 0 { &["ja"] } else { &["en", "oral"] }).await;
        assert_eq!((reply.0, deadline(&reply)), (StatusCode::CREATED, first));
        assert_eq!(app.hold("c", if round % 2 == 0 { &["ja"] } else { &["en", "oral"] }).await.0, StatusCode::OK);
    }
    assert!(deadline(&app.hold("d", &["en"]).await) > first, "that is the candidate's own affair");
    // Nor is it to exchange it away and back.
    let taken = |reply: &Reply| vec![id(reply).parse::<HoldId>().unwrap()];
    let exam = "e".parse().unwrap();
    let oral = ["oral".parse().unwrap()];
    let fresh = app.hold("f", &["en"]).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    let away = app.engine.exchange(&exam, &taken(&fresh), &oral, Admission::Exempt).await.unwrap();
    assert_eq!(away.holds[0].expires_at, deadline(&fresh));
    assert_eq!(deadline(&app.hold("f", &["ja"]).await), deadline(&fresh));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_of_the_time_others_have_their_chance() {
    let app = App::start().await;
    app.exam(2, &[("s", "-", 1)]).await;
    let reply = app.hold("c", &["s"]).await;
    tokio::time::sleep(Duration::from_millis(1_870)).await;
    assert_eq!(app.release(&id(&reply)).await, StatusCode::NO_CONTENT);
    let refused = app.hold("c", &["s"]).await;
    assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "full"), "{refused:?}");
    let until: Timestamp = refused.1["next_release_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(until, deadline(&reply));
    let other = app.held("d", "s").await;
    assert_eq!(app.release(&other).await, StatusCode::NO_CONTENT);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(deadline(&app.hold("c", &["s"]).await) > until + Duration::from_millis(1_900), "the rest is over");
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let keys = PoolKeys::of(&"e".parse::<PoolId>().unwrap());
    let left: i64 = app.look().await.hlen(keys.taken()).await.unwrap();
    assert_eq!(left, 0, "what was given back is swept away");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_back_is_known_after_a_restore_and_ends_with_a_payment() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 3)]).await;
    let reply = app.hold("c", &["s"]).await;
    app.release(&id(&reply)).await;
    // The ledger has it, too.
    let client = app.stores.pool().get().await.unwrap();
    let released = "SELECT count(*) FROM reservation.holds WHERE state = 'released'";
    while client.query_one(released, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let _: String = redis::cmd("FLUSHALL").query_async(&mut app.look().await).await.unwrap();
    let again = app.hold("c", &["s"]).await;
    assert_eq!((again.0, deadline(&again)), (StatusCode::CREATED, deadline(&reply)));
    assert_eq!(app.free("s").await, 2);
    // Late money takes a seat anew for what was given back, too.
    app.release(&id(&again)).await;
    assert_eq!(app.confirm(&id(&again), "paid").await.0, StatusCode::OK);
    app.finish().await;
}

/// A confirmed seat in Redis that the ledger cancelled, as a call that came late once made it, and a held one of a
/// candidate who has another in the ledger.
#[tokio::test(flavor = "multi_thread")]
async fn what_contradicts_the_ledger_is_found_and_mended() {
    let app = App::start().await;
    app.exam(900, &[("s", "g", 5), ("t", "g", 5)]).await;
    let cancelled = app.held("c1", "s").await;
    app.confirm(&cancelled, "paid").await;
    app.release(&cancelled).await;
    app.held("c2", "s").await;
    app.held("c3", "s").await;
    app.agree().await;
    let keys = PoolKeys::of(&"e".parse::<PoolId>().unwrap());
    let generation = i64::from_str_radix(cancelled.rsplit('.').next().unwrap(), 16).unwrap();
    let mut pipe = redis::pipe();
    pipe.hset(keys.taken(), "c1:1", format!("c1 {generation} 1")).hincr(keys.free(), "1", -1);
    // The ledger knows another hold of c2 than Redis does.
    pipe.hset(keys.taken(), "c2:1", format!("h2 {} 99999999999999", generation + 99));
    pipe.hincr(keys.free(), "2", -1).hincr(keys.free(), "1", 1);
    let () = pipe.query_async(&mut app.look().await).await.unwrap();
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(app.in_redis().await.keys().collect::<Vec<_>>(), ["c3:1"]);
    assert_eq!(app.counts().await, [(1, (5, 4)), (2, (5, 5))].into());
    app.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_grace_does_not_move_a_deadline_that_was_shown() {
    let app = App::start().await;
    let put = |grace: u32| json!({"title": "Exam", "hold_seconds": 900, "grace_seconds": grace});
    app.exam(900, &[("s", "-", 9)]).await;
    let before = app.hold("c", &["s"]).await;
    for grace in [120, 60, 240, 0] {
        assert_eq!(app.call(Method::PUT, "/api/v1/exams/e", put(grace)).await.0, StatusCode::OK);
        let again = app.hold("c", &["s"]).await;
        assert_eq!((again.0, deadline(&again)), (StatusCode::OK, deadline(&before)), "grace {grace}");
        let found: Reply = app.find(&id(&before)).await;
        assert_eq!(found.1["expires_at"], Value::String(deadline(&before).to_string()));
    }
    app.finish().await;
}
