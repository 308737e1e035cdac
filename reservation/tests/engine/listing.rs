//! Waiting lists through the engine: a seat that comes back is held for whoever waits longest, by a process that does so by
//! itself; and what that costs when very many wait.

use std::time::{Duration, Instant};

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use redis::AsyncCommands;
use reservation::engine::waiting_list::Waiting;
use reservation::engine::waiting_room::Admission;
use reservation::ids::{CandidateId, ExamId, PoolId, SittingId};
use reservation::sitting::Exam;
use reservation::store::WaitAnswer;
use reservation::store::keys::PoolKeys;
use reservation::waiting_list::{ListPer, Returns, WaitState, WaitingListSettings};

use crate::app::{App, WAIT, code, persist};

fn exam() -> ExamId {
    "e".parse().unwrap()
}

fn id(name: &str) -> CandidateId {
    name.parse().unwrap()
}

fn settings(offer_seconds: i64) -> WaitingListSettings {
    WaitingListSettings {
        per: ListPer::Sitting,
        offer: SignedDuration::from_secs(offer_seconds),
        returns: Returns::ListFirst,
        lapses_max: 2,
    }
}

impl App {
    async fn join(&self, candidate: &str, sitting: &str) -> WaitAnswer {
        let sitting: SittingId = sitting.parse().unwrap();
        self.engine.join_list(&exam(), &id(candidate), &sitting).await.unwrap()
    }

    async fn wait_of(&self, candidate: &str) -> Waiting {
        self.engine.waits_of(&exam(), &id(candidate)).await.unwrap().remove(0)
    }

    /// Waits until the candidate's wait is in that state.
    async fn until(&self, candidate: &str, state: WaitState) -> Waiting {
        let since = Instant::now();
        loop {
            let waiting = self.wait_of(candidate).await;
            if waiting.state == state {
                return waiting;
            }
            assert!(since.elapsed() < WAIT, "{candidate} is {waiting:?}, not {state:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The end of registration.
    async fn close(&self) {
        let closes_at = Some(Timestamp::now() - SignedDuration::from_secs(1));
        let opens_at = Some(Timestamp::now() - SignedDuration::from_hours(1));
        let now = (*self.engine.exam(&exam()).unwrap()).clone();
        self.engine.put_exam(Exam { opens_at, closes_at, ..now }).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d8_a_seat_that_comes_back_is_held_for_whoever_waits_longest_and_for_nobody_else() {
    let app = App::start().await;
    app.exam(600, &[("a", "g", 1), ("b", "g", 1), ("c", "-", 1)]).await;
    assert!(app.engine.join_list(&exam(), &id("y"), &"a".parse().unwrap()).await.is_err(), "there is no list yet");
    // Long enough that the next in line is offered a seat by later settings.
    app.engine.put_waiting_list(&exam(), Some(settings(6))).await.unwrap();
    assert_eq!(app.join("y", "a").await, WaitAnswer::Free);
    let held = app.held("x", "a").await;
    for _ in 0..2 {
        assert_eq!(app.join("y", "a").await, WaitAnswer::Waiting);
    }
    assert_eq!(app.join("z", "a").await, WaitAnswer::Waiting);
    assert_eq!(app.join("y", "b").await, WaitAnswer::Elsewhere, "one position in a group");
    assert_eq!(app.join("x", "a").await, WaitAnswer::Seated);
    assert_eq!((app.wait_of("y").await.position, app.wait_of("z").await.position), (Some((0, 2)), Some((1, 2))));
    // From the moment at which it is free it is the list's.
    assert_eq!(app.release(&held).await, StatusCode::NO_CONTENT);
    assert_eq!(code(&persist(|| app.hold("rush", &["a"])).await), "full");
    assert!(app.until("y", WaitState::Offered).await.offer.is_some());
    app.engine.put_waiting_list(&exam(), Some(settings(600))).await.unwrap();
    // Let pass: y is at the end, and it is z's turn, who pays.
    let offered = app.until("z", WaitState::Offered).await.offer.unwrap();
    let y = app.until("y", WaitState::Waiting).await;
    assert_eq!((y.lapses, y.position), (1, Some((0, 1))));
    assert_eq!(app.confirm(&offered.to_string(), "paid").await.0, StatusCode::OK);
    app.until("z", WaitState::Seated).await;
    // A raised capacity comes back, too. The second one let pass is the last.
    app.engine.put_waiting_list(&exam(), Some(settings(1))).await.unwrap();
    let more = serde_json::json!({"title": "a", "group": "g", "capacity": 2});
    assert!(app.call(http::Method::PUT, "/api/v1/exams/e/sittings/a", more).await.0.is_success());
    assert_eq!(app.until("y", WaitState::Left).await.lapses, 2);
    assert_eq!(app.join("y", "a").await, WaitAnswer::Spent);
    // Nobody waits any more: it is everybody's.
    app.until_free("a", 1).await;
    // After the window nothing is offered, and nothing is kept.
    let held = app.held("v", "a").await;
    assert_eq!(app.join("w", "a").await, WaitAnswer::Waiting);
    assert_eq!(app.join("u", "a").await, WaitAnswer::Waiting);
    let leaving = app.engine.leave_list(&exam(), &id("u"), &"a".parse().unwrap()).await.unwrap();
    assert_eq!((leaving, app.wait_of("u").await.state), (WaitAnswer::Left, WaitState::Left));
    app.close().await;
    app.release(&held).await;
    app.until_free("a", 1).await;
    assert_eq!(app.wait_of("w").await.state, WaitState::Waiting);
    assert!(app.engine.join_list(&exam(), &id("t"), &"a".parse().unwrap()).await.is_err());
    assert_eq!(app.engine.list_counts(&exam()).await.unwrap()[&"a".parse().unwrap()].waiting, 1);
    let another_list = WaitingListSettings { per: ListPer::Group, ..settings(1) };
    assert!(app.engine.put_waiting_list(&exam(), Some(another_list)).await.is_err(), "somebody waits");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_redis_gets_the_list_back_in_its_order_and_nobody_overtakes_meanwhile() {
    let app = App::start().await;
    app.exam(600, &[("a", "-", 1)]).await;
    app.engine.put_waiting_list(&exam(), Some(settings(600))).await.unwrap();
    let held = app.held("x", "a").await;
    for candidate in ["m", "k", "l"] {
        assert_eq!(app.join(candidate, "a").await, WaitAnswer::Waiting);
    }
    app.at_rest().await;
    let _: () = redis::cmd("FLUSHALL").query_async(&mut app.look().await).await.unwrap();
    // The first that hears of it opens the pool anew; from then on a free seat is the list's.
    assert_eq!(code(&persist(|| app.hold("rush", &["a"])).await), "full");
    let positions = async |candidate| app.wait_of(candidate).await.position;
    assert_eq!(
        (positions("m").await, positions("k").await, positions("l").await),
        (Some((0, 3)), Some((1, 3)), Some((2, 3)))
    );
    assert_eq!(app.join("n", "a").await, WaitAnswer::Waiting);
    assert_eq!(positions("n").await, Some((3, 4)), "who comes later is behind those of before");
    assert_eq!(app.release(&held).await, StatusCode::NO_CONTENT);
    app.until("m", WaitState::Offered).await;
    app.finish().await;
}

/// 10,000 holds lapse while 50,000 wait: how long until each seat is somebody's again, in Redis and in the ledger.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a figure, taken by hand: docs/waiting-list.md"]
async fn the_figure_of_ten_thousand_lapses_with_fifty_thousand_waiting() {
    const SEATS: u32 = 10_000;
    const WAITING: u32 = 50_000;
    let app = App::start().await;
    app.exam(45, &[("a", "-", SEATS)]).await;
    app.engine.put_waiting_list(&exam(), Some(settings(900))).await.unwrap();
    let sitting: [SittingId; 1] = ["a".parse().unwrap()];
    let begun = Instant::now();
    let holding = (0..SEATS).map(|n| {
        let (app, sitting) = (&app, &sitting);
        async move { app.engine.hold(&exam(), &id(&format!("h{n}")), sitting, Admission::Exempt).await.unwrap() }
    });
    futures_util::future::join_all(holding).await;
    let last_held = Instant::now();
    println!("held in {:?}", begun.elapsed());
    let joined = Instant::now();
    for from in (0..WAITING).step_by(10_000) {
        let joining = (from..from + 10_000).map(|n| {
            let app = &app;
            async move { app.join(&format!("w{n}"), "a").await }
        });
        let answers = futures_util::future::join_all(joining).await;
        assert!(answers.iter().all(|answer| *answer == WaitAnswer::Waiting));
    }
    println!("{WAITING} joined in {:?}", joined.elapsed());
    assert!(last_held.elapsed() < Duration::from_secs(44), "the holds must not lapse before all wait");
    let (keys, mut redis) = (PoolKeys::of(&"e".parse::<PoolId>().unwrap()), app.look().await);
    let waiting =
        async |redis: &mut redis::aio::MultiplexedConnection| -> u32 { redis.zcard(keys.line()).await.unwrap() };
    while waiting(&mut redis).await == WAITING {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let first = Instant::now();
    while waiting(&mut redis).await > WAITING - SEATS {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    println!("from the first offer to the last: {:?}", first.elapsed());
    println!("from the first hold's end to the last offer: {:?}", begun.elapsed() - Duration::from_secs(45));
    app.at_rest().await;
    println!("in the ledger after {:?}", first.elapsed());
    let client = app.stores.pool().get().await.unwrap();
    let overtaken = "SELECT count(*) FROM reservation.waits o JOIN reservation.waits w ON w.state = 'waiting'
         AND w.number < o.number WHERE o.state = 'offered'";
    let overtaken: i64 = client.query_one(overtaken, &[]).await.unwrap().get(0);
    assert_eq!(overtaken, 0);
    app.finish().await;
}
