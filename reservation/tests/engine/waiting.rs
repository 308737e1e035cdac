//! The waiting room: who stands where, who is let through, and what survives.

use std::time::Duration;

use base16ct::lower::encode_string as hex;
use futures_util::future::join_all;
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use redis::AsyncCommands;
use reservation::waiting_room::pass::Pass;
use serde_json::{Value, json};
use testkit::Fsync;

use crate::app::{App, Front, call, code};
use crate::cluster_rig::Site;
use crate::waiting_rig::{
    STATE, admitted_and_clock, exam, hold, join, keys, names, rejoin, room, soon, strain, until, until_admitted,
};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_there_at_the_opening_is_shuffled_and_the_rest_queue_behind() {
    let app = App::start().await;
    // No seat, so that nobody is admitted and positions can be compared.
    exam(&app, json!({"mode": "on"}), soon(600_000), 0).await;
    let before = until(&app, |room| room["is_on"] == true).await;
    assert_eq!((before["seed"].clone(), before["mode"].clone()), (Value::Null, json!("on")));
    let early = names("c", 40);
    for candidate in &early {
        let position = join(&app, candidate).await;
        assert_eq!((position["state"].as_str(), &position["ahead"]), (Some("waiting"), &Value::Null), "{position}");
        assert!(position["pass"].is_null() && position["ticket"].is_string());
    }
    // It opens when all are there, however long that took.
    exam(&app, json!({"mode": "on"}), soon(300), 0).await;
    let after = until(&app, |room| room["seed"].is_string()).await;
    let late = names("a-late-one-", 5);
    for candidate in &late {
        assert!(join(&app, candidate).await["ticket"].is_null());
    }

    // The shuffle follows from the published seed, which is the one that was promised.
    let keys = keys(&app).await;
    assert_eq!(after["seed"], hex(&keys.seed));
    assert_eq!((&after["commitment"], &before["commitment"]), (&json!(hex(&keys.commitment())), &after["commitment"]));
    let mut order = early.clone();
    order.sort_by(|one, other| {
        let score = |name: &String| keys.shuffled_score(&name.parse().unwrap());
        score(one).total_cmp(&score(other))
    });
    assert_ne!(order, early, "it is not the order of arrival");
    order.extend(late);
    for (ahead, candidate) in order.iter().enumerate() {
        let position = join(&app, candidate).await;
        assert_eq!(position["ahead"], ahead, "{candidate}");
        assert!(position["expected_wait_seconds"].is_null(), "without a seat nobody knows");
    }
    let now = until(&app, |room| room["present"] == 45).await;
    assert_eq!((&now["waiting"], &now["admitted"]), (&json!(45), &json!(0)));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_one_position_and_two_processes_share_one_line() {
    let app = App::start().await;
    exam(&app, json!({"mode": "on"}), None, 0).await;
    let (engine, api) = app.another().await;
    let other = Front { api };
    let taps = join_all((0..50).map(|n| {
        let front = if n % 2 == 0 { app.front.clone() } else { other.clone() };
        async move { join(&front, "c").await }
    }));
    for position in taps.await {
        assert_eq!((position["state"].as_str(), &position["ahead"]), (Some("waiting"), &json!(0)));
    }
    for (n, candidate) in names("d", 10).iter().enumerate() {
        let (one, two) = if n % 2 == 0 { (&app.front, &other) } else { (&other, &app.front) };
        assert_eq!(join(one, candidate).await["ahead"], n + 1);
        assert_eq!(join(two, candidate).await["ahead"], n + 1, "the other process agrees");
    }
    until(&app, |room| room["present"] == 11).await;
    until(&other, |room| room["present"] == 11).await;
    engine.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_together_admit_at_the_rate_that_was_set() {
    let app = App::start().await;
    exam(&app, json!({"mode": "on", "admit_per_second": 20}), None, 1_000).await;
    let (engine, _) = app.another().await;
    let candidates = names("c", 300);
    let positions = join_all(candidates.iter().map(|candidate| join(&app, candidate))).await;
    let longest = positions.iter().filter_map(|position| position["expected_wait_seconds"].as_u64()).max();
    assert!((4..60).contains(&longest.unwrap()), "about 300 / 20 seconds: {longest:?}");
    let (first, start) = admitted_and_clock(&app).await;
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (now, clock) = admitted_and_clock(&app).await;
        let most = 20.0 * (clock - start) + 20.0;
        assert!(((now - first) as f64) <= most, "{} admitted where at most {most} may be", now - first);
    }
    until(&app, |room| room["admitted"].as_i64().is_some_and(|now| now - first >= 30)).await;
    let foremost = positions.iter().position(|position| position["ahead"] == 0).unwrap();
    assert_eq!(join(&app, &candidates[foremost]).await["state"], "admitted");
    engine.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_which_part_of_a_line_was_given_seats() {
    let app = App::start().await;
    exam(&app, json!({"mode": "on", "admit_per_second": 10_000}), None, 12).await;
    until(&app, |room| room["is_on"] == true).await;
    let id = "e".parse().unwrap();
    let candidates = names("c", 120);
    for candidate in &candidates[..99] {
        join(&app, candidate).await;
    }
    assert_eq!(app.engine.line_outcomes(&id).await.unwrap(), None, "a tenth of so few would be somebody");
    for candidate in &candidates[99..] {
        join(&app, candidate).await;
    }
    // Those in front take all seats.
    for candidate in &candidates[..12] {
        let admitted = until_admitted(&app, candidate).await;
        let (status, held) = hold(&app, candidate, &admitted["pass"]).await;
        assert!(status.is_success(), "{held}");
    }
    let since = std::time::Instant::now();
    let parts = loop {
        let parts = app.engine.line_outcomes(&id).await.unwrap().unwrap();
        if parts.iter().map(|part| part.seated).sum::<u64>() == 12 {
            break parts;
        }
        assert!(since.elapsed() < crate::app::WAIT, "{parts:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(parts.iter().all(|part| part.positions == 12), "{parts:?}");
    assert_eq!(parts.map(|part| part.seated), [12, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_candidates_own_good_pass_is_let_through() {
    let app = App::start().await;
    exam(&app, json!({"mode": "on", "admit_per_second": 1_000}), None, 10).await;
    let refused = hold(&app, "c1", &Value::Null).await;
    assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "not_admitted"));
    assert!(refused.1["detail"].as_str().unwrap().contains("take a position"), "{refused:?}");

    let (one, two) = (until_admitted(&app, "c1").await, until_admitted(&app, "c2").await);
    let keys = keys(&app).await;
    let made = |exam: &str, candidate: &str, minutes: i64| {
        let expiry = Timestamp::now() + SignedDuration::from_mins(minutes);
        json!(Pass::sign(&keys, &exam.parse().unwrap(), &candidate.parse().unwrap(), expiry).as_str())
    };
    let mut tampered = one["pass"].as_str().unwrap().to_owned();
    tampered.replace_range(20..21, if tampered.as_bytes()[20] == b'A' { "B" } else { "A" });
    for bad in [two["pass"].clone(), json!(tampered), json!(""), made("f", "c1", 5), made("e", "c1", -1)] {
        let refused = hold(&app, "c1", &bad).await;
        assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "not_admitted"), "{bad}");
    }
    assert_eq!(hold(&app, "c1", &made("e", "c1", 5)).await.0, StatusCode::CREATED, "the test signs as the engine does");
    assert_eq!(hold(&app, "c1", &one["pass"]).await.0, StatusCode::OK);
    assert_eq!(hold(&app, "c2", &two["pass"]).await.0, StatusCode::CREATED);
    // The same again says the same, with the same end.
    let again = join(&app, "c1").await;
    assert_eq!(again["pass"], one["pass"]);
    let left =
        again["pass_expires_at"].as_str().unwrap().parse::<Timestamp>().unwrap().duration_since(Timestamp::now());
    assert!(left > SignedDuration::from_mins(19) && left <= SignedDuration::from_mins(20), "{left:?}");

    // Off: no pass is needed, and a sent one is not looked at.
    exam(&app, json!({"mode": "off"}), None, 10).await;
    assert_eq!(hold(&app, "c3", &Value::Null).await.0, StatusCode::CREATED);
    assert_eq!(hold(&app, "c4", &json!("nonsense")).await.0, StatusCode::CREATED);
    assert_eq!(join(&app, "c5").await["state"], "open");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_admitted_while_no_seat_is_to_be_had() {
    let app = App::start().await;
    exam(&app, json!({"mode": "off"}), None, 1).await;
    let only = app.held("first", "s").await;
    exam(&app, json!({"mode": "on", "admit_per_second": 1_000}), None, 1).await;
    join(&app, "c").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let position = join(&app, "c").await;
    assert_eq!((&position["state"], &position["ahead"]), (&json!("waiting"), &json!(0)), "{position}");
    until(&app, |_| {
        let view = app.engine.waiting_room(&"e".parse().unwrap()).unwrap();
        view.is_full && view.next_release_at.is_some()
    })
    .await;
    app.release(&only).await;
    let position = until_admitted(&app, "c").await;
    assert_eq!(hold(&app, "c", &position["pass"]).await.0, StatusCode::CREATED);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn steered_admission_stops_when_the_hall_is_full() {
    let app = App::start().await;
    exam(&app, json!({"mode": "on"}), None, 100).await;
    let candidates = names("c", 300);
    for candidate in &candidates {
        join(&app, candidate).await;
    }
    // A fifth more than there are seats.
    until(&app, |room| room["admitted"] == 120).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(room(&app).await["admitted"], 120);
    // Whoever takes a seat leaves the hall: 40 seats fewer to be had, 40 people fewer inside.
    let (engine, api) = app.another().await;
    let other = Front { api };
    for (n, candidate) in candidates[..40].iter().enumerate() {
        let front = if n % 2 == 0 { &app.front } else { &other };
        let position = join(front, candidate).await;
        assert_eq!(hold(front, candidate, &position["pass"]).await.0, StatusCode::CREATED);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(room(&app).await["admitted"], 120, "80 inside, and a ceiling of 72");
    app.call(Method::PUT, "/api/v1/exams/e/sittings/s", json!({"title": "S", "capacity": 140})).await;
    until(&app, |room| room["admitted"] == 160).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(room(&app).await["admitted"], 160, "120 inside, and a ceiling of 120");
    engine.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_ran_out_means_a_new_position_and_pushes_nobody() {
    let app = App::start().await;
    exam(&app, json!({"mode": "on", "admit_per_second": 1_000}), None, 100).await;
    until_admitted(&app, "idle").await;
    until_admitted(&app, "quick").await;
    app.call(Method::PUT, "/api/v1/exams/e/sittings/s", json!({"title": "S", "capacity": 0})).await;
    until(&app, |_| app.engine.waiting_room(&"e".parse().unwrap()).unwrap().is_full).await;
    // Whoever comes before the line has heard of it is let through still.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let (since, mut all) = (std::time::Instant::now(), (0..).map(|n| format!("next-{n}")));
    let next = loop {
        let name = all.next().unwrap();
        if join(&app, &name).await["ahead"] == 0 {
            break name;
        }
        assert!(since.elapsed() < crate::app::WAIT, "everybody is admitted");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let _: i64 = app.stores.redis_connection().await.hset("{room:e}:passes", "idle", 1).await.unwrap();
    let exam_id = "e".parse().unwrap();
    let look = app.engine.look_for_position(&exam_id, &"idle".parse().unwrap()).await.unwrap();
    assert_eq!(look.state, reservation::engine::waiting_room::TurnState::Nowhere);
    assert_eq!(join(&app, "idle").await["ahead"], 1, "behind whoever waits");
    assert_eq!(join(&app, &next).await["ahead"], 0);
    assert_eq!(join(&app, "quick").await["state"], "admitted");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_redis_keeps_every_position_and_its_loss_gives_the_shuffled_their_order_back() {
    let mut app = App::start().await;
    exam(&app, json!({"mode": "automatic"}), soon(600_000), 0).await;
    until(&app, |room| room["is_on"] == true).await;
    let early = names("c", 12);
    let mut tickets = Vec::new();
    for candidate in &early {
        tickets.push(join(&app, candidate).await["ticket"].clone());
    }
    exam(&app, json!({"mode": "automatic"}), soon(300), 0).await;
    until(&app, |room| room["seed"].is_string()).await;
    for candidate in names("late", 3) {
        join(&app, &candidate).await;
    }
    let positions = |front: Front, all: Vec<String>| async move {
        let mut positions = Vec::new();
        for candidate in all {
            positions.push(join(&front, &candidate).await["ahead"].as_u64().unwrap());
        }
        positions
    };
    let all = [early.clone(), names("late", 3)].concat();
    let before = positions(app.front.clone(), all.clone()).await;

    app.stores.kill_redis().await;
    assert!(app.engine.waiting_room(&"e".parse().unwrap()).unwrap().is_on, "the last word stands");
    app.stores.restart_redis().await;
    assert_eq!(positions(app.front.clone(), all.clone()).await, before);

    let _: String = redis::cmd("FLUSHALL").query_async(&mut app.stores.redis_connection().await).await.unwrap();
    // Everybody comes back, the late ones first; one of the shuffled has no ticket any more.
    for candidate in names("late", 3) {
        join(&app, &candidate).await;
    }
    for (candidate, ticket) in early.iter().zip(&tickets).rev() {
        rejoin(&app, candidate, ticket).await;
    }
    assert_eq!(positions(app.front.clone(), all.clone()).await, before);
    let stolen = rejoin(&app, "a-thief", &tickets[0]).await;
    assert_eq!(stolen["ahead"], 15, "a ticket is good for its owner only");
    assert!(app.engine.waiting_room(&"e".parse().unwrap()).unwrap().is_on);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automatic_room_comes_and_goes_for_all_processes() {
    let app = App::start().await;
    let (engine, api) = app.another().await;
    let other = Front { api };
    exam(&app, json!({"mode": "automatic"}), soon(600_000), 10).await;
    until(&app, |room| room["is_on"] == true).await;
    until(&other, |room| room["is_on"] == true).await;
    assert_eq!(join(&other, "c").await["state"], "waiting");
    // It opens when both have seen it, however long that took.
    exam(&app, json!({"mode": "automatic"}), soon(300), 10).await;
    until(&other, |room| room["seed"].is_string()).await;
    let position = until_admitted(&app, "c").await;
    assert_eq!(hold(&other, "d", &Value::Null).await.1["code"], "not_admitted");
    assert_eq!(hold(&other, "c", &position["pass"]).await.0, StatusCode::CREATED);

    // Calm for half a minute, as the state remembers it.
    let long_ago = (Timestamp::now() - SignedDuration::from_secs(40)).as_millisecond();
    let _: i64 = app.stores.redis_connection().await.hset(STATE, "busy", long_ago).await.unwrap();
    until(&app, |room| room["is_on"] == false).await;
    until(&other, |room| room["is_on"] == false).await;
    assert_eq!(hold(&app, "d", &Value::Null).await.0, StatusCode::CREATED);

    // One process whose engine is strained for long puts the room before all.
    strain(&app, &engine).await;
    until(&app, |room| room["is_on"] == true).await;
    until(&other, |room| room["is_on"] == true).await;
    engine.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_that_opens_anew_draws_a_new_line() {
    let app = App::start().await;
    exam(&app, json!({"mode": "on"}), None, 0).await;
    join(&app, "c").await;
    let first = until(&app, |room| room["present"] == 1 && room["seed"].is_string()).await;
    // The first seed is public, so it can shuffle nobody.
    exam(&app, json!({"mode": "on"}), soon(3_600_000), 0).await;
    let second = until(&app, |room| room["present"] == 0).await;
    assert_ne!(first["commitment"], second["commitment"]);
    assert!(second["seed"].is_null());
    assert!(join(&app, "c").await["ahead"].is_null());
    // Moving an opening that nobody has seen yet changes nothing.
    exam(&app, json!({"mode": "on", "admit_per_second": 5}), soon(7_200_000), 0).await;
    let third = until(&app, |room| room["present"] == 1).await;
    assert_eq!(third["commitment"], second["commitment"]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_rate_or_no_mode_is_refused() {
    let app = App::start().await;
    for (room, field) in [
        (json!({"mode": "sometimes"}), "waiting_room.mode"),
        (json!({"admit_per_second": 0}), "waiting_room.admit_per_second"),
        (json!({"admit_per_second": 100_001}), "waiting_room.admit_per_second"),
        (json!({"speed": 1}), "waiting_room.speed"),
    ] {
        let body = json!({"title": "Exam", "hold_seconds": 900, "waiting_room": room});
        let reply = app.call(Method::PUT, "/api/v1/exams/e", body).await;
        assert_eq!((reply.0.as_u16(), &reply.1["field"]), (422, &json!(field)), "{reply:?}");
    }
    let body = json!({"title": "Exam", "hold_seconds": 900, "waiting_room": {}});
    let reply = app.call(Method::PUT, "/api/v1/exams/e", body).await;
    assert_eq!(reply.1["waiting_room"], json!({"mode": "off"}));
    let refused =
        call(&app.api, Method::POST, "/api/v1/exams/none/waiting-room/positions", json!({"candidate": "c"})).await;
    assert_eq!(code(&refused), "unknown_exam");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_on_a_cluster_keeps_its_line_on_whichever_node_has_it() {
    let site = Site::start(Fsync::Always).await;
    let front = Front { api: site.front.0.clone() };
    exam(&front, json!({"mode": "on", "admit_per_second": 1_000}), None, 10).await;
    assert_eq!(code(&hold(&front, "c", &Value::Null).await), "not_admitted");
    for candidate in names("c", 5) {
        let position = until_admitted(&front, &candidate).await;
        assert_eq!(hold(&front, &candidate, &position["pass"]).await.0, StatusCode::CREATED);
    }
    until(&front, |room| room["present"] == 5 && room["waiting"] == 0).await;
    site.engine.stop().await;
}
