//! Servers that are busy, slow, or break: what candidates do then, and how it is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::Full;
use hyper::body::Incoming;
use loadtest::measured::record::{Operation, Outcome};

use crate::rig::{KeyFile, serve, test};

/// A list with one full sitting, so that nothing else is needed to begin.
const LIST: &str = r#"[{"id":"s1","capacity":10,"free":10}]"#;
const FULL: &str = r#"{"code":"full","detail":"none left"}"#;

fn reply(status: u16, body: &'static str) -> Response<Full<Bytes>> {
    Response::builder().status(status).body(Full::from(body)).unwrap()
}

fn is_list(request: &Request<Incoming>) -> bool {
    request.uri().path().ends_with("/sittings")
}

#[tokio::test]
async fn retry_after_is_honoured_within_bounds_and_the_wait_is_counted() {
    let asked = Arc::new(AtomicU64::new(0));
    let address = serve(move |request: Request<Incoming>| {
        let asked = Arc::clone(&asked);
        async move {
            if is_list(&request) {
                return reply(200, LIST);
            }
            // The first ten are sent away for a long time, which candidates cut short.
            if asked.fetch_add(1, Ordering::Relaxed) < 10 {
                let mut busy = reply(503, r#"{"code":"unavailable"}"#);
                busy.headers_mut().insert(header::RETRY_AFTER, "3600".parse().unwrap());
                return busy;
            }
            reply(409, FULL)
        }
    })
    .await;
    let words = "api --exam e --rate 20 --seconds 1 --connections 4 --retry-after-max 400ms";
    let results = test(address, &KeyFile::new("k"), words).await;
    let holds = &results.measured.operations[&Operation::Hold];
    assert_eq!(holds.outcomes[&Outcome::Full], 20, "{:?}", holds.outcomes);
    assert_eq!((results.measured.repeated, results.figures.errors), (10, 0));
    let slowest = holds.latency.max().unwrap();
    assert!(slowest > Duration::from_millis(400) && slowest < Duration::from_secs(3), "{slowest:?}");
}

#[tokio::test]
async fn patience_ends_and_is_an_error() {
    let address = serve(|request: Request<Incoming>| async move {
        if is_list(&request) { reply(200, LIST) } else { reply(503, r#"{"code":"unavailable"}"#) }
    })
    .await;
    let words = "api --exam e --rate 10 --seconds 1 --connections 4 --retries 1 --retry-after-max 50ms";
    let results = test(address, &KeyFile::new("k"), words).await;
    assert_eq!(results.measured.operations[&Operation::Hold].outcomes[&Outcome::Busy], 10);
    assert_eq!(results.measured.problems["hold: 503 unavailable"], 10);
    assert!((results.figures.error_share - 1.0).abs() < 1e-9);
}

#[tokio::test]
async fn a_server_that_stalls_cannot_hide_it() {
    // One connection, one request at a time, each 100 ms: whoever comes later waits for all before.
    let address = serve(|request: Request<Incoming>| async move {
        if is_list(&request) {
            return reply(200, LIST);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        reply(409, FULL)
    })
    .await;
    let results = test(address, &KeyFile::new("k"), "api --exam e --rate 20 --seconds 1 --connections 1").await;
    let holds = &results.measured.operations[&Operation::Hold].latency;
    assert!(holds.max().unwrap() > Duration::from_millis(900), "{:?}", holds.max());
    assert!(holds.quantile(0.5).unwrap() > Duration::from_millis(400), "{:?}", holds.quantile(0.5));
}

#[tokio::test]
async fn who_gets_no_answer_is_asked_about_again() {
    let asked = Arc::new(AtomicU64::new(0));
    let address = serve(move |request: Request<Incoming>| {
        let asked = Arc::clone(&asked);
        async move {
            if is_list(&request) {
                return reply(200, LIST);
            }
            if asked.fetch_add(1, Ordering::Relaxed) < 5 {
                std::future::pending::<()>().await;
            }
            reply(409, FULL)
        }
    })
    .await;
    let words = "api --exam e --rate 10 --seconds 1 --connections 16 --timeout 300ms";
    let results = test(address, &KeyFile::new("k"), words).await;
    let holds = &results.measured.operations[&Operation::Hold].outcomes;
    assert_eq!((holds[&Outcome::TimedOut], holds[&Outcome::Full]), (5, 5));
    assert_eq!(results.figures.errors, 5);
}

#[tokio::test]
async fn more_than_the_backlog_bears_is_not_sent() {
    let address = serve(|request: Request<Incoming>| async move {
        if is_list(&request) {
            return reply(200, LIST);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        reply(409, FULL)
    })
    .await;
    let words = "api --exam e --rate 100 --seconds 1 --connections 1 --backlog 3 --timeout 5s";
    let results = test(address, &KeyFile::new("k"), words).await;
    let holds = &results.measured.operations[&Operation::Hold].outcomes;
    assert!(holds[&Outcome::NotSent] > 80, "{holds:?}");
    assert_eq!(holds.values().sum::<u64>(), 100);
}

#[tokio::test]
async fn a_page_on_which_nobody_can_go_on_is_counted_with_what_was_missing() {
    let card =
        |id: &str, input: &str| format!(r#"<li class="sitting" data-sitting="{id}" data-level="low">{input}</li>"#);
    let form =
        |cards: &str| format!(r#"<a href="/exams/e">e</a><form method="post" action="/exams/e/hold">{cards}</form>"#);
    let pages = [
        (card("s2", ""), "choose: wrong page offers s2, which was not listed when the test began"),
        (card("s1", ""), "choose: wrong page has no field for s1"),
    ];
    for (cards, problem) in pages {
        let page = form(&cards);
        let address = serve(move |request: Request<Incoming>| {
            let page = page.clone();
            async move {
                let body = if is_list(&request) { LIST.to_owned() } else { page };
                Response::builder().status(200).body(Full::from(body)).unwrap()
            }
        })
        .await;
        let words = "candidate --exam e --candidates 3 --seconds 1 --connections 2 --think 0s --no-assets";
        let results = test(address, &KeyFile::new("k"), words).await;
        assert_eq!(results.measured.problems[problem], 3, "{:?}", results.measured.problems);
        assert_eq!(results.figures.errors, 3);
    }
}
