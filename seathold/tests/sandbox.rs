//! The sandbox of a demo: said at the start, linked from the pages, gone with the server; and never without `--demo`.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::process::Command;

use serde_json::Value;
use testkit::{Caller, ServedApp};

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_has_a_sandbox_and_ends_it() {
    let mut app = ServedApp::start().await;
    let sandbox = app.sandbox_url().trim_end_matches('/').to_owned();
    let outbox = Caller::new(&sandbox, "").call("GET", "/outbox.json", &Value::Null).await.unwrap();
    assert_eq!((outbox.status, outbox.body.as_str()), (200, "[]"));
    let home = Caller::new(app.url(), "").call("GET", "/", &Value::Null).await.unwrap();
    assert!(home.body.contains(&sandbox), "the demo's bar links to the sandbox");
    // Staff may go to the provider that it plays, which knows where they come back to.
    let staff = Caller::new(app.staff_url(), "").call("GET", "/sign-in/provider", &Value::Null).await.unwrap();
    let there = staff.header("location").unwrap_or_default();
    let question = there.strip_prefix(&sandbox).unwrap_or_else(|| panic!("{}", staff.head));
    let asked = Caller::new(&sandbox, "").call("GET", question, &Value::Null).await.unwrap();
    assert_eq!((staff.status, asked.status), (303, 200), "{}", asked.body);
    assert!(app.stop().await.success());
    let gone = std::net::TcpStream::connect(sandbox.trim_start_matches("http://"));
    assert!(gone.is_err(), "the sandbox ends with the server");
}

#[test]
fn a_sandbox_is_for_this_machine_and_a_vendor_needs_its_keys() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| {
        let mut command = Command::new(ServedApp::binary());
        command.args(["serve", "--listen", "127.0.0.1:0", "--staff-listen", "127.0.0.1:0", "--data"]).arg(dir.path());
        let output = command.env_remove("TENCENTCLOUD_SECRET_ID").args(arguments).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let told = refused(&["--demo", "--sandbox-listen", "0.0.0.0:0"]);
    assert!(told.contains("this machine only"), "{told}");
    let told = refused(&["--sms", "tencent"]);
    assert!(told.contains("--sms: TENCENTCLOUD_SECRET_ID is not set"), "{told}");
}
