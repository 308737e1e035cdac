//! Too much at once, against the real server: too often, too many, too slow. Others must be served as before.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::io::Read;
use std::time::{Duration, Instant};

use embedded::Postgres;
use fantoccini::Locator;
use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::{AppOptions, Browser, Device, ServedApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

#[path = "overload/limited.rs"]
mod limited;
#[path = "overload/served.rs"]
mod served;
#[path = "overload/wire.rs"]
mod wire;

use limited::{refused, until_limited};
use served::{hold, holds, in_the_end, metrics, refused_for_want_of_a_place};
use wire::{Reply, address, ask, connect, get};

const EXAM: &str = "/api/v1/exams/campus-english";
/// Longest wait for what must come.
const WAIT: Duration = Duration::from_secs(60);
/// Tries at meeting the limit, where one in some hundred misses it.
const TURNS: usize = 4;

async fn app(arguments: &[&str]) -> ServedApp {
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    ServedApp::start_with(AppOptions { arguments, ..AppOptions::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_and_others_do_not() {
    let mut app = app(&["--limit-address", "1", "--limit-candidate", "1", "--limit-key", "2"]).await;
    let sittings = format!("{EXAM}/sittings");

    // An address, with what it says of itself ignored.
    let forwarded = ["x-forwarded-for: 203.0.113.9"];
    let (served, limited) = until_limited(&app, "127.0.0.2", &sittings, &forwarded, 30).await;
    assert!(served >= 10, "ten at once: {served}");
    assert!(
        (1..=2).contains(&limited.wait()) && limited.text().contains("\"too_many_requests\""),
        "{}",
        limited.text()
    );
    refused(async || get(&app, "127.0.0.2", &sittings, &["x-forwarded-for: 203.0.113.10"]).await).await;
    assert_eq!(get(&app, "127.0.0.3", &sittings, &[]).await.status, 200);
    assert_eq!(get(&app, "127.0.0.2", "/healthz", &[]).await.status, 200, "whoever watches is never refused");

    // Pages of the same address, with what was typed; and its guesses at keys.
    let page = refused(async || get(&app, "127.0.0.2", "/", &["accept-language: en"]).await).await;
    assert!(page.wait() >= 1 && page.text().contains("Try again in"), "{}", page.head);
    let form = "document=310101199001011234&password=secret-word";
    let form_type = "content-type: application/x-www-form-urlencoded";
    let kept = refused(async || ask(address(&app), "127.0.0.2", "POST /sign-in", &[form_type], form).await).await;
    assert!(kept.text().contains("310101199001011234") && !kept.text().contains("secret-word"));
    let (path, guess) = (format!("{EXAM}/holds/a.1.1"), ["authorization: Bearer guess"]);
    refused(async || get(&app, "127.0.0.2", &path, &guess).await).await;
    assert_eq!(get(&app, "127.0.0.3", &path, &guess).await.status, 401);

    // A candidate.
    for nth in 0..10 {
        let reply = hold(&app, "li").await;
        assert!(matches!(reply.status, 200 | 201), "{nth}: {}", reply.text());
    }
    assert!(refused(async || hold(&app, "li").await).await.wait() >= 1);
    assert_eq!(hold(&app, "wang").await.status, 201);

    // The key.
    let key = format!("authorization: Bearer {}", app.api_key("hold"));
    let (path, headers) = (format!("{EXAM}/holds/wang.1.1"), [key.as_str()]);
    let statuses = join_all((0..100).map(|_| get(&app, "127.0.0.4", &path, &headers))).await;
    assert!(statuses.iter().any(|reply| reply.status == 429), "twenty at once, two a second");
    let other = format!("authorization: Bearer {}", app.api_key("admin"));
    assert_ne!(get(&app, "127.0.0.4", &format!("{EXAM}/holds/wang.1.1"), &[&other]).await.status, 429);
    assert!(app.stop().await.success());
}

/// With six of eight places taken, those that are kept are for calls about a hold of who has a key, whoever else asks for
/// such an address.
async fn a_place_is_kept_for_who_brings_a_key(app: &ServedApp) {
    let url = Postgres::url_in(&app.data().join("postgres")).unwrap();
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("BEGIN; LOCK TABLE reservation.exams IN SHARE MODE").await.unwrap();
    let bearer = |scope| format!("authorization: Bearer {}", app.api_key(scope));
    let (admin, holder) = (bearer("admin"), bearer("hold"));
    let body = json!({"title": "E", "hold_seconds": 900}).to_string();
    let stuck = join_all((0..6).map(|n| {
        let (admin, body) = (&admin, &body);
        // Again until it has a place: one of the guesses may be in it.
        async move {
            let request = format!("PUT /api/v1/exams/new-{n}");
            while ask(address(app), "127.0.0.1", &request, &[admin], body).await.status == 503 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }));
    let others = async {
        let path = format!("{EXAM}/holds/a.1.1");
        let start = Instant::now();
        while get(app, "127.0.0.1", &path, &["authorization: Bearer guess"]).await.status != 503 {
            assert!(start.elapsed() < WAIT, "whoever guesses a key is served from the places that are kept");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let reply = get(app, "127.0.0.1", &path, &[&holder]).await;
        assert_eq!(reply.status, 404, "{}", reply.text());
        client.batch_execute("ROLLBACK").await.unwrap();
    };
    tokio::join!(stuck, others);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_beyond_the_bound_is_told_at_once_to_come_back() {
    let mut app = app(&["--requests", "8", "--limit-candidate", "0"]).await;
    a_place_is_kept_for_who_brings_a_key(&app).await;
    let before = refused_for_want_of_a_place(&app).await;
    let app_ref = &app;
    // `away` are those for whom it was no place that was wanting: the engine had lost its stores for a moment.
    let (mut statuses, mut away) = (Vec::new(), 0);
    for round in 0..3 {
        let burst = (0..400).map(|n| async move { hold(app_ref, &format!("c-{round}-{n}")).await });
        let replies = join_all(burst).await;
        let refused: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 503).collect();
        assert!(refused.iter().all(|reply| (1..=3).contains(&reply.wait())), "each is told when");
        assert!(refused.iter().all(|reply| reply.text().contains("\"unavailable\"")));
        away += refused.iter().filter(|reply| reply.text().contains("The seat store")).count();
        statuses.extend(replies.iter().map(|reply| reply.status));
    }
    let of = |status: &[u16]| statuses.iter().filter(|one| status.contains(one)).count();
    assert!(of(&[201]) > 0 && of(&[503]) > 0, "{} held, {} refused", of(&[201]), of(&[503]));
    assert_eq!(of(&[201, 503, 409]), statuses.len(), "nothing else happens");
    // Before anybody is told to come again who does.
    assert_eq!(refused_for_want_of_a_place(&app).await - before, of(&[503]) - away);
    let ready = async || get(&app, "127.0.0.1", "/readyz", &[]).await;
    let start = Instant::now();
    while ready().await.status != 200 {
        assert!(start.elapsed() < WAIT, "{}", ready().await.text());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let late = in_the_end(async || hold(&app, "late").await).await;
    // Who was told that a store is away may have their seat.
    let is_any_left = of(&[201]) + away < 240;
    assert!(late.status / 100 == if is_any_left { 2 } else { 4 } || away > 0, "places came back: {}", late.text());
    assert!(app.stop().await.success());
}

fn decoded(reply: &Reply) -> Vec<u8> {
    let mut plain = Vec::new();
    match reply.header("content-encoding") {
        Some("br") => brotli::Decompressor::new(&reply.body[..], 4096).read_to_end(&mut plain).unwrap(),
        Some("gzip") => flate2::read::GzDecoder::new(&reply.body[..]).read_to_end(&mut plain).unwrap(),
        _ => Read::read_to_end(&mut reply.body.as_slice(), &mut plain).unwrap(),
    };
    plain
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_reads_are_one_text_in_every_encoding_and_change_with_the_counts() {
    let mut app = app(&[]).await;
    for path in [format!("{EXAM}/sittings"), "/".to_owned(), "/exams/campus-english".to_owned()] {
        let read = async |headers: &[&str]| get(&app, "127.0.0.1", &path, headers).await;
        // The page says until when its numbers are, to the minute: ask within one.
        let plain = loop {
            let first = read(&[]).await;
            let again = read(&["accept-encoding: gzip"]).await;
            if decoded(&again) == first.body {
                break first;
            }
        };
        let tag = plain.header("etag").unwrap().to_owned();
        for encoding in ["gzip", "br"] {
            let packed = read(&[&format!("accept-encoding: {encoding}")]).await;
            if plain.body.len() > 600 {
                assert_eq!(packed.header("content-encoding"), Some(encoding), "{path}");
                assert!(packed.body.len() * 2 < plain.body.len() || path.contains("api"), "{path}");
            }
            assert!(packed.header("vary").unwrap().contains("Accept-Encoding"), "{path}");
            assert!(packed.header("etag") != Some(&tag) || decoded(&packed) == plain.body, "{path} {encoding}");
        }
        let known = read(&[&format!("if-none-match: {tag}")]).await;
        assert!(known.status == 304 && known.body.is_empty() || known.header("etag") != Some(&tag), "{path}");
        assert!(plain.header("set-cookie").is_none());
    }
    // What is drawn for one visitor depends on more than its encoding, and says so.
    for path in ["/sign-in", "/help"] {
        let packed = get(&app, "127.0.0.1", path, &["accept-encoding: gzip"]).await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
        let vary = packed.head.lines().filter_map(|line| line.split_once(": ")).filter(|(name, _)| *name == "vary");
        let vary = vary.map(|(_, value)| value.to_lowercase()).collect::<Vec<_>>().join(", ");
        assert!(vary.contains("accept-encoding") && vary.contains("cookie"), "{path}: {vary}");
    }
    let english = get(&app, "127.0.0.1", "/", &["accept-language: en"]).await;
    assert!(english.text().contains("<html lang=\"en\""));

    // A change reaches both.
    let before = get(&app, "127.0.0.1", "/exams/campus-english", &[]).await;
    assert!(before.text().contains("240/240"), "{}", before.text());
    holds(&app, "li").await;
    let list = get(&app, "127.0.0.1", &format!("{EXAM}/sittings"), &[]).await;
    assert!(list.text().contains("\"free\":239"), "whoever holds sees it at once: {}", list.text());
    let start = Instant::now();
    while !get(&app, "127.0.0.1", "/exams/campus-english", &[]).await.text().contains("239/240") {
        assert!(start.elapsed() < WAIT, "the page does not move");
    }
    assert!(app.stop().await.success());
}

/// Reads until the text has come.
async fn read_until(stream: &mut TcpStream, wanted: &str) {
    let mut seen = Vec::new();
    let read = async {
        while !String::from_utf8_lossy(&seen).contains(wanted) {
            let mut piece = [0; 8192];
            let length = stream.read(&mut piece).await.unwrap();
            assert!(length > 0, "the stream ended: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&piece[..length]);
        }
    };
    tokio::time::timeout(WAIT, read).await.unwrap_or_else(|_| panic!("no {wanted}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_streams_all_get_a_change() {
    let mut app = app(&["--limit-address", "0", "--streams", "2000"]).await;
    let request = format!("GET {EXAM}/events HTTP/1.1\r\nhost: x\r\n\r\n");
    let mut streams = Vec::new();
    for group in 0..20 {
        let opened = (0..100).map(|n| {
            let (app, request) = (&app, &request);
            async move {
                let mut stream = connect(address(app), &format!("127.0.0.{}", group * 5 + n % 5 + 2)).await;
                stream.write_all(request.as_bytes()).await.unwrap();
                read_until(&mut stream, "\"free\":240").await;
                stream
            }
        });
        streams.extend(join_all(opened).await);
    }
    let beyond = get(&app, "127.0.0.1", &format!("{EXAM}/events"), &[]).await;
    assert!(beyond.status == 503 && beyond.wait() >= 1, "{}", beyond.head);
    holds(&app, "li").await;
    join_all(streams.iter_mut().map(|stream| read_until(stream, "\"free\":239"))).await;

    // Who leaves makes room.
    streams.truncate(1_000);
    let start = Instant::now();
    let mut again = connect(address(&app), "127.0.0.1").await;
    loop {
        again.write_all(request.as_bytes()).await.unwrap();
        let mut piece = [0; 64];
        let length = again.read(&mut piece).await.unwrap();
        if piece[..length].starts_with(b"HTTP/1.1 200") {
            break;
        }
        assert!(start.elapsed() < WAIT, "the places are not free again");
        again = connect(address(&app), "127.0.0.1").await;
    }
    assert!(app.stop().await.success());
}

fn memory_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

async fn connections(app: &ServedApp) -> f64 {
    let metrics = metrics(app).await;
    let gauge = metrics.lines().find_map(|line| line.strip_prefix("seathold_connections{listener=\"candidates\"} "));
    gauge.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_cost_their_place_and_end() {
    let mut app = app(&["--requests", "64", "--limit-address", "0"]).await;
    let before = memory_kib(app.pid());
    let begin = async |text: String| {
        let mut stream = connect(address(&app), "127.0.0.2").await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    };
    let (mut slow, mut deaf) = (Vec::new(), Vec::new());
    for n in 0..500 {
        // Half of them never end their head, half never end their body.
        slow.push(match n % 2 {
            0 => begin("GET / HTTP/1.1\r\nhost: ".to_owned()).await,
            _ => begin(format!("POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\ndocument={n}")).await,
        });
        // Asks for far more than the buffers between us hold, and reads nothing of it.
        deaf.push(begin("GET /exams/campus-english HTTP/1.1\r\nhost: x\r\n\r\n".repeat(200)).await);
    }
    for n in 0..20 {
        holds(&app, &format!("normal-{n}")).await;
    }
    let grown = memory_kib(app.pid()).saturating_sub(before);
    assert!(grown < 200 * 1024, "{grown} KiB for a thousand connections");
    let start = Instant::now();
    while connections(&app).await > 10.0 {
        assert!(start.elapsed() < Duration::from_secs(90), "they do not end: {}", connections(&app).await);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    holds(&app, "normal-0").await;
    drop((slow, deaf));
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_stream_that_nobody_reads_does_not_fill_memory() {
    let mut app = app(&[]).await;
    let caller = app.caller();
    let deaf = caller.send("GET", &format!("{EXAM}/events"), &Value::Null).await.unwrap();
    let before = memory_kib(app.pid());
    for n in 0..60 {
        holds(&app, &format!("c-{n}")).await;
    }
    let grown = memory_kib(app.pid()).saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB");
    drop(deaf);
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_keeps_what_was_typed_and_says_when_to_try_again() {
    let mut app = app(&["--limit-address", "1"]).await;
    let browser = Browser::start(Device::Phone).await;
    browser.goto(&format!("{}/sign-in", app.url())).await.unwrap();
    let type_in = async |name: &str, text: &str| {
        browser.find(Locator::Id(name)).await.unwrap().send_keys(text).await.unwrap();
    };
    type_in("login", "310101199001011234").await;
    type_in("password", "secret-word").await;
    // Others behind the same address, all the while, in tasks of their own: what the browser's part does without
    // awaiting, such as keeping a picture, must not stop them and give the address its next turn.
    let (server, mut crowd) = (address(&app), JoinSet::new());
    for _ in 0..4 {
        crowd.spawn(async move {
            loop {
                ask(server, "127.0.0.1", "GET /", &[], "").await;
            }
        });
    }
    until_limited(&app, "127.0.0.1", "/", &[], 30).await;
    // A turn comes free every second: now and then it is the browser that gets it, and tries again.
    let mut summary = String::new();
    for _ in 0..TURNS {
        browser.find(Locator::Css("form button[type=submit]")).await.unwrap().click().await.unwrap();
        summary = browser.find_within(Duration::from_secs(20), ".summary").await.unwrap().text().await.unwrap();
        if summary.contains("这一次没有处理") {
            break;
        }
        type_in("password", "secret-word").await;
    }
    assert!(summary.contains("这一次没有处理"), "{summary}");
    let kept = browser.find(Locator::Id("login")).await.unwrap().prop("value").await.unwrap();
    assert_eq!(kept.as_deref(), Some("310101199001011234"));
    browser.screenshot("429-sign-in").await;
    let mut lead = String::new();
    for _ in 0..TURNS {
        browser.goto(&format!("{}/exams/campus-english", app.url())).await.unwrap();
        lead = browser.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
        if lead.contains("秒再试") {
            break;
        }
    }
    assert!(lead.contains("秒再试"), "{lead}");
    let again = browser.find(Locator::Css("main a.button")).await.unwrap().attr("href").await.unwrap();
    assert_eq!(again.as_deref(), Some("/exams/campus-english"));
    browser.screenshot("429-page").await;
    crowd.shutdown().await;
    let console: Vec<String> = browser.console().await.into_iter().filter(|line| !line.contains("429")).collect();
    assert!(console.is_empty(), "{console:?}");
    browser.close().await;
    assert!(app.stop().await.success());
}
