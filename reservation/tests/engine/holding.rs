//! Taking and giving back: the last seat, all or none, groups, lapsing, repeats.

use std::time::Duration;

use futures_util::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, call, code, id, persist};

/// How late half of the seats may be, in seconds: a sweep comes every fifth of one.
const SOON: f64 = 0.6;
/// Rounds of which one must be in time.
const ROUNDS_MAX: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_race_for_a_hundred_seats() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 100)]).await;
    let replies = join_all((0..5_000).map(|n| {
        let app = &app;
        let candidate = format!("c{n}");
        async move { persist(|| app.hold(&candidate, &["s"])).await }
    }))
    .await;
    let held: Vec<_> = replies.iter().enumerate().filter(|(_, reply)| reply.0.is_success()).collect();
    assert_eq!(held.len(), 100);
    assert_eq!(replies.iter().filter(|reply| reply.0 == StatusCode::CONFLICT && code(reply) == "full").count(), 4_900);
    assert_eq!(app.free("s").await, 0);
    assert!(replies.iter().filter(|reply| code(reply) == "full").all(|reply| reply.1["next_release_at"].is_string()));

    let (n, first) = held[0];
    let again = app.hold(&format!("c{n}"), &["s"]).await;
    assert_eq!((again.0, id(&again)), (StatusCode::OK, id(first)));

    for (_, reply) in &held[..30] {
        assert_eq!(app.release(&id(reply)).await, StatusCode::NO_CONTENT);
        assert_eq!(app.release(&id(reply)).await, StatusCode::NO_CONTENT, "gone already is fine");
    }
    assert_eq!(app.free("s").await, 30);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lapsed_seats_are_free_within_a_second_without_any_request() {
    let app = App::start().await;
    app.exam(1, &[("s", "-", 50)]).await;
    let (mut last, mut most_late) = (String::new(), Vec::new());
    // A machine that is busy with something else may be late with all of one round: a sweep that comes seldom is so with each.
    while most_late.last().is_none_or(|late| *late >= SOON) {
        assert!(most_late.len() < ROUNDS_MAX, "seats were free {most_late:?} s after their holds had lapsed");
        for n in 0..50 {
            last = app.held(&format!("c{}-{n}", most_late.len()), "s").await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Of the board alone: whoever asks for a seat might sweep.
        app.until_free("s", 50).await;
        app.at_rest().await;
        // By Redis's clock, and most of them.
        let late =
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM changed_at - lapses_at)::float8),
                 bool_and(changed_at >= lapses_at)
             FROM reservation.holds WHERE state = 'expired' AND candidate LIKE 'c' || $1::text || '-%'";
        let round = most_late.len().to_string();
        let row = app.stores.pool().get().await.unwrap().query_one(late, &[&round]).await.unwrap();
        assert!(row.get::<_, bool>(1), "a hold has lapsed before its time");
        most_late.push(row.get::<_, f64>(0));
    }
    assert_eq!(app.state(&last).await, "expired");
    assert_eq!(code(&app.freeze(&last).await), "expired");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grace_is_waited_but_not_shown() {
    let app = App::start().await;
    let exam = json!({"title": "Exam", "hold_seconds": 1, "grace_seconds": 60});
    app.call(Method::PUT, "/api/v1/exams/e", exam).await;
    app.call(Method::PUT, "/api/v1/exams/e/sittings/s", json!({"title": "S", "capacity": 1})).await;
    let reply = app.hold("c", &["s"]).await;
    let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let shown = time(&reply.1["holds"][0]["expires_at"]) - time(&reply.1["server_time"]);
    assert_eq!(shown.get_milliseconds() + shown.get_seconds() * 1_000, 1_000);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(app.freeze(&id(&reply)).await.0, StatusCode::OK, "still within the grace");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_sittings_are_taken_all_or_none() {
    let app = App::start().await;
    app.exam(900, &[("a", "-", 2), ("b", "-", 1)]).await;
    let both = app.hold("c1", &["a", "b"]).await;
    assert_eq!(both.0, StatusCode::CREATED);
    assert_eq!(both.1["holds"].as_array().unwrap().len(), 2);
    let refused = app.hold("c2", &["a", "b"]).await;
    assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "full"));
    assert_eq!(refused.1["sitting"], "b");
    assert_eq!((app.free("a").await, app.free("b").await), (1, 0));

    let one = app.held("c3", "a").await;
    assert_eq!(app.release(&id(&both)).await, StatusCode::NO_CONTENT);
    // c1 still has b, and gets a again with it: one is kept, one is new.
    let rest = app.hold("c1", &["b", "a"]).await;
    assert_eq!((rest.0, rest.1["holds"][0]["id"].clone()), (StatusCode::CREATED, both.1["holds"][1]["id"].clone()));
    assert_eq!(app.release(&one).await, StatusCode::NO_CONTENT);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_gives_one_sitting_to_a_candidate() {
    let app = App::start().await;
    app.exam(900, &[("en", "cet4", 5), ("ja", "cet4", 5), ("oral", "-", 5)]).await;
    let refused = app.hold("c", &["en", "ja"]).await;
    assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "group_taken"));
    let en = app.held("c", "en").await;
    let refused = app.hold("c", &["oral", "ja"]).await;
    assert_eq!((code(&refused), app.free("oral").await), ("group_taken", 5));
    assert_eq!(app.release(&en).await, StatusCode::NO_CONTENT);
    app.held("c", "ja").await;
    app.held("c", "oral").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_repeat_of_a_release_does_not_free_a_later_hold() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 1)]).await;
    let first = app.held("c", "s").await;
    app.release(&first).await;
    let second = app.held("c", "s").await;
    assert_ne!(first, second);
    assert_eq!(app.release(&first).await, StatusCode::NO_CONTENT);
    assert_eq!((app.free("s").await, app.state(&second).await), (0, "held".to_owned()));
    assert_eq!(app.state(&first).await, "released");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_given_out_outside_the_window() {
    let app = App::start().await;
    let later = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + 3_600).unwrap();
    let exam = json!({"title": "Exam", "hold_seconds": 900, "opens_at": later});
    app.call(Method::PUT, "/api/v1/exams/e", exam).await;
    app.call(Method::PUT, "/api/v1/exams/e/sittings/s", json!({"title": "S", "capacity": 1})).await;
    let refused = app.hold("c", &["s"]).await;
    assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "not_open"));
    assert_eq!(refused.1["opens_at"], json!(later));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_acknowledge_ledger_an_answer_is_in_the_ledger() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 200)]).await;
    let exam = json!({"title": "Exam", "hold_seconds": 900, "acknowledge": "ledger"});
    app.call(Method::PUT, "/api/v1/exams/e", exam).await;
    let replies = join_all((0..200).map(|n| {
        let app = &app;
        let candidate = format!("c{n}");
        async move { persist(|| app.hold(&candidate, &["s"])).await }
    }))
    .await;
    let in_ledger = app.in_ledger().await;
    assert!(replies.iter().all(|reply| reply.0.is_success()));
    assert_eq!(in_ledger.len(), 200);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_the_work() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 40)]).await;
    let (other, other_api) = app.another().await;
    let replies = join_all((0..200).map(|n| {
        let api = if n % 2 == 0 { &app.api } else { &other_api };
        let body = json!({"candidate": format!("c{n}"), "sittings": ["s"]});
        async move { persist(|| call(api, Method::POST, "/api/v1/exams/e/holds", body.clone())).await }
    }))
    .await;
    assert_eq!(replies.iter().filter(|reply| reply.0.is_success()).count(), 40);
    // What one process gave out the other shows, and confirms.
    let hold = id(replies.iter().find(|reply| reply.0.is_success()).unwrap());
    let path = format!("/api/v1/exams/e/holds/{hold}/confirm");
    let confirmed = persist(|| call(&other_api, Method::POST, &path, json!({"reference": "r"}))).await;
    assert_eq!(confirmed.0, StatusCode::OK, "{confirmed:?}");
    other.stop().await;
    app.finish().await;
}
