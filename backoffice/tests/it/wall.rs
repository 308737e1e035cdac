//! The wall on real stores: what is taken is seen within seconds by whoever may watch, live, again, and as a file.

use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;
use http::header::{CONTENT_TYPE, COOKIE, HOST};
use http::{Request, StatusCode};
use registration::desk::staff::Role;
use reservation::engine::waiting_room::Admission;
use tower::ServiceExt;

use crate::house::{DOCUMENTS, EXAM, House, until};

const WALL: &str = "/wall/degree-english";

/// The four numbers of a page: left, being paid for, paid, waiting outside. None while not one second is known.
fn numbers(page: &str) -> Vec<String> {
    let Some((_, four)) = page.split_once("<dl class=\"four\">") else { return Vec::new() };
    let four = four.split_once("</dl>").unwrap().0;
    four.split("<dd>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// What comes of a stream until its text has `wanted`.
async fn stream_until(house: &House, path: &str, wanted: &str) -> String {
    let cookie = house.cookie.clone().unwrap();
    let request = Request::get(path).header(HOST, "staff.example.edu").header(COOKIE, cookie);
    let response = house.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
    assert_eq!(response.headers()["x-accel-buffering"], "no", "a proxy holds nothing back");
    let (mut text, mut data) = (String::new(), response.into_body().into_data_stream());
    let reading = async {
        while let Some(Ok(bytes)) = data.next().await {
            text.push_str(&String::from_utf8_lossy(&bytes));
            if text.contains(wanted) {
                return;
            }
        }
        panic!("the stream has ended: {text}");
    };
    tokio::time::timeout(Duration::from_secs(60), reading).await.unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_is_watched_live_and_again_by_whoever_may() {
    let mut house = House::open(Vec::new()).await;
    let exam = house.import("exam", EXAM, &[]).await;
    house.hire("boss", Role::Administrator).await;
    for (name, role) in [("li.min", Role::Reviewer), ("money", Role::Finance), ("door", Role::Invigilator)] {
        house.hire(name, role).await;
        house.sign_in(name).await;
        for path in
            ["/wall", WALL, &format!("{WALL}/stream"), &format!("{WALL}/replay"), &format!("{WALL}/export.html")]
        {
            assert_eq!(house.get(path).await.0, StatusCode::FORBIDDEN, "{name} {path}");
        }
    }
    house.sign_in("boss").await;
    assert_eq!(house.get("/wall/no-such-exam").await.0, StatusCode::NOT_FOUND);
    assert_eq!(house.get("/wall/no-such-exam/stream").await.0, StatusCode::NOT_FOUND);

    house.order(DOCUMENTS[0]).await;
    let order = house.order(DOCUMENTS[1]).await;
    let hold = &order.sittings[0].hold;
    house.engine.confirm(&exam, hold, &"order-1".parse().unwrap()).await.unwrap();
    let (somebody, nowhere) = ("somebody".parse().unwrap(), ["none".parse().unwrap()]);
    assert!(house.engine.hold(&exam, &somebody, &nowhere, Admission::Exempt).await.is_err());
    let mut page = String::new();
    until("the seats are on the wall", async || {
        page = house.get(WALL).await.2;
        numbers(&page) == ["3", "1", "1", "0"]
    })
    .await;
    assert!(page.contains("http-equiv=\"refresh\"") && page.contains("<noscript>"), "without a script it looks again");
    assert!(house.get("/wall").await.2.contains(WALL));
    assert!(house.get(&format!("{WALL}?wall")).await.2.contains("<body class=\"wall\">"));

    // Live: what is taken now comes by itself.
    let stream = format!("{WALL}/stream");
    let taking = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        house.order(DOCUMENTS[2]).await;
    };
    let (text, ()) = tokio::join!(stream_until(&house, &stream, "<dd>2</dd><"), taking);
    for part in ["event: live", "event: strip", "event: foot"] {
        assert!(text.contains(part), "{part}: {text}");
    }

    // Again: the moment before has the numbers of before.
    let kept = house.registration.exams.wall.kept(&exam).await.unwrap().unwrap();
    let (first, last) = (kept.0.as_second(), kept.1.as_second());
    let then = house.get(&format!("{WALL}/replay?at={}", last + 60)).await.2;
    assert_eq!(numbers(&then), ["2", "2", "1", "0"]);
    assert!(house.get(&format!("{WALL}/replay?at={first}")).await.2.contains("回放"));
    let played = stream_until(&house, &format!("{WALL}/replay/stream?at={first}&speed=60"), "<dd>2</dd><").await;
    assert!(played.contains("event: live"));
    let file = String::from_utf8(house.fetch(&format!("{WALL}/export.html?at={last}")).await).unwrap();
    assert!(file.contains("<template") && file.contains("<dd>2</dd>"), "{file}");
}
