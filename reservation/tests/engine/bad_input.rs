//! Bad input gets its documented status and code, and changes nothing.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::Value;

use crate::app::{App, raw};

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_named_and_changes_nothing() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 5)]).await;
    let key = Some("test-admin-key");
    let holds = "/api/v1/exams/e/holds";
    let good = r#"{"candidate":"c","sittings":["s"]}"#;
    type Case<'a> = (Method, &'a str, Option<&'a str>, String, u16, &'a str);
    let cases: Vec<Case> = vec![
        (Method::POST, holds, None, good.into(), 401, "unauthorized"),
        (Method::POST, holds, Some("wrong"), good.into(), 401, "unauthorized"),
        (Method::POST, holds, key, "{".into(), 400, "malformed"),
        (Method::POST, holds, key, String::new(), 400, "malformed"),
        (Method::POST, holds, key, r#"{"candidate":1,"sittings":["s"]}"#.into(), 422, "invalid"),
        (Method::POST, holds, key, r#"{"candidate":"a b","sittings":["s"]}"#.into(), 422, "invalid"),
        (Method::POST, holds, key, r#"{"candidate":"c","sittings":[]}"#.into(), 422, "invalid"),
        (Method::POST, holds, key, r#"{"candidate":"c","sittings":["s","s"]}"#.into(), 422, "invalid"),
        (Method::POST, holds, key, r#"{"candidate":"c","sittings":["t"]}"#.into(), 404, "unknown_sitting"),
        (Method::POST, "/api/v1/exams/none/holds", key, good.into(), 404, "unknown_exam"),
        (Method::POST, holds, key, format!("\"{}\"", "x".repeat(10 << 20)), 413, "too_large"),
        (Method::GET, "/api/v1/exams/none/sittings", None, String::new(), 404, "unknown_exam"),
        (Method::GET, "/api/v1/exams/%20/sittings", None, String::new(), 404, "unknown_exam"),
        (Method::GET, "/api/v2", None, String::new(), 404, "not_found"),
        (Method::PATCH, holds, key, good.into(), 405, "method_not_allowed"),
        (Method::PUT, "/api/v1/exams/a%20b", key, r#"{"title":"x","hold_seconds":1}"#.into(), 422, "invalid"),
        (Method::PUT, "/api/v1/exams/x", key, r#"{"title":"x","hold_seconds":0}"#.into(), 422, "invalid"),
        (Method::PUT, "/api/v1/exams/x", key, r#"{"title":"x","hold_seconds":"1"}"#.into(), 422, "invalid"),
    ];
    for (method, path, key, body, status, code) in cases {
        let shown = format!("{method} {path} {}", &body[..body.len().min(60)]);
        let (got, text) = raw(&app.api, method, path, key, Bytes::from(body)).await;
        let problem: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!((got.as_u16(), problem["code"].as_str()), (status, Some(code)), "{shown}");
        assert_eq!((problem["status"].as_u64(), problem["type"].is_string()), (Some(status.into()), true));
    }
    assert_eq!(app.free("s").await, 5);
    assert!(app.in_redis().await.is_empty());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_holding_does_not_administer() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 5)]).await;
    app.engine.add_api_key("hold", reservation::ledger::api_keys::Scope::Hold, "hold-key").await.unwrap();
    // Unknown keys are looked up at most once a second.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let body = Bytes::from_static(br#"{"candidate":"c","sittings":["s"]}"#);
    let (status, _) = raw(&app.api, Method::POST, "/api/v1/exams/e/holds", Some("hold-key"), body.clone()).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, _) = raw(&app.api, Method::PUT, "/api/v1/exams/e", Some("hold-key"), body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    app.finish().await;
}
