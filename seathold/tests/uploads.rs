//! Uploads that break off: a closed tab or a lift alarms nobody.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use clap::Parser;
use loadtest::cli::{Cli, Command};
use loadtest::run::run_accounts;
use loadtest::server::accounts::Accounts;
use nix::sys::socket::{setsockopt, sockopt};
use testkit::{AppOptions, ServedApp};

const LENGTH: usize = 200_000;
const PATHS: [&str; 5] = [
    "/orders/019ad000-0000-7000-8000-000000000000/screenshot",
    "/exams/campus-english/details",
    "/exams/campus-english/face",
    "/me/identity/card",
    "/me/identity/manual",
];

/// How an upload ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    HalfClosed,
    Reset,
}

/// Somebody with an account, as their cookie header.
async fn signed_in(app: &ServedApp) -> String {
    let file = app.data().join("accounts.json");
    let (url, data, to) = (app.url(), app.data().display(), file.display());
    let words = format!("loadtest accounts --url {url} --data {data} --number 1 --file {to}");
    let Command::Accounts(arguments) = Cli::parse_from(words.split_whitespace()).command else { panic!("{words}") };
    run_accounts(&arguments).await.unwrap();
    Accounts::read(&file).unwrap().people[0].cookie.clone()
}

/// Sends so many bytes of an upload's body, ends, and answers the status that came back, if one did.
fn broken_off(app: &ServedApp, cookie: &str, path: &str, bytes: usize, end: End) -> Option<u16> {
    let host = app.url().trim_start_matches("http://");
    let mut text = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {cookie}\r\n\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: {LENGTH}\r\n\r\n"
    );
    let part = "--b\r\ncontent-disposition: form-data; name=\"picture\"; filename=\"a.jpg\"\r\n\r\n";
    let body = format!("{part}{}", "x".repeat(LENGTH));
    text.push_str(&body[..bytes]);
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    // The server is in the middle of the body by then.
    std::thread::sleep(Duration::from_millis(100));
    match end {
        End::Closed => return None,
        End::HalfClosed => stream.shutdown(Shutdown::Write).unwrap(),
        End::Reset => {
            let at_once = nix::libc::linger { l_onoff: 1, l_linger: 0 };
            setsockopt(&stream, sockopt::Linger, &at_once).unwrap();
            return None;
        }
    }
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer.split(' ').nth(1).and_then(|status| status.parse().ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_is_no_failure_of_ours() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let options = AppOptions { log: Some(log.clone()), ..AppOptions::default() };
    let mut app = ServedApp::start_with(options).await;
    let cookie = signed_in(&app).await;
    for path in PATHS {
        for bytes in [0, 20, LENGTH / 5] {
            for end in [End::Closed, End::HalfClosed, End::Reset] {
                let status = broken_off(&app, &cookie, path, bytes, end);
                assert!(status.is_none_or(|status| status == 400), "{path} after {bytes}, {end:?}: {status:?}");
            }
        }
    }
    // The server works on while everything above is answered, and says when something fails.
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(app.stop().await.success());
    let said = fs::read_to_string(&log).unwrap();
    assert!(!said.contains("ERROR") && !said.contains("a request failed"), "{said}");
}
