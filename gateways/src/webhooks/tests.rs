//! What leaves, and what comes of an endpoint that misbehaves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::pay::samples::Server;

const HERE: WebhookRules = WebhookRules { ports: Vec::new(), may_stay_here: true };

fn webhook(secrets: &[WebhookSecret]) -> Webhook<'_> {
    Webhook { id: "msg_1", payload: r#"{"type":"a.b"}"#, secrets }
}

#[tokio::test]
async fn what_is_sent_is_signed_under_each_secret() {
    let secrets = [WebhookSecret::new(), WebhookSecret::new()];
    let server = Server::of(|_, _| (204, vec![("retry-after".into(), "7".into())], Vec::new())).await;
    let sender = WebhookSender::new(HERE);
    let answer = sender.send(&format!("{}/hook?a=b", server.url), &webhook(&secrets)).await.unwrap();
    assert_eq!((answer.status, answer.retry_after), (204, Some(Duration::from_secs(7))));
    let seen = server.seen().remove(0);
    let head = |name: &str| seen.headers.get(name).unwrap().clone();
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str(), seen.body.as_str()),
        ("POST", "/hook?a=b", r#"{"type":"a.b"}"#)
    );
    assert_eq!((head("webhook-id"), head("content-type")), ("msg_1".to_owned(), "application/json".to_owned()));
    let second: i64 = head("webhook-timestamp").parse().unwrap();
    assert!((Timestamp::now().as_second() - second).abs() < 60);
    let signed: Vec<String> = secrets.iter().map(|secret| secret.sign("msg_1", second, &seen.body)).collect();
    assert_eq!(head("webhook-signature"), signed.join(" "));
    assert!(!seen.headers.contains_key("referer") && !seen.headers.contains_key("cookie"));
}

#[tokio::test]
async fn no_redirect_is_followed_and_little_is_read() {
    let there = Server::of(|_, _| (200, Vec::new(), Vec::new())).await;
    let to = there.url.clone();
    let from = Server::of(move |_, _| (302, vec![("location".into(), to.clone())], b"\x1b[31mno\nyes".to_vec())).await;
    let sender = WebhookSender::new(HERE);
    let answer = sender.send(&from.url, &webhook(&[])).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (302, "[31mno\nyes"));
    assert!(there.seen().is_empty());
    let large = Server::of(|_, _| (500, Vec::new(), vec![b'x'; 9_000_000])).await;
    let answer = sender.send(&large.url, &webhook(&[])).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (500, ANSWER_BYTES_MAX));
}

#[tokio::test]
async fn who_hangs_or_breaks_off_is_not_waited_for() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sender = WebhookSender::over(HERE, Lookup::System, Duration::from_millis(100));
    let url = format!("http://{}", silent.local_addr().unwrap());
    assert_eq!(sender.send(&url, &webhook(&[])).await, Err(WebhookError::Timeout));
    drop(silent);
    assert_eq!(sender.send(&url, &webhook(&[])).await, Err(WebhookError::Unreachable));
    let rude = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", rude.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = rude.accept().await {
            let _ = stream.write_all(b"no HTTP\r\n\r\n").await;
        }
    });
    assert_eq!(sender.send(&url, &webhook(&[])).await, Err(WebhookError::Broken));
    let large = "x".repeat(PAYLOAD_BYTES_MAX + 1);
    let too_large = Webhook { id: "msg_1", payload: &large, secrets: &[] };
    assert_eq!(sender.send(&url, &too_large).await, Err(WebhookError::TooLarge));
}

/// A name is asked for once, and what it led to then is what is connected to; with one address inside it is refused as a whole.
#[tokio::test]
async fn a_name_that_leads_inside_is_refused_and_resolved_once() {
    let server = Server::of(|_, _| (200, Vec::new(), Vec::new())).await;
    let here: SocketAddr = server.url.trim_start_matches("http://").parse().unwrap();
    let sender = |addresses: &[SocketAddr], rules: WebhookRules| {
        let asked = Arc::new(AtomicUsize::new(0));
        let lookup = Lookup::Fixed(addresses.to_vec(), asked.clone());
        (WebhookSender::over(rules, lookup, Duration::from_secs(2)), asked)
    };
    let url = format!("https://hooks.example.edu:{}/", here.port());
    let open = WebhookRules { ports: vec![here.port()], may_stay_here: false };
    let outside: SocketAddr = "1.1.1.1:0".parse().unwrap();
    for inside in ["127.0.0.1:0", "10.0.0.1:0", "169.254.169.254:0", "[::1]:0", "[::ffff:10.0.0.1]:0"] {
        let (sender, asked) = sender(&[outside, inside.parse().unwrap()], open.clone());
        assert_eq!(sender.send(&url, &webhook(&[])).await, Err(WebhookError::NotPublic), "{inside}");
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
    assert!(server.seen().is_empty(), "nothing was sent");
    // What was looked at is what is connected to: the server is found by nothing but that one answer.
    let (sender, asked) = sender(&[here], HERE);
    let told = sender.send(&format!("http://localhost:{}/", here.port()), &webhook(&[])).await;
    assert_eq!((told.unwrap().status, asked.load(Ordering::Relaxed)), (200, 1));
}

/// Whoever has answered has answered, though what follows the head never ends.
#[tokio::test]
async fn an_answer_whose_body_does_not_end_is_an_answer() {
    for hangs in [false, true] {
        let here = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", here.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = here.accept().await.unwrap();
            // What was not read before the end would break the connection.
            let (mut asked, mut part) = (Vec::new(), [0; 4_096]);
            while !asked.ends_with(b"}") {
                let count = stream.read(&mut part).await.unwrap();
                assert_ne!(count, 0, "it asks for something");
                asked.extend_from_slice(&part[..count]);
            }
            stream.write_all(b"HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\ngot").await.unwrap();
            stream.flush().await.unwrap();
            if hangs {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
        });
        let sender = WebhookSender::over(HERE, Lookup::System, Duration::from_secs(1));
        let answer = sender.send(&url, &webhook(&[])).await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, "got"), "{hangs}");
    }
}

#[test]
fn every_endpoint_has_a_place_however_many_are_slow() {
    let sender = WebhookSender::new(HERE);
    let mut slow: Vec<Places> = (0..12).map(|_| sender.places(8)).collect();
    let counts: Vec<usize> = slow.iter().map(Places::count).collect();
    assert_eq!(counts, [8, 8, 8, 8, 8, 8, 8, 8, 8, 2, 1, 1]);
    slow.truncate(3);
    assert_eq!((sender.places(8).count(), sender.places(1).count(), sender.places(0).count()), (8, 1, 1));
}
