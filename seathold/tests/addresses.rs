//! Who a request is of, and what one address may take: proxies, forged headers, connections, and https.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use testkit::{AppOptions, ServedApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[path = "overload/wire.rs"]
mod wire;

use wire::{address, ask, connect, get};

const SITTINGS: &str = "/api/v1/exams/campus-english/sittings";
/// Longest wait for what must come.
const WAIT: Duration = Duration::from_secs(60);

async fn app(arguments: &[&str]) -> ServedApp {
    app_that_says(arguments, None).await
}

/// The same, its log in this file.
async fn app_that_says(arguments: &[&str], log: Option<PathBuf>) -> ServedApp {
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    ServedApp::start_with(AppOptions { arguments, log, ..AppOptions::default() }).await
}

/// Asks until it is 429; how many were served before.
async fn until_limited(app: &ServedApp, source: &str, headers: &[&str]) -> usize {
    for served in 0..40 {
        if get(app, source, SITTINGS, headers).await.status == 429 {
            return served;
        }
    }
    panic!("no 429");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_says_who_asks() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let arguments = ["--limit-address", "1", "--trusted-proxy", "127.0.0.2", "--trusted-proxy", "10.0.0.0/8"];
    let mut app = app_that_says(&arguments, Some(log.clone())).await;
    let from = |client| format!("x-forwarded-for: 192.0.2.77, {client}, 10.0.0.7");
    assert!(until_limited(&app, "127.0.0.2", &[&from("203.0.113.9")]).await >= 10);
    assert_eq!(get(&app, "127.0.0.2", SITTINGS, &[&from("203.0.113.10")]).await.status, 200);
    assert_eq!(get(&app, "127.0.0.3", SITTINGS, &[&from("203.0.113.9")]).await.status, 200, "no proxy of ours");
    // What the client says of itself in other headers, which the proxy passes on, changes nothing.
    for forged in ["forwarded: for=198.51.100.1", "x-real-ip: 198.51.100.2", "X-Forwarded-For: 198.51.100.3"] {
        let told = get(&app, "127.0.0.2", SITTINGS, &[forged, &from("203.0.113.9")]).await;
        assert_eq!(told.status, 429, "{forged}: {}", told.text());
    }
    // Whoever says for whom it asks and is no proxy of ours is named to the operator, once a minute.
    for _ in 0..5 {
        get(&app, "127.0.0.4", SITTINGS, &["x-real-ip: 203.0.113.9"]).await;
    }
    let said = fs::read_to_string(&log).unwrap();
    let warned: Vec<&str> = said.lines().filter(|line| line.contains("--trusted-proxy")).collect();
    // A minute may have begun in between.
    assert!((1..=2).contains(&warned.len()), "{said}");
    assert!(warned[0].contains("127.0.0.3") && warned[0].contains("x-forwarded-for"), "{said}");
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_names_the_header() {
    let arguments = ["--limit-address", "1", "--trusted-proxy", "127.0.0.2", "--client-address-header", "x-real-ip"];
    let mut app = app(&arguments).await;
    assert!(until_limited(&app, "127.0.0.2", &["x-real-ip: 203.0.113.9"]).await >= 10);
    let other = ["x-real-ip: 203.0.113.9", "x-forwarded-for: 203.0.113.10", "forwarded: for=203.0.113.11"];
    assert_eq!(get(&app, "127.0.0.2", SITTINGS, &other).await.status, 429);
    assert_eq!(get(&app, "127.0.0.2", SITTINGS, &["x-real-ip: 203.0.113.10"]).await.status, 200);
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_leaves_connections_for_others() {
    let mut app = app(&["--connections-per-address", "3", "--trusted-proxy", "127.0.0.9"]).await;
    let request = b"GET /api/v1/exams/campus-english/events HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut streams = Vec::new();
    for source in ["127.0.0.2"; 3].into_iter().chain(["127.0.0.9"; 5]) {
        let mut stream = connect(address(&app), source).await;
        stream.write_all(request).await.unwrap();
        let mut begin = [0; 12];
        stream.read_exact(&mut begin).await.unwrap();
        assert_eq!(&begin, b"HTTP/1.1 200", "{source}");
        streams.push(stream);
    }
    let refused = get(&app, "127.0.0.2", "/healthz", &[]).await;
    assert_eq!((refused.status, refused.wait()), (503, 2));
    assert_eq!(get(&app, "127.0.0.3", "/healthz", &[]).await.status, 200);
    streams.truncate(2);
    let start = Instant::now();
    while get(&app, "127.0.0.2", "/healthz", &[]).await.status != 200 {
        assert!(start.elapsed() < WAIT, "its place is not free again");
    }
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_browsers_are_told_to_stay_there() {
    for (arguments, told) in
        [(&["--public-url", "https://exam.example.edu"][..], Some("max-age=31536000")), (&[], None)]
    {
        let mut app = app(arguments).await;
        for path in ["/", "/sign-in", SITTINGS, "/nothing-here"] {
            assert_eq!(get(&app, "127.0.0.1", path, &[]).await.header("strict-transport-security"), told, "{path}");
        }
        let form = ask(address(&app), "127.0.0.1", "POST /sign-in", &[], "").await;
        assert_eq!(form.header("strict-transport-security"), told, "{}", form.head);
        let staff = app.staff_url().trim_start_matches("http://").parse().unwrap();
        let console = ask(staff, "127.0.0.1", "GET /sign-in", &[], "").await;
        assert_eq!(console.header("strict-transport-security"), told, "{}", console.head);
        assert!(app.stop().await.success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_comes_too_soon_is_there_to_be_sent_again() {
    let mut app = app(&["--limit-address", "1"]).await;
    until_limited(&app, "127.0.0.2", &[]).await;
    let form = "content-type: application/x-www-form-urlencoded";
    let typed = "name=%E7%8E%8B%E6%96%B9&kind=resident_id&password=secret-1";
    let path = "POST /me/name?next=/me";
    let cookie = "cookie: seathold=over";
    let mut again = ask(address(&app), "127.0.0.2", path, &[form, cookie], typed).await;
    // Now and then the address has a turn.
    for _ in 0..4 {
        if again.status == 429 {
            break;
        }
        again = ask(address(&app), "127.0.0.2", path, &[form, cookie], typed).await;
    }
    let text = again.text();
    assert!(again.status == 429 && again.wait() > 0, "{} {text}", again.head);
    for part in ["action=\"/me/name?next=/me\"", "value=\"王方\"", "这一次没有处理"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("secret-1"), "no password goes into a page: {text}");
    until_limited(&app, "127.0.0.2", &[]).await;
    let stranger = ask(address(&app), "127.0.0.2", path, &[form], typed).await;
    assert!(!stranger.text().contains("王方"), "{}", stranger.text());
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_taken_for_something_else_or_shown_in_a_frame() {
    let mut app = app(&[]).await;
    let paths =
        ["/", "/nothing-here", SITTINGS, "/api/v1/openapi.json", "/api/v1/nothing-here", "/metrics", "/healthz"];
    for path in paths {
        for method in ["GET", "TRACE", "PUT"] {
            let told = ask(address(&app), "127.0.0.1", &format!("{method} {path}"), &[], "").await;
            assert_eq!(told.header("x-content-type-options"), Some("nosniff"), "{method} {path}: {}", told.head);
            let policy = told.header("content-security-policy").unwrap_or_default();
            assert!(policy.contains("frame-ancestors 'none'"), "{method} {path}: {}", told.head);
            assert!(method != "TRACE" || [404, 405].contains(&told.status), "{method} {path}: {}", told.head);
        }
    }
    assert!(app.stop().await.success());
}
