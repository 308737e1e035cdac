//! A demo's data and real data stay apart, a demo is for this machine, and its keys and passwords open nothing real.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use testkit::{AppOptions, Caller, ServedApp};

fn real() -> AppOptions {
    AppOptions { demo: false, ..AppOptions::default() }
}

/// What a start over the app's data says that is refused.
fn refused(app: &ServedApp, arguments: &[&str]) -> String {
    let mut command = app.command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--staff-listen", "127.0.0.1:0"]).args(arguments);
    said(&command.output().unwrap())
}

fn said(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().last().unwrap_or_default().to_owned()
}

async fn with_key(app: &ServedApp, key: &str) -> u16 {
    let path = "/api/v1/exams/e/holds/c.1.1";
    Caller::new(app.url(), key).call("GET", path, &Value::Null).await.unwrap().status
}

#[tokio::test(flavor = "multi_thread")]
async fn real_data_is_no_place_for_a_demo() {
    let mut app = ServedApp::start_with(real()).await;
    assert!(app.stop().await.success());
    let told = refused(&app, &["--demo"]);
    assert!(told.starts_with("seathold: this data is of real candidates"), "{told}");
    for left in ["api-key-admin", "api-key-hold", "demo-exams", "redis/data/redis.pid", "postgres/data/postmaster.pid"]
    {
        assert!(!app.data().join(left).exists(), "{left} is left behind");
    }
    app.start_again().await;
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demos_data_is_no_place_for_real_candidates() {
    let mut app = ServedApp::start().await;
    let key = app.api_key("hold");
    assert!(app.stop().await.success());
    let told = refused(&app, &[]);
    assert!(told.starts_with("seathold: this data is a demo's"), "{told}");
    app.start_again().await;
    assert_eq!(with_key(&app, &key).await, 404, "the demo is as it was");
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_demo_left_in_real_data_opens_nothing() {
    let mut app = ServedApp::start_with(real()).await;
    for name in ["demo", "li.min"] {
        let mut adding = app.command();
        adding.args(["staff", "add", name, "--role", "administrator", "--password-stdin"]).stdin(Stdio::piped());
        let mut adding = adding.spawn().unwrap();
        adding.stdin.take().unwrap().write_all(b"demo-seathold\n").unwrap();
        assert!(adding.wait().unwrap().success());
    }
    // As an earlier version left it, which wrote down nothing of what the data is for.
    app.execute(
        "INSERT INTO reservation.api_keys (name, scope, digest) VALUES ('demo', 'admin', sha256('old-key'));
         DELETE FROM registration.site",
    )
    .await;
    let made = app.command().args(["key", "add", "--scope", "admin", "box office"]).output().unwrap();
    let own = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert!(said(&app.command().args(["key", "add", "--scope", "hold", "demo"]).output().unwrap()).contains("demo"));
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!((with_key(&app, "old-key").await, with_key(&app, &own).await), (404, 404), "both are good");
    assert_eq!(signed_in(&app, "demo"), 303);
    assert!(app.stop().await.success());

    app.start_again().await;
    assert_eq!((with_key(&app, "old-key").await, with_key(&app, &own).await), (401, 404));
    assert_eq!((signed_in(&app, "demo"), signed_in(&app, "li.min")), (422, 303));
    assert!(app.stop().await.success());
}

/// The status of signing in to the staff console with the demo's password.
fn signed_in(app: &ServedApp, name: &str) -> u16 {
    let host = app.staff_url().trim_start_matches("http://");
    let form = format!("name={name}&password=demo-seathold");
    let request = format!(
        "POST /sign-in HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_demo_is_for_this_machine_unless_said_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    for flag in ["--listen", "--staff-listen"] {
        let mut command = Command::new(ServedApp::binary());
        command.args(["serve", "--demo", flag, "0.0.0.0:0", "--data"]).arg(dir.path().join("data"));
        let told = said(&command.output().unwrap());
        assert!(told.contains(&format!("{flag} 0.0.0.0:0")) && told.contains("--demo-public"), "{told}");
    }
    assert!(!dir.path().join("data").exists(), "nothing is half started");
}
