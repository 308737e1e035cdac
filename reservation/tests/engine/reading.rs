//! What programs that only read, and sloppy ones that write, get from the API.

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use crate::app::{App, call, code};

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_as_get_does_without_the_body() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 5)]).await;
    app.until_ready().await;
    for path in [
        "/healthz",
        "/readyz",
        "/healthz/",
        "/api/v1/exams/e/sittings",
        "/api/v1/exams/e/sittings/",
        "/api/v1/openapi.json",
    ] {
        let ask = |method: Method| {
            let request = Request::builder().method(method).uri(path).body(Full::new(Bytes::new())).unwrap();
            Box::pin(app.api.handle(request))
        };
        let (got, head) = (ask(Method::GET).await, ask(Method::HEAD).await);
        assert_eq!((got.status(), head.status()), (StatusCode::OK, StatusCode::OK), "{path}");
        assert_eq!(got.headers()[header::CONTENT_TYPE], head.headers()[header::CONTENT_TYPE], "{path}");
        let body = got.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(head.headers()[header::CONTENT_LENGTH], body.len().to_string().as_str(), "{path}");
        assert!(head.into_body().collect().await.unwrap().to_bytes().is_empty(), "{path}");
    }
    let events = call(&app.api, Method::HEAD, "/api/v1/exams/e/events", Value::Null).await;
    assert_eq!(events, (StatusCode::OK, Value::Null), "a stream's head ends");
    assert_eq!(call(&app.api, Method::HEAD, "/api/v1/exams/x/events", Value::Null).await.0, StatusCode::NOT_FOUND);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_refused_by_name_and_a_blank_title_is_none() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 5)]).await;
    let request = Request::post("/api/v1/exams/e/holds")
        .header(header::AUTHORIZATION, "Bearer test-admin-key")
        .header(header::CONTENT_ENCODING, "gzip");
    let response = Box::pin(app.api.handle(request.body(Full::new(Bytes::from_static(b"\x1f\x8b"))).unwrap())).await;
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(response.headers()[header::ACCEPT_ENCODING], "identity");
    for (path, body) in [
        ("/api/v1/exams/e", json!({"title": " \u{3000}", "hold_seconds": 9})),
        ("/api/v1/exams/e/sittings/s", json!({"title": "  ", "capacity": 9})),
        ("/api/v1/exams/e/sittings/s", json!({"title": "\u{200b} \u{feff}\u{3164}", "capacity": 9})),
    ] {
        let reply = app.call(Method::PUT, path, body).await;
        assert_eq!((code(&reply), &reply.1["field"]), ("invalid", &Value::from("title")), "{reply:?}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_has_just_made_is_never_unknown() {
    let app = App::start().await;
    let (engine, other) = app.another().await;
    for n in 0..8 {
        let exam = format!("/api/v1/exams/made-{n}");
        call(&app.api, Method::PUT, &exam, json!({"title": "E", "hold_seconds": 900})).await;
        let sittings = call(&other, Method::GET, &format!("{exam}/sittings"), Value::Null).await;
        assert_eq!(sittings.0, StatusCode::OK, "{sittings:?}");
        call(&app.api, Method::PUT, &format!("{exam}/sittings/s"), json!({"title": "S", "capacity": 2})).await;
        let body = json!({"candidate": "c", "sittings": ["s"]});
        let held = call(&other, Method::POST, &format!("{exam}/holds"), body).await;
        assert_eq!(held.0, StatusCode::CREATED, "{held:?}");
        call(&app.api, Method::PUT, &format!("{exam}/sittings/t"), json!({"title": "T", "capacity": 2})).await;
        let body = json!({"candidate": "d", "sittings": ["t"]});
        let held = call(&app.api, Method::POST, &format!("{exam}/holds"), body).await;
        let hold = held.1["holds"][0]["id"].as_str().unwrap().to_owned();
        let found = call(&other, Method::GET, &format!("{exam}/holds/{hold}"), Value::Null).await;
        assert_eq!(found.0, StatusCode::OK, "{found:?}");
    }
    engine.stop().await;
    app.finish().await;
}
