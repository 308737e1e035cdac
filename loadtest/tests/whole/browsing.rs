//! Viewers: pages, lists, and streams of events.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use loadtest::measured::record::{Operation, Outcome};

use crate::rig::{KeyFile, serve, test};

#[tokio::test]
async fn pages_lists_and_streams_are_told_apart() {
    let address = serve(|request: Request<Incoming>| async move {
        let whole = |text: &'static str| Full::from(text).boxed_unsync();
        let body = match request.uri().path() {
            "/api/v1/exams/e/sittings" => whole(r#"[{"id":"s1","capacity":10,"free":3}]"#),
            "/api/v1/exams/e/events" => {
                let events = stream::unfold((), |()| async {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    Some((Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"data: []\n\n"))), ()))
                });
                BodyExt::boxed_unsync(StreamBody::new(events.boxed()))
            }
            "/" => whole("<!doctype html>"),
            _ => {
                let mut missing = Response::new(whole(""));
                *missing.status_mut() = StatusCode::NOT_FOUND;
                return missing;
            }
        };
        Response::new(body)
    })
    .await;
    let words =
        "browse --exam e --rate 200 --seconds 1 --connections 4 --path / --path /gone --list-share 50% --streams 20";
    let results = test(address, &KeyFile::new("k"), words).await;
    let outcomes = |operation| results.measured.operations[&operation].outcomes.clone();
    let (lists, pages) = (outcomes(Operation::List), outcomes(Operation::Page));
    assert_eq!(lists.values().chain(pages.values()).sum::<u64>(), 200);
    assert!((70..130).contains(&lists[&Outcome::Done]), "{lists:?}");
    assert!(pages[&Outcome::Done] > 20 && pages[&Outcome::Failed] > 20, "{pages:?}");
    assert_eq!(outcomes(Operation::Stream), [(Outcome::Done, 20)].into());
    assert!((60..250).contains(&results.measured.events), "{}", results.measured.events);
    assert_eq!(results.free.first().map(|point| point.free), Some(3));
}
